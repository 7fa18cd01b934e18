//! # What it checks
//!
//! Every policy writes its `policyTypes`.
//!
//! # Why
//!
//! Without them the API isolates ingress always, and egress where there is an egress rule. A policy that loses its
//! last egress rule so opens egress, which nobody means.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {}
//!   egress:
//!   - to: [{podSelector: {}}]
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
//!   policyTypes: [Ingress, Egress]
//!   egress:
//!   - to: [{podSelector: {}}]
//! ```
//!
//! # Fix
//!
//! Writes what the API server defaults to; nothing changes.

use serde_json::json;

use crate::diagnostics::{Safety, Severity};
use crate::model::Direction;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits};

pub(crate) static RULE: Rule = Rule {
    name: "policytypes-omitted",
    group: Group::Hygiene,
    severity: Severity::Info,
    set: RuleSet::OptIn,
    since: "0.1.0",
    fix: FixKind::Safe,
    summary: "a policy without `policyTypes`",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for (_, info) in cx.cluster.policy_ids().filter(|(_, info)| !info.policy.types_written) {
        let effective = Direction::BOTH.into_iter().filter(|direction| info.affects(*direction));
        let types: Vec<_> = effective.map(Direction::policy_type).collect();
        let written = types.join(", ");
        let message = format!("policy `{}` leaves its `policyTypes` to defaulting: [{written}]", info.name);
        let after = ("spec", "policyTypes", Some("podSelector"));
        let title = format!("write `policyTypes: [{written}]`");
        let fix = edits::insert(report, info.object, after, &json!(types), title, Safety::Safe);
        let finding = report
            .finding(info.object, "spec.podSelector", message)
            .help(format!("write `policyTypes: [{written}]`"))
            .fix(fix);
        report.push(finding);
    }
}
