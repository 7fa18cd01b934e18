//! Whether one thing matches another: yes, no, or maybe, where the manifests don't show what decides it.

use std::net::IpAddr;

use crate::cluster::Class;
use crate::sets::AddressSet;

/// The answer to a question about one peer; the order is from less to more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// Certainly not.
    No,
    /// It hangs on something that the manifests don't show.
    Maybe,
    /// Certainly.
    Yes,
}

impl Match {
    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }
}

impl From<bool> for Match {
    fn from(matches: bool) -> Self {
        if matches { Self::Yes } else { Self::No }
    }
}

/// Whether the Pods of a class have their addresses in a set. A Pod has one address of each family that it speaks and
/// a connection may use any of them, so all must lie in the set. Pods whose addresses nobody knows have one IPv4
/// address.
pub(super) fn in_addresses(class: &Class<'_>, set: &AddressSet) -> Match {
    let own = &class.example.pod_ips;
    let node = class.example.host_ip.filter(|_| class.host_network && own.is_empty());
    let known: Vec<IpAddr> = own.iter().copied().chain(node).collect();
    let inside = known.iter().filter(|address| set.contains(**address)).count();
    let (all, some) = if known.is_empty() {
        (set.is_all_ipv4(), !set.ipv4().is_empty())
    } else {
        (inside == known.len(), inside > 0)
    };
    match (all, some) {
        (true, _) => Match::Yes,
        (false, true) => Match::Maybe,
        (false, false) => Match::No,
    }
}

/// What decides whether a class is on the node of another: equal places are on the same nodes.
pub(super) fn place<'c>(class: &'c Class<'_>) -> (Option<&'c str>, Option<IpAddr>) {
    (class.example.node_name.as_deref(), class.example.host_ip)
}

/// Whether two classes, of which one at least is on its node's network, are on the same node.
pub(super) fn on_one_node(a: &Class<'_>, b: &Class<'_>) -> Match {
    let (a, b) = (a.example, b.example);
    let by_name = a.node_name.as_ref().zip(b.node_name.as_ref()).map(|(a, b)| a == b);
    let by_address = a.host_ip.zip(b.host_ip).map(|(a, b)| a == b);
    by_name.or(by_address).map_or(Match::Maybe, Match::from)
}
