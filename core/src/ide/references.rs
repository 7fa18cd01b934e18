//! Who names something: the policies that select a workload, the rules that name it as a peer, the Services and Ingresses
//! that lead to it.

use std::collections::BTreeSet;

use super::Snapshot;
use super::spot::{self, Step};
use crate::cluster::{ClassId, ObjectId};
use crate::diagnostics::Location;
use crate::model::{AdminPeer, Body, Direction, Peer};
use crate::sets::IdSet;
use crate::text::Span;

/// A place that names something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// How it does.
    pub kind: ReferenceKind,
    /// The object: its kind and name.
    pub name: String,
    /// The place.
    pub location: Location,
}

/// How a place names a workload, a namespace or a Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReferenceKind {
    /// A policy applies to it.
    Subject,
    /// A rule names it as a peer.
    Peer,
    /// A Service sends to it.
    Service,
    /// An Ingress or a route sends to it.
    Backend,
}

impl ReferenceKind {
    /// Every kind.
    #[cfg(feature = "schema")]
    pub const ALL: [Self; 4] = [Self::Subject, Self::Peer, Self::Service, Self::Backend];

    /// The name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Peer => "peer",
            Self::Service => "service",
            Self::Backend => "backend",
        }
    }
}

/// The references to what stands at an offset of a written file: to a workload where its kind, its name or its labels do,
/// and to a Namespace or a Service at their head. With the bytes that name it.
pub fn references(snapshot: &Snapshot<'_, '_>, path: &str, offset: u32) -> Option<(Span, Vec<Reference>)> {
    let file = snapshot.file(path)?;
    let spot = spot::find(snapshot, file, offset)?;
    let object = *snapshot.deployed(spot.object).first()?;
    let field = spot::field(&spot.steps);
    let key = |at: usize| spot.steps.get(at).map_or("", Step::key);
    let is_head =
        matches!((key(0), key(1)), ("kind" | "apiVersion", _) | ("metadata", "" | "name" | "labels"));
    let mut finder = Finder { snapshot, found: Vec::new() };
    match &snapshot.repository().object(object)?.body {
        Body::Workloads(all) => {
            let is_template = all.iter().any(|pods| field.starts_with(&pods.field("metadata.labels")));
            if !is_head && !is_template {
                return None;
            }
            let of_object = snapshot.cluster().workloads.iter().filter(|info| info.object == object);
            let classes: BTreeSet<ClassId> = of_object.map(|info| info.class).collect();
            finder.naming_classes(&classes.into_iter().map(|class| class.0).collect());
        }
        Body::Namespace if is_head => finder.naming_namespace(object)?,
        Body::Service(_) if is_head => finder.naming_service(object)?,
        _ => return None,
    }
    Some((spot.span, finder.found))
}

struct Finder<'a, 's, 'c> {
    snapshot: &'a Snapshot<'s, 'c>,
    found: Vec<Reference>,
}

impl Finder<'_, '_, '_> {
    fn add(&mut self, kind: ReferenceKind, object: ObjectId, field: &str) {
        let name = self.snapshot.scene.object_title(object).replace('`', "");
        let location = self.snapshot.place_of(object, field);
        self.found.push(Reference { kind, name, location });
    }

    /// What names the Pods of these classes.
    fn naming_classes(&mut self, classes: &IdSet) {
        let snapshot = self.snapshot;
        let (cluster, engine) = (snapshot.cluster(), snapshot.engine());
        for policy in &cluster.policies {
            if policy.subject.possible.intersects(classes) {
                self.add(ReferenceKind::Subject, policy.object, "spec.podSelector");
            }
        }
        for info in &cluster.admin {
            if info.subject.possible.intersects(classes) {
                self.add(ReferenceKind::Subject, info.object, "spec.subject");
            }
        }
        for policy in &cluster.policies {
            for (field, peer) in peers(policy.policy) {
                if let Peer::Pods { namespaces, pods } = peer
                    && engine
                        .pod_peers(policy.namespace, namespaces.as_ref(), pods.as_ref())
                        .selection
                        .possible
                        .intersects(classes)
                {
                    self.add(ReferenceKind::Peer, policy.object, &field);
                }
            }
        }
        for info in &cluster.admin {
            for (field, peer) in admin_peers(info.policy) {
                if let AdminPeer::Pods(scope) = peer
                    && cluster.select_scope(scope).possible.intersects(classes)
                {
                    self.add(ReferenceKind::Peer, info.object, &field);
                }
            }
        }
        for service in &cluster.services {
            if service.targets.possible.intersects(classes) {
                self.add(ReferenceKind::Service, service.object, "spec.selector");
            }
        }
        for entrance in &cluster.entrances {
            let leads_there = entrance.targets.iter().any(|target| classes.contains(target.class.0));
            if leads_there && entrance.via.has_controller() {
                self.add(ReferenceKind::Backend, entrance.object, &entrance.field);
            }
        }
    }

    /// The peers and subjects that name a namespace by its labels.
    fn naming_namespace(&mut self, object: ObjectId) -> Option<()> {
        let cluster = self.snapshot.cluster();
        let info = cluster.namespaces.iter().find(|info| info.object == Some(object))?;
        for policy in &cluster.policies {
            for (field, peer) in peers(policy.policy) {
                if let Peer::Pods { namespaces: Some(selector), .. } = peer
                    && selector.matches(&info.labels)
                {
                    self.add(ReferenceKind::Peer, policy.object, &format!("{field}.namespaceSelector"));
                }
            }
        }
        for admin in &cluster.admin {
            if admin.policy.subject.as_ref().is_some_and(|scope| scope.namespaces.matches(&info.labels)) {
                self.add(ReferenceKind::Subject, admin.object, "spec.subject");
            }
            for (field, peer) in admin_peers(admin.policy) {
                if let AdminPeer::Pods(scope) = peer
                    && scope.namespaces.matches(&info.labels)
                {
                    self.add(ReferenceKind::Peer, admin.object, &field);
                }
            }
        }
        Some(())
    }

    /// The Ingresses and routes that send to a Service.
    fn naming_service(&mut self, object: ObjectId) -> Option<()> {
        let cluster = self.snapshot.cluster();
        let at = cluster.services.iter().position(|service| service.object == object)?;
        for entrance in cluster.entrances.iter().filter(|entrance| entrance.service as usize == at) {
            if entrance.via.has_controller() {
                self.add(ReferenceKind::Backend, entrance.object, &entrance.field);
            }
        }
        Some(())
    }
}

/// The peers of a NetworkPolicy with their fields, of the directions that it isolates.
fn peers(policy: &crate::model::NetworkPolicy) -> impl Iterator<Item = (String, &Peer)> {
    let halves = Direction::BOTH.into_iter().filter(|direction| policy.affects(*direction));
    halves.flat_map(|direction| {
        let rules = policy.half(direction).rules.iter().enumerate();
        rules.flat_map(move |(i, rule)| {
            let peers = rule.peers.iter().flatten().enumerate();
            peers.map(move |(j, peer)| {
                (format!("spec.{}[{i}].{}[{j}]", direction.name(), direction.peers_field()), peer)
            })
        })
    })
}

/// The peers of a cluster-wide policy with their fields.
fn admin_peers(policy: &crate::model::AdminPolicy) -> impl Iterator<Item = (String, &AdminPeer)> {
    Direction::BOTH.into_iter().flat_map(|direction| {
        policy.rules(direction).iter().enumerate().flat_map(move |(i, rule)| {
            rule.peers.iter().enumerate().map(move |(j, peer)| {
                (format!("spec.{}[{i}].{}[{j}]", direction.name(), direction.peers_field()), peer)
            })
        })
    })
}
