//! The coverage table: isolation, default deny and precision by namespace.

use super::outcome::{DirectionCounts, NamespaceCoverage};
use crate::cluster::{ClassId, NamespaceInfo, Root};
use crate::engine::{Engine, Grant, Isolation, Openness};
use crate::model::Direction;

/// One row for each namespace of a root that has workloads or policies, by name.
pub(super) fn rows(engine: &Engine<'_>, root: &Root) -> Vec<NamespaceCoverage> {
    let cluster = engine.cluster();
    let mut counts = vec![(DirectionCounts::default(), DirectionCounts::default()); cluster.namespaces.len()];
    for (class, id) in cluster.classes.iter().zip(0u32..) {
        let Some((ingress, egress)) = counts.get_mut(class.namespace.index()) else { continue };
        let members = crate::text::offset(class.members.len());
        add(ingress, engine.isolation(Direction::Ingress, ClassId(id)), members);
        add(egress, engine.isolation(Direction::Egress, ClassId(id)), members);
    }
    let mut rows = Vec::new();
    for ((id, info), (ingress, egress)) in cluster.namespace_ids().zip(counts) {
        if info.workloads.is_empty() && info.policies.is_empty() {
            continue;
        }
        let (openness, grant) = width(engine, info);
        let default_deny = |direction| engine.default_deny(direction, id).word();
        rows.push(NamespaceCoverage {
            overlay: root.name.clone(),
            name: info.name.to_string(),
            workloads: crate::text::offset(info.workloads.len()),
            ingress,
            egress,
            default_deny: (default_deny(Direction::Ingress), default_deny(Direction::Egress)),
            openness,
            grant,
        });
    }
    rows
}

fn add(counts: &mut DirectionCounts, isolation: Isolation, members: u32) {
    match isolation {
        Isolation::Isolated | Isolation::Denied(_) => counts.isolated += members,
        Isolation::Open | Isolation::HostNetwork => counts.open += members,
        Isolation::Unknown(_) => counts.unknown += members,
    }
}

/// The widest rule, and all grants together, of the policies that the API server takes.
fn width(engine: &Engine<'_>, namespace: &NamespaceInfo) -> (Option<Openness>, Grant) {
    let cluster = engine.cluster();
    let (mut widest, mut sum) = (None, Grant::default());
    for policy in namespace.policies.iter().filter_map(|id| cluster.policy(*id)) {
        for direction in Direction::BOTH.into_iter().filter(|direction| policy.affects(*direction)) {
            if policy.policy.refused {
                continue;
            }
            for rule in &policy.policy.half(direction).rules {
                widest = widest.max(Some(Engine::openness(rule)));
                sum = sum.plus(engine.grant(direction, policy, rule));
            }
        }
    }
    (widest, sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{CheckOptions, Workspace};

    const SHOP: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: empty}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop, labels: {app: agent}}
spec: {hostNetwork: true}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{from: [{namespaceSelector: {}}]}]
";

    #[test]
    fn a_row_says_how_a_namespace_is_isolated() {
        let mut workspace = Workspace::default();
        workspace.set("shop.yaml", SHOP.as_bytes());
        let outcome = workspace.check(&CheckOptions::default());
        let [row] = outcome.coverage.as_slice() else { panic!("one namespace has workloads") };
        assert_eq!((&*row.name, row.workloads, &*row.overlay), ("shop", 2, ""));
        assert_eq!(row.ingress, DirectionCounts { isolated: 1, open: 1, unknown: 0 });
        assert_eq!(row.egress, DirectionCounts { isolated: 0, open: 2, unknown: 0 });
        assert_eq!(row.default_deny, ("proven", "refuted"));
        assert_eq!(row.openness, Some(Openness::ClusterWide));
        assert_eq!(row.grant, Grant { granted: 2, used: 1 });
    }
}
