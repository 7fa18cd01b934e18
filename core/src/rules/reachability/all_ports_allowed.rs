//! # What it checks
//!
//! Every rule with peers names ports. Where the peers are Pods of the policy's own namespace, it is only worth
//! knowing; a rule for everybody is a matter of world-open-ingress and world-open-egress.
//!
//! # Why
//!
//! A port that a container opens later, a debugger, an admin interface, is open from the start.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: db, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: db, image: "db:1", ports: [{name: sql, containerPort: 5432}]}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: payments}}
//!       podSelector: {matchLabels: {app: payments}}
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: db, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: db, image: "db:1", ports: [{name: sql, containerPort: 5432}]}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: payments}}
//!       podSelector: {matchLabels: {app: payments}}
//!     ports: [{port: sql}]
//! ```
//!
//! # Fix
//!
//! The suggestion names the ports that the destinations declare or that Services send to, if there are at most
//! five.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::cluster::{Class, ClassId, named_namespaces};
use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::model::{Direction, Peer};
use crate::rules::peers::{self, RuleSite};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits, wording, world};
use crate::sets::{IdSet, Protocol};

pub(crate) static RULE: Rule = Rule {
    name: "all-ports-allowed",
    group: Group::Reachability,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "a rule names peers and no ports",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for site in peers::rules(cx) {
        if site.rule.ports.is_none() && site.rule.peers.is_some() && !world::is_world(site.rule) {
            let finding = finding(cx, &site, report);
            report.push(finding);
        }
    }
}

fn finding<'c>(cx: &Context<'c>, site: &RuleSite<'c>, report: &Reporter<'_>) -> Diagnostic {
    let policy = site.policy;
    let message =
        format!("policy `{}` {} these peers on every port", policy.name, peers::verb(site.direction));
    let own = cx.cluster.namespace_name(policy.namespace);
    let near = site.rule.peers.iter().flatten().all(|peer| is_of_namespace(peer, own));
    let finding = world::finding(site, message, report)
        .severity(if near { Severity::Info } else { RULE.severity })
        .note(peers::width(cx, site.direction, policy, site.rule));
    let destinations = match site.direction {
        Direction::Ingress => policy.subject.certain.clone(),
        Direction::Egress => cx.engine.peers_of(policy.namespace, site.rule).classes.clone(),
    };
    let ports = useful_ports(cx, &destinations);
    if ports.is_empty() || ports.len() > 5 {
        return finding.help("name the ports that are needed, under `ports`");
    }
    let names: Vec<_> = ports.iter().map(|port| port["port"].to_string().replace('"', "")).collect();
    let fix = edits::insert(
        report,
        policy.object,
        (&site.field, "ports", Some(site.direction.peers_field())),
        &Value::Array(ports),
        format!("allow only {}", wording::names(&names, 5)),
        Safety::Suggestion,
    );
    finding
        .help(format!("the destinations declare {}: name what is needed", wording::names(&names, 5)))
        .fix(fix)
}

/// Whether a peer stands only for Pods of the namespace.
fn is_of_namespace(peer: &Peer, own: &str) -> bool {
    match peer {
        Peer::Pods { namespaces: None, .. } => true,
        Peer::Pods { namespaces: Some(selector), .. } => {
            named_namespaces(selector).is_some_and(|names| names.iter().all(|name| name == own))
        }
        _ => false,
    }
}

/// The ports that all destinations together declare or that Services send to, as entries of `ports`: by name where
/// every destination has the name.
fn useful_ports(cx: &Context<'_>, destinations: &IdSet) -> Vec<Value> {
    let classes = || destinations.iter().filter_map(|id| Some((ClassId(id), cx.cluster.class(ClassId(id))?)));
    let mut found = BTreeSet::new();
    for (id, _) in classes() {
        for (protocol, ports) in cx.cluster.useful_ports(id).iter() {
            found.extend(ports.ranges().flat_map(|(first, last)| first..=last).map(|port| (protocol, port)));
            if found.len() > 20 {
                return Vec::new();
            }
        }
    }
    let name_of = |protocol: Protocol, number: u16| {
        let names = |class: &Class<'_>| {
            let port = class.ports.iter().find(|port| (port.protocol, port.port) == (protocol, number));
            port.and_then(|port| port.name.clone())
        };
        let mut all = classes().map(|(_, class)| names(class));
        let first = all.next()??;
        all.all(|name| name.as_ref() == Some(&first)).then_some(first)
    };
    let entry = |(protocol, number): (Protocol, u16)| {
        let port = name_of(protocol, number).map_or_else(|| json!(number), |name| json!(&*name));
        match protocol {
            Protocol::Tcp => json!({"port": port}),
            other => json!({"port": port, "protocol": other.name()}),
        }
    };
    found.into_iter().map(entry).collect()
}
