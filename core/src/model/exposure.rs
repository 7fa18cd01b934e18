//! What lets clients outside the cluster in: Ingresses, Gateways and their routes, OpenShift Routes, and the classes
//! that say which controller serves them. Read by field path, because only a few fields of each matter.

use crate::yaml::{Node, push_index};

/// The annotation that named the class of an Ingress before `spec.ingressClassName` did, and still does.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

/// The annotation that makes an IngressClass the one of Ingresses that name none.
const DEFAULT_ANNOTATION: &str = "ingressclass.kubernetes.io/is-default-class";

/// An Ingress, a route of the Gateway API or an OpenShift Route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Which of them.
    pub via: ExposedBy,
    /// The name of its class, of an Ingress that names one.
    pub class: Option<String>,
    /// The Gateways that a route hangs on; empty where it names none.
    pub parents: Vec<Parent>,
    /// Where it sends to.
    pub backends: Vec<Backend>,
}

/// What kind of object lets clients in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExposedBy {
    /// An Ingress.
    Ingress,
    /// A route of the Gateway API.
    GatewayRoute,
    /// An OpenShift Route.
    OpenShiftRoute,
}

/// A reference of a route to its Gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The Gateway's name.
    pub name: String,
    /// The Gateway's namespace, where it is written.
    pub namespace: Option<String>,
}

/// A Service that something outside the cluster is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// The Service's name, in the object's own namespace unless it says otherwise.
    pub service: String,
    /// The Service's namespace, where it is written.
    pub namespace: Option<String>,
    /// Which of the Service's ports.
    pub port: BackendPort,
    /// The field path of the reference.
    pub field: String,
}

/// Which port of a Service something is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackendPort {
    /// Every port: none is written.
    Any,
    /// The Service's own port of this number.
    Number(u16),
    /// The Service's port of this name.
    Name(String),
    /// The port that sends to this number at the Pods.
    Target(u16),
}

/// A Gateway of the Gateway API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// The name of its GatewayClass.
    pub class: Option<String>,
}

/// An IngressClass or a GatewayClass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerClass {
    /// Whether it is a GatewayClass.
    pub gateway: bool,
    /// The controller that serves it: `spec.controller` or `spec.controllerName`.
    pub controller: Option<String>,
    /// Whether Ingresses that name no class get this one.
    pub default: bool,
}

/// A ReferenceGrant: which namespaces' routes may send to Services of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceGrant {
    /// Kind and namespace of who may refer.
    pub from: Vec<(String, String)>,
    /// The names of the Services; empty for every one.
    pub services: Option<Vec<String>>,
}

impl ReferenceGrant {
    /// Whether it lets an object of this kind and namespace send to a Service.
    pub fn allows(&self, kind: &str, namespace: &str, service: &str) -> bool {
        self.from.iter().any(|(of, from)| of == kind && from == namespace)
            && self
                .services
                .as_ref()
                .is_some_and(|names| names.is_empty() || names.iter().any(|name| name == service))
    }
}

/// An Ingress.
pub(super) fn ingress(node: Node<'_>) -> Exposure {
    let annotation = || node.at("metadata.annotations").and_then(|all| all.get(CLASS_ANNOTATION));
    let class = node.at("spec.ingressClassName").filter(|class| !class.is_null()).or_else(annotation);
    let mut backends = Vec::new();
    let mut take = |node: Option<Node<'_>>, field: String| {
        backends.extend(node.and_then(|node| ingress_backend(node, field)));
    };
    // `backend` was the name of `defaultBackend` before networking.k8s.io/v1.
    for field in ["spec.defaultBackend", "spec.backend"] {
        take(node.at(field), field.to_owned());
    }
    for (rule, field) in items(node, "spec.rules") {
        for (path, field) in items(rule, "http.paths").map(|(path, rest)| (path, format!("{field}.{rest}"))) {
            take(path.get("backend"), format!("{field}.backend"));
        }
    }
    Exposure { via: ExposedBy::Ingress, class: text(class), parents: Vec::new(), backends }
}

fn ingress_backend(node: Node<'_>, field: String) -> Option<Backend> {
    let service = text(node.at("service.name").or_else(|| node.get("serviceName")))?;
    let port = match node.at("service.port") {
        Some(port) => port.get("number").or_else(|| port.get("name")),
        None => node.get("servicePort"),
    };
    let port = port.and_then(own_port).unwrap_or(BackendPort::Any);
    Some(Backend { service, namespace: None, port, field })
}

/// A route of the Gateway API. One that hangs on Services only steers traffic inside a mesh and lets nobody in.
pub(super) fn gateway_route(node: Node<'_>) -> Exposure {
    let is_mesh = |parent: &Node<'_>| parent.get("kind").and_then(Node::as_str) == Some("Service");
    let references: Vec<Node<'_>> = items(node, "spec.parentRefs").map(|(parent, _)| parent).collect();
    let mesh_only = !references.is_empty() && references.iter().all(is_mesh);
    let parents = references.iter().filter(|parent| !is_mesh(parent)).filter_map(|parent| {
        Some(Parent { name: text(parent.get("name"))?, namespace: text(parent.get("namespace")) })
    });
    let mut backends = Vec::new();
    for (rule, field) in items(node, "spec.rules").filter(|_| !mesh_only) {
        let sent = items(rule, "backendRefs").map(|(reference, rest)| (reference, format!("{field}.{rest}")));
        let mirrored = items(rule, "filters").filter_map(|(filter, rest)| {
            let reference = filter.at("requestMirror.backendRef")?;
            Some((reference, format!("{field}.{rest}.requestMirror.backendRef")))
        });
        backends.extend(sent.chain(mirrored).filter_map(|(node, field)| gateway_backend(node, field)));
    }
    let parents = parents.collect();
    Exposure { via: ExposedBy::GatewayRoute, class: None, parents, backends }
}

fn gateway_backend(node: Node<'_>, field: String) -> Option<Backend> {
    if node.get("kind").and_then(Node::as_str).is_some_and(|kind| kind != "Service") {
        return None;
    }
    let service = text(node.get("name"))?;
    let port = node.get("port").and_then(own_port).unwrap_or(BackendPort::Any);
    Some(Backend { service, namespace: text(node.get("namespace")), port, field })
}

/// An OpenShift Route. Its port is a name of the Service's, or the number that the Pods listen on.
pub(super) fn openshift_route(node: Node<'_>) -> Exposure {
    let port = node.at("spec.port.targetPort").and_then(own_port);
    let port = match port {
        Some(BackendPort::Number(number)) => BackendPort::Target(number),
        other => other.unwrap_or(BackendPort::Any),
    };
    let own = node.at("spec.to").map(|to| (to, "spec.to".to_owned()));
    let targets = own.into_iter().chain(items(node, "spec.alternateBackends"));
    let backends = targets.filter_map(|(target, field)| {
        Some(Backend { service: text(target.get("name"))?, namespace: None, port: port.clone(), field })
    });
    let backends = backends.collect();
    Exposure { via: ExposedBy::OpenShiftRoute, class: None, parents: Vec::new(), backends }
}

/// A Gateway.
pub(super) fn gateway(node: Node<'_>) -> Gateway {
    Gateway { class: text(node.at("spec.gatewayClassName")) }
}

/// An IngressClass.
pub(super) fn ingress_class(node: Node<'_>) -> ControllerClass {
    let default = node.at("metadata.annotations").and_then(|all| all.get(DEFAULT_ANNOTATION));
    ControllerClass {
        gateway: false,
        controller: text(node.at("spec.controller")),
        default: default.and_then(Node::value_text) == Some("true"),
    }
}

/// A GatewayClass.
pub(super) fn gateway_class(node: Node<'_>) -> ControllerClass {
    ControllerClass { gateway: true, controller: text(node.at("spec.controllerName")), default: false }
}

/// A ReferenceGrant.
pub(super) fn reference_grant(node: Node<'_>) -> ReferenceGrant {
    let from = items(node, "spec.from")
        .filter_map(|(from, _)| Some((text(from.get("kind"))?, text(from.get("namespace"))?)));
    let services: Vec<Option<String>> = items(node, "spec.to")
        .filter(|(to, _)| to.get("kind").and_then(Node::as_str) == Some("Service"))
        .map(|(to, _)| text(to.get("name")))
        .collect();
    let every = services.iter().any(Option::is_none);
    let names = || services.iter().flatten().cloned().collect();
    let services = (!services.is_empty()).then(|| if every { Vec::new() } else { names() });
    ReferenceGrant { from: from.collect(), services }
}

/// The items of a list with their field paths.
fn items<'n>(node: Node<'n>, path: &'static str) -> impl Iterator<Item = (Node<'n>, String)> {
    let list = node.at(path).into_iter().flat_map(|list| list.items());
    list.enumerate().map(move |(index, item)| {
        let mut field = path.to_owned();
        push_index(&mut field, index);
        (item, field)
    })
}

fn text(node: Option<Node<'_>>) -> Option<String> {
    node?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A number or a name of a Service's own ports.
fn own_port(node: Node<'_>) -> Option<BackendPort> {
    let text = node.value_text().filter(|_| !node.is_null())?;
    match (text.parse(), node.as_str()) {
        (Ok(number), _) => Some(BackendPort::Number(number)),
        (Err(_), Some(name)) => Some(BackendPort::Name(name.to_owned())),
        (Err(_), None) => None,
    }
}
