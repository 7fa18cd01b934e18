//! # What it checks
//!
//! Every peer names Pods, namespaces or an `ipBlock`; none mixes an `ipBlock` with selectors; ingress rules list
//! peers under `from` and egress rules under `to`. In a cluster-wide policy every peer has exactly one field, and
//! domain names stand only in rules that allow.
//!
//! # Why
//!
//! The API server refuses the whole policy, so nothing of it takes effect; Ringfence then calls its effect unknown.
//! A misplaced `from` or `to` is worse: the API server drops it, and a rule without peers allows everybody.
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
//!   egress:
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
//!   policyTypes: [Egress]
//!   egress:
//!   - to: [{podSelector: {}}]
//! ```

use crate::diagnostics::Severity;
use crate::model::FaultKind;
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, faults};

pub(crate) static RULE: Rule = Rule {
    name: "invalid-peer",
    group: Group::Hygiene,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "a peer that is empty, mixed or in the wrong field",
    options: &[],
    check: Check::Inputs(check),
};

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    faults::report(FaultKind::Peer, inputs, report);
}
