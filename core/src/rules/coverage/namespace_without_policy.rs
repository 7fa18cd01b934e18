//! # What it checks
//!
//! Every namespace with a workload that policies can reach has at least one NetworkPolicy, or one of another API or
//! a generator of policies may act there.
//!
//! Nothing is reported where a cluster-wide policy denies every Pod of the namespace everything in both directions.
//!
//! # Why
//!
//! In a namespace without policies every Pod accepts and makes every connection. CIS Kubernetes Benchmark, 5.3.2.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: shop}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: cart, namespace: shop}
//! spec:
//!   selector: {matchLabels: {app: cart}}
//!   template:
//!     metadata: {labels: {app: cart}}
//!     spec: {containers: [{name: cart, image: "cart:1"}]}
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: shop}
//! ---
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
//! metadata: {name: default-deny, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress, Egress]
//! ```
//!
//! # Fix
//!
//! Adds a policy that denies everything in both directions. It changes traffic: what the workloads need has to be
//! allowed with it, DNS first.
//!
//! # Options
//!
//! `exemptNamespaces` lists namespaces that are not reported: by default those of the cluster's own components,
//! `kube-system`, `kube-public` and `kube-node-lease`. The coverage table still counts their workloads.

use crate::cluster::{NamespaceId, NamespaceInfo};
use crate::diagnostics::{Diagnostic, Severity};
use crate::engine::DefaultDeny;
use crate::model::Direction;
use crate::rules::tiers::Denials;
use crate::rules::uncovered::EXEMPT_NAMESPACES;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, proposals, wording};

pub(crate) static RULE: Rule = Rule {
    name: "namespace-without-policy",
    group: Group::Coverage,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::ChangesTraffic,
    summary: "a namespace with workloads and without any NetworkPolicy",
    options: EXEMPT_NAMESPACES,
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let exempt = cx.strings("exemptNamespaces");
    for (id, info) in cx.cluster.namespace_ids() {
        let is_bare = info.policies.is_empty() && !info.classes.is_empty();
        let denied = |direction| matches!(cx.engine.default_deny(direction, id), DefaultDeny::Denied(_));
        if is_bare && Direction::BOTH.into_iter().all(denied) {
            continue;
        }
        if is_bare && cx.engine.foreign_in(id).is_none() && !exempt.iter().any(|name| **name == *info.name) {
            let finding = finding(cx, id, info, report);
            report.extend(finding);
        }
    }
}

fn finding(
    cx: &Context<'_>,
    id: NamespaceId,
    info: &NamespaceInfo,
    report: &Reporter<'_>,
) -> Option<Diagnostic> {
    let anchor = cx.cluster.anchor(id)?;
    let count = cx.cluster.count_workloads(&info.classes);
    let denials: Vec<_> = Direction::BOTH
        .into_iter()
        .filter_map(|direction| Denials::of_any(cx, direction, &info.classes))
        .collect();
    let message = format!(
        "namespace `{}` has {} and no NetworkPolicy: {}",
        info.name,
        wording::count(count, "workload", "workloads"),
        if denials.is_empty() {
            "nothing starts from deny"
        } else {
            "only cluster-wide policies deny anything"
        },
    );
    let fix = proposals::add(cx, report, id, "add a default deny for both directions", |namespace, free| {
        vec![proposals::default_deny(&free("default-deny"), namespace, &Direction::BOTH)]
    });
    let members = wording::workloads(cx.cluster, cx.cluster.members(&info.classes), count);
    let finding = denials
        .iter()
        .fold(report.finding(anchor, "", message), |finding, denials| denials.show(cx, finding, report))
        .note(format!("its workloads: {members}"))
        .help("add a default deny, then allow what each workload needs, DNS first")
        .fix(fix);
    Some(finding)
}
