//! What two sets of manifests don't have in common: the connections that one allows and the other doesn't, and why.
//!
//! Workloads are the same where their names are; addresses are cut so that both sides see them alike. Flows are
//! compared by id, each pair of ids once, and only pairs of ends that differ are ever written down.

mod align;
mod blame;
mod doors;
mod inventory;
mod rows;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use align::{Aligned, Differences, End};
use blame::Blame;

use super::units::Units;
use super::{Ends, Focus, ReachOptions, Scene};
use crate::cluster::Root;
use crate::diagnostics::{Location, ObjectRef};
use crate::engine::{Flow, FlowId};
use crate::sets::{AddressSet, ConnectionSet};
use crate::text::{FileId, offset};
use crate::workspace::{FlowGroup, Outcome, Workspace};

/// What changed between an old and a new set of manifests. Numbers are places in the lists here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The overlay; empty where there are no alternatives.
    pub overlay: String,
    /// Who takes part in [`Diff::pairs`].
    pub ends: Vec<ChangedEnd>,
    /// The changes of flows, each once.
    pub flows: Vec<ChangedFlow>,
    /// What caused changes, each once.
    pub causes: Vec<Cause>,
    /// Causes that stand together, the weightiest first; each set once.
    pub cause_sets: Vec<Vec<u32>>,
    /// Every pair whose flow changed: by source, then by destination, addresses after workloads, and last what clients
    /// reach through controllers.
    pub pairs: Vec<ChangedPair>,
    /// Who takes part in [`Diff::rows`].
    pub groups: Vec<FlowGroup>,
    /// The same changes in few rows, those with equal causes together.
    pub rows: Vec<ChangedRow>,
}

/// One end of a changed pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangedEnd {
    /// A workload, `namespace/name[Kind]`.
    Workload(String),
    /// Addresses outside the cluster.
    Addresses(AddressSet),
    /// Clients that come in through the controllers of Ingresses, Gateways and Routes.
    Ingress,
}

/// A flow that isn't what it was.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChangedFlow {
    /// As it was.
    pub old: Flow,
    /// As it is.
    pub new: Flow,
}

/// A pair whose flow changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangedPair {
    /// Who connects: a place in [`Diff::ends`].
    pub from: u32,
    /// To whom: a place in [`Diff::ends`]; `from` again for two Pods of one workload.
    pub to: u32,
    /// How: a place in [`Diff::flows`].
    pub flow: u32,
    /// Why: a place in [`Diff::cause_sets`].
    pub causes: u32,
}

/// What a change comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Delta {
    /// Proven allowed now, and not before.
    pub opened: ConnectionSet,
    /// Proven allowed before, and not now.
    pub closed: ConnectionSet,
    /// Unknown now, and not before.
    pub doubted: ConnectionSet,
    /// Unknown before, and proven denied now.
    pub settled: ConnectionSet,
}

/// How a change is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// Connections came, none went.
    Opened,
    /// Connections came and others went, or only what is unknown is not what it was.
    Changed,
    /// Connections went, none came.
    Closed,
}

/// Changes of every group of `from` with every group of `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedRow {
    /// Who connects: places in [`Diff::groups`].
    pub from: Vec<u32>,
    /// To whom: places in [`Diff::groups`].
    pub to: Vec<u32>,
    /// What came and went.
    pub delta: Delta,
    /// Why: a place in [`Diff::cause_sets`].
    pub causes: u32,
    /// Only between two Pods of the one workload: each workload of `from` goes with itself alone.
    pub replicas: bool,
}

/// What brought a change about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cause {
    /// What happened, as a sentence without a final stop.
    pub message: String,
    /// The object that it happened to.
    pub object: Option<ObjectRef>,
    /// The place, in the old or the new manifests: a file of [`diff_texts`].
    pub location: Location,
}

impl ChangedFlow {
    /// What the change comes to.
    pub fn delta(&self) -> Delta {
        let (before, after) = (self.old.unknown(), self.new.unknown());
        Delta {
            opened: self.new.certain.subtract(&self.old.certain),
            closed: self.old.certain.subtract(&self.new.certain),
            doubted: after.subtract(&before),
            settled: before.subtract(&self.new.possible),
        }
    }
}

impl Delta {
    /// How the change is called.
    pub fn kind(&self) -> ChangeKind {
        match (self.opened.is_empty(), self.closed.is_empty()) {
            (false, true) => ChangeKind::Opened,
            (true, false) => ChangeKind::Closed,
            _ => ChangeKind::Changed,
        }
    }

    /// Every connection that is not as it was.
    fn all(&self) -> ConnectionSet {
        self.opened.union(&self.closed).union(&self.doubted).union(&self.settled)
    }
}

impl ChangeKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Opened, Self::Changed, Self::Closed];

    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Changed => "changed",
            Self::Closed => "closed",
        }
    }
}

impl Diff {
    /// Whether any pair has connections that it didn't have.
    pub fn opens(&self) -> bool {
        self.flows.iter().any(|flow| !flow.delta().opened.is_empty())
    }

    /// Whether any pair lost connections.
    pub fn closes(&self) -> bool {
        self.flows.iter().any(|flow| !flow.delta().closed.is_empty())
    }

    /// How many pairs there are of each kind: opened, closed, changed.
    pub fn counts(&self) -> [usize; 3] {
        let kinds: Vec<ChangeKind> = self.flows.iter().map(|flow| flow.delta().kind()).collect();
        let mut counts = [0; 3];
        let [opened, closed, changed] = &mut counts;
        for pair in &self.pairs {
            match kinds.get(pair.flow as usize) {
                Some(ChangeKind::Opened) => *opened += 1,
                Some(ChangeKind::Closed) => *closed += 1,
                _ => *changed += 1,
            }
        }
        counts
    }

    /// The causes of a set.
    pub fn causes_of(&self, set: u32) -> impl Iterator<Item = &Cause> {
        let set = self.cause_sets.get(set as usize).map_or(&[][..], Vec::as_slice);
        set.iter().filter_map(|id| self.causes.get(*id as usize))
    }
}

/// Compares two workspaces, overlay by overlay; gives the overlays that only one of them has.
pub fn diff(
    [old, new]: [&Workspace; 2],
    options: &ReachOptions,
    focus: &Focus,
    each: &mut dyn FnMut(Diff),
) -> Vec<String> {
    let [before, after] = [old, new].map(|side| side.stage(options));
    let shift = offset(before.repository.entries().count());
    let mut alone = Vec::new();
    for (first, second) in pairs_of(&before.roots, &after.roots, &mut alone) {
        let clusters = (before.cluster(first), after.cluster(second));
        let engines = (old.engine(&clusters.0, options.engine), new.engine(&clusters.1, options.engine));
        let units = (Units::new(&clusters.0), Units::new(&clusters.1));
        let (a, b) = (before.scene(first, &engines.0, &units.0), after.scene(second, &engines.1, &units.1));
        each(Comparison { sides: [&a, &b], focus, shift }.diff());
    }
    alone
}

/// The roots of the same name; where each side has one only, these, whatever they are called.
fn pairs_of<'r>(before: &'r [Root], after: &'r [Root], alone: &mut Vec<String>) -> Vec<(&'r Root, &'r Root)> {
    if let ([old], [new]) = (before, after) {
        return vec![(old, new)];
    }
    let find = |roots: &'r [Root], name: &str| roots.iter().find(|root| root.name == name);
    let lonely = |roots: &'r [Root], others: &'r [Root]| -> Vec<String> {
        let names = roots.iter().map(|root| root.name.clone());
        names.filter(|name| find(others, name).is_none()).collect()
    };
    alone.extend(lonely(before, after));
    alone.extend(lonely(after, before));
    before.iter().filter_map(|old| Some((old, find(after, &old.name)?))).collect()
}

/// The texts that the places of a [`Diff`] lie in: the old files, then the new ones.
pub fn diff_texts([old, new]: [&Workspace; 2]) -> Outcome {
    old.texts().followed_by(new.texts())
}

/// Two scenes and what is asked of them.
struct Comparison<'s, 'c> {
    /// The old one and the new one.
    sides: [&'s Scene<'c>; 2],
    focus: &'s Focus,
    /// How many files the old side has.
    shift: u32,
}

/// Ends and their numbers, while pairs are gathered.
#[derive(Default)]
struct Gathered {
    ends: Vec<ChangedEnd>,
    units: HashMap<usize, u32>,
    addresses: HashMap<AddressSet, u32>,
    ingress: Option<u32>,
    pairs: Vec<ChangedPair>,
}

impl Comparison<'_, '_> {
    fn diff(&self) -> Diff {
        let [_, new] = self.sides;
        let aligned = Aligned::new(self.sides);
        let mut differences = Differences::new(self);
        let mut blame = Blame::new(self, &aligned);
        let mut gathered = Gathered::default();
        let ends = self.ends(&aligned);
        self.outward(&aligned, &ends, &mut |from, row| {
            for (to, [old, new]) in row.units() {
                let (flow, wanted) = (differences.of(old, new), ends.wants(Some(from), Some(to)));
                if flow != Differences::NONE && wanted {
                    let changed = differences.get(flow);
                    let causes = blame.of(End::Unit(from), End::Unit(to), flow, changed);
                    let (from, to) = (gathered.unit(&aligned, from), gathered.unit(&aligned, to));
                    gathered.pairs.push(ChangedPair { from, to, flow, causes });
                }
            }
            if !ends.wants(Some(from), None) {
                return;
            }
            let mut sets: Vec<((u32, u32), AddressSet)> = Vec::new();
            for (piece, [old, new]) in row.pieces() {
                let flow = differences.of(old, new);
                if flow != Differences::NONE {
                    let changed = differences.get(flow);
                    let causes = blame.of(End::Unit(from), End::Piece(piece), flow, changed);
                    add(&mut sets, (flow, causes), aligned.addresses(piece));
                }
            }
            for ((flow, causes), set) in sets {
                let (from, to) = (gathered.unit(&aligned, from), gathered.addresses(set));
                gathered.pairs.push(ChangedPair { from, to, flow, causes });
            }
        });
        let mut inward: Vec<Vec<((u32, u32), AddressSet)>> = vec![Vec::new(); aligned.units.len()];
        self.inward(&aligned, &mut |piece, to, [old, new]| {
            let flow = differences.of(old, new);
            if flow != Differences::NONE && ends.wants(None, Some(to)) {
                let changed = differences.get(flow);
                let causes = blame.of(End::Piece(piece), End::Unit(to), flow, changed);
                if let Some(sets) = inward.get_mut(to) {
                    add(sets, (flow, causes), aligned.addresses(piece));
                }
            }
        });
        for (to, sets) in inward.into_iter().enumerate() {
            for ((flow, causes), set) in sets {
                let (from, to) = (gathered.addresses(set), gathered.unit(&aligned, to));
                gathered.pairs.push(ChangedPair { from, to, flow, causes });
            }
        }
        self.through_controllers(&aligned, &mut |to, [old, new]| {
            let flow = differences.between(old, new);
            if flow != Differences::NONE && ends.wants(None, Some(to)) {
                let causes = blame.of_inflow(to, differences.get(flow));
                let (from, to) = (gathered.ingress(), gathered.unit(&aligned, to));
                gathered.pairs.push(ChangedPair { from, to, flow, causes });
            }
        });
        let (causes, cause_sets) = blame.finish();
        let mut diff = Diff {
            overlay: new.overlay.to_owned(),
            ends: gathered.ends,
            flows: differences.finish(),
            causes,
            cause_sets,
            pairs: gathered.pairs,
            ..Diff::default()
        };
        let numbers = gathered.units.into_iter().map(|(unit, end)| (end, unit)).collect();
        rows::fill(&mut diff, &aligned, &numbers);
        diff
    }

    fn ends(&self, aligned: &Aligned<'_>) -> Ends {
        let places: Vec<_> = aligned.units.iter().map(|unit| unit.places).collect();
        let [old, new] = self.sides.map(|scene| Ends::new(scene, self.focus));
        Ends::joined(&places, [&old, &new], self.focus.direction)
    }

    /// A place in the old or the new manifests, in the numbers of [`diff_texts`].
    fn shifted(&self, is_new: bool, mut location: Location) -> Location {
        if is_new {
            location.file = FileId(location.file.0 + self.shift);
        }
        location
    }
}

impl Gathered {
    fn unit(&mut self, aligned: &Aligned<'_>, unit: usize) -> u32 {
        let ends = &mut self.ends;
        *self.units.entry(unit).or_insert_with(|| {
            let name = aligned.units.get(unit).map_or("", |unit| unit.name);
            ends.push(ChangedEnd::Workload(name.to_owned()));
            offset(ends.len() - 1)
        })
    }

    fn ingress(&mut self) -> u32 {
        let ends = &mut self.ends;
        *self.ingress.get_or_insert_with(|| {
            ends.push(ChangedEnd::Ingress);
            offset(ends.len() - 1)
        })
    }

    fn addresses(&mut self, set: AddressSet) -> u32 {
        let ends = &mut self.ends;
        *self.addresses.entry(set).or_insert_with_key(|set| {
            ends.push(ChangedEnd::Addresses(set.clone()));
            offset(ends.len() - 1)
        })
    }
}

fn add(sets: &mut Vec<((u32, u32), AddressSet)>, key: (u32, u32), addresses: &AddressSet) {
    match sets.iter_mut().find(|(known, _)| *known == key) {
        Some((_, all)) => *all = all.union(addresses),
        None => sets.push((key, addresses.clone())),
    }
}

/// What nobody can reach.
const NOTHING: FlowId = FlowId::NONE;
