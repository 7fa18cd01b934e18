//! Pods and what makes them, read through thin structs.
//!
//! The full API types of eight workload kinds would cost more than a megabyte of WebAssembly; isolation needs a
//! dozen fields. What the structs don't name is known to [`super::fields`], so that a typo is still told from a
//! field that nobody reads.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use serde::Deserialize;

use crate::sets::{Labels, Protocol};

/// `metadata` of an object or of a Pod template.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ObjectMeta {
    pub(super) name: Option<String>,
    pub(super) generate_name: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) labels: Option<BTreeMap<String, String>>,
    pub(super) annotations: Option<BTreeMap<String, String>>,
    pub(super) owner_references: Option<Vec<OwnerReference>>,
}

/// One of `metadata.ownerReferences`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OwnerReference {
    pub(super) kind: Option<String>,
    pub(super) name: Option<String>,
    pub(super) controller: Option<bool>,
}

/// A Pod, or a Pod template.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PodTemplateSpec {
    pub(super) metadata: Option<ObjectMeta>,
    pub(super) spec: Option<PodSpec>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodSpec {
    containers: Option<Vec<Container>>,
    init_containers: Option<Vec<Container>>,
    host_network: Option<bool>,
    node_name: Option<String>,
    dns_policy: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Container {
    ports: Option<Vec<ContainerPortSpec>>,
    restart_policy: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "ContainerPort", rename_all = "camelCase")]
struct ContainerPortSpec {
    #[serde(default)]
    container_port: Option<i32>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    protocol: Option<String>,
}

/// `status` of a Pod, as `kubectl get -o yaml` shows it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodStatus {
    phase: Option<String>,
    #[serde(rename = "hostIP")]
    host_ip: Option<String>,
    #[serde(rename = "podIP")]
    pod_ip: Option<String>,
    #[serde(rename = "podIPs")]
    pod_ips: Option<Vec<PodIp>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PodIp {
    ip: Option<String>,
}

/// A port that a container declares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerPort {
    /// Its name, for named ports of policies.
    pub name: Option<Arc<str>>,
    /// Its protocol.
    pub protocol: Protocol,
    /// Its number.
    pub port: u16,
}

/// The Pods that one template makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// The field path of the template; empty where the object is itself the Pod.
    pub template: String,
    /// The Pods' labels.
    pub labels: Labels,
    /// Whether the Pods may carry further labels that no manifest shows.
    pub open_labels: bool,
    /// Label keys that the controller adds with values that no manifest shows.
    pub runtime_labels: &'static [&'static str],
    /// The ports that containers and sidecar init containers declare, sorted, each once.
    pub ports: Vec<ContainerPort>,
    /// Whether the Pods share the node's network: policies neither select nor see them as Pods.
    pub host_network: bool,
    /// Whether the Pods look names up at the cluster's DNS service.
    pub uses_cluster_dns: bool,
    /// Addresses, where `status` tells.
    pub pod_ips: Vec<IpAddr>,
    /// The node that `spec.nodeName` binds the Pods to.
    pub node_name: Option<Arc<str>>,
    /// The address of the node, where `status` tells.
    pub host_ip: Option<IpAddr>,
}

impl Workload {
    /// The Pods of a template that lies at `template`.
    pub(super) fn new(template: impl Into<String>, pod: PodTemplateSpec) -> Self {
        let spec = pod.spec.unwrap_or_default();
        let host_network = spec.host_network.unwrap_or(false);
        let uses_cluster_dns = match spec.dns_policy.as_deref() {
            Some("None" | "Default") => false,
            Some("ClusterFirstWithHostNet") => true,
            _ => !host_network,
        };
        Self {
            template: template.into(),
            labels: Labels::from(pod.metadata.and_then(|meta| meta.labels).unwrap_or_default()),
            open_labels: false,
            runtime_labels: &[],
            ports: declared_ports(&spec),
            host_network,
            uses_cluster_dns,
            pod_ips: Vec::new(),
            node_name: spec.node_name.as_deref().filter(|name| !name.is_empty()).map(Arc::from),
            host_ip: None,
        }
    }

    /// The same Pods, with the addresses that `status` tells.
    pub(super) fn with_status(mut self, status: PodStatus) -> Self {
        self.host_ip = status.host_ip.and_then(|ip| ip.parse().ok());
        let listed = status.pod_ips.unwrap_or_default().into_iter().filter_map(|ip| ip.ip);
        self.pod_ips = listed.chain(status.pod_ip).filter_map(|ip| ip.parse().ok()).collect();
        self.pod_ips.sort_unstable();
        self.pod_ips.dedup();
        self
    }

    /// The field path of `rest` below the template.
    pub fn field(&self, rest: &str) -> String {
        if self.template.is_empty() { rest.to_owned() } else { format!("{}.{rest}", self.template) }
    }

    /// The numbers that a named port stands for at these Pods.
    pub fn resolve(&self, protocol: Protocol, name: &str) -> impl Iterator<Item = u16> {
        let named =
            move |port: &&ContainerPort| port.protocol == protocol && port.name.as_deref() == Some(name);
        self.ports.iter().filter(named).map(|port| port.port)
    }
}

impl PodStatus {
    /// Whether the Pod has run to its end and takes no more part.
    pub(super) fn is_completed(&self) -> bool {
        matches!(self.phase.as_deref(), Some("Succeeded" | "Failed"))
    }
}

/// The ports of containers, and of init containers that keep running as sidecars. A port with a number out of range
/// or with an unknown protocol is none.
fn declared_ports(spec: &PodSpec) -> Vec<ContainerPort> {
    let sidecars =
        spec.init_containers.iter().flatten().filter(|c| c.restart_policy.as_deref() == Some("Always"));
    let containers = spec.containers.iter().flatten().chain(sidecars);
    let port = |port: &ContainerPortSpec| {
        Some(ContainerPort {
            name: port.name.as_deref().map(Arc::from),
            protocol: port.protocol.as_deref().map_or(Ok(Protocol::Tcp), str::parse).ok()?,
            port: u16::try_from(port.container_port?).ok().filter(|number| *number > 0)?,
        })
    };
    let mut ports: Vec<_> =
        containers.flat_map(|container| container.ports.iter().flatten()).filter_map(port).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}
