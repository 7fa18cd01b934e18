//! The flags that leave only a part of the answer.

use anyhow::{Context, Result};
use ringfence::model::Direction;
use ringfence::sets::{ConnectionSet, Protocol};

use super::case::{direction, value_of};
use super::peer::{Flow, Peer};

/// What is left of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Focus {
    /// `name` or `namespace/name`; empty for all.
    workloads: Vec<String>,
    /// The other end, where given.
    peers: Vec<String>,
    direction: Option<Direction>,
    connection: Option<(Protocol, u16)>,
}

impl Focus {
    /// Reads the flags. A direction or a peer means nothing where no workload is given.
    ///
    /// # Errors
    /// Where a value can't be read; flags that the recorded command refused are left out.
    pub fn from_flags(flags: &[String]) -> Result<Self> {
        let names = |flag| {
            let names = value_of(flags, flag).unwrap_or_default().split(',');
            names.filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let workloads = names("--focusworkload");
        let alone = workloads.is_empty();
        let connection = value_of(flags, "--focus-conn").and_then(|text| text.split_once('-'));
        let connection = match connection {
            Some((name, port)) => match name.to_uppercase().parse() {
                Ok(protocol) => Some((protocol, port.parse().context("no port")?)),
                Err(_) => None,
            },
            None => None,
        };
        let word = value_of(flags, "--focus-direction").filter(|_| !alone);
        Ok(Self {
            peers: if alone { Vec::new() } else { names("--focusworkload-peer") },
            workloads,
            direction: word.and_then(direction),
            connection,
        })
    }

    /// Whether a workload is one of those that the answer is about.
    pub fn has_workload(&self, peer: &Peer) -> bool {
        self.workloads.is_empty() || named(&self.workloads, peer)
    }

    /// Whether the answer is about this direction.
    pub fn has_direction(&self, direction: Direction) -> bool {
        self.direction.is_none_or(|only| only == direction)
    }

    /// Whether a pair is part of the answer.
    pub fn has_pair(&self, from: &Peer, to: &Peer) -> bool {
        if self.workloads.is_empty() {
            return true;
        }
        let other = |peer| self.peers.is_empty() || named(&self.peers, peer);
        let egress = named(&self.workloads, from) && other(to);
        let ingress = named(&self.workloads, to) && other(from);
        egress && self.has_direction(Direction::Egress) || ingress && self.has_direction(Direction::Ingress)
    }

    /// What is left of the connections of a pair.
    pub fn connections(&self, set: &ConnectionSet) -> ConnectionSet {
        match self.connection {
            Some((protocol, port)) => set.intersect(&ConnectionSet::of(protocol, port, port)),
            None => set.clone(),
        }
    }

    /// What is left of the flows.
    pub fn flows(&self, flows: Vec<Flow>) -> Vec<Flow> {
        let wanted = flows.into_iter().filter(|flow| self.has_pair(&flow.from, &flow.to));
        let cut = |flow: Flow| Flow {
            allow: self.connections(&flow.allow),
            unknown: self.connections(&flow.unknown),
            ..flow
        };
        wanted.map(cut).collect()
    }
}

fn named(names: &[String], peer: &Peer) -> bool {
    let Some((namespace, name)) = peer.namespace_and_name() else { return false };
    names.iter().any(|wanted| match wanted.split_once('/') {
        Some(both) => both == (namespace, name),
        None => wanted == name,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    fn focus(flags: &str) -> Focus {
        Focus::from_flags(&flags.split(' ').map(str::to_owned).collect::<Vec<_>>()).unwrap()
    }

    fn has(flags: &str, from: &str, to: &str) -> bool {
        focus(flags).has_pair(&Peer::recorded(from).unwrap(), &Peer::recorded(to).unwrap())
    }

    #[test]
    fn pairs_are_chosen_by_either_end() {
        let (a, b, c) = ("x/a[Pod]", "x/b[Pod]", "y/c[Pod]");
        assert!(has("", b, c));
        assert!(has("--focusworkload a", a, b) && has("--focusworkload x/a", b, a));
        assert!(!has("--focusworkload a", b, c) && !has("--focusworkload y/a", a, b));
        let egress = "--focusworkload a,b --focus-direction egress";
        assert!(has(egress, a, c) && has(egress, b, a) && !has(egress, c, a));
        let peer = "--focusworkload a --focusworkload-peer c";
        assert!(has(peer, a, c) && has(peer, c, a) && !has(peer, a, b) && !has(peer, b, c));
    }

    #[test]
    fn a_direction_or_a_peer_alone_means_nothing() {
        assert_eq!(focus("--focus-direction ingress --focusworkload-peer a"), Focus::default());
    }

    #[test]
    fn connections_are_cut() {
        let cut = focus("--focus-conn udp-52").connections(&ConnectionSet::all());
        assert_eq!(cut, ConnectionSet::of(Protocol::Udp, 52, 52));
    }
}
