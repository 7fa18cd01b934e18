//! What exists in the workspace at the place of a cursor: labels, namespaces, ports.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Draft;
use crate::cluster::{Class, ClassId, NamespaceId, NamespaceInfo};
use crate::ide::Snapshot;
use crate::ide::place::{self, Place};
use crate::ide::spot::Step;
use crate::model::Direction;
use crate::rules::wording;
use crate::sets::{IdSet, LabelSelector, Labels, Protocol};

/// Keys that say what a Pod is come first.
const FIRST: [&str; 4] = ["app.kubernetes.io/name", "app", "k8s-app", "kubernetes.io/metadata.name"];

/// A value, and how many workloads or namespaces have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) detail: String,
}

/// Labels by key and value, with how many have them.
type Counted<'l> = BTreeMap<&'l str, BTreeMap<&'l str, usize>>;

/// What the labels of a selector belong to.
pub(super) struct Labelled<'l> {
    counted: Counted<'l>,
    one: &'static str,
    many: &'static str,
}

impl<'l> Labelled<'l> {
    fn of(all: impl Iterator<Item = (&'l Labels, usize)>, (one, many): (&'static str, &'static str)) -> Self {
        let mut counted = Counted::new();
        for (labels, count) in all {
            for (key, value) in labels.iter() {
                *counted.entry(key).or_default().entry(value).or_default() += count;
            }
        }
        Self { counted, one, many }
    }

    /// The keys, those that say what a Pod is first, then by how many have them.
    pub(super) fn keys(&self, except: &BTreeSet<String>) -> Vec<Value> {
        let open = self.counted.iter().filter(|(key, _)| !except.contains(**key));
        let mut keys: Vec<(usize, usize, &str, usize)> = open
            .map(|(key, values)| {
                let rank = FIRST.iter().position(|first| first == key).unwrap_or(FIRST.len());
                (rank, values.values().sum(), *key, values.len())
            })
            .collect();
        keys.sort_by(|a, b| (a.0, b.1, a.2).cmp(&(b.0, a.1, b.2)));
        let value = |(_, count, key, values): (usize, usize, &str, usize)| Value {
            text: key.to_owned(),
            detail: format!(
                "{}, {}",
                wording::count(count, self.one, self.many),
                wording::count(values, "value", "values")
            ),
        };
        keys.into_iter().map(value).collect()
    }

    /// The values under a key, the most frequent first.
    pub(super) fn values(&self, key: &str) -> Vec<Value> {
        let found = self.counted.get(key).into_iter().flatten();
        let mut values: Vec<(&str, usize)> = found.map(|(value, count)| (*value, *count)).collect();
        values.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
        let value = |(value, count): (&str, usize)| Value {
            text: value.to_owned(),
            detail: wording::count(count, self.one, self.many),
        };
        values.into_iter().map(value).collect()
    }
}

/// The labels that a selector at the end of a way can ask for.
pub(super) fn labelled<'c>(
    snapshot: &Snapshot<'_, 'c>,
    draft: &Draft<'_>,
    steps: &[Step<'_>],
) -> Option<Labelled<'c>> {
    let selectors = ["podSelector", "namespaceSelector", "namespaces", "nodes", "selector"];
    let at = steps.iter().rposition(|step| selectors.contains(&step.key()))?;
    let (around, selector) = (steps.get(..at)?, steps.get(at)?.key());
    let cluster = snapshot.cluster();
    match selector {
        "podSelector" | "selector" => {
            let namespaces = namespaces_of(snapshot, draft, around);
            let classes = classes_in(snapshot, &namespaces);
            let labels = classes.map(|class| (class.labels, class.members.len()));
            Some(Labelled::of(labels, ("workload", "workloads")))
        }
        "nodes" => {
            let labels = cluster.nodes.iter().map(|node| (node.labels, 1));
            Some(Labelled::of(labels, ("node", "nodes")))
        }
        _ => {
            let labels = cluster.namespaces.iter().map(|info| (&info.labels, 1));
            Some(Labelled::of(labels, ("namespace", "namespaces")))
        }
    }
}

/// The namespaces whose Pods a `podSelector` is about, that stands in the mapping at the end of a way: those of the
/// `namespaceSelector` beside it, else the own one.
fn namespaces_of(snapshot: &Snapshot<'_, '_>, draft: &Draft<'_>, around: &[Step<'_>]) -> Vec<NamespaceId> {
    let beside = draft.node(around).and_then(|node| node.get("namespaceSelector"));
    match beside.and_then(super::document::selector) {
        Some(selector) => snapshot.cluster().select_namespaces(&selector),
        None => draft.namespace(snapshot).into_iter().collect(),
    }
}

fn classes_in<'c>(
    snapshot: &Snapshot<'_, 'c>,
    namespaces: &[NamespaceId],
) -> impl Iterator<Item = &'c Class<'c>> {
    let cluster = snapshot.cluster();
    let of_namespace = |id: &NamespaceId| cluster.namespace(*id).map(|info| &info.classes);
    let ids: BTreeSet<u32> = namespaces.iter().filter_map(of_namespace).flat_map(IdSet::iter).collect();
    ids.into_iter().filter_map(move |id| cluster.class(ClassId(id)))
}

/// The namespaces, by name, but for one that is there only because it is being typed.
pub(super) fn namespaces(snapshot: &Snapshot<'_, '_>, typed: &str) -> Vec<Value> {
    let is_known =
        |info: &&NamespaceInfo| &*info.name != typed || info.object.is_some() || !info.workloads.is_empty();
    let value = |info: &NamespaceInfo| Value {
        text: info.name.to_string(),
        detail: wording::count(info.workloads.len(), "workload", "workloads"),
    };
    snapshot.cluster().namespaces.iter().filter(is_known).map(value).collect()
}

/// What a name of a port stands for.
#[derive(Default)]
struct Named {
    ports: BTreeSet<(Protocol, u16)>,
    workloads: usize,
}

/// The ports of the Pods at the end of a rule's connections: names first, then numbers.
pub(super) fn ports(snapshot: &Snapshot<'_, '_>, draft: &Draft<'_>, steps: &[Step<'_>]) -> Vec<Value> {
    let mut names: BTreeMap<&str, Named> = BTreeMap::new();
    let mut numbers: BTreeMap<u16, usize> = BTreeMap::new();
    let targets = targets(snapshot, draft, steps);
    for class in targets.iter().filter_map(|id| snapshot.cluster().class(ClassId(id))) {
        for port in class.ports {
            *numbers.entry(port.port).or_default() += class.members.len();
            if let Some(name) = &port.name {
                let named = names.entry(name).or_default();
                named.ports.insert((port.protocol, port.port));
                named.workloads += class.members.len();
            }
        }
    }
    let workloads = |count: usize| wording::count(count, "workload", "workloads");
    let named = names.into_iter().map(|(name, found)| {
        let ports: Vec<String> =
            found.ports.iter().map(|(protocol, port)| format!("{protocol} {port}")).collect();
        let detail = format!("{} at {}", ports.join(", "), workloads(found.workloads));
        Value { text: name.to_owned(), detail }
    });
    let numbered =
        numbers.into_iter().map(|(port, count)| Value { text: port.to_string(), detail: workloads(count) });
    named.chain(numbered).collect()
}

/// The classes at the end of a rule's connections.
fn targets(snapshot: &Snapshot<'_, '_>, draft: &Draft<'_>, steps: &[Step<'_>]) -> IdSet {
    let cluster = snapshot.cluster();
    let own = draft.namespace(snapshot);
    let selected = |namespaces: Option<&LabelSelector>, pods: Option<&LabelSelector>| {
        let own = own.unwrap_or(NamespaceId(u32::MAX));
        cluster.select_pods(own, namespaces, pods).possible
    };
    let selector = |steps: &[Step<'_>]| draft.node(steps).and_then(super::document::selector);
    let key = |key: &'static str| Step::Key(key.into());
    let Place::Ports(direction, ..) = place::of_policy(steps) else {
        // A Service.
        let labels = selector(&[key("spec"), key("selector")]);
        return labels.map_or_else(IdSet::new, |labels| selected(None, Some(&labels)));
    };
    let admin = draft.node(&[key("spec"), key("subject")]);
    match (direction, admin) {
        (Direction::Ingress, None) => selected(None, selector(&[key("spec"), key("podSelector")]).as_ref()),
        (Direction::Ingress, Some(subject)) => admin_peer(&selected, subject),
        (Direction::Egress, _) => {
            let rule = steps.get(..3).and_then(|steps| draft.node(steps));
            let Some(peers) = rule.and_then(|rule| rule.get("to")) else {
                return cluster.index().universe().clone();
            };
            let mut all = IdSet::new();
            for peer in peers.items() {
                let [namespaces, pods] = ["namespaceSelector", "podSelector"]
                    .map(|name| peer.get(name).and_then(super::document::selector));
                if namespaces.is_some() || pods.is_some() {
                    all.union_with(&selected(namespaces.as_ref(), pods.as_ref()));
                } else {
                    all.union_with(&admin_peer(&selected, peer));
                }
            }
            all
        }
    }
}

/// The classes of a subject or a peer of a cluster-wide policy.
fn admin_peer(
    selected: &dyn Fn(Option<&LabelSelector>, Option<&LabelSelector>) -> IdSet,
    peer: crate::yaml::Node<'_>,
) -> IdSet {
    let at = |path: &str| peer.at(path).and_then(super::document::selector);
    match (at("namespaces"), at("pods.namespaceSelector")) {
        (Some(namespaces), _) => selected(Some(&namespaces), None),
        (None, Some(namespaces)) => selected(Some(&namespaces), at("pods.podSelector").as_ref()),
        (None, None) => IdSet::new(),
    }
}
