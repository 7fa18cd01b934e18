//! What clients outside the cluster reach through Ingresses, Gateways and Routes, under the names of workloads.

use std::collections::BTreeMap;

use super::Scene;
use crate::cluster::{ClassId, Entrance, EntranceTarget, ObjectId};
use crate::engine::{Endpoint, Flow, Sender};
use crate::sets::ConnectionSet;

/// What comes in at one workload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inflow {
    /// Through all entrances together.
    pub(crate) flow: Flow,
    /// Why some of it is unknown, where it is.
    pub(crate) reason: Option<String>,
}

impl Scene<'_> {
    /// For each workload what comes in through controllers.
    pub(crate) fn through_controllers(&self) -> Vec<Inflow> {
        let mut by_class: BTreeMap<ClassId, Inflow> = BTreeMap::new();
        for entrance in self.cluster().entrances.iter().filter(|entrance| entrance.via.has_controller()) {
            for target in &entrance.targets {
                let flow = self.engine.entrance_flow(entrance, target);
                if flow.is_none() {
                    continue;
                }
                let inflow = by_class.entry(target.class).or_default();
                inflow.flow.certain = inflow.flow.certain.union(&flow.certain);
                inflow.flow.possible = inflow.flow.possible.union(&flow.possible);
                if inflow.reason.is_none() && !flow.unknown().is_empty() {
                    inflow.reason = Some(self.entrance_doubt(entrance, target));
                }
            }
        }
        self.units.all.iter().map(|unit| merged(&unit.classes, &by_class)).collect()
    }

    /// An object's kind and name as sentences call it.
    pub(crate) fn object_title(&self, id: ObjectId) -> String {
        let Some(object) = self.cluster().repository.object(id) else { return String::new() };
        match self.cluster().namespace_of(id).map(|id| self.cluster().namespace_name(id)) {
            Some(namespace) => format!("{} `{namespace}/{}`", object.kind, object.name),
            None => format!("{} `{}`", object.kind, object.name),
        }
    }

    /// Why the flow through an entrance to the Pods of a target is unknown in part.
    pub(crate) fn entrance_doubt(&self, entrance: &Entrance<'_>, target: &EntranceTarget) -> String {
        let title = self.object_title(entrance.object);
        if entrance.lacks_grant {
            return format!("{title} sends to another namespace, and no ReferenceGrant here allows it");
        }
        if !target.certain {
            return format!(
                "whether the Service behind {title} selects the Pods hangs on labels that no manifest shows"
            );
        }
        let senders = self.engine.senders(entrance);
        if senders.iter().any(|senders| senders.names.is_empty()) {
            return format!(
                "no manifest tells which controller serves {title}: name it under `ingressControllers`"
            );
        }
        for sender in senders.iter().flat_map(|senders| &senders.all) {
            if let Sender::Class(from) = sender {
                let doubts = self.doubts(Endpoint::Class(*from), Endpoint::Class(target.class));
                if let Some(doubt) = doubts.into_iter().next() {
                    return doubt;
                }
            }
        }
        let mut names: Vec<&str> =
            senders.iter().flat_map(|senders| &senders.names).map(String::as_str).collect();
        names.dedup();
        format!(
            "where {} sends from, no manifest tells exactly: name its Pods under `ingressControllers`",
            names.join(" or ")
        )
    }
}

/// What comes in at Pods of these classes: proven where it is for each, possible where it is for any.
fn merged(classes: &[ClassId], by_class: &BTreeMap<ClassId, Inflow>) -> Inflow {
    let mut all = classes.iter().map(|class| by_class.get(class).cloned().unwrap_or_default());
    let first = all.next().unwrap_or_default();
    let mut inflow = all.fold(first, |sum, other| Inflow {
        flow: Flow {
            certain: sum.flow.certain.intersect(&other.flow.certain),
            possible: sum.flow.possible.union(&other.flow.possible),
        },
        reason: sum.reason.or(other.reason),
    });
    if inflow.reason.is_none() && !inflow.flow.unknown().is_empty() {
        inflow.reason = Some("its Pods differ in labels".to_owned());
    }
    if inflow.flow.unknown() == ConnectionSet::none() {
        inflow.reason = None;
    }
    inflow
}
