//! # What it checks
//!
//! Every `ipBlock.cidr` and `except` is a CIDR with a prefix length, without leading zeros and not an IPv4-mapped
//! IPv6 address; each `except` is a smaller range inside `cidr`. The same goes for the `networks` of a cluster-wide
//! policy, of which none stands twice.
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
//!   - from:
//!     - ipBlock: {cidr: 10.0.0.0/24, except: [192.168.0.0/16]}
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
//!   - from:
//!     - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
//! ```

use crate::diagnostics::Severity;
use crate::model::FaultKind;
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, faults};

pub(crate) static RULE: Rule = Rule {
    name: "invalid-cidr",
    group: Group::Hygiene,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a CIDR that the API server refuses",
    options: &[],
    check: Check::Inputs(check),
};

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    faults::report(FaultKind::Cidr, inputs, report);
}
