//! # What it checks
//!
//! No peer has a `namespaceSelector` that names namespaces and no `podSelector` beside it, or an empty one. A
//! `namespaceSelector` for every namespace is a matter of `all-namespaces-peer`, and half of a peer that was meant to be
//! one with the next a matter of `and-or-confusion`.
//!
//! The finding shows how wide the rule is (its openness) and which share of what it grants nothing uses (its
//! surplus).
//!
//! # Why
//!
//! Such a peer admits every Pod of the namespace, also every Pod that is deployed there later, whoever deploys it.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: prometheus, namespace: monitoring, labels: {app: prometheus}}
//! spec: {containers: [{name: prometheus, image: prometheus:3}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: metrics, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - namespaceSelector:
//!         matchLabels: {kubernetes.io/metadata.name: monitoring}
//!     ports: [{port: 9090}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: prometheus, namespace: monitoring, labels: {app: prometheus}}
//! spec: {containers: [{name: prometheus, image: prometheus:3}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: metrics, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - namespaceSelector:
//!         matchLabels: {kubernetes.io/metadata.name: monitoring}
//!       podSelector:
//!         matchLabels: {app: prometheus}
//!     ports: [{port: 9090}]
//! ```
//!
//! # Fix
//!
//! The suggestion is the smallest `podSelector` that selects exactly the Pods that are there now.

use crate::cluster::named_namespaces;
use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::model::Peer;
use crate::rules::peers::{self, PeerSite};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits, wording};
use crate::sets::LabelSelector;

pub(crate) static RULE: Rule = Rule {
    name: "namespace-wide-peer",
    group: Group::Precision,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "a peer admits every Pod of a namespace, also those deployed later",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for site in peers::all(cx) {
        if let Peer::Pods { namespaces: Some(namespaces), pods } = site.peer
            && !namespaces.is_everything()
            && pods.as_ref().is_none_or(LabelSelector::is_everything)
            && !peers::is_half_of_one(cx, &site)
        {
            let finding = finding(cx, &site, (namespaces, pods.as_ref()), report);
            report.push(finding);
        }
    }
}

fn finding<'c>(
    cx: &Context<'c>,
    site: &PeerSite<'c>,
    (namespaces, written): (&'c LabelSelector, Option<&LabelSelector>),
    report: &Reporter<'_>,
) -> Diagnostic {
    let policy = site.policy;
    let now = cx.engine.pod_peers(policy.namespace, Some(namespaces), None);
    let count = now.workloads as usize;
    let verb = peers::verb(site.direction);
    let which = match named_namespaces(namespaces) {
        Some(names) => format!("of namespace {}", wording::names(names, 3)),
        None => format!("of every namespace with {}", wording::selector(namespaces, "any label")),
    };
    let mut finding = report
        .finding(
            policy.object,
            &site.field,
            format!("policy `{}` {verb} every Pod {which}, also those to come", policy.name),
        )
        .label(format!("{} here now", wording::count(count, "workload", "workloads")))
        .note(peers::width(cx, site.direction, policy, site.rule));
    if count > 0 {
        let members = cx.cluster.members(&now.selection.certain);
        finding = finding.note(format!("now these: {}", wording::workloads(cx.cluster, members, count)));
    }
    match cx.engine.exact_peers(&now) {
        Some(selector) => {
            let (value, title) =
                (peers::selector_value(selector), format!("select exactly today's Pods: {selector}"));
            let fix = match written {
                Some(_) => {
                    let field = format!("{}.podSelector", site.field);
                    edits::replace_with(report, policy.object, &field, &value, title, Safety::Suggestion)
                }
                None => {
                    let place = (&*site.field, "podSelector", Some("namespaceSelector"));
                    edits::insert(report, policy.object, place, &value, title, Safety::Suggestion)
                }
            };
            finding.help(format!("write a `podSelector` with `{selector}`")).fix(fix)
        }
        None => finding.help("add a `podSelector` that names the Pods that are meant"),
    }
}
