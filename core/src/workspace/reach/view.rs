//! What readers outside of this room see of a scene, beyond the answers.

use super::Scene;
use super::matrix::Row;
use crate::cluster::{ClassId, ObjectId};
use crate::engine::{Engine, FlowId};
use crate::model::Direction;
use crate::rules::Origins;
use crate::sets::AddressSet;

/// Whoever is at the other end of a workload's connections, with what flows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Partners {
    /// Workloads, by position; the workload itself where it has several Pods.
    pub(crate) units: Vec<(usize, FlowId)>,
    /// Addresses outside.
    pub(crate) addresses: Vec<(FlowId, AddressSet)>,
}

impl<'c> Scene<'c> {
    /// The answers over the root.
    pub(crate) fn engine(&self) -> &'c Engine<'c> {
        self.engine
    }

    /// The files, and where rendered objects come from.
    pub(crate) fn origins(&self) -> Origins<'c> {
        self.origins
    }

    /// The name of a workload, `namespace/name[Kind]`; empty for an unknown one.
    pub(crate) fn unit_name(&self, unit: usize) -> &str {
        self.units.all.get(unit).map_or("", |unit| &unit.name)
    }

    /// An object that makes a workload's Pods.
    pub(crate) fn unit_object(&self, unit: usize) -> Option<ObjectId> {
        let workload = self.units.all.get(unit)?.workload;
        self.cluster().workload(workload).map(|info| info.object)
    }

    /// The classes of a workload's Pods.
    pub(crate) fn unit_classes(&self, unit: usize) -> &[ClassId] {
        self.units.all.get(unit).map_or(&[], |unit| &unit.classes)
    }

    /// For each class its workloads, by position.
    pub(crate) fn units_by_class(&self) -> Vec<Vec<usize>> {
        let mut units = vec![Vec::new(); self.cluster().classes.len()];
        for (at, unit) in self.units.all.iter().enumerate() {
            for class in &unit.classes {
                if let Some(of_class) = units.get_mut(class.index()) {
                    of_class.push(at);
                }
            }
        }
        units
    }

    /// Who can connect to a workload, or to whom it can; those with whom nothing flows are left out.
    pub(crate) fn partners(&self, unit: usize, direction: Direction) -> Partners {
        let mut found = Partners::default();
        let mut take = |row: &Row| {
            let itself = |other: usize| other == unit && !self.has_replicas(unit);
            let all = row.units.iter().copied().enumerate();
            found.units = all.filter(|(other, flow)| *flow != FlowId::NONE && !itself(*other)).collect();
            found.addresses = self.by_flow(&row.atoms);
            found.addresses.retain(|(flow, _)| *flow != FlowId::NONE);
        };
        match (direction, self.units.all.get(unit)) {
            (Direction::Ingress, Some(unit)) => take(&self.unit_column(unit)),
            (Direction::Egress, Some(_)) => self.unit_rows(&[unit], &mut |_, row| take(row)),
            (_, None) => {}
        }
        found
    }
}
