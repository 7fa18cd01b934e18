//! # What it checks
//!
//! Every `namespaceSelector` asks for `kubernetes.io/metadata.name`, or for a label that the platform controls. It
//! is an error where the repository declares Namespaces and none of them has the label that is asked for.
//!
//! # Why
//!
//! Whoever may edit a Namespace may label it, and so let its Pods in. `kubernetes.io/metadata.name` is set by the
//! API server and can't be changed.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1"}]}
//! ---
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: ops, labels: {team: ops}}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - namespaceSelector: {matchLabels: {team: ops}}
//!       podSelector: {matchLabels: {app: probe}}
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
//!     - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}
//!       podSelector: {matchLabels: {app: probe}}
//! ```
//!
//! # Fix
//!
//! The suggestion names the namespaces that have the labels today, if there are at most five and the repository
//! declares them all.
//!
//! # Options
//!
//! `allowedKeys` lists label keys that only the platform sets. A `*` stands for any text. The default holds those of
//! Kubernetes and OpenShift: `kubernetes.io/*`, `openshift.io/*` and `*.openshift.io/*`.

use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::model::{NAME_LABEL, Peer};
use crate::rules::peers::{self, PeerSite};
use crate::rules::{
    Check, Context, FixKind, Group, OptionValue, Reporter, Rule, RuleOption, RuleSet, edits, platform,
    wording,
};
use crate::sets::{LabelSelector, Operator, Requirement};

/// So many names at most are put in place of labels.
const FEW_NAMES: usize = 5;

pub(crate) static RULE: Rule = Rule {
    name: "namespace-by-mutable-label",
    group: Group::Precision,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "a namespace is selected by labels that its owner can change",
    options: &[RuleOption {
        name: "allowedKeys",
        summary: "label keys that only the platform sets; a `*` stands for any text",
        default: OptionValue::Strings(platform::KEYS),
    }],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let allowed = cx.strings("allowedKeys");
    for site in peers::all(cx) {
        let Peer::Pods { namespaces: Some(namespaces), .. } = site.peer else { continue };
        let requirements = namespaces.requirements();
        let is_fixed =
            |key: &str| key == NAME_LABEL || allowed.iter().any(|pattern| platform::covers(pattern, key));
        if !requirements.is_empty() && !requirements.iter().any(|requirement| is_fixed(&requirement.key)) {
            let finding = finding(cx, &site, namespaces, report);
            report.push(finding);
        }
    }
}

fn finding(
    cx: &Context<'_>,
    site: &PeerSite<'_>,
    namespaces: &LabelSelector,
    report: &Reporter<'_>,
) -> Diagnostic {
    let field = format!("{}.namespaceSelector", site.field);
    let message =
        format!("namespaces are selected by `{namespaces}`, which whoever may edit a namespace can set");
    let matching = cx.cluster.select_namespaces(namespaces);
    let declared = || cx.cluster.namespaces.iter().filter(|info| info.object.is_some());
    let nowhere =
        declared().next().is_some() && matching.is_empty() && namespaces.requirements().iter().any(is_asked);
    let mut finding = report.finding(site.policy.object, &field, message);
    if nowhere {
        finding = finding.severity(Severity::Error).note(
            "no Namespace of the repository has these labels, so the peer selects nothing that is known",
        );
    }
    let infos = || matching.iter().filter_map(|id| cx.cluster.namespace(*id));
    let names: Vec<String> = infos().map(|info| info.name.to_string()).collect();
    let labels_are_known = infos().all(|info| info.object.is_some());
    if names.is_empty() || names.len() > FEW_NAMES || !labels_are_known {
        return finding.help("name the namespaces by `kubernetes.io/metadata.name`");
    }
    let fix = edits::replace_with(
        report,
        site.policy.object,
        &field,
        &peers::selector_value(&peers::name_selector(&names)),
        "name today's namespaces",
        Safety::Suggestion,
    );
    let (these_are, them) = if names.len() == 1 { ("this is", "it") } else { ("these are", "them") };
    let help = format!(
        "today {these_are} {}: name {them} by `kubernetes.io/metadata.name`",
        wording::names(&names, FEW_NAMES)
    );
    finding.help(help).fix(fix)
}

fn is_asked(requirement: &Requirement) -> bool {
    matches!(requirement.operator, Operator::In | Operator::Exists)
}
