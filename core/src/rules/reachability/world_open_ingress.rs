//! # What it checks
//!
//! No ingress rule lacks `from` or lists blocks that together hold every public IPv4 or IPv6 address, such as
//! `0.0.0.0/0`, or `0.0.0.0/1` and `128.0.0.0/1`. Holes for private, local and reserved ranges (RFC 6890) don't
//! change that. Where everything that the policy selects is behind a LoadBalancer or NodePort Service, an Ingress
//! or a route, it is only worth knowing.
//!
//! A rule is not reported where cluster-wide policies of the Admin tier deny all that it opens; where they deny
//! part of it, the finding names them.
//!
//! # Why
//!
//! Such a rule lets every Pod of the cluster in too, not only clients outside: a rule without `from` says nothing
//! about who.
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
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - ipBlock: {cidr: 0.0.0.0/0}
//!     ports: [{port: 80}]
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
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}
//!       podSelector: {matchLabels: {app: gateway}}
//!     ports: [{port: 80}]
//! ```

use crate::cluster::ClassId;
use crate::diagnostics::Severity;
use crate::model::Direction;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, peers, tiers, world};

pub(crate) static RULE: Rule = Rule {
    name: "world-open-ingress",
    group: Group::Reachability,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a policy lets everybody in",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for site in world::rules(cx, Direction::Ingress) {
        let message =
            format!("policy `{}` lets everybody in{}", site.policy.name, peers::on_ports(site.rule));
        let selected = &site.policy.subject.certain;
        let is_edge = selected
            .iter()
            .all(|class| cx.cluster.services_of(ClassId(class)).any(|service| service.external));
        let width = peers::width(cx, site.direction, site.policy, site.rule);
        let finding = world::finding(&site, message, report).note(width);
        let finding = tiers::limits(cx, &site, finding, report);
        report.push(if is_edge {
            finding
                .severity(Severity::Info)
                .note("everything that it selects is meant to be reached from outside")
        } else {
            finding.help("list the Pods or the addresses that are meant to get in, under `from`")
        });
    }
}
