//! # What it checks
//!
//! Wherever an Ingress, a route of the Gateway API, an OpenShift Route or a Service of type LoadBalancer or NodePort
//! sends clients from outside to Pods, the policies of these Pods let somebody in on the ports where it ends: the
//! controller's Pods for an Ingress or a route, the clients or the nodes for a Service that is open itself.
//!
//! Who the controller is comes from its class, from the configuration (`ingressControllers`) and from what is known
//! of common ones. Where nothing tells, it is a Pod of another namespace.
//!
//! # Why
//!
//! Policies see who opens the connection to a Pod. If that is nobody whom they let in, the entrance is there and leads
//! nowhere: clients get an error of the controller, or no answer at all.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1", ports: [{name: http, containerPort: 8080}]}]}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, namespace: shop}
//! spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: IngressClass
//! metadata: {name: public}
//! spec: {controller: k8s.io/ingress-nginx}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web, namespace: shop}
//! spec:
//!   ingressClassName: public
//!   defaultBackend: {service: {name: web, port: {number: 80}}}
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
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1", ports: [{name: http, containerPort: 8080}]}]}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, namespace: shop}
//! spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: IngressClass
//! metadata: {name: public}
//! spec: {controller: k8s.io/ingress-nginx}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web, namespace: shop}
//! spec:
//!   ingressClassName: public
//!   defaultBackend: {service: {name: web, port: {number: 80}}}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - podSelector: {matchLabels: {app: cart}}
//!     - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}
//!       podSelector: {matchLabels: {app.kubernetes.io/name: ingress-nginx}}
//!     ports: [{port: 8080}]
//! ```
//!
//! # Fix
//!
//! The suggestion adds a policy that lets the controller, or the clients' addresses, in on the ports where the
//! entrance ends.

use std::collections::BTreeSet;

use crate::cluster::{ClassId, Entrance, PolicyId, ServiceInfo, Via};
use crate::diagnostics::{Diagnostic, Fix, Safety, Severity};
use crate::engine::{Sender, Senders};
use crate::model::Direction;
use crate::rules::proposals::{self, AllowedPeer};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, wording};
use crate::sets::{ConnectionSet, IdSet};

pub(crate) static RULE: Rule = Rule {
    name: "exposed-service-without-ingress-rule",
    group: Group::Reachability,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "clients outside are sent to Pods whose policies let none of them in",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for entrance in &cx.cluster.entrances {
        let Some(service) = cx.cluster.services.get(entrance.service as usize) else { continue };
        let (mut classes, mut ports) = (IdSet::new(), ConnectionSet::none());
        for target in entrance.targets.iter().filter(|target| target.certain) {
            if cx.engine.entrance_flow(entrance, target).is_none() {
                classes.insert(target.class.0);
                ports = ports.union(&target.ports);
            }
        }
        if !classes.is_empty() {
            let finding = finding(cx, entrance, service, (&classes, &ports), report);
            report.push(finding);
        }
    }
}

fn finding(
    cx: &Context<'_>,
    entrance: &Entrance<'_>,
    service: &ServiceInfo<'_>,
    (classes, ports): (&IdSet, &ConnectionSet),
    report: &Reporter<'_>,
) -> Diagnostic {
    let senders = cx.engine.senders(entrance);
    let count = cx.cluster.count_workloads(classes);
    let whom = wording::workloads(cx.cluster, cx.cluster.members(classes), count);
    let object = cx.cluster.repository.object(entrance.object);
    let (kind, name) = object.map_or(("", ""), |object| (&*object.kind, &*object.name));
    let message = if entrance.via.has_controller() {
        format!(
            "{kind} `{name}` sends clients to Service `{}`, but policies don't let {} in at {whom} on {ports}",
            service.name,
            controller(&senders),
        )
    } else {
        format!(
            "clients outside reach Service `{name}`, but policies let nobody from outside in at {whom} on {ports}"
        )
    };
    let field = match entrance.via {
        Via::LoadBalancer | Via::NodePort => "spec.type",
        Via::ExternalIp => "spec.externalIPs",
        _ => &entrance.field,
    };
    let mut finding =
        report.finding(entrance.object, field, message).fix(fix(cx, &senders, service, ports, report));
    let named = senders.iter().all(|senders| !senders.names.is_empty());
    finding = if !entrance.via.has_controller() {
        finding.help("let the clients' addresses in, or don't open the Service")
    } else if named {
        finding.help("let the controller's Pods in on these ports")
    } else {
        finding
            .note("no manifest tells which controller serves it: it is taken for a Pod of another namespace")
            .help("let the controller's Pods in, and name the controller under `ingressControllers`")
    };
    let policies: BTreeSet<PolicyId> = classes
        .iter()
        .flat_map(|class| cx.engine.policies_of(Direction::Ingress, ClassId(class)))
        .copied()
        .collect();
    for policy in policies.iter().filter_map(|id| cx.cluster.policy(*id)).take(3) {
        finding = finding.related("this policy isolates the Pods", report.place(policy.object, ""));
    }
    finding
}

/// What the controllers are called in a sentence.
fn controller(senders: &[Senders]) -> String {
    let mut names: Vec<&str> = senders.iter().flat_map(|all| &all.names).map(String::as_str).collect();
    names.dedup();
    if names.is_empty() { "its controller".to_owned() } else { names.join(" or ") }
}

/// A policy that lets in whoever the entrance sends, where that is known.
fn fix(
    cx: &Context<'_>,
    senders: &[Senders],
    service: &ServiceInfo<'_>,
    ports: &ConnectionSet,
    report: &Reporter<'_>,
) -> Option<Fix> {
    let selector = service.service.selector.as_ref()?;
    let [senders] = senders else { return None };
    let mut peers = Vec::new();
    for sender in &senders.all {
        match sender {
            Sender::Class(id) => {
                let class = cx.cluster.class(*id).filter(|class| !class.host_network)?;
                let namespace = cx.cluster.namespace_name(class.namespace).to_owned();
                peers.push(AllowedPeer::Pods(namespace, class.labels.clone()));
            }
            Sender::Pod(pod) if pod.host_network => {}
            Sender::Pod(pod) if !pod.namespace.is_empty() => {
                peers.push(AllowedPeer::Pods(pod.namespace.clone(), pod.labels.clone()));
            }
            Sender::Clients(addresses) => {
                peers.extend(addresses.to_cidrs().into_iter().map(AllowedPeer::Block));
            }
            Sender::Pod(_) | Sender::Outside => return None,
        }
    }
    let namespace = service.namespace;
    let whom = if senders.names.is_empty() { "the clients' addresses" } else { &*senders.names.join(" or ") };
    let title = format!("add a policy that lets {whom} in");
    let wanted = format!("allow-to-{}", service.name);
    let fix = proposals::add(cx, report, namespace, title, |namespace, free| {
        vec![proposals::allow_ingress(&free(&wanted), namespace, selector, &peers, ports)]
    })?;
    Some(Fix { safety: Safety::Suggestion, ..fix })
}
