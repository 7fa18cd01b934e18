//! # What it checks
//!
//! No peer selects Pods by label in every namespace: with an empty `namespaceSelector` (in any spelling), or with one
//! that only leaves out namespaces by name. It is information where the rule names at most three ports and lets traffic
//! out, since the destination's own policies then decide.
//!
//! Without a `podSelector` that names Pods, such a peer is a matter of `all-namespaces-peer`. Namespaces that are
//! selected by a label of theirs are a matter of `namespace-by-mutable-label`.
//!
//! # Why
//!
//! A label is no identity: anyone who can create a Pod in any namespace can give it the label that the policy asks
//! for.
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
//!     - namespaceSelector: {}
//!       podSelector: {matchLabels: {app: prometheus}}
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
//!     - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}
//!       podSelector: {matchLabels: {app: prometheus}}
//!     ports: [{port: 9090}]
//! ```
//!
//! # Fix
//!
//! The suggestion names the namespaces in which such Pods are today, if there are at most five.

use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::model::{Direction, NAME_LABEL, Peer, Port, Rule as PolicyRule};
use crate::rules::peers::{self, PeerSite};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits, wording};
use crate::sets::{LabelSelector, Operator};

/// A rule that lets out on so many ports at most is only worth knowing.
const FEW_PORTS: u64 = 3;

pub(crate) static RULE: Rule = Rule {
    name: "spoofable-cross-namespace-peer",
    group: Group::Precision,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "whoever can label a Pod in any namespace gets in",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for site in peers::all(cx) {
        if let Peer::Pods { namespaces: Some(namespaces), pods: Some(pods) } = site.peer
            && only_leaves_out(namespaces)
            && !pods.is_everything()
        {
            let finding = finding(cx, &site, (namespaces, pods), report);
            report.push(finding);
        }
    }
}

/// Whether a namespace that somebody makes tomorrow is selected, whatever its labels, unless it has one of some names.
fn only_leaves_out(namespaces: &LabelSelector) -> bool {
    let requirements = namespaces.requirements();
    requirements
        .iter()
        .all(|r| r.key == NAME_LABEL && matches!(r.operator, Operator::NotIn | Operator::Exists))
}

fn finding<'c>(
    cx: &Context<'c>,
    site: &PeerSite<'c>,
    (namespaces, pods): (&'c LabelSelector, &'c LabelSelector),
    report: &Reporter<'_>,
) -> Diagnostic {
    let policy = site.policy;
    let among = if namespaces.is_everything() { String::new() } else { format!(" with `{namespaces}`") };
    let message = format!(
        "policy `{}` {} any Pod with `{pods}`, in whatever namespace{among} somebody makes it",
        policy.name,
        peers::verb(site.direction),
    );
    let decided_elsewhere = site.direction == Direction::Egress && names_few_ports(site.rule);
    let finding = report
        .finding(policy.object, &site.field, message)
        .severity(if decided_elsewhere { Severity::Info } else { RULE.severity })
        .note(peers::width(cx, site.direction, policy, site.rule));
    let now = cx.engine.pod_peers(policy.namespace, Some(namespaces), Some(pods));
    let names = peers::namespaces_of(cx, &now.selection.certain, 6);
    if names.is_empty() || names.len() > 5 {
        return finding.help("name the namespaces by `kubernetes.io/metadata.name`");
    }
    let fix = edits::replace_with(
        report,
        policy.object,
        &format!("{}.namespaceSelector", site.field),
        &peers::selector_value(&peers::name_selector(&names)),
        "name today's namespaces",
        Safety::Suggestion,
    );
    let help = format!(
        "today such Pods are in {}: name {}",
        wording::names(&names, 5),
        if names.len() == 1 { "it" } else { "them" }
    );
    finding.help(help).fix(fix)
}

fn names_few_ports(rule: &PolicyRule) -> bool {
    let width = |port: &Port| match port {
        Port::Range { first, last, .. } => u64::from(last.saturating_sub(*first)) + 1,
        Port::Named { .. } | Port::Invalid => 1,
    };
    rule.ports.as_ref().is_some_and(|ports| ports.iter().map(width).sum::<u64>() <= FEW_PORTS)
}
