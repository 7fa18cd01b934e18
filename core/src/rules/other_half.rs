//! The other half of an allowance, as a fix: what the policies at the other end of a rule have to say.

use serde_json::{Value, json};

use super::peers::{self, RuleSite};
use super::{Context, Reporter, edits, proposals};
use crate::cluster::{ClassId, NamespaceId, PolicyInfo};
use crate::diagnostics::{Fix, Safety};
use crate::model::{Direction, NAME_LABEL, Peer, Port, Rule};
use crate::sets::{IdSet, LabelSelector};
use crate::yaml::{Node, TextEdit, edit};

/// Allows at the other end what a rule allows to the Pods that a peer of it names: in a policy that selects `denied` and
/// no Pod that the peer doesn't name, or in a policy of its own. None where `denied` are Pods of several namespaces.
pub(super) fn propose<'c>(
    cx: &Context<'c>,
    report: &Reporter<'_>,
    site: &RuleSite<'c>,
    (peer, denied): (&'c Peer, &IdSet),
) -> Option<Fix> {
    let Peer::Pods { namespaces, pods } = peer else { return None };
    let named = cx.engine.pod_peers(site.policy.namespace, namespaces.as_ref(), pods.as_ref());
    let namespace = cx.cluster.class(ClassId(denied.first()?))?.namespace;
    let info = cx.cluster.namespace(namespace).filter(|info| denied.is_subset(&info.classes))?;
    let opposite = site.direction.opposite();
    let rule = rule(cx, site, namespace)?;
    let policies = info.policies.iter().filter_map(|id| cx.cluster.policy(*id));
    let fitting = policies.filter(|policy| {
        policy.affects(opposite)
            && !policy.policy.refused
            && policy.policy.pod_selector.as_ref().is_some_and(|selector| !selector.is_everything())
            && denied.is_subset(&policy.subject.certain)
            && policy.subject.possible.is_subset(&named.selection.certain)
    });
    if let Some(policy) = fitting.min_by_key(|policy| policy.subject.possible.len()) {
        let title = format!("allow it in policy `{}`", policy.name);
        return Some(edits::fix(report, policy.object, title, Safety::Suggestion, |node| {
            append(node, opposite, &rule)
        }));
    }
    let pods = pods.as_ref().map_or_else(|| json!({}), peers::selector_value);
    let wanted = match opposite {
        Direction::Ingress => format!("allow-from-{}", site.policy.name),
        Direction::Egress => format!("allow-to-{}", site.policy.name),
    };
    let title = format!("allow it in a policy of namespace `{}`", info.name);
    let fix = proposals::add(cx, report, namespace, title, |written, free| {
        vec![proposals::with_rule((&free(&wanted), written), &pods, opposite, &rule)]
    })?;
    Some(Fix { safety: Safety::Suggestion, ..fix })
}

/// A further rule in a policy, after those that it has.
fn append(policy: Node<'_>, direction: Direction, rule: &Value) -> Option<TextEdit> {
    let rules = Value::Array(vec![rule.clone()]);
    match policy.at(&format!("spec.{}", direction.name())) {
        Some(list) if list.is_null() => edit::replace_with(list, &rules),
        Some(list) => edit::append_item(list, rule),
        None => edit::insert_entry(policy.at("spec")?, direction.name(), &rules, None),
    }
}

/// The rule that says at the other end what a rule says here, seen from a namespace.
fn rule(cx: &Context<'_>, site: &RuleSite<'_>, seen_from: NamespaceId) -> Option<Value> {
    let peer = near(cx, site.policy, seen_from)?;
    let mut rule = json!({ site.direction.opposite().peers_field(): [peer] });
    let ports = ports(site.rule);
    if !ports.is_empty()
        && let Some(rule) = rule.as_object_mut()
    {
        rule.insert("ports".to_owned(), Value::Array(ports));
    }
    Some(rule)
}

/// The Pods that a policy selects, as a peer.
fn near(cx: &Context<'_>, policy: &PolicyInfo<'_>, seen_from: NamespaceId) -> Option<Value> {
    let selector: &LabelSelector = policy.policy.pod_selector.as_ref()?;
    let pods = peers::selector_value(selector);
    if policy.namespace == seen_from {
        return Some(json!({"podSelector": pods}));
    }
    let namespace = json!({"matchLabels": {NAME_LABEL: cx.cluster.namespace_name(policy.namespace)}});
    Some(match selector.is_everything() {
        true => json!({"namespaceSelector": namespace}),
        false => json!({"namespaceSelector": namespace, "podSelector": pods}),
    })
}

fn ports(rule: &Rule) -> Vec<Value> {
    let entry = |port: &Port| {
        let (protocol, mut entry) = match port {
            Port::Named { protocol, name } => (protocol, json!({"port": name})),
            Port::Range { protocol, first: 1, last: u16::MAX } => (protocol, json!({})),
            Port::Range { protocol, first, last } if first == last => (protocol, json!({"port": first})),
            Port::Range { protocol, first, last } => (protocol, json!({"port": first, "endPort": last})),
            Port::Invalid => return None,
        };
        if let Some(entry) = entry.as_object_mut() {
            entry.insert("protocol".to_owned(), json!(protocol.name()));
        }
        Some(entry)
    };
    rule.ports.iter().flatten().filter_map(entry).collect()
}
