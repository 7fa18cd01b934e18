//! # What it checks
//!
//! No two consecutive peers are a bare `namespaceSelector` and a bare, non-empty `podSelector` that selects no Pod
//! of the policy's own namespace, or that selects Pods of the namespaces of the first.
//!
//! That no Pod is selected says something only where the repository has workloads of the policy's own namespace, and no
//! custom resource there that may make further Pods; elsewhere only Pods in the namespaces of the first count.
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
//! The suggestion makes one peer of the two: in block style it puts a space in place of the second dash. There is none
//! where comments or anchors stand in the way.

use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::rules::peers::{self, ConfusedPair, RuleSite};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits, wording};
use crate::text::Span;
use crate::yaml::{Entry, Node, Style, TextEdit};

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
        for pair in peers::confused_pairs(cx, site.policy.namespace, site.rule) {
            let finding = finding(cx, &site, &pair, report);
            report.push(finding);
        }
    }
}

fn finding(
    cx: &Context<'_>,
    site: &RuleSite<'_>,
    pair: &ConfusedPair<'_>,
    report: &Reporter<'_>,
) -> Diagnostic {
    let (object, pods) = (site.policy.object, pair.pods);
    let peer = |index: usize| format!("{}.{}[{index}]", site.field, site.direction.peers_field());
    let (first, second) = (peer(pair.index), peer(pair.index + 1));
    let message = format!(
        "these are two peers: every Pod of the namespaces with {}, or Pods with `{pods}` of the policy's own namespace",
        wording::selector(pair.namespaces, "any label")
    );
    let count = cx.cluster.count_workloads(&pair.only_there);
    let why = if count == 0 {
        let own = cx.cluster.namespace_name(site.policy.namespace);
        format!("no Pod of the policy's own namespace `{own}` has `{pods}`")
    } else {
        let found = wording::workloads(cx.cluster, cx.cluster.members(&pair.only_there), count);
        format!("the namespaces of the other peer have Pods with `{pods}`: {found}")
    };
    let fix = edits::fix(report, object, "make one peer of the two", Safety::Suggestion, |node| {
        merge(node.at(&first)?, node.at(&second)?)
    });
    report
        .finding(object, &second, message)
        .label("a peer of its own")
        .related("the other peer", report.place(object, &first))
        .note(why)
        .help("write both selectors in one item for \"these Pods of these namespaces\"")
        .fix(fix)
}

/// Makes the only entry of the second item one of the first.
fn merge(first: Node<'_>, second: Node<'_>) -> Option<TextEdit> {
    let (before, after) = (only_entry(first)?, only_entry(second)?);
    match (first.style(), second.style()) {
        (Style::Block, Style::Block) => merge_blocks(first, second),
        (Style::Flow, Style::Flow) => {
            let between = Span::new(before.value.span().end, after.key.span().start);
            let marks: String = between.of(first.text()).split_whitespace().collect();
            matches!(&*marks, "},{" | "}-{").then(|| TextEdit { span: between, text: ", ".to_owned() })
        }
        _ => None,
    }
}

fn only_entry(item: Node<'_>) -> Option<Entry<'_>> {
    let mut entries = item.written_entries();
    entries.next().filter(|_| !item.is_alias() && entries.next().is_none())
}

/// The dash of a block item becomes a space, so that its entry stands below that of the item before.
fn merge_blocks(first: Node<'_>, second: Node<'_>) -> Option<TextEdit> {
    let dash = |item: Node<'_>| {
        let start = item.span().start;
        let dash = Span::new(start.checked_sub(2)?, start);
        (dash.of(item.text()) == "- ").then_some(dash.start)
    };
    dash(first)?;
    let start = dash(second)?;
    Some(TextEdit { span: Span::new(start, start + 1), text: " ".to_owned() })
}
