//! # What it checks
//!
//! Every workload that policies isolate for egress reaches the cluster's DNS servers on UDP and TCP port 53, by all
//! of its policies together: kube-dns or CoreDNS in `kube-system`, or the DNS of OpenShift on port 5353. Pods that
//! don't ask the cluster's DNS (`dnsPolicy` `None` or `Default`) need none. A rule that names addresses is taken to
//! mean the DNS service. Workloads whose egress only policies for every Pod decide are a matter of
//! deny-all-without-dns; what lets nothing out at all needs no names.
//!
//! Without UDP it is an error, without TCP alone a warning: answers that don't fit into a datagram come over TCP
//! (RFC 7766).
//!
//! Cluster-wide policies of the Admin tier count: what they accept needs no NetworkPolicy, and where they deny DNS
//! no NetworkPolicy could help, so nothing is reported.
//!
//! # Why
//!
//! Without DNS a Pod finds none of the peers that its policies allow.
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
//!   - to: [{podSelector: {matchLabels: {app: db}}}]
//!     ports: [{port: 5432}]
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
//!   - to: [{podSelector: {matchLabels: {app: db}}}]
//!     ports: [{port: 5432}]
//!   - to:
//!     - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
//!       podSelector: {matchLabels: {k8s-app: kube-dns}}
//!     ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
//! ```
//!
//! # Fix
//!
//! Adds a policy that lets every Pod of the namespace ask DNS.

use std::collections::BTreeMap;

use crate::cluster::{ClassId, NamespaceId, PolicyId, PolicyInfo};
use crate::diagnostics::{Diagnostic, Severity};
use crate::engine::DnsPath;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, dns, proposals, wording};
use crate::sets::IdSet;

pub(crate) static RULE: Rule = Rule {
    name: "dns-egress-missing",
    group: Group::Reachability,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::ChangesTraffic,
    summary: "policies isolate Pods for egress and leave them without DNS",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let mut groups: BTreeMap<(Vec<PolicyId>, bool), (NamespaceId, IdSet)> = BTreeMap::new();
    for (class, id) in cx.cluster.classes.iter().zip(0u32..).map(|(class, id)| (class, ClassId(id))) {
        let DnsPath::Missing(access) = cx.engine.dns_path(id) else { continue };
        let isolating = cx.engine.dns_policies(id);
        if !dns::left_to_namespace_rule(cx, id) {
            let group = groups.entry((isolating, access.udp)).or_insert((class.namespace, IdSet::new()));
            group.1.insert(id.0);
        }
    }
    for ((policies, has_udp), (namespace, classes)) in groups {
        let finding = finding(cx, (&policies, has_udp), (namespace, &classes), report);
        report.extend(finding);
    }
    for (id, info) in cx.cluster.policy_ids() {
        let half = &info.policy.egress;
        if info.policy.types_written && !half.effective && !half.rules.is_empty() {
            let finding = once_effective(cx, (id, info), report);
            report.extend(finding);
        }
    }
}

/// A policy whose egress rules have no effect yet: once its `policyTypes` names Egress, it isolates.
fn once_effective(
    cx: &Context<'_>,
    (id, info): (PolicyId, &PolicyInfo<'_>),
    report: &Reporter<'_>,
) -> Option<Diagnostic> {
    let lacks =
        |class: &u32| cx.engine.dns_access_with(ClassId(*class), id).is_some_and(|access| !access.udp);
    let classes: IdSet = info.subject.certain.iter().filter(lacks).collect();
    if classes.is_empty() {
        return None;
    }
    let count = cx.cluster.count_workloads(&classes);
    let message = format!(
        "once policy `{}` names `Egress`, it isolates {}, and nothing will let {} ask DNS",
        info.name,
        wording::workloads(cx.cluster, cx.cluster.members(&classes), count),
        if count == 1 { "it" } else { "them" },
    );
    let finding = report.finding(info.object, "spec.egress", message).severity(Severity::Warning);
    Some(
        Diagnostic { location: report.key_place(info.object, "spec.egress"), ..finding }
            .help("allow egress to the DNS servers in `kube-system` on UDP and TCP port 53 with it"),
    )
}

fn finding(
    cx: &Context<'_>,
    (policies, has_udp): (&[PolicyId], bool),
    (namespace, classes): (NamespaceId, &IdSet),
    report: &Reporter<'_>,
) -> Option<Diagnostic> {
    let mut policies = policies.iter().filter_map(|id| cx.cluster.policy(*id));
    let first = policies.next()?;
    let count = cx.cluster.count_workloads(classes);
    let how =
        if has_udp { "over TCP, for answers that don't fit into a datagram (RFC 7766)" } else { "at all" };
    let message = format!(
        "policy `{}` isolates {} for egress, and nothing lets {} ask DNS {how}",
        first.name,
        wording::workloads(cx.cluster, cx.cluster.members(classes), count),
        if count == 1 { "it" } else { "them" },
    );
    let fix = proposals::add(
        cx,
        report,
        namespace,
        "allow every Pod of the namespace to ask DNS",
        |namespace, free| vec![proposals::allow_dns(&free("allow-dns"), namespace)],
    );
    let mut finding = report
        .finding(first.object, "", message)
        .severity(if has_udp { Severity::Warning } else { Severity::Error })
        .help("allow egress to the DNS servers in `kube-system` on UDP and TCP port 53")
        .fix(fix);
    for other in policies.take(3) {
        finding = finding.related("this policy isolates too", report.place(other.object, ""));
    }
    Some(finding)
}
