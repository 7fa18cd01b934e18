//! Rules of cluster-wide policies and of NetworkPolicies that contradict each other, and which of them wins.
//!
//! Whom a rule is about may be many Pods, so a few peers are tried that sets of peers show to be promising; what is
//! found for each of them is exact.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Engine;
use super::admin::names_a_port;
use super::matching::Match;
use super::tiers::denies_everything;
use super::walk::{Endpoint, PolicyRef, RuleStep, Step, Walk};
use crate::cluster::{AdminId, AdminInfo, ClassId, PolicyId, PolicyInfo};
use crate::model::{Action, AdminPeer, AdminRule, Direction, PodScope, Rule, Tier};
use crate::sets::{AddressSet, ConnectionSet, IdSet};

/// How many of the Pods that one rule is about are tried.
const TRIED: usize = 3;

/// A rule of a cluster-wide policy, and what it or NetworkPolicies can't enforce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The cluster-wide policy. In the Admin tier its rule accepts what NetworkPolicies deny, in the Baseline tier the
    /// rule denies what NetworkPolicies allow, so that it has no effect.
    pub policy: AdminId,
    /// Which half of it.
    pub direction: Direction,
    /// The rule's index.
    pub rule: usize,
    /// The classes of the subject at which that is proven.
    pub classes: IdSet,
    /// Connections on which it is.
    pub ports: ConnectionSet,
    /// A NetworkPolicy that isolates one of the classes, or the rule that allows some of the connections there.
    pub other: (PolicyId, Option<usize>),
}

/// What one class has of an [`Override`].
type Found = (ConnectionSet, (PolicyId, Option<usize>));

/// A rule with its policy.
#[derive(Clone, Copy)]
struct Asked<'e> {
    id: AdminId,
    info: &'e AdminInfo<'e>,
    direction: Direction,
    index: usize,
    rule: &'e AdminRule,
}

impl Asked<'_> {
    fn is_admin(&self) -> bool {
        self.info.policy.tier == Tier::Admin
    }
}

impl<'c> Engine<'c> {
    /// Every rule of the Admin tier that accepts what NetworkPolicies deny, and every rule of the Baseline tier that
    /// denies what NetworkPolicies allow. A deny of everything is left out there: it is what NetworkPolicies are to
    /// open.
    pub fn overrides(&self) -> Vec<Override> {
        let mut found = Vec::new();
        for (id, info) in self.cluster().admin_ids().filter(|(_, info)| !info.policy.refused) {
            for direction in Direction::BOTH {
                for (index, rule) in info.policy.rules(direction).iter().enumerate() {
                    let may_be = match info.policy.tier {
                        Tier::Admin => rule.action == Action::Accept,
                        Tier::Baseline => rule.action == Action::Deny && !denies_everything(direction, rule),
                    };
                    if may_be {
                        found.extend(self.overriding(Asked { id, info, direction, index, rule }));
                    }
                }
            }
        }
        found
    }

    fn overriding(&self, asked: Asked<'c>) -> Option<Override> {
        let reach = self.reach();
        let mut known: BTreeMap<u32, Option<Found>> = BTreeMap::new();
        let (mut classes, mut ports, mut other) = (Vec::new(), ConnectionSet::none(), None);
        for class in asked.info.subject.certain.iter().map(ClassId) {
            if self.policies_of(asked.direction, class).is_empty() {
                continue;
            }
            let list = reach.list_of(asked.direction, class);
            let answer = known.entry(list).or_insert_with(|| self.at_class(asked, class));
            if let Some((conns, by)) = answer {
                classes.push(class.0);
                ports = ports.union(conns);
                other = other.or(Some(*by));
            }
        }
        Some(Override {
            policy: asked.id,
            direction: asked.direction,
            rule: asked.index,
            classes: IdSet::from_sorted(classes),
            ports,
            other: other?,
        })
    }

    fn at_class(&self, asked: Asked<'c>, class: ClassId) -> Option<Found> {
        let rules: Vec<(&PolicyInfo<'c>, &'c Rule)> = self
            .policies_of(asked.direction, class)
            .iter()
            .filter_map(|id| self.cluster().policy(*id))
            .flat_map(|info| info.policy.half(asked.direction).rules.iter().map(move |rule| (info, rule)))
            .collect();
        let mut sum: Option<Found> = None;
        let mut take = |end: Endpoint<'_>| {
            let walk = self.walk(asked.direction, Endpoint::Class(class), end);
            if let Some((conns, by)) = self.contradiction(asked, &walk) {
                let ports = sum.take().map_or(conns.clone(), |(ports, _)| ports.union(&conns));
                sum = Some((ports, by));
            }
        };
        let (pods, addresses) = self.promising(asked, &rules);
        pods.iter().filter(|id| *id != class.0).take(TRIED).for_each(|id| take(Endpoint::Class(ClassId(id))));
        if let Some((address, _)) = addresses.ranges().next() {
            take(Endpoint::Address(address));
        }
        for scope in scopes(asked.rule) {
            if self.scope(scope).selection.possible.is_empty() {
                let strangers = self.strangers(&scope.namespaces, scope.pods.as_ref(), None);
                strangers.iter().for_each(|pod| take(Endpoint::Pod(pod)));
            }
        }
        sum
    }

    /// The peers of a rule that NetworkPolicies don't allow as well, or that they do, as far as sets of peers show it.
    fn promising(&self, asked: Asked<'c>, rules: &[(&PolicyInfo<'c>, &'c Rule)]) -> (IdSet, AddressSet) {
        let (mut pods, mut addresses) = (IdSet::new(), AddressSet::empty());
        for peer in &asked.rule.peers {
            match peer {
                AdminPeer::Pods(scope) => pods.union_with(&self.scope(scope).selection.certain),
                AdminPeer::Networks(networks) => {
                    addresses = addresses.union(&networks.iter().copied().collect());
                }
                AdminPeer::Nodes(_) | AdminPeer::DomainNames(_) | AdminPeer::Unknown => {}
            }
        }
        let numbers = asked.rule.numbers();
        let by_name = names_a_port(asked.rule);
        let counts = |rule: &Rule| match asked.is_admin() {
            true => !by_name && numbers.is_subset(&rule.numbers()),
            false => true,
        };
        let (mut allowed_pods, mut allowed_addresses) = (IdSet::new(), AddressSet::empty());
        for (info, rule) in rules.iter().filter(|(_, rule)| counts(rule)) {
            let peers = self.peers_of(info.namespace, rule);
            allowed_pods.union_with(&peers.classes);
            allowed_addresses = allowed_addresses.union(&peers.addresses);
        }
        match asked.is_admin() {
            true => (pods.subtract(&allowed_pods), addresses.subtract(&allowed_addresses)),
            false => (pods.intersect(&allowed_pods), addresses.intersect(&allowed_addresses)),
        }
    }

    /// The connections of a walk that the rule decides, or would, and about which NetworkPolicies say otherwise.
    fn contradiction(&self, asked: Asked<'c>, walk: &Walk) -> Option<Found> {
        let refused = walk.steps.iter().any(|step| step.refused);
        if refused || walk.foreign.is_some() {
            return None;
        }
        let decided = self.decided(asked, walk)?;
        let policies = || {
            walk.steps.iter().filter_map(|step| match step.policy {
                PolicyRef::Network(id) => Some((id, step)),
                PolicyRef::Admin(_) => None,
            })
        };
        if asked.is_admin() {
            let (isolating, _) = policies().find(|(_, step)| step.selects == Match::Yes)?;
            let allowed = policies().fold(ConnectionSet::none(), |sum, (_, step)| {
                sum.union(&ports_of(step, |rule| rule.peer != Match::No))
            });
            let denied = decided.subtract(&allowed);
            return (!denied.is_empty()).then_some((denied, (isolating, None)));
        }
        policies().filter(|(_, step)| step.selects == Match::Yes).find_map(|(id, step)| {
            let mut rules = step.rules.iter().filter(|rule| rule.peer == Match::Yes);
            rules.find_map(|rule| {
                let allowed = decided.intersect(&rule.ports);
                (!allowed.is_empty()).then_some((allowed, (id, Some(rule.index))))
            })
        })
    }

    /// The connections of a walk that come to the rule and that it matches, where NetworkPolicies don't decide.
    fn decided(&self, asked: Asked<'c>, walk: &Walk) -> Option<ConnectionSet> {
        let own = asked.info.policy;
        let (mut open, mut matched) = (ConnectionSet::all(), ConnectionSet::none());
        for step in &walk.steps {
            let PolicyRef::Admin(id) = step.policy else { continue };
            let policy = self.cluster().admin_policy(id)?.policy;
            let order = (policy.tier, policy.priority).cmp(&(own.tier, own.priority));
            for rule in &step.rules {
                let matches = rule.peer.and(step.selects);
                // At one priority nobody knows which policy comes first.
                let counts = match order {
                    _ if id == asked.id => rule.index < asked.index,
                    Ordering::Less => policy.tier == own.tier || rule.action != Action::Pass,
                    Ordering::Equal => rule.action != asked.rule.action,
                    Ordering::Greater => false,
                };
                if counts && matches != Match::No {
                    open = open.subtract(&rule.ports);
                }
                if id == asked.id && rule.index == asked.index && matches == Match::Yes {
                    matched = rule.ports.clone();
                }
            }
        }
        Some(open.intersect(&matched)).filter(|decided| !decided.is_empty())
    }
}

fn ports_of(step: &Step, counts: impl Fn(&RuleStep) -> bool) -> ConnectionSet {
    let rules = step.rules.iter().filter(|rule| counts(rule));
    rules.fold(ConnectionSet::none(), |sum, rule| sum.union(&rule.ports))
}

fn scopes(rule: &AdminRule) -> impl Iterator<Item = &PodScope> {
    rule.peers.iter().filter_map(|peer| match peer {
        AdminPeer::Pods(scope) => Some(scope),
        _ => None,
    })
}
