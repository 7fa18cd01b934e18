//! Whether the policies at the other end of a rule let any of it through.
//!
//! The answer is for all of a rule's own Pods at once, and "no" is proven: whatever is unknown, admin policies that
//! accept something, and blocks that may hold Pods' addresses all count as letting it through. It hangs only on
//! the policies that select the other end, so it is computed once for all classes that the same policies select.

use std::rc::Rc;

use super::{Context, world};
use crate::cluster::{Class, ClassId, NamespaceId, PolicyId, PolicyInfo};
use crate::engine::{Engine, Isolation, PodPeers};
use crate::model::{Action, Direction, Peer, Port, Rule};
use crate::sets::{AddressSet, ConnectionSet, FastMap, IdSet};

/// What the policies of one direction say at the other ends of rules of the opposite direction.
pub(super) struct OtherEnds<'x, 'c> {
    cx: &'x Context<'c>,
    direction: Direction,
    /// By policy its rules.
    rules: Vec<Vec<Reach<'c>>>,
    /// Classes that are not proven to be isolated by known policies alone.
    unclear: IdSet,
    /// By class the number that it shares with the classes that the same policies select.
    groups: Vec<u32>,
}

/// A rule at the other end.
struct Reach<'c> {
    rule: &'c Rule,
    everybody: bool,
    /// Whom it names, with the namespace where that is the policy's own.
    peers: Vec<(Option<NamespaceId>, Rc<PodPeers>)>,
    by_name: bool,
    numbers: ConnectionSet,
}

/// The Pods of one rule that are asked about, and the answers about it.
pub(super) struct Asked<'n> {
    namespace: NamespaceId,
    near: &'n IdSet,
    known: Vec<Option<bool>>,
    /// Whether the ports are the same at every other end, so that answers are kept.
    same_ports: bool,
}

impl<'n> Asked<'n> {
    /// About a rule of a policy.
    pub(super) fn new(policy: &'n PolicyInfo<'_>, rule: &Rule) -> Self {
        Self {
            namespace: policy.namespace,
            near: &policy.subject.certain,
            known: Vec::new(),
            same_ports: !is_by_name(rule),
        }
    }
}

impl Asked<'_> {
    /// Whether a rule at the other end may name some of the Pods.
    fn reached_by(&self, rule: &Reach<'_>) -> bool {
        let mut peers = rule.peers.iter().filter(|(own, _)| own.is_none_or(|own| own == self.namespace));
        rule.everybody || peers.any(|(_, peers)| peers.selection.possible.intersects(self.near))
    }
}

impl<'x, 'c> OtherEnds<'x, 'c> {
    /// Reads the policies of a direction.
    pub(super) fn new(cx: &'x Context<'c>, direction: Direction) -> Self {
        let pod_ranges = world::pod_ranges();
        let rules = cx.cluster.policies.iter().map(|policy| {
            let rules = policy.policy.half(direction).rules.iter();
            rules.map(|rule| reach(cx, policy.namespace, rule, &pod_ranges)).collect()
        });
        let rules: Vec<Vec<Reach<'c>>> = rules.collect();
        let groups = groups(cx, direction, &rules);
        Self { cx, direction, rules, unclear: unclear(cx, direction), groups }
    }

    /// Whether anything of `on` may pass between some class that is asked about and this one at the other end. For
    /// ingress `on` are ports there, for egress ports at the classes that are asked about.
    pub(super) fn lets_through(&self, far: ClassId, on: &ConnectionSet, asked: &mut Asked<'_>) -> bool {
        if self.unclear.contains(far.0) {
            return true;
        }
        let group = self.groups.get(far.index()).copied().unwrap_or_default() as usize;
        if let Some(Some(known)) = asked.known.get(group) {
            return *known;
        }
        let class = self.cx.cluster.class(far);
        let mut rules = self.rules_of(far);
        let passes = rules.any(|(_, rule)| match rule.by_name {
            false => !rule.numbers.is_disjoint(on) && asked.reached_by(rule),
            true => asked.reached_by(rule) && !self.ports(rule, class, asked.near).is_disjoint(on),
        });
        if asked.same_ports {
            if asked.known.len() <= group {
                asked.known.resize(group + 1, None);
            }
            if let Some(known) = asked.known.get_mut(group) {
                *known = Some(passes);
            }
        }
        passes
    }

    /// The ports, with the policy that names them, on which the other end lets some of the Pods through, where it does
    /// so on others than those that are asked for.
    pub(super) fn on_other_ports(
        &self,
        far: ClassId,
        asked: &Asked<'_>,
    ) -> Option<(PolicyId, ConnectionSet)> {
        let class = self.cx.cluster.class(far);
        let rules = self.rules_of(far).filter(|(_, rule)| asked.reached_by(rule));
        let mut ports = rules.map(|(id, rule)| (id, self.ports(rule, class, asked.near)));
        ports.find(|(_, ports)| !ports.is_empty())
    }

    fn rules_of(&self, far: ClassId) -> impl Iterator<Item = (PolicyId, &Reach<'c>)> {
        let policies = self.cx.engine.policies_of(self.direction, far).iter();
        policies.flat_map(|id| self.rules.get(id.index()).into_iter().flatten().map(|rule| (*id, rule)))
    }

    fn ports(&self, rule: &Reach<'c>, far: Option<&Class<'_>>, near: &IdSet) -> ConnectionSet {
        if !rule.by_name {
            return rule.numbers.clone();
        }
        match self.direction {
            Direction::Ingress => far.map(|class| Engine::rule_ports(rule.rule, class)).unwrap_or_default(),
            Direction::Egress => ports_at(self.cx, rule.rule, near),
        }
    }
}

/// The connections that a rule's ports stand for at any of these classes.
pub(super) fn ports_at(cx: &Context<'_>, rule: &Rule, classes: &IdSet) -> ConnectionSet {
    if !is_by_name(rule) {
        return rule.numbers();
    }
    let classes = classes.iter().filter_map(|id| cx.cluster.class(ClassId(id)));
    classes.fold(ConnectionSet::none(), |sum, class| sum.union(&Engine::rule_ports(rule, class)))
}

/// Whether a rule names ports by name.
pub(super) fn is_by_name(rule: &Rule) -> bool {
    rule.ports.iter().flatten().any(|port| matches!(port, Port::Named { .. }))
}

fn reach<'c>(cx: &Context<'c>, own: NamespaceId, rule: &'c Rule, pod_ranges: &AddressSet) -> Reach<'c> {
    let may_be_pods =
        |peer: &Peer| matches!(peer, Peer::Block(block) if !block.addresses().is_disjoint(pod_ranges));
    let pods = rule.peers.iter().flatten().filter_map(|peer| match peer {
        Peer::Pods { namespaces, pods } => {
            let found = cx.engine.pod_peers(own, namespaces.as_ref(), pods.as_ref());
            Some((namespaces.is_none().then_some(own), found))
        }
        _ => None,
    });
    Reach {
        rule,
        everybody: rule.peers.as_ref().is_none_or(|peers| peers.iter().any(may_be_pods)),
        peers: pods.collect(),
        by_name: is_by_name(rule),
        numbers: rule.numbers(),
    }
}

/// Numbers for classes that the same policies select; ports count where an ingress rule asks for one by its name.
fn groups(cx: &Context<'_>, direction: Direction, rules: &[Vec<Reach<'_>>]) -> Vec<u32> {
    let mut known = FastMap::default();
    let mut groups = Vec::with_capacity(cx.cluster.classes.len());
    for (class, id) in cx.cluster.classes.iter().zip(0u32..) {
        let policies = cx.engine.policies_of(direction, ClassId(id));
        let mut rules = policies.iter().filter_map(|id| rules.get(id.index())).flatten();
        let by_name = direction == Direction::Ingress && rules.any(|rule| rule.by_name);
        let next = crate::text::offset(known.len());
        groups.push(*known.entry((policies, by_name.then_some(class.ports))).or_insert(next));
    }
    groups
}

fn unclear(cx: &Context<'_>, direction: Direction) -> IdSet {
    let classes = (0u32..).zip(&cx.cluster.classes).map(|(id, class)| (ClassId(id), class));
    let open = classes.filter(|(id, class)| {
        cx.engine.isolation(direction, *id) != Isolation::Isolated
            || cx.engine.foreign_in(class.namespace).is_some()
    });
    let mut unclear: IdSet = open.map(|(id, _)| id.0).collect();
    for policy in &cx.cluster.policies {
        if policy.policy.refused {
            unclear.union_with(&policy.subject.possible);
        } else if policy.affects(direction) && policy.subject.certain != policy.subject.possible {
            unclear.union_with(&policy.subject.possible.subtract(&policy.subject.certain));
        }
    }
    for info in &cx.cluster.admin {
        let mut rules = info.policy.rules(direction).iter();
        if info.policy.refused || rules.any(|rule| rule.action == Action::Accept) {
            unclear.union_with(&info.subject.possible);
        }
    }
    unclear
}
