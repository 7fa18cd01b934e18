//! What the policies of a root stand on: namespaces, workloads and their classes.
//!
//! Nothing of it hangs on what a policy says, so it outlives the edit of a policy: an editor's every key. It refers to
//! objects by id and borrows nothing.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use super::index::LabelIndex;
use super::inventory::{ClassId, NamespaceId, NamespaceInfo, WorkloadId};
use super::namespaces::{NamespaceSource, Resolver};
use super::repository::{ObjectId, Repository};
use super::roots::Root;
use crate::model::{Body, ContainerPort, File, NAME_LABEL, Object, Workload};
use crate::sets::{ConnectionSet, FastMap, IdSet, Labels};

/// The ground of one root.
#[derive(Debug)]
pub struct Ground {
    /// The root's objects, with their namespace, in the repository's order.
    pub(super) objects: Vec<(ObjectId, Option<(NamespaceId, NamespaceSource)>)>,
    /// The namespaces, by name; without their policies.
    pub(super) namespaces: Vec<NamespaceInfo>,
    /// The workloads, in the repository's order.
    pub(super) workloads: Vec<GroundWorkload>,
    /// The members of each class, in order of their first workload.
    pub(super) classes: Vec<Rc<[WorkloadId]>>,
    /// The selectors' index.
    pub(super) index: LabelIndex,
    /// For each class the ports that something uses, once asked for.
    pub(super) useful_ports: Vec<OnceCell<ConnectionSet>>,
    /// For each class the Services that send to it, once asked for.
    pub(super) services_of: OnceCell<Vec<Vec<u32>>>,
}

/// A workload by reference.
#[derive(Debug)]
pub(super) struct GroundWorkload {
    pub(super) object: ObjectId,
    /// Which Pod template of the object.
    pub(super) template: usize,
    pub(super) namespace: NamespaceId,
    pub(super) namespace_source: NamespaceSource,
    pub(super) class: ClassId,
}

impl Ground {
    /// Takes stock of what is there beside policies.
    pub fn new(repository: &Repository, root: &Root, resolver: &Resolver) -> Self {
        let found: Vec<_> = root
            .files
            .iter()
            .flat_map(|file| repository.objects_of(*file))
            .map(|(id, object)| (id, object, resolver.resolve(repository, id, object)))
            .collect();
        let mut namespaces = namespaces(&found);
        let ids: FastMap<Arc<str>, NamespaceId> =
            namespaces.iter().zip(0u32..).map(|(info, i)| (Arc::clone(&info.name), NamespaceId(i))).collect();
        let placed = |resolved: Option<(Arc<str>, NamespaceSource)>| {
            resolved.and_then(|(name, source)| Some((*ids.get(&name)?, source)))
        };
        let found: Vec<_> =
            found.into_iter().map(|(id, object, resolved)| (id, object, placed(resolved))).collect();
        let (workloads, classes) = workloads(&found);
        for (workload, id) in workloads.iter().zip(0u32..) {
            if let Some(namespace) = namespaces.get_mut(workload.namespace.index()) {
                namespace.workloads.push(WorkloadId(id));
            }
        }
        let mut in_namespace: Vec<Vec<u32>> = vec![Vec::new(); namespaces.len()];
        let selectable = classes.iter().zip(0u32..).filter(|(class, _)| !class.example.host_network);
        for (class, id) in selectable {
            if let Some(ids) = in_namespace.get_mut(class.namespace.index()) {
                ids.push(id);
            }
        }
        for (namespace, classes) in namespaces.iter_mut().zip(in_namespace) {
            namespace.classes = classes.into_iter().collect();
        }
        let index = LabelIndex::new(classes.iter().map(|class| class.example));
        Self {
            useful_ports: classes.iter().map(|_| OnceCell::new()).collect(),
            services_of: OnceCell::new(),
            objects: found.into_iter().map(|(id, _, namespace)| (id, namespace)).collect(),
            namespaces,
            workloads,
            classes: classes.into_iter().map(|class| class.ids.into()).collect(),
            index,
        }
    }

    /// Whether the ground of one repository is that of another too, because the two differ in what policies say only.
    /// Both must have the same configuration.
    pub fn still_holds(before: &Repository, now: &Repository) -> bool {
        before.entries().len() == now.entries().len()
            && before.entries().zip(now.entries()).all(|((_, before), (_, now))| {
                before.origin == now.origin
                    && (Arc::ptr_eq(&before.file, &now.file) || differ_in_policies(&before.file, &now.file))
            })
    }
}

/// Whether two readings of one path hold the same objects but for what policies say.
fn differ_in_policies(before: &File, now: &File) -> bool {
    let alike = |before: &Object, now: &Object| {
        let policies = matches!(
            (&before.body, &now.body),
            (Body::NetworkPolicy(_), Body::NetworkPolicy(_)) | (Body::AdminPolicy(_), Body::AdminPolicy(_))
        );
        policies && before.namespace == now.namespace && before.is_namespaced() == now.is_namespaced()
    };
    before.source.path == now.source.path
        && before.objects.len() == now.objects.len()
        && before.objects.iter().zip(&now.objects).all(|(before, now)| alike(before, now))
}

type Found<'r> = (ObjectId, &'r Object, Option<(Arc<str>, NamespaceSource)>);

fn namespaces(found: &[Found<'_>]) -> Vec<NamespaceInfo> {
    let mut by_name: BTreeMap<&Arc<str>, NamespaceInfo> = BTreeMap::new();
    for (id, object, resolved) in found {
        let name = match (&object.body, resolved) {
            (Body::Namespace, _) => &object.name,
            (_, Some((name, _))) => name,
            (_, None) => continue,
        };
        let info = by_name.entry(name).or_insert_with(|| NamespaceInfo {
            name: Arc::clone(name),
            labels: Labels::default(),
            object: None,
            classes: IdSet::new(),
            workloads: Vec::new(),
            policies: Vec::new(),
        });
        if matches!(object.body, Body::Namespace) && info.object.is_none() {
            info.object = Some(*id);
            info.labels = object.labels.clone();
        }
    }
    let labelled = by_name.into_values().map(|mut info| {
        info.labels.insert(NAME_LABEL, &*info.name);
        info
    });
    labelled.collect()
}

/// A class: its namespace, its first workload, and who belongs to it.
struct Members<'r> {
    namespace: NamespaceId,
    example: &'r Workload,
    ids: Vec<WorkloadId>,
}

/// What policies can tell workloads apart by.
#[derive(PartialEq, Eq, Hash)]
struct ClassKey<'r> {
    namespace: NamespaceId,
    labels: &'r Labels,
    ports: &'r [ContainerPort],
    host_network: bool,
    open_labels: bool,
    runtime_labels: &'static [&'static str],
    pod_ips: &'r [IpAddr],
    node_name: Option<&'r str>,
    host_ip: Option<IpAddr>,
}

type Placed<'r> = (ObjectId, &'r Object, Option<(NamespaceId, NamespaceSource)>);

fn workloads<'r>(found: &[Placed<'r>]) -> (Vec<GroundWorkload>, Vec<Members<'r>>) {
    let mut workloads = Vec::new();
    let mut classes: Vec<Members<'r>> = Vec::new();
    let mut known: FastMap<ClassKey<'r>, ClassId> = FastMap::default();
    // Keys are long: a table that grows hashes them again.
    known.reserve(found.len());
    for (id, object, namespace) in found {
        let (Body::Workloads(all), Some((namespace, namespace_source))) = (&object.body, *namespace) else {
            continue;
        };
        for (template, pods) in all.iter().enumerate() {
            let key = ClassKey {
                namespace,
                labels: &pods.labels,
                ports: &pods.ports,
                host_network: pods.host_network,
                open_labels: pods.open_labels,
                runtime_labels: pods.runtime_labels,
                pod_ips: &pods.pod_ips,
                node_name: pods.node_name.as_deref(),
                host_ip: pods.host_ip,
            };
            let class = *known.entry(key).or_insert_with(|| {
                classes.push(Members { namespace, example: pods, ids: Vec::new() });
                ClassId(crate::text::offset(classes.len() - 1))
            });
            if let Some(members) = classes.get_mut(class.index()) {
                members.ids.push(WorkloadId(crate::text::offset(workloads.len())));
            }
            workloads.push(GroundWorkload { object: *id, template, namespace, namespace_source, class });
        }
    }
    (workloads, classes)
}
