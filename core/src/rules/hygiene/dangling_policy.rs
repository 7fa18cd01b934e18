//! # What it checks
//!
//! Every policy with a selector selects at least one workload of its namespace, over the whole repository. It is
//! only worth knowing where the Pods may come from elsewhere: a custom resource that Ringfence doesn't know,
//! a generator such as a Kyverno policy, labels that a controller adds, or a namespace without any workload in the repository.
//!
//! # Why
//!
//! A policy that selects nothing protects nothing. Mostly a label was renamed, or the namespace is another.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1", ports: [{name: http, containerPort: 80}]}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: wep}}
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
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//! ```

use crate::cluster::{NamespaceId, PolicyInfo};
use crate::diagnostics::{Diagnostic, Severity};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, near, wording};
use crate::sets::LabelSelector;

pub(crate) static RULE: Rule = Rule {
    name: "dangling-policy",
    group: Group::Hygiene,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a policy that selects no Pod",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for (_, info) in cx.cluster.policy_ids() {
        if let Some(selector) = &info.policy.pod_selector
            && !selector.is_everything()
            && info.subject.certain.is_empty()
        {
            let finding = finding(cx, info, selector, report);
            report.push(finding);
        }
    }
}

fn finding(
    cx: &Context<'_>,
    info: &PolicyInfo<'_>,
    selector: &LabelSelector,
    report: &Reporter<'_>,
) -> Diagnostic {
    let namespace = cx.cluster.namespace_name(info.namespace);
    let workloads = cx.cluster.namespace(info.namespace).map_or(&[][..], |info| &info.workloads);
    let message = format!("policy `{}` selects no Pod of namespace `{namespace}`", info.name);
    let mut finding = report.finding(info.object, "spec.podSelector", message);
    if let Some(note) = wording::namespace_note(namespace, info.namespace_source) {
        finding = finding.note(note);
    }
    if let Some(why) = doubt(cx, info, workloads.is_empty()) {
        return finding.severity(Severity::Info).note(why);
    }
    let here = || workloads.iter().filter_map(|id| Some((*id, cx.cluster.workload(*id)?)));
    if let Some((id, host)) = here().find(|(_, w)| w.pods.host_network && selector.matches(&w.pods.labels)) {
        let name = cx.cluster.workload_name(id);
        return finding.related(
            format!("`{name}` has these labels, but shares the node's network, where no policy selects it"),
            report.place(host.object, &host.pods.field("spec.hostNetwork")),
        );
    }
    let elsewhere = cx.cluster.index().select(selector);
    if let Some((id, found)) =
        cx.cluster.members(&elsewhere.certain).next().and_then(|id| Some((id, cx.cluster.workload(id)?)))
    {
        let place = cx.cluster.namespace_name(found.namespace);
        let what = format!("`{}` of namespace `{place}` has these labels", cx.cluster.workload_name(id));
        return finding
            .related(what, report.place(found.object, ""))
            .help(format!("move the policy to namespace `{place}`, or correct the selector"));
    }
    match near::label(here().map(|(_, workload)| &workload.pods.labels), selector) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("correct the selector, or remove the policy"),
    }
}

/// Whether an object that makes others when it is applied acts in a namespace.
fn has_generator(cx: &Context<'_>, namespace: NamespaceId) -> bool {
    let acts = |found: Option<NamespaceId>| found.is_none_or(|found| found == namespace);
    cx.cluster.foreign.iter().any(|foreign| foreign.api.is_generator() && acts(foreign.namespace))
}

/// Why the Pods may be there although the repository doesn't show them.
fn doubt(cx: &Context<'_>, info: &PolicyInfo<'_>, no_workload: bool) -> Option<&'static str> {
    if !info.subject.possible.is_empty() {
        Some("it asks for labels that a controller may add")
    } else if cx.cluster.unknown_pods.contains(&info.namespace) {
        Some("a custom resource of the namespace seems to make Pods: name it under `workloadKinds`")
    } else if has_generator(cx, info.namespace) {
        Some("a generator acts in this namespace, and what it makes is not in the repository")
    } else if no_workload {
        Some("the repository has no workload of this namespace")
    } else {
        None
    }
}
