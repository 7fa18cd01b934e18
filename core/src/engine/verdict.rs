//! One connection: does a direction's half of the policies let it through?

use std::net::IpAddr;

use super::grants::connections;
use super::{Engine, Isolation};
use crate::cluster::{ClassId, NamespaceId};
use crate::model::{Direction, Peer, Port, Rule};
use crate::sets::{Labels, Protocol};

/// The answer for one connection in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Proven allowed.
    Allowed,
    /// Proven denied.
    Denied,
    /// It hangs on something that the manifests don't show.
    Unknown,
}

impl Verdict {
    /// Both halves of a connection: it needs the source's egress and the destination's ingress.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Denied, _) | (_, Self::Denied) => Self::Denied,
            (Self::Allowed, Self::Allowed) => Self::Allowed,
            _ => Self::Unknown,
        }
    }
}

/// The other end of a connection, seen from the Pods whose policies are asked.
#[derive(Clone, Copy, Debug)]
pub enum Endpoint<'e> {
    /// Pods of a class.
    Class(ClassId),
    /// An address outside the cluster.
    Address(IpAddr),
    /// A Pod that the repository doesn't hold.
    Pod(&'e ForeignPod),
}

/// A Pod that the repository doesn't hold, such as the cluster's DNS server.
#[derive(Clone, Debug, Default)]
pub struct ForeignPod {
    /// Its namespace's name.
    pub namespace: String,
    /// Its namespace's labels, with the name label.
    pub namespace_labels: Labels,
    /// Its own labels.
    pub labels: Labels,
    /// Its named ports.
    pub ports: Vec<(Protocol, &'static str, u16)>,
}

impl Engine<'_> {
    /// Whether the policies on `subject` let a connection with `peer` through in `direction`, on a port of the
    /// connection's destination.
    pub fn verdict(
        &self,
        direction: Direction,
        subject: ClassId,
        peer: Endpoint<'_>,
        protocol: Protocol,
        port: u16,
    ) -> Verdict {
        let isolation = self.isolation(direction, subject);
        if matches!(isolation, Isolation::Open | Isolation::HostNetwork) {
            return Verdict::Allowed;
        }
        let allows = |rule: &Rule, own| {
            let destination = match direction {
                Direction::Ingress => Endpoint::Class(subject),
                Direction::Egress => peer,
            };
            self.is_peer(rule, own, peer) && self.is_port(rule, destination, protocol, port)
        };
        let allowed =
            self.policies_of(direction, subject).iter().filter_map(|id| self.cluster.policy(*id)).any(
                |policy| {
                    policy.policy.half(direction).rules.iter().any(|rule| allows(rule, policy.namespace))
                },
            );
        if allowed {
            return Verdict::Allowed;
        }
        if isolation == Isolation::Isolated && !self.has_doubt(direction, subject) {
            Verdict::Denied
        } else {
            Verdict::Unknown
        }
    }

    /// Whether further policies might select the class, and so allow more.
    fn has_doubt(&self, direction: Direction, class: ClassId) -> bool {
        let Some(info) = self.cluster.class(class) else { return false };
        let certain = |policy: &crate::cluster::PolicyInfo<'_>| {
            !policy.policy.refused && policy.subject.certain.contains(class.0)
        };
        let policies =
            self.cluster.namespace(info.namespace).map_or(&[][..], |namespace| &namespace.policies);
        self.foreign_in(info.namespace).is_some()
            || policies.iter().filter_map(|id| self.cluster.policy(*id)).any(|policy| {
                super::isolation::may_affect(policy, direction)
                    && policy.subject.possible.contains(class.0)
                    && !certain(policy)
            })
    }

    /// Whether an endpoint is among the peers of a rule of a policy in `own`.
    pub fn is_peer(&self, rule: &Rule, own: NamespaceId, endpoint: Endpoint<'_>) -> bool {
        rule.peers.as_ref().is_none_or(|peers| peers.iter().any(|peer| self.matches(peer, own, endpoint)))
    }

    pub(super) fn matches(&self, peer: &Peer, own: NamespaceId, endpoint: Endpoint<'_>) -> bool {
        match (peer, endpoint) {
            (Peer::Block(block), Endpoint::Address(address)) => block.contains(address),
            (Peer::Pods { namespaces, pods }, Endpoint::Class(class)) => {
                let Some(info) = self.cluster.class(class).filter(|info| !info.host_network) else {
                    return false;
                };
                let labels = self.cluster.namespace(info.namespace).map(|namespace| &namespace.labels);
                let in_namespace = match namespaces {
                    None => info.namespace == own,
                    Some(selector) => labels.is_some_and(|labels| selector.matches(labels)),
                };
                in_namespace && pods.as_ref().is_none_or(|selector| selector.matches(info.labels))
            }
            (Peer::Pods { namespaces, pods }, Endpoint::Pod(pod)) => {
                let in_namespace = match namespaces {
                    None => self.cluster.namespace_name(own) == pod.namespace,
                    Some(selector) => selector.matches(&pod.namespace_labels),
                };
                in_namespace && pods.as_ref().is_none_or(|selector| selector.matches(&pod.labels))
            }
            _ => false,
        }
    }

    /// Whether a rule allows a port at a destination. A named port matches no address.
    fn is_port(&self, rule: &Rule, destination: Endpoint<'_>, protocol: Protocol, port: u16) -> bool {
        let Some(ports) = &rule.ports else { return true };
        let named = |wanted: &str| match destination {
            Endpoint::Address(_) => false,
            Endpoint::Class(class) => self.cluster.class(class).is_some_and(|info| {
                let named = Port::Named { protocol, name: wanted.to_owned() };
                connections(Some(&[named]), info).contains(protocol, port)
            }),
            Endpoint::Pod(pod) => {
                pod.ports.iter().any(|(p, name, number)| (*p, *name, *number) == (protocol, wanted, port))
            }
        };
        ports.iter().any(|written| match written {
            Port::Range { protocol: p, first, last } => *p == protocol && (*first..=*last).contains(&port),
            Port::Named { protocol: p, name } => *p == protocol && named(name),
            Port::Invalid => false,
        })
    }
}
