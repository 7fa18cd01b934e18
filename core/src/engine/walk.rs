//! One pair, step by step: which policies select, which rules match, and what that comes to.
//!
//! A walk reads the policies themselves, not the compiled lists, so it can also answer for Pods that no manifest
//! shows, and it remembers which rule says what.

use std::net::IpAddr;

use super::admin::PortsOf;
use super::matching::{Match, in_addresses, on_one_node};
use super::reach::{Flow, Judge};
use super::{Engine, IpBlocks};
use crate::cluster::{AdminId, Class, ClassId, NamespaceId, PolicyId, named_namespaces};
use crate::model::{
    Action, AdminPeer, AdminPolicy, AdminRule, Direction, NetworkPolicy, Peer, PodScope, Rule, Tier,
};
use crate::sets::{AddressSet, ConnectionSet, LabelSelector, Labels, Protocol, implies};

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub enum Endpoint<'e> {
    /// Pods of a class.
    Class(ClassId),
    /// An address outside the cluster.
    Address(IpAddr),
    /// A Pod that the repository doesn't hold.
    Pod(&'e ForeignPod),
    /// Any Pod of which no more is known than that selectors select it.
    Potential(&'e Potential),
}

/// Pods that could appear: no more is known of them than that these selectors select them. What selects all of them
/// matches; what selects some doesn't.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Potential {
    /// Their namespaces.
    pub namespaces: LabelSelector,
    /// The Pods there.
    pub pods: LabelSelector,
}

/// A Pod that the repository doesn't hold, such as the cluster's DNS server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForeignPod {
    /// Its namespace's name.
    pub namespace: String,
    /// Its namespace's labels, with the name label.
    pub namespace_labels: Labels,
    /// Its own labels.
    pub labels: Labels,
    /// Its named ports.
    pub ports: Vec<(Protocol, String, u16)>,
    /// What of it nobody knows.
    pub hidden: Hidden,
    /// Whether it shares its node's network, so that selectors don't see it.
    pub host_network: bool,
}

/// What nobody knows of a Pod that the repository doesn't hold: the default is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// It may have further labels.
    pub labels: bool,
    /// Its namespace may have further labels.
    pub namespace_labels: bool,
}

/// What the policies on one end say to the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Whose policies: of the destination for ingress, of the source for egress.
    pub direction: Direction,
    /// The Pods are on their node's network, or the end is an address: no policy can select it.
    pub unselectable: bool,
    /// The policies that select the end, in the order in which they are asked.
    pub steps: Vec<Step>,
    /// A policy of another API, or a generator, that acts there: its index in `Cluster::foreign`.
    pub foreign: Option<u32>,
    /// Whether any such policy may deny.
    pub foreign_denies: bool,
    /// What they come to.
    pub flow: Flow,
}

/// A policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyRef {
    /// A policy for administrators.
    Admin(AdminId),
    /// A NetworkPolicy.
    Network(PolicyId),
}

/// One policy that selects the end, or may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The policy.
    pub policy: PolicyRef,
    /// Its tier; none for a NetworkPolicy.
    pub tier: Option<Tier>,
    /// Its priority in its tier; 0 for a NetworkPolicy, which has none.
    pub priority: u32,
    /// Whether it selects the end.
    pub selects: Match,
    /// The API server refuses it: nobody knows what will be there in its place.
    pub refused: bool,
    /// What its rules say, all of them.
    pub rules: Vec<RuleStep>,
}

/// One rule, asked about one peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleStep {
    /// Its index in the policy's list for the direction.
    pub index: usize,
    /// What it does; rules of NetworkPolicies accept.
    pub action: Action,
    /// Whether the other end is among its peers.
    pub peer: Match,
    /// The connections that its ports stand for at the destination.
    pub ports: ConnectionSet,
}

impl Engine<'_> {
    /// What can flow between two ends: the source's egress and the destination's ingress.
    pub fn flow(&self, from: Endpoint<'_>, to: Endpoint<'_>) -> Flow {
        let [ingress, egress] = self.walks(from, to);
        self.through(from, to, &ingress, &egress)
    }

    /// The walks for a connection: the destination's ingress and the source's egress.
    pub fn walks(&self, from: Endpoint<'_>, to: Endpoint<'_>) -> [Walk; 2] {
        [self.walk(Direction::Ingress, to, from), self.walk(Direction::Egress, from, to)]
    }

    /// What two walks come to. A Pod can always be reached from its own node.
    pub fn through(&self, from: Endpoint<'_>, to: Endpoint<'_>, ingress: &Walk, egress: &Walk) -> Flow {
        let flow = ingress.flow.and(&egress.flow);
        let class = |end| match end {
            Endpoint::Class(id) => self.cluster.class(id),
            _ => None,
        };
        if matches!(from, Endpoint::Pod(pod) if pod.host_network) {
            return Flow { possible: ConnectionSet::all(), ..flow };
        }
        let Some(from) = class(from).filter(|from| from.host_network) else { return flow };
        let on_one_node = match (class(to), to) {
            (Some(to), _) => on_one_node(from, to),
            (None, Endpoint::Address(_)) => Match::No,
            (None, _) => Match::Maybe,
        };
        match on_one_node {
            Match::Yes => Flow::exactly(ConnectionSet::all()),
            Match::Maybe => Flow { possible: ConnectionSet::all(), ..flow },
            Match::No => flow,
        }
    }

    /// What the policies on `subject` say to `peer`.
    pub fn walk(&self, direction: Direction, subject: Endpoint<'_>, peer: Endpoint<'_>) -> Walk {
        let unselectable = match subject {
            Endpoint::Class(id) => self.cluster.class(id).is_none_or(|class| class.host_network),
            Endpoint::Address(_) => true,
            Endpoint::Pod(pod) => pod.host_network,
            Endpoint::Potential(_) => false,
        };
        let mut walk = Walk {
            direction,
            unselectable,
            steps: Vec::new(),
            foreign: None,
            foreign_denies: false,
            flow: Flow::exactly(ConnectionSet::all()),
        };
        if unselectable {
            return walk;
        }
        let destination = match direction {
            Direction::Ingress => subject,
            Direction::Egress => peer,
        };
        let asked = Asked { direction, peer, destination };
        walk.steps.extend(self.admin_steps(Tier::Admin, subject, asked));
        walk.steps.extend(self.policy_steps(subject, asked));
        walk.steps.extend(self.admin_steps(Tier::Baseline, subject, asked));
        let namespace = self.namespace_of_end(subject);
        walk.foreign = self.foreign_acting(namespace).next();
        walk.foreign_denies = walk.foreign.is_some() && self.foreign_may_deny(namespace);
        walk.flow = self.judge(&walk.steps, walk.foreign.map(|_| walk.foreign_denies));
        walk
    }

    /// What the Admin tier lets through between a class and a peer: where the NetworkPolicies after it allow
    /// everything, and where they allow nothing.
    pub fn before_policies(&self, direction: Direction, class: ClassId, peer: Endpoint<'_>) -> [Flow; 2] {
        let subject = Endpoint::Class(class);
        let destination = match direction {
            Direction::Ingress => subject,
            Direction::Egress => peer,
        };
        let steps = self.admin_steps(Tier::Admin, subject, Asked { direction, peer, destination });
        let mut denying = Self::judging(&steps, None);
        denying.policy(true, std::iter::empty());
        [Self::judging(&steps, None), denying].map(|judge| judge.flow(&mut self.scratch.borrow_mut()))
    }

    /// What steps come to, which may be of walks in several clusters; `foreign` says whether something else acts there,
    /// and whether it may deny.
    pub fn judge<'s>(&self, steps: impl IntoIterator<Item = &'s Step>, foreign: Option<bool>) -> Flow {
        Self::judging(steps, foreign).flow(&mut self.scratch.borrow_mut())
    }

    fn judging<'s>(steps: impl IntoIterator<Item = &'s Step>, foreign: Option<bool>) -> Judge<'s> {
        let mut judge = Judge::new(foreign);
        for step in steps {
            let rules = step.rules.iter().map(|rule| (rule.action, rule.peer.and(step.selects), &rule.ports));
            match (step.tier, step.refused) {
                (Some(tier), true) => judge.refused_admin(tier),
                (Some(tier), false) => judge.admin(tier, step.priority, rules),
                (None, true) => judge.refused(),
                (None, false) => judge.policy(
                    step.selects == Match::Yes,
                    step.rules.iter().map(|rule| (rule.peer, &rule.ports)),
                ),
            }
        }
        judge
    }

    fn admin_steps(&self, tier: Tier, subject: Endpoint<'_>, asked: Asked<'_>) -> Vec<Step> {
        let policies = self.cluster.admin_ids().filter(|(_, info)| info.policy.tier == tier);
        let mut steps: Vec<_> = policies
            .filter_map(|(id, info)| {
                let rules = info.policy.rules(asked.direction);
                if rules.is_empty() && !info.policy.refused {
                    return None;
                }
                let selects = match subject {
                    Endpoint::Class(class) if info.subject.certain.contains(class.0) => Match::Yes,
                    Endpoint::Class(class) => maybe(info.subject.possible.contains(class.0)),
                    _ => self.selects(info.policy, subject),
                };
                let rules = rules.iter().enumerate().map(|(index, rule)| RuleStep {
                    index,
                    action: rule.action,
                    peer: self.admin_rule_match(rule, asked.peer),
                    ports: self.ports_at(&PortsOf::admin_rule(rule), asked.destination),
                });
                let step = Step {
                    policy: PolicyRef::Admin(id),
                    tier: Some(tier),
                    priority: info.policy.priority,
                    selects,
                    refused: info.policy.refused,
                    rules: rules.collect(),
                };
                (selects != Match::No).then_some((info.policy.priority, step))
            })
            .collect();
        steps.sort_by_key(|(priority, _)| *priority);
        steps.into_iter().map(|(_, step)| step).collect()
    }

    fn selects(&self, policy: &AdminPolicy, subject: Endpoint<'_>) -> Match {
        policy.subject.as_ref().map_or(Match::Maybe, |scope| self.in_scope(scope, subject))
    }

    fn policy_steps(&self, subject: Endpoint<'_>, asked: Asked<'_>) -> Vec<Step> {
        let namespace = self.namespace_of_end(subject).and_then(|id| self.cluster.namespace(id));
        let policies = namespace.map_or(&[][..], |info| &info.policies);
        let policies = policies.iter().filter_map(|id| Some((*id, self.cluster.policy(*id)?)));
        let steps = policies.filter_map(|(id, info)| {
            if !super::isolation::may_affect(info, asked.direction) {
                return None;
            }
            let selects = match subject {
                Endpoint::Class(class) if info.subject.certain.contains(class.0) => Match::Yes,
                Endpoint::Class(class) => maybe(info.subject.possible.contains(class.0)),
                _ => self.selected_by(info.policy, subject),
            };
            let step = || {
                let rules = info.policy.half(asked.direction).rules.iter().enumerate();
                let rules = rules.map(|(index, rule)| RuleStep {
                    index,
                    action: Action::Accept,
                    peer: self.rule_match(rule, info.namespace, asked.peer),
                    ports: self.ports_at(&PortsOf::rule(rule), asked.destination),
                });
                Step {
                    policy: PolicyRef::Network(id),
                    tier: None,
                    priority: 0,
                    selects,
                    refused: info.policy.refused,
                    rules: rules.collect(),
                }
            };
            (selects != Match::No).then(step)
        });
        steps.collect()
    }

    fn selected_by(&self, policy: &NetworkPolicy, subject: Endpoint<'_>) -> Match {
        match (&policy.pod_selector, subject) {
            (Some(selector), Endpoint::Pod(pod)) => pod.has(selector),
            (None, _) => Match::Maybe,
            _ => Match::No,
        }
    }

    /// The namespace of an end, where the cluster has it.
    pub(super) fn namespace_of_end(&self, end: Endpoint<'_>) -> Option<NamespaceId> {
        match end {
            Endpoint::Class(id) => self.cluster.class(id).map(|class| class.namespace),
            Endpoint::Pod(pod) => self.cluster.find_namespace(&pod.namespace),
            Endpoint::Address(_) | Endpoint::Potential(_) => None,
        }
    }

    /// Whether an end is among the peers of a rule of a policy in `own`.
    pub fn rule_match(&self, rule: &Rule, own: NamespaceId, end: Endpoint<'_>) -> Match {
        let Some(peers) = &rule.peers else { return Match::Yes };
        peers.iter().fold(Match::No, |found, peer| found.or(self.peer_match(peer, own, end)))
    }

    /// Whether an end is what a peer of a policy in `own` stands for.
    pub fn peer_match(&self, peer: &Peer, own: NamespaceId, end: Endpoint<'_>) -> Match {
        match peer {
            Peer::Pods { namespaces, pods } => match namespaces {
                Some(namespaces) => self.pods_match(namespaces, pods.as_ref(), end),
                None if self.is_in(own, end) => {
                    self.pods_match(&LabelSelector::everything(), pods.as_ref(), end)
                }
                None => Match::No,
            },
            Peer::Block(block) => match end {
                Endpoint::Address(address) => block.contains(address).into(),
                _ => self.address_match(
                    &block.addresses(),
                    self.options.ip_blocks == IpBlocks::MatchPodIps,
                    end,
                ),
            },
            Peer::Invalid => Match::No,
        }
    }

    fn is_in(&self, own: NamespaceId, end: Endpoint<'_>) -> bool {
        match end {
            Endpoint::Class(id) => self.cluster.class(id).is_some_and(|class| class.namespace == own),
            Endpoint::Pod(pod) => pod.namespace == self.cluster.namespace_name(own),
            Endpoint::Potential(pods) => named_namespaces(&pods.namespaces)
                .is_some_and(|names| *names == [self.cluster.namespace_name(own)]),
            Endpoint::Address(_) => false,
        }
    }

    fn admin_rule_match(&self, rule: &AdminRule, end: Endpoint<'_>) -> Match {
        rule.peers
            .iter()
            .fold(Match::No, |found, peer| found.or(self.admin_peer_match(peer, rule.action, end)))
    }

    fn admin_peer_match(&self, peer: &AdminPeer, action: Action, end: Endpoint<'_>) -> Match {
        match peer {
            AdminPeer::Pods(scope) => self.in_scope(scope, end),
            AdminPeer::Nodes(selector) => match self.selectable_or_node(end) {
                Some(class) if class.host_network => self.node_match(class, selector),
                None => maybe(matches!(end, Endpoint::Pod(pod) if pod.host_network)),
                Some(_) => Match::No,
            },
            AdminPeer::Networks(networks) => {
                self.address_match(&networks.iter().copied().collect(), true, end)
            }
            AdminPeer::DomainNames(_) => maybe(matches!(end, Endpoint::Address(_))),
            AdminPeer::Unknown => (action != Action::Accept).into(),
        }
    }

    fn selectable_or_node(&self, end: Endpoint<'_>) -> Option<&Class<'_>> {
        match end {
            Endpoint::Class(id) => self.cluster.class(id),
            _ => None,
        }
    }

    fn in_scope(&self, scope: &PodScope, end: Endpoint<'_>) -> Match {
        self.pods_match(&scope.namespaces, scope.pods.as_ref(), end)
    }

    fn pods_match(
        &self,
        namespaces: &LabelSelector,
        pods: Option<&LabelSelector>,
        end: Endpoint<'_>,
    ) -> Match {
        match end {
            Endpoint::Class(id) => {
                let Some(class) = self.cluster.class(id).filter(|class| !class.host_network) else {
                    return Match::No;
                };
                let labels = self.cluster.namespace(class.namespace).map(|namespace| &namespace.labels);
                if !labels.is_some_and(|labels| namespaces.matches(labels)) {
                    return Match::No;
                }
                let Some(pods) = pods else { return Match::Yes };
                let selected = self.cluster.index().select(pods);
                match selected.certain.contains(id.0) {
                    true => Match::Yes,
                    false => maybe(selected.possible.contains(id.0)),
                }
            }
            Endpoint::Pod(pod) => {
                let namespace = partly(namespaces, &pod.namespace_labels, pod.hidden.namespace_labels);
                let own = pods.map_or(Match::Yes, |selector| pod.has(selector));
                if pod.host_network { Match::No } else { namespace.and(own) }
            }
            Endpoint::Potential(potential) => {
                let selected = self.namespaces_imply(&potential.namespaces, namespaces)
                    && pods.is_none_or(|pods| implies(&potential.pods, pods));
                selected.into()
            }
            Endpoint::Address(_) => Match::No,
        }
    }

    /// Whether every namespace that one selector selects is selected by another; namespaces that are named and
    /// declared are looked at.
    pub fn namespaces_imply(&self, some: &LabelSelector, others: &LabelSelector) -> bool {
        let named = named_namespaces(some).map(|names| {
            names
                .iter()
                .map(|name| self.cluster.find_namespace(name).and_then(|id| self.cluster.namespace(id)))
        });
        let by_labels = named
            .is_some_and(|mut found| found.all(|info| info.is_some_and(|info| others.matches(&info.labels))));
        by_labels || implies(some, others)
    }

    /// Whether an end has its address in a set; with `pods` also Pods that are not on their node's network.
    fn address_match(&self, set: &AddressSet, pods: bool, end: Endpoint<'_>) -> Match {
        match end {
            Endpoint::Address(address) => set.contains(address).into(),
            Endpoint::Class(id) => {
                let class = self.cluster.class(id).filter(|class| pods || class.host_network);
                class.map_or(Match::No, |class| in_addresses(class, set))
            }
            Endpoint::Pod(pod) if !pods && !pod.host_network => Match::No,
            Endpoint::Potential(_) if !pods => Match::No,
            Endpoint::Pod(_) | Endpoint::Potential(_) if set.is_all_ipv4() => Match::Yes,
            Endpoint::Pod(_) | Endpoint::Potential(_) => maybe(!set.ipv4().is_empty()),
        }
    }

    fn ports_at(&self, ports: &PortsOf<'_>, destination: Endpoint<'_>) -> ConnectionSet {
        match destination {
            Endpoint::Address(_) | Endpoint::Potential(_) => ports.numbers.clone(),
            Endpoint::Class(id) => self.cluster.class(id).map(|class| ports.at(class)).unwrap_or_default(),
            Endpoint::Pod(pod) => ports.resolved(|protocol, name| {
                let named = pod.ports.iter().filter(|(of, known, _)| {
                    known == name && protocol.is_none_or(|protocol| protocol == *of)
                });
                named.map(|(of, _, number)| (*of, *number)).collect()
            }),
        }
    }
}

impl ForeignPod {
    /// Whether a selector selects it by its labels.
    fn has(&self, selector: &LabelSelector) -> Match {
        partly(selector, &self.labels, self.hidden.labels)
    }
}

/// Whether a selector matches labels of which `hidden` ones may be missing.
fn partly(selector: &LabelSelector, labels: &Labels, hidden: bool) -> Match {
    let answers = selector.requirements().iter().map(|requirement| {
        let shown = labels.get(&requirement.key).is_some();
        if hidden && !shown { Match::Maybe } else { requirement.matches(labels).into() }
    });
    answers.fold(Match::Yes, Match::and)
}

/// Who is asked about, from one end.
#[derive(Clone, Copy)]
struct Asked<'e> {
    direction: Direction,
    peer: Endpoint<'e>,
    destination: Endpoint<'e>,
}

fn maybe(possible: bool) -> Match {
    if possible { Match::Maybe } else { Match::No }
}
