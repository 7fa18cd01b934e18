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

#[cfg(test)]
mod tests {
    use super::super::testing::{pod, policy, with_scene};
    use super::*;

    /// Two Pods of one owner of which a policy lets in one only, and a client.
    fn text() -> String {
        let owned = |name: &str| {
            pod(name).replace(
                "labels:",
                "ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: a, controller: true}], labels:",
            )
        };
        let spec = "  podSelector: {matchLabels: {app: w1}}
  ingress:
  - from: [{ipBlock: {cidr: 10.0.0.0/8}}]
  - from: [{podSelector: {matchLabels: {app: client}}}]
    ports: [{port: 80}]
";
        [owned("x/w1"), owned("x/w2"), pod("x/client"), policy("x/w1", spec)].concat()
    }

    #[test]
    fn pods_that_differ_are_one_unit_in_rows_and_columns() {
        with_scene(&text(), |scene| {
            let names: Vec<&str> = scene.names().collect();
            assert_eq!(names, ["x/client[Pod]", "x/web[ReplicaSet]"]);
            let mut rows = Vec::new();
            scene.unit_rows(&[1, 0], &mut |from, row| rows.push((from, row.clone())));
            assert_eq!(rows.iter().map(|(from, _)| *from).collect::<Vec<_>>(), [1, 0]);
            let [(_, web), (_, client)] = &rows[..] else { panic!("two rows") };
            assert_eq!((web.units.len(), client.units.len()), (2, 2));
            let to_web = scene.flow(client.units[1]);
            assert_eq!(to_web.certain.to_string(), "TCP 80");
            assert!(to_web.possible.is_all(), "one of the Pods takes everything");
            let column = scene.unit_column(&scene.units.all[1]);
            assert_eq!(column.units, [client.units[1], web.units[1]]);
        });
    }

    #[test]
    fn addresses_come_by_flow() {
        with_scene(&text(), |scene| {
            let inward = scene.inward();
            let of = |unit: usize| {
                let flows = inward[unit].iter().map(|(flow, set)| {
                    let flow = scene.flow(*flow);
                    (flow.certain.is_all(), set.to_cidrs().len(), set.contains("10.1.2.3".parse().unwrap()))
                });
                flows.collect::<Vec<_>>()
            };
            assert_eq!(of(0), [(true, 2, true)], "the client, from everywhere");
            let to_web = of(1);
            assert_eq!(to_web.len(), 2);
            assert!(to_web.contains(&(true, 1, true)), "{to_web:?}");
            assert!(to_web.iter().any(|(all, _, inside)| !all && !inside), "{to_web:?}");

            let mut outward = Vec::new();
            scene.unit_rows(&[0], &mut |_, row| outward = scene.by_flow(&row.atoms));
            assert_eq!(outward.len(), 1);
            assert_eq!(outward[0].1, AddressSet::all());
        });
    }
}
