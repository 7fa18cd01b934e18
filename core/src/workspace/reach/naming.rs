//! Sets of workloads and addresses under the shortest names that say exactly who they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Scene;
use super::grouped::Party;
use super::units::Unit;
use crate::sets::AddressSet;
use crate::workspace::{FlowGroup, GroupKind};

/// The most exceptions that a range of addresses is named with.
const EXCEPTIONS: usize = 8;

/// A workload as groups name it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'n> {
    /// `namespace/name[Kind]`.
    pub(super) name: &'n str,
    pub(super) namespace: &'n str,
    /// Whether its Pods share their node's network.
    pub(super) is_node: bool,
    /// What is said behind its name where it stands alone.
    pub(super) mark: &'static str,
}

/// The groups of one table, each once.
pub(super) struct Groups<'n> {
    names: Vec<Named<'n>>,
    groups: Vec<FlowGroup>,
    known: HashMap<(GroupKind, String), u32>,
    /// The workloads of each namespace that policies can select, and of the whole cluster.
    namespaces: BTreeMap<&'n str, BTreeSet<usize>>,
    everybody: usize,
}

impl<'n> Groups<'n> {
    pub(super) fn new(scene: &'n Scene<'_>) -> Self {
        let named = |unit: &'n Unit| Named {
            name: &unit.name,
            namespace: scene.namespace_of(unit),
            is_node: unit.host_network,
            mark: "",
        };
        Self::among(scene.units.all.iter().map(named).collect())
    }

    /// Groups of these workloads; parties refer to them by position.
    pub(super) fn among(names: Vec<Named<'n>>) -> Self {
        let mut namespaces: BTreeMap<&'n str, BTreeSet<usize>> = BTreeMap::new();
        for (id, named) in names.iter().enumerate().filter(|(_, named)| !named.is_node) {
            namespaces.entry(named.namespace).or_default().insert(id);
        }
        let everybody = namespaces.values().map(BTreeSet::len).sum();
        Self { names, groups: Vec::new(), known: HashMap::new(), namespaces, everybody }
    }

    /// The groups that these parties are.
    pub(super) fn of(&mut self, parties: &[Party]) -> Vec<u32> {
        let mut units: BTreeSet<usize> = BTreeSet::new();
        let mut addresses = AddressSet::empty();
        let mut with_ingress = false;
        for party in parties {
            match party {
                Party::Units(members) => units.extend(members),
                Party::Addresses(set) => addresses = addresses.union(set),
                Party::Ingress => with_ingress = true,
            }
        }
        let mut ids = self.units(&units);
        if with_ingress {
            ids.push(self.ingress());
        }
        for family in [AddressSet::all_ipv4(), AddressSet::all_ipv6()] {
            let part = addresses.intersect(&family);
            if !part.is_empty() {
                let members = part.to_cidrs().iter().map(ToString::to_string).collect();
                let name = addresses_name(&part, &family);
                ids.push(self.intern(FlowGroup {
                    kind: GroupKind::Addresses,
                    name,
                    namespace: None,
                    members,
                }));
            }
        }
        ids.sort_by_key(|id| self.groups.get(*id as usize).map(|group| (group.kind, group.name.clone())));
        ids
    }

    fn units(&mut self, units: &BTreeSet<usize>) -> Vec<u32> {
        let is_node = |id: &usize| self.names.get(*id).is_some_and(|named| named.is_node);
        let (nodes, pods): (BTreeSet<usize>, BTreeSet<usize>) = units.iter().copied().partition(is_node);
        let mut ids = Vec::new();
        if pods.len() == self.everybody && self.namespaces.len() > 1 {
            ids.push(self.group(GroupKind::Cluster, "every Pod".to_owned(), None, &pods));
        } else {
            let mut by_namespace: BTreeMap<&'n str, BTreeSet<usize>> = BTreeMap::new();
            for id in pods {
                if let Some(named) = self.names.get(id) {
                    by_namespace.entry(named.namespace).or_default().insert(id);
                }
            }
            for (namespace, members) in by_namespace {
                let whole = self.namespaces.get(namespace) == Some(&members) && members.len() > 1;
                if whole {
                    let title = format!("every Pod of {namespace}");
                    ids.push(self.group(GroupKind::Namespace, title, Some(namespace), &members));
                } else {
                    ids.extend(members.into_iter().map(|id| self.unit(GroupKind::Workload, id)));
                }
            }
        }
        ids.extend(nodes.into_iter().map(|id| self.unit(GroupKind::Node, id)));
        ids
    }

    fn unit(&mut self, kind: GroupKind, id: usize) -> u32 {
        let named = self.names.get(id);
        let (name, namespace) = named.map_or((String::new(), None), |named| {
            (format!("{}{}", named.name, named.mark), Some(named.namespace))
        });
        self.group(kind, name, namespace, &BTreeSet::from([id]))
    }

    fn group(
        &mut self,
        kind: GroupKind,
        name: String,
        namespace: Option<&str>,
        members: &BTreeSet<usize>,
    ) -> u32 {
        let members = members.iter().filter_map(|id| self.names.get(*id)).map(|named| named.name.to_owned());
        let members = members.collect();
        self.intern(FlowGroup { kind, name, namespace: namespace.map(str::to_owned), members })
    }

    /// Clients outside that come in through a controller.
    fn ingress(&mut self) -> u32 {
        let name = "clients of Ingresses, Gateways and Routes".to_owned();
        self.intern(FlowGroup { kind: GroupKind::Ingress, name, namespace: None, members: Vec::new() })
    }

    fn intern(&mut self, group: FlowGroup) -> u32 {
        let groups = &mut self.groups;
        *self.known.entry((group.kind, group.name.clone())).or_insert_with(|| {
            groups.push(group);
            crate::text::offset(groups.len() - 1)
        })
    }

    /// All groups.
    pub(super) fn finish(self) -> Vec<FlowGroup> {
        self.groups
    }
}

/// Addresses of one family: their CIDRs, or the whole family with exceptions where that is shorter.
pub(crate) fn addresses_name(set: &AddressSet, family: &AddressSet) -> String {
    let list = |set: &AddressSet| set.to_cidrs().iter().map(ToString::to_string).collect::<Vec<_>>();
    let (inside, outside) = (list(set), list(&family.subtract(set)));
    if outside.is_empty() || (outside.len() < inside.len() && outside.len() <= EXCEPTIONS) {
        let whole = list(family).concat();
        if outside.is_empty() { whole } else { format!("{whole} except {}", outside.join(", ")) }
    } else {
        inside.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_named_by_what_is_shorter() {
        let all = AddressSet::all_ipv4();
        let net = |text: &str| AddressSet::from(text.parse::<ipnet::IpNet>().unwrap());
        assert_eq!(addresses_name(&all, &all), "0.0.0.0/0");
        assert_eq!(addresses_name(&all.subtract(&net("10.0.0.0/8")), &all), "0.0.0.0/0 except 10.0.0.0/8");
        assert_eq!(
            addresses_name(&net("10.0.0.0/8").union(&net("192.0.2.0/24")), &all),
            "10.0.0.0/8, 192.0.2.0/24"
        );
    }

    fn groups_of(parties: &[Party]) -> Vec<(GroupKind, String, usize)> {
        let named = |name, namespace, is_node| Named { name, namespace, is_node, mark: "" };
        let mut groups = Groups::among(vec![
            named("x/a[Pod]", "x", false),
            named("x/b[Pod]", "x", false),
            named("z/a[Pod]", "z", false),
            named("x/agent[DaemonSet]", "x", true),
        ]);
        let ids = groups.of(parties);
        assert_eq!(groups.of(parties), ids, "the same groups again");
        let all = groups.finish();
        assert_eq!(all.len(), ids.len());
        let group = |id: &u32| all.get(*id as usize).unwrap();
        ids.iter().map(group).map(|group| (group.kind, group.name.clone(), group.members.len())).collect()
    }

    #[test]
    fn groups_have_the_shortest_name_that_says_who_they_are() {
        let units = |ids: &[usize]| Party::Units(ids.to_vec());
        for (parties, expected) in [
            (vec![units(&[0])], vec![(GroupKind::Workload, "x/a[Pod]", 1)]),
            (vec![units(&[1]), units(&[0])], vec![(GroupKind::Namespace, "every Pod of x", 2)]),
            // One workload is not called everybody, and a node is no Pod to a policy.
            (
                vec![units(&[2, 3])],
                vec![(GroupKind::Workload, "z/a[Pod]", 1), (GroupKind::Node, "x/agent[DaemonSet]", 1)],
            ),
            (vec![units(&[0, 1]), units(&[2])], vec![(GroupKind::Cluster, "every Pod", 3)]),
            (
                vec![Party::Addresses(AddressSet::all()), units(&[0, 2])],
                vec![
                    (GroupKind::Workload, "x/a[Pod]", 1),
                    (GroupKind::Workload, "z/a[Pod]", 1),
                    (GroupKind::Addresses, "0.0.0.0/0", 1),
                    (GroupKind::Addresses, "::/0", 1),
                ],
            ),
        ] {
            let found = groups_of(&parties);
            let found: Vec<_> =
                found.iter().map(|(kind, name, members)| (*kind, &**name, *members)).collect();
            assert_eq!(found, expected, "{parties:?}");
        }
    }
}
