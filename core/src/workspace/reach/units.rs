//! Workloads under the names that people know them by.
//!
//! A unit is a workload of the repository, or all Pods of one owner: Pods that `kubectl get` shows are named after the
//! ReplicaSet or whatever else owns them. Units are sorted by name, and their order is the order of every answer.

use std::sync::Arc;

use crate::cluster::{ClassId, Cluster, NamespaceId, WorkloadId, WorkloadInfo};

/// One workload, or the Pods of one owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// `namespace/name[Kind]`.
    pub(crate) name: String,
    /// The part between `/` and `[`.
    pub(crate) short: Arc<str>,
    /// The part in brackets.
    pub(crate) kind: Arc<str>,
    /// Its namespace.
    pub(crate) namespace: NamespaceId,
    /// The classes of its Pods, ascending; mostly one.
    pub(crate) classes: Vec<ClassId>,
    /// One of its workloads, to point at.
    pub(crate) workload: WorkloadId,
    /// Whether there can be two Pods of it.
    pub(crate) replicas: bool,
    /// Whether its Pods share their node's network.
    pub(crate) host_network: bool,
}

/// The units of one cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Units {
    /// By name.
    pub(crate) all: Vec<Unit>,
}

impl Units {
    /// The units of a cluster.
    pub(crate) fn new(cluster: &Cluster<'_>) -> Self {
        let unit = |(id, workload): (WorkloadId, &WorkloadInfo<'_>)| {
            let object = cluster.repository.object(workload.object)?;
            let (short, kind) = match &object.owner {
                Some(owner) => (Arc::clone(&owner.name), Arc::clone(&owner.kind)),
                None => (Arc::clone(&object.name), kind_of(object, workload.pods)),
            };
            let namespace = cluster.namespace_name(workload.namespace);
            Some(Unit {
                name: [namespace, "/", &short, "[", &kind, "]"].concat(),
                replicas: object.owner.is_some() || &*object.kind != "Pod" || object.generated_name,
                short,
                kind,
                namespace: workload.namespace,
                classes: vec![workload.class],
                workload: id,
                host_network: workload.pods.host_network,
            })
        };
        let mut found: Vec<Unit> = cluster.workload_ids().filter_map(unit).collect();
        // Namespaces are in the order of their names; of workloads with one name the first comes first.
        found.sort_by(|a, b| (a.namespace, &a.name).cmp(&(b.namespace, &b.name)));
        found.dedup_by(|later, first| {
            let same = later.namespace == first.namespace && later.name == first.name;
            if same {
                first.classes.append(&mut later.classes);
                first.host_network |= later.host_network;
            }
            same
        });
        for unit in &mut found {
            unit.classes.sort_unstable();
            unit.classes.dedup();
        }
        Self { all: found }
    }
}

/// The object's kind; for one of several Pod templates of an object with the template's place, as each makes Pods of
/// its own.
fn kind_of(object: &crate::model::Object, pods: &crate::model::Workload) -> Arc<str> {
    match &object.body {
        crate::model::Body::Workloads(all) if all.len() > 1 => {
            format!("{} {}", object.kind, pods.template).into()
        }
        _ => Arc::clone(&object.kind),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{deployment, pod, with_scene};

    #[test]
    fn pods_of_one_owner_are_one_unit() {
        let owned = |name: &str, label: &str| {
            pod(&format!("x/{name}")).replace("app: ", &format!("{label}: ")).replace(
                "labels:",
                "ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5f, uid: a, controller: true}], labels:",
            )
        };
        let text = [
            owned("web-5f-1", "app"),
            owned("web-5f-2", "track"),
            pod("x/alone"),
            deployment("a/web"),
            pod("a/node").replace("spec: {}", "spec: {hostNetwork: true}"),
        ];
        with_scene(&text.concat(), |scene| {
            let units = scene.units.all.iter();
            let found: Vec<_> = units
                .map(|unit| (&*unit.name, unit.classes.len(), unit.replicas, unit.host_network))
                .collect();
            let expected = [
                ("a/node[Pod]", 1, false, true),
                ("a/web[Deployment]", 1, true, false),
                ("x/alone[Pod]", 1, false, false),
                ("x/web-5f[ReplicaSet]", 2, true, false),
            ];
            assert_eq!(found, expected);
        });
    }
}
