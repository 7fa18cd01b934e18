//! Rows of flows between units, from the engine's rows between classes.

use super::Scene;
use super::units::Unit;
use crate::engine::{FlowId, PeerId};
use crate::sets::AddressSet;

/// What one source can reach.
#[derive(Clone)]
pub(crate) struct Row {
    /// One flow for each unit, in the order of the units.
    pub(crate) units: Vec<FlowId>,
    /// One flow for each atom, in the order of the atoms.
    pub(crate) atoms: Vec<FlowId>,
}

impl Scene<'_> {
    /// Hands over a row for each of these units, in this order.
    pub(crate) fn unit_rows(&self, sources: &[usize], each: &mut dyn FnMut(usize, &Row)) {
        let units: Vec<(usize, &Unit)> =
            sources.iter().filter_map(|at| Some((*at, self.units.all.get(*at)?))).collect();
        let rows: Vec<PeerId> = units
            .iter()
            .flat_map(|(_, unit)| unit.classes.iter().map(|class| PeerId::from(*class)))
            .collect();
        let mut waiting = units.into_iter();
        let mut current = waiting.next();
        let mut open: Vec<Vec<FlowId>> = Vec::new();
        let mut row = Row { units: Vec::new(), atoms: Vec::new() };
        self.engine.reach().rows(&rows, &mut |_, flows| {
            let Some((at, unit)) = current else { return };
            if unit.classes.len() == 1 {
                self.fill(flows, &mut row);
            } else {
                open.push(flows.to_vec());
                if open.len() < unit.classes.len() {
                    return;
                }
                self.fill(&self.engine.reach().merge_rows(&open), &mut row);
                open.clear();
            }
            each(at, &row);
            current = waiting.next();
        });
    }

    fn fill(&self, flows: &[FlowId], row: &mut Row) {
        row.units.clear();
        row.units.extend(self.units.all.iter().map(|unit| self.at_unit(flows, unit)));
        row.atoms.clear();
        row.atoms.extend(flows.iter().skip(self.cluster().classes.len()));
    }

    /// The addresses outside by their flow, of a row's flows to the atoms; those with none are left out.
    pub(crate) fn by_flow(&self, atoms: &[FlowId]) -> Vec<(FlowId, AddressSet)> {
        let mut by_flow = Vec::new();
        for ((_, addresses), flow) in self.engine.reach().atoms().zip(atoms) {
            add(&mut by_flow, *flow, addresses);
        }
        by_flow
    }

    /// The flow to a unit, of a row between classes.
    fn at_unit(&self, flows: &[FlowId], unit: &Unit) -> FlowId {
        let at = |class: &crate::cluster::ClassId| flows.get(class.index()).copied().unwrap_or(FlowId::NONE);
        match unit.classes.as_slice() {
            [only] => at(only),
            several => self.engine.reach().merge(&several.iter().map(at).collect::<Vec<_>>()),
        }
    }

    /// What everybody can reach at a unit.
    pub(crate) fn unit_column(&self, unit: &Unit) -> Row {
        let reach = self.engine.reach();
        let columns: Vec<Vec<FlowId>> = unit.classes.iter().map(|class| reach.column(*class)).collect();
        let flows = match columns.as_slice() {
            [only] => only.clone(),
            several => reach.merge_rows(several),
        };
        let mut row = Row { units: Vec::new(), atoms: Vec::new() };
        self.fill(&flows, &mut row);
        row
    }

    /// Hands over a row for each atom: its flows to these units.
    pub(crate) fn inward_rows(&self, units: &[usize], each: &mut dyn FnMut(&[FlowId])) {
        let atoms: Vec<PeerId> = self.engine.reach().atoms().map(|(id, _)| id).collect();
        self.rows_of_atoms(&atoms, units, each);
    }

    /// Hands over a row for each of these atoms, in this order: its flows to these units.
    pub(crate) fn rows_of_atoms(&self, atoms: &[PeerId], units: &[usize], each: &mut dyn FnMut(&[FlowId])) {
        let reach = self.engine.reach();
        let units: Vec<&Unit> = units.iter().filter_map(|at| self.units.all.get(*at)).collect();
        reach.rows(atoms, &mut |_, flows| {
            let row: Vec<FlowId> = units.iter().map(|unit| self.at_unit(flows, unit)).collect();
            each(&row);
        });
    }

    /// For each unit the addresses outside that can reach it, by flow.
    pub(crate) fn inward(&self) -> Vec<Vec<(FlowId, AddressSet)>> {
        let mut inward = vec![Vec::new(); self.units.all.len()];
        let all: Vec<usize> = (0..inward.len()).collect();
        let mut sets = self.engine.reach().atoms().map(|(_, set)| set);
        self.inward_rows(&all, &mut |row| {
            let Some(addresses) = sets.next() else { return };
            for (flow, inward) in row.iter().zip(&mut inward) {
                add(inward, *flow, addresses);
            }
        });
        inward
    }
}

fn add(by_flow: &mut Vec<(FlowId, AddressSet)>, flow: FlowId, addresses: &AddressSet) {
    if flow == FlowId::NONE {
        return;
    }
    match by_flow.iter_mut().find(|(known, _)| *known == flow) {
        Some((_, all)) => *all = all.union(addresses),
        None => by_flow.push((flow, addresses.clone())),
    }
}
