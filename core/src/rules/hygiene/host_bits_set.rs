//! # What it checks
//!
//! The address of every `ipBlock` is the first of its range: `10.0.0.0/24`, not `10.0.0.5/24`.
//!
//! # Why
//!
//! The range is the same, but a reader may take it for the one address.
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
//!     - ipBlock: {cidr: 10.0.0.5/24}
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
//!     - ipBlock: {cidr: 10.0.0.0/24}
//! ```
//!
//! # Fix
//!
//! Writes the first address of the range; the range stays the same.

use crate::diagnostics::{Safety, Severity};
use crate::model::Peer;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits, peers};

pub(crate) static RULE: Rule = Rule {
    name: "host-bits-set",
    group: Group::Hygiene,
    severity: Severity::Info,
    set: RuleSet::Recommended,
    since: "0.1.0",
    fix: FixKind::Safe,
    summary: "a CIDR with bits set beyond its prefix",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for site in peers::all(cx) {
        if let Peer::Block(block) = site.peer
            && block.host_bits
        {
            let field = format!("{}.ipBlock.cidr", site.field);
            let text = block.cidr.to_string();
            let message = format!("the range starts at another address than the one written: it is `{text}`");
            let title = format!("write `{text}`");
            let fix = edits::replace(report, site.policy.object, &field, &text, title, Safety::Safe);
            let finding =
                report.finding(site.policy.object, &field, message).help(format!("write `{text}`")).fix(fix);
            report.push(finding);
        }
    }
}
