//! # What it checks
//!
//! Every field of a NetworkPolicy, Namespace, Service and of a built-in workload down to its containers' ports is
//! one that the API knows (Kubernetes 1.36). Field names are case-sensitive.
//!
//! # Why
//!
//! The API server drops an unknown field, with a warning at best. A NetworkPolicy whose `ingress` is misspelt
//! denies what it was meant to allow; one whose `podSelector` is misspelt selects every Pod.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   ingres:
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
//!   podSelector: {matchLabels: {app: web}}
//!   ingress:
//!   - from: [{podSelector: {}}]
//! ```
//!
//! # Fix
//!
//! The suggestion is the nearest name that the API knows.

use crate::diagnostics::Severity;
use crate::model::FaultKind;
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, faults};

pub(crate) static RULE: Rule = Rule {
    name: "unknown-field",
    group: Group::Input,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "a field that the API doesn't know",
    options: &[],
    check: Check::Inputs(check),
};

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    faults::report(FaultKind::UnknownField, inputs, report);
}
