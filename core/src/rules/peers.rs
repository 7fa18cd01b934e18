//! The peers and rules of all policies, with their field paths, for the rules that judge them.

use serde_json::{Map, Value, json};

use super::Context;
use crate::cluster::{NamespaceId, PolicyInfo, named_namespaces};
use crate::engine::Engine;
use crate::model::{Direction, NAME_LABEL, Peer, Rule};
use crate::sets::{IdSet, LabelSelector, Operator, Requirement};

/// A rule of a policy, and where it stands.
#[derive(Clone)]
pub(super) struct RuleSite<'c> {
    /// The policy.
    pub(super) policy: &'c PolicyInfo<'c>,
    /// Which half of it.
    pub(super) direction: Direction,
    /// The rule.
    pub(super) rule: &'c Rule,
    /// Its field path, as `spec.ingress[0]`.
    pub(super) field: String,
}

/// A peer of a rule, and where it stands.
pub(super) struct PeerSite<'c> {
    /// The policy.
    pub(super) policy: &'c PolicyInfo<'c>,
    /// Which half of it.
    pub(super) direction: Direction,
    /// The rule.
    pub(super) rule: &'c Rule,
    /// The peer.
    pub(super) peer: &'c Peer,
    /// Its index in the rule.
    pub(super) index: usize,
    /// The peer's field path, as `spec.ingress[0].from[1]`.
    pub(super) field: String,
}

/// The rules of the directions that their policies isolate. Policies that the API server refuses are among them: what
/// is wrong with a rule by its form is still wrong once the policy is mended.
pub(super) fn rules<'c>(cx: &Context<'c>) -> impl Iterator<Item = RuleSite<'c>> {
    cx.cluster.policy_ids().flat_map(|(_, policy)| {
        let halves = Direction::BOTH.into_iter().filter(|direction| policy.affects(*direction));
        halves.flat_map(move |direction| {
            let rules = policy.policy.half(direction).rules.iter().enumerate();
            rules.map(move |(i, rule)| {
                let field = format!("spec.{}[{i}]", direction.name());
                RuleSite { policy, direction, rule, field }
            })
        })
    })
}

/// The peers of [`rules`].
pub(super) fn all<'c>(cx: &Context<'c>) -> impl Iterator<Item = PeerSite<'c>> {
    rules(cx).flat_map(|site| {
        let peers = site.rule.peers.iter().flatten().enumerate();
        peers.map(move |(index, peer)| PeerSite {
            policy: site.policy,
            direction: site.direction,
            rule: site.rule,
            peer,
            index,
            field: format!("{}.{}[{index}]", site.field, site.direction.peers_field()),
        })
    })
}

/// Whether a peer names Pods: not those of every namespace, or of every namespace but some.
pub(super) fn names_pods(peer: &Peer) -> bool {
    let Peer::Pods { namespaces, .. } = peer else { return false };
    let lists = |selector: &LabelSelector| {
        selector.requirements().iter().any(|requirement| requirement.operator == Operator::In)
    };
    namespaces.as_ref().is_none_or(lists)
}

/// Whether a peer names Pods by their labels, in the own namespace or in namespaces that it names.
pub(super) fn names_pods_exactly(peer: &Peer) -> bool {
    let Peer::Pods { namespaces, pods } = peer else { return false };
    pods.as_ref().is_some_and(|pods| !pods.is_everything())
        && namespaces.as_ref().is_none_or(|selector| named_namespaces(selector).is_some())
}

/// Two consecutive peers that were meant to be one: a bare namespaceSelector and a bare, non-empty podSelector.
pub(super) struct ConfusedPair<'c> {
    /// The index of the first.
    pub(super) index: usize,
    /// The first's selector.
    pub(super) namespaces: &'c LabelSelector,
    /// The second's selector.
    pub(super) pods: &'c LabelSelector,
    /// The Pods that both select together and the second alone doesn't. None of them means that the second selects no
    /// Pod of the policy's own namespace at all.
    pub(super) only_there: IdSet,
}

/// The pairs of a rule of a policy in `own` that were meant to be one.
pub(super) fn confused_pairs<'c>(
    cx: &Context<'c>,
    own: NamespaceId,
    rule: &'c Rule,
) -> impl Iterator<Item = ConfusedPair<'c>> {
    let count = rule.peers.as_ref().map_or(0, Vec::len);
    (0..count).filter_map(move |index| confused_pair(cx, own, rule, index))
}

/// The pair that begins at `index`, if the Pods show that it was meant to be one. That no Pod of the own namespace is
/// selected shows it only where the repository has workloads there, and nothing that may make others.
fn confused_pair<'c>(
    cx: &Context<'c>,
    own: NamespaceId,
    rule: &'c Rule,
    index: usize,
) -> Option<ConfusedPair<'c>> {
    let peers = rule.peers.as_deref()?;
    let (
        Peer::Pods { namespaces: Some(namespaces), pods: None },
        Peer::Pods { namespaces: None, pods: Some(pods) },
    ) = (peers.get(index)?, peers.get(index + 1)?)
    else {
        return None;
    };
    if pods.is_everything() {
        return None;
    }
    let here = cx.engine.pod_peers(own, None, Some(pods));
    let there = cx.engine.pod_peers(own, Some(namespaces), Some(pods));
    let only_there = there.selection.certain.subtract(&here.selection.certain);
    let all_are_known =
        !cx.cluster.namespace(own)?.workloads.is_empty() && !cx.cluster.unknown_pods.contains(&own);
    let nothing_here = all_are_known && here.selection.possible.is_empty();
    (nothing_here || !only_there.is_empty()).then_some(ConfusedPair { index, namespaces, pods, only_there })
}

/// Whether a peer is half of a pair that `and-or-confusion` tells of; what else is wrong with it is a consequence.
pub(super) fn is_half_of_one<'c>(cx: &Context<'c>, site: &PeerSite<'c>) -> bool {
    let begins = |index| confused_pair(cx, site.policy.namespace, site.rule, index).is_some();
    begins(site.index) || site.index.checked_sub(1).is_some_and(begins)
}

/// How wide a rule is, as a note: its openness and its surplus.
pub(super) fn width<'c>(
    cx: &Context<'c>,
    direction: Direction,
    policy: &PolicyInfo<'c>,
    rule: &'c Rule,
) -> String {
    let openness = Engine::openness(rule).name();
    match cx.engine.grant(direction, policy, rule).surplus() {
        Some(share) if share <= 0.0 => {
            format!("openness: {openness}; surplus: none, all that the rule grants is in use")
        }
        Some(share) => format!(
            "openness: {openness}; surplus: nothing uses {:.0} % of the (peer, port) pairs that the rule grants",
            share * 100.0
        ),
        None => {
            format!("openness: {openness}; surplus: the rule grants nothing to workloads of the repository")
        }
    }
}

/// ` on TCP 80, UDP 53` for a rule's ports, or nothing where they are all allowed or only named.
pub(super) fn on_ports(rule: &Rule) -> String {
    let numbers = rule.numbers();
    if numbers.is_all() || numbers.is_empty() { String::new() } else { format!(" on {numbers}") }
}

/// `lets in` or `lets out to`.
pub(super) fn verb(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "lets in",
        Direction::Egress => "lets out to",
    }
}

/// The names of the namespaces that hold classes of a set, in order, at most `limit`.
pub(super) fn namespaces_of(cx: &Context<'_>, classes: &IdSet, limit: usize) -> Vec<String> {
    let with_some = cx.cluster.namespaces.iter().filter(|info| info.classes.intersects(classes));
    with_some.take(limit).map(|info| info.name.to_string()).collect()
}

/// The selector that names namespaces.
pub(super) fn name_selector(names: &[String]) -> LabelSelector {
    LabelSelector::new([Requirement::new(NAME_LABEL, Operator::In, names.iter().cloned())])
}

/// A selector as the API writes it: `matchLabels` for single values, `matchExpressions` for the rest.
pub(crate) fn selector_value(selector: &LabelSelector) -> Value {
    let (mut labels, mut expressions) = (Map::new(), Vec::new());
    for requirement in selector.requirements() {
        match (requirement.operator, requirement.values.as_slice()) {
            (Operator::In, [value]) if !labels.contains_key(&requirement.key) => {
                labels.insert(requirement.key.clone(), json!(value));
            }
            (operator, []) => {
                expressions.push(json!({"key": requirement.key, "operator": operator.name()}));
            }
            (operator, values) => {
                expressions
                    .push(json!({"key": requirement.key, "operator": operator.name(), "values": values}));
            }
        }
    }
    let mut written = Map::new();
    if !labels.is_empty() {
        written.insert("matchLabels".to_owned(), Value::Object(labels));
    }
    if !expressions.is_empty() {
        written.insert("matchExpressions".to_owned(), Value::Array(expressions));
    }
    Value::Object(written)
}
