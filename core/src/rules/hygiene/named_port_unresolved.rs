//! # What it checks
//!
//! Every named port of a rule is, with its protocol, the name of a container port of at least one destination: of
//! the Pods that the policy selects for ingress, of the peers for egress. Where the destinations are not known,
//! nothing is reported. In an egress rule for addresses alone a named port matches nothing, ever.
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
//! The suggestion is the nearest name that a destination has.

use std::collections::BTreeSet;

use crate::cluster::{Class, ClassId, NamespaceId};
use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::model::{ContainerPort, Direction, Peer, Port, nearest};
use crate::rules::peers::{self, RuleSite};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits, wording};
use crate::sets::{IdSet, Protocol};

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
    let message =
        format!("no destination of the rule has a {protocol} port named `{name}`: it allows nothing");
    let finding = report.finding(object, field, message);
    if let Some(other) = ports.iter().find(named) {
        let help = format!("`{name}` is a {0} port: write `protocol: {0}`", other.protocol);
        return Some(finding.help(help));
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

/// The classes that a named port of the rule is resolved at; none where they are not all known.
fn destinations<'c>(cx: &Context<'c>, site: &RuleSite<'c>) -> Option<Vec<&'c Class<'c>>> {
    let policy = site.policy;
    let (classes, namespaces): (IdSet, Vec<NamespaceId>) = match site.direction {
        Direction::Ingress if policy.subject.certain != policy.subject.possible => return None,
        Direction::Ingress => (policy.subject.certain.clone(), vec![policy.namespace]),
        Direction::Egress => (cx.engine.peers_of(policy.namespace, site.rule).classes.clone(), Vec::new()),
    };
    let found: Vec<_> = classes.iter().filter_map(|id| cx.cluster.class(ClassId(id))).collect();
    let unknown = namespaces.iter().any(|id| cx.cluster.unknown_pods.contains(id))
        || found.iter().any(|class| class.open_labels)
        || (site.direction == Direction::Egress && !cx.cluster.unknown_pods.is_empty());
    (!found.is_empty() && !unknown).then_some(found)
}
