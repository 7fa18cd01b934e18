//! # What it checks
//!
//! Every peer with selectors matches at least one workload of the repository. It is only worth knowing where the
//! namespaces that it selects are not in the repository at all, or where Pods may come from elsewhere. Exempt are
//! namespaces that repositories rarely carry, those that the platform labels, and the cluster's DNS servers.
//!
//! # Why
//!
//! A peer that matches nothing allows nothing. Mostly a label or a namespace is misspelt, or was renamed.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1", ports: [{name: http, containerPort: 80}]}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: cart, namespace: shop, labels: {app: cart}}
//! spec: {containers: [{name: cart, image: "cart:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   ingress:
//!   - from:
//!     - podSelector: {matchLabels: {app: card}}
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1", ports: [{name: http, containerPort: 80}]}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: cart, namespace: shop, labels: {app: cart}}
//! spec: {containers: [{name: cart, image: "cart:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   ingress:
//!   - from:
//!     - podSelector: {matchLabels: {app: cart}}
//! ```
//!
//! # Options
//!
//! `exemptNamespaces` lists namespaces that repositories rarely carry; a peer that names only these is not
//! reported. The default holds those of Kubernetes, OpenShift and some well-known add-ons.

use crate::cluster::{ClassId, NamespaceId, named_namespaces};
use crate::diagnostics::{Diagnostic, Severity};
use crate::model::{NAME_LABEL, Peer, nearest};
use crate::rules::peers::{self, PeerSite};
use crate::rules::{
    Check, Context, FixKind, Group, OptionValue, Reporter, Rule, RuleOption, RuleSet, near, platform, wording,
};
use crate::sets::{LabelSelector, Operator};

/// Namespaces of the cluster's own components and of well-known add-ons.
const ELSEWHERE: &[&str] = &[
    "kube-system",
    "kube-public",
    "openshift-dns",
    "openshift-ingress",
    "openshift-monitoring",
    "openshift-user-workload-monitoring",
    "ingress-nginx",
    "monitoring",
    "istio-system",
    "cert-manager",
];

pub(crate) static RULE: Rule = Rule {
    name: "dangling-peer",
    group: Group::Hygiene,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a peer that matches no Pod",
    options: &[RuleOption {
        name: "exemptNamespaces",
        summary: "namespaces that repositories rarely carry; a peer that names only these is not reported",
        default: OptionValue::Strings(ELSEWHERE),
    }],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let exempt = cx.strings("exemptNamespaces");
    for site in peers::all(cx) {
        let Peer::Pods { namespaces, pods } = site.peer else { continue };
        let own = site.policy.namespace;
        let found = cx.engine.pod_peers(own, namespaces.as_ref(), pods.as_ref());
        let names = namespaces.as_ref().and_then(named_namespaces).unwrap_or_default();
        let is_exempt = !names.is_empty() && names.iter().all(|name| exempt.contains(name));
        let asks = namespaces.is_some() || pods.as_ref().is_some_and(|pods| !pods.is_everything());
        let is_explained = || {
            peers::is_half_of_one(cx, &site)
                || namespaces.as_ref().is_some_and(|selector| is_of_platform(cx, selector))
                || cx.engine.names_dns(own, site.peer)
        };
        if asks && found.selection.certain.is_empty() && !is_exempt && !is_explained() {
            let finding = finding(cx, &site, (namespaces.as_ref(), pods.as_ref()), report);
            report.push(finding);
        }
    }
}

fn finding<'c>(
    cx: &Context<'c>,
    site: &PeerSite<'c>,
    (namespaces, pods): (Option<&'c LabelSelector>, Option<&'c LabelSelector>),
    report: &Reporter<'_>,
) -> Diagnostic {
    let own = site.policy.namespace;
    static EVERYTHING: LabelSelector = LabelSelector::everything();
    let pods = pods.unwrap_or(&EVERYTHING);
    let selected: Vec<NamespaceId> =
        namespaces.map_or_else(|| vec![own], |selector| cx.cluster.select_namespaces(selector));
    let place = match namespaces {
        None => format!("of namespace `{}`", cx.cluster.namespace_name(own)),
        Some(selector) if selector.is_everything() => "of any namespace".to_owned(),
        Some(selector) => format!("of namespaces with `{selector}`"),
    };
    let message = format!("the peer matches no Pod {place}: {}", wording::selector(pods, "there is none"));
    let finding = report.finding(site.policy.object, &site.field, message);
    if let Some(selector) = namespaces
        && selected.is_empty()
    {
        return without_namespace(cx, selector, finding);
    }
    let found = cx.engine.pod_peers(own, namespaces, Some(pods).filter(|pods| !pods.is_everything()));
    let doubtful = !found.selection.possible.is_empty()
        || selected.iter().any(|id| cx.cluster.unknown_pods.contains(id));
    let unseen = !selected.is_empty()
        && selected.iter().all(|id| cx.cluster.namespace(*id).is_some_and(|info| info.workloads.is_empty()));
    if doubtful || unseen {
        let why = if doubtful {
            "the Pods may come from a custom resource"
        } else {
            "the repository has no workload there"
        };
        return finding.severity(Severity::Info).note(why);
    }
    let host = cx.cluster.workload_ids().find(|(_, workload)| {
        workload.pods.host_network
            && selected.contains(&workload.namespace)
            && pods.matches(&workload.pods.labels)
    });
    match host {
        Some((id, workload)) => finding.related(
            format!("`{}` shares the node's network: no peer matches it", cx.cluster.workload_name(id)),
            report.place(workload.object, &workload.pods.field("spec.hostNetwork")),
        ),
        None => {
            let there = selected.iter().filter_map(|id| cx.cluster.namespace(*id));
            let classes = there.flat_map(|info| info.classes.iter());
            let labels = classes.filter_map(|id| Some(cx.cluster.class(ClassId(id))?.labels));
            match near::label(labels, pods) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("correct the selector, or remove the peer"),
            }
        }
    }
}

/// Completes a finding about a selector that selects no namespace of the repository: a typo, or a namespace that comes
/// from elsewhere.
fn without_namespace(cx: &Context<'_>, selector: &LabelSelector, finding: Diagnostic) -> Diagnostic {
    if let Some(names) = named_namespaces(selector) {
        let known = cx.cluster.namespaces.iter().map(|info| &*info.name);
        return match names.first().and_then(|name| nearest(name, known)) {
            Some(near) => finding.help(format!("did you mean namespace `{near}`?")),
            None => finding
                .severity(Severity::Info)
                .note(format!("the repository knows nothing of namespace {}", wording::names(names, 3))),
        };
    }
    match near::label(cx.cluster.namespaces.iter().map(|info| &info.labels), selector) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding
            .severity(Severity::Info)
            .note("no Namespace of the repository is known to have these labels"),
    }
}

/// Whether only the platform gives a namespace the labels that a selector asks for, and to none of the repository's.
fn is_of_platform(cx: &Context<'_>, namespaces: &LabelSelector) -> bool {
    let is_set = |key: &str| key != NAME_LABEL && platform::KEYS.iter().any(|p| platform::covers(p, key));
    let is_asked = |operator: Operator| matches!(operator, Operator::In | Operator::Exists);
    namespaces.requirements().iter().any(|r| is_asked(r.operator) && is_set(&r.key))
        && cx.cluster.select_namespaces(namespaces).is_empty()
}
