//! Which edit brought a change about.
//!
//! A policy is to blame where its edit alone would change the answer, or where undoing it alone would: the old and the
//! new steps of a walk are mixed and judged again. Pairs whose ends nothing tells apart have the same causes, which
//! are found once.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use super::align::{Aligned, Both, End};
use super::doors::Doors;
use super::inventory::{Fate, Inventory, Part, PolicyPair, workload};
use super::{Cause, ChangedFlow, Comparison};
use crate::cluster::{ClassId, ObjectId};
use crate::engine::{Endpoint, Flow, Match, PolicyRef, RuleStep, Step, Walk};
use crate::model::Direction;
use crate::sets::ConnectionSet;
use crate::text::offset;
use crate::workspace::Scene;

/// So many kinds of Pods of one workload are looked at.
const KINDS: usize = 4;

/// What finds causes.
pub(super) struct Blame<'b, 's, 'c> {
    pub(super) comparison: &'b Comparison<'s, 'c>,
    pub(super) aligned: &'b Aligned<'b>,
    inventory: Inventory,
    pub(super) doors: Doors<'c>,
    /// For each workload a number; workloads with one number have equal causes.
    alike: Vec<u32>,
    known: HashMap<(Alike, Alike, u32), u32>,
    causes: Numbered<Cause>,
    sets: Numbered<Vec<u32>>,
}

/// An end, as far as causes hang on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Alike {
    Units(u32),
    Other(End),
}

/// What tells workloads apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Signature {
    /// It changed itself.
    Alone(usize),
    /// What the engines tell apart, and which policies select it.
    Unchanged { kinds: Vec<Option<u32>>, policies: Vec<(PolicyRef, bool)>, namespace: Option<String> },
}

/// Values, each once, with their numbers.
struct Numbered<T> {
    all: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T: Clone + Eq + std::hash::Hash> Numbered<T> {
    fn new() -> Self {
        Self { all: Vec::new(), numbers: HashMap::new() }
    }

    fn of(&mut self, value: T) -> u32 {
        let all = &mut self.all;
        *self.numbers.entry(value).or_insert_with_key(|value| {
            all.push(value.clone());
            offset(all.len() - 1)
        })
    }
}

impl<'b, 's, 'c> Blame<'b, 's, 'c> {
    pub(super) fn new(comparison: &'b Comparison<'s, 'c>, aligned: &'b Aligned<'b>) -> Self {
        let inventory = Inventory::new(comparison.sides, aligned);
        let alike = alike(comparison.sides, aligned, &inventory);
        Self {
            comparison,
            aligned,
            inventory,
            doors: Doors::new(comparison.sides),
            alike,
            known: HashMap::new(),
            causes: Numbered::new(),
            sets: Numbered::new(),
        }
    }

    /// The number of the set of causes of a pair, whose flow changed like this.
    pub(super) fn of(&mut self, from: End, to: End, flow: u32, changed: &ChangedFlow) -> u32 {
        let key = (self.alike(from), self.alike(to), flow);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let causes = self.causes_of(from, to, changed);
        let number = self.set_of(causes);
        self.known.insert(key, number);
        number
    }

    /// The number of a set of causes.
    pub(super) fn set_of(&mut self, causes: Vec<Cause>) -> u32 {
        let mut set = Vec::new();
        for cause in causes {
            let cause = self.causes.of(cause);
            if !set.contains(&cause) {
                set.push(cause);
            }
        }
        self.sets.of(set)
    }

    /// The causes and the sets of them.
    pub(super) fn finish(self) -> (Vec<Cause>, Vec<Vec<u32>>) {
        (self.causes.all, self.sets.all)
    }

    fn alike(&self, end: End) -> Alike {
        match end {
            End::Unit(unit) => Alike::Units(self.alike.get(unit).copied().unwrap_or(u32::MAX)),
            End::Piece(_) | End::Controller => Alike::Other(end),
        }
    }

    fn causes_of(&self, from: End, to: End, changed: &ChangedFlow) -> Vec<Cause> {
        let mut causes: Vec<Cause> =
            [from, to].into_iter().filter_map(|end| self.came_or_went(end)).collect();
        if !causes.is_empty() {
            return causes;
        }
        let delta = changed.delta().all();
        for kind in 0..self.kinds(from).max(self.kinds(to)) {
            let at = |side: usize| [from, to].map(|end| self.endpoint(side, end, kind));
            self.policies([from, to], [at(0), at(1)], &delta, &mut causes);
        }
        if causes.is_empty() {
            for end in [from, to] {
                causes.extend(self.parts(end, &[Part::Labels, Part::Ports, Part::Network]));
            }
        }
        causes
    }

    /// What the policies between a source and a destination have to do with a change; `at` holds both for each side.
    pub(super) fn policies(
        &self,
        [from, to]: [End; 2],
        at: [[Option<Endpoint<'_>>; 2]; 2],
        delta: &ConnectionSet,
        causes: &mut Vec<Cause>,
    ) {
        for direction in Direction::BOTH {
            let (subject, peer) = match direction {
                Direction::Ingress => (to, from),
                Direction::Egress => (from, to),
            };
            let walk = |(scene, [from, to]): (&Scene<'_>, [Option<Endpoint<'_>>; 2])| -> Option<Walk> {
                match direction {
                    Direction::Ingress => Some(scene.engine.walk(direction, to?, from?)),
                    Direction::Egress => Some(scene.engine.walk(direction, from?, to?)),
                }
            };
            let [before, after] = self.comparison.sides;
            let [old, new] = at;
            if let (Some(old), Some(new)) = (walk((before, old)), walk((after, new))) {
                let asked = Asked { direction, subject, peer, old: &old, new: &new, delta };
                self.side(&asked, causes);
            }
        }
    }

    /// What one direction's policies have to do with a change.
    fn side(&self, asked: &Asked<'_>, causes: &mut Vec<Cause>) {
        let (old, new) = (asked.old, asked.new);
        if !asked.matters(&old.flow, &new.flow) {
            return;
        }
        if old.unselectable != new.unselectable {
            causes.extend(self.parts(asked.subject, &[Part::Network]));
            return;
        }
        let [old_foreign, new_foreign] = [old, new].map(|walk| walk.foreign.map(|_| walk.foreign_denies));
        let [before, _] = self.comparison.sides;
        let judge = |steps: &[&Step], foreign| before.engine.judge(steps.iter().copied(), foreign);
        let (old_steps, new_steps): (Vec<&Step>, Vec<&Step>) =
            (old.steps.iter().collect(), new.steps.iter().collect());
        if asked.matters(&old.flow, &judge(&old_steps, new_foreign))
            || asked.matters(&new.flow, &judge(&new_steps, old_foreign))
        {
            causes.extend(self.foreign(old, new));
        }
        let suspects = self.suspects(old, new);
        let guilty = |suspect: &Suspect<'_>| {
            let mixed = |steps: &[&Step], out: Option<&Step>, into: Option<&Step>, foreign| {
                let stay =
                    steps.iter().copied().filter(|step| out.is_none_or(|out| !std::ptr::eq(*step, out)));
                judge(&stay.chain(into).collect::<Vec<_>>(), foreign)
            };
            asked.matters(&old.flow, &mixed(&old_steps, suspect.old, suspect.new, old_foreign))
                || asked.matters(&new.flow, &mixed(&new_steps, suspect.new, suspect.old, new_foreign))
        };
        let alone: Vec<&Suspect<'_>> = suspects.iter().filter(|suspect| guilty(suspect)).collect();
        let together = || suspects.iter().collect();
        let blamed = if alone.is_empty() && causes.is_empty() { together() } else { alone };
        for suspect in blamed {
            if suspect.pair.fate != Fate::Kept {
                causes.extend(self.policy(asked, suspect));
            }
            causes.extend(self.ends(asked, suspect));
        }
    }

    /// The policies whose steps differ.
    fn suspects<'w>(&self, old: &'w Walk, new: &'w Walk) -> Vec<Suspect<'w>> {
        let mut suspects = Vec::new();
        for step in &old.steps {
            let Some((_, pair)) = self.inventory.policy(0, step.policy) else { continue };
            let [_, other] = pair.sides;
            let other = new.steps.iter().find(|step| Some(step.policy) == other);
            if !other.is_some_and(|other| is_same(step, other)) {
                suspects.push(Suspect { pair, old: Some(step), new: other });
            }
        }
        for step in &new.steps {
            let Some((_, pair)) = self.inventory.policy(1, step.policy) else { continue };
            let [other, _] = pair.sides;
            if !old.steps.iter().any(|step| Some(step.policy) == other) {
                suspects.push(Suspect { pair, old: None, new: Some(step) });
            }
        }
        suspects
    }

    /// What happened to a policy.
    fn policy(&self, asked: &Asked<'_>, suspect: &Suspect<'_>) -> Option<Cause> {
        let [before, after] = self.comparison.sides;
        let direction = asked.direction.name();
        let (scene, policy, is_new) = match suspect.pair.sides {
            [_, Some(new)] => (after, new, true),
            [Some(old), None] => (before, old, false),
            [None, None] => return None,
        };
        let (object, subject) = scene.policy_object(policy);
        let title = scene.policy_title(policy);
        let fresh = asked.telling(suspect.new, suspect.old);
        let lost = asked.telling(suspect.old, suspect.new);
        let rule = |index: usize| format!("spec.{direction}[{index}]");
        let (message, field) = match (suspect.pair.fate, suspect.old, suspect.new) {
            (Fate::Added, ..) => (format!("{title} is new"), fresh.map_or_else(|| subject.to_owned(), rule)),
            (Fate::Removed, ..) => (format!("{title} is gone"), lost.map_or_else(String::new, rule)),
            (_, Some(old), Some(new)) if old.selects == new.selects => match (fresh, lost) {
                (Some(index), _) | (None, Some(index)) if index < new.rules.len() => {
                    (format!("{direction} rule {} of {title} is not what it was", index + 1), rule(index))
                }
                (_, Some(index)) => (
                    format!("{direction} rule {} of {title} is gone", index + 1),
                    format!("spec.{direction}"),
                ),
                _ => (format!("{title} is not what it was"), "spec".to_owned()),
            },
            _ => match self.same_subject(suspect.pair) {
                true => {
                    (format!("{title} is about other directions than before"), "spec.policyTypes".to_owned())
                }
                false => (format!("{title} selects other Pods than before"), subject.to_owned()),
            },
        };
        let location = self.comparison.shifted(is_new, scene.place(object, &field));
        Some(Cause { message, object: scene.object_ref(object), location })
    }

    fn same_subject(&self, pair: PolicyPair) -> bool {
        let [before, after] = self.comparison.sides;
        match pair.sides {
            [Some(PolicyRef::Network(old)), Some(PolicyRef::Network(new))] => {
                let policies = (before.cluster().policy(old), after.cluster().policy(new));
                matches!(policies, (Some(a), Some(b)) if a.policy.pod_selector == b.policy.pod_selector)
            }
            _ => false,
        }
    }

    /// What of the ends makes a policy say something else than before.
    fn ends(&self, asked: &Asked<'_>, suspect: &Suspect<'_>) -> Vec<Cause> {
        if matches!(suspect.pair.fate, Fate::Added | Fate::Removed) {
            return Vec::new();
        }
        let selects = |step: Option<&Step>| step.map_or(Match::No, |step| step.selects);
        let mut causes = Vec::new();
        if selects(suspect.old) != selects(suspect.new) {
            causes.extend(self.parts(asked.subject, &[Part::Labels]));
            causes.extend(self.namespace(asked.subject));
        } else {
            causes.extend(self.parts(asked.peer, &[Part::Labels, Part::Network]));
            causes.extend(self.namespace(asked.peer));
            let destination = match asked.direction {
                Direction::Ingress => asked.subject,
                Direction::Egress => asked.peer,
            };
            causes.extend(self.parts(destination, &[Part::Ports]));
        }
        causes
    }

    /// A workload that only one side has.
    pub(super) fn came_or_went(&self, end: End) -> Option<Cause> {
        let End::Unit(unit) = end else { return None };
        let both = self.aligned.units.get(unit)?;
        let (side, place, word) = match both.places {
            [None, Some(new)] => (1, new, "new"),
            [Some(old), None] => (0, old, "gone"),
            _ => return None,
        };
        let scene = self.comparison.sides.get(side)?;
        self.at(side, workload(scene, place)?.object, "", format!("`{}` is {word}", both.name))
    }

    /// What changed of a workload, of these parts.
    pub(super) fn parts(&self, end: End, wanted: &[Part]) -> Vec<Cause> {
        let End::Unit(unit) = end else { return Vec::new() };
        let changed = self.inventory.units.get(unit).map_or(&[][..], Vec::as_slice);
        let cause = |part: &Part| {
            let both = self.aligned.units.get(unit)?;
            let [_, after] = self.comparison.sides;
            let [_, place] = both.places;
            let info = workload(after, place?)?;
            let (what, field) = match part {
                Part::Labels => ("has other labels", "metadata.labels"),
                Part::Ports => ("declares other ports", "spec.containers"),
                Part::Network => ("is on another network", "spec.hostNetwork"),
            };
            let message = format!("`{}` {what} than before", both.name);
            self.at(1, info.object, &info.pods.field(field), message)
        };
        wanted.iter().filter(|part| changed.contains(part)).filter_map(cause).collect()
    }

    /// That the labels of an end's namespace changed.
    fn namespace(&self, end: End) -> Option<Cause> {
        let End::Unit(unit) = end else { return None };
        let name = self.aligned.units.get(unit)?.namespace;
        let (side, object) = match self.inventory.namespace(name)? {
            [_, Some(new)] => (1, new),
            [Some(old), None] => (0, old),
            [None, None] => return None,
        };
        let message = format!("namespace `{name}` has other labels than before");
        self.at(side, object, "metadata.labels", message)
    }

    /// A policy of another API that acts on one side only.
    fn foreign(&self, old: &Walk, new: &Walk) -> Option<Cause> {
        let (side, walk, word) =
            if old.foreign.is_some() && new.foreign.is_none() { (0, old, "gone") } else { (1, new, "new") };
        let scene = self.comparison.sides.get(side)?;
        let found = scene.cluster().foreign.get(walk.foreign? as usize)?;
        let name = scene.cluster().repository.object(found.object).map_or("", |object| &object.name);
        self.at(side, found.object, "", format!("the {} `{name}` is {word}", found.api.title))
    }

    pub(super) fn at(&self, side: usize, object: ObjectId, field: &str, message: String) -> Option<Cause> {
        let scene = self.comparison.sides.get(side)?;
        let location = self.comparison.shifted(side == 1, scene.place(object, field));
        Some(Cause { message, object: scene.object_ref(object), location })
    }

    pub(super) fn kinds(&self, end: End) -> usize {
        let End::Unit(unit) = end else { return 1 };
        let places = self.aligned.units.get(unit).map_or([None, None], |unit| unit.places);
        let of = |(scene, place): (&Scene<'_>, Option<usize>)| classes(scene, place).len();
        let sides = self.comparison.sides.into_iter().zip(places);
        sides.map(of).max().unwrap_or(1).clamp(1, KINDS)
    }

    pub(super) fn endpoint(&self, side: usize, end: End, kind: usize) -> Option<Endpoint<'static>> {
        match end {
            End::Unit(unit) => {
                let place = self.aligned.units.get(unit)?.places.get(side).copied()?;
                let classes = classes(self.comparison.sides.get(side)?, place);
                classes.get(kind).or(classes.last()).copied().map(Endpoint::Class)
            }
            End::Piece(piece) => {
                let first = self.aligned.addresses(piece).ranges().next()?.0;
                Some(Endpoint::Address(first))
            }
            End::Controller => None,
        }
    }
}

/// One direction of a pair whose flow changed.
struct Asked<'a> {
    direction: Direction,
    subject: End,
    peer: End,
    old: &'a Walk,
    new: &'a Walk,
    /// The connections that changed.
    delta: &'a ConnectionSet,
}

impl Asked<'_> {
    /// Whether two flows differ in what changed.
    fn matters(&self, a: &Flow, b: &Flow) -> bool {
        differ(a, b, self.delta)
    }

    /// The index of the first rule of a step that says something about what changed, and that the other step hasn't.
    fn telling(&self, step: Option<&Step>, other: Option<&Step>) -> Option<usize> {
        let same = |a: &RuleStep, b: &RuleStep| (a.action, a.peer, &a.ports) == (b.action, b.peer, &b.ports);
        let others = other.map_or(&[][..], |step| &step.rules);
        let tells = |rule: &&RuleStep| {
            rule.peer != Match::No
                && !rule.ports.intersect(self.delta).is_empty()
                && !others.iter().any(|other| same(rule, other))
        };
        step?.rules.iter().find(tells).map(|rule| rule.index)
    }
}

/// Whether two flows differ in these connections.
pub(super) fn differ(a: &Flow, b: &Flow, delta: &ConnectionSet) -> bool {
    let differ = |a: &ConnectionSet, b: &ConnectionSet| a != b && a.intersect(delta) != b.intersect(delta);
    differ(&a.certain, &b.certain) || differ(&a.possible, &b.possible)
}

/// A policy whose step differs.
struct Suspect<'w> {
    pair: PolicyPair,
    old: Option<&'w Step>,
    new: Option<&'w Step>,
}

/// Whether two steps say the same, whatever their policies are called.
fn is_same(a: &Step, b: &Step) -> bool {
    (a.tier, a.priority, a.selects, a.refused, &a.rules)
        == (b.tier, b.priority, b.selects, b.refused, &b.rules)
}

pub(super) fn classes<'s>(scene: &'s Scene<'_>, place: Option<usize>) -> &'s [ClassId] {
    place.and_then(|place| scene.units.all.get(place)).map_or(&[], |unit| &unit.classes)
}

/// For each workload the number of its signature.
fn alike(sides: [&Scene<'_>; 2], aligned: &Aligned<'_>, inventory: &Inventory) -> Vec<u32> {
    let kinds = sides.map(|scene| scene.engine.reach().kinds());
    let mut signatures = Numbered::new();
    let units = aligned.units.iter().enumerate();
    let signature = |(at, unit): (usize, &Both<'_>)| {
        let changed = inventory.units.get(at).is_none_or(|parts| !parts.is_empty());
        let mut unchanged = (Vec::new(), Vec::new());
        for ((scene, place), kinds) in sides.into_iter().zip(unit.places).zip(&kinds) {
            let [only] = classes(scene, place) else { return Signature::Alone(at) };
            unchanged.0.extend(kinds.iter().map(|kinds| kinds.get(only.index()).copied()));
            unchanged.1.extend(selecting(scene, *only));
        }
        let (kinds, policies) = unchanged;
        let namespace = inventory.namespace(unit.namespace).map(|_| unit.namespace.to_owned());
        if changed { Signature::Alone(at) } else { Signature::Unchanged { kinds, policies, namespace } }
    };
    units.map(|unit| signatures.of(signature(unit))).collect()
}

/// The policies that select a class, or may, and whether for certain.
fn selecting(scene: &Scene<'_>, class: ClassId) -> Vec<(PolicyRef, bool)> {
    let nobody = Endpoint::Address(Ipv4Addr::UNSPECIFIED.into());
    let walks = Direction::BOTH.map(|direction| scene.engine.walk(direction, Endpoint::Class(class), nobody));
    let steps = walks.iter().flat_map(|walk| &walk.steps);
    steps.map(|step| (step.policy, step.selects == Match::Yes)).collect()
}
