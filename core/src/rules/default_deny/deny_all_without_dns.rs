//! # What it checks
//!
//! Where a namespace has a proven default deny for egress and policies for every Pod that let something out, its
//! workloads also reach the cluster's DNS servers, over UDP and TCP. There is one finding for the whole namespace. A
//! workload with an egress policy of its own is a matter of `dns-egress-missing`. A namespace that lets nothing out at
//! all needs no names.
//!
//! Cluster-wide policies of the Admin tier count: what they accept needs no NetworkPolicy, and where they deny DNS
//! no NetworkPolicy could help, so nothing is reported.
//!
//! # Why
//!
//! A Pod that can't resolve names can't do much, and what fails is hard to read: everything waits for DNS first.
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
//!   policyTypes: [Ingress, Egress]
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: allow-data, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Egress]
//!   egress:
//!   - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: data}}}]
//!     ports: [{port: 5432}]
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
//!   policyTypes: [Ingress, Egress]
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: allow-dns, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Egress]
//!   egress:
//!   - to:
//!     - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
//!       podSelector: {matchLabels: {k8s-app: kube-dns}}
//!     ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
//! ```
//!
//! # Fix
//!
//! Adds a policy that lets every Pod of the namespace ask DNS.

use crate::cluster::ClassId;
use crate::diagnostics::Severity;
use crate::engine::{DefaultDeny, DnsAccess, DnsPath};
use crate::model::Direction;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, dns, proposals, wording};
use crate::sets::IdSet;

pub(crate) static RULE: Rule = Rule {
    name: "deny-all-without-dns",
    group: Group::DefaultDeny,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::ChangesTraffic,
    summary: "a default deny for egress that leaves Pods without DNS",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for (id, info) in cx.cluster.namespace_ids() {
        let DefaultDeny::Proven(deny) = cx.engine.default_deny(Direction::Egress, id) else { continue };
        let lacking = info.classes.iter().filter_map(|class| Some((class, missing(cx, ClassId(class))?)));
        let lacking: Vec<(u32, DnsAccess)> = lacking.collect();
        if lacking.is_empty() {
            continue;
        }
        let without: IdSet = lacking.iter().map(|(class, _)| *class).collect();
        let has_udp = lacking.iter().all(|(_, access)| access.udp);
        let Some(policy) = deny.first().and_then(|id| cx.cluster.policy(*id)) else { continue };
        let count = cx.cluster.count_workloads(&without);
        let message = format!(
            "policy `{}` denies egress to every Pod of `{}`, and nothing lets {} ask DNS{}",
            policy.name,
            info.name,
            wording::count(count, "workload", "workloads"),
            if has_udp { " over TCP, for answers that don't fit into a datagram (RFC 7766)" } else { "" }
        );
        let title = "allow every Pod of the namespace to ask DNS";
        let fix = proposals::add(cx, report, id, title, |namespace, free| {
            vec![proposals::allow_dns(&free("allow-dns"), namespace)]
        });
        let members = wording::workloads(cx.cluster, cx.cluster.members(&without), count);
        let finding = report
            .finding(policy.object, "", message)
            .note(format!("it is about {members}"))
            .help("allow egress to the DNS servers in `kube-system` on UDP and TCP port 53")
            .fix(fix);
        report.push(finding);
    }
}

/// What a class without DNS has of it, if this rule is the one to tell.
fn missing(cx: &Context<'_>, class: ClassId) -> Option<DnsAccess> {
    match cx.engine.dns_path(class) {
        DnsPath::Missing(access) if dns::left_to_namespace_rule(cx, class) => Some(access),
        _ => None,
    }
}
