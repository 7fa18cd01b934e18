//! # What it checks
//!
//! A suppression, as a comment or as an annotation, has a date `(until …)` that has passed, and something is still found
//! that it suppressed.
//!
//! It is valid through that day. Afterwards the findings that it suppressed show again, beside this one. Where nothing
//! is found any more, `suppression-unused` asks to remove it instead.
//!
//! # Why
//!
//! An exception with a date is a promise to come back. One that nobody comes back to is a hole that everybody has
//! agreed not to see.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: metrics, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     # ringfence: ignore[namespace-wide-peer] until the agents carry labels (until 2020-01-31)
//!     - namespaceSelector:
//!         matchLabels: {kubernetes.io/metadata.name: monitoring}
//!     ports: [{port: 9090}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: metrics, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - namespaceSelector:
//!         matchLabels: {kubernetes.io/metadata.name: monitoring}
//!       podSelector:
//!         matchLabels: {app: prometheus}
//!     ports: [{port: 9090}]
//! ```

use crate::diagnostics::Severity;
use crate::rules::{Check, FixKind, Group, Reporter, Rule, RuleSet, Suppression, suppression, wording};

pub(crate) static RULE: Rule = Rule {
    name: "suppression-expired",
    group: Group::Review,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "the date of a suppression has passed, and what it suppressed is still there",
    options: &[],
    check: Check::Suppressions(check),
};

fn check(suppressions: &[Suppression], report: &mut Reporter<'_>) {
    for found in suppressions.iter().filter(|found| found.expired) {
        let (Some(until), matched @ 1..) = (found.until, found.matched()) else { continue };
        let message = format!("the suppression of {} ended on {until}", wording::names(&found.names(), 3));
        let mut finding = suppression::finding(found, report, message)
            .label("no longer valid")
            .note(match matched {
                1 => "one finding shows again".to_owned(),
                many => format!("{many} findings show again"),
            })
            .help("mend what it suppressed, or agree on a new date");
        if !found.reason.is_empty() {
            finding = finding.note(format!("the reason given: {}", found.reason));
        }
        report.push(finding);
    }
}
