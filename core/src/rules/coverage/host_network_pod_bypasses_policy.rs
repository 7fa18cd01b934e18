//! # What it checks
//!
//! No workload has `hostNetwork: true`. It is an error where a policy seems to select the workload, or where its
//! namespace has a proven default deny.
//!
//! # Why
//!
//! A Pod on the node's network sends and receives as the node. NetworkPolicies neither protect nor limit it, and it
//! is no peer of others. A policy that seems to select it gives false comfort.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: agent, namespace: shop, labels: {app: agent}}
//! spec:
//!   hostNetwork: true
//!   containers: [{name: agent, image: "agent:1"}]
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: agent, namespace: shop}
//! spec: {podSelector: {matchLabels: {app: agent}}}
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: agent, namespace: shop, labels: {app: agent}}
//! spec:
//!   containers: [{name: agent, image: "agent:1"}]
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: agent, namespace: shop}
//! spec: {podSelector: {matchLabels: {app: agent}}}
//! ```
//!
//! # Options
//!
//! `exemptNamespaces` lists namespaces that are not reported: by default those of the cluster's own components,
//! `kube-system`, `kube-public` and `kube-node-lease`. The coverage table still counts their workloads.

use crate::cluster::{WorkloadId, WorkloadInfo};
use crate::diagnostics::{Diagnostic, Severity};
use crate::rules::uncovered::EXEMPT_NAMESPACES;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet};

pub(crate) static RULE: Rule = Rule {
    name: "host-network-pod-bypasses-policy",
    group: Group::Coverage,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a Pod on the node's network, which no policy reaches",
    options: EXEMPT_NAMESPACES,
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let exempt = cx.strings("exemptNamespaces");
    for (id, workload) in cx.cluster.workload_ids().filter(|(_, workload)| workload.pods.host_network) {
        if !exempt.iter().any(|name| name == cx.cluster.namespace_name(workload.namespace)) {
            let finding = finding(cx, id, workload, report);
            report.push(finding);
        }
    }
}

fn finding(
    cx: &Context<'_>,
    id: WorkloadId,
    workload: &WorkloadInfo<'_>,
    report: &Reporter<'_>,
) -> Diagnostic {
    let name = cx.cluster.workload_name(id);
    let message = format!("`{name}` shares the node's network: no NetworkPolicy protects or limits it");
    let field = workload.pods.field("spec.hostNetwork");
    let finding = report
        .finding(workload.object, &field, message)
        .help("give it a network of its own, or limit it on the node: with the plugin's host policies or a firewall");
    let policies = cx.cluster.namespace(workload.namespace).map_or(&[][..], |info| &info.policies);
    let seeming = policies.iter().filter_map(|id| cx.cluster.policy(*id)).find(|policy| {
        let selector = policy.policy.pod_selector.as_ref().filter(|_| !policy.policy.refused);
        selector.is_some_and(|selector| selector.matches(&workload.pods.labels))
    });
    match seeming {
        Some(policy) => finding.severity(Severity::Error).related(
            format!("policy `{}` seems to select it, but has no effect on it", policy.name),
            report.place(policy.object, "spec.podSelector"),
        ),
        None => finding,
    }
}
