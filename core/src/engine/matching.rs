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

#[cfg(test)]
mod tests {
    use super::super::testing::{class_of, pod, with_engine};
    use super::*;

    #[test]
    fn both_is_the_lesser_and_either_the_greater() {
        let all = [Match::No, Match::Maybe, Match::Yes];
        for (i, a) in all.into_iter().enumerate() {
            for (j, b) in all.into_iter().enumerate() {
                assert_eq!((a.and(b), a.or(b)), (all[i.min(j)], all[i.max(j)]));
            }
        }
    }

    #[test]
    fn every_address_of_a_pod_must_be_in_the_set() {
        let pods = [
            pod("nowhere", "{}", "{}"),
            pod("v4", "{}", "{podIPs: [{ip: 10.1.0.7}], hostIP: 192.0.2.1}"),
            pod("both", "{}", "{podIPs: [{ip: 10.1.0.8}, {ip: 'fd00::8'}]}"),
            pod("node", "{hostNetwork: true}", "{hostIP: 192.0.2.1}"),
        ];
        with_engine(&pods.concat(), |engine| {
            for (name, net, expected) in [
                ("nowhere", "0.0.0.0/0", Match::Yes),
                ("nowhere", "10.0.0.0/8", Match::Maybe),
                ("nowhere", "::/0", Match::No),
                ("v4", "10.0.0.0/8", Match::Yes),
                ("v4", "10.2.0.0/16", Match::No),
                ("v4", "192.0.2.0/24", Match::No),
                ("both", "10.0.0.0/8", Match::Maybe),
                ("both", "fd00::/8", Match::Maybe),
                ("both", "192.0.2.0/24", Match::No),
                ("node", "192.0.2.0/24", Match::Yes),
                ("node", "10.0.0.0/8", Match::No),
            ] {
                let class = engine.cluster().class(class_of(engine, name)).unwrap();
                let set = AddressSet::from(net.parse::<ipnet::IpNet>().unwrap());
                assert_eq!(in_addresses(class, &set), expected, "{name} in {net}");
            }
        });
    }

    #[test]
    fn nodes_are_told_apart_by_name_then_by_address() {
        let pods = [
            pod("nowhere", "{hostNetwork: true}", "{}"),
            pod("a", "{nodeName: a}", "{}"),
            pod("a-too", "{nodeName: a}", "{hostIP: 192.0.2.9}"),
            pod("b", "{nodeName: b}", "{hostIP: 192.0.2.1}"),
            pod("first", "{}", "{hostIP: 192.0.2.1}"),
        ];
        with_engine(&pods.concat(), |engine| {
            for (one, other, expected) in [
                ("a", "a-too", Match::Yes),
                ("a", "b", Match::No),
                ("a-too", "b", Match::No),
                ("b", "first", Match::Yes),
                ("a-too", "first", Match::No),
                ("a", "first", Match::Maybe),
                ("a", "nowhere", Match::Maybe),
            ] {
                let [one, other] =
                    [one, other].map(|name| engine.cluster().class(class_of(engine, name)).unwrap());
                assert_eq!(on_one_node(one, other), expected);
                assert_eq!(on_one_node(other, one), expected);
                assert!(place(one) != place(other) || expected == Match::Yes);
            }
        });
    }
}
