//! The brute-force evaluator: the documentation of the policy APIs, transcribed, connection by connection.
//!
//! It knows no classes, no sets and no index, and shares no code with the engine but the generated API types. It is
//! slow on purpose, and the engine must agree with it on every connection.
//!
//! What the manifests don't show is a `Match::Maybe`. A direction is evaluated twice, as if every such match went
//! against the connection and as if every one went for it; where both ways allow, or neither does, the answer is
//! proven.

mod address;
mod admin;
pub mod compare;
pub mod generate;
mod network_policy;
mod read;

use std::collections::BTreeMap;
use std::net::IpAddr;

use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use ringfence::model::Direction;

pub use admin::ClusterPolicy;

use admin::Tier;

/// Labels.
pub type Labels = BTreeMap<String, String>;

/// A Pod.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// Its addresses; empty where they are not known.
    pub ips: Vec<IpAddr>,
    /// The addresses of its node; empty where they are not known.
    pub host_ips: Vec<IpAddr>,
    /// The name of its node.
    pub node: Option<String>,
}

impl Pod {
    /// `namespace/name`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub enum Peer<'p> {
    /// A Pod.
    Pod(&'p Pod),
    /// An address outside the cluster.
    Address(IpAddr),
}

/// What is proven of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Proven denied.
    Denied,
    /// It hangs on something that the manifests don't show.
    Unknown,
    /// Proven allowed.
    Allowed,
}

impl Answer {
    /// The answer for what is allowed in the worst and in the best case.
    pub fn new(certain: bool, possible: bool) -> Self {
        match (certain, possible) {
            (true, _) => Self::Allowed,
            (false, true) => Self::Unknown,
            (false, false) => Self::Denied,
        }
    }

    /// `allowed`, `denied` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Unknown => "unknown",
            Self::Allowed => "allowed",
        }
    }

    /// The answer of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Denied, Self::Unknown, Self::Allowed].into_iter().find(|answer| answer.name() == name)
    }
}

/// Which way everything goes that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Against the connection.
    Pessimistic,
    /// For the connection.
    Optimistic,
}

impl View {
    /// The outcome among several of which nobody knows which one comes true.
    fn choose(self, outcomes: &[bool]) -> bool {
        match self {
            Self::Pessimistic => outcomes.iter().all(|allowed| *allowed),
            Self::Optimistic => outcomes.iter().any(|allowed| *allowed),
        }
    }
}

/// Whether something matches. The order makes `max` the "any" and `min` the "all" of several matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    No,
    Maybe,
    Yes,
}

impl From<bool> for Match {
    fn from(matches: bool) -> Self {
        if matches { Self::Yes } else { Self::No }
    }
}

/// One connection, seen from the Pod whose policies are asked.
#[derive(Clone, Copy)]
struct Connection<'c> {
    direction: Direction,
    subject: &'c Pod,
    peer: Peer<'c>,
    protocol: &'c str,
    port: u16,
    view: View,
}

impl Connection<'_> {
    /// Whether its port has this name at its destination. Addresses have no named ports, and a Pod on the node's
    /// network is reached at the node's address.
    fn has_port_name(&self, name: &str) -> bool {
        let destination = match self.direction {
            Direction::Ingress => Peer::Pod(self.subject),
            Direction::Egress => self.peer,
        };
        let Peer::Pod(pod) = destination else { return false };
        !pod.host_network
            && pod.ports.iter().any(|(n, p, number)| n == name && p == self.protocol && *number == self.port)
    }
}

/// A cluster whose API server took every object.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Labels by namespace, with the name label.
    pub namespaces: BTreeMap<String, Labels>,
    /// The Pods.
    pub pods: Vec<Pod>,
    /// Labels by node, for the nodes that are declared.
    pub nodes: BTreeMap<String, Labels>,
    /// The policies of the namespaces.
    pub policies: Vec<NetworkPolicy>,
    /// The policies of the cluster.
    pub cluster_policies: Vec<ClusterPolicy>,
    /// Whether the blocks of a NetworkPolicy match the addresses of Pods.
    pub match_pod_ips: bool,
}

impl World {
    /// What is proven of the connection `from` → `to` on a port of `to`.
    pub fn answer(&self, from: Peer<'_>, to: Peer<'_>, protocol: &str, port: u16) -> Answer {
        let own_node = match (from, to) {
            (Peer::Pod(from), Peer::Pod(to)) if from.path() == to.path() => Match::Yes,
            (Peer::Pod(from), Peer::Pod(to)) if from.host_network => from.shares_node(to),
            _ => Match::No,
        };
        let by_policy = |view| {
            let half = |direction, subject, peer| match subject {
                Peer::Pod(subject) => self.allows(direction, subject, peer, protocol, port, view),
                Peer::Address(_) => true,
            };
            half(Direction::Egress, from, to) && half(Direction::Ingress, to, from)
        };
        let certain = own_node == Match::Yes || by_policy(View::Pessimistic);
        Answer::new(certain, own_node != Match::No || by_policy(View::Optimistic))
    }

    /// Whether the policies on `subject` let a connection with `peer` through, on a port of the destination.
    pub fn allows(
        &self,
        direction: Direction,
        subject: &Pod,
        peer: Peer<'_>,
        protocol: &str,
        port: u16,
        view: View,
    ) -> bool {
        if subject.host_network {
            return true;
        }
        let connection = Connection { direction, subject, peer, protocol, port, view };
        self.tier(Tier::Admin, &connection, &|| {
            if self.is_isolated(direction, subject) {
                self.network_policies_allow(&connection)
            } else {
                self.tier(Tier::Baseline, &connection, &|| true)
            }
        })
    }

    /// Whether both selectors match a Pod. A Pod on the node's network is never selected.
    fn selects(&self, namespaces: Option<&LabelSelector>, pods: Option<&LabelSelector>, pod: &Pod) -> bool {
        let in_namespace = namespaces.is_none_or(|selector| {
            self.namespaces.get(&pod.namespace).is_some_and(|labels| selects(selector, labels))
        });
        !pod.host_network && in_namespace && pods.is_none_or(|selector| selects(selector, &pod.labels))
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
