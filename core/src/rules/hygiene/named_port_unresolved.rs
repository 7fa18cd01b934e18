//! # What it checks
//!
//! Every named port of a rule is, with its protocol, the name of a container port of at least one destination: of
//! the Pods that the policy selects for ingress, of the peers for egress. Where the destinations are not
//! all known, nothing is reported; of the cluster's DNS servers the names `dns` and `dns-tcp` are. In an egress rule for addresses alone a named port matches nothing, ever.
//! Rules of cluster-wide policies name a port without a protocol: any port of that name will do.
//!
//! # Why
//!
//! A named port that resolves nowhere allows nothing: the rule is there, and the connection is denied. In a
//! cluster-wide policy a rule that denies does nothing either, and the connection is allowed.
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

use crate::cluster::{AdminInfo, Class, ClassId, NamespaceId, ObjectId, Selection};
use crate::diagnostics::{Diagnostic, Fix, Safety, Severity};
use crate::model::{
    AdminPeer, AdminPort, AdminRule, ContainerPort, Direction, Peer, PodScope, Port, nearest,
};
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
    for info in &cx.cluster.admin {
        for direction in Direction::BOTH {
            for (i, rule) in info.policy.rules(direction).iter().enumerate() {
                let field = format!("spec.{}[{i}]", direction.name());
                let findings = admin_rule(cx, info, (direction, rule), &field, report);
                report.extend(findings);
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
    if site.direction == Direction::Egress
        && cx.engine.resolves_at_dns(site.policy.namespace, site.rule, protocol, name)
    {
        return None;
    }
    unresolved(&destinations, (Some(protocol), name), (object, field), report)
}

/// The named ports of one rule of a cluster-wide policy that no destination has.
fn admin_rule<'c>(
    cx: &Context<'c>,
    info: &AdminInfo<'c>,
    (direction, rule): (Direction, &'c AdminRule),
    field: &str,
    report: &Reporter<'_>,
) -> Vec<Diagnostic> {
    let names = rule.ports.iter().flatten().enumerate().filter_map(|(i, port)| match port {
        AdminPort::Named(name) => Some((i, name)),
        AdminPort::Range { .. } | AdminPort::Unknown => None,
    });
    let mut names = names.peekable();
    if names.peek().is_none() {
        return Vec::new();
    }
    let Some(destinations) = admin_destinations(cx, info, direction, rule) else { return Vec::new() };
    let node = cx.cluster.repository.node(info.object);
    let judge = |(i, name): (usize, &String)| {
        // The two versions of the API spell it differently.
        let spelled = [format!("ports[{i}].namedPort"), format!("protocols[{i}].destinationNamedPort")];
        let mut fields = spelled.map(|name| format!("{field}.{name}")).into_iter();
        let written = fields.find(|field| node.is_some_and(|node| node.at(field).is_some()));
        let field = written.as_deref().unwrap_or(field);
        unresolved(&destinations, (None, name), (info.object, field), report)
    };
    names.filter_map(judge).collect()
}

/// What is wrong with a named port, of this protocol or of any, if no destination has it.
fn unresolved(
    destinations: &[&Class<'_>],
    (protocol, name): (Option<Protocol>, &str),
    (object, field): (ObjectId, &str),
    report: &Reporter<'_>,
) -> Option<Diagnostic> {
    let ports: Vec<&ContainerPort> = destinations.iter().flat_map(|class| class.ports).collect();
    let is_asked = |port: &&&ContainerPort| protocol.is_none_or(|protocol| port.protocol == protocol);
    let is_named = |port: &&&ContainerPort| port.name.as_deref() == Some(name);
    if ports.iter().filter(is_asked).any(|port| is_named(&port)) {
        return None;
    }
    let (what, outcome) = match protocol {
        Some(protocol) => (format!("{protocol} port"), "allows"),
        None => ("port".to_owned(), "matches"),
    };
    let message = format!("no destination of the rule has a {what} named `{name}`: it {outcome} nothing");
    let finding = report.finding(object, field, message);
    if let Some(other) = ports.iter().find(is_named) {
        let title = format!("write `protocol: {}`", other.protocol);
        let fix = with_protocol(object, field, other.protocol, &title, report);
        return Some(finding.help(format!("`{name}` is a {} port: {title}", other.protocol)).fix(fix));
    }
    let known: BTreeSet<&str> =
        ports.iter().filter(is_asked).filter_map(|port| port.name.as_deref()).collect();
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
            cx.cluster.unknown_pods.is_empty().then(|| cx.cluster.index().universe().clone())
        }
        (Direction::Egress, Some(peers)) => peer_classes(cx, own, peers),
    }?;
    let is_certain = site.direction == Direction::Egress || site.policy.subject.possible == all;
    if is_certain { known_classes(cx, &all) } else { None }
}

/// The classes that a named port of a rule of a cluster-wide policy is resolved at; none where they are not all known.
fn admin_destinations<'c>(
    cx: &Context<'c>,
    info: &AdminInfo<'c>,
    direction: Direction,
    rule: &'c AdminRule,
) -> Option<Vec<&'c Class<'c>>> {
    if direction == Direction::Ingress {
        let scope = info.policy.subject.as_ref()?;
        let is_known = is_known(cx, &info.subject, NamespaceId(0), Some(&scope.namespaces));
        return if is_known { known_classes(cx, &info.subject.certain) } else { None };
    }
    let mut classes = IdSet::new();
    for peer in &rule.peers {
        match peer {
            AdminPeer::Pods(PodScope { namespaces, pods }) => {
                classes.union_with(&pod_classes(cx, NamespaceId(0), Some(namespaces), pods.as_ref())?);
            }
            // Neither has named ports.
            AdminPeer::Nodes(_) | AdminPeer::DomainNames(_) => {}
            // They may be those of Pods.
            AdminPeer::Networks(_) | AdminPeer::Unknown => return None,
        }
    }
    known_classes(cx, &classes)
}

/// The classes, if there are some and their labels are all known.
fn known_classes<'c>(cx: &Context<'c>, classes: &IdSet) -> Option<Vec<&'c Class<'c>>> {
    let found: Vec<_> = classes.iter().filter_map(|id| cx.cluster.class(ClassId(id))).collect();
    (!found.is_empty() && !found.iter().any(|class| class.open_labels)).then_some(found)
}

/// The classes of the peers that are Pods; none where one of them may stand for Pods that the repository doesn't show.
fn peer_classes<'c>(cx: &Context<'c>, own: NamespaceId, peers: &'c [Peer]) -> Option<IdSet> {
    let mut classes = IdSet::new();
    for peer in peers {
        let Peer::Pods { namespaces, pods } = peer else { continue };
        classes.union_with(&pod_classes(cx, own, namespaces.as_ref(), pods.as_ref())?);
    }
    Some(classes)
}

fn pod_classes<'c>(
    cx: &Context<'c>,
    own: NamespaceId,
    namespaces: Option<&'c LabelSelector>,
    pods: Option<&'c LabelSelector>,
) -> Option<IdSet> {
    let found = cx.engine.pod_peers(own, namespaces, pods);
    is_known(cx, &found.selection, own, namespaces).then(|| found.selection.certain.clone())
}

/// Whether these are Pods, and certainly all that a selection in these namespaces stands for.
fn is_known(
    cx: &Context<'_>,
    selection: &Selection,
    own: NamespaceId,
    namespaces: Option<&LabelSelector>,
) -> bool {
    !selection.certain.is_empty()
        && selection.certain == selection.possible
        && has_known_pods(cx, own, namespaces)
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
