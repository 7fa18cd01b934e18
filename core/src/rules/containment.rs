//! Whether rules of policies allow all that another one allows, whatever Pods and namespaces there will be.
//!
//! Peers are compared by the meaning of their selectors, addresses and port numbers as sets, named ports by their
//! names: a name stands for the same port wherever two rules apply to the same destination. Several rules may share in
//! the proof. What isn't proven counts as not contained.

use std::collections::BTreeSet;

use super::neighbours::within;
use crate::cluster::PolicyId;
use crate::model::{Direction, NAME_LABEL, Peer, Port, Rule};
use crate::sets::{AddressSet, ConnectionSet, LabelSelector, Operator, Protocol, Requirement};

/// Blocks that fall into more pieces than this are not followed further.
const MOST_PIECES: usize = 64;

/// A rule by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RuleRef {
    /// The policy.
    pub(super) policy: PolicyId,
    /// Which half of it.
    pub(super) direction: Direction,
    /// The rule's index there.
    pub(super) index: usize,
}

/// A rule, ready to be compared with others of its direction.
pub(super) struct Allowance<'c> {
    /// Where it stands.
    pub(super) at: RuleRef,
    /// The rule.
    pub(super) rule: &'c Rule,
    addresses: AddressSet,
    numbers: ConnectionSet,
    names: Vec<(Protocol, &'c str)>,
}

impl<'c> Allowance<'c> {
    /// A rule of a policy that the API server takes.
    pub(super) fn new(at: RuleRef, rule: &'c Rule) -> Self {
        let names = rule.ports.iter().flatten().filter_map(|port| match port {
            Port::Named { protocol, name } => Some((*protocol, &**name)),
            Port::Range { .. } | Port::Invalid => None,
        });
        let addresses = super::world::addresses(rule);
        Self { at, rule, addresses, numbers: rule.numbers(), names: names.collect() }
    }

    /// The addresses that its blocks hold; every address where it has no peers.
    pub(super) fn addresses(&self) -> &AddressSet {
        &self.addresses
    }

    /// The port numbers that both name; none where they share a port by its name only.
    pub(super) fn shared_numbers(&self, other: &Self) -> ConnectionSet {
        self.numbers.intersect(&other.numbers)
    }

    fn names(&self, (protocol, name): &(Protocol, &str)) -> bool {
        self.names.contains(&(*protocol, name)) || self.numbers.ports(*protocol).is_all()
    }
}

/// The comparison of rules in one namespace.
pub(super) struct Containment {
    own: LabelSelector,
}

impl Containment {
    /// For policies of the namespace of this name.
    pub(super) fn new(namespace: &str) -> Self {
        Self { own: LabelSelector::new([Requirement::new(NAME_LABEL, Operator::In, [namespace])]) }
    }

    /// The rules out of `others` that together allow all that `rule` allows; one alone where one suffices. `others` apply
    /// to the same Pods in the same direction.
    pub(super) fn covering(
        &self,
        rule: &Allowance<'_>,
        others: &[&Allowance<'_>],
    ) -> Option<BTreeSet<RuleRef>> {
        let alone = |other: &&&Allowance<'_>| self.is_covered(rule, std::slice::from_ref(*other)).is_some();
        match others.iter().find(alone) {
            Some(one) => Some([one.at].into()),
            None => self.is_covered(rule, others),
        }
    }

    fn is_covered(&self, rule: &Allowance<'_>, others: &[&Allowance<'_>]) -> Option<BTreeSet<RuleRef>> {
        let mut used = BTreeSet::new();
        let everybody = |other: &Allowance<'_>| other.rule.peers.is_none();
        let covered = match &rule.rule.peers {
            None => ports(rule, others.iter().copied().filter(|other| everybody(other)), &mut used),
            Some(peers) => peers.iter().all(|peer| match peer {
                Peer::Pods { .. } => {
                    let holds = |other: &Allowance<'_>| {
                        let mut peers = other.rule.peers.iter().flatten();
                        everybody(other) || peers.any(|outer| self.holds(outer, peer))
                    };
                    ports(rule, others.iter().copied().filter(|other| holds(other)), &mut used)
                }
                Peer::Block(block) => addresses(rule, &block.addresses(), others, &mut used),
                Peer::Invalid => false,
            }),
        };
        covered.then_some(used)
    }

    /// Whether a peer stands for all Pods that another stands for.
    fn holds(&self, outer: &Peer, inner: &Peer) -> bool {
        static EVERYTHING: LabelSelector = LabelSelector::everything();
        let (
            Peer::Pods { namespaces: outer_namespaces, pods: outer_pods },
            Peer::Pods { namespaces: inner_namespaces, pods: inner_pods },
        ) = (outer, inner)
        else {
            return false;
        };
        let namespaces = match (inner_namespaces, outer_namespaces) {
            (None, None) => true,
            (inner, outer) => {
                within(inner.as_ref().unwrap_or(&self.own), outer.as_ref().unwrap_or(&self.own))
            }
        };
        namespaces
            && outer_pods
                .as_ref()
                .is_none_or(|outer| within(inner_pods.as_ref().unwrap_or(&EVERYTHING), outer))
    }
}

/// Whether rules for the same peers allow all ports of a rule.
fn ports<'o, 'c: 'o>(
    rule: &Allowance<'_>,
    others: impl Iterator<Item = &'o Allowance<'c>>,
    used: &mut BTreeSet<RuleRef>,
) -> bool {
    let (mut numbers, mut names) = (rule.numbers.clone(), rule.names.clone());
    for other in others {
        let before = (numbers.clone(), names.len());
        numbers = numbers.subtract(&other.numbers);
        names.retain(|name| !other.names(name));
        if before != (numbers.clone(), names.len()) {
            used.insert(other.at);
        }
        if numbers.is_empty() && names.is_empty() {
            return true;
        }
    }
    false
}

/// Whether rules allow addresses on all ports of a rule.
fn addresses(
    rule: &Allowance<'_>,
    block: &AddressSet,
    others: &[&Allowance<'_>],
    used: &mut BTreeSet<RuleRef>,
) -> bool {
    let mut open = vec![(block.clone(), rule.numbers.clone())];
    open.retain(|(_, numbers)| !numbers.is_empty());
    let mut by_name: Vec<_> = rule.names.iter().map(|name| (block.clone(), name)).collect();
    for other in others.iter().filter(|other| !other.addresses.is_disjoint(block)) {
        let before = (open.clone(), by_name.clone());
        let cut = |(addresses, numbers): (AddressSet, ConnectionSet)| {
            let outside = (addresses.subtract(&other.addresses), numbers.clone());
            let inside = (addresses.intersect(&other.addresses), numbers.subtract(&other.numbers));
            [outside, inside]
        };
        open = open.into_iter().flat_map(cut).collect();
        open.retain(|(addresses, numbers)| !addresses.is_empty() && !numbers.is_empty());
        for (addresses, name) in &mut by_name {
            if other.names(name) {
                *addresses = addresses.subtract(&other.addresses);
            }
        }
        by_name.retain(|(addresses, _)| !addresses.is_empty());
        if (&before.0, &before.1) != (&open, &by_name) {
            used.insert(other.at);
        }
        if open.len() > MOST_PIECES {
            return false;
        }
    }
    open.is_empty() && by_name.is_empty()
}
