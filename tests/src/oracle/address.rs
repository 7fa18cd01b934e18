//! Addresses and nodes, and what may be true of them where the manifests don't show them.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::{Match, Peer, Pod, World, selects};

/// Labels that the kubelet sets on every node.
const ON_EVERY_NODE: [&str; 3] = ["kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch"];

/// A CIDR without its exceptions.
pub(super) struct Block {
    pub(super) cidr: IpNet,
    pub(super) except: Vec<IpNet>,
}

impl Block {
    fn contains(&self, address: IpAddr) -> bool {
        self.cidr.contains(&address) && !self.except.iter().any(|net| net.contains(&address))
    }
}

impl Pod {
    /// Its addresses, as its peers see them: on the node's network they are the node's.
    fn addresses(&self) -> &[IpAddr] {
        if self.host_network && self.ips.is_empty() { &self.host_ips } else { &self.ips }
    }

    /// Whether it runs on the same node as another Pod.
    pub(super) fn shares_node(&self, other: &Pod) -> Match {
        let by_name = self.node.as_ref().zip(other.node.as_ref()).map(|(own, other)| own == other);
        let known = !self.host_ips.is_empty() && !other.host_ips.is_empty();
        let by_address = known.then(|| self.host_ips.iter().any(|ip| other.host_ips.contains(ip)));
        match (by_name, by_address) {
            (Some(true), _) | (_, Some(true)) => Match::Yes,
            (None, None) => Match::Maybe,
            _ => Match::No,
        }
    }
}

/// Whether the blocks of one peer of a rule hold the other end. Of a Pod with several addresses all have to be held. A
/// Pod without a known address has some IPv4 address, and each block is asked for itself whether it must be in there.
pub(super) fn in_blocks(blocks: &[Block], peer: Peer<'_>) -> Match {
    let known = match peer {
        Peer::Address(address) => vec![address],
        Peer::Pod(pod) => pod.addresses().to_vec(),
    };
    let held = |address: &IpAddr| blocks.iter().any(|block| block.contains(*address));
    if known.is_empty() {
        let one = |block: &Block| match block.cidr.addr() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) if block.cidr.prefix_len() == 0 && block.except.is_empty() => {
                Match::Yes
            }
            IpAddr::V4(_) => Match::Maybe,
            IpAddr::V6(_) => Match::No,
        };
        blocks.iter().map(one).max().unwrap_or(Match::No)
    } else if known.iter().all(held) {
        Match::Yes
    } else if known.iter().any(held) {
        Match::Maybe
    } else {
        Match::No
    }
}

impl World {
    /// Whether a selector of nodes matches the node whose address the peer is. Where nodes are declared, a Pod without
    /// the name of a node runs on one of those.
    pub(super) fn is_on_node(&self, selector: &LabelSelector, peer: Peer<'_>) -> Match {
        let Peer::Pod(pod) = peer else { return Match::No };
        if !pod.host_network {
            return Match::No;
        }
        if let Some(labels) = pod.node.as_ref().and_then(|name| self.nodes.get(name)) {
            return selects(selector, labels).into();
        }
        if pod.node.is_none() && !self.nodes.is_empty() {
            let mut matches = self.nodes.values().map(|labels| selects(selector, labels));
            let first = matches.next().unwrap_or_default();
            return if matches.all(|other| other == first) { first.into() } else { Match::Maybe };
        }
        let by_labels = selector.match_labels.iter().flatten().map(|_| Match::Maybe);
        let by_expressions = selector.match_expressions.iter().flatten().map(|requirement| {
            let everywhere =
                requirement.operator == "Exists" && ON_EVERY_NODE.contains(&requirement.key.as_str());
            if everywhere { Match::Yes } else { Match::Maybe }
        });
        by_labels.chain(by_expressions).min().unwrap_or(Match::Yes)
    }
}
