//! # What it checks
//!
//! Every port is a number from 1 to 65535 or a valid port name (RFC 6335, section 5.1: at most 15 lowercase
//! letters, digits and single `-`), and every protocol is `TCP`, `UDP` or `SCTP` in capitals. ICMP can't be named
//! in a NetworkPolicy. In a cluster-wide policy every port has exactly one field, ranges go upwards, and a list of
//! ports isn't empty.
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
//!   - ports: [{port: 80, protocol: tcp}]
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
//!   - ports: [{port: 80, protocol: TCP}]
//! ```

use crate::diagnostics::Severity;
use crate::model::FaultKind;
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, faults};

pub(crate) static RULE: Rule = Rule {
    name: "invalid-port",
    group: Group::Hygiene,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "a port or protocol that the API server refuses",
    options: &[],
    check: Check::Inputs(check),
};

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    faults::report(FaultKind::Port, inputs, report);
}
