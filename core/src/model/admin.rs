//! Cluster-wide policies: AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy in one form,
//! validated as their CRDs validate them.
//!
//! Source: the types and the CRDs of `policy.networking.k8s.io` `v1alpha1` and `v1alpha2`, both channels. A policy
//! with a fault is never dropped: it stays in the model as refused, and whatever depends on it is unknown.

mod ports;
mod read;
mod written;

#[cfg(test)]
mod tests;

use ipnet::IpNet;

use super::policy::Direction;
use crate::sets::{ConnectionSet, LabelSelector, Protocol};

pub(super) use read::compile;
pub(super) use written::{AdminSpec, BaselineSpec, ClusterSpec, WrittenSpec};

/// When a policy is asked: before the NetworkPolicies or after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Before the NetworkPolicies.
    Admin,
    /// After the NetworkPolicies, for Pods that none of them selects.
    Baseline,
}

/// What a rule does with the connections that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// They are allowed; `v1alpha1` writes `Allow`.
    Accept,
    /// They are denied.
    Deny,
    /// The rest of the tier is skipped.
    Pass,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 3] = [Self::Accept, Self::Deny, Self::Pass];

    /// The name in output: `accept`, `deny` or `pass`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Deny => "deny",
            Self::Pass => "pass",
        }
    }
}

/// A cluster-wide policy.
#[derive(Clone, Debug, PartialEq)]
pub struct AdminPolicy {
    /// Its tier. Where a refused policy says none, the Admin tier stands in.
    pub tier: Tier,
    /// 0–1000, the smallest first; `u32::MAX` for a BaselineAdminNetworkPolicy, and 0 where a refused policy has no
    /// valid one.
    pub priority: u32,
    /// The Pods that it applies to; none where the subject is invalid: it may be any.
    pub subject: Option<PodScope>,
    /// The rules for connections to the subject, the first match wins.
    pub ingress: Vec<AdminRule>,
    /// The rules for connections from the subject, the first match wins.
    pub egress: Vec<AdminRule>,
    /// Whether the API server refuses it: its effect is unknown.
    pub refused: bool,
}

impl AdminPolicy {
    /// A policy that can't be read: it may do anything to every Pod, in both directions.
    pub(super) fn unreadable(tier: Tier) -> Self {
        Self { tier, priority: 0, subject: None, ingress: Vec::new(), egress: Vec::new(), refused: true }
    }

    /// The rules of one direction.
    pub fn rules(&self, direction: Direction) -> &[AdminRule] {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }
}

/// Pods by the labels of their namespace and their own. Pods on the node's network are never among them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PodScope {
    /// Which namespaces.
    pub namespaces: LabelSelector,
    /// Which Pods there; none means all.
    pub pods: Option<LabelSelector>,
}

/// One rule of a cluster-wide policy. A connection must match one peer and one port.
#[derive(Clone, Debug, PartialEq)]
pub struct AdminRule {
    /// Its name, for people.
    pub name: Option<String>,
    /// What it does. Where a refused policy has no valid action, `Deny` stands in.
    pub action: Action,
    /// The other ends that it matches.
    pub peers: Vec<AdminPeer>,
    /// The ports that it matches; none means every port of every protocol.
    pub ports: Option<Vec<AdminPort>>,
}

impl AdminRule {
    /// The port numbers that it matches; every port where it names none. Named ports differ from Pod to Pod, so they are
    /// left out. A port of a newer API version fails closed: `Accept` matches nothing there, `Deny` and `Pass` everything.
    pub fn numbers(&self) -> ConnectionSet {
        let Some(ports) = &self.ports else { return ConnectionSet::all() };
        let mut numbers = ConnectionSet::none();
        for port in ports {
            match port {
                AdminPort::Range { protocol, first, last } => numbers.insert(*protocol, *first, *last),
                AdminPort::Unknown if self.action != Action::Accept => return ConnectionSet::all(),
                AdminPort::Unknown | AdminPort::Named(_) => {}
            }
        }
        numbers
    }
}

/// One peer of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AdminPeer {
    /// Pods.
    Pods(PodScope),
    /// Nodes by their labels.
    Nodes(LabelSelector),
    /// Addresses, inside the cluster or outside.
    Networks(Vec<IpNet>),
    /// Names in DNS; `*.` stands for one or more labels.
    DomainNames(Vec<String>),
    /// A peer without a known field. It fails closed: `Accept` matches nothing there, `Deny` and `Pass` everything.
    Unknown,
}

/// One port of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminPort {
    /// Numbers, both ends included.
    Range {
        /// The protocol.
        protocol: Protocol,
        /// The first port.
        first: u16,
        /// The last port.
        last: u16,
    },
    /// A container port's name, of whatever protocol.
    Named(String),
    /// An entry without a known field: fails closed like an unknown peer.
    Unknown,
}

/// The three kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AdminKind {
    /// AdminNetworkPolicy.
    Admin,
    /// BaselineAdminNetworkPolicy.
    Baseline,
    /// ClusterNetworkPolicy.
    Cluster,
}

impl AdminKind {
    /// The kind of this name.
    pub(super) fn of(kind: &str) -> Option<Self> {
        [Self::Admin, Self::Baseline, Self::Cluster].into_iter().find(|known| known.name() == kind)
    }

    /// The value of `kind`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Admin => "AdminNetworkPolicy",
            Self::Baseline => "BaselineAdminNetworkPolicy",
            Self::Cluster => "ClusterNetworkPolicy",
        }
    }

    /// The API version whose shape is known; others are read as if they had it.
    pub(super) fn known_version(self) -> &'static str {
        match self {
            Self::Admin | Self::Baseline => "policy.networking.k8s.io/v1alpha1",
            Self::Cluster => "policy.networking.k8s.io/v1alpha2",
        }
    }

    /// How many rules, peers and ports a list can hold.
    fn limit(self) -> usize {
        match self {
            Self::Admin | Self::Baseline => 100,
            Self::Cluster => 25,
        }
    }

    /// The field of a rule that lists its ports.
    fn ports_field(self) -> &'static str {
        match self {
            Self::Admin | Self::Baseline => "ports",
            Self::Cluster => "protocols",
        }
    }

    /// The actions by the words for them.
    fn actions(self) -> &'static [(&'static str, Action)] {
        match self {
            Self::Admin => &[("Allow", Action::Accept), ("Deny", Action::Deny), ("Pass", Action::Pass)],
            Self::Baseline => &[("Allow", Action::Accept), ("Deny", Action::Deny)],
            Self::Cluster => &[("Accept", Action::Accept), ("Deny", Action::Deny), ("Pass", Action::Pass)],
        }
    }
}
