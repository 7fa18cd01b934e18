//! # What it checks
//!
//! Every `endPort` stands beside a `port` that is a number and not larger than it.
//!
//! # Why
//!
//! The API server refuses the whole policy, so nothing of it takes effect; Ringfence then calls its effect unknown.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {}
//!   ingress:
//!   - ports: [{port: 8080, endPort: 80}]
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
//!   ingress:
//!   - ports: [{port: 80, endPort: 8080}]
//! ```

use crate::diagnostics::Severity;
use crate::model::FaultKind;
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, faults};

pub(crate) static RULE: Rule = Rule {
    name: "invalid-endport",
    group: Group::Hygiene,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "an `endPort` that the API server refuses",
    options: &[],
    check: Check::Inputs(check),
};

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    faults::report(FaultKind::EndPort, inputs, report);
}
