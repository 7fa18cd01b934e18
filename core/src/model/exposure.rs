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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Access, Body, ReadOptions, Target, read_file};

    fn bodies(text: &str) -> Vec<Body> {
        let file = read_file("x.yaml", text.as_bytes(), &ReadOptions::default());
        file.objects.into_iter().map(|object| object.body).collect()
    }

    fn exposure(text: &str) -> Exposure {
        match bodies(text).pop() {
            Some(Body::Exposure(exposure)) => exposure,
            other => panic!("{other:?}"),
        }
    }

    fn shown(exposure: &Exposure) -> Vec<String> {
        let backends = exposure.backends.iter();
        backends
            .map(|b| {
                format!("{}/{}:{:?}@{}", b.namespace.as_deref().unwrap_or("-"), b.service, b.port, b.field)
            })
            .collect()
    }

    #[test]
    fn an_ingress_names_services_in_every_version() {
        let found = exposure(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: x}\nspec:\n  ingressClassName: public\n  \
             defaultBackend: {service: {name: a, port: {name: http}}}\n  rules:\n  - http: {paths: [{path: /, backend: \
             {service: {name: b, port: {number: 80}}}}, {backend: {resource: {kind: Bucket, name: c}}}]}\n",
        );
        assert_eq!(found.class.as_deref(), Some("public"));
        assert_eq!(
            shown(&found),
            ["-/a:Name(\"http\")@spec.defaultBackend", "-/b:Number(80)@spec.rules[0].http.paths[0].backend"]
        );
        let old = exposure(
            "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata:\n  name: x\n  annotations: \
             {kubernetes.io/ingress.class: old}\nspec: {backend: {serviceName: a, servicePort: 8080}}\n",
        );
        assert_eq!(old.class.as_deref(), Some("old"));
        assert_eq!(shown(&old), ["-/a:Number(8080)@spec.backend"]);
    }

    #[test]
    fn a_route_names_its_gateways_and_services() {
        let route = |parents: &str| {
            exposure(&format!(
                "apiVersion: gateway.networking.k8s.io/v1\nkind: GRPCRoute\nmetadata: {{name: x}}\nspec:\n  parentRefs: \
                 {parents}\n  rules:\n  - backendRefs: [{{name: a, port: 80}}, {{name: b, namespace: far, port: 81}}, \
                 {{kind: Pool, name: c}}]\n    filters: [{{requestMirror: {{backendRef: {{name: d, port: 82}}}}}}]\n",
            ))
        };
        let found = route("[{name: door, namespace: edge}, {name: own}]");
        let parents: Vec<_> = found.parents.iter().map(|p| (&*p.name, p.namespace.as_deref())).collect();
        assert_eq!(parents, [("door", Some("edge")), ("own", None)]);
        assert_eq!(
            shown(&found),
            [
                "-/a:Number(80)@spec.rules[0].backendRefs[0]",
                "far/b:Number(81)@spec.rules[0].backendRefs[1]",
                "-/d:Number(82)@spec.rules[0].filters[0].requestMirror.backendRef"
            ]
        );
        let mesh = route("[{kind: Service, name: a}]");
        assert!(mesh.backends.is_empty() && mesh.parents.is_empty());
    }

    #[test]
    fn an_openshift_route_names_a_port_of_the_service_or_of_the_pods() {
        let route = |port: &str| {
            shown(&exposure(&format!(
                "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {{name: x}}\nspec:\n  to: {{kind: Service, \
                 name: a}}\n  alternateBackends: [{{kind: Service, name: b}}]\n  port: {port}\n",
            )))
        };
        assert_eq!(
            route("{targetPort: 8080}"),
            ["-/a:Target(8080)@spec.to", "-/b:Target(8080)@spec.alternateBackends[0]"]
        );
        assert_eq!(route("{targetPort: http}")[0], "-/a:Name(\"http\")@spec.to");
        assert_eq!(route("null")[0], "-/a:Any@spec.to");
    }

    #[test]
    fn a_grant_is_for_kinds_namespaces_and_services() {
        let grant = |to: &str| {
            match bodies(&format!(
            "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {{name: x}}\nspec:\n  from: \
             [{{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: a}}]\n  to: {to}\n",
        ))
        .pop()
        {
            Some(Body::ReferenceGrant(grant)) => grant,
            other => panic!("{other:?}"),
        }
        };
        let every = grant("[{group: '', kind: Service}]");
        assert!(every.allows("HTTPRoute", "a", "web"));
        assert!(!every.allows("HTTPRoute", "b", "web") && !every.allows("TCPRoute", "a", "web"));
        let one = grant("[{group: '', kind: Service, name: web}]");
        assert!(one.allows("HTTPRoute", "a", "web") && !one.allows("HTTPRoute", "a", "db"));
        assert!(!grant("[{group: '', kind: Secret}]").allows("HTTPRoute", "a", "web"));
    }

    #[test]
    fn a_service_says_who_reaches_it() {
        let service = |spec: &str| match bodies(&format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: x\n  annotations: \
             {{service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip}}\nspec: {spec}\n"
        ))
        .pop()
        {
            Some(Body::Service(service)) => service,
            other => panic!("{other:?}"),
        };
        let balanced = service(
            "{type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8, x], ports: [{name: a, port: 80, targetPort: \
             http, nodePort: 30080}, {port: 53, protocol: UDP}]}",
        );
        assert_eq!((balanced.access, balanced.keeps_addresses), (Access::LoadBalancer, true));
        assert_eq!(balanced.source_ranges.len(), 1);
        let [first, second] = balanced.ports.as_slice() else { panic!("two ports") };
        assert_eq!((&*first.name, first.number, first.node_port), ("a", 80, Some(30080)));
        assert_eq!((&first.target, &second.target), (&Target::Name("http".to_owned()), &Target::Number(53)));
        let node = service("{type: NodePort, ports: [{port: 0}]}");
        assert!(node.is_external() && !node.keeps_addresses && node.ports.is_empty());
        assert!(service("{externalIPs: [10.0.0.1]}").is_external() && !service("{}").is_external());
    }
}
