//! What changed in the objects themselves: policies, workloads and namespaces, compared by what they mean and not by
//! their text.

use std::collections::{BTreeMap, HashMap};

use super::align::Aligned;
use crate::cluster::{ObjectId, WorkloadInfo};
use crate::engine::PolicyRef;
use crate::model::{Workload, group};
use crate::workspace::Scene;

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    Changed,
    Added,
    Removed,
}

/// Who a policy is on both sides: API group, kind, namespace and name; of several objects of one identity the
/// position among them.
type Identity<'s> = (&'s str, &'s str, Option<&'s str>, &'s str, usize);

/// A policy of either side.
#[derive(Clone, Copy, Debug)]
pub(super) struct PolicyPair {
    pub(super) sides: [Option<PolicyRef>; 2],
    pub(super) fate: Fate,
}

/// A part of a workload that flows hang on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Labels,
    Ports,
    Network,
}

/// Everything that changed.
pub(super) struct Inventory {
    policies: Vec<PolicyPair>,
    numbers: [HashMap<PolicyRef, usize>; 2],
    /// For each workload of both sides what changed.
    pub(super) units: Vec<Vec<Part>>,
    /// Namespaces with other labels than before.
    namespaces: BTreeMap<String, [Option<ObjectId>; 2]>,
}

impl Inventory {
    pub(super) fn new(sides: [&Scene<'_>; 2], aligned: &Aligned<'_>) -> Self {
        let (policies, numbers) = policies(sides);
        let units = aligned.units.iter().map(|unit| parts(sides, unit.places)).collect();
        Self { policies, numbers, units, namespaces: namespaces(sides) }
    }

    /// The policy that a side calls so, on both sides.
    pub(super) fn policy(&self, side: usize, policy: PolicyRef) -> Option<(usize, PolicyPair)> {
        let number = *self.numbers.get(side)?.get(&policy)?;
        Some((number, *self.policies.get(number)?))
    }

    /// The objects of a namespace whose labels changed.
    pub(super) fn namespace(&self, name: &str) -> Option<[Option<ObjectId>; 2]> {
        self.namespaces.get(name).copied()
    }
}

fn policies(sides: [&Scene<'_>; 2]) -> (Vec<PolicyPair>, [HashMap<PolicyRef, usize>; 2]) {
    let mut pairs: Vec<PolicyPair> = Vec::new();
    let mut known: HashMap<Identity<'_>, usize> = HashMap::new();
    let mut numbers = [HashMap::new(), HashMap::new()];
    let [before, after] = &mut numbers;
    for (at, (scene, numbers)) in sides.into_iter().zip([before, after]).enumerate() {
        let cluster = scene.cluster();
        let mut seen: HashMap<Identity<'_>, usize> = HashMap::new();
        let network = cluster.policy_ids().map(|(id, info)| (PolicyRef::Network(id), info.object));
        let admin = cluster.admin_ids().map(|(id, info)| (PolicyRef::Admin(id), info.object));
        for (policy, id) in network.chain(admin) {
            let Some(object) = cluster.repository.object(id) else { continue };
            let namespace = cluster.namespace_of(id).map(|id| cluster.namespace_name(id));
            let mut identity = (group(&object.api_version), &*object.kind, namespace, &*object.name, 0);
            let count = seen.entry(identity).or_insert(0);
            identity.4 = *count;
            *count += 1;
            let number = *known.entry(identity).or_insert_with(|| {
                pairs.push(PolicyPair { sides: [None, None], fate: Fate::Kept });
                pairs.len() - 1
            });
            numbers.insert(policy, number);
            if let Some(side) = pairs.get_mut(number).and_then(|pair| pair.sides.get_mut(at)) {
                *side = Some(policy);
            }
        }
    }
    for pair in &mut pairs {
        pair.fate = match pair.sides {
            [Some(old), Some(new)] if is_same(sides, old, new) => Fate::Kept,
            [Some(_), Some(_)] => Fate::Changed,
            [None, _] => Fate::Added,
            [_, None] => Fate::Removed,
        };
    }
    (pairs, numbers)
}

fn is_same([before, after]: [&Scene<'_>; 2], old: PolicyRef, new: PolicyRef) -> bool {
    match (old, new) {
        (PolicyRef::Network(old), PolicyRef::Network(new)) => {
            let policies = (before.cluster().policy(old), after.cluster().policy(new));
            matches!(policies, (Some(a), Some(b)) if a.policy == b.policy)
        }
        (PolicyRef::Admin(old), PolicyRef::Admin(new)) => {
            let policies = (before.cluster().admin_policy(old), after.cluster().admin_policy(new));
            matches!(policies, (Some(a), Some(b)) if a.policy == b.policy)
        }
        _ => false,
    }
}

/// What changed of a workload that both sides have.
fn parts([before, after]: [&Scene<'_>; 2], places: [Option<usize>; 2]) -> Vec<Part> {
    let [Some(old), Some(new)] = places else { return Vec::new() };
    let (old, new) = (pods(before, old), pods(after, new));
    let differ = |same: fn(&Workload, &Workload) -> bool| {
        old.len() != new.len() || old.iter().zip(&new).any(|(a, b)| !same(a, b))
    };
    let labels = differ(|a, b| {
        (&a.labels, a.open_labels, a.runtime_labels) == (&b.labels, b.open_labels, b.runtime_labels)
    });
    let ports = differ(|a, b| a.ports == b.ports);
    let network = differ(|a, b| {
        (a.host_network, &a.pod_ips, &a.node_name, a.host_ip)
            == (b.host_network, &b.pod_ips, &b.node_name, b.host_ip)
    });
    let all = [(Part::Labels, labels), (Part::Ports, ports), (Part::Network, network)];
    all.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect()
}

/// The Pods of a unit, one of each class.
fn pods<'s>(scene: &'s Scene<'_>, unit: usize) -> Vec<&'s Workload> {
    let classes = scene.units.all.get(unit).map_or(&[][..], |unit| &unit.classes);
    classes.iter().filter_map(|id| scene.cluster().class(*id)).map(|class| class.example).collect()
}

fn namespaces([before, after]: [&Scene<'_>; 2]) -> BTreeMap<String, [Option<ObjectId>; 2]> {
    let mut changed = BTreeMap::new();
    for new in &after.cluster().namespaces {
        let old = before.cluster().find_namespace(&new.name).and_then(|id| before.cluster().namespace(id));
        if let Some(old) = old.filter(|old| old.labels != new.labels) {
            changed.insert(new.name.to_string(), [old.object, new.object]);
        }
    }
    changed
}

/// The workload of a unit to point at.
pub(super) fn workload<'s>(scene: &'s Scene<'_>, unit: usize) -> Option<&'s WorkloadInfo<'s>> {
    scene.cluster().workload(scene.units.all.get(unit)?.workload)
}
