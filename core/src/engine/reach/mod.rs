//! Who can reach whom, for everybody at once.
//!
//! Per class and direction the policies are compiled to a list ([`lists`]); classes with equal lists form a block. A
//! connection needs the source's egress and the destination's ingress, so a pair's answer is the intersection of what
//! two lists say. Lists, sets of peers, sets of connections and intersections are interned, and nothing is expanded
//! to pairs before somebody asks.

mod conns;
mod eval;
mod judge;
mod lists;
mod pairs;
mod universe;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::net::IpAddr;

pub(super) use judge::{Judge, Scratch};
pub use lists::{List as CompiledList, Part as CompiledPart, Rank as CompiledRank};

use conns::Conns;
use eval::{Answers, Bounds, Mask, evaluate};
use lists::{Compiler, EVERYBODY, List, Side, of_class};
use pairs::Pairs;
use universe::Universe;

use super::matching::{on_one_node, place};
use super::{Engine, Match, by_direction};
use crate::cluster::{ClassId, Cluster};
use crate::model::{AdminPeer, Direction, Peer};
use crate::sets::{AddressSet, ConnectionSet, FastMap, IdSet, Pool};

/// What one peer can reach at another: two bounds, because the manifests don't show everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flow {
    /// Proven allowed.
    pub certain: ConnectionSet,
    /// Not proven denied; holds `certain`.
    pub possible: ConnectionSet,
}

impl Flow {
    /// A flow without doubt.
    pub fn exactly(connections: ConnectionSet) -> Self {
        Self { possible: connections.clone(), certain: connections }
    }

    /// Neither proven allowed nor proven denied.
    pub fn unknown(&self) -> ConnectionSet {
        self.possible.subtract(&self.certain)
    }

    /// Whether it is proven that there is none.
    pub fn is_none(&self) -> bool {
        self.possible.is_empty()
    }

    /// What both let through.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            certain: self.certain.intersect(&other.certain),
            possible: self.possible.intersect(&other.possible),
        }
    }
}

/// A flow, by its id in a [`Reach`]; equal flows have equal ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowId(u32);

impl FlowId {
    /// No connection.
    pub const NONE: Self = Self(0);

    /// The id as an index: ids are dense.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Somebody at one end of a connection: a class of the cluster, or an atom of outside addresses. Ids are dense, the
/// classes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u32);

impl From<ClassId> for PeerId {
    fn from(class: ClassId) -> Self {
        Self(class.0)
    }
}

/// The compiled policies of one cluster.
pub struct Reach<'c> {
    cluster: &'c Cluster<'c>,
    universe: Universe,
    sets: Pool<IdSet>,
    sides: [Side; 2],
    work: RefCell<Work>,
}

/// What grows while answers are computed.
struct Work {
    conns: Conns,
    answers: [Vec<Answers>; 2],
    pairs: Pairs,
}

impl<'c> Reach<'c> {
    /// Compiles the policies.
    pub(super) fn new(engine: &Engine<'c>) -> Self {
        let cluster = engine.cluster();
        let universe = Universe::new(cluster, &addresses_in_use(cluster));
        let (mut conns, mut sets) = (Conns::new(), Pool::new());
        let mut compiler = Compiler::new(engine, &universe, &mut conns, &mut sets);
        let sides = Direction::BOTH.map(|direction| compiler.side(direction));
        let answers = [0, 1].map(|i: usize| {
            sides.get(i).map(|side| side.lists.iter().map(Answers::of).collect()).unwrap_or_default()
        });
        let work = RefCell::new(Work { conns, answers, pairs: Pairs::new() });
        Self { cluster, universe, sets, sides, work }
    }

    /// How many peers there are.
    pub fn peers(&self) -> u32 {
        self.universe.len()
    }

    /// The atoms: sets of outside addresses that no CIDR in use tells apart, each of one family.
    pub fn atoms(&self) -> impl Iterator<Item = (PeerId, &AddressSet)> {
        self.universe.atoms().map(|(id, atom)| (PeerId(id), atom))
    }

    /// The atom that holds an address.
    pub fn atom_of(&self, address: IpAddr) -> Option<PeerId> {
        self.universe.atom_of(address).map(PeerId)
    }

    /// The class of a peer; none for an atom.
    pub fn class_of(&self, peer: PeerId) -> Option<ClassId> {
        ((peer.0 as usize) < self.cluster.classes.len()).then_some(ClassId(peer.0))
    }

    /// The index of the list that decides on a class in a direction: classes with equal lists have equal indices.
    pub fn list_of(&self, direction: Direction, class: ClassId) -> u32 {
        of_class(&self.sides, direction, class.0).map_or(0, |(id, _)| id)
    }

    /// How many classes there are: ids below are classes, the others atoms.
    pub fn classes(&self) -> u32 {
        crate::text::offset(self.cluster.classes.len())
    }

    /// The lists of one direction; [`Reach::list_of`] tells which is a class's.
    pub fn compiled(&self, direction: Direction) -> &[CompiledList] {
        &by_direction(&self.sides, direction).lists
    }

    /// The sets of peers that lists refer to, by position.
    pub fn sets(&self) -> impl Iterator<Item = &IdSet> {
        self.sets.iter().map(|(_, set)| set)
    }

    /// The connections of a part of a list.
    pub fn connections(&self, part: &CompiledPart) -> ConnectionSet {
        self.work.borrow().conns.get(part.conns)
    }

    /// A flow by its id.
    pub fn flow(&self, id: FlowId) -> Flow {
        let work = self.work.borrow();
        let bounds = work.pairs.bounds(id.0);
        Flow { certain: work.conns.get(bounds.certain), possible: work.conns.get(bounds.possible) }
    }

    /// What `from` can reach at `to`. Two addresses outside have no flow.
    pub fn between(&self, from: PeerId, to: PeerId) -> FlowId {
        let mut found = FlowId::NONE;
        self.rows(&[from], &mut |_, row| found = row.get(to.0 as usize).copied().unwrap_or(FlowId::NONE));
        found
    }

    /// The flow of Pods that differ: proven where it is proven for each of them, possible where it is for any.
    pub fn merge(&self, flows: &[FlowId]) -> FlowId {
        let Some((first, rest)) = flows.split_first() else { return FlowId::NONE };
        if rest.iter().all(|flow| flow == first) {
            return *first;
        }
        let work = &mut *self.work.borrow_mut();
        let bounds = rest.iter().fold(work.pairs.bounds(first.0), |all, flow| {
            let flow = work.pairs.bounds(flow.0);
            Bounds {
                certain: work.conns.intersect(all.certain, flow.certain),
                possible: work.conns.union(all.possible, flow.possible),
            }
        });
        FlowId(work.pairs.intern(bounds))
    }

    /// The rows of Pods that differ, merged.
    pub fn merge_rows(&self, rows: &[Vec<FlowId>]) -> Vec<FlowId> {
        let at = |i: usize| -> Vec<FlowId> { rows.iter().filter_map(|row| row.get(i).copied()).collect() };
        (0..self.universe.len() as usize).map(|i| self.merge(&at(i))).collect()
    }

    /// What the policies on a class let through between it and everybody, one id for each peer.
    pub fn side(&self, direction: Direction, class: ClassId) -> Vec<FlowId> {
        let Some((id, list)) = of_class(&self.sides, direction, class.0) else { return Vec::new() };
        self.ask(direction, id, list, None, &mut self.work.borrow_mut())
    }

    /// What everybody can reach at one class: one flow for each peer. It costs what the lists cost, not the pairs.
    pub fn column(&self, to: ClassId) -> Vec<FlowId> {
        let inward = self.side(Direction::Ingress, to);
        let work = &mut *self.work.borrow_mut();
        let side = by_direction(&self.sides, Direction::Egress);
        let lists = (0..).zip(&side.lists);
        let outward: Vec<FlowId> = lists
            .map(|(id, list)| self.ask(Direction::Egress, id, list, Some(&[to.0]), work).pop())
            .map(|flow| flow.unwrap_or(FlowId::NONE))
            .collect();
        let mut column = inward;
        let target = self.cluster.class(to);
        for ((flow, list), from) in column.iter_mut().zip(&side.of_class).zip(&self.cluster.classes) {
            let outward = outward.get(*list as usize).copied().unwrap_or(FlowId::NONE);
            *flow = FlowId(work.pairs.intersect(outward.0, flow.0, &mut work.conns));
            if let Some(target) = target.filter(|_| from.host_network) {
                *flow = from_own_node(on_one_node(from, target), *flow, &mut work.pairs);
            }
        }
        column
    }

    /// Hands over the row of each source: what it can reach, one flow for each peer, by id.
    pub fn rows(&self, sources: &[PeerId], each: &mut dyn FnMut(PeerId, &[FlowId])) {
        // So many sources at a time that the ingress lists' answers to them stay in the cache.
        const TILE: usize = 64;
        let mut egress: FastMap<u32, Vec<FlowId>> = FastMap::default();
        let mut row = Vec::new();
        for tile in sources.chunks(TILE) {
            let ids: Vec<u32> = tile.iter().map(|source| source.0).collect();
            let ingress: Vec<Vec<FlowId>> = {
                let work = &mut *self.work.borrow_mut();
                let side = by_direction(&self.sides, Direction::Ingress);
                let lists = (0..).zip(&side.lists);
                lists.map(|(id, list)| self.ask(Direction::Ingress, id, list, Some(&ids), work)).collect()
            };
            for (at, source) in tile.iter().enumerate() {
                row.clear();
                self.row(*source, at, &ingress, &mut egress, &mut row);
                each(*source, &row);
            }
            // Lists with many members come again; the others only cost memory.
            if egress.len() > TILE {
                egress.clear();
            }
        }
    }

    fn row(
        &self,
        source: PeerId,
        at: usize,
        ingress: &[Vec<FlowId>],
        egress: &mut FastMap<u32, Vec<FlowId>>,
        row: &mut Vec<FlowId>,
    ) {
        let work = &mut *self.work.borrow_mut();
        let class = self.class_of(source).and_then(|id| self.cluster.class(id));
        let out = match of_class(&self.sides, Direction::Egress, source.0) {
            Some((id, list)) => {
                egress.entry(id).or_insert_with(|| self.ask(Direction::Egress, id, list, None, work))
            }
            None => &mut Vec::new(),
        };
        let of_class = &by_direction(&self.sides, Direction::Ingress).of_class;
        for (to, list) in of_class.iter().enumerate() {
            let inward = ingress.get(*list as usize).and_then(|answers| answers.get(at)).copied();
            let inward = inward.unwrap_or(FlowId::NONE);
            let outward = out.get(to).copied();
            row.push(match outward {
                Some(outward) => FlowId(work.pairs.intersect(outward.0, inward.0, &mut work.conns)),
                None => inward,
            });
        }
        if let Some(class) = class {
            let to_atoms = out.iter().skip(of_class.len());
            row.extend(to_atoms.copied());
            if class.host_network {
                for (to, flow) in self.cluster.classes.iter().zip(row.iter_mut()) {
                    *flow = from_own_node(on_one_node(class, to), *flow, &mut work.pairs);
                }
            }
        }
        row.resize(self.universe.len() as usize, FlowId::NONE);
    }

    /// What a list says to each of these peers, or to everybody.
    fn ask(
        &self,
        direction: Direction,
        id: u32,
        list: &List,
        peers: Option<&[u32]>,
        work: &mut Work,
    ) -> Vec<FlowId> {
        let Work { conns, answers, pairs } = work;
        let [ingress, egress] = answers;
        let of_side = match direction {
            Direction::Ingress => ingress,
            Direction::Egress => egress,
        };
        let Some(answers) = of_side.get_mut(id as usize) else { return Vec::new() };
        let mut last: Option<(Mask, FlowId)> = None;
        if !answers.fits() {
            let mut answer = |peer: u32| {
                let holds = |set| self.sets.get(set).is_some_and(|set| set.contains(peer));
                FlowId(pairs.intern(evaluate(list, &holds, conns)))
            };
            return match peers {
                Some(peers) => peers.iter().copied().map(answer).collect(),
                None => (0..self.universe.len()).map(&mut answer).collect(),
            };
        }
        let masks = self.masks(&answers.sets, peers);
        let mut flows = Vec::with_capacity(masks.len());
        for mask in masks {
            let flow = match last {
                Some((known, flow)) if known == mask => flow,
                _ => FlowId(pairs.intern(answers.get(list, mask, conns))),
            };
            last = Some((mask, flow));
            flows.push(flow);
        }
        flows
    }

    /// For each peer which of the sets hold it.
    fn masks(&self, sets: &[u32], peers: Option<&[u32]>) -> Vec<Mask> {
        let mut masks = vec![0; peers.map_or(self.universe.len() as usize, <[u32]>::len)];
        for (bit, set) in sets.iter().enumerate() {
            let Some(set) = self.sets.get(*set) else { continue };
            let bit = 1 << bit;
            match peers {
                Some(peers) => {
                    for (mask, _) in masks.iter_mut().zip(peers).filter(|(_, peer)| set.contains(**peer)) {
                        *mask |= bit;
                    }
                }
                None => {
                    for peer in set.iter() {
                        if let Some(mask) = masks.get_mut(peer as usize) {
                            *mask |= bit;
                        }
                    }
                }
            }
        }
        masks
    }

    /// Peers that no list tells apart as sources, and as destinations: two numbers for each class, equal for two
    /// classes only if their rows, or their columns, are equal.
    pub fn kinds(&self) -> [Vec<u32>; 2] {
        let [ingress, egress] = &self.sides;
        let mut destinations = self.kind(ingress, egress);
        if self.cluster.classes.iter().any(|class| class.host_network) {
            // What comes from a node's network hangs on whether the destination is on that node.
            let places = self.cluster.classes.iter().map(place);
            let mut known = FastMap::default();
            for (number, place) in destinations.iter_mut().zip(places) {
                let next = crate::text::offset(known.len());
                *number = *known.entry((*number, place)).or_insert(next);
            }
        }
        [self.kind(egress, ingress), destinations]
    }

    /// Numbers for classes with the same list on the `own` side that the same sets of the `other` side hold.
    fn kind(&self, own: &Side, other: &Side) -> Vec<u32> {
        let mut numbers = own.of_class.clone();
        let sets: BTreeSet<u32> =
            other.lists.iter().flat_map(List::sets).filter(|set| *set > EVERYBODY).collect();
        let mut next = numbers.iter().max().map_or(0, |most| most + 1);
        for set in sets.into_iter().filter_map(|id| self.sets.get(id)) {
            let mut split: FastMap<u32, u32> = FastMap::default();
            for id in set.iter() {
                let Some(number) = numbers.get_mut(id as usize) else { break };
                *number = *split.entry(*number).or_insert_with(|| {
                    next += 1;
                    next - 1
                });
            }
        }
        // A node's place decides too, and there are few.
        let nodes = numbers.iter_mut().zip(&self.cluster.classes).filter(|(_, class)| class.host_network);
        for ((number, _), fresh) in nodes.zip(next..) {
            *number = fresh;
        }
        numbers
    }
}

/// A Pod can always be reached from its own node.
fn from_own_node(on_one_node: Match, flow: FlowId, pairs: &mut Pairs) -> FlowId {
    let bounds = pairs.bounds(flow.0);
    match on_one_node {
        Match::Yes => FlowId(pairs.intern(Bounds::ALL)),
        Match::Maybe => FlowId(pairs.intern(Bounds { possible: Bounds::ALL.possible, ..bounds })),
        Match::No => flow,
    }
}

/// Every set of addresses that a rule names.
fn addresses_in_use(cluster: &Cluster<'_>) -> BTreeSet<AddressSet> {
    let mut used = BTreeSet::new();
    for policy in &cluster.policies {
        let halves = Direction::BOTH.map(|direction| policy.policy.half(direction));
        for peer in halves.iter().flat_map(|half| &half.rules).flat_map(|rule| rule.peers.iter().flatten()) {
            if let Peer::Block(block) = peer {
                used.insert(block.addresses());
            }
        }
    }
    for policy in &cluster.admin {
        let rules = Direction::BOTH.into_iter().flat_map(|direction| policy.policy.rules(direction));
        for peer in rules.flat_map(|rule| &rule.peers) {
            if let AdminPeer::Networks(networks) = peer {
                used.insert(networks.iter().copied().collect());
            }
        }
    }
    used
}

#[cfg(test)]
mod tests;
