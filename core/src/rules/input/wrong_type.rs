//! # What it checks
//!
//! Every value that Ringfence reads has the type that the API gives it, and required fields are there: labels are
//! strings, ports are whole numbers, lists are lists. (This rule has no counterpart in other catalogues: their
//! tools stop at the first wrong type.)
//!
//! # Why
//!
//! The API server refuses the object, so its effect is unknown. In YAML, `yes`, `on`, `1.0` and `~` are no strings
//! unless they are quoted.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: web
//!   namespace: shop
//!   labels:
//!     canary: yes
//! spec: {containers: [{name: web, image: "web:1"}]}
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: web
//!   namespace: shop
//!   labels:
//!     canary: "yes"
//! spec: {containers: [{name: web, image: "web:1"}]}
//! ```

use crate::diagnostics::Severity;
use crate::model::FaultKind;
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, faults};

pub(crate) static RULE: Rule = Rule {
    name: "wrong-type",
    group: Group::Input,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a value of a type that the API server refuses",
    options: &[],
    check: Check::Inputs(check),
};

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    faults::report(FaultKind::WrongType, inputs, report);
}
