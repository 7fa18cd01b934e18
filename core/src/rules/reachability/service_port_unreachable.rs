//! # What it checks
//!
//! Every port of a Service ends at a port where something can come in: its `targetPort` is in some ingress rule of
//! the Pods' policies, if other ports of the Pods are; and where it is a name, a container declares it. A Service that
//! is open to the outside and has no such port at all is a matter of exposed-service-without-ingress-rule.
//!
//! # Why
//!
//! Policies see the port on which the Pods listen, not the one of the Service. Where the two differ, a rule for the
//! Service's port lets nobody in, and callers wait for an answer that never comes.
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
//! kind: Service
//! metadata: {name: web, namespace: shop}
//! spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from: [{podSelector: {matchLabels: {app: cart}}}]
//!     ports: [{port: 80}]
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
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, namespace: shop}
//! spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from: [{podSelector: {matchLabels: {app: cart}}}]
//!     ports: [{port: 8080}]
//! ```
//!
//! # Fix
//!
//! Where no container declares the name, the suggestion is the nearest name that one does.

use std::collections::BTreeSet;

use crate::cluster::{Class, ClassId, PolicyId, ServiceInfo};
use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::model::{Direction, ServicePort, Target, nearest};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits, wording};
use crate::sets::{ConnectionSet, IdSet};

pub(crate) static RULE: Rule = Rule {
    name: "service-port-unreachable",
    group: Group::Reachability,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "a Service sends to a port on which nothing comes in",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for service in &cx.cluster.services {
        for port in &service.service.ports {
            let finding = undeclared(cx, service, port, report).or_else(|| denied(cx, service, port, report));
            report.extend(finding);
        }
    }
}

fn targets<'c>(cx: &'c Context<'_>, service: &ServiceInfo<'_>) -> Vec<(ClassId, &'c Class<'c>)> {
    let certain = service.targets.certain.iter();
    certain.filter_map(|id| Some((ClassId(id), cx.cluster.class(ClassId(id))?))).collect()
}

/// A port whose target is a name that no container has.
fn undeclared(
    cx: &Context<'_>,
    service: &ServiceInfo<'_>,
    port: &ServicePort,
    report: &Reporter<'_>,
) -> Option<Diagnostic> {
    let Target::Name(name) = &port.target else { return None };
    let targets = targets(cx, service);
    let is_known = !targets.is_empty()
        && service.targets.certain == service.targets.possible
        && !cx.cluster.unknown_pods.contains(&service.namespace)
        && !targets.iter().any(|(_, class)| class.open_labels);
    if !is_known || targets.iter().any(|(_, class)| !port.resolve(class.example).is_empty()) {
        return None;
    }
    let classes: IdSet = targets.iter().map(|(id, _)| id.0).collect();
    let count = cx.cluster.count_workloads(&classes);
    let message = format!(
        "Service `{}` sends to the {} port `{name}`, which no container of {} declares",
        service.name,
        port.protocol,
        wording::workloads(cx.cluster, cx.cluster.members(&classes), count),
    );
    let field = format!("spec.ports[{}].targetPort", port.index);
    let finding = report.finding(service.object, &field, message);
    let declared = targets.iter().flat_map(|(_, class)| class.ports);
    let declared: BTreeSet<&str> = declared
        .filter(|known| known.protocol == port.protocol)
        .filter_map(|known| known.name.as_deref())
        .collect();
    Some(match nearest(name, declared.iter().copied()) {
        Some(near) => {
            let title = format!("write `{near}`");
            let fix = edits::replace(report, service.object, &field, near, title, Safety::Suggestion);
            finding.help(format!("did you mean `{near}`?")).fix(fix)
        }
        None => finding.help("name the container port, or write its number"),
    })
}

/// A port that no ingress rule of the Pods' policies names, although others are let in.
fn denied(
    cx: &Context<'_>,
    service: &ServiceInfo<'_>,
    port: &ServicePort,
    report: &Reporter<'_>,
) -> Option<Diagnostic> {
    let (mut classes, mut let_in, mut numbers) = (IdSet::new(), ConnectionSet::none(), ConnectionSet::none());
    for (id, class) in targets(cx, service) {
        let Some(open) = cx.engine.ports_let_in(id).filter(|open| !open.is_empty()) else { continue };
        let own = connections(port, class);
        let any = service.service.ports.iter().map(|port| connections(port, class));
        let leads_nowhere = !any.fold(ConnectionSet::none(), |all, own| all.union(&own)).overlaps(&open);
        let is_denied = !own.is_empty() && !own.overlaps(&open);
        let left_to_other_rule = service.external && leads_nowhere;
        if is_denied && !left_to_other_rule {
            classes.insert(id.0);
            let_in = let_in.union(&open);
            numbers = numbers.union(&own);
        }
    }
    if classes.is_empty() {
        return None;
    }
    let count = cx.cluster.count_workloads(&classes);
    let message = format!(
        "Service `{}` sends to {numbers} at {}, where policies let callers in on {let_in} only",
        service.name,
        wording::workloads(cx.cluster, cx.cluster.members(&classes), count),
    );
    let mut finding =
        report.finding(service.object, &format!("spec.ports[{}].targetPort", port.index), message);
    let own = ConnectionSet::of(port.protocol, port.number, port.number);
    finding = if own.overlaps(&let_in) {
        finding.help(format!(
            "policies see the port of the Pods, {numbers}, not the port of the Service, {own}: name it in a rule"
        ))
    } else {
        finding.help("name the port in an ingress rule, or correct `targetPort`")
    };
    let policies: BTreeSet<PolicyId> = classes
        .iter()
        .flat_map(|class| cx.engine.policies_of(Direction::Ingress, ClassId(class)))
        .copied()
        .collect();
    for policy in policies.iter().filter_map(|id| cx.cluster.policy(*id)).take(3) {
        finding = finding.related("this policy isolates the Pods", report.place(policy.object, ""));
    }
    Some(finding)
}

/// Where a port ends at the Pods of a class.
fn connections(port: &ServicePort, class: &Class<'_>) -> ConnectionSet {
    let mut all = ConnectionSet::none();
    for number in port.resolve(class.example) {
        all.insert(port.protocol, number, number);
    }
    all
}
