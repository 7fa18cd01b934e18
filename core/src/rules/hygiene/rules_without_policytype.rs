//! # What it checks
//!
//! A policy with ingress (egress) rules names `Ingress` (`Egress`) in its `policyTypes`, or has no `policyTypes` at
//! all.
//!
//! # Why
//!
//! The rules have no effect: the policy isolates only in the directions that `policyTypes` names.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Egress]
//!   ingress:
//!   - from: [{podSelector: {}}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Egress, Ingress]
//!   ingress:
//!   - from: [{podSelector: {}}]
//! ```
//!
//! # Fix
//!
//! The suggestion adds the type.

use serde_json::json;

use crate::cluster::PolicyInfo;
use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::model::{Direction, FaultKind};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits};
use crate::yaml::edit;

pub(crate) static RULE: Rule = Rule {
    name: "rules-without-policytype",
    group: Group::Hygiene,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "rules of a direction that `policyTypes` doesn't name",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for (_, info) in cx.cluster.policy_ids() {
        for direction in Direction::BOTH {
            let half = info.policy.half(direction);
            if info.policy.types_written
                && !half.effective
                && !half.rules.is_empty()
                && !may_mean(cx, info, direction)
            {
                let finding = finding(info, direction, report);
                report.push(finding);
            }
        }
    }
}

/// Whether a type that is none, which is reported as such, may be meant for the direction.
fn may_mean(cx: &Context<'_>, info: &PolicyInfo<'_>, direction: Direction) -> bool {
    let faults = cx.cluster.repository.object(info.object).map_or(&[][..], |object| &object.faults);
    let unknown = faults.iter().filter(|fault| fault.kind == FaultKind::PolicyType && fault.refused);
    let mut meant = unknown.map(|fault| fault.replacement.as_deref());
    meant.any(|meant| meant.is_none_or(|meant| meant == direction.policy_type()))
}

fn finding(info: &PolicyInfo<'_>, direction: Direction, report: &Reporter<'_>) -> Diagnostic {
    let (name, wanted) = (direction.name(), direction.policy_type());
    let message = format!(
        "the {name} rules of policy `{}` have no effect: `policyTypes` doesn't name `{wanted}`",
        info.name
    );
    let title = format!("add `{wanted}` to `policyTypes`");
    let fix = edits::fix(report, info.object, title, Safety::Suggestion, |node| {
        edit::append_item(node.at("spec.policyTypes")?, &json!(wanted))
    });
    let mut finding = report.finding(info.object, &format!("spec.{name}"), message);
    finding.location = report.key_place(info.object, &format!("spec.{name}"));
    finding
        .related("the types", report.place(info.object, "spec.policyTypes"))
        .help(format!("add `{wanted}` to `policyTypes`, or remove the rules"))
        .fix(fix)
}
