//! # What it checks
//!
//! No cluster-wide policy and NetworkPolicy contradict each other, so that one of them has no effect:
//!
//! - a rule of the Admin tier accepts a connection that the NetworkPolicies of a Pod deny. DNS that it lets out is no
//!   contradiction;
//! - a rule of the Baseline tier denies a connection that a NetworkPolicy allows. A rule that denies everything to
//!   everybody is none: it is what NetworkPolicies are to open.
//!
//! It is proven for Pods, addresses or, where the repository has no Pod that the rule is about, Pods that could be made.
//!
//! # Why
//!
//! The Admin tier comes before NetworkPolicies, and the Baseline tier is not asked about Pods that one selects (Network
//! Policy API). Whoever reads the NetworkPolicy believes in a deny that is none; whoever reads the Baseline rule does
//! too. `Pass` leaves a connection to NetworkPolicies, and a `Deny` that must hold belongs in the Admin tier.
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
//! spec: {podSelector: {}, policyTypes: [Ingress]}
//! ---
//! apiVersion: policy.networking.k8s.io/v1alpha2
//! kind: ClusterNetworkPolicy
//! metadata: {name: monitoring}
//! spec:
//!   tier: Admin
//!   priority: 10
//!   subject: {namespaces: {}}
//!   ingress:
//!   - action: Accept
//!     from: [{namespaces: {matchLabels: {team: monitoring}}}]
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
//! spec: {podSelector: {}, policyTypes: [Ingress]}
//! ---
//! apiVersion: policy.networking.k8s.io/v1alpha2
//! kind: ClusterNetworkPolicy
//! metadata: {name: monitoring}
//! spec:
//!   tier: Admin
//!   priority: 10
//!   subject: {namespaces: {}}
//!   ingress:
//!   - action: Pass
//!     from: [{namespaces: {matchLabels: {team: monitoring}}}]
//! ```

use crate::diagnostics::{Diagnostic, Severity};
use crate::engine::Override;
use crate::model::{Direction, Tier};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, tiers, wording};
use crate::sets::{ConnectionSet, Protocol};

pub(crate) static RULE: Rule = Rule {
    name: "anp-overrides-np",
    group: Group::Hygiene,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a cluster-wide policy and a NetworkPolicy that contradict each other",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for found in cx.engine.overrides() {
        let Some(info) = cx.cluster.admin_policy(found.policy) else { continue };
        let finding = match info.policy.tier {
            Tier::Admin if is_dns(&found) => continue,
            Tier::Admin => accepted(cx, &found, report),
            Tier::Baseline => denied(cx, &found, report),
        };
        report.extend(finding);
    }
}

/// Whether it is about DNS that Pods are let out to.
fn is_dns(found: &Override) -> bool {
    let mut dns = ConnectionSet::none();
    for protocol in [Protocol::Udp, Protocol::Tcp] {
        dns.insert(protocol, 53, 53);
        dns.insert(protocol, 5353, 5353);
    }
    found.direction == Direction::Egress && found.ports.is_subset(&dns)
}

fn accepted(cx: &Context<'_>, found: &Override, report: &Reporter<'_>) -> Option<Diagnostic> {
    let policy = cx.cluster.policy(found.other.0)?;
    let message = format!(
        "{} accepts connections {} that NetworkPolicies deny",
        tiers::name(cx, found.policy),
        whose(cx, found)
    );
    let finding = start(cx, found, message, report)?
        .related(
            format!("policy `{}` isolates, and doesn't allow them", policy.name),
            report.place(policy.object, ""),
        )
        .help("write `Pass` to leave them to NetworkPolicies, or allow them there too, so that both say the same");
    Some(finding)
}

fn denied(cx: &Context<'_>, found: &Override, report: &Reporter<'_>) -> Option<Diagnostic> {
    let policy = cx.cluster.policy(found.other.0)?;
    let message = format!(
        "{} denies connections {} that a NetworkPolicy allows, and is not asked about them",
        tiers::name(cx, found.policy),
        whose(cx, found)
    );
    let field =
        found.other.1.map_or_else(String::new, |rule| format!("spec.{}[{rule}]", found.direction.name()));
    let finding = start(cx, found, message, report)?
        .related(format!("policy `{}` allows them here", policy.name), report.place(policy.object, &field))
        .help("deny them in the Admin tier if that must hold, or take the rule away");
    Some(finding)
}

fn start(cx: &Context<'_>, found: &Override, message: String, report: &Reporter<'_>) -> Option<Diagnostic> {
    let info = cx.cluster.admin_policy(found.policy)?;
    let field = format!("spec.{}[{}].action", found.direction.name(), found.rule);
    Some(report.finding(info.object, &field, message))
}

/// "to `shop/cart` on TCP 80".
fn whose(cx: &Context<'_>, found: &Override) -> String {
    let way = match found.direction {
        Direction::Ingress => "to",
        Direction::Egress => "from",
    };
    let count = cx.cluster.count_workloads(&found.classes);
    let workloads = wording::workloads(cx.cluster, cx.cluster.members(&found.classes), count);
    let ports = if found.ports.is_all() { "every port".to_owned() } else { found.ports.to_string() };
    format!("{way} {workloads} on {ports}")
}
