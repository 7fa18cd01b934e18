//! The line above each policy and each workload: whom it isolates and lets through, who is at the other end.

use std::collections::BTreeMap;

use super::Snapshot;
use super::hover::Granted;
use crate::cluster::{AdminInfo, ObjectId, PolicyInfo};
use crate::diagnostics::ObjectRef;
use crate::engine::Isolation;
use crate::model::{Body, Direction, Peer};
use crate::rules::wording;
use crate::text::Span;

/// What stands above one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// Where the object begins.
    pub span: Span,
    /// The object, as it is deployed.
    pub object: Option<ObjectRef>,
    /// The name of the workload, `namespace/name[Kind]`; none for a policy.
    pub workload: Option<String>,
    /// What is said, in the order in which it is shown.
    pub parts: Vec<LensPart>,
}

/// One thing that a lens says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LensPart {
    /// What it is about.
    pub kind: LensKind,
    /// A few words.
    pub text: String,
    /// How many there are of what it counts; none where nothing is counted.
    pub count: Option<usize>,
}

/// What a part of a lens is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LensKind {
    /// The Pods that a policy applies to.
    Subject,
    /// Connections to Pods.
    Ingress,
    /// Connections from Pods.
    Egress,
    /// Findings about the object.
    Findings,
}

impl LensKind {
    /// Every kind.
    #[cfg(feature = "schema")]
    pub const ALL: [Self; 4] = [Self::Subject, Self::Ingress, Self::Egress, Self::Findings];

    /// The name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Ingress => "ingress",
            Self::Egress => "egress",
            Self::Findings => "findings",
        }
    }

    fn of(direction: Direction) -> Self {
        match direction {
            Direction::Ingress => Self::Ingress,
            Direction::Egress => Self::Egress,
        }
    }
}

impl Lens {
    /// All of it on one line.
    pub fn title(&self) -> String {
        let parts: Vec<&str> = self.parts.iter().map(|part| part.text.as_str()).collect();
        parts.join(" · ")
    }
}

impl LensPart {
    fn new(kind: LensKind, text: impl Into<String>, count: impl Into<Option<usize>>) -> Self {
        Self { kind, text: text.into(), count: count.into() }
    }
}

/// The lenses of a written file, in the order of its objects.
pub fn lenses(snapshot: &Snapshot<'_, '_>, path: &str) -> Vec<Lens> {
    let Some(file) = snapshot.file(path) else { return Vec::new() };
    let index = Index::new(snapshot);
    let mut workloads = Workloads { snapshot, kinds: None, known: BTreeMap::new() };
    let mut lenses = Vec::new();
    for (written, _) in snapshot.repository().objects_of(file) {
        let (Some(node), Some(object)) =
            (snapshot.repository().node(written), snapshot.deployed(written).first().copied())
        else {
            continue;
        };
        let Some(found) = snapshot.repository().object(object) else { continue };
        let (workload, mut parts) = match &found.body {
            Body::NetworkPolicy(_) => {
                (None, index.policies.get(&object).map(|policy| of_policy(snapshot, policy)))
            }
            Body::AdminPolicy(_) => (None, index.admin.get(&object).map(|info| of_admin(snapshot, info))),
            Body::Workloads(_) => match index.units.get(&object) {
                Some(unit) => {
                    (Some(snapshot.scene.unit_name(*unit).to_owned()), Some(workloads.parts(*unit)))
                }
                None => continue,
            },
            _ => continue,
        };
        let Some(parts) = &mut parts else { continue };
        let findings = snapshot.findings_of(written).count();
        if findings > 0 {
            let text = wording::count(findings, "finding", "findings");
            parts.push(LensPart::new(LensKind::Findings, text, findings));
        }
        lenses.push(Lens {
            span: Span::at(node.span().start),
            object: snapshot.object_ref(object),
            workload,
            parts: std::mem::take(parts),
        });
    }
    lenses
}

/// Policies and workloads by their objects.
struct Index<'c> {
    policies: BTreeMap<ObjectId, &'c PolicyInfo<'c>>,
    admin: BTreeMap<ObjectId, &'c AdminInfo<'c>>,
    units: BTreeMap<ObjectId, usize>,
}

impl<'c> Index<'c> {
    fn new(snapshot: &Snapshot<'_, 'c>) -> Self {
        let cluster = snapshot.cluster();
        let units = (0..snapshot.scene.workloads())
            .filter_map(|unit| Some((snapshot.scene.unit_object(unit)?, unit)));
        Self {
            policies: cluster.policies.iter().map(|policy| (policy.object, policy)).collect(),
            admin: cluster.admin.iter().map(|info| (info.object, info)).collect(),
            units: units.collect(),
        }
    }
}

fn of_policy<'c>(snapshot: &Snapshot<'_, 'c>, policy: &PolicyInfo<'c>) -> Vec<LensPart> {
    let subject = snapshot.units_of(&policy.subject.certain).len();
    if policy.policy.refused {
        return vec![LensPart::new(LensKind::Subject, "refused by the API server", None)];
    }
    let text = format!("isolates {}", workloads(subject));
    let mut parts = vec![LensPart::new(LensKind::Subject, text, subject)];
    for direction in Direction::BOTH.into_iter().filter(|direction| policy.affects(*direction)) {
        let rules = &policy.policy.half(direction).rules;
        let granted = Granted::of(snapshot, policy, direction, rules);
        let blocks = rules.iter().flat_map(|rule| rule.peers.iter().flatten());
        let mut blocks: Vec<_> = blocks
            .filter_map(|peer| match peer {
                Peer::Block(block) => Some((block.cidr, &block.except)),
                _ => None,
            })
            .collect();
        blocks.sort_unstable();
        blocks.dedup();
        let peers = granted.units(snapshot).len() + blocks.len();
        let text = match (direction, peers) {
            (Direction::Ingress, _) if granted.is_everybody() => "lets everybody in".to_owned(),
            (Direction::Egress, _) if granted.is_everybody() => "lets everything out".to_owned(),
            (Direction::Ingress, 0) => "lets nobody in".to_owned(),
            (Direction::Egress, 0) => "lets nothing out".to_owned(),
            (Direction::Ingress, peers) => format!("lets in {}", wording::count(peers, "peer", "peers")),
            (Direction::Egress, peers) => format!("lets out to {}", wording::count(peers, "peer", "peers")),
        };
        let count = (!granted.is_everybody()).then_some(peers);
        parts.push(LensPart::new(LensKind::of(direction), text, count));
    }
    parts
}

fn of_admin(snapshot: &Snapshot<'_, '_>, info: &AdminInfo<'_>) -> Vec<LensPart> {
    if info.policy.refused {
        return vec![LensPart::new(LensKind::Subject, "refused by the API server", None)];
    }
    let subject = snapshot.units_of(&info.subject.certain).len();
    let text = format!("applies to {}", workloads(subject));
    let mut parts = vec![LensPart::new(LensKind::Subject, text, subject)];
    for direction in Direction::BOTH {
        let rules = info.policy.rules(direction).len();
        if rules > 0 {
            let text = format!("{} for {}", wording::count(rules, "rule", "rules"), direction.name());
            parts.push(LensPart::new(LensKind::of(direction), text, rules));
        }
    }
    parts
}

fn workloads(count: usize) -> String {
    if count == 0 { "no workload".to_owned() } else { wording::count(count, "workload", "workloads") }
}

/// What decides on a workload's partners: how it is treated, in the direction, and whether it has several Pods.
type Treated = (Direction, u32, bool);

/// Lenses of workloads; those that no policy tells apart have one answer.
struct Workloads<'a, 's, 'c> {
    snapshot: &'a Snapshot<'s, 'c>,
    /// For egress and for ingress a number for each class; equal ones are treated alike.
    kinds: Option<[Vec<u32>; 2]>,
    known: BTreeMap<Treated, (usize, bool)>,
}

impl Workloads<'_, '_, '_> {
    fn parts(&mut self, unit: usize) -> Vec<LensPart> {
        let snapshot = self.snapshot;
        let Some(class) = snapshot.scene.class_of(unit) else { return Vec::new() };
        let mut parts = Vec::new();
        for direction in Direction::BOTH {
            let kind = LensKind::of(direction);
            let name = direction.name();
            parts.push(match snapshot.engine().isolation(direction, class) {
                Isolation::HostNetwork => {
                    let text = "on its node's network, where no policy applies";
                    return vec![LensPart::new(LensKind::Subject, text, None)];
                }
                Isolation::Open => LensPart::new(kind, format!("{name} open"), None),
                Isolation::Unknown(_) => LensPart::new(kind, format!("{name} unknown"), None),
                Isolation::Isolated | Isolation::Denied(_) => {
                    let (count, outside) = self.partners(unit, direction);
                    LensPart::new(kind, partner_words(direction, count, outside), count)
                }
            });
        }
        parts
    }

    /// How many workloads are at the other end for certain, and whether addresses outside are.
    fn partners(&mut self, unit: usize, direction: Direction) -> (usize, bool) {
        let scene = self.snapshot.scene;
        let key = match scene.unit_classes(unit) {
            [class] => {
                let [sources, destinations] = self.kinds.get_or_insert_with(|| scene.reach().kinds());
                let kinds = match direction {
                    Direction::Ingress => destinations,
                    Direction::Egress => sources,
                };
                kinds.get(class.index()).map(|kind| (direction, *kind, scene.has_replicas(unit)))
            }
            _ => None,
        };
        if let Some(known) = key.and_then(|key| self.known.get(&key)) {
            return *known;
        }
        let found = scene.partners(unit, direction);
        let is_certain = |id| !scene.flow(id).certain.is_empty();
        let count = found.units.iter().filter(|(_, flow)| is_certain(*flow)).count();
        let outside = found.addresses.iter().any(|(flow, _)| is_certain(*flow));
        if let Some(key) = key {
            self.known.insert(key, (count, outside));
        }
        (count, outside)
    }
}

fn partner_words(direction: Direction, count: usize, outside: bool) -> String {
    let preposition = match direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    };
    let who = match (count, outside) {
        (0, false) => "nobody".to_owned(),
        (0, true) => "outside".to_owned(),
        (count, false) => count.to_string(),
        (count, true) => format!("{count} and outside"),
    };
    format!("{} {preposition} {who}", direction.name())
}
