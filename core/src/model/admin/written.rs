//! The cluster-wide policies as they are written, read through thin structs; every kind ends as a [`WrittenSpec`].

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde::Deserialize;

/// The spec of any of the three kinds.
#[derive(Debug, Default)]
pub(in crate::model) struct WrittenSpec {
    pub(super) tier: Option<String>,
    pub(super) priority: Option<i64>,
    pub(super) subject: Option<Subject>,
    pub(super) ingress: Vec<WrittenRule>,
    pub(super) egress: Vec<WrittenRule>,
}

/// A rule of either direction.
#[derive(Debug)]
pub(super) struct WrittenRule {
    pub(super) name: Option<String>,
    pub(super) action: Option<String>,
    pub(super) peers: Option<Vec<EgressPeer>>,
    pub(super) ports: Option<Vec<WrittenPort>>,
}

/// An entry of `ports` or of `protocols`.
#[derive(Debug)]
pub(super) enum WrittenPort {
    Port(Port),
    Protocol(ProtocolMatch),
}

/// The spec of an AdminNetworkPolicy.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::model) struct AdminSpec {
    priority: Option<i64>,
    subject: Option<Subject>,
    ingress: Option<Vec<PortIngress>>,
    egress: Option<Vec<PortEgress>>,
}

/// The spec of a BaselineAdminNetworkPolicy.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::model) struct BaselineSpec {
    subject: Option<Subject>,
    ingress: Option<Vec<PortIngress>>,
    egress: Option<Vec<PortEgress>>,
}

/// The spec of a ClusterNetworkPolicy.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::model) struct ClusterSpec {
    tier: Option<String>,
    priority: Option<i64>,
    subject: Option<Subject>,
    ingress: Option<Vec<ProtocolIngress>>,
    egress: Option<Vec<ProtocolEgress>>,
}

/// Which Pods a policy applies to, or a peer that can only be Pods.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Subject {
    pub(super) namespaces: Option<LabelSelector>,
    pub(super) pods: Option<NamespacedPod>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct NamespacedPod {
    pub(super) namespace_selector: Option<LabelSelector>,
    pub(super) pod_selector: Option<LabelSelector>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct EgressPeer {
    pub(super) namespaces: Option<LabelSelector>,
    pub(super) pods: Option<NamespacedPod>,
    pub(super) nodes: Option<LabelSelector>,
    pub(super) networks: Option<Vec<String>>,
    pub(super) domain_names: Option<Vec<String>>,
}

/// A port of `v1alpha1`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Port {
    pub(super) port_number: Option<PortNumber>,
    pub(super) named_port: Option<String>,
    pub(super) port_range: Option<PortRange>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PortNumber {
    pub(super) protocol: Option<String>,
    pub(super) port: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PortRange {
    pub(super) protocol: Option<String>,
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
}

/// A protocol of `v1alpha2`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ProtocolMatch {
    pub(super) tcp: Option<TransportMatch>,
    pub(super) udp: Option<TransportMatch>,
    pub(super) sctp: Option<TransportMatch>,
    pub(super) destination_named_port: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TransportMatch {
    pub(super) destination_port: Option<PortMatch>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PortMatch {
    pub(super) number: Option<i64>,
    pub(super) range: Option<NumberRange>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NumberRange {
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
}

/// The four rules differ in the names of two fields and in what stands in them.
macro_rules! rule {
    ($(#[$doc:meta])* $name:ident, $peers:ident: $peer:ty, $ports:ident: $port:ty => $into:path) => {
        $(#[$doc])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(default)]
        struct $name {
            name: Option<String>,
            action: Option<String>,
            $peers: Option<Vec<$peer>>,
            $ports: Option<Vec<$port>>,
        }

        impl From<$name> for WrittenRule {
            fn from(rule: $name) -> Self {
                Self {
                    name: rule.name,
                    action: rule.action,
                    peers: rule.$peers.map(|list| list.into_iter().map(EgressPeer::from).collect()),
                    ports: rule.$ports.map(|list| list.into_iter().map($into).collect()),
                }
            }
        }
    };
}

rule!(
    /// An ingress rule of `v1alpha1`.
    PortIngress, from: Subject, ports: Port => WrittenPort::Port
);
rule!(
    /// An egress rule of `v1alpha1`.
    PortEgress, to: EgressPeer, ports: Port => WrittenPort::Port
);
rule!(
    /// An ingress rule of `v1alpha2`.
    ProtocolIngress, from: Subject, protocols: ProtocolMatch => WrittenPort::Protocol
);
rule!(
    /// An egress rule of `v1alpha2`.
    ProtocolEgress, to: EgressPeer, protocols: ProtocolMatch => WrittenPort::Protocol
);

impl From<Subject> for EgressPeer {
    fn from(peer: Subject) -> Self {
        Self { namespaces: peer.namespaces, pods: peer.pods, ..Self::default() }
    }
}

fn rules<R: Into<WrittenRule>>(written: Option<Vec<R>>) -> Vec<WrittenRule> {
    written.into_iter().flatten().map(Into::into).collect()
}

impl From<AdminSpec> for WrittenSpec {
    fn from(spec: AdminSpec) -> Self {
        let AdminSpec { priority, subject, ingress, egress } = spec;
        Self { tier: None, priority, subject, ingress: rules(ingress), egress: rules(egress) }
    }
}

impl From<BaselineSpec> for WrittenSpec {
    fn from(spec: BaselineSpec) -> Self {
        let BaselineSpec { subject, ingress, egress } = spec;
        Self { subject, ingress: rules(ingress), egress: rules(egress), ..Self::default() }
    }
}

impl From<ClusterSpec> for WrittenSpec {
    fn from(spec: ClusterSpec) -> Self {
        let ClusterSpec { tier, priority, subject, ingress, egress } = spec;
        Self { tier, priority, subject, ingress: rules(ingress), egress: rules(egress) }
    }
}
