//! Services: which Pods they send to, on which ports, and how clients outside the cluster get to them.

use ipnet::IpNet;
use k8s_openapi::api::core::v1::{ServicePort as PortSpec, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Workload;
use crate::sets::{Labels, Protocol};
use crate::yaml::Node;

/// A Service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Which Pods it sends to; none for a Service without a selector.
    pub selector: Option<Labels>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// Who reaches it.
    pub access: Access,
    /// Whether it has `externalIPs`.
    pub external_ips: bool,
    /// Whether what comes from outside keeps its address: `externalTrafficPolicy: Local`, or a load balancer that
    /// sends to the Pods themselves.
    pub keeps_addresses: bool,
    /// The addresses that a load balancer takes connections from; empty for all.
    pub source_ranges: Vec<IpNet>,
}

/// The type of a Service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Only the cluster itself: ClusterIP, ExternalName.
    #[default]
    Cluster,
    /// Whoever reaches a node.
    NodePort,
    /// Clients of a load balancer.
    LoadBalancer,
}

/// One port of a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePort {
    /// Its index in the Service's list.
    pub index: usize,
    /// Its name; empty where it has none.
    pub name: String,
    /// Its own number.
    pub number: u16,
    /// The number at every node, where it is written.
    pub node_port: Option<u16>,
    /// The protocol.
    pub protocol: Protocol,
    /// Where it sends to: a number or the name of a container port.
    pub target: Target,
}

impl ServicePort {
    /// The numbers that it sends to at these Pods: none where it asks for a name that they don't have.
    pub fn resolve(&self, pods: &Workload) -> Vec<u16> {
        match &self.target {
            Target::Number(number) => vec![*number],
            Target::Name(name) => pods.resolve(self.protocol, name).collect(),
        }
    }
}

/// The `targetPort` of a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A number.
    Number(u16),
    /// The name of a container port.
    Name(String),
}

/// What makes the load balancers of AWS send to Pods instead of nodes.
const AWS_TARGET_TYPE: &str = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type";
const AWS_TYPE: &str = "service.beta.kubernetes.io/aws-load-balancer-type";

impl Service {
    /// Whether clients outside the cluster reach it without an Ingress or a route.
    pub fn is_external(&self) -> bool {
        self.access != Access::Cluster || self.external_ips
    }
}

/// The Service of a specification; `annotations` are the object's.
pub(super) fn compile(spec: ServiceSpec, annotations: Option<Node<'_>>) -> Service {
    let access = match spec.type_.as_deref() {
        Some("LoadBalancer") => Access::LoadBalancer,
        Some("NodePort") => Access::NodePort,
        _ => Access::Cluster,
    };
    let annotation = |key: &str| annotations.and_then(|all| all.get(key)).and_then(|value| value.as_str());
    let to_pods = annotation(AWS_TARGET_TYPE) == Some("ip") || annotation(AWS_TYPE) == Some("nlb-ip");
    let ranges = spec.load_balancer_source_ranges.unwrap_or_default();
    let ports = spec.ports.unwrap_or_default();
    Service {
        selector: spec.selector.filter(|selector| !selector.is_empty()).map(Labels::from),
        ports: ports.into_iter().enumerate().filter_map(|(index, spec)| port(index, spec)).collect(),
        access,
        external_ips: spec.external_ips.is_some_and(|ips| !ips.is_empty()),
        keeps_addresses: spec.external_traffic_policy.as_deref() == Some("Local")
            || (access == Access::LoadBalancer && to_pods),
        source_ranges: ranges.iter().filter_map(|range| range.trim().parse().ok()).collect(),
    }
}

fn port(index: usize, spec: PortSpec) -> Option<ServicePort> {
    let port_number = |number: i32| u16::try_from(number).ok().filter(|number| *number > 0);
    let number = port_number(spec.port)?;
    let target = match spec.target_port {
        Some(IntOrString::String(name)) => Target::Name(name),
        Some(IntOrString::Int(target)) => Target::Number(port_number(target).unwrap_or(number)),
        None => Target::Number(number),
    };
    let protocol = spec.protocol.as_deref().unwrap_or("TCP").parse().ok()?;
    let node_port = spec.node_port.and_then(port_number);
    Some(ServicePort { index, name: spec.name.unwrap_or_default(), number, node_port, protocol, target })
}
