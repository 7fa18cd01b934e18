//! Sets of IP addresses, and the split of all addresses into atoms.
//!
//! Invariant: the two families never mix. `0.0.0.0/0` and `::/0` are disjoint, and an IPv4-mapped IPv6 address is an
//! IPv6 address.

use super::{Intervals, Point};
use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// A set of IPv4 and IPv6 addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressSet {
    v4: Intervals<u32>,
    v6: Intervals<u128>,
}

impl AddressSet {
    /// No address.
    pub const fn empty() -> Self {
        Self { v4: Intervals::empty(), v6: Intervals::empty() }
    }

    /// Every address of both families.
    pub fn all() -> Self {
        Self { v4: Intervals::full(), v6: Intervals::full() }
    }

    /// Every IPv4 address.
    pub fn all_ipv4() -> Self {
        Self { v4: Intervals::full(), ..Self::empty() }
    }

    /// Every IPv6 address.
    pub fn all_ipv6() -> Self {
        Self { v6: Intervals::full(), ..Self::empty() }
    }

    /// The addresses of all `ranges` (inclusive). A range that ends before it starts, or that starts in one family and
    /// ends in the other, holds nothing.
    pub fn from_ranges(ranges: impl IntoIterator<Item = (IpAddr, IpAddr)>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for range in ranges {
            match range {
                (IpAddr::V4(low), IpAddr::V4(high)) => v4.push((low.to_bits(), high.to_bits())),
                (IpAddr::V6(low), IpAddr::V6(high)) => v6.push((low.to_bits(), high.to_bits())),
                _ => {}
            }
        }
        Self { v4: Intervals::from_ranges(v4), v6: Intervals::from_ranges(v6) }
    }

    /// The addresses in either set.
    pub fn union(&self, other: &Self) -> Self {
        Self { v4: self.v4.union(&other.v4), v6: self.v6.union(&other.v6) }
    }

    /// The addresses in both sets.
    pub fn intersect(&self, other: &Self) -> Self {
        Self { v4: self.v4.intersect(&other.v4), v6: self.v6.intersect(&other.v6) }
    }

    /// The addresses of this set that are not in `other`.
    pub fn subtract(&self, other: &Self) -> Self {
        Self { v4: self.v4.subtract(&other.v4), v6: self.v6.subtract(&other.v6) }
    }

    /// The addresses of both families that are not in this set.
    pub fn complement(&self) -> Self {
        Self { v4: self.v4.complement(), v6: self.v6.complement() }
    }

    /// Whether `address` is in the set.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.contains(address.to_bits()),
            IpAddr::V6(address) => self.v6.contains(address.to_bits()),
        }
    }

    /// Whether every address of this set is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.v4.is_subset(&other.v4) && self.v6.is_subset(&other.v6)
    }

    /// Whether the sets share no address.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.v4.is_disjoint(&other.v4) && self.v6.is_disjoint(&other.v6)
    }

    /// Whether the set holds nothing.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether the set holds every IPv4 address, whatever else it holds.
    pub fn is_all_ipv4(&self) -> bool {
        self.v4.is_full()
    }

    /// Whether the set holds every IPv6 address, whatever else it holds.
    pub fn is_all_ipv6(&self) -> bool {
        self.v6.is_full()
    }

    /// The IPv4 part, as numbers in host order.
    pub const fn ipv4(&self) -> &Intervals<u32> {
        &self.v4
    }

    /// The IPv6 part, as numbers in host order.
    pub const fn ipv6(&self) -> &Intervals<u128> {
        &self.v6
    }

    /// The maximal ranges (inclusive), ascending, IPv4 first.
    pub fn ranges(&self) -> impl Iterator<Item = (IpAddr, IpAddr)> {
        let v4 = self.v4.iter().map(|(low, high)| (ipv4(low).into(), ipv4(high).into()));
        let v6 = self.v6.iter().map(|(low, high)| (ipv6(low).into(), ipv6(high).into()));
        v4.chain(v6)
    }

    /// The fewest CIDRs that hold exactly these addresses, ascending, IPv4 first.
    pub fn to_cidrs(&self) -> Vec<IpNet> {
        let v4 = self.v4.iter().flat_map(|(low, high)| Ipv4Subnets::new(ipv4(low), ipv4(high), 0));
        let v6 = self.v6.iter().flat_map(|(low, high)| Ipv6Subnets::new(ipv6(low), ipv6(high), 0));
        v4.map(IpNet::V4).chain(v6.map(IpNet::V6)).collect()
    }
}

impl From<IpNet> for AddressSet {
    /// The addresses of a network; host bits don't matter.
    fn from(net: IpNet) -> Self {
        Self::from_iter([net])
    }
}

impl From<IpAddr> for AddressSet {
    fn from(address: IpAddr) -> Self {
        Self::from_ranges([(address, address)])
    }
}

impl FromIterator<IpNet> for AddressSet {
    fn from_iter<I: IntoIterator<Item = IpNet>>(nets: I) -> Self {
        Self::from_ranges(nets.into_iter().map(|net| (net.network(), net.broadcast())))
    }
}

const fn ipv4(bits: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(bits)
}

const fn ipv6(bits: u128) -> Ipv6Addr {
    Ipv6Addr::from_bits(bits)
}

/// The coarsest partition of all IPv4 and IPv6 addresses in which each of `sets` is a union of parts: two addresses
/// share a part if and only if the same sets hold them. A part may have addresses of both families.
///
/// The parts stand in the order of their first addresses, IPv4 first. A set costs as much time as it covers or leaves
/// out pieces, whichever is less, where pieces are what all the ends of all ranges cut the addresses into.
pub fn split_atoms(sets: &[AddressSet]) -> Vec<AddressSet> {
    let v4 = pieces(sets.iter().map(AddressSet::ipv4)).into_iter();
    let v6 = pieces(sets.iter().map(AddressSet::ipv6)).into_iter();
    let pieces: Vec<(IpAddr, IpAddr)> = v4
        .map(|(low, high)| (ipv4(low).into(), ipv4(high).into()))
        .chain(v6.map(|(low, high)| (ipv6(low).into(), ipv6(high).into())))
        .collect();

    let mut classes = vec![0; pieces.len()];
    let mut fresh = 1..;
    for set in sets {
        let mut members = covered(&pieces, set);
        if members.iter().map(ExactSizeIterator::len).sum::<usize>() > pieces.len() / 2 {
            members = covered(&pieces, &set.complement());
        }
        let mut split = BTreeMap::new();
        for range in members {
            for class in classes.get_mut(range).into_iter().flatten() {
                *class = *split.entry(*class).or_insert_with(|| fresh.next().unwrap_or_default());
            }
        }
    }

    let mut atoms: Vec<Vec<(IpAddr, IpAddr)>> = Vec::new();
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    for (piece, class) in pieces.into_iter().zip(classes) {
        let number = *numbers.entry(class).or_insert(atoms.len());
        match atoms.get_mut(number) {
            Some(atom) => atom.push(piece),
            None => atoms.push(vec![piece]),
        }
    }
    atoms.into_iter().map(AddressSet::from_ranges).collect()
}

/// The ranges, ascending and without gaps, that the ends of all sets cut the line into.
fn pieces<'a, T: Point + 'a>(sets: impl Iterator<Item = &'a Intervals<T>>) -> Vec<(T, T)> {
    let mut starts = vec![T::MIN];
    for (low, high) in sets.flat_map(Intervals::iter) {
        starts.push(low);
        starts.extend(high.next());
    }
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().filter_map(|start| start.previous()).chain([T::MAX]);
    starts.iter().copied().zip(ends).collect()
}

/// The positions of the pieces that `set` is made of.
fn covered(pieces: &[(IpAddr, IpAddr)], set: &AddressSet) -> Vec<Range<usize>> {
    set.ranges()
        .map(|(low, high)| {
            let first = pieces.partition_point(|(start, _)| *start < low);
            first..pieces.partition_point(|(start, _)| *start <= high)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    /// Networks that nest, touch and overlap often: few address bits vary, at both ends of the address.
    fn nets() -> impl Strategy<Value = Vec<IpNet>> {
        let v4 = (0..4_u32, 0..8_u32, prop_oneof![0..=3_u8, 28..=32_u8]).prop_map(|(high, low, prefix)| {
            let bits = high.wrapping_mul(0x5555_5555) & 0xC000_0000 | low;
            IpNet::new(ipv4(bits).into(), prefix).unwrap()
        });
        let v6 = (0..4_u128, 0..8_u128, prop_oneof![0..=3_u8, 124..=128_u8])
            .prop_map(|(high, low, prefix)| IpNet::new(ipv6(high << 126 | low).into(), prefix).unwrap());
        proptest::collection::vec(prop_oneof![v4, v6], 0..5)
    }

    /// The first and last address of every network, and their neighbours: sets made of the networks by Boolean
    /// operations are constant between these.
    fn probes<'a>(nets: impl IntoIterator<Item = &'a IpNet>) -> BTreeSet<IpAddr> {
        let around = |address: IpAddr| match address {
            IpAddr::V4(a) => [u32::wrapping_sub, u32::wrapping_add].map(|f| ipv4(f(a.to_bits(), 1)).into()),
            IpAddr::V6(a) => [u128::wrapping_sub, u128::wrapping_add].map(|f| ipv6(f(a.to_bits(), 1)).into()),
        };
        let families = [net("0.0.0.0/0"), net("::/0")];
        let ends = nets.into_iter().copied().chain(families).flat_map(|net| [net.network(), net.broadcast()]);
        ends.flat_map(|end| around(end).into_iter().chain([end])).collect()
    }

    fn model(nets: &[IpNet], probes: &BTreeSet<IpAddr>) -> BTreeSet<IpAddr> {
        probes.iter().copied().filter(|probe| nets.iter().any(|net| net.contains(probe))).collect()
    }

    fn members(set: &AddressSet, probes: &BTreeSet<IpAddr>) -> BTreeSet<IpAddr> {
        probes.iter().copied().filter(|probe| set.contains(*probe)).collect()
    }

    proptest! {
        #[test]
        fn operations_agree_with_the_model(left in nets(), right in nets()) {
            let probes = probes(left.iter().chain(&right));
            let (a, b) = (AddressSet::from_iter(left.clone()), AddressSet::from_iter(right.clone()));
            let (left, right) = (model(&left, &probes), model(&right, &probes));
            prop_assert_eq!(&members(&a, &probes), &left);
            prop_assert_eq!(members(&a.union(&b), &probes), &left | &right);
            prop_assert_eq!(members(&a.intersect(&b), &probes), &left & &right);
            prop_assert_eq!(members(&a.subtract(&b), &probes), &left - &right);
            prop_assert_eq!(members(&a.complement(), &probes), &probes - &left);
            prop_assert_eq!(a.is_subset(&b), left.is_subset(&right));
            prop_assert_eq!(a.is_disjoint(&b), left.is_disjoint(&right));
            prop_assert_eq!(a == b, left == right);
            prop_assert_eq!(a.is_empty(), left.is_empty());
            prop_assert_eq!(a.is_all_ipv4(), probes.iter().all(|p| p.is_ipv6() || left.contains(p)));
            prop_assert_eq!(a.is_all_ipv6(), probes.iter().all(|p| p.is_ipv4() || left.contains(p)));
            prop_assert_eq!(AddressSet::from_ranges(a.ranges()), a);
        }

        #[test]
        fn cidrs_are_exact_sorted_and_minimal(left in nets(), right in nets()) {
            let set = AddressSet::from_iter(left).subtract(&AddressSet::from_iter(right));
            let cidrs = set.to_cidrs();
            prop_assert!(cidrs.is_sorted());
            let mut minimal = IpNet::aggregate(&cidrs);
            minimal.sort_unstable();
            prop_assert_eq!(&minimal, &cidrs);
            prop_assert_eq!(AddressSet::from_iter(cidrs), set);
        }

        #[test]
        fn atoms_are_the_coarsest_refinement(lists in proptest::collection::vec(nets(), 0..5)) {
            let sets: Vec<_> = lists.iter().cloned().map(AddressSet::from_iter).collect();
            let atoms = split_atoms(&sets);
            let mut rest = AddressSet::all();
            for atom in &atoms {
                prop_assert!(!atom.is_empty() && atom.is_subset(&rest));
                prop_assert!(sets.iter().all(|set| atom.is_subset(set) || atom.is_disjoint(set)));
                rest = rest.subtract(atom);
            }
            prop_assert!(rest.is_empty());
            let signature = |atom: &AddressSet| sets.iter().map(|set| atom.is_subset(set)).collect::<Vec<_>>();
            prop_assert_eq!(atoms.iter().map(signature).collect::<BTreeSet<_>>().len(), atoms.len());
            let firsts: Vec<_> = atoms.iter().filter_map(|atom| atom.ranges().next()).collect();
            prop_assert!(firsts.is_sorted());
        }
    }

    #[test]
    fn families_never_mix() {
        let (v4, v6) = (AddressSet::from(net("0.0.0.0/0")), AddressSet::from(net("::/0")));
        assert!(v4.is_disjoint(&v6));
        assert_eq!((&v4, &v6), (&AddressSet::all_ipv4(), &AddressSet::all_ipv6()));
        assert!(!v4.contains("::ffff:10.0.0.1".parse().unwrap()));
        assert_eq!(v4.union(&v6), AddressSet::all());
        assert_eq!(v4.complement(), v6);
    }

    #[test]
    fn an_exception_splits_a_network_into_the_fewest_cidrs() {
        let metadata: IpAddr = "169.254.169.254".parse().unwrap();
        let set = AddressSet::all_ipv4().subtract(&metadata.into());
        let cidrs = set.to_cidrs();
        assert_eq!(cidrs.len(), 32);
        assert_eq!(cidrs.first(), Some(&net("0.0.0.0/1")));
        assert_eq!(AddressSet::all().to_cidrs(), [net("0.0.0.0/0"), net("::/0")]);
    }

    #[test]
    fn without_sets_there_is_one_atom() {
        assert_eq!(split_atoms(&[]), [AddressSet::all()]);
        let private = AddressSet::from(net("10.0.0.0/8"));
        assert_eq!(split_atoms(&[private.clone(), private.clone()]), [private.complement(), private]);
    }
}
