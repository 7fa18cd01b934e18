//! What all policies of a class come to together, towards everybody.

use super::{Engine, Isolation};
use crate::cluster::{ClassId, PolicyId};
use crate::model::{Direction, Peer, Rule};
use crate::sets::{AddressSet, ConnectionSet, LabelSelector};

/// A rule of a policy, by the policy's id and the rule's index.
pub type RuleId = (PolicyId, usize);

impl Engine<'_> {
    /// The rules that together let every Pod of every namespace and every IPv4 address through on every port, though
    /// policies isolate the class; none where they don't.
    pub fn open_despite_isolation(&self, direction: Direction, class: ClassId) -> Option<Vec<RuleId>> {
        if self.isolation(direction, class) != Isolation::Isolated {
            return None;
        }
        let (mut pods, mut addresses) = (ConnectionSet::none(), ConnectionSet::none());
        let mut used = Vec::new();
        let policies = self.policies_of(direction, class);
        for (id, policy) in policies.iter().filter_map(|id| Some((*id, self.cluster.policy(*id)?))) {
            for (i, rule) in policy.policy.half(direction).rules.iter().enumerate() {
                let ports = rule.numbers();
                let (to_pods, to_addresses) = reach(rule);
                let wider = |so_far: &ConnectionSet, on: bool| on && !ports.is_subset(so_far);
                if wider(&pods, to_pods) || wider(&addresses, to_addresses) {
                    used.push((id, i));
                }
                if to_pods {
                    pods = pods.union(&ports);
                }
                if to_addresses {
                    addresses = addresses.union(&ports);
                }
            }
        }
        (pods.is_all() && addresses.is_all()).then_some(used)
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
