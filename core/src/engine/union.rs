//! What all policies of a class come to together, towards everybody.

use std::cell::OnceCell;

use super::{Engine, Isolation, by_direction};
use crate::cluster::{ClassId, PolicyId};
use crate::model::{Direction, Peer, Rule};
use crate::sets::{AddressSet, ConnectionSet, LabelSelector};

/// A rule of a policy, by the policy's id and the rule's index.
pub type RuleId = (PolicyId, usize);

impl Engine<'_> {
    /// Rules that together let every Pod of every namespace and every IPv4 address through on every port, though
    /// policies isolate the class; none where they don't, or where a cluster-wide policy denies everything before them. Rules that add nothing to the others are left out, and the
    /// order is the repository's.
    pub fn open_despite_isolation(&self, direction: Direction, class: ClassId) -> Option<Vec<RuleId>> {
        let is_denied = || self.denied_first(direction, class).is_some();
        if self.isolation(direction, class) != Isolation::Isolated || is_denied() {
            return None;
        }
        let policies = self.policies_of(direction, class).iter();
        let rules = policies.flat_map(|id| {
            let rules = self.lets_through(direction, *id).iter();
            rules.map(|(index, through)| ((*id, *index), through))
        });
        let mut sum = LetThrough::nothing();
        let mut widening: Vec<_> = rules.filter(|(_, rule)| sum.add(rule)).collect();
        if !sum.is_everything() {
            return None;
        }
        // Once more from the end, so that a rule goes which a later and wider one makes needless.
        let mut sum = LetThrough::nothing();
        widening.reverse();
        widening.retain(|(_, rule)| sum.add(rule));
        Some(widening.into_iter().rev().map(|(id, _)| id).collect())
    }

    fn lets_through(&self, direction: Direction, id: PolicyId) -> &[(usize, LetThrough)] {
        let find = || {
            let rules = self.cluster.policy(id).map(|policy| &policy.policy.half(direction).rules);
            let rules = rules.into_iter().flatten().enumerate();
            rules.filter_map(|(index, rule)| Some((index, LetThrough::of(rule)?))).collect()
        };
        let cell = by_direction(&self.let_through, direction).get(id.index());
        cell.map_or(&[], |cell| cell.get_or_init(find))
    }
}

/// For each policy its rules that name nobody, by their index, once asked for.
pub(super) type ByPolicy = Vec<OnceCell<Vec<(usize, LetThrough)>>>;

/// The ports on which every Pod of every namespace, and every IPv4 address, is let through.
pub(super) struct LetThrough {
    pods: ConnectionSet,
    addresses: ConnectionSet,
}

impl LetThrough {
    fn nothing() -> Self {
        Self { pods: ConnectionSet::none(), addresses: ConnectionSet::none() }
    }

    /// What one rule lets through for everybody; none where it names its peers.
    fn of(rule: &Rule) -> Option<Self> {
        let (pods, addresses) = reach(rule);
        let ports = |reached: bool| if reached { rule.numbers() } else { ConnectionSet::none() };
        (pods || addresses).then(|| Self { pods: ports(pods), addresses: ports(addresses) })
    }

    /// Adds another's ports; whether that made a difference.
    fn add(&mut self, other: &Self) -> bool {
        let widens = !other.pods.is_subset(&self.pods) || !other.addresses.is_subset(&self.addresses);
        if widens {
            self.pods = self.pods.union(&other.pods);
            self.addresses = self.addresses.union(&other.addresses);
        }
        widens
    }

    fn is_everything(&self) -> bool {
        self.pods.is_all() && self.addresses.is_all()
    }
}

/// Whether a rule's peers are every Pod of every namespace, and every IPv4 address.
fn reach(rule: &Rule) -> (bool, bool) {
    let Some(peers) = &rule.peers else { return (true, true) };
    let mut addresses = AddressSet::empty();
    let mut pods = false;
    for peer in peers {
        match peer {
            Peer::Pods { namespaces: Some(namespaces), pods: selector } => {
                pods |=
                    namespaces.is_everything() && selector.as_ref().is_none_or(LabelSelector::is_everything);
            }
            Peer::Block(block) => addresses = addresses.union(&block.addresses()),
            _ => {}
        }
    }
    (pods, addresses.is_all_ipv4())
}

#[cfg(test)]
mod tests {
    use super::super::testing::with_engine;
    use super::*;

    /// The indices of the rules that open a Pod which one policy with these ingress rules selects.
    fn opening(rules: &str) -> Option<Vec<usize>> {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {{containers: []}}\n---\n\
             apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: web}}\n\
             spec: {{podSelector: {{}}, ingress: {rules}}}\n"
        );
        let rules =
            with_engine(&text, |engine| engine.open_despite_isolation(Direction::Ingress, ClassId(0)))?;
        Some(rules.into_iter().map(|(_, index)| index).collect())
    }

    #[test]
    fn only_rules_that_are_needed_are_named() {
        assert_eq!(opening("[{ports: [{port: 80}]}, {ports: [{port: 443}]}, {}]"), Some(vec![2]));
        assert_eq!(opening("[{}, {ports: [{port: 80}]}]"), Some(vec![0]));
        let by_protocol = "[{ports: [{port: 80}]}, {ports: [{protocol: TCP}]}, {ports: [{protocol: UDP}, {protocol: SCTP}]}]";
        assert_eq!(opening(by_protocol), Some(vec![1, 2]));
    }

    #[test]
    fn pods_and_addresses_add_up_but_one_alone_is_not_everybody() {
        let (pods, addresses) =
            ("{from: [{namespaceSelector: {}}]}", "{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}");
        assert_eq!(opening(&format!("[{pods}, {addresses}]")), Some(vec![0, 1]));
        assert_eq!(opening(&format!("[{pods}]")), None);
        assert_eq!(opening(&format!("[{addresses}]")), None);
        assert_eq!(opening("[]"), None);
    }
}
