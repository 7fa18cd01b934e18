//! # What it checks
//!
//! Every label selector of a policy has known operators (`In`, `NotIn`, `Exists`, `DoesNotExist`), values where the
//! operator needs them and none where it doesn't, and keys and values of valid form.
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
//!   podSelector:
//!     matchExpressions:
//!     - {key: app, operator: Equals, values: [web]}
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector:
//!     matchExpressions:
//!     - {key: app, operator: In, values: [web]}
//! ```

use crate::diagnostics::Severity;
use crate::model::FaultKind;
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, faults};

pub(crate) static RULE: Rule = Rule {
    name: "invalid-selector",
    group: Group::Hygiene,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "a label selector that the API server refuses",
    options: &[],
    check: Check::Inputs(check),
};

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    faults::report(FaultKind::Selector, inputs, report);
}
