//! Objects of the API → a [`World`]. Every object must be one that the API server takes.

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::{Container, Node, Pod as ApiPod, PodSpec};
use ringfence::model::NAME_LABEL;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Labels, Pod, World};

impl World {
    /// The cluster of manifests in YAML, one object a document.
    pub fn from_yaml(text: &str, match_pod_ips: bool) -> Result<Self> {
        let documents = serde_yaml::Deserializer::from_str(text).map(Value::deserialize);
        let objects = documents.collect::<std::result::Result<Vec<_>, _>>()?;
        Self::from_objects(&objects, match_pod_ips)
    }

    /// The cluster of objects. Kinds that no policy speaks of are left out.
    pub fn from_objects(objects: &[Value], match_pod_ips: bool) -> Result<Self> {
        let mut world = Self { match_pod_ips, ..Self::default() };
        for object in objects.iter().filter(|object| !object.is_null()) {
            world.add(object).with_context(|| object.to_string())?;
        }
        for namespace in world.pods.iter().map(|pod| pod.namespace.clone()).collect::<Vec<_>>() {
            world.namespace(&namespace);
        }
        Ok(world)
    }

    fn add(&mut self, object: &Value) -> Result<()> {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (name, namespace) = (text("/metadata/name"), text("/metadata/namespace"));
        let namespace = if namespace.is_empty() { "default" } else { namespace };
        match text("/kind") {
            "Namespace" => {
                let declared: Option<Labels> = part(object, "/metadata/labels")?;
                self.namespace(name).extend(declared.unwrap_or_default());
            }
            "Node" => {
                let labels = typed::<Node>(object)?.metadata.labels.unwrap_or_default();
                self.nodes.insert(name.to_owned(), labels);
            }
            "Pod" => {
                let found = typed::<ApiPod>(object)?;
                let labels = found.metadata.labels.unwrap_or_default();
                let mut pod = pod(namespace, name, labels, &found.spec.unwrap_or_default());
                let status = found.status.unwrap_or_default();
                let parse = |ip: String| ip.parse().with_context(|| ip.clone());
                let ips = status.pod_ips.into_iter().flatten().map(|ip| ip.ip);
                pod.ips = ips.map(parse).collect::<Result<_>>()?;
                pod.host_ips = status.host_ip.into_iter().map(parse).collect::<Result<_>>()?;
                self.pods.push(pod);
            }
            "Deployment" | "StatefulSet" | "DaemonSet" => {
                let labels: Option<Labels> = part(object, "/spec/template/metadata/labels")?;
                let spec: Option<PodSpec> = part(object, "/spec/template/spec")?;
                let spec = spec.context("no template")?;
                self.pods.push(pod(namespace, name, labels.unwrap_or_default(), &spec));
            }
            "NetworkPolicy" => {
                let mut policy = typed::<k8s_openapi::api::networking::v1::NetworkPolicy>(object)?;
                policy.metadata.namespace = Some(namespace.to_owned());
                self.policies.push(policy);
            }
            "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy" | "ClusterNetworkPolicy" => {
                self.cluster_policies.push(typed(object)?);
            }
            _ => {}
        }
        Ok(())
    }

    /// The labels of a namespace, which exists from now on.
    fn namespace(&mut self, name: &str) -> &mut Labels {
        let labels = self.namespaces.entry(name.to_owned()).or_default();
        labels.insert(NAME_LABEL.to_owned(), name.to_owned());
        labels
    }
}

fn typed<T: DeserializeOwned>(object: &Value) -> Result<T> {
    Ok(serde_json::from_value(object.clone())?)
}

fn part<T: DeserializeOwned>(object: &Value, pointer: &str) -> Result<Option<T>> {
    Ok(object.pointer(pointer).cloned().map(serde_json::from_value).transpose()?.flatten())
}

fn pod(namespace: &str, name: &str, labels: Labels, spec: &PodSpec) -> Pod {
    let sidecars = spec.init_containers.iter().flatten();
    let sidecars = sidecars.filter(|container| container.restart_policy.as_deref() == Some("Always"));
    let ports = spec.containers.iter().chain(sidecars).flat_map(named_ports).collect();
    Pod {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        labels,
        ports,
        host_network: spec.host_network == Some(true),
        node: spec.node_name.clone(),
        ..Pod::default()
    }
}

fn named_ports(container: &Container) -> Vec<(String, String, u16)> {
    let named = container.ports.iter().flatten().filter_map(|port| {
        let protocol = port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
        Some((port.name.clone()?, protocol, u16::try_from(port.container_port).ok()?))
    });
    named.collect()
}
