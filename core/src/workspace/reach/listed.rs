//! All flows pair by pair, as a table.

use super::grouped::Party;
use super::{Ends, Focus, Scene, naming};
use crate::engine::FlowId;
use crate::workspace::FlowTable;

impl Scene<'_> {
    /// The flows that a focus asks for, one row for each pair of workloads, and of a workload and all addresses with
    /// the same flow.
    pub fn pairs(&self, focus: &Focus) -> FlowTable {
        let ends = Ends::new(self, focus);
        let mut table = FlowTable::default();
        let mut names = naming::Groups::new(self);
        let unit = |id: usize| [Party::Units(vec![id])];
        let mut add = |from: &[Party], to: &[Party], flow, replicas| {
            table.rows.extend(self.flow_row(focus, &mut names, from, to, flow, replicas));
        };
        let sources: Vec<usize> = (0..self.workloads()).collect();
        self.unit_rows(&sources, &mut |from, row| {
            for (to, flow) in row.units.iter().enumerate() {
                let itself = from == to;
                let exists = *flow != FlowId::NONE && (!itself || self.has_replicas(from));
                if exists && ends.wants(Some(from), Some(to)) {
                    add(&unit(from), &unit(to), *flow, itself);
                }
            }
            if ends.wants(Some(from), None) {
                for (flow, addresses) in self.by_flow(&row.atoms) {
                    add(&unit(from), &[Party::Addresses(addresses)], flow, false);
                }
            }
        });
        for (to, inward) in
            self.inward().into_iter().enumerate().filter(|(to, _)| ends.wants(None, Some(*to)))
        {
            for (flow, addresses) in inward {
                add(&[Party::Addresses(addresses)], &unit(to), flow, false);
            }
        }
        self.add_inflows(focus, &mut names, &mut table.rows);
        table.groups = names.finish();
        table.notes = self.notes();
        table
    }
}
