//! Whether policies let through what comes in from outside the cluster.
//!
//! A controller accepts a client's connection and opens a new one to a Pod, so policies see the controller. What
//! comes through a Service of its own keeps the client's address or has a node's. Where several senders are possible,
//! a connection is proven allowed if it is for each of them, and possible if it is for any.

use super::controllers::{GATEWAY_LABEL, OPENSHIFT, PRESETS, Place, Preset};
use super::grants::connections;
use super::walk::{Endpoint, ForeignPod, Hidden};
use super::{Engine, Flow, Isolation};
use crate::cluster::{ClassId, Entrance, EntranceTarget, Hint, PolicyId, Via};
use crate::model::{Controller, Direction, NAME_LABEL};
use crate::sets::{AddressSet, ConnectionSet, LabelSelector, Labels};

/// Somebody who may open the connections of an entrance to its Pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Pods of the repository.
    Class(ClassId),
    /// Pods that the repository doesn't hold, or a node.
    Pod(ForeignPod),
    /// The clients themselves: each has one of these addresses.
    Clients(AddressSet),
    /// Something outside the cluster with an IPv4 address that no manifest tells.
    Outside,
}

/// Who opens the connections of an entrance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Senders {
    /// What the controllers are called; empty where nothing tells who it is, or where there is none.
    pub names: Vec<String>,
    /// Who it may be.
    pub all: Vec<Sender>,
}

impl<'c> Engine<'c> {
    /// Takes what is configured about controllers into account.
    #[must_use]
    pub fn with_controllers(self, controllers: &'c [Controller]) -> Self {
        Self { controllers, ..self }
    }

    /// Who opens the connections of an entrance: for each Gateway, or once where there are none.
    pub fn senders(&self, entrance: &Entrance<'_>) -> Vec<Senders> {
        match entrance.via {
            Via::LoadBalancer | Via::NodePort | Via::ExternalIp => vec![self.without_controller(entrance)],
            Via::Route => {
                let controller = OPENSHIFT.controllers.first().copied();
                vec![self.of_hint(Via::Route, &Hint { controller, ..Hint::default() })]
            }
            Via::Ingress | Via::Gateway if entrance.hints.is_empty() => {
                vec![self.of_hint(entrance.via, &Hint::default())]
            }
            Via::Ingress | Via::Gateway => {
                entrance.hints.iter().map(|hint| self.of_hint(entrance.via, hint)).collect()
            }
        }
    }

    /// What of an entrance's ports policies let through to the Pods of one of its targets. A connection that the
    /// Pods' own node opens always passes, but which node a client is sent to is not in its hands, so it isn't
    /// counted.
    pub fn entrance_flow(&self, entrance: &Entrance<'_>, target: &EntranceTarget) -> Flow {
        let mut sum = Flow::default();
        for senders in self.senders(entrance) {
            let flow = self.sent_by_any(&senders.all, target.class);
            sum.certain = sum.certain.union(&flow.certain);
            sum.possible = sum.possible.union(&flow.possible);
        }
        let mut flow = sum.and(&Flow::exactly(target.ports.clone()));
        if !target.certain || entrance.lacks_grant {
            flow.certain = ConnectionSet::none();
        }
        flow
    }

    /// The ports of a class on which ingress rules of its policies let somebody in; none where policies don't isolate
    /// it, or where something else decides too.
    pub fn ports_let_in(&self, class: ClassId) -> Option<ConnectionSet> {
        let info = self.cluster.class(class)?;
        let is_settled = self.isolation(Direction::Ingress, class) == Isolation::Isolated
            && self.foreign_in(info.namespace).is_none()
            && !self.cluster.admin.iter().any(|policy| policy.subject.possible.contains(class.0));
        let policies = self.cluster.namespace(info.namespace).map_or(&[][..], |info| &info.policies);
        let is_open = |id: &PolicyId| {
            self.cluster.policy(*id).is_some_and(|policy| {
                policy.subject.possible.contains(class.0)
                    && (policy.policy.refused || !policy.subject.certain.contains(class.0))
            })
        };
        if !is_settled || policies.iter().any(is_open) {
            return None;
        }
        let mut open = ConnectionSet::none();
        let ids = self.policies_of(Direction::Ingress, class).iter();
        let policies = ids.filter_map(|id| self.cluster.policy(*id));
        for rule in policies.flat_map(|policy| &policy.policy.ingress.rules) {
            open = open.union(&connections(rule.ports.as_deref(), info));
        }
        Some(open)
    }

    fn sent_by_any(&self, senders: &[Sender], to: ClassId) -> Flow {
        let flows = senders.iter().map(|sender| self.sent_by(sender, to));
        flows.reduce(|all, flow| all.either(&flow)).unwrap_or_default()
    }

    fn sent_by(&self, sender: &Sender, to: ClassId) -> Flow {
        let to = Endpoint::Class(to);
        match sender {
            Sender::Class(from) => self.flow(Endpoint::Class(*from), to),
            Sender::Pod(node) if node.host_network => {
                self.walk(Direction::Ingress, to, Endpoint::Pod(node)).flow
            }
            Sender::Pod(pod) => self.flow(Endpoint::Pod(pod), to),
            Sender::Clients(addresses) => {
                // It takes one client to reach a Pod.
                self.sent_by_addresses(addresses, to).fold(Flow::default(), |all, flow| Flow {
                    certain: all.certain.union(&flow.certain),
                    possible: all.possible.union(&flow.possible),
                })
            }
            Sender::Outside => {
                let all = AddressSet::all_ipv4();
                self.sent_by_addresses(&all, to).reduce(|all, flow| all.either(&flow)).unwrap_or_default()
            }
        }
    }

    /// What each group of these addresses can reach.
    fn sent_by_addresses<'e>(
        &'e self,
        addresses: &'e AddressSet,
        to: Endpoint<'e>,
    ) -> impl Iterator<Item = Flow> + 'e {
        let touched = self.reach().atoms().filter(|(_, atom)| !atom.is_disjoint(addresses));
        touched.filter_map(move |(_, atom)| {
            let (first, _) = atom.intersect(addresses).ranges().next()?;
            Some(self.walk(Direction::Ingress, to, Endpoint::Address(first)).flow)
        })
    }

    /// A Service that is open by itself: its clients keep their address, or get a node's.
    fn without_controller(&self, entrance: &Entrance<'_>) -> Senders {
        let service = self.cluster.services.get(entrance.service as usize).map(|info| info.service);
        let ranges = service.map_or(&[][..], |service| &service.source_ranges);
        let clients: AddressSet =
            if ranges.is_empty() { AddressSet::all() } else { ranges.iter().copied().collect() };
        let mut all = vec![Sender::Clients(clients)];
        if !service.is_some_and(|service| service.keeps_addresses) {
            all.push(Sender::Pod(node()));
        }
        Senders { names: Vec::new(), all }
    }

    fn of_hint(&self, via: Via, hint: &Hint<'_>) -> Senders {
        let configured: Vec<&Controller> = match (hint.controller, hint.class) {
            (Some(controller), class) => {
                let called = |own: &&Controller| own.controller.as_deref() == Some(controller);
                let named = |own: &&Controller| own.controller.is_none() && class == Some(&*own.name);
                let found: Vec<_> = self.controllers.iter().filter(called).collect();
                if found.is_empty() { self.controllers.iter().filter(named).collect() } else { found }
            }
            (None, Some(class)) => self.controllers.iter().filter(|own| own.name == class).collect(),
            (None, None) => self.controllers.iter().collect(),
        };
        if !configured.is_empty() {
            return self.of_configured(&configured);
        }
        let serves = |preset: &&Preset| match (hint.controller, hint.class) {
            (Some(controller), _) => preset.is_called(controller),
            (None, Some(class)) if via == Via::Gateway => preset.gateway.contains(&class),
            (None, Some(class)) => preset.ingress.contains(&class),
            (None, None) => false,
        };
        let presets: Vec<&Preset> = PRESETS.iter().filter(serves).collect();
        if presets.is_empty() {
            return Senders { names: Vec::new(), all: vec![Sender::Pod(somebody())] };
        }
        self.of_presets(&presets, hint)
    }

    fn of_configured(&self, controllers: &[&Controller]) -> Senders {
        let mut senders = Senders::default();
        for controller in controllers {
            senders.names.push(controller.name.clone());
            let known = self.classes_with(&controller.pods, Some(&controller.namespace));
            if known.is_empty() {
                let pod = self.foreign_pod(&controller.namespace, &[], controller.pods.clone());
                senders.all.push(Sender::Pod(pod));
            } else {
                senders.all.extend(known.into_iter().map(Sender::Class));
            }
        }
        senders
    }

    fn of_presets(&self, presets: &[&Preset], hint: &Hint<'_>) -> Senders {
        let known = |preset: &Preset| -> Vec<ClassId> {
            preset.places.iter().flat_map(|place| self.known_at(*place)).collect()
        };
        let known: Vec<(&Preset, Vec<ClassId>)> =
            presets.iter().map(|preset| (*preset, known(preset))).collect();
        // One whose Pods are here is the one that is meant.
        let any_known = known.iter().any(|(_, classes)| !classes.is_empty());
        let mut senders = Senders::default();
        for (preset, known) in known.into_iter().filter(|(_, known)| !any_known || !known.is_empty()) {
            senders.names.push(preset.name.to_owned());
            if known.is_empty() {
                senders.all.extend(preset.places.iter().flat_map(|place| self.foreign_at(*place, hint)));
            } else {
                senders.all.extend(known.into_iter().map(Sender::Class));
            }
        }
        senders
    }

    /// The classes of the repository that are a preset's Pods: by their labels, in whatever namespace, or by the
    /// namespace where it has no labels of its own.
    fn known_at(&self, place: Place) -> Vec<ClassId> {
        match place {
            Place::Pods { namespace, labels: [], .. } => {
                self.classes_with(&Labels::default(), Some(namespace))
            }
            Place::Pods { labels, .. } => self.classes_with(&labels.iter().copied().collect(), None),
            _ => Vec::new(),
        }
    }

    fn foreign_at(&self, place: Place, hint: &Hint<'_>) -> Vec<Sender> {
        match place {
            Place::Pods { namespace, namespace_labels, labels } => {
                let labels = labels.iter().copied().collect();
                vec![Sender::Pod(self.foreign_pod(namespace, namespace_labels, labels))]
            }
            Place::Gateway { labelled } => {
                let Some((namespace, gateway)) = &hint.gateway else { return vec![Sender::Pod(somebody())] };
                let label = labelled.then_some((GATEWAY_LABEL, *gateway));
                vec![Sender::Pod(self.foreign_pod(namespace, &[], label.into_iter().collect()))]
            }
            Place::NodeProxy => vec![Sender::Pod(somebody()), Sender::Pod(node())],
            Place::Outside => vec![Sender::Outside, Sender::Pod(node())],
        }
    }

    /// The classes that have these labels, also those on their node's network.
    fn classes_with(&self, labels: &Labels, namespace: Option<&str>) -> Vec<ClassId> {
        let selector = LabelSelector::from_parts(labels.iter(), []);
        let namespace = match namespace.map(|name| self.cluster.find_namespace(name)) {
            Some(None) => return Vec::new(),
            Some(found) => found,
            None => None,
        };
        let classes = self.cluster.classes.iter().zip(0u32..);
        let matching = classes.filter(|(class, _)| {
            namespace.is_none_or(|id| class.namespace == id) && selector.matches(class.labels)
        });
        matching.map(|(_, id)| ClassId(id)).collect()
    }

    /// A Pod of a namespace with labels that are known in part. A Namespace object tells all labels of the namespace.
    fn foreign_pod(&self, namespace: &str, namespace_labels: &[(&str, &str)], labels: Labels) -> ForeignPod {
        let info = self.cluster.find_namespace(namespace).and_then(|id| self.cluster.namespace(id));
        let declared = info.filter(|info| info.object.is_some());
        let mut of_namespace = declared.map_or_else(Labels::default, |info| info.labels.clone());
        of_namespace.insert(NAME_LABEL, namespace);
        for (key, value) in namespace_labels {
            of_namespace.insert(*key, *value);
        }
        ForeignPod {
            namespace: namespace.to_owned(),
            namespace_labels: of_namespace,
            labels,
            hidden: Hidden { labels: true, namespace_labels: declared.is_none() },
            ..ForeignPod::default()
        }
    }
}

impl Flow {
    /// What is let through whichever of two senders it is.
    fn either(&self, other: &Self) -> Self {
        Self {
            certain: self.certain.intersect(&other.certain),
            possible: self.possible.union(&other.possible),
        }
    }
}

/// A Pod somewhere in the cluster.
fn somebody() -> ForeignPod {
    ForeignPod { hidden: Hidden { labels: true, namespace_labels: true }, ..ForeignPod::default() }
}

/// Some node.
fn node() -> ForeignPod {
    ForeignPod { host_network: true, ..ForeignPod::default() }
}
