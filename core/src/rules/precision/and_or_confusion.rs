//! # What it checks
//!
//! No two consecutive peers are a bare `namespaceSelector` and a bare, non-empty `podSelector` that selects no Pod
//! of the policy's own namespace, or that selects Pods of the namespaces of the first.
//!
//! # Why
//!
//! In one item, `namespaceSelector` and `podSelector` mean AND: these Pods of these namespaces. With a dash before
//! the second they mean OR: every Pod of these namespaces, and these Pods of the policy's own namespace, of which
//! there are none.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - namespaceSelector:
//!         matchLabels: {kubernetes.io/metadata.name: monitoring}
//!     - podSelector:
//!         matchLabels: {app: prometheus}
//!     ports: [{port: 9090}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - namespaceSelector:
//!         matchLabels: {kubernetes.io/metadata.name: monitoring}
//!       podSelector:
//!         matchLabels: {app: prometheus}
//!     ports: [{port: 9090}]
//! ```
//!
//! # Fix
//!
//! The suggestion makes one peer of the two, where they are written on lines of their own.

use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::rules::peers::{self, RuleSite};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits, wording};
use crate::sets::LabelSelector;
use crate::text::Span;
use crate::yaml::{Node, Style, TextEdit};

pub(crate) static RULE: Rule = Rule {
    name: "and-or-confusion",
    group: Group::Precision,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "two peers that were meant to be one",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for site in peers::rules(cx) {
        for (i, pair) in peers::confused_pairs(cx, site.policy.namespace, site.rule) {
            let finding = finding(&site, i, pair, report);
            report.push(finding);
        }
    }
}

fn finding(
    site: &RuleSite<'_>,
    index: usize,
    (namespaces, pods): (&LabelSelector, &LabelSelector),
    report: &Reporter<'_>,
) -> Diagnostic {
    let object = site.policy.object;
    let peer = |index: usize| format!("{}.{}[{index}]", site.field, site.direction.peers_field());
    let message = format!(
        "these are two peers: every Pod of the namespaces with {}, or Pods with `{pods}` of the policy's own namespace",
        wording::selector(namespaces, "any label")
    );
    let fix = edits::fix(report, object, "make one peer of the two", Safety::Suggestion, |node| {
        let (first, second) = (node.at(&peer(index))?, node.at(&peer(index + 1))?);
        merge(first, second)
    });
    report
        .finding(object, &peer(index + 1), message)
        .label("the dash makes a peer of its own")
        .related("the other peer", report.place(object, &peer(index)))
        .help("remove the dash before `podSelector` for \"these Pods of these namespaces\"")
        .fix(fix)
}

/// The dash of a block item becomes a space, which makes its entry one of the item before.
fn merge(first: Node<'_>, second: Node<'_>) -> Option<TextEdit> {
    let start = second.span().start;
    let is_block = |node: Node<'_>| node.style() == Style::Block && !node.is_alias();
    let dash = start.checked_sub(2)?;
    let marker = Span::new(dash, start).of(second.text());
    let aligned = |node: Node<'_>| {
        Span::new(node.span().start.saturating_sub(2), node.span().start).of(node.text()) == "- "
    };
    (is_block(first) && is_block(second) && marker == "- " && aligned(first))
        .then(|| TextEdit { span: Span::new(dash, dash + 1), text: " ".to_owned() })
}
