//! What cluster-wide policies do to Pods whoever is at the other end: a default deny before or after all
//! NetworkPolicies.

use super::Engine;
use super::isolation::may_affect;
use super::matching::Match;
use crate::cluster::{AdminId, AdminInfo, ClassId, NamespaceId};
use crate::model::{Action, AdminPeer, AdminRule, Direction, PodScope, Tier};
use crate::sets::{AddressSet, ConnectionSet, LabelSelector};

/// What became of everybody's connections in one tier.
enum Outcome {
    /// The policy denies all that was not accepted or passed on before.
    Denied(AdminId),
    /// These go on to the next tier.
    Open(ConnectionSet),
    /// A policy that the API server refuses may apply.
    Unknown,
}

impl Engine<'_> {
    /// The cluster-wide policy that denies the Pods of a class everything in a direction but what rules before it
    /// accept or pass on, if it is proven: the Pods start from deny, though no NetworkPolicy isolates them. For ingress
    /// everything means every Pod, because no cluster-wide policy can deny addresses there.
    pub fn denied_by_default(&self, direction: Direction, class: ClassId) -> Option<AdminId> {
        let applies = |info: &AdminInfo<'_>| self.applies(info, class);
        self.denial(direction, &[Tier::Admin, Tier::Baseline], &applies)
    }

    /// The same, before any NetworkPolicy is asked.
    pub fn denied_first(&self, direction: Direction, class: ClassId) -> Option<AdminId> {
        self.denial(direction, &[Tier::Admin], &|info| self.applies(info, class))
    }

    /// The policy that denies every Pod that could ever be made in a namespace all that rules before it don't accept
    /// or pass on, and that no NetworkPolicy for every Pod undoes.
    pub(super) fn namespace_denied(&self, direction: Direction, namespace: NamespaceId) -> Option<AdminId> {
        let info = self.cluster.namespace(namespace)?;
        let applies = |admin: &AdminInfo<'_>| match &admin.policy.subject {
            None => Match::Maybe,
            Some(scope) if !scope.namespaces.matches(&info.labels) => Match::No,
            Some(scope) if scope.pods.as_ref().is_none_or(LabelSelector::is_everything) => Match::Yes,
            Some(_) => Match::Maybe,
        };
        let first = self.denial(direction, &[Tier::Admin], &applies);
        first.or_else(|| {
            let policies = info.policies.iter().filter_map(|id| self.cluster.policy(*id));
            let mut opening = policies.filter(|policy| may_affect(policy, direction)).filter(|policy| {
                let mut rules = policy.policy.half(direction).rules.iter();
                policy.policy.refused || rules.any(|rule| rule.allows_everything())
            });
            let both = [Tier::Admin, Tier::Baseline];
            opening.next().is_none().then(|| self.denial(direction, &both, &applies)).flatten()
        })
    }

    /// The rules of cluster-wide policies of these tiers that may deny the Pods of a class something, by policy and index, in the
    /// order in which the policies are asked. Policies that the API server refuses are among them without a rule.
    pub fn denying_rules(
        &self,
        direction: Direction,
        class: ClassId,
        tiers: &[Tier],
    ) -> Vec<(AdminId, Option<usize>)> {
        let mut found = Vec::new();
        for (id, info) in self.in_order(tiers) {
            if self.applies(info, class) == Match::No {
                continue;
            }
            if info.policy.refused {
                found.push((id, None));
                continue;
            }
            let rules = info.policy.rules(direction).iter().enumerate();
            let denying = rules.filter(|(_, rule)| rule.action == Action::Deny);
            found.extend(denying.map(|(index, _)| (id, Some(index))));
        }
        found
    }

    fn applies(&self, info: &AdminInfo<'_>, class: ClassId) -> Match {
        match (info.subject.certain.contains(class.0), info.subject.possible.contains(class.0)) {
            (true, _) => Match::Yes,
            (false, true) => Match::Maybe,
            (false, false) => Match::No,
        }
    }

    /// The policies of these tiers in the order in which they are asked.
    fn in_order(&self, tiers: &[Tier]) -> Vec<(AdminId, &AdminInfo<'_>)> {
        let mut policies: Vec<_> =
            self.cluster.admin_ids().filter(|(_, info)| tiers.contains(&info.policy.tier)).collect();
        policies.sort_by_key(|(_, info)| (info.policy.tier, info.policy.priority));
        policies
    }

    fn denial(
        &self,
        direction: Direction,
        tiers: &[Tier],
        applies: &dyn Fn(&AdminInfo<'_>) -> Match,
    ) -> Option<AdminId> {
        if self.cluster.admin.is_empty() {
            return None;
        }
        let mut open = ConnectionSet::all();
        for tier in tiers {
            match self.tier_outcome(direction, *tier, open, applies) {
                Outcome::Denied(id) => return Some(id),
                Outcome::Open(rest) => open = rest,
                Outcome::Unknown => return None,
            }
        }
        None
    }

    fn tier_outcome(
        &self,
        direction: Direction,
        tier: Tier,
        mut open: ConnectionSet,
        applies: &dyn Fn(&AdminInfo<'_>) -> Match,
    ) -> Outcome {
        let (mut pods, mut addresses) = (false, direction == Direction::Ingress);
        let mut passed = ConnectionSet::none();
        let policies = self.in_order(&[tier]);
        let concerned = policies.iter().filter(|(_, info)| applies(info) != Match::No);
        // At one priority what opens is taken for the first, because nobody knows the order.
        let mut rules: Vec<_> = concerned
            .flat_map(|(id, info)| {
                let opens = |rule: &AdminRule| rule.action != Action::Deny && reach(rule) != Reach::default();
                let rules = info.policy.rules(direction);
                let last_open = rules.iter().rposition(opens);
                rules.iter().enumerate().map(move |(i, rule)| {
                    let is_late = last_open.is_none_or(|last| i > last);
                    ((info.policy.priority, is_late), *id, *info, rule)
                })
            })
            .collect();
        rules.sort_by_key(|(rank, ..)| *rank);
        if policies.iter().any(|(_, info)| info.policy.refused && applies(info) != Match::No) {
            return Outcome::Unknown;
        }
        for (_, id, info, rule) in rules {
            let reach = reach(rule);
            match rule.action {
                Action::Deny if rule.ports.is_none() && applies(info) == Match::Yes => {
                    pods |= reach.pods;
                    addresses |= reach.addresses;
                    if pods && addresses && !open.is_empty() {
                        return Outcome::Denied(id);
                    }
                }
                Action::Deny => {}
                Action::Accept | Action::Pass if reach == Reach::default() => {}
                action => {
                    let ports = rule.numbers();
                    if action == Action::Pass {
                        passed = passed.union(&open.intersect(&ports));
                    }
                    open = open.subtract(&ports);
                }
            }
        }
        Outcome::Open(open.union(&passed))
    }
}

/// Whether a rule denies everybody everything, as far as rules of its direction can.
pub(super) fn denies_everything(direction: Direction, rule: &AdminRule) -> bool {
    let reach = reach(rule);
    let addresses = reach.addresses || direction == Direction::Ingress;
    rule.action == Action::Deny && rule.ports.is_none() && reach.pods && addresses
}

/// Whether a rule's peers are every Pod of every namespace, and every IPv4 address.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Reach {
    pods: bool,
    addresses: bool,
}

fn reach(rule: &AdminRule) -> Reach {
    let mut addresses = AddressSet::empty();
    let mut pods = false;
    for peer in &rule.peers {
        match peer {
            AdminPeer::Pods(scope) => pods |= is_every_pod(scope),
            AdminPeer::Networks(networks) => addresses = addresses.union(&networks.iter().copied().collect()),
            AdminPeer::Unknown if rule.action != Action::Accept => {
                return Reach { pods: true, addresses: true };
            }
            AdminPeer::Unknown | AdminPeer::Nodes(_) | AdminPeer::DomainNames(_) => {}
        }
    }
    // Networks match the addresses of Pods too.
    let addresses = addresses.is_all_ipv4();
    Reach { pods: pods || addresses, addresses }
}

fn is_every_pod(scope: &PodScope) -> bool {
    scope.namespaces.is_everything() && scope.pods.as_ref().is_none_or(LabelSelector::is_everything)
}
