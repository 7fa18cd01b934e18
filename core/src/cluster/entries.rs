//! The ways from outside the cluster to its Pods: through an Ingress, a route, or a Service that is open itself.
//!
//! An [`Entrance`] says what the manifests say: who opens it, which controller is meant to serve it as far as that is
//! written, and which ports of which Pods it ends at. Whether policies let anybody through is the engine's matter.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::inventory::{Class, ClassId, Cluster, NamespaceId, ServiceInfo};
use super::repository::ObjectId;
use crate::model::{
    Access, Backend, BackendPort, Body, ControllerClass, ExposedBy, Exposure, Object, Parent, ReferenceGrant,
    ServicePort, Target,
};
use crate::sets::{ConnectionSet, LabelSelector};

/// A way from outside to the Pods of one Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrance<'r> {
    /// The object that opens it: an Ingress, a route, or the Service itself.
    pub object: ObjectId,
    /// Where the object names the Service; empty where it is the Service.
    pub field: String,
    /// What it is.
    pub via: Via,
    /// The Service: its index in [`Cluster::services`].
    pub service: u32,
    /// What is written about the controllers that serve it, one for each Gateway; empty where nothing is.
    pub hints: Vec<Hint<'r>>,
    /// Where it ends, by class. Classes without any of the ports are left out.
    pub targets: Vec<EntranceTarget>,
    /// Whether the Service is in another namespace and no ReferenceGrant of the repository lets the route send there.
    pub lacks_grant: bool,
}

/// What an entrance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// An Ingress.
    Ingress,
    /// A route of the Gateway API.
    Gateway,
    /// An OpenShift Route.
    Route,
    /// A Service of type LoadBalancer.
    LoadBalancer,
    /// A Service of type NodePort.
    NodePort,
    /// A Service with `externalIPs`.
    ExternalIp,
}

impl Via {
    /// Whether a controller accepts the connections and opens new ones to the Pods.
    pub fn has_controller(self) -> bool {
        matches!(self, Self::Ingress | Self::Gateway | Self::Route)
    }
}

/// What is written about the controller that serves an entrance.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hint<'r> {
    /// The name of the class.
    pub class: Option<&'r str>,
    /// What the class calls its controller, where the repository holds the class.
    pub controller: Option<&'r str>,
    /// Namespace and name of the Gateway that the route hangs on.
    pub gateway: Option<(Arc<str>, &'r str)>,
}

/// The Pods of one class at the end of an entrance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntranceTarget {
    /// The class.
    pub class: ClassId,
    /// Whether the Service selects the Pods for certain; otherwise that hangs on labels that no manifest shows.
    pub certain: bool,
    /// The ports that it ends at.
    pub ports: ConnectionSet,
}

/// Every entrance of a cluster, in the order of its objects.
pub(super) fn entrances<'r>(cluster: &Cluster<'r>) -> Vec<Entrance<'r>> {
    let finder = Finder::new(cluster);
    let mut found = Vec::new();
    for (id, namespace) in &cluster.objects {
        let (Some(object), Some(namespace)) = (cluster.repository.object(*id), *namespace) else { continue };
        match &object.body {
            Body::Exposure(exposure) => finder.exposed(*id, object, namespace, exposure, &mut found),
            Body::Service(_) => found.extend(finder.open_service(*id)),
            _ => {}
        }
    }
    found
}

struct Finder<'a, 'r> {
    cluster: &'a Cluster<'r>,
    by_name: BTreeMap<(NamespaceId, &'r str), u32>,
    by_object: BTreeMap<ObjectId, u32>,
    classes: BTreeMap<(bool, &'r str), &'r ControllerClass>,
    default_class: Option<(&'r str, &'r ControllerClass)>,
    gateways: BTreeMap<(NamespaceId, &'r str), Option<&'r str>>,
    grants: Vec<(NamespaceId, &'r ReferenceGrant)>,
    on_nodes: Vec<(ClassId, &'a Class<'r>)>,
}

impl<'a, 'r> Finder<'a, 'r> {
    fn new(cluster: &'a Cluster<'r>) -> Self {
        let classes = cluster.classes.iter().zip(0u32..).map(|(class, id)| (ClassId(id), class));
        let on_nodes = classes.filter(|(_, class)| class.host_network);
        let numbered = || cluster.services.iter().zip(0u32..);
        let mut finder = Self {
            cluster,
            by_name: numbered().map(|(info, i)| ((info.namespace, info.name), i)).collect(),
            by_object: numbered().map(|(info, i)| (info.object, i)).collect(),
            classes: BTreeMap::new(),
            default_class: None,
            gateways: BTreeMap::new(),
            grants: Vec::new(),
            on_nodes: on_nodes.collect(),
        };
        for (id, namespace) in &cluster.objects {
            let Some(object) = cluster.repository.object(*id) else { continue };
            match (&object.body, namespace) {
                (Body::ControllerClass(class), _) => {
                    finder.classes.insert((class.gateway, &object.name), class);
                    if class.default {
                        finder.default_class = Some((&object.name, class));
                    }
                }
                (Body::Gateway(gateway), Some(namespace)) => {
                    finder.gateways.insert((*namespace, &object.name), gateway.class.as_deref());
                }
                (Body::ReferenceGrant(grant), Some(namespace)) => finder.grants.push((*namespace, grant)),
                _ => {}
            }
        }
        finder
    }

    /// A Service that is open by itself.
    fn open_service(&self, object: ObjectId) -> Option<Entrance<'r>> {
        let service = *self.by_object.get(&object)?;
        let info = self.cluster.services.get(service as usize)?;
        let via = match info.service.access {
            Access::LoadBalancer => Via::LoadBalancer,
            Access::NodePort => Via::NodePort,
            Access::Cluster if info.service.external_ips => Via::ExternalIp,
            Access::Cluster => return None,
        };
        let targets = self.targets(info, via, &[&BackendPort::Any]);
        let (field, hints) = (String::new(), Vec::new());
        Some(Entrance { object, field, via, service, hints, targets, lacks_grant: false })
    }

    /// The entrances of an Ingress or a route: one for each Service that it sends to.
    fn exposed(
        &self,
        id: ObjectId,
        object: &'r Object,
        own: NamespaceId,
        exposure: &'r Exposure,
        found: &mut Vec<Entrance<'r>>,
    ) {
        let via = match exposure.via {
            ExposedBy::Ingress => Via::Ingress,
            ExposedBy::GatewayRoute => Via::Gateway,
            ExposedBy::OpenShiftRoute => Via::Route,
        };
        let mut by_service: BTreeMap<u32, Vec<&Backend>> = BTreeMap::new();
        for backend in &exposure.backends {
            let named = backend.namespace.as_deref();
            let namespace = named.map_or(Some(own), |name| self.cluster.find_namespace(name));
            let service = namespace.and_then(|id| self.by_name.get(&(id, &*backend.service)));
            if let Some(service) = service {
                by_service.entry(*service).or_default().push(backend);
            }
        }
        let hints = match via {
            Via::Ingress => self.class_of(exposure).into_iter().collect(),
            Via::Gateway => self.gateways_of(own, exposure),
            _ => Vec::new(),
        };
        for (service, backends) in by_service {
            let Some(info) = self.cluster.services.get(service as usize) else { continue };
            let ports: Vec<&BackendPort> = backends.iter().map(|backend| &backend.port).collect();
            let field = backends.first().map_or("", |first| &first.field).to_owned();
            let lacks_grant = info.namespace != own && !self.granted(&object.kind, own, info);
            let (hints, targets) = (hints.clone(), self.targets(info, via, &ports));
            found.push(Entrance { object: id, field, via, service, hints, targets, lacks_grant });
        }
    }

    fn class_of(&self, exposure: &'r Exposure) -> Option<Hint<'r>> {
        let Some(class) = exposure.class.as_deref() else {
            let (name, class) = self.default_class?;
            return Some(Hint { class: Some(name), controller: class.controller.as_deref(), gateway: None });
        };
        Some(Hint { class: Some(class), controller: self.controller_of(false, class), gateway: None })
    }

    fn gateways_of(&self, own: NamespaceId, exposure: &'r Exposure) -> Vec<Hint<'r>> {
        let own: Arc<str> = Arc::from(self.cluster.namespace_name(own));
        let hint = |parent: &'r Parent| {
            let namespace = parent.namespace.as_deref().map_or_else(|| Arc::clone(&own), Arc::from);
            let known = self.cluster.find_namespace(&namespace);
            let class = known.and_then(|id| *self.gateways.get(&(id, &*parent.name))?);
            let controller = class.and_then(|name| self.controller_of(true, name));
            Hint { class, controller, gateway: Some((namespace, &*parent.name)) }
        };
        exposure.parents.iter().map(hint).collect()
    }

    fn controller_of(&self, gateway: bool, class: &str) -> Option<&'r str> {
        self.classes.get(&(gateway, class))?.controller.as_deref()
    }

    /// Whether a ReferenceGrant of the Service's namespace lets routes of `from` send to it.
    fn granted(&self, kind: &str, from: NamespaceId, service: &ServiceInfo<'_>) -> bool {
        let from = self.cluster.namespace_name(from);
        let mut of_namespace = self.grants.iter().filter(|(namespace, _)| *namespace == service.namespace);
        of_namespace.any(|(_, grant)| grant.allows(kind, from, service.name))
    }

    /// Where these ports of a Service end, at the Pods that it selects and at those on their node's network.
    fn targets(&self, info: &ServiceInfo<'_>, via: Via, ports: &[&BackendPort]) -> Vec<EntranceTarget> {
        let such = |is_such: fn(&BackendPort, &ServicePort) -> bool| -> Vec<&ServicePort> {
            info.service.ports.iter().filter(|port| ports.iter().any(|p| is_such(p, port))).collect()
        };
        let mut wanted = such(is_meant);
        if wanted.is_empty() && via == Via::Ingress {
            wanted = such(is_target);
        }
        let target = |id: u32| {
            let class = self.cluster.class(ClassId(id))?;
            let mut ports = ConnectionSet::none();
            for port in &wanted {
                for number in port.resolve(class.example) {
                    ports.insert(port.protocol, number, number);
                }
            }
            let certain = class.host_network || info.targets.certain.contains(id);
            (!ports.is_empty()).then_some(EntranceTarget { class: ClassId(id), certain, ports })
        };
        let on_nodes = self.on_nodes(info);
        let mut ids: Vec<u32> = info.targets.possible.iter().chain(on_nodes).collect();
        ids.sort_unstable();
        ids.into_iter().filter_map(target).collect()
    }

    /// The classes on their node's network that a Service selects: policies don't see them, Services do.
    fn on_nodes(&self, info: &ServiceInfo<'_>) -> Vec<u32> {
        let Some(labels) = &info.service.selector else { return Vec::new() };
        let selector = LabelSelector::from_parts(labels.iter(), []);
        let selected = self
            .on_nodes
            .iter()
            .filter(|(_, class)| class.namespace == info.namespace && selector.matches(class.labels));
        selected.map(|(id, _)| id.0).collect()
    }
}

/// Whether a backend's port is this port of the Service.
fn is_meant(wanted: &BackendPort, port: &ServicePort) -> bool {
    match wanted {
        BackendPort::Any => true,
        BackendPort::Number(number) => port.number == *number,
        BackendPort::Name(name) => port.name == *name,
        BackendPort::Target(number) => port.target == Target::Number(*number) || port.number == *number,
    }
}

/// Whether a number that is no port of the Service is the one that this port sends to. ingress-nginx compares the
/// number of an Ingress with both; a route of the Gateway API means the Service's own port only.
fn is_target(wanted: &BackendPort, port: &ServicePort) -> bool {
    matches!(wanted, BackendPort::Number(number) if port.target == Target::Number(*number))
}
