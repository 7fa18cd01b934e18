//! # What it checks
//!
//! Every named port of a rule is, with its protocol, the name of a container port of at least one destination: of
//! the Pods that the policy selects for ingress, of the peers for egress. Where the destinations are not
//! all known, nothing is reported; of the cluster's DNS servers the names `dns` and `dns-tcp` are. In an egress rule for addresses alone a named port matches nothing, ever.
//!
//! # Why
//!
//! A named port that resolves nowhere allows nothing: the rule is there, and the connection is denied.
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
//!   podSelector: {matchLabels: {app: web}}
//!   ingress:
//!   - from: [{podSelector: {}}]
//!     ports:
//!     - port: htpp
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
//!   ingress:
//!   - from: [{podSelector: {}}]
//!     ports:
//!     - port: http
//! ```
//!
//! # Fix
//!
//! The suggestion is the nearest name that a destination has, or the protocol with which one has this name.

use std::collections::BTreeSet;

use serde_json::json;

use crate::cluster::{Class, ClassId, NamespaceId, ObjectId};
use crate::diagnostics::{Diagnostic, Fix, Safety, Severity};
use crate::model::{ContainerPort, Direction, Peer, Port, nearest};
use crate::rules::peers::{self, RuleSite};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits, wording};
use crate::sets::{IdSet, LabelSelector, Protocol};
use crate::yaml::edit;

pub(crate) static RULE: Rule = Rule {
    name: "named-port-unresolved",
    group: Group::Hygiene,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "a named port that no destination has",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for site in peers::rules(cx) {
        for (i, port) in site.rule.ports.iter().flatten().enumerate() {
            if let Port::Named { protocol, name } = port {
                let field = format!("{}.ports[{i}].port", site.field);
                let finding = judge(cx, &site, (*protocol, name), &field, report);
                report.extend(finding);
            }
        }
    }
}

fn judge<'c>(
    cx: &Context<'c>,
    site: &RuleSite<'c>,
    (protocol, name): (Protocol, &str),
    field: &str,
    report: &Reporter<'_>,
) -> Option<Diagnostic> {
    let object = site.policy.object;
    let only_blocks =
        site.rule.peers.as_ref().is_some_and(|peers| peers.iter().all(|peer| matches!(peer, Peer::Block(_))));
    if site.direction == Direction::Egress && only_blocks {
        let message =
            format!("port `{name}` is a name, and an address has no named ports: the rule allows nothing");
        return Some(report.finding(object, field, message).help("write the port's number"));
    }
    let destinations = destinations(cx, site)?;
    let ports: Vec<&ContainerPort> = destinations.iter().flat_map(|class| class.ports).collect();
    let named = |port: &&&ContainerPort| port.name.as_deref() == Some(name);
    if ports.iter().any(|port| port.protocol == protocol && port.name.as_deref() == Some(name)) {
        return None;
    }
    if site.direction == Direction::Egress
        && cx.engine.resolves_at_dns(site.policy.namespace, site.rule, protocol, name)
    {
        return None;
    }
    let message =
        format!("no destination of the rule has a {protocol} port named `{name}`: it allows nothing");
    let finding = report.finding(object, field, message);
    if let Some(other) = ports.iter().find(named) {
        let title = format!("write `protocol: {}`", other.protocol);
        let fix = with_protocol(object, field, other.protocol, &title, report);
        return Some(finding.help(format!("`{name}` is a {} port: {title}", other.protocol)).fix(fix));
    }
    let known: BTreeSet<&str> = ports
        .iter()
        .filter(|port| port.protocol == protocol)
        .filter_map(|port| port.name.as_deref())
        .collect();
    let names: Vec<_> = known.iter().copied().collect();
    Some(match nearest(name, known.iter().copied()) {
        Some(near) => {
            let fix =
                edits::replace(report, object, field, near, format!("write `{near}`"), Safety::Suggestion);
            finding.help(format!("did you mean `{near}`?")).fix(fix)
        }
        None if names.is_empty() => finding.help("name the container port, or write the port's number"),
        None => finding.help(format!("the destinations have {}", wording::names(&names, 5))),
    })
}

/// Another protocol for the port whose name stands at `field`.
fn with_protocol(
    object: ObjectId,
    field: &str,
    protocol: Protocol,
    title: &str,
    report: &Reporter<'_>,
) -> Fix {
    edits::fix(report, object, title, Safety::Suggestion, |node| {
        let port = node.at(field.strip_suffix(".port")?)?;
        match port.get("protocol") {
            Some(written) => edit::replace_value(written, protocol.name()),
            None => edit::insert_entry(port, "protocol", &json!(protocol.name()), Some("port")),
        }
    })
}

/// The classes that a named port of the rule is resolved at; none where they are not all known.
fn destinations<'c>(cx: &Context<'c>, site: &RuleSite<'c>) -> Option<Vec<&'c Class<'c>>> {
    let own = site.policy.namespace;
    let all = match (site.direction, &site.rule.peers) {
        (Direction::Ingress, _) => has_known_pods(cx, own, None).then(|| site.policy.subject.certain.clone()),
        (Direction::Egress, None) => {
            cx.cluster.unknown_pods.is_empty().then(|| cx.cluster.index.universe().clone())
        }
        (Direction::Egress, Some(peers)) => peer_classes(cx, own, peers),
    }?;
    let is_certain = site.direction == Direction::Egress || site.policy.subject.possible == all;
    let found: Vec<_> = all.iter().filter_map(|id| cx.cluster.class(ClassId(id))).collect();
    (is_certain && !found.is_empty() && !found.iter().any(|class| class.open_labels)).then_some(found)
}

/// The classes of the peers that are Pods; none where one of them may stand for Pods that the repository doesn't show.
fn peer_classes<'c>(cx: &Context<'c>, own: NamespaceId, peers: &'c [Peer]) -> Option<IdSet> {
    let mut classes = IdSet::new();
    for peer in peers {
        let Peer::Pods { namespaces, pods } = peer else { continue };
        let found = cx.engine.pod_peers(own, namespaces.as_ref(), pods.as_ref());
        let certain = &found.selection.certain;
        let is_known = !certain.is_empty()
            && *certain == found.selection.possible
            && has_known_pods(cx, own, namespaces.as_ref());
        if !is_known {
            return None;
        }
        classes.union_with(certain);
    }
    Some(classes)
}

/// Whether the repository shows who makes the Pods of these namespaces; `own` without a selector.
fn has_known_pods(cx: &Context<'_>, own: NamespaceId, namespaces: Option<&LabelSelector>) -> bool {
    let unknown = &cx.cluster.unknown_pods;
    match namespaces {
        _ if unknown.is_empty() => true,
        None => !unknown.contains(&own),
        Some(selector) => !cx.cluster.select_namespaces(selector).iter().any(|id| unknown.contains(id)),
    }
}
