//! # What it checks
//!
//! Every policy makes a difference: without it some Pod would be less isolated, or something less would be allowed.
//! It is needless where other policies of its namespace isolate all Pods that it selects and allow them all that it
//! allows. That is judged over every Pod that could appear, not only over those that are there.
//!
//! A policy that only denies, such as a default deny, is not needless because of policies that allow something: it
//! says what holds when they go. Of two equal policies the later one is reported.
//!
//! # Why
//!
//! Who narrows one of the two and believes that something is closed now is wrong: the other still allows it.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: base, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}]
//!     ports: [{port: 8000, endPort: 8999}]
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
//!       podSelector: {matchLabels: {app: proxy}}
//!     ports: [{port: 8080}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: base, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}]
//!     ports: [{port: 8000, endPort: 8999}]
//! ```
//!
//! # Fix
//!
//! Removes the policy, which changes no traffic. There is none where a rule for the whole world makes it needless, as
//! that rule is the likelier mistake, where the policy is the only object of its file, and where it is rendered or
//! overlays differ.

use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::rules::redundancy::{self, NeedlessPolicy};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits, wording};

pub(crate) static RULE: Rule = Rule {
    name: "redundant-policy",
    group: Group::Hygiene,
    severity: Severity::Info,
    set: RuleSet::Recommended,
    since: "0.1.0",
    fix: FixKind::Safe,
    summary: "a policy whose removal changes nothing",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for found in &redundancy::find(cx).policies {
        let finding = finding(cx, found, report);
        report.extend(finding);
    }
}

fn finding(cx: &Context<'_>, found: &NeedlessPolicy, report: &Reporter<'_>) -> Option<Diagnostic> {
    let policy = cx.cluster.policy(found.id)?;
    let by: Vec<_> = found.by.iter().filter_map(|id| cx.cluster.policy(*id)).collect();
    let names: Vec<_> = by.iter().map(|other| other.name).collect();
    let verb = if by.len() == 1 { "does" } else { "do" };
    let message = format!(
        "policy `{}` changes nothing: {} {verb} all that it does, for every Pod that could appear",
        policy.name,
        wording::names(&names, 3)
    );
    let mut finding = report.finding(policy.object, "", message);
    for other in by.iter().take(3) {
        let part = format!("policy `{}` selects all of its Pods", other.name);
        finding = finding.related(part, report.place(other.object, ""));
    }
    if found.by_world {
        return Some(finding.help("it is contained in a rule for the whole world: narrow that one first"));
    }
    let finding = finding.help("remove it, or narrow the others if it was meant to be all that is allowed");
    if !redundancy::is_written_here(cx, report, policy.object) {
        return Some(finding);
    }
    let title = format!("remove policy `{}`", policy.name);
    Some(finding.fix(edits::remove_object(report, policy.object, title, Safety::Safe)))
}
