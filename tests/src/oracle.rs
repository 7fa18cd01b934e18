//! The brute-force evaluator: the documentation of the NetworkPolicy API, transcribed, pair by pair.
//!
//! It knows no classes, no sets and no index, and shares no code with the engine but the generated API types. It is
//! slow on purpose, and the engine must agree with it on every connection.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use k8s_openapi::api::networking::v1::{IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use ringfence::model::Direction;

/// Labels.
pub type Labels = BTreeMap<String, String>;

/// A Pod.
#[derive(Clone, Debug, PartialEq)]
pub struct Pod {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Its named ports: name, protocol, number.
    pub ports: Vec<(String, String, u16)>,
    /// Whether it shares the node's network.
    pub host_network: bool,
}

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub enum Peer<'p> {
    /// A Pod.
    Pod(&'p Pod),
    /// An address outside.
    Address(IpAddr),
}

/// A cluster: namespaces with their labels, and policies that the API server takes.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Labels by namespace, with the name label.
    pub namespaces: BTreeMap<String, Labels>,
    /// The policies.
    pub policies: Vec<NetworkPolicy>,
}

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

    /// Whether the policies on `pod` let a connection with `peer` through, on a port of the destination.
    pub fn allows(&self, direction: Direction, pod: &Pod, peer: Peer<'_>, protocol: &str, port: u16) -> bool {
        let mut isolating = self.isolating(direction, pod).peekable();
        isolating.peek().is_none()
            || isolating.any(|policy| {
                let own = policy.metadata.namespace.as_deref().unwrap_or_default();
                let destination = match direction {
                    Direction::Ingress => Peer::Pod(pod),
                    Direction::Egress => peer,
                };
                rules(policy, direction).iter().any(|(peers, ports)| {
                    let by_peer = peers.is_empty() || peers.iter().any(|p| self.is_peer(p, own, peer));
                    let by_port =
                        ports.is_empty() || ports.iter().any(|p| is_port(p, destination, protocol, port));
                    by_peer && by_port
                })
            })
    }

    fn is_peer(&self, written: &NetworkPolicyPeer, own: &str, peer: Peer<'_>) -> bool {
        match (peer, &written.ip_block) {
            (Peer::Address(address), Some(block)) => in_block(block, address),
            (Peer::Pod(pod), None) if !pod.host_network => {
                let in_namespace = match &written.namespace_selector {
                    None => pod.namespace == own,
                    Some(selector) => {
                        self.namespaces.get(&pod.namespace).is_some_and(|labels| selects(selector, labels))
                    }
                };
                in_namespace && written.pod_selector.as_ref().is_none_or(|s| selects(s, &pod.labels))
            }
            _ => false,
        }
    }
}

type Rule = (Vec<NetworkPolicyPeer>, Vec<NetworkPolicyPort>);

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

fn in_block(block: &IPBlock, address: IpAddr) -> bool {
    let holds = |cidr: &String| cidr.parse::<IpNet>().is_ok_and(|net| net.contains(&address));
    holds(&block.cidr) && !block.except.iter().flatten().any(holds)
}

fn is_port(written: &NetworkPolicyPort, destination: Peer<'_>, protocol: &str, port: u16) -> bool {
    if written.protocol.as_deref().unwrap_or("TCP") != protocol {
        return false;
    }
    match (&written.port, destination) {
        (None, _) => true,
        (Some(IntOrString::Int(first)), _) => {
            (*first..=written.end_port.unwrap_or(*first)).contains(&i32::from(port))
        }
        (Some(IntOrString::String(_)), Peer::Address(_)) => false,
        (Some(IntOrString::String(name)), Peer::Pod(pod)) => {
            pod.ports.iter().any(|(n, p, number)| n == name && p == protocol && *number == port)
        }
    }
}

/// Whether a label selector of the API matches.
pub fn selects(selector: &LabelSelector, labels: &Labels) -> bool {
    let by_labels = selector.match_labels.iter().flatten().all(|(key, value)| labels.get(key) == Some(value));
    let by_expressions = selector.match_expressions.iter().flatten().all(|requirement| {
        let found = labels.get(&requirement.key);
        let listed = found.is_some_and(|value| requirement.values.iter().flatten().any(|v| v == value));
        match &*requirement.operator {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => found.is_some(),
            _ => found.is_none(),
        }
    });
    by_labels && by_expressions
}
