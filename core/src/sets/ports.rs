//! Connections as NetworkPolicy knows them: a protocol and a destination port.
//!
//! The universe is TCP, UDP and SCTP with ports 1 to 65535. Port 0 is no port: nothing here ever holds it. ICMP and
//! other protocols are outside what the API speaks about.

use super::Intervals;
use std::fmt;
use std::str::FromStr;

/// A transport protocol of the NetworkPolicy API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP, which the API takes where none is given.
    #[default]
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// Every protocol, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Sctp];

    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A protocol that the API server refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownProtocol {
    /// Only the case is wrong.
    #[error("unknown protocol `{text}`: protocols are case-sensitive, write `{meant}`")]
    Case {
        /// What was written.
        text: String,
        /// What it would be in the right case.
        meant: Protocol,
    },
    /// Not a protocol of the API.
    #[error("unknown protocol `{text}`: write `TCP`, `UDP` or `SCTP`")]
    Other {
        /// What was written.
        text: String,
    },
}

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    /// Reads the name as the API server does: upper case only.
    fn from_str(text: &str) -> Result<Self, UnknownProtocol> {
        let meant = Self::ALL.into_iter().find(|protocol| protocol.name().eq_ignore_ascii_case(text));
        match meant {
            Some(protocol) if protocol.name() == text => Ok(protocol),
            Some(meant) => Err(UnknownProtocol::Case { text: text.to_owned(), meant }),
            None => Err(UnknownProtocol::Other { text: text.to_owned() }),
        }
    }
}

fn count(ranges: impl Iterator<Item = (u16, u16)>) -> u64 {
    ranges.map(|(first, last)| u64::from(last - first) + 1).sum()
}

/// A set of ports of one protocol, within 1 to 65535.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortSet(Intervals<u16>);

impl PortSet {
    /// No port.
    pub const fn none() -> Self {
        Self(Intervals::empty())
    }

    /// Every port.
    pub fn all() -> Self {
        Self::of(1, u16::MAX)
    }

    /// The ports from `low` to `high`, both included; none where `low` lies above `high`.
    pub fn of(low: u16, high: u16) -> Self {
        Self(Intervals::new(low.max(1), high))
    }

    /// The ports in either set.
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0))
    }

    /// The ports in both sets.
    pub fn intersect(&self, other: &Self) -> Self {
        Self(self.0.intersect(&other.0))
    }

    /// The ports of this set that are not in `other`.
    pub fn subtract(&self, other: &Self) -> Self {
        Self(self.0.subtract(&other.0))
    }

    /// How many ports there are.
    pub fn count(&self) -> u64 {
        count(self.0.iter())
    }

    /// How many ports both have.
    pub fn count_common(&self, other: &Self) -> u64 {
        count(self.0.overlaps(&other.0))
    }

    /// Whether `port` is in the set.
    pub fn contains(&self, port: u16) -> bool {
        self.0.contains(port)
    }

    /// Whether every port of this set is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Whether the sets share no port.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.0.is_disjoint(&other.0)
    }

    /// Whether the set holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the set holds every port.
    pub fn is_all(&self) -> bool {
        self.0.iter().eq([(1, u16::MAX)])
    }

    /// The maximal ranges (inclusive), ascending.
    pub fn ranges(&self) -> impl ExactSizeIterator<Item = (u16, u16)> {
        self.0.iter()
    }
}

impl fmt::Display for PortSet {
    /// Ports and ranges with commas between, `80,8000-8099`; nothing for the empty set.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (low, high)) in self.ranges().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            if low == high {
                write!(f, "{comma}{low}")?;
            } else {
                write!(f, "{comma}{low}-{high}")?;
            }
        }
        Ok(())
    }
}

/// A set of connections: the ports of each protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionSet {
    tcp: PortSet,
    udp: PortSet,
    sctp: PortSet,
}

impl ConnectionSet {
    /// No connection.
    pub const fn none() -> Self {
        Self { tcp: PortSet::none(), udp: PortSet::none(), sctp: PortSet::none() }
    }

    /// Every port of every protocol.
    pub fn all() -> Self {
        Self { tcp: PortSet::all(), udp: PortSet::all(), sctp: PortSet::all() }
    }

    /// The ports of `protocol` from `low` to `high`, both included; none where `low` lies above `high`.
    pub fn of(protocol: Protocol, low: u16, high: u16) -> Self {
        let mut set = Self::none();
        *set.ports_mut(protocol) = PortSet::of(low, high);
        set
    }

    /// Adds the ports of `protocol` from `low` to `high`, both included.
    pub fn insert(&mut self, protocol: Protocol, low: u16, high: u16) {
        self.ports_mut(protocol).0.insert(low.max(1), high);
    }

    /// The ports of one protocol.
    pub const fn ports(&self, protocol: Protocol) -> &PortSet {
        match protocol {
            Protocol::Tcp => &self.tcp,
            Protocol::Udp => &self.udp,
            Protocol::Sctp => &self.sctp,
        }
    }

    const fn ports_mut(&mut self, protocol: Protocol) -> &mut PortSet {
        match protocol {
            Protocol::Tcp => &mut self.tcp,
            Protocol::Udp => &mut self.udp,
            Protocol::Sctp => &mut self.sctp,
        }
    }

    fn zip(&self, other: &Self, combine: impl Fn(&PortSet, &PortSet) -> PortSet) -> Self {
        Self {
            tcp: combine(&self.tcp, &other.tcp),
            udp: combine(&self.udp, &other.udp),
            sctp: combine(&self.sctp, &other.sctp),
        }
    }

    /// The connections in either set.
    pub fn union(&self, other: &Self) -> Self {
        self.zip(other, PortSet::union)
    }

    /// The connections in both sets.
    pub fn intersect(&self, other: &Self) -> Self {
        self.zip(other, PortSet::intersect)
    }

    /// The connections of this set that are not in `other`.
    pub fn subtract(&self, other: &Self) -> Self {
        self.zip(other, PortSet::subtract)
    }

    /// Whether the two sets have a connection in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        !self.intersect(other).is_empty()
    }

    /// Whether the connection to `port` by `protocol` is in the set.
    pub fn contains(&self, protocol: Protocol, port: u16) -> bool {
        self.ports(protocol).contains(port)
    }

    /// Whether every connection of this set is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|(protocol, ports)| ports.is_subset(other.ports(protocol)))
    }

    /// Whether the sets share no connection.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.iter().all(|(protocol, ports)| ports.is_disjoint(other.ports(protocol)))
    }

    /// Whether the set holds nothing.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether the set holds every port of every protocol.
    pub fn is_all(&self) -> bool {
        Protocol::ALL.into_iter().all(|protocol| self.ports(protocol).is_all())
    }

    /// The protocols that have ports in the set, with these ports.
    pub fn iter(&self) -> impl Iterator<Item = (Protocol, &PortSet)> {
        let every = Protocol::ALL.into_iter().map(|protocol| (protocol, self.ports(protocol)));
        every.filter(|(_, ports)| !ports.is_empty())
    }
}

impl fmt::Display for ConnectionSet {
    /// `TCP 80,8000-8099; UDP 53`, or `all`, or `none`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("all");
        }
        if self.is_empty() {
            return f.write_str("none");
        }
        for (i, (protocol, ports)) in self.iter().enumerate() {
            let gap = if i == 0 { "" } else { "; " };
            write!(f, "{gap}{protocol} {ports}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    type Model = BTreeSet<(Protocol, u16)>;

    /// Ranges near both ends of the port numbers, as a set and as the list of its members.
    fn connections() -> impl Strategy<Value = (ConnectionSet, Model)> {
        let port = || prop_oneof![0..12_u16, 65_530..=65_535_u16];
        let range = (proptest::sample::select(&Protocol::ALL[..]), port(), port());
        proptest::collection::vec(range, 0..5).prop_map(|ranges| {
            let of = |(protocol, low, high)| ConnectionSet::of(protocol, low, high);
            let set = ranges.iter().copied().map(of).fold(ConnectionSet::none(), |set, one| set.union(&one));
            let covers =
                |p, port| ranges.iter().any(|(q, low, high)| p == *q && (*low..=*high).contains(&port));
            (set, probes().filter(|(protocol, port)| covers(*protocol, *port)).collect())
        })
    }

    fn probes() -> impl Iterator<Item = (Protocol, u16)> {
        let ports = || (1..14_u16).chain(65_528..=65_535);
        Protocol::ALL.into_iter().flat_map(move |protocol| ports().map(move |port| (protocol, port)))
    }

    fn model(set: &ConnectionSet) -> Model {
        probes().filter(|(protocol, port)| set.contains(*protocol, *port)).collect()
    }

    proptest! {
        #[test]
        fn operations_agree_with_the_model((a, left) in connections(), (b, right) in connections()) {
            prop_assert_eq!(&model(&a), &left);
            prop_assert_eq!(model(&a.union(&b)), &left | &right);
            prop_assert_eq!(model(&a.intersect(&b)), &left & &right);
            prop_assert_eq!(model(&a.subtract(&b)), &left - &right);
            prop_assert_eq!(a.is_subset(&b), left.is_subset(&right));
            prop_assert_eq!(a.is_empty(), left.is_empty());
            prop_assert_eq!(a == b, left == right);
            for protocol in Protocol::ALL {
                prop_assert!(!a.contains(protocol, 0));
            }
        }
    }

    #[test]
    fn display_is_short() {
        let web =
            ConnectionSet::of(Protocol::Tcp, 8000, 8099).union(&ConnectionSet::of(Protocol::Tcp, 80, 80));
        assert_eq!(
            web.union(&ConnectionSet::of(Protocol::Udp, 53, 53)).to_string(),
            "TCP 80,8000-8099; UDP 53"
        );
        assert_eq!(ConnectionSet::all().to_string(), "all");
        assert_eq!(ConnectionSet::none().to_string(), "none");
    }

    #[test]
    fn all_is_every_port_of_every_protocol() {
        let parts = Protocol::ALL.map(|protocol| ConnectionSet::of(protocol, 0, u16::MAX));
        let all = parts.iter().fold(ConnectionSet::none(), |set, part| set.union(part));
        assert!(all.is_all());
        assert_eq!(all, ConnectionSet::all());
        assert!(!all.subtract(&ConnectionSet::of(Protocol::Sctp, 9, 9)).is_all());
    }

    #[test]
    fn protocols_are_case_sensitive() {
        for protocol in Protocol::ALL {
            assert_eq!(protocol.to_string().parse(), Ok(protocol));
        }
        let message = |text: &str| text.parse::<Protocol>().unwrap_err().to_string();
        assert_eq!(message("udp"), "unknown protocol `udp`: protocols are case-sensitive, write `UDP`");
        assert_eq!(message("ICMP"), "unknown protocol `ICMP`: write `TCP`, `UDP` or `SCTP`");
    }
}
