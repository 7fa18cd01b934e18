//! # What it checks
//!
//! A cluster-wide policy has a known tier, a priority from 0 to 1000, exactly one field in its subject, no more
//! rules than the API takes, actions that its kind knows, and domain names of valid form. A
//! BaselineAdminNetworkPolicy is named `default`.
//!
//! # Why
//!
//! The API server refuses the whole policy, so nothing of it takes effect; Ringfence then calls its effect unknown.
//! Such a policy stands above all namespaces, so one typo leaves the whole cluster without it. (Network Policy API,
//! `policy.networking.k8s.io`, CRDs of `v1alpha1` and `v1alpha2`.)
//!
//! # Example
//!
//! ```yaml
//! apiVersion: policy.networking.k8s.io/v1alpha2
//! kind: ClusterNetworkPolicy
//! metadata: {name: monitoring}
//! spec:
//!   tier: Admin
//!   priority: 10
//!   subject: {namespaces: {}}
//!   ingress:
//!   - action: Allow
//!     from: [{namespaces: {matchLabels: {team: monitoring}}}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: policy.networking.k8s.io/v1alpha2
//! kind: ClusterNetworkPolicy
//! metadata: {name: monitoring}
//! spec:
//!   tier: Admin
//!   priority: 10
//!   subject: {namespaces: {}}
//!   ingress:
//!   - action: Accept
//!     from: [{namespaces: {matchLabels: {team: monitoring}}}]
//! ```

use crate::diagnostics::Severity;
use crate::model::FaultKind;
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, faults};

pub(crate) static RULE: Rule = Rule {
    name: "invalid-admin-policy",
    group: Group::Hygiene,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "a cluster-wide policy that the API server refuses",
    options: &[],
    check: Check::Inputs(check),
};

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    faults::report(FaultKind::AdminPolicy, inputs, report);
}
