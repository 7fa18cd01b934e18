//! What a place in a policy means: a selector of the subject, a peer, a port.

use super::spot::Step;
use crate::model::Direction;

/// The meaning of a place in a NetworkPolicy or a cluster-wide policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The object as a whole: its kind, its name.
    Object,
    /// Its namespace.
    Namespace,
    /// `policyTypes`.
    Types,
    /// Which Pods it applies to.
    Subject,
    /// The rules of one direction.
    Half(Direction),
    /// A rule, or the list of its peers.
    Rule(Direction, usize),
    /// A peer of a rule.
    Peer(Direction, usize, usize),
    /// The addresses of a peer: the index of the exception, or the CIDR itself.
    Block(Direction, usize, usize, Option<usize>),
    /// The ports of a rule: all of them, or one.
    Ports(Direction, usize, Option<usize>),
    /// Anything else.
    Other,
}

/// What a place in a policy means.
pub(super) fn of_policy(steps: &[Step<'_>]) -> Place {
    let key = |at: usize| steps.get(at).map_or("", Step::key);
    let item = |at: usize| match steps.get(at) {
        Some(Step::Item(index)) => Some(*index),
        _ => None,
    };
    match (key(0), key(1)) {
        ("metadata", "namespace") => return Place::Namespace,
        ("kind" | "apiVersion", _) | ("metadata", "" | "name") => return Place::Object,
        ("spec", "podSelector" | "subject") => return Place::Subject,
        ("spec", "policyTypes") => return Place::Types,
        ("spec", _) => {}
        _ => return Place::Other,
    }
    let Some(direction) = Direction::BOTH.into_iter().find(|direction| direction.name() == key(1)) else {
        return Place::Other;
    };
    let Some(rule) = item(2) else { return Place::Half(direction) };
    match (key(3), item(4)) {
        ("ports" | "protocols", port) => Place::Ports(direction, rule, port),
        (peers, Some(peer)) if peers == direction.peers_field() => match (key(5), key(6)) {
            ("ipBlock", "except") => Place::Block(direction, rule, peer, item(7)),
            ("ipBlock", _) => Place::Block(direction, rule, peer, None),
            _ => Place::Peer(direction, rule, peer),
        },
        _ => Place::Rule(direction, rule),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_from_their_paths() {
        let steps = |path: &str| -> Vec<Step<'static>> {
            let step = |part: &str| match part.parse() {
                Ok(index) => Step::Item(index),
                Err(_) => Step::Key(part.to_owned().into()),
            };
            path.split('.').map(step).collect()
        };
        let (ingress, egress) = (Direction::Ingress, Direction::Egress);
        for (path, expected) in [
            ("metadata.name", Place::Object),
            ("metadata.namespace", Place::Namespace),
            ("metadata.labels.app", Place::Other),
            ("spec.podSelector.matchLabels.app", Place::Subject),
            ("spec.policyTypes.0", Place::Types),
            ("spec.ingress", Place::Half(ingress)),
            ("spec.egress.1.to", Place::Rule(egress, 1)),
            ("spec.ingress.0.from.2.podSelector", Place::Peer(ingress, 0, 2)),
            ("spec.ingress.0.from.2.ipBlock.cidr", Place::Block(ingress, 0, 2, None)),
            ("spec.egress.0.to.2.ipBlock.except.1", Place::Block(egress, 0, 2, Some(1))),
            ("spec.egress.0.ports.1.port", Place::Ports(egress, 0, Some(1))),
            ("spec.egress.0.from.2.podSelector", Place::Rule(egress, 0)),
        ] {
            assert_eq!(of_policy(&steps(path)), expected, "{path}");
        }
    }
}
