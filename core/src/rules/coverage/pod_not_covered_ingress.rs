//! # What it checks
//!
//! Every workload (Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob, and
//! the Pods of known custom resources) is selected by at least one NetworkPolicy of its namespace that isolates
//! ingress.
//!
//! The decision is made on the effect of all policies together: where a namespace comes from, what `policyTypes`
//! defaults to and how every selector matches. A workload that a policy of another API may cover, or whose labels a
//! controller adds, is unknown and not reported. Pods on the node's network are a matter of
//! host-network-pod-bypasses-policy.
//!
//! A workload that cluster-wide policies (AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy) are
//! proven to deny everything but what their rules accept or pass on starts from deny as well and is not reported.
//! For ingress that means every Pod: these policies can't deny addresses there. Where they deny only part of it,
//! the finding says so.
//!
//! # Why
//!
//! A Pod that no policy selects accepts connections from every other Pod of the cluster, in every namespace. CIS
//! Kubernetes Benchmark, 5.3.2.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: cart, namespace: shop}
//! spec:
//!   selector: {matchLabels: {app: cart}}
//!   template:
//!     metadata: {labels: {app: cart}}
//!     spec: {containers: [{name: cart, image: "cart:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: cart, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: basket}}
//!   policyTypes: [Ingress]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: cart, namespace: shop}
//! spec:
//!   selector: {matchLabels: {app: cart}}
//!   template:
//!     metadata: {labels: {app: cart}}
//!     spec: {containers: [{name: cart, image: "cart:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: cart, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: cart}}
//!   policyTypes: [Ingress]
//! ```
//!
//! # Options
//!
//! `exemptNamespaces` lists namespaces that are not reported: by default those of the cluster's own components,
//! `kube-system`, `kube-public` and `kube-node-lease`. The coverage table still counts their workloads.

use crate::diagnostics::Severity;
use crate::model::Direction;
use crate::rules::uncovered::{self, EXEMPT_NAMESPACES};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet};

pub(crate) static RULE: Rule = Rule {
    name: "pod-not-covered-ingress",
    group: Group::Coverage,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "no NetworkPolicy isolates a workload for ingress",
    options: EXEMPT_NAMESPACES,
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    uncovered::report(cx, Direction::Ingress, report);
}
