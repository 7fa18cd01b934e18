//! The policies on one class in one direction, compiled to a short list of (peers, connections).
//!
//! Peers are interned sets of ids of the [`Universe`], so that a selector which many policies share is stored once.
//! Named ports are resolved while a list is made: at the class itself for ingress, and by splitting the peers for
//! egress.

use std::collections::BTreeMap;

use super::conns::{ConnId, Conns};
use super::universe::Universe;
use crate::cluster::{AdminId, Class, Cluster, NamespaceId, PolicyId, PolicyInfo, Selection};
use crate::engine::admin::{self, PortsOf};
use crate::engine::isolation::may_affect;
use crate::engine::{Engine, IpBlocks, Match, by_direction};
use crate::model::{Action, AdminPeer, AdminRule, Direction, Peer, Port, Rule, Tier};
use crate::sets::{AddressSet, ConnectionSet, FastMap, IdSet, Pool, Protocol};

/// A set of peers in the pool of a [`super::Reach`].
pub(super) type SetId = u32;

/// Nobody.
pub(super) const NOBODY: SetId = 0;
/// Everybody.
pub(super) const EVERYBODY: SetId = 1;

/// Some peers on some connections.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// Who certainly is among the peers.
    pub(super) certain: SetId,
    /// Who possibly is.
    pub(super) possible: SetId,
    /// On which connections.
    pub(super) conns: ConnId,
}

/// A rule of an admin policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Verdicts {
    pub(super) action: Action,
    pub(super) parts: Vec<Part>,
}

/// Admin policies of one tier and one priority: for each policy its rules in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rank(pub(super) Vec<Vec<Verdicts>>);

/// What the NetworkPolicies on a class let through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Allowed {
    /// Whether a policy certainly selects the class.
    pub(super) isolated: bool,
    /// What these policies allow.
    pub(super) parts: Vec<Part>,
    /// What each of the policies allows that may or may not select the class.
    pub(super) doubtful: Vec<Vec<Part>>,
    /// Whether something may allow more that nobody can read.
    pub(super) more: bool,
    /// Whether something may also deny what is allowed.
    pub(super) less: bool,
}

/// All that decides on one class in one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct List {
    /// The Pods are on their node's network: nothing selects them.
    pub(super) node: bool,
    pub(super) admin: Vec<Rank>,
    pub(super) policies: Allowed,
    pub(super) baseline: Vec<Rank>,
}

impl Part {
    /// The set of peers that certainly match, and of those that possibly do.
    pub fn sets(&self) -> [u32; 2] {
        [self.certain, self.possible]
    }
}

impl Rank {
    /// For each policy its rules: what they do, and what they match.
    pub fn policies(&self) -> impl Iterator<Item = Vec<(Action, &[Part])>> {
        self.0.iter().map(|rules| rules.iter().map(|rule| (rule.action, &*rule.parts)).collect())
    }
}

impl List {
    /// Whether the Pods are on their node's network, so that everything is allowed.
    pub fn node(&self) -> bool {
        self.node
    }

    /// The Admin tier, by priority.
    pub fn admin(&self) -> &[Rank] {
        &self.admin
    }

    /// The Baseline tier, by priority.
    pub fn baseline(&self) -> &[Rank] {
        &self.baseline
    }

    /// Whether a NetworkPolicy certainly isolates the Pods.
    pub fn isolated(&self) -> bool {
        self.policies.isolated
    }

    /// What the NetworkPolicies that certainly select the Pods allow.
    pub fn allowed(&self) -> &[Part] {
        &self.policies.parts
    }

    /// What each NetworkPolicy allows that possibly selects them.
    pub fn doubtful(&self) -> &[Vec<Part>] {
        &self.policies.doubtful
    }

    /// Whether something that can't be read may allow more.
    pub fn more(&self) -> bool {
        self.policies.more
    }

    /// Whether something that can't be read may deny what is allowed.
    pub fn less(&self) -> bool {
        self.policies.less
    }

    /// Every set that it asks about, each once.
    pub(super) fn sets(&self) -> Vec<SetId> {
        let ranks = self.admin.iter().chain(&self.baseline).flat_map(|rank| &rank.0).flatten();
        let policies = self.policies.parts.iter().chain(self.policies.doubtful.iter().flatten());
        let parts = ranks.flat_map(|rule| &rule.parts).chain(policies);
        let mut sets: Vec<SetId> = parts.flat_map(|part| [part.certain, part.possible]).collect();
        sets.retain(|set| *set > EVERYBODY);
        sets.sort_unstable();
        sets.dedup();
        sets
    }
}

/// The lists of one direction.
#[derive(Default)]
pub(super) struct Side {
    pub(super) lists: Vec<List>,
    /// For each class the index of its list.
    pub(super) of_class: Vec<u32>,
}

/// What decides on a class, by id: equal keys have equal lists.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Key<'c> {
    node: bool,
    policies: Vec<(PolicyId, bool)>,
    admin: Vec<(AdminId, bool)>,
    namespace: Option<NamespaceId>,
    /// The ports, where a rule asks for one by its name.
    ports: Option<&'c [crate::model::ContainerPort]>,
}

/// Makes the lists; keeps what several of them share.
pub(super) struct Compiler<'a, 'c> {
    pub(super) engine: &'a Engine<'c>,
    pub(super) universe: &'a Universe,
    pub(super) conns: &'a mut Conns,
    pub(super) sets: &'a mut Pool<IdSet>,
    /// Peers of a rule, by the address of the list of its peers, which lives as long as the cluster.
    peers: FastMap<(usize, Option<NamespaceId>), (SetId, SetId)>,
    addresses: FastMap<(AddressSet, bool), Selection>,
    /// What policies allow, where that is the same for every class that they select.
    of_policies: FastMap<(Direction, PolicyId), Vec<Part>>,
    /// For each policy whether an ingress rule of it asks for a port by its name.
    asking_by_name: Vec<bool>,
    /// Port name → protocol and number → the classes that declare it.
    named: BTreeMap<&'c str, BTreeMap<(Protocol, u16), IdSet>>,
}

impl<'a, 'c> Compiler<'a, 'c> {
    pub(super) fn new(
        engine: &'a Engine<'c>,
        universe: &'a Universe,
        conns: &'a mut Conns,
        sets: &'a mut Pool<IdSet>,
    ) -> Self {
        sets.intern(IdSet::new());
        sets.intern(universe.everybody.clone());
        let cluster = engine.cluster();
        let asks = |rule: &Rule| rule.ports.iter().flatten().any(|port| matches!(port, Port::Named { .. }));
        let asking = cluster.policies.iter().map(|policy| policy.policy.ingress.rules.iter().any(asks));
        Self {
            engine,
            universe,
            conns,
            sets,
            peers: FastMap::default(),
            addresses: FastMap::default(),
            of_policies: FastMap::default(),
            asking_by_name: asking.collect(),
            named: named_ports(cluster),
        }
    }

    fn cluster(&self) -> &'c Cluster<'c> {
        self.engine.cluster()
    }

    /// The lists of all classes in one direction.
    pub(super) fn side(&mut self, direction: Direction) -> Side {
        let cluster = self.cluster();
        let mut keys: Vec<Key<'c>> = vec![Key::default(); cluster.classes.len()];
        for (id, policy) in cluster.policy_ids() {
            if may_affect(policy, direction) {
                let certain = |class| !policy.policy.refused && policy.subject.certain.contains(class);
                for class in policy.subject.possible.iter() {
                    if let Some(key) = keys.get_mut(class as usize) {
                        key.policies.push((id, certain(class)));
                    }
                }
            }
        }
        for (id, policy) in cluster.admin_ids() {
            if policy.policy.refused || !policy.policy.rules(direction).is_empty() {
                for class in policy.subject.possible.iter() {
                    if let Some(key) = keys.get_mut(class as usize) {
                        key.admin.push((id, policy.subject.certain.contains(class)));
                    }
                }
            }
        }
        let mut known: FastMap<Key<'c>, u32> = FastMap::default();
        let mut pool: Pool<List> = Pool::new();
        let mut of_class = Vec::with_capacity(keys.len());
        for (mut key, class) in keys.into_iter().zip(&cluster.classes) {
            key.node = class.host_network;
            key.namespace = self.engine.foreign_in(class.namespace).map(|_| class.namespace);
            key.ports = (direction == Direction::Ingress && self.asks_by_name(&key)).then_some(class.ports);
            let list = match known.get(&key) {
                Some(list) => *list,
                None => {
                    let list = pool.intern(self.list(direction, class, &key));
                    known.insert(key, list);
                    list
                }
            };
            of_class.push(list);
        }
        Side { lists: pool.into_values(), of_class }
    }

    fn asks_by_name(&self, key: &Key<'c>) -> bool {
        let mut policies = key.policies.iter();
        let admin = key.admin.iter().filter_map(|(id, _)| self.cluster().admin_policy(*id));
        let mut admin_rules = admin.flat_map(|policy| &policy.policy.ingress);
        policies.any(|(id, _)| self.asking_by_name.get(id.index()) == Some(&true))
            || admin_rules.any(admin::names_a_port)
    }

    fn list(&mut self, direction: Direction, class: &Class<'c>, key: &Key<'c>) -> List {
        if class.host_network {
            return List { node: true, ..List::default() };
        }
        List {
            node: false,
            admin: self.ranks(Tier::Admin, direction, class, key),
            policies: self.allowed(direction, class, key),
            baseline: self.ranks(Tier::Baseline, direction, class, key),
        }
    }

    fn allowed(&mut self, direction: Direction, class: &Class<'c>, key: &Key<'c>) -> Allowed {
        let mut allowed = Allowed::default();
        for (policy, certain) in &key.policies {
            let Some(info) = self.cluster().policy(*policy) else { continue };
            if info.policy.refused {
                allowed.more = true;
                continue;
            }
            let mut parts = self.policy_parts(direction, class, (*policy, info));
            if *certain {
                allowed.isolated = true;
                allowed.parts.append(&mut parts);
            } else {
                allowed.doubtful.push(parts);
            }
        }
        if key.namespace.is_some() {
            allowed.more = true;
            allowed.less = self.engine.foreign_may_deny(key.namespace);
        }
        // The order of rules means nothing, and equal lists are to be one.
        allowed.parts.sort_unstable_by_key(|part| (part.certain, part.possible, part.conns));
        allowed.parts.dedup();
        allowed
    }

    /// The parts of a policy's rules; where they name no ports, the same for every class.
    fn policy_parts(
        &mut self,
        direction: Direction,
        class: &Class<'c>,
        (id, info): (PolicyId, &'c PolicyInfo<'c>),
    ) -> Vec<Part> {
        if let Some(known) = self.of_policies.get(&(direction, id)) {
            return known.clone();
        }
        let mut parts = Vec::new();
        let mut by_name = false;
        for rule in &info.policy.half(direction).rules {
            let (certain, possible) = self.rule_peers(info.namespace, rule);
            let ports = PortsOf::rule(rule);
            by_name |= !ports.names.is_empty();
            self.parts(direction, class, (certain, possible), &ports, &mut parts);
        }
        // The names of ports at the other end are resolved there.
        if !by_name || direction == Direction::Egress {
            self.of_policies.insert((direction, id), parts.clone());
        }
        parts
    }

    fn ranks(&mut self, tier: Tier, direction: Direction, class: &Class<'c>, key: &Key<'c>) -> Vec<Rank> {
        let mut ranks: BTreeMap<(bool, u32), Rank> = BTreeMap::new();
        for (id, certain) in &key.admin {
            let Some(info) = self.cluster().admin_policy(*id).filter(|info| info.policy.tier == tier) else {
                continue;
            };
            if info.policy.refused {
                // Nobody knows what it will be: first of all it may accept or deny anything.
                let anything = Part { certain: NOBODY, possible: EVERYBODY, conns: ConnId::ALL };
                let rule = |action| Verdicts { action, parts: vec![anything.clone()] };
                ranks.entry((false, 0)).or_default().0.push([Action::Accept, Action::Deny].map(rule).into());
                continue;
            }
            let rules = info.policy.rules(direction).iter();
            let rules = rules.map(|rule| self.verdicts(direction, class, rule, *certain)).collect();
            ranks.entry((true, info.policy.priority)).or_default().0.push(rules);
        }
        ranks.into_values().collect()
    }

    fn verdicts(
        &mut self,
        direction: Direction,
        class: &Class<'c>,
        rule: &'c AdminRule,
        certain: bool,
    ) -> Verdicts {
        let (mut surely, possible) = self.admin_peers(rule);
        if !certain {
            surely = NOBODY;
        }
        let mut parts = Vec::new();
        self.parts(direction, class, (surely, possible), &PortsOf::admin_rule(rule), &mut parts);
        Verdicts { action: rule.action, parts }
    }

    /// Adds the parts that a rule's peers and ports make for a class.
    fn parts(
        &mut self,
        direction: Direction,
        class: &Class<'c>,
        (certain, possible): (SetId, SetId),
        ports: &PortsOf<'c>,
        parts: &mut Vec<Part>,
    ) {
        if possible == NOBODY {
            return;
        }
        match direction {
            Direction::Ingress => {
                let conns = self.conns.intern(ports.at(class));
                if conns != ConnId::NONE {
                    parts.push(Part { certain, possible, conns });
                }
            }
            Direction::Egress => {
                let conns = self.conns.intern(ports.numbers.clone());
                if conns != ConnId::NONE {
                    parts.push(Part { certain, possible, conns });
                }
                for (protocol, name) in &ports.names {
                    let Some(declared) = self.named.get(name).cloned() else { continue };
                    for ((of, number), classes) in declared {
                        if protocol.is_none_or(|wanted| wanted == of) {
                            let conns = self.conns.intern(ConnectionSet::of(of, number, number));
                            let [certain, possible] =
                                [certain, possible].map(|set| self.within(set, &classes));
                            if possible != NOBODY {
                                parts.push(Part { certain, possible, conns });
                            }
                        }
                    }
                }
            }
        }
    }

    fn within(&mut self, set: SetId, classes: &IdSet) -> SetId {
        let both = self.sets.get(set).map(|set| set.intersect(classes)).unwrap_or_default();
        self.sets.intern(both)
    }

    fn intern(&mut self, selection: Selection) -> (SetId, SetId) {
        let certain = self.sets.intern(selection.certain);
        (certain, self.sets.intern(selection.possible))
    }

    fn rule_peers(&mut self, own: NamespaceId, rule: &'c Rule) -> (SetId, SetId) {
        let Some(peers) = &rule.peers else { return (EVERYBODY, EVERYBODY) };
        let key = (peers.as_ptr() as usize, Some(own));
        if let Some(known) = self.peers.get(&key) {
            return *known;
        }
        let mut all = Selection::nothing();
        for peer in peers {
            match peer {
                Peer::Pods { namespaces, pods } => {
                    let found = self.engine.pod_peers(own, namespaces.as_ref(), pods.as_ref());
                    all.add(&found.selection);
                }
                Peer::Block(block) => {
                    let pods = self.engine.options().ip_blocks == IpBlocks::MatchPodIps;
                    all.add(self.addresses(block.addresses(), pods));
                }
                Peer::Invalid => {}
            }
        }
        let ids = self.intern(all);
        self.peers.insert(key, ids);
        ids
    }

    fn addresses(&mut self, set: AddressSet, pods: bool) -> &Selection {
        let cluster = self.engine.cluster();
        let universe = self.universe;
        let found = self.addresses.entry((set, pods));
        found.or_insert_with_key(|(set, pods)| universe.in_addresses(cluster, set, *pods))
    }

    fn admin_peers(&mut self, rule: &'c AdminRule) -> (SetId, SetId) {
        let key = (rule.peers.as_ptr() as usize, None);
        if let Some(known) = self.peers.get(&key) {
            return *known;
        }
        let mut all = Selection::nothing();
        for peer in &rule.peers {
            match peer {
                AdminPeer::Pods(scope) => {
                    let found = self.engine.scope(scope);
                    all.add(&found.selection);
                }
                AdminPeer::Nodes(selector) => all.add(&self.nodes(selector)),
                AdminPeer::Networks(networks) => {
                    let set = networks.iter().copied().collect();
                    all.add(self.addresses(set, true));
                }
                AdminPeer::DomainNames(_) => {
                    let atoms = self.universe.atoms().map(|(id, _)| id).collect();
                    all.possible.union_with(&atoms);
                }
                AdminPeer::Unknown if rule.action != Action::Accept => {
                    all.add(&Selection::exactly(self.universe.everybody.clone()));
                }
                AdminPeer::Unknown => {}
            }
        }
        let ids = self.intern(all);
        self.peers.insert(key, ids);
        ids
    }

    fn nodes(&self, selector: &crate::sets::LabelSelector) -> Selection {
        let (mut certain, mut possible) = (IdSet::new(), IdSet::new());
        for (class, id) in self.cluster().classes.iter().zip(0..).filter(|(class, _)| class.host_network) {
            let found = self.engine.node_match(class, selector);
            if found == Match::Yes {
                certain.insert(id);
            }
            if found != Match::No {
                possible.insert(id);
            }
        }
        Selection { certain, possible }
    }
}

fn named_ports<'c>(cluster: &'c Cluster<'c>) -> BTreeMap<&'c str, BTreeMap<(Protocol, u16), IdSet>> {
    let mut ids: BTreeMap<&str, BTreeMap<(Protocol, u16), Vec<u32>>> = BTreeMap::new();
    let selectable = cluster.classes.iter().zip(0..).filter(|(class, _)| !class.host_network);
    for (class, id) in selectable {
        for port in class.ports {
            if let Some(name) = port.name.as_deref() {
                ids.entry(name).or_default().entry((port.protocol, port.port)).or_default().push(id);
            }
        }
    }
    let sets = |ports: BTreeMap<_, Vec<u32>>| {
        ports.into_iter().map(|(port, ids)| (port, IdSet::from_sorted(ids))).collect()
    };
    ids.into_iter().map(|(name, ports)| (name, sets(ports))).collect()
}

/// The list of a class.
pub(super) fn of_class(sides: &[Side; 2], direction: Direction, class: u32) -> Option<(u32, &List)> {
    let side = by_direction(sides, direction);
    let id = *side.of_class.get(class as usize)?;
    Some((id, side.lists.get(id as usize)?))
}
