//! # What it checks
//!
//! Where policies form a default deny, no other policy selects every Pod of the namespace and allows everything in
//! that direction.
//!
//! # Why
//!
//! Policies add up: there is no deny rule. One policy that allows everything to every Pod leaves nothing of the
//! default deny. A policy that allows everything to some Pods only is a matter of `covered-but-open`.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: cart, namespace: shop, labels: {app: cart}}
//! spec: {containers: [{name: cart, image: "cart:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: default-deny, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress]
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: allow-all, namespace: shop}
//! spec:
//!   podSelector: {}
//!   ingress:
//!   - {}
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: cart, namespace: shop, labels: {app: cart}}
//! spec: {containers: [{name: cart, image: "cart:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: default-deny, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress]
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: allow-web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: cart}}
//!   ingress:
//!   - from: [{podSelector: {matchLabels: {app: web}}}]
//! ```

use crate::cluster::PolicyId;
use crate::diagnostics::{Diagnostic, Severity};
use crate::engine::DefaultDeny;
use crate::model::{Direction, Rule as PolicyRule};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet};

pub(crate) static RULE: Rule = Rule {
    name: "default-deny-nullified",
    group: Group::DefaultDeny,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a default deny that another policy undoes for every Pod",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for (id, info) in cx.cluster.namespace_ids() {
        for direction in Direction::BOTH {
            if let DefaultDeny::Nullified { deny, by } = cx.engine.default_deny(direction, id) {
                let finding = finding(cx, direction, &info.name, (&deny, by), report);
                report.extend(finding);
            }
        }
    }
}

fn finding(
    cx: &Context<'_>,
    direction: Direction,
    namespace: &str,
    (deny, by): (&[PolicyId], PolicyId),
    report: &Reporter<'_>,
) -> Option<Diagnostic> {
    let policy = cx.cluster.policy(by)?;
    let rules = &policy.policy.half(direction).rules;
    let index = rules.iter().position(PolicyRule::allows_everything)?;
    let field = format!("spec.{}[{index}]", direction.name());
    let message = format!(
        "policy `{}` allows every Pod of `{namespace}` all {}: nothing is left of the default deny",
        policy.name,
        direction.name()
    );
    let label = match direction {
        Direction::Ingress => "lets everybody in on every port",
        Direction::Egress => "lets out to everybody on every port",
    };
    let mut finding = report.finding(policy.object, &field, message).label(label);
    for deny in deny.iter().take(3).filter_map(|id| cx.cluster.policy(*id)) {
        finding = finding.related(format!("the default deny `{}`", deny.name), report.place(deny.object, ""));
    }
    Some(finding.help("name the peers and ports that are needed, or the Pods that need them"))
}
