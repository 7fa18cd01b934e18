//! # What it checks
//!
//! Every rule of a policy allows something that no other rule allows to the same Pods: neither another rule of the
//! policy nor a rule of a policy of the namespace that selects all of its Pods. That is judged over every Pod that could
//! appear. Policies that are needless as a whole are a matter of `redundant-policy`.
//!
//! # Why
//!
//! A rule that is contained in another one reads like a limit and is none. Who removes it closes nothing.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from: [{podSelector: {matchLabels: {app: proxy}}}]
//!     ports: [{port: 8080}]
//!   - from: [{podSelector: {}}]
//!     ports: [{port: 8080}, {port: 9090}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from: [{podSelector: {matchLabels: {app: proxy}}}]
//!     ports: [{port: 8080}]
//!   - from: [{podSelector: {matchLabels: {app: prometheus}}}]
//!     ports: [{port: 9090}]
//! ```
//!
//! # Fix
//!
//! Removes the rule, which changes no traffic; where it is the last egress rule of a policy without `policyTypes`, these
//! are written, so that the policy still isolates. There is no fix where a rule for the whole world contains it, as that
//! rule is the likelier mistake, and where the policy is rendered or overlays differ.

use serde_json::json;

use crate::cluster::PolicyInfo;
use crate::diagnostics::{Diagnostic, Fix, Safety, Severity};
use crate::model::Direction;
use crate::rules::containment::RuleRef;
use crate::rules::redundancy::{self, Needless, NeedlessRule};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits};
use crate::yaml::edit;

pub(crate) static RULE: Rule = Rule {
    name: "shadowed-rule",
    group: Group::Hygiene,
    severity: Severity::Info,
    set: RuleSet::Recommended,
    since: "0.1.0",
    fix: FixKind::Safe,
    summary: "a rule that allows nothing that others don't allow",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let needless = redundancy::find(cx);
    for found in &needless.rules {
        let finding = finding(cx, needless, found, report);
        report.extend(finding);
    }
}

fn field(rule: RuleRef) -> String {
    format!("spec.{}[{}]", rule.direction.name(), rule.index)
}

fn finding(
    cx: &Context<'_>,
    needless: &Needless,
    found: &NeedlessRule,
    report: &Reporter<'_>,
) -> Option<Diagnostic> {
    let policy = cx.cluster.policy(found.at.policy)?;
    let by: Vec<_> =
        found.by.iter().filter_map(|rule| Some((*rule, cx.cluster.policy(rule.policy)?))).collect();
    let who = match by.as_slice() {
        [(rule, _)] if rule.policy == found.at.policy => "another rule of the policy allows".to_owned(),
        [(_, other)] => format!("policy `{}` allows", other.name),
        _ => "other rules together allow".to_owned(),
    };
    let message = format!(
        "this {} rule of policy `{}` adds nothing: {who} all of it to the same Pods",
        found.at.direction.name(),
        policy.name
    );
    let mut finding = report.finding(policy.object, &field(found.at), message);
    for (rule, other) in by.iter().take(3) {
        let part = match by.len() {
            1 => "this rule allows all of it",
            _ => "this rule allows a part of it",
        };
        finding = finding.related(part, report.place(other.object, &field(*rule)));
    }
    if found.by_world {
        return Some(finding.help("it is contained in a rule for the whole world: narrow that one first"));
    }
    let finding =
        finding.help("remove it, or narrow the other if this one was meant to be all that is allowed");
    if !redundancy::is_written_here(cx, report, policy.object) {
        return Some(finding);
    }
    Some(finding.fix(fix(needless, found.at, policy, report)))
}

/// Removes the rule; none where that would end the policy's isolation and `policyTypes` can't be written.
fn fix(needless: &Needless, at: RuleRef, policy: &PolicyInfo<'_>, report: &Reporter<'_>) -> Option<Fix> {
    let (object, list) = (policy.object, format!("spec.{}", at.direction.name()));
    let title = "remove the rule";
    let mut fix =
        edits::fix(report, object, title, Safety::Safe, |node| edit::remove_item(node.at(&list)?, at.index));
    let of_list = |rule: &&NeedlessRule| (rule.at.policy, rule.at.direction) == (at.policy, at.direction);
    let left = policy.policy.half(at.direction).rules.len() - needless.rules.iter().filter(of_list).count();
    if at.direction == Direction::Egress && !policy.policy.types_written && left == 0 {
        let after = ("spec", "policyTypes", Some("podSelector"));
        let types = edits::insert(report, object, after, &json!(["Ingress", "Egress"]), title, Safety::Safe);
        if types.edits.is_empty() {
            return None;
        }
        fix.edits.extend(types.edits);
    }
    Some(fix)
}
