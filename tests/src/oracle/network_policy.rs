//! NetworkPolicy v1: isolation, and rules that add up.

use ipnet::IpNet;
use k8s_openapi::api::networking::v1::{IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use ringfence::model::Direction;

use super::address::{Block, in_blocks};
use super::{Connection, Match, Peer, Pod, View, World, selects};

type Rule = (Vec<NetworkPolicyPeer>, Vec<NetworkPolicyPort>);

impl World {
    /// The policies that isolate a Pod in a direction.
    fn isolating<'w>(
        &'w self,
        direction: Direction,
        pod: &'w Pod,
    ) -> impl Iterator<Item = &'w NetworkPolicy> {
        self.policies.iter().filter(move |policy| {
            let Some(spec) = &policy.spec else { return false };
            let selects = spec.pod_selector.as_ref().is_none_or(|selector| selects(selector, &pod.labels));
            let types = spec.policy_types.clone().unwrap_or_default();
            let affects = match (types.is_empty(), direction) {
                (true, Direction::Ingress) => true,
                (true, Direction::Egress) => spec.egress.as_ref().is_some_and(|rules| !rules.is_empty()),
                (false, direction) => types.iter().any(|t| t == direction.policy_type()),
            };
            !pod.host_network
                && policy.metadata.namespace.as_deref() == Some(&*pod.namespace)
                && selects
                && affects
        })
    }

    /// Whether a Pod is isolated in a direction.
    pub fn is_isolated(&self, direction: Direction, pod: &Pod) -> bool {
        self.isolating(direction, pod).next().is_some()
    }

    /// Whether a rule of the policies that isolate the subject allows a connection.
    pub(super) fn network_policies_allow(&self, connection: &Connection<'_>) -> bool {
        self.isolating(connection.direction, connection.subject).any(|policy| {
            let own = policy.metadata.namespace.as_deref().unwrap_or_default();
            rules(policy, connection.direction).iter().any(|(peers, ports)| {
                let by_port = ports.is_empty() || ports.iter().any(|port| is_port(port, connection));
                by_port
                    && match self.has_peer(peers, own, connection.peer) {
                        Match::Yes => true,
                        Match::Maybe => connection.view == View::Optimistic,
                        Match::No => false,
                    }
            })
        })
    }

    fn has_peer(&self, written: &[NetworkPolicyPeer], own: &str, peer: Peer<'_>) -> Match {
        if written.is_empty() {
            return Match::Yes;
        }
        let selected = written.iter().filter(|w| w.ip_block.is_none()).any(|w| match peer {
            Peer::Address(_) => false,
            Peer::Pod(pod) => {
                (w.namespace_selector.is_some() || pod.namespace == own)
                    && self.selects(w.namespace_selector.as_ref(), w.pod_selector.as_ref(), pod)
            }
        });
        let has_address = match peer {
            Peer::Address(_) => true,
            Peer::Pod(pod) => pod.host_network || self.match_pod_ips,
        };
        if selected || !has_address {
            return selected.into();
        }
        let blocks = written.iter().filter_map(|w| w.ip_block.as_ref()).filter_map(block);
        blocks.map(|block| in_blocks(&[block], peer)).max().unwrap_or(Match::No)
    }
}

fn rules(policy: &NetworkPolicy, direction: Direction) -> Vec<Rule> {
    let Some(spec) = &policy.spec else { return Vec::new() };
    match direction {
        Direction::Ingress => {
            let rules = spec.ingress.iter().flatten();
            rules.map(|r| (r.from.clone().unwrap_or_default(), r.ports.clone().unwrap_or_default())).collect()
        }
        Direction::Egress => {
            let rules = spec.egress.iter().flatten();
            rules.map(|r| (r.to.clone().unwrap_or_default(), r.ports.clone().unwrap_or_default())).collect()
        }
    }
}

fn block(written: &IPBlock) -> Option<Block> {
    let except = written.except.iter().flatten().filter_map(|cidr| cidr.parse::<IpNet>().ok());
    Some(Block { cidr: written.cidr.parse().ok()?, except: except.collect() })
}

fn is_port(written: &NetworkPolicyPort, connection: &Connection<'_>) -> bool {
    let by_number = match &written.port {
        None => true,
        Some(IntOrString::Int(first)) => {
            (*first..=written.end_port.unwrap_or(*first)).contains(&i32::from(connection.port))
        }
        Some(IntOrString::String(name)) => connection.has_port_name(name),
    };
    written.protocol.as_deref().unwrap_or("TCP") == connection.protocol && by_number
}
