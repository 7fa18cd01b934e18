//! All flows in few rows: workloads that nothing tells apart go together, then sources with equal rows and
//! destinations with equal columns, until a row of the table is "these, to those, on these ports".

use std::collections::{BTreeMap, HashMap};

use super::matrix::Row;
use super::units::Unit;
use super::{Ends, Focus, Scene, naming};
use crate::engine::{Endpoint, FlowId};
use crate::sets::AddressSet;
use crate::workspace::{FlowRow, FlowTable};

/// The most kinds of workloads whose pairs are put together; beyond it nobody could read the table.
const MOST: usize = 6000;

/// A table that would have too many rows to be of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{kinds} workloads that policies treat differently are too many for one table: name some by --workload, \
     or list every pair by --expand"
)]
pub struct TooLarge {
    /// How many workloads no policy treats alike.
    pub kinds: usize,
}

/// Somebody in the matrix: units that nothing tells apart, or an atom.
#[derive(Clone, Debug)]
pub(super) enum Party {
    Units(Vec<usize>),
    Addresses(AddressSet),
}

/// A row before it has names: sources, destinations, flow.
type Block = (Vec<usize>, Vec<usize>, FlowId);

/// The flows between all parties.
struct Matrix {
    parties: Vec<Party>,
    /// How many of the parties are units; they come first.
    units: usize,
    cells: Vec<Vec<FlowId>>,
}

impl Scene<'_> {
    /// The flows that a focus asks for, in few rows.
    ///
    /// # Errors
    /// Where policies treat too many workloads differently.
    pub fn table(&self, focus: &Focus) -> Result<FlowTable, TooLarge> {
        let matrix = self.matrix(focus)?;
        let by_source = matrix.blocks(false);
        let by_destination = matrix.blocks(true);
        let blocks = if by_destination.len() < by_source.len() { by_destination } else { by_source };
        let mut table = FlowTable::default();
        let mut names = naming::Groups::new(self);
        let mut alone: BTreeMap<FlowId, Vec<usize>> = BTreeMap::new();
        for (from, to, flow) in blocks {
            if let Some(unit) = matrix.itself(&from, &to) {
                if self.has_replicas(unit) {
                    alone.entry(flow).or_default().push(unit);
                }
                continue;
            }
            let parties = |ids: &[usize]| -> Vec<Party> {
                ids.iter().filter_map(|id| matrix.parties.get(*id).cloned()).collect()
            };
            let (from, to) = (parties(&from), parties(&to));
            if let Some(row) = self.flow_row(focus, &mut names, &from, &to, flow, false) {
                table.rows.push(row);
            }
        }
        for (flow, units) in alone {
            let parties: Vec<_> = units.into_iter().map(|unit| Party::Units(vec![unit])).collect();
            if let Some(row) = self.flow_row(focus, &mut names, &parties, &parties, flow, true) {
                table.rows.push(row);
            }
        }
        table.groups = names.finish();
        let key = |row: &FlowRow| {
            let name = |ids: &[u32]| {
                ids.first().and_then(|id| table.groups.get(*id as usize)).map(|g| (g.kind, g.name.clone()))
            };
            (row.replicas, name(&row.to), name(&row.from))
        };
        table.rows.sort_by_cached_key(key);
        table.notes = self.notes();
        Ok(table)
    }

    pub(super) fn flow_row(
        &self,
        focus: &Focus,
        names: &mut naming::Groups<'_, '_>,
        from: &[Party],
        to: &[Party],
        flow: FlowId,
        replicas: bool,
    ) -> Option<FlowRow> {
        let found = self.flow(flow);
        let (allow, unknown) = (focus.connections(&found.certain), focus.connections(&found.unknown()));
        if allow.is_empty() && unknown.is_empty() {
            return None;
        }
        let ends = self.end(from.first()?).zip(self.end(to.first()?)).filter(|_| !unknown.is_empty());
        let reasons = ends.map(|(from, to)| self.doubts(from, to)).unwrap_or_default();
        Some(FlowRow { from: names.of(from), to: names.of(to), allow, unknown, reasons, replicas })
    }

    fn end(&self, party: &Party) -> Option<Endpoint<'static>> {
        match party {
            Party::Units(units) => self.class_of(*units.first()?).map(Endpoint::Class),
            Party::Addresses(set) => set.ranges().next().map(|(low, _)| Endpoint::Address(low)),
        }
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes =
            vec!["NetworkPolicies speak of TCP, UDP and SCTP; ICMP and other protocols are up to the network plugin".to_owned()];
        if self.units.all.iter().any(|unit| unit.host_network) {
            notes.push("Pods with hostNetwork stand for their node: no policy selects them".to_owned());
        }
        notes
    }

    fn matrix(&self, focus: &Focus) -> Result<Matrix, TooLarge> {
        let ends = Ends::new(self, focus);
        let parties = self.alike(&ends);
        let units = parties.len();
        if units > MOST {
            return Err(TooLarge { kinds: units });
        }
        let first: Vec<usize> = parties.iter().filter_map(|units| units.first().copied()).collect();
        let reach = self.engine.reach();
        let atoms: Vec<AddressSet> = reach.atoms().map(|(_, set)| set.clone()).collect();
        let mut cells = Vec::with_capacity(units + atoms.len());
        self.unit_rows(&first, &mut |from, row: &Row| {
            let wanted =
                |to: Option<usize>, flow| if ends.wants(Some(from), to) { flow } else { FlowId::NONE };
            let at = |to: &usize| wanted(Some(*to), row.units.get(*to).copied().unwrap_or(FlowId::NONE));
            let outside = row.atoms.iter().map(|flow| wanted(None, *flow));
            cells.push(first.iter().map(at).chain(outside).collect::<Vec<_>>());
        });
        let mut inward: Vec<Vec<FlowId>> = Vec::new();
        self.inward_rows(&first, &mut |row| inward.push(row.to_vec()));
        for mut row in inward {
            for (flow, to) in row.iter_mut().zip(&first) {
                if !ends.wants(None, Some(*to)) {
                    *flow = FlowId::NONE;
                }
            }
            row.resize(units + atoms.len(), FlowId::NONE);
            cells.push(row);
        }
        let parties = parties.into_iter().map(Party::Units).chain(atoms.into_iter().map(Party::Addresses));
        Ok(Matrix { parties: parties.collect(), units, cells })
    }

    /// The units, those together that nothing tells apart: neither their policies, nor the peers of others' policies,
    /// nor the focus.
    fn alike(&self, ends: &Ends) -> Vec<Vec<usize>> {
        let [sources, destinations] = self.engine.reach().kinds();
        let kind = |unit: &Unit| match unit.classes.as_slice() {
            [only] => {
                let of = |kinds: &[u32]| kinds.get(only.index()).copied();
                of(&sources).zip(of(&destinations))
            }
            _ => None,
        };
        let mut parties: Vec<Vec<usize>> = Vec::new();
        let mut known: HashMap<_, usize> = HashMap::new();
        for (id, unit) in self.units.all.iter().enumerate() {
            match kind(unit) {
                Some(kind) => {
                    let key = (kind, unit.replicas, ends.roles(id));
                    let at = *known.entry(key).or_insert(parties.len());
                    match parties.get_mut(at) {
                        Some(party) => party.push(id),
                        None => parties.push(vec![id]),
                    }
                }
                None => parties.push(vec![id]),
            }
        }
        parties
    }
}

impl Matrix {
    /// Rows of the table: equal rows of the matrix go together, then equal columns; turned round, columns first.
    fn blocks(&self, turned: bool) -> Vec<Block> {
        let n = self.parties.len();
        let cell = |a: usize, b: usize| {
            let (from, to) = if turned { (b, a) } else { (a, b) };
            self.cells.get(from).and_then(|row| row.get(to)).copied().unwrap_or(FlowId::NONE)
        };
        let lines = gather((0..n).map(|a| (0..n).map(|b| cell(a, b)).collect::<Vec<_>>()));
        let first: Vec<usize> = lines.iter().filter_map(|line| line.first().copied()).collect();
        let across = gather((0..n).map(|b| first.iter().map(|a| cell(*a, b)).collect::<Vec<_>>()));
        // (lines, flow) → what lies across.
        let mut blocks: BTreeMap<(Vec<usize>, FlowId), Vec<usize>> = BTreeMap::new();
        for members in &across {
            let Some(b) = members.first() else { continue };
            let mut by_flow: BTreeMap<FlowId, Vec<usize>> = BTreeMap::new();
            for (line, a) in lines.iter().zip(&first) {
                let flow = cell(*a, *b);
                if flow != FlowId::NONE {
                    by_flow.entry(flow).or_default().extend(line);
                }
            }
            for (flow, mut all) in by_flow {
                all.sort_unstable();
                blocks.entry((all, flow)).or_default().extend(members);
            }
        }
        let block = |((all, flow), mut members): ((Vec<usize>, FlowId), Vec<usize>)| {
            members.sort_unstable();
            if turned { (members, all, flow) } else { (all, members, flow) }
        };
        blocks.into_iter().map(block).collect()
    }

    /// The unit, where source and destination are the one unit.
    fn itself(&self, from: &[usize], to: &[usize]) -> Option<usize> {
        match (from, to) {
            ([a], [b]) if a == b && *a < self.units => match self.parties.get(*a) {
                Some(Party::Units(units)) => match units.as_slice() {
                    [only] => Some(*only),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }
}

/// Positions of equal lines, in the order of the first.
fn gather(lines: impl Iterator<Item = Vec<FlowId>>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<Vec<FlowId>, usize> = HashMap::new();
    for (at, line) in lines.enumerate() {
        let group = *known.entry(line).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(members) => members.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups
}
