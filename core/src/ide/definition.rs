//! Where what is named is written: the workloads of a selector, the namespaces of another, a container's port, the
//! Service behind an Ingress.

use super::place::{self, Place};
use super::spot::{self, Step};
use super::{Member, Snapshot};
use crate::cluster::{ClassId, NamespaceId, ObjectId, PolicyInfo, Selection};
use crate::model::{AdminPeer, AdminPort, Body, Direction, Peer, PodScope, Port, Target};
use crate::sets::{IdSet, LabelSelector, Protocol};
use crate::text::Span;
use crate::yaml::{Node, push_index};

/// Where the definitions of something are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The key or value that names them.
    pub span: Span,
    /// Where they are; each has a place.
    pub targets: Vec<Member>,
}

/// The definitions of what is named at an offset of a written file; none where nothing is.
pub fn definition(snapshot: &Snapshot<'_, '_>, path: &str, offset: u32) -> Option<Definition> {
    let file = snapshot.file(path)?;
    let spot = spot::find(snapshot, file, offset)?;
    let object = *snapshot.deployed(spot.object).first()?;
    let key = |at: usize| spot.steps.get(at).map_or("", Step::key);
    let mut targets = match &snapshot.repository().object(object)?.body {
        _ if (key(0), key(1)) == ("metadata", "namespace") => snapshot
            .cluster()
            .namespace_of(object)
            .and_then(|id| namespace(snapshot, id))
            .into_iter()
            .collect(),
        Body::NetworkPolicy(_) => of_policy(snapshot, object, &spot.steps)?,
        Body::AdminPolicy(_) => of_admin(snapshot, object, &spot.steps)?,
        Body::Service(_) => of_service(snapshot, object, &spot.steps)?,
        Body::Exposure(_) => of_entrance(snapshot, object, &spot.steps),
        _ => return None,
    };
    targets.retain(|target| target.location.as_ref().is_some_and(|place| place.span.is_some()));
    (!targets.is_empty()).then_some(Definition { span: spot.span, targets })
}

/// The Namespace object of a namespace.
fn namespace(snapshot: &Snapshot<'_, '_>, id: NamespaceId) -> Option<Member> {
    let info = snapshot.cluster().namespace(id)?;
    let location = Some(snapshot.place_of(info.object?, ""));
    Some(Member { name: info.name.to_string(), note: String::new(), location })
}

fn namespaces(snapshot: &Snapshot<'_, '_>, selector: &LabelSelector) -> Vec<Member> {
    let selected = snapshot.cluster().select_namespaces(selector);
    selected.into_iter().filter_map(|id| namespace(snapshot, id)).collect()
}

fn workloads(snapshot: &Snapshot<'_, '_>, selection: &Selection) -> Vec<Member> {
    snapshot.units_of(&selection.possible).into_iter().map(|unit| snapshot.member(unit)).collect()
}

fn has_key(steps: &[Step<'_>], wanted: &[&str]) -> bool {
    steps.iter().any(|step| wanted.contains(&step.key()))
}

fn of_policy(snapshot: &Snapshot<'_, '_>, object: ObjectId, steps: &[Step<'_>]) -> Option<Vec<Member>> {
    let policy = snapshot.cluster().policies.iter().find(|policy| policy.object == object)?;
    let rule = |direction, index: usize| policy.policy.half(direction).rules.get(index);
    match place::of_policy(steps) {
        Place::Subject => Some(workloads(snapshot, &policy.subject)),
        Place::Peer(direction, index, peer) => match rule(direction, index)?.peers.as_ref()?.get(peer)? {
            Peer::Pods { namespaces: Some(selector), .. } if has_key(steps, &["namespaceSelector"]) => {
                Some(namespaces(snapshot, selector))
            }
            Peer::Pods { namespaces, pods } => {
                let now = snapshot.engine().pod_peers(policy.namespace, namespaces.as_ref(), pods.as_ref());
                Some(workloads(snapshot, &now.selection))
            }
            _ => None,
        },
        Place::Ports(direction, index, Some(port)) => {
            let rule = rule(direction, index)?;
            let Port::Named { protocol, name } = rule.ports.as_ref()?.get(port)? else { return None };
            let destinations = destinations(snapshot, policy, direction, rule);
            Some(container_ports(snapshot, &destinations, Some(*protocol), name))
        }
        _ => None,
    }
}

/// The classes to which a rule's connections go.
fn destinations<'c>(
    snapshot: &Snapshot<'_, 'c>,
    policy: &PolicyInfo<'c>,
    direction: Direction,
    rule: &'c crate::model::Rule,
) -> IdSet {
    match direction {
        Direction::Ingress => policy.subject.certain.clone(),
        Direction::Egress => snapshot.engine().peers_of(policy.namespace, rule).classes.clone(),
    }
}

fn of_admin(snapshot: &Snapshot<'_, '_>, object: ObjectId, steps: &[Step<'_>]) -> Option<Vec<Member>> {
    let info = snapshot.cluster().admin.iter().find(|info| info.object == object)?;
    let of_scope = |scope: &PodScope| match has_key(steps, &["namespaceSelector"]) {
        true => namespaces(snapshot, &scope.namespaces),
        false => workloads(snapshot, &snapshot.cluster().select_scope(scope)),
    };
    let rule = |direction, index: usize| info.policy.rules(direction).get(index);
    match place::of_policy(steps) {
        Place::Subject => info.policy.subject.as_ref().map(of_scope),
        Place::Peer(direction, index, peer) => match rule(direction, index)?.peers.get(peer)? {
            AdminPeer::Pods(scope) => Some(of_scope(scope)),
            _ => None,
        },
        Place::Ports(direction, index, Some(port)) => {
            let rule = rule(direction, index)?;
            let AdminPort::Named(name) = rule.ports.as_ref()?.get(port)? else { return None };
            let classes = match direction {
                Direction::Ingress => info.subject.certain.clone(),
                Direction::Egress => peers_of_rule(snapshot, &rule.peers),
            };
            Some(container_ports(snapshot, &classes, None, name))
        }
        _ => None,
    }
}

fn peers_of_rule(snapshot: &Snapshot<'_, '_>, peers: &[AdminPeer]) -> IdSet {
    let mut classes = IdSet::new();
    for peer in peers {
        if let AdminPeer::Pods(scope) = peer {
            classes.union_with(&snapshot.cluster().select_scope(scope).certain);
        }
    }
    classes
}

fn of_service(snapshot: &Snapshot<'_, '_>, object: ObjectId, steps: &[Step<'_>]) -> Option<Vec<Member>> {
    let info = snapshot.cluster().services.iter().find(|service| service.object == object)?;
    let key = |at: usize| steps.get(at).map_or("", Step::key);
    match (key(0), key(1), steps.get(2)) {
        ("spec", "selector", _) => Some(workloads(snapshot, &info.targets)),
        ("spec", "ports", Some(Step::Item(index))) => {
            let port = info.service.ports.iter().find(|port| port.index == *index)?;
            let Target::Name(name) = &port.target else { return None };
            Some(container_ports(snapshot, &info.targets.certain, Some(port.protocol), name))
        }
        _ => None,
    }
}

/// The Services that an Ingress or a route sends to, or the one of the backend at hand.
fn of_entrance(snapshot: &Snapshot<'_, '_>, object: ObjectId, steps: &[Step<'_>]) -> Vec<Member> {
    let field = spot::field(steps);
    let cluster = snapshot.cluster();
    let Some(Body::Exposure(exposure)) = snapshot.repository().object(object).map(|object| &object.body)
    else {
        return Vec::new();
    };
    let Some(own) = cluster.namespace_of(object) else { return Vec::new() };
    let meant = exposure.backends.iter().filter(|backend| field.starts_with(&backend.field));
    let services = meant.filter_map(|backend| {
        let named = backend.namespace.as_deref();
        let namespace = named.map_or(Some(own), |name| cluster.find_namespace(name))?;
        cluster.services.iter().find(|info| info.namespace == namespace && info.name == backend.service)
    });
    let member = |info: &crate::cluster::ServiceInfo<'_>| Member {
        name: format!("{}/{}", cluster.namespace_name(info.namespace), info.name),
        note: String::new(),
        location: Some(snapshot.place_of(info.object, "")),
    };
    services.map(member).collect()
}

/// Where the workloads of a set of classes declare a port of this name.
fn container_ports(
    snapshot: &Snapshot<'_, '_>,
    classes: &IdSet,
    protocol: Option<Protocol>,
    name: &str,
) -> Vec<Member> {
    let cluster = snapshot.cluster();
    let mut found = Vec::new();
    for class in classes.iter().filter_map(|id| cluster.class(ClassId(id))) {
        for info in class.members.iter().filter_map(|id| cluster.workload(*id)) {
            let Some(node) = snapshot.repository().node(info.object) else { continue };
            let title = snapshot.scene.object_title(info.object);
            let fields = port_fields(node, &info.pods.field("spec"), protocol, name);
            found.extend(fields.into_iter().map(|(field, number)| Member {
                name: title.replace('`', ""),
                note: number,
                location: Some(snapshot.place_of(info.object, &field)),
            }));
        }
    }
    found
}

/// The fields of the ports of a Pod that have a name, each with its number.
fn port_fields(node: Node<'_>, spec: &str, protocol: Option<Protocol>, name: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for list in ["containers", "initContainers"] {
        let containers = format!("{spec}.{list}");
        for (i, container) in node.at(&containers).into_iter().flat_map(Node::items).enumerate() {
            for (j, port) in container.get("ports").into_iter().flat_map(Node::items).enumerate() {
                let own = port.get("protocol").and_then(Node::as_str).unwrap_or("TCP");
                let is_meant = protocol.is_none_or(|protocol| own.parse() == Ok(protocol));
                if is_meant && port.get("name").and_then(Node::as_str) == Some(name) {
                    let mut field = containers.clone();
                    push_index(&mut field, i);
                    field.push_str(".ports");
                    push_index(&mut field, j);
                    field.push_str(".name");
                    let number = port.get("containerPort").and_then(Node::value_text).unwrap_or_default();
                    found.push((field, format!("{own} {number}")));
                }
            }
        }
    }
    found
}
