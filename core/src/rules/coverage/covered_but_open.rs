//! # What it checks
//!
//! No workload is isolated in a direction by policies that together let every Pod of every namespace and every IPv4
//! address through on every port of every protocol.
//!
//! A cluster-wide policy of the Admin tier that denies everything closes such a workload; one that denies part of
//! it is named.
//!
//! # Why
//!
//! Such a workload counts as covered in every tool that asks whether a policy exists. It is as open as without one.
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
//!   podSelector: {matchLabels: {app: cart}}
//!   ingress:
//!   - from:
//!     - namespaceSelector: {}
//!     - ipBlock: {cidr: 0.0.0.0/0}
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
//!   ingress:
//!   - from:
//!     - podSelector: {matchLabels: {app: web}}
//! ```

use crate::cluster::{WorkloadId, WorkloadInfo};
use crate::diagnostics::{Diagnostic, Severity};
use crate::engine::RuleId;
use crate::model::Direction;
use crate::rules::tiers::Denials;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet};

pub(crate) static RULE: Rule = Rule {
    name: "covered-but-open",
    group: Group::Coverage,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "policies select a workload and yet let everything through",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for (id, workload) in cx.cluster.workload_ids() {
        let mut open = Vec::new();
        for direction in Direction::BOTH {
            let rules = cx.engine.open_despite_isolation(direction, workload.class);
            open.extend(rules.map(|rules| (direction, rules)));
        }
        if !open.is_empty() {
            let finding = finding(cx, id, workload, &open, report);
            report.push(finding);
        }
    }
}

fn finding(
    cx: &Context<'_>,
    id: WorkloadId,
    workload: &WorkloadInfo<'_>,
    open: &[(Direction, Vec<RuleId>)],
    report: &Reporter<'_>,
) -> Diagnostic {
    let directions: Vec<_> = open.iter().map(|(direction, _)| direction.name()).collect();
    let denials: Vec<_> =
        open.iter().filter_map(|(direction, _)| Denials::of(cx, *direction, workload.class)).collect();
    let message = format!(
        "policies isolate `{}` for {}, and together let everything through{}",
        cx.cluster.workload_name(id),
        directions.join(" and "),
        if denials.is_empty() { "" } else { " that no cluster-wide policy denies" },
    );
    let mut finding = report.finding(workload.object, "", message);
    for (direction, (policy, index)) in most_telling(open) {
        let Some(policy) = cx.cluster.policy(policy) else { continue };
        let field = format!("spec.{}[{index}]", direction.name());
        let part = format!("policy `{}` opens {} here", policy.name, direction.name());
        finding = finding.related(part, report.place(policy.object, &field));
    }
    for denials in denials {
        finding = denials.show(cx, finding, report);
    }
    finding.help("narrow these rules to the peers and ports that are needed")
}

/// At most three rules, some of each direction.
fn most_telling(open: &[(Direction, Vec<RuleId>)]) -> impl Iterator<Item = (Direction, RuleId)> {
    let ranked = open.iter().flat_map(|(direction, rules)| {
        rules.iter().enumerate().map(|(rank, rule)| (rank, *direction, *rule))
    });
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort_by_key(|(rank, ..)| *rank);
    ranked.into_iter().take(3).map(|(_, direction, rule)| (direction, rule))
}
