//! Why what comes in through controllers changed: the objects that lead clients to Pods, and the policies that the
//! controllers meet on the way.

use std::collections::BTreeMap;

use super::align::{Both, End};
use super::blame::{Blame, classes, differ};
use super::inventory::Part;
use super::{Cause, ChangedFlow};
use crate::cluster::{ClassId, Cluster, Entrance, EntranceTarget, ObjectId};
use crate::engine::{Endpoint, Engine, Flow, Sender};
use crate::model::{Body, group};
use crate::sets::{AddressSet, ConnectionSet};
use crate::workspace::Scene;

/// Who an object is: API group, kind, namespace and name.
type Identity<'c> = (&'c str, &'c str, Option<&'c str>, &'c str);

/// The objects on the way of clients, with their ids on both sides.
pub(super) struct Doors<'c>(BTreeMap<Identity<'c>, [Option<ObjectId>; 2]>);

/// A way to the Pods of one workload, on one side.
struct Door<'c> {
    entrance: &'c Entrance<'c>,
    targets: Vec<&'c EntranceTarget>,
    /// What comes through.
    flow: Flow,
}

impl<'c> Doors<'c> {
    pub(super) fn new(sides: [&Scene<'c>; 2]) -> Self {
        let mut all: BTreeMap<Identity<'c>, [Option<ObjectId>; 2]> = BTreeMap::new();
        for (side, scene) in sides.into_iter().enumerate() {
            let cluster = scene.cluster();
            for (id, _) in &cluster.objects {
                let identity = identity(cluster, *id).filter(|_| is_on_the_way(cluster, *id));
                let ids = identity.map(|identity| all.entry(identity).or_default());
                if let Some(own) = ids.and_then(|ids| ids.get_mut(side)) {
                    own.get_or_insert(*id);
                }
            }
        }
        Self(all)
    }
}

fn identity<'c>(cluster: &'c Cluster<'c>, id: ObjectId) -> Option<Identity<'c>> {
    let object = cluster.repository.object(id)?;
    let namespace = cluster.namespace_of(id).map(|id| cluster.namespace_name(id));
    Some((group(&object.api_version), &object.kind, namespace, &object.name))
}

fn is_on_the_way(cluster: &Cluster<'_>, id: ObjectId) -> bool {
    let body = cluster.repository.object(id).map(|object| &object.body);
    matches!(
        body,
        Some(
            Body::Exposure(_)
                | Body::Service(_)
                | Body::Gateway(_)
                | Body::ControllerClass(_)
                | Body::ReferenceGrant(_)
        )
    )
}

impl Door<'_> {
    fn ports(&self) -> ConnectionSet {
        self.targets.iter().fold(ConnectionSet::none(), |all, target| all.union(&target.ports))
    }
}

impl<'c> Blame<'_, '_, 'c> {
    /// The number of the set of causes of a change of what comes in at a workload.
    pub(super) fn of_inflow(&mut self, to: usize, changed: &ChangedFlow) -> u32 {
        let causes = self.causes_of_inflow(to, changed);
        self.set_of(causes)
    }

    fn causes_of_inflow(&self, to: usize, changed: &ChangedFlow) -> Vec<Cause> {
        let end = End::Unit(to);
        if let Some(cause) = self.came_or_went(end) {
            return vec![cause];
        }
        let (delta, none) = (changed.delta().all(), Flow::default());
        let mut causes = Vec::new();
        for doors in self.doors_of(to).values() {
            let [old, new] = doors.each_ref().map(|door| door.as_ref().map_or(&none, |door| &door.flow));
            if differ(old, new, &delta) {
                self.door(end, doors, &delta, &mut causes);
            }
        }
        if causes.is_empty() {
            causes = self.parts(end, &[Part::Labels, Part::Ports, Part::Network]);
        }
        causes
    }

    /// The ways to a workload on both sides, by the objects that open them and the Services behind those.
    fn doors_of(&self, to: usize) -> BTreeMap<[Option<Identity<'c>>; 2], [Option<Door<'c>>; 2]> {
        let places = self.aligned.units.get(to).map_or([None, None], |unit| unit.places);
        let mut doors: BTreeMap<_, [Option<Door<'c>>; 2]> = BTreeMap::new();
        for (side, (scene, place)) in self.comparison.sides.into_iter().zip(places).enumerate() {
            let (cluster, own) = (scene.cluster(), classes(scene, place));
            for entrance in cluster.entrances.iter().filter(|entrance| entrance.via.has_controller()) {
                let targets = entrance.targets.iter().filter(|target| own.contains(&target.class));
                let targets: Vec<&EntranceTarget> = targets.collect();
                if targets.is_empty() {
                    continue;
                }
                let flow = through(scene.engine, entrance, &targets);
                let service = service(cluster, entrance);
                let objects = [Some(entrance.object), service].map(|id| identity(cluster, id?));
                if let Some(door) = doors.entry(objects).or_default().get_mut(side) {
                    *door = Some(Door { entrance, targets, flow });
                }
            }
        }
        doors
    }

    /// What has to do with a change of what comes through one way.
    fn door(&self, to: End, doors: &[Option<Door<'c>>; 2], delta: &ConnectionSet, causes: &mut Vec<Cause>) {
        let [old, new] = doors.each_ref().map(Option::as_ref);
        let Some((side, any)) = new.map(|door| (1, door)).or(old.map(|door| (0, door))) else { return };
        let object = self.on_the_way(side, any.entrance.object, &any.entrance.field);
        let ports = |door: Option<&Door<'_>>| {
            door.map(|door| (door.ports().intersect(delta), door.targets.iter().all(|target| target.certain)))
        };
        if ports(old) != ports(new) {
            causes.extend(object.clone());
            causes.extend(self.service_of(side, any.entrance).and_then(|id| self.on_the_way(side, id, "")));
            causes.extend(self.parts(to, &[Part::Labels, Part::Ports, Part::Network]));
        }
        let (Some(old), Some(new)) = (old, new) else { return };
        let entrances = [old.entrance, new.entrance];
        let [a, b] = entrances;
        if a.hints != b.hints {
            causes.extend(object.clone());
            causes.extend(self.controllers(entrances));
        }
        if a.lacks_grant != b.lacks_grant {
            causes.extend(object);
            causes.extend(self.grants(new.entrance));
        }
        let senders = self.senders(entrances);
        for (from, [before, after]) in self.servers(&senders) {
            if let Some(cause) = self.came_or_went(from) {
                causes.push(cause);
                continue;
            }
            for kind in 0..self.kinds(to) {
                let at = [[before, self.endpoint(0, to, kind)], [after, self.endpoint(1, to, kind)]];
                self.policies([from, to], at, delta, causes);
            }
        }
    }

    /// What happened to an object on the way of clients, if anything did; `field` is where to point in a new one.
    fn on_the_way(&self, side: usize, id: ObjectId, field: &str) -> Option<Cause> {
        let [before, after] = self.comparison.sides;
        let identity = identity(self.comparison.sides.get(side)?.cluster(), id)?;
        let (side, id, word, field) = match *self.doors.0.get(&identity)? {
            [None, Some(new)] => (1, new, "is new", field),
            [Some(old), None] => (0, old, "is gone", ""),
            [Some(old), Some(new)] if body(before, old) != body(after, new) => {
                (1, new, "is not what it was", "spec")
            }
            _ => return None,
        };
        let title = self.comparison.sides.get(side)?.object_title(id);
        self.at(side, id, field, format!("{title} {word}"))
    }

    fn service_of(&self, side: usize, entrance: &Entrance<'_>) -> Option<ObjectId> {
        service(self.comparison.sides.get(side)?.cluster(), entrance)
    }

    /// What happened to the classes and Gateways that tell who serves an entrance.
    fn controllers(&self, entrances: [&Entrance<'_>; 2]) -> Vec<Cause> {
        let tells = |identity: &Identity<'_>| {
            let (_, kind, namespace, name) = *identity;
            entrances.into_iter().flat_map(|entrance| &entrance.hints).any(|hint| match kind {
                "Gateway" => {
                    let gateway = hint.gateway.as_ref();
                    gateway.is_some_and(|(of, gateway)| (Some(&**of), *gateway) == (namespace, name))
                }
                "IngressClass" | "GatewayClass" => hint.class == Some(name),
                _ => false,
            })
        };
        self.changed(tells)
    }

    /// What happened to the ReferenceGrants of an entrance's Service.
    fn grants(&self, entrance: &Entrance<'_>) -> Vec<Cause> {
        let [_, after] = self.comparison.sides;
        let service = after.cluster().services.get(entrance.service as usize);
        let namespace = service.map(|info| after.cluster().namespace_name(info.namespace));
        self.changed(|(_, kind, of, _)| *kind == "ReferenceGrant" && *of == namespace)
    }

    /// What happened to the objects on the way of clients that are called so.
    fn changed(&self, is_meant: impl Fn(&Identity<'_>) -> bool) -> Vec<Cause> {
        let meant = self.doors.0.iter().filter(|(identity, _)| is_meant(identity));
        let ids = meant.filter_map(|(_, [old, new])| new.map(|id| (1, id)).or(old.map(|id| (0, id))));
        ids.filter_map(|(side, id)| self.on_the_way(side, id, "")).collect()
    }

    fn senders(&self, entrances: [&Entrance<'_>; 2]) -> [Vec<Sender>; 2] {
        let [old, new] = self.comparison.sides;
        let [a, b] = entrances;
        [(old, a), (new, b)].map(|(scene, entrance)| {
            scene.engine.senders(entrance).into_iter().flat_map(|senders| senders.all).collect()
        })
    }

    /// Whoever may serve an entrance, with where each side's engine finds it.
    fn servers<'a>(&self, senders: &'a [Vec<Sender>; 2]) -> Vec<(End, [Option<Endpoint<'a>>; 2])> {
        let [old, new] = senders.each_ref().map(Vec::as_slice);
        let [old, new] = [(0, old), (1, new)].map(|(side, senders)| {
            senders.iter().flat_map(|sender| self.servers_of(side, sender)).collect::<Vec<_>>()
        });
        let find = |servers: &[(End, Option<Endpoint<'a>>)], at: usize| {
            servers.get(at).or(servers.last()).copied().unwrap_or((End::Controller, None))
        };
        let pair = |at: usize| {
            let ((gone, before), (end, after)) = (find(&old, at), find(&new, at));
            (if end == End::Controller { gone } else { end }, [before, after])
        };
        (0..old.len().max(new.len())).map(pair).collect()
    }

    fn servers_of<'a>(&self, side: usize, sender: &'a Sender) -> Vec<(End, Option<Endpoint<'a>>)> {
        let outside = |set: &AddressSet| {
            let pieces = self.aligned.pieces_of(set).map(End::Piece);
            pieces.map(|end| (end, self.endpoint(side, end, 0))).collect()
        };
        match sender {
            Sender::Class(id) => vec![(self.unit_of(side, *id), Some(Endpoint::Class(*id)))],
            Sender::Pod(pod) => vec![(End::Controller, Some(Endpoint::Pod(pod)))],
            Sender::Clients(addresses) => outside(addresses),
            Sender::Outside => outside(&AddressSet::all_ipv4()),
        }
    }

    fn unit_of(&self, side: usize, class: ClassId) -> End {
        let is_it = |unit: &Both<'_>| {
            let scene = self.comparison.sides.get(side);
            let place = unit.places.get(side).copied().flatten();
            scene.is_some_and(|scene| classes(scene, place).contains(&class))
        };
        self.aligned.units.iter().position(is_it).map_or(End::Controller, End::Unit)
    }
}

/// What comes through an entrance to some of its targets.
fn through(engine: &Engine<'_>, entrance: &Entrance<'_>, targets: &[&EntranceTarget]) -> Flow {
    targets.iter().map(|target| engine.entrance_flow(entrance, target)).fold(Flow::default(), |all, flow| {
        Flow { certain: all.certain.union(&flow.certain), possible: all.possible.union(&flow.possible) }
    })
}

fn service(cluster: &Cluster<'_>, entrance: &Entrance<'_>) -> Option<ObjectId> {
    cluster.services.get(entrance.service as usize).map(|info| info.object)
}

fn body<'c>(scene: &Scene<'c>, id: ObjectId) -> Option<&'c Body> {
    scene.cluster().repository.object(id).map(|object| &object.body)
}
