//! # What it checks
//!
//! No `kind: List` stands among the items of another.
//!
//! # Why
//!
//! Some tools read only the outer one. Ringfence reads both.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: List
//! items:
//! - apiVersion: v1
//!   kind: List
//!   items:
//!   - {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: List
//! items:
//! - {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
//! ```

use crate::diagnostics::Severity;
use crate::model::FaultKind;
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, faults};

pub(crate) static RULE: Rule = Rule {
    name: "kind-list-nested",
    group: Group::Input,
    severity: Severity::Info,
    set: RuleSet::Recommended,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a List inside a List",
    options: &[],
    check: Check::Inputs(check),
};

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    faults::report(FaultKind::Shape, inputs, report);
}
