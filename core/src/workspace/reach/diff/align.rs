//! The two sides brought into line: which workload is which, which addresses are which, and which flows are equal.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::super::matrix::Row;
use super::{ChangedFlow, Comparison, NOTHING};
use crate::engine::{Flow, FlowId, PeerId};
use crate::sets::{AddressSet, split_atoms};
use crate::text::offset;
use crate::workspace::{Ends, Inflow, Scene};

/// So many rows of the old side are kept while the new side's are computed.
const TILE: usize = 64;

/// One end of a pair, by its place in an [`Aligned`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum End {
    Unit(usize),
    Piece(usize),
    /// A controller that is no workload of either side.
    Controller,
}

/// A workload of either side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Both<'s> {
    pub(super) name: &'s str,
    pub(super) namespace: &'s str,
    /// Whether its Pods share their node's network, now or, if it is gone, before.
    pub(super) is_node: bool,
    /// Whether there can be two Pods of it, on either side.
    pub(super) replicas: bool,
    /// Its places among the old and the new units.
    pub(super) places: [Option<usize>; 2],
}

/// Addresses that neither side tells apart.
struct Piece {
    addresses: AddressSet,
    /// The old and the new atom that hold them.
    atoms: [PeerId; 2],
}

/// Everybody who can be at an end.
pub(super) struct Aligned<'s> {
    /// The workloads, by namespace and name.
    pub(super) units: Vec<Both<'s>>,
    pieces: Vec<Piece>,
    /// How many classes each side has: atoms are numbered after them.
    classes: [usize; 2],
}

impl<'s> Aligned<'s> {
    pub(super) fn new(sides: [&'s Scene<'_>; 2]) -> Self {
        let atoms: Vec<AddressSet> =
            sides.iter().flat_map(|side| side.engine.reach().atoms().map(|(_, set)| set.clone())).collect();
        let pieces = split_atoms(&atoms).into_iter().filter_map(|addresses| {
            let first = addresses.ranges().next()?.0;
            let [a, b] = sides.map(|side| side.engine.reach().atom_of(first));
            Some(Piece { addresses, atoms: [a?, b?] })
        });
        let pieces = pieces.collect();
        Self { units: units(sides), pieces, classes: sides.map(|side| side.cluster().classes.len()) }
    }

    /// The pieces with addresses of a set.
    pub(super) fn pieces_of(&self, set: &AddressSet) -> impl Iterator<Item = usize> {
        let pieces = self.pieces.iter().enumerate();
        pieces.filter(move |(_, piece)| !piece.addresses.is_disjoint(set)).map(|(at, _)| at)
    }

    /// The addresses of a piece.
    pub(super) fn addresses(&self, piece: usize) -> &AddressSet {
        static NONE: AddressSet = AddressSet::empty();
        self.pieces.get(piece).map_or(&NONE, |piece| &piece.addresses)
    }
}

fn units<'s>([old, new]: [&'s Scene<'_>; 2]) -> Vec<Both<'s>> {
    let mut units = Vec::new();
    let mut before = old.units.all.iter().enumerate().peekable();
    let mut after = new.units.all.iter().enumerate().peekable();
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return units,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((_, a)), Some((_, b))) => {
                (old.namespace_of(a), &a.name).cmp(&(new.namespace_of(b), &b.name))
            }
        };
        let a = before.next_if(|_| order != Ordering::Greater);
        let b = after.next_if(|_| order != Ordering::Less);
        let namespace = match (a, b) {
            (_, Some((_, unit))) => new.namespace_of(unit),
            (Some((_, unit)), None) => old.namespace_of(unit),
            (None, None) => "",
        };
        if let Some((_, unit)) = b.or(a) {
            units.push(Both {
                name: &unit.name,
                namespace,
                is_node: unit.host_network,
                replicas: [a, b].into_iter().flatten().any(|(_, unit)| unit.replicas),
                places: [a, b].map(|found| found.map(|(at, _)| at)),
            });
        }
    }
}

/// What one source can reach, on both sides.
pub(super) struct Rows<'r> {
    aligned: &'r Aligned<'r>,
    from: usize,
    /// Whether there can be two Pods of the source.
    replicas: [bool; 2],
    rows: [Option<&'r Row>; 2],
}

impl Rows<'_> {
    /// The flows to each workload.
    pub(super) fn units(&self) -> impl Iterator<Item = (usize, [FlowId; 2])> {
        self.aligned.units.iter().enumerate().map(|(to, unit)| {
            let [a, b] = self.rows;
            let flow = |row: Option<&Row>, place: Option<usize>, replicas: bool| {
                let found = row.zip(place).and_then(|(row, place)| row.units.get(place).copied());
                found.filter(|_| to != self.from || replicas).unwrap_or(NOTHING)
            };
            let [old, new] = unit.places;
            let [before, after] = self.replicas;
            (to, [flow(a, old, before), flow(b, new, after)])
        })
    }

    /// The flows to each piece.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (usize, [FlowId; 2])> {
        self.aligned.pieces.iter().enumerate().map(|(at, piece)| {
            let flow = |row: Option<&Row>, atom: PeerId, classes: usize| {
                let place = (atom.0 as usize).checked_sub(classes);
                row.zip(place).and_then(|(row, place)| row.atoms.get(place).copied()).unwrap_or(NOTHING)
            };
            let ([a, b], [old, new], [before, after]) = (self.rows, piece.atoms, self.aligned.classes);
            (at, [flow(a, old, before), flow(b, new, after)])
        })
    }
}

impl Comparison<'_, '_> {
    /// Hands over what each workload that may be a source can reach.
    pub(super) fn outward(&self, aligned: &Aligned<'_>, ends: &Ends, each: &mut dyn FnMut(usize, &Rows<'_>)) {
        let sources: Vec<usize> = (0..aligned.units.len()).filter(|unit| ends.may_connect(*unit)).collect();
        for tile in sources.chunks(TILE) {
            let units: Vec<(usize, Both<'_>)> =
                tile.iter().filter_map(|at| Some((*at, *aligned.units.get(*at)?))).collect();
            let [mut before, mut after] = [0, 1].map(|side: usize| {
                let Some(scene) = self.sides.get(side) else { return Default::default() };
                let places: Vec<usize> =
                    units.iter().filter_map(|(_, unit)| unit.places.get(side).copied().flatten()).collect();
                let mut rows: HashMap<usize, Row> = HashMap::new();
                scene.unit_rows(&places, &mut |at, row| {
                    rows.insert(at, row.clone());
                });
                rows
            });
            for (from, unit) in units {
                let [a, b] = unit.places;
                let rows = [a.and_then(|at| before.remove(&at)), b.and_then(|at| after.remove(&at))];
                let [old, new] = self.sides;
                let replicas =
                    [a.is_some_and(|at| old.has_replicas(at)), b.is_some_and(|at| new.has_replicas(at))];
                let [old, new] = &rows;
                each(from, &Rows { aligned, from, replicas, rows: [old.as_ref(), new.as_ref()] });
            }
        }
    }

    /// Hands over the flow of each piece to each workload.
    pub(super) fn inward(&self, aligned: &Aligned<'_>, each: &mut dyn FnMut(usize, usize, [FlowId; 2])) {
        let numbered: Vec<(usize, &Piece)> = aligned.pieces.iter().enumerate().collect();
        for tile in numbered.chunks(TILE) {
            let [before, after] = [0, 1].map(|side: usize| {
                let Some(scene) = self.sides.get(side) else { return Default::default() };
                let atoms: Vec<PeerId> =
                    tile.iter().filter_map(|(_, piece)| piece.atoms.get(side).copied()).collect();
                let all: Vec<usize> = (0..scene.workloads()).collect();
                let mut rows: Vec<Vec<FlowId>> = Vec::new();
                scene.rows_of_atoms(&atoms, &all, &mut |row| rows.push(row.to_vec()));
                rows
            });
            for ((piece, _), (old, new)) in tile.iter().zip(before.iter().zip(&after)) {
                for (to, unit) in aligned.units.iter().enumerate() {
                    let flow = |row: &[FlowId], place: Option<usize>| {
                        place.and_then(|place| row.get(place).copied()).unwrap_or(NOTHING)
                    };
                    let [a, b] = unit.places;
                    each(*piece, to, [flow(old, a), flow(new, b)]);
                }
            }
        }
    }
}

impl Comparison<'_, '_> {
    /// Hands over what comes in through controllers at each workload where that may have changed.
    pub(super) fn through_controllers(&self, aligned: &Aligned<'_>, each: &mut dyn FnMut(usize, [&Flow; 2])) {
        let none = Flow::default();
        let [before, after] = self.sides.map(Scene::through_controllers);
        for (to, unit) in aligned.units.iter().enumerate() {
            let [old, new] = unit.places;
            let old = old.and_then(|place| before.get(place)).map_or(&none, |inflow: &Inflow| &inflow.flow);
            let new = new.and_then(|place| after.get(place)).map_or(&none, |inflow: &Inflow| &inflow.flow);
            if old != new {
                each(to, [old, new]);
            }
        }
    }
}

/// Which old flow equals which new one: each pair of ids is compared once.
pub(super) struct Differences<'s, 'c> {
    comparison: &'s Comparison<'s, 'c>,
    known: Vec<Vec<u32>>,
    ids: HashMap<ChangedFlow, u32>,
    all: Vec<ChangedFlow>,
}

impl<'s, 'c> Differences<'s, 'c> {
    /// No difference.
    pub(super) const NONE: u32 = u32::MAX;
    const OPEN: u32 = u32::MAX - 1;

    pub(super) fn new(comparison: &'s Comparison<'s, 'c>) -> Self {
        Self { comparison, known: Vec::new(), ids: HashMap::new(), all: Vec::new() }
    }

    /// The number of the difference.
    pub(super) fn of(&mut self, old: FlowId, new: FlowId) -> u32 {
        let known = self.known.get(old.index()).and_then(|row| row.get(new.index()));
        match known {
            Some(number) if *number != Self::OPEN => *number,
            _ => self.compare(old, new),
        }
    }

    fn compare(&mut self, old: FlowId, new: FlowId) -> u32 {
        let [before, after] = self.comparison.sides;
        let number = self.between(&before.flow(old), &after.flow(new));
        if self.known.len() <= old.index() {
            self.known.resize(old.index() + 1, Vec::new());
        }
        if let Some(row) = self.known.get_mut(old.index()) {
            if row.len() <= new.index() {
                row.resize(new.index() + 1, Self::OPEN);
            }
            if let Some(cell) = row.get_mut(new.index()) {
                *cell = number;
            }
        }
        number
    }

    /// The number of the difference of two flows, as far as the focus asks for it.
    pub(super) fn between(&mut self, old: &Flow, new: &Flow) -> u32 {
        let focus = self.comparison.focus;
        let limit = |flow: &Flow| Flow {
            certain: focus.connections(&flow.certain),
            possible: focus.connections(&flow.possible),
        };
        let changed = ChangedFlow { old: limit(old), new: limit(new) };
        if changed.old == changed.new {
            return Self::NONE;
        }
        let all = &mut self.all;
        *self.ids.entry(changed).or_insert_with_key(|changed| {
            all.push(changed.clone());
            offset(all.len() - 1)
        })
    }

    /// A difference by its number.
    pub(super) fn get(&self, number: u32) -> &ChangedFlow {
        static NONE: std::sync::OnceLock<ChangedFlow> = std::sync::OnceLock::new();
        let none = || ChangedFlow { old: Flow::default(), new: Flow::default() };
        self.all.get(number as usize).unwrap_or_else(|| NONE.get_or_init(none))
    }

    pub(super) fn finish(self) -> Vec<ChangedFlow> {
        self.all
    }
}
