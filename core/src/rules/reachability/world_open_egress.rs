//! # What it checks
//!
//! No egress rule lacks `to` or lists blocks that together hold every public IPv4 or IPv6 address. A rule without
//! `to` for DNS ports alone is only worth knowing.
//!
//! A rule is not reported where cluster-wide policies of the Admin tier deny all that it opens; where they deny
//! part of it, the finding names them.
//!
//! # Why
//!
//! What leaves the cluster for anywhere is how data leaves it. A rule without `to` opens the cluster's own Pods as
//! well.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Egress]
//!   egress:
//!   - to:
//!     - ipBlock: {cidr: 0.0.0.0/0}
//!     ports: [{port: 443}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Egress]
//!   egress:
//!   - to:
//!     - ipBlock: {cidr: 198.51.100.0/24}
//!     ports: [{port: 443}]
//! ```

use crate::diagnostics::Severity;
use crate::model::{Direction, Port, Rule as PolicyRule};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, peers, tiers, world};

pub(crate) static RULE: Rule = Rule {
    name: "world-open-egress",
    group: Group::Reachability,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a policy lets Pods out to everybody",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for site in world::rules(cx, Direction::Egress) {
        let message =
            format!("policy `{}` lets Pods out to everybody{}", site.policy.name, peers::on_ports(site.rule));
        let width = peers::width(cx, site.direction, site.policy, site.rule);
        let finding = world::finding(&site, message, report).note(width);
        let finding = tiers::limits(cx, &site, finding, report);
        report.push(if is_dns(site.rule) {
            finding.severity(Severity::Info).help("name the cluster's DNS servers under `to`")
        } else {
            finding.help("list the Pods or the addresses that are needed, under `to`")
        });
    }
}

/// Whether the rule is for DNS alone.
fn is_dns(rule: &PolicyRule) -> bool {
    rule.ports.as_ref().is_some_and(|ports| {
        ports.iter().all(|port| {
            matches!(
                port,
                Port::Range { first: 53, last: 53, .. } | Port::Range { first: 5353, last: 5353, .. }
            )
        })
    })
}
