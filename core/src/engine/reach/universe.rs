//! Everybody who can be at the other end of a connection, as one range of ids: the classes of the cluster, then the
//! atoms, which are sets of outside addresses that no CIDR in use tells apart.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::cluster::{Class, Cluster, Selection};
use crate::engine::Match;
use crate::engine::matching::in_addresses;
use crate::sets::{AddressSet, IdSet, split_atoms};

/// The ids of all peers.
pub(super) struct Universe {
    classes: u32,
    atoms: Vec<AddressSet>,
    /// The ranges of all atoms, ascending, each with its atom's id.
    pieces: Vec<(IpAddr, IpAddr, u32)>,
    /// Everybody.
    pub(super) everybody: IdSet,
    /// Classes on their node's network.
    nodes: IdSet,
}

impl Universe {
    /// The classes of a cluster, and the atoms that these sets of addresses tell apart.
    pub(super) fn new(cluster: &Cluster<'_>, used: &BTreeSet<AddressSet>) -> Self {
        let classes = crate::text::offset(cluster.classes.len());
        let used: Vec<AddressSet> = used.iter().cloned().collect();
        // Where no CIDR tells the families apart, they are still two.
        let atoms: Vec<AddressSet> = split_atoms(&used).iter().flat_map(families).collect();
        let mut pieces: Vec<_> = atoms
            .iter()
            .zip(classes..)
            .flat_map(|(atom, id)| atom.ranges().map(move |(low, high)| (low, high, id)))
            .collect();
        pieces.sort_unstable();
        let everybody = IdSet::full(classes + crate::text::offset(atoms.len()));
        let nodes = cluster.classes.iter().zip(0..).filter(|(class, _)| class.host_network);
        let nodes = nodes.map(|(_, id)| id).collect();
        Self { classes, atoms, pieces, everybody, nodes }
    }

    /// How many ids there are.
    pub(super) fn len(&self) -> u32 {
        self.classes + crate::text::offset(self.atoms.len())
    }

    /// The atoms with their ids.
    pub(super) fn atoms(&self) -> impl Iterator<Item = (u32, &AddressSet)> {
        (self.classes..).zip(&self.atoms)
    }

    /// The atom that holds an address.
    pub(super) fn atom_of(&self, address: IpAddr) -> Option<u32> {
        let after = self.pieces.partition_point(|(low, ..)| *low <= address);
        let (_, high, id) = self.pieces.get(after.checked_sub(1)?)?;
        (address <= *high).then_some(*id)
    }

    /// Who has an address in a set that atoms are made of: atoms, nodes, and with `pods` also Pods.
    pub(super) fn in_addresses(&self, cluster: &Cluster<'_>, set: &AddressSet, pods: bool) -> Selection {
        let mut atoms: Vec<u32> = Vec::new();
        for (low, high) in set.ranges() {
            let first = self.pieces.partition_point(|(start, ..)| *start < low);
            let covered = self.pieces.iter().skip(first).take_while(|(start, ..)| *start <= high);
            atoms.extend(covered.map(|(.., id)| *id));
        }
        let atoms = IdSet::from_sorted(atoms);
        let mut found = Selection::exactly(atoms);
        let candidates: Box<dyn Iterator<Item = (u32, &Class<'_>)>> = if pods {
            Box::new((0..).zip(&cluster.classes))
        } else {
            Box::new(self.nodes.iter().filter_map(|id| Some((id, cluster.classes.get(id as usize)?))))
        };
        let (mut certain, mut possible) = (Vec::new(), Vec::new());
        for (id, class) in candidates {
            match in_addresses(class, set) {
                Match::No => continue,
                Match::Maybe => {}
                Match::Yes => certain.push(id),
            }
            possible.push(id);
        }
        found.certain.union_with(&IdSet::from_sorted(certain));
        found.possible.union_with(&IdSet::from_sorted(possible));
        found
    }
}

/// The IPv4 and the IPv6 part of a set, as far as there are any.
fn families(set: &AddressSet) -> impl Iterator<Item = AddressSet> + use<> {
    let parts = [AddressSet::all_ipv4(), AddressSet::all_ipv6()].map(|family| set.intersect(&family));
    parts.into_iter().filter(|part| !part.is_empty())
}
