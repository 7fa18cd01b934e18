//! What one rule grants: to whom, how widely, and how much of it nothing uses.

use std::cell::OnceCell;
use std::rc::Rc;

use super::Engine;
use crate::cluster::{Class, ClassId, NamespaceId, PolicyInfo, Selection};
use crate::model::{Direction, Peer, Port, Rule};
use crate::sets::{AddressSet, ConnectionSet, IdSet, LabelSelector, Operator, Protocol};

/// How wide a grant is by its form; the order is the order of width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Openness {
    /// Named Pods in named namespaces, or addresses short of everything.
    Exact,
    /// Every Pod of a namespace, also those to come.
    NamespaceWide,
    /// Pods of every namespace, also those to come.
    ClusterWide,
    /// Everybody.
    World,
}

impl Openness {
    /// Every openness.
    pub const ALL: [Self; 4] = [Self::Exact, Self::NamespaceWide, Self::ClusterWide, Self::World];

    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::NamespaceWide => "namespace-wide",
            Self::ClusterWide => "cluster-wide",
            Self::World => "world",
        }
    }
}

/// The Pods that a peer stands for.
#[derive(Debug)]
pub struct PodPeers {
    /// Their classes.
    pub selection: Selection,
    /// How many workloads are certainly among them.
    pub workloads: u64,
    exact: OnceCell<Option<LabelSelector>>,
}

/// What the peers of one rule stand for together.
#[derive(Debug)]
pub struct RulePeers {
    /// The classes that certainly belong to some peer.
    pub classes: IdSet,
    /// How many workloads these are.
    pub workloads: u64,
    /// The addresses.
    pub addresses: AddressSet,
}

/// What a rule grants, counted over the workloads of the repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// (peer, port) pairs granted; "all ports" counts as the declared ones plus one for the rest.
    pub granted: u64,
    /// Those of them whose port the destination declares or a Service targets.
    pub used: u64,
}

impl Grant {
    /// The share of the granted pairs that nothing uses, from 0 to 1; none where nothing is granted.
    pub fn surplus(self) -> Option<f64> {
        (self.granted > 0).then(|| 1.0 - self.used as f64 / self.granted as f64)
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            granted: self.granted.saturating_add(other.granted),
            used: self.used.saturating_add(other.used),
        }
    }

    fn times(self, factor: u64) -> Self {
        Self { granted: self.granted.saturating_mul(factor), used: self.used.saturating_mul(factor) }
    }
}

impl<'c> Engine<'c> {
    /// The Pods that a peer of a policy in `own` stands for; `namespaces` and `pods` as in the peer.
    pub fn pod_peers(
        &self,
        own: NamespaceId,
        namespaces: Option<&'c LabelSelector>,
        pods: Option<&'c LabelSelector>,
    ) -> Rc<PodPeers> {
        let own_only = namespaces.is_none().then_some(own);
        // The selectors live as long as the cluster, so their addresses tell them apart, faster than their texts.
        let place = (own_only, address(namespaces), address(pods));
        if let Some(known) = self.peers_by_place.borrow().get(&place) {
            return Rc::clone(known);
        }
        let peers = self.equal_peers(own, own_only, (namespaces, pods));
        self.peers_by_place.borrow_mut().insert(place, Rc::clone(&peers));
        peers
    }

    /// One value for equal selectors, wherever they stand.
    fn equal_peers(
        &self,
        own: NamespaceId,
        own_only: Option<NamespaceId>,
        (namespaces, pods): (Option<&'c LabelSelector>, Option<&'c LabelSelector>),
    ) -> Rc<PodPeers> {
        let key = (own_only, namespaces, pods);
        if let Some(known) = self.peers.borrow().get(&key) {
            return Rc::clone(known);
        }
        let selection = self.cluster.select_pods(own, namespaces, pods);
        let workloads = self.cluster.count_workloads(&selection.certain) as u64;
        let peers = Rc::new(PodPeers { selection, workloads, exact: OnceCell::new() });
        self.peers.borrow_mut().insert(key, Rc::clone(&peers));
        peers
    }

    /// The smallest selector for exactly these Pods among those that the same namespaces hold.
    pub fn exact_peers<'p>(&self, peers: &'p PodPeers) -> Option<&'p LabelSelector> {
        let find = || self.exact_selector(&peers.selection.certain, &peers.selection.possible);
        peers.exact.get_or_init(find).as_ref()
    }

    /// What the peers of a rule of a policy in `own` stand for together.
    pub fn peers_of(&self, own: NamespaceId, rule: &'c Rule) -> Rc<RulePeers> {
        let key = (own, rule.peers.as_deref());
        if let Some(known) = self.peer_lists.borrow().get(&key) {
            return Rc::clone(known);
        }
        let found = Rc::new(match &rule.peers {
            None => self.everybody(),
            Some(peers) => self.union_of(own, peers),
        });
        self.peer_lists.borrow_mut().insert(key, Rc::clone(&found));
        found
    }

    fn everybody(&self) -> RulePeers {
        let classes = self.cluster.index().universe().clone();
        RulePeers { workloads: self.cluster.workloads.len() as u64, classes, addresses: AddressSet::all() }
    }

    fn union_of(&self, own: NamespaceId, peers: &'c [Peer]) -> RulePeers {
        let (mut classes, mut addresses) = (IdSet::new(), AddressSet::empty());
        for peer in peers {
            match peer {
                Peer::Pods { namespaces, pods } => {
                    let found = self.pod_peers(own, namespaces.as_ref(), pods.as_ref());
                    classes.union_with(&found.selection.certain);
                }
                Peer::Block(block) => addresses = addresses.union(&block.addresses()),
                Peer::Invalid => {}
            }
        }
        RulePeers { workloads: self.cluster.count_workloads(&classes) as u64, classes, addresses }
    }

    /// How wide a rule is by its form.
    pub fn openness(rule: &Rule) -> Openness {
        let Some(peers) = &rule.peers else { return Openness::World };
        let mut addresses = AddressSet::empty();
        let mut widest = Openness::Exact;
        for peer in peers {
            if let Peer::Block(block) = peer {
                addresses = addresses.union(&block.addresses());
            }
            widest = widest.max(peer_openness(peer));
        }
        if addresses.is_all_ipv4() || addresses.is_all_ipv6() { Openness::World } else { widest }
    }

    /// What a rule grants over the workloads of the repository. Addresses outside the cluster are not counted.
    pub fn grant(&self, direction: Direction, policy: &PolicyInfo<'_>, rule: &'c Rule) -> Grant {
        // A rule stands in one policy, so its address tells it from all others as long as the cluster lives.
        let key = std::ptr::from_ref(rule) as usize;
        if let Some(known) = self.grants.borrow().get(&key) {
            return *known;
        }
        let peers = self.peers_of(policy.namespace, rule);
        let grant = match direction {
            Direction::Ingress => {
                self.ports_granted(&policy.subject.certain, rule.ports.as_deref()).times(peers.workloads)
            }
            Direction::Egress => {
                let subjects = self.cluster.count_workloads(&policy.subject.certain) as u64;
                self.ports_granted(&peers.classes, rule.ports.as_deref()).times(subjects)
            }
        };
        self.grants.borrow_mut().insert(key, grant);
        grant
    }

    fn ports_granted(&self, destinations: &IdSet, ports: Option<&[Port]>) -> Grant {
        let mut sum = Grant::default();
        let by_name = ports.into_iter().flatten().any(|port| matches!(port, Port::Named { .. }));
        let mut everywhere = None;
        for (id, class) in destinations.iter().filter_map(|id| Some((id, self.cluster.class(ClassId(id))?))) {
            let useful = self.cluster.useful_ports(ClassId(id));
            let of_class = match by_name {
                true => against(&connections(ports, class), useful),
                false => against(everywhere.get_or_insert_with(|| connections(ports, class)), useful),
            };
            sum = sum.plus(of_class.times(class.members.len() as u64));
        }
        sum
    }

    /// The connections that a rule's ports stand for at the Pods of a class.
    pub fn rule_ports(rule: &Rule, destination: &Class<'_>) -> ConnectionSet {
        connections(rule.ports.as_deref(), destination)
    }
}

/// 0 for none.
fn address(selector: Option<&LabelSelector>) -> usize {
    selector.map_or(0, |selector| std::ptr::from_ref(selector) as usize)
}

/// The ports granted at one destination, against those that are useful there.
fn against(granted: &ConnectionSet, useful: &ConnectionSet) -> Grant {
    let mut sum = Grant::default();
    let is_all = granted.is_all();
    for protocol in Protocol::ALL {
        let ports = granted.ports(protocol);
        let used = ports.count_common(useful.ports(protocol));
        let rest = u64::from(!is_all);
        sum = sum.plus(Grant { granted: if ports.is_all() { used + rest } else { ports.count() }, used });
    }
    if is_all { sum.plus(Grant { granted: 1, used: 0 }) } else { sum }
}

/// How wide one peer is by its form.
pub fn peer_openness(peer: &Peer) -> Openness {
    match peer {
        Peer::Invalid => Openness::Exact,
        Peer::Block(block) if block.cidr.prefix_len() == 0 && block.except.is_empty() => Openness::World,
        Peer::Block(_) => Openness::Exact,
        Peer::Pods { namespaces: Some(namespaces), pods } => selectors_openness(namespaces, pods.as_ref()),
        Peer::Pods { namespaces: None, pods } if pods.as_ref().is_none_or(LabelSelector::is_everything) => {
            Openness::NamespaceWide
        }
        Peer::Pods { .. } => Openness::Exact,
    }
}

/// How wide a peer of Pods in selected namespaces is by its form.
pub fn selectors_openness(namespaces: &LabelSelector, pods: Option<&LabelSelector>) -> Openness {
    if !names_positively(namespaces) {
        Openness::ClusterWide
    } else if pods.is_none_or(LabelSelector::is_everything) {
        Openness::NamespaceWide
    } else {
        Openness::Exact
    }
}

/// Whether a namespace selector asks for at least one label by value, so that a new namespace is not let in by
/// having no labels.
fn names_positively(selector: &LabelSelector) -> bool {
    selector.requirements().iter().any(|requirement| requirement.operator == Operator::In)
}

/// The connections that a rule's ports stand for at a destination.
pub(super) fn connections(ports: Option<&[Port]>, destination: &Class<'_>) -> ConnectionSet {
    let Some(ports) = ports else { return ConnectionSet::all() };
    let mut granted = ConnectionSet::none();
    for port in ports {
        match port {
            Port::Range { protocol, first, last } => granted.insert(*protocol, *first, *last),
            Port::Named { protocol, name } => {
                for number in destination.example.resolve(*protocol, name) {
                    granted.insert(*protocol, number, number);
                }
            }
            Port::Invalid => {}
        }
    }
    granted
}
