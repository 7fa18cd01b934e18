//! Namespaces, workloads, classes, Services and policies of one root.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::entries::{self, Entrance};
use super::ground::{Ground, GroundWorkload};
use super::index::{LabelIndex, Selection};
use super::namespaces::{NamespaceSource, Resolver};
use super::repository::{ObjectId, Repository};
use super::roots::Root;
use crate::model::{
    AdminPolicy, Body, ContainerPort, Direction, NAME_LABEL, NetworkPolicy, Object, OtherApi, PodScope,
    Service, Workload,
};
use crate::sets::{IdSet, LabelSelector, Labels, Operator};

macro_rules! dense_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The id as an index into its table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

dense_id!(
    /// A namespace of the cluster, by name in ascending order.
    NamespaceId
);
dense_id!(
    /// A workload: one Pod template of one object.
    WorkloadId
);
dense_id!(
    /// A class: workloads that no policy can tell apart.
    ClassId
);
dense_id!(
    /// A NetworkPolicy.
    PolicyId
);
dense_id!(
    /// A cluster-wide policy.
    AdminId
);

/// A namespace.
#[derive(Clone, Debug)]
pub struct NamespaceInfo {
    /// Its name.
    pub name: Arc<str>,
    /// Its labels, with `kubernetes.io/metadata.name` as the API server sets it.
    pub labels: Labels,
    /// The Namespace object; none where the namespace is only referred to.
    pub object: Option<ObjectId>,
    /// The classes in it that policies can select.
    pub classes: IdSet,
    /// Its workloads.
    pub workloads: Vec<WorkloadId>,
    /// Its NetworkPolicies.
    pub policies: Vec<PolicyId>,
}

/// A workload.
#[derive(Debug)]
pub struct WorkloadInfo<'r> {
    /// The object.
    pub object: ObjectId,
    /// Its Pods.
    pub pods: &'r Workload,
    /// Its namespace.
    pub namespace: NamespaceId,
    /// Who decided on the namespace.
    pub namespace_source: NamespaceSource,
    /// Its class.
    pub class: ClassId,
}

/// Workloads with the same namespace, labels, ports, host-network flag, addresses and node.
#[derive(Debug)]
pub struct Class<'r> {
    /// Their namespace.
    pub namespace: NamespaceId,
    /// Their labels.
    pub labels: &'r Labels,
    /// Their declared ports.
    pub ports: &'r [ContainerPort],
    /// Whether they share the node's network.
    pub host_network: bool,
    /// Whether they may carry further labels.
    pub open_labels: bool,
    /// Label keys that their controller adds.
    pub runtime_labels: &'static [&'static str],
    /// One of them, to ask for what all share.
    pub example: &'r Workload,
    /// Who they are.
    pub members: Rc<[WorkloadId]>,
}

/// A NetworkPolicy with what it selects.
#[derive(Debug)]
pub struct PolicyInfo<'r> {
    /// The object.
    pub object: ObjectId,
    /// The policy.
    pub policy: &'r NetworkPolicy,
    /// Its name.
    pub name: &'r str,
    /// Its namespace.
    pub namespace: NamespaceId,
    /// Who decided on the namespace.
    pub namespace_source: NamespaceSource,
    /// The classes that it selects, all of its namespace. For an invalid selector: possibly every class there.
    pub subject: Selection,
}

/// A cluster-wide policy with what it selects.
#[derive(Debug)]
pub struct AdminInfo<'r> {
    /// The object.
    pub object: ObjectId,
    /// The policy.
    pub policy: &'r AdminPolicy,
    /// Its name.
    pub name: &'r str,
    /// The classes that it applies to. For an invalid subject: possibly every class that can be selected.
    pub subject: Selection,
}

/// A Node.
#[derive(Debug)]
pub struct NodeInfo<'r> {
    /// The object.
    pub object: ObjectId,
    /// Its name.
    pub name: &'r str,
    /// Its labels.
    pub labels: &'r Labels,
}

/// A policy of another API, or a generator of policies.
#[derive(Debug)]
pub struct ForeignPolicy {
    /// The object.
    pub object: ObjectId,
    /// Which API.
    pub api: OtherApi,
    /// The namespace that it acts in; none for the whole cluster.
    pub namespace: Option<NamespaceId>,
}

/// A Service with what it sends to.
#[derive(Debug)]
pub struct ServiceInfo<'r> {
    /// The object.
    pub object: ObjectId,
    /// The Service.
    pub service: &'r Service,
    /// Its name.
    pub name: &'r str,
    /// Its namespace.
    pub namespace: NamespaceId,
    /// The classes that it sends to.
    pub targets: Selection,
    /// Whether clients outside the cluster reach it: by its own type, or through an Ingress or a route.
    pub external: bool,
}

/// The inventory of one root.
pub struct Cluster<'r> {
    /// The files.
    pub repository: &'r Repository,
    /// The root's objects, with their namespace, in the repository's order.
    pub objects: Vec<(ObjectId, Option<NamespaceId>)>,
    /// The namespaces, by name.
    pub namespaces: Vec<NamespaceInfo>,
    /// The workloads, in the repository's order.
    pub workloads: Vec<WorkloadInfo<'r>>,
    /// The classes, in order of their first workload.
    pub classes: Vec<Class<'r>>,
    /// The NetworkPolicies, in the repository's order.
    pub policies: Vec<PolicyInfo<'r>>,
    /// The cluster-wide policies, in the repository's order.
    pub admin: Vec<AdminInfo<'r>>,
    /// The Nodes, in the repository's order.
    pub nodes: Vec<NodeInfo<'r>>,
    /// The policies of other APIs.
    pub foreign: Vec<ForeignPolicy>,
    /// The Services.
    pub services: Vec<ServiceInfo<'r>>,
    /// The ways from outside to them, by the object that opens each, in the repository's order.
    pub entrances: Vec<Entrance<'r>>,
    /// Namespaces with a custom resource whose Pods nobody can foresee.
    pub unknown_pods: BTreeSet<NamespaceId>,
    pub(super) ground: Rc<Ground>,
}

struct Placed<'r> {
    id: ObjectId,
    object: &'r Object,
    namespace: Option<(NamespaceId, NamespaceSource)>,
}

impl<'r> Cluster<'r> {
    /// Takes stock of a root.
    pub fn new(repository: &'r Repository, root: &Root, resolver: &Resolver) -> Self {
        Self::on(repository, Rc::new(Ground::new(repository, root, resolver)))
    }

    /// Takes stock of the policies of a root whose ground is known. The ground must be this repository's, or of one that
    /// [`Ground::still_holds`] for.
    pub fn on(repository: &'r Repository, ground: Rc<Ground>) -> Self {
        let placed: Vec<_> = ground
            .objects
            .iter()
            .filter_map(|(id, namespace)| {
                Some(Placed { id: *id, object: repository.object(*id)?, namespace: *namespace })
            })
            .collect();
        let mut namespaces = ground.namespaces.clone();
        let workloads = workloads(repository, &ground);
        let classes = classes(&workloads, &ground);
        let policies = policies(&placed, &ground.index, &namespaces);
        for (policy, id) in policies.iter().zip(0u32..) {
            if let Some(namespace) = namespaces.get_mut(policy.namespace.index()) {
                namespace.policies.push(PolicyId(id));
            }
        }
        let services = services(&placed, &ground.index, &namespaces);
        let foreign = placed.iter().filter_map(|found| match &found.object.body {
            Body::OtherPolicy(api) => Some(ForeignPolicy {
                object: found.id,
                api: *api,
                namespace: found.namespace.map(|(id, _)| id).filter(|_| !api.cluster_wide),
            }),
            _ => None,
        });
        let foreign = foreign.collect();
        let unknown = placed.iter().filter(|found| matches!(found.object.body, Body::Unknown));
        let unknown_pods = unknown.filter_map(|found| found.namespace.map(|(id, _)| id)).collect();
        let nodes = placed.iter().filter(|found| matches!(found.object.body, Body::Node));
        let nodes = nodes.map(|found| NodeInfo {
            object: found.id,
            name: &found.object.name,
            labels: &found.object.labels,
        });
        let nodes = nodes.collect();
        let objects = placed.iter().map(|found| (found.id, found.namespace.map(|(id, _)| id))).collect();
        let mut cluster = Self {
            repository,
            objects,
            namespaces,
            workloads,
            classes,
            policies,
            admin: Vec::new(),
            nodes,
            foreign,
            services,
            entrances: Vec::new(),
            unknown_pods,
            ground,
        };
        cluster.admin = cluster.admin_policies(&placed);
        cluster.entrances = entries::entrances(&cluster);
        for service in cluster.entrances.iter().map(|entrance| entrance.service as usize) {
            if let Some(service) = cluster.services.get_mut(service) {
                service.external = true;
            }
        }
        cluster
    }

    /// The selectors' index.
    pub fn index(&self) -> &LabelIndex {
        &self.ground.index
    }

    fn admin_policies(&self, placed: &[Placed<'r>]) -> Vec<AdminInfo<'r>> {
        let policy = |found: &Placed<'r>| {
            let Body::AdminPolicy(policy) = &found.object.body else { return None };
            let subject = match &policy.subject {
                Some(scope) => self.select_scope(scope),
                None => Selection { certain: IdSet::new(), possible: self.ground.index.universe().clone() },
            };
            Some(AdminInfo { object: found.id, policy, name: &found.object.name, subject })
        };
        placed.iter().filter_map(policy).collect()
    }

    /// A namespace by id.
    pub fn namespace(&self, id: NamespaceId) -> Option<&NamespaceInfo> {
        self.namespaces.get(id.index())
    }

    /// A namespace's name; empty for an unknown id.
    pub fn namespace_name(&self, id: NamespaceId) -> &str {
        self.namespace(id).map_or("", |info| &info.name)
    }

    /// A namespace by name.
    pub fn find_namespace(&self, name: &str) -> Option<NamespaceId> {
        let at = self.namespaces.binary_search_by(|info| info.name.as_ref().cmp(name)).ok()?;
        Some(NamespaceId(crate::text::offset(at)))
    }

    /// The namespace that an object of the root ended up in.
    pub fn namespace_of(&self, id: ObjectId) -> Option<NamespaceId> {
        let at = self.objects.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.objects.get(at)?.1
    }

    /// A workload by id.
    pub fn workload(&self, id: WorkloadId) -> Option<&WorkloadInfo<'r>> {
        self.workloads.get(id.index())
    }

    /// The name of a workload's object; empty for an unknown id.
    pub fn workload_name(&self, id: WorkloadId) -> &str {
        let object = self.workload(id).and_then(|info| self.repository.object(info.object));
        object.map_or("", |object| &object.name)
    }

    /// Where to point for a namespace: its Namespace object, else its first policy, else its first workload.
    pub fn anchor(&self, id: NamespaceId) -> Option<ObjectId> {
        let info = self.namespace(id)?;
        let policy = || self.policy(*info.policies.first()?).map(|policy| policy.object);
        let workload = || self.workload(*info.workloads.first()?).map(|workload| workload.object);
        info.object.or_else(policy).or_else(workload)
    }

    /// A class by id.
    pub fn class(&self, id: ClassId) -> Option<&Class<'r>> {
        self.classes.get(id.index())
    }

    /// A policy by id.
    pub fn policy(&self, id: PolicyId) -> Option<&PolicyInfo<'r>> {
        self.policies.get(id.index())
    }

    /// Every namespace with its id.
    pub fn namespace_ids(&self) -> impl Iterator<Item = (NamespaceId, &NamespaceInfo)> {
        self.namespaces.iter().zip(0u32..).map(|(info, id)| (NamespaceId(id), info))
    }

    /// Every policy with its id.
    pub fn policy_ids(&self) -> impl Iterator<Item = (PolicyId, &PolicyInfo<'r>)> {
        self.policies.iter().zip(0u32..).map(|(info, id)| (PolicyId(id), info))
    }

    /// A cluster-wide policy by id.
    pub fn admin_policy(&self, id: AdminId) -> Option<&AdminInfo<'r>> {
        self.admin.get(id.index())
    }

    /// Every cluster-wide policy with its id.
    pub fn admin_ids(&self) -> impl Iterator<Item = (AdminId, &AdminInfo<'r>)> {
        self.admin.iter().zip(0u32..).map(|(info, id)| (AdminId(id), info))
    }

    /// Every workload with its id.
    pub fn workload_ids(&self) -> impl Iterator<Item = (WorkloadId, &WorkloadInfo<'r>)> {
        self.workloads.iter().zip(0u32..).map(|(info, id)| (WorkloadId(id), info))
    }

    /// The namespaces that a selector selects. A namespace that no manifest declares has only its name as a label.
    pub fn select_namespaces(&self, selector: &LabelSelector) -> Vec<NamespaceId> {
        if let Some(names) = named_namespaces(selector) {
            let mut ids: Vec<_> = names.iter().filter_map(|name| self.find_namespace(name)).collect();
            ids.sort_unstable();
            return ids;
        }
        self.namespace_ids().filter(|(_, info)| selector.matches(&info.labels)).map(|(id, _)| id).collect()
    }

    /// The classes that a peer's selectors select, seen from a policy in `own`.
    pub fn select_pods(
        &self,
        own: NamespaceId,
        namespaces: Option<&LabelSelector>,
        pods: Option<&LabelSelector>,
    ) -> Selection {
        let everything = LabelSelector::everything();
        let pods = pods.unwrap_or(&everything);
        match namespaces {
            None => self
                .namespace(own)
                .map_or_else(Selection::nothing, |info| self.ground.index.select(pods).within(&info.classes)),
            Some(namespaces) => self.select_everywhere(namespaces, pods),
        }
    }

    /// The classes that a subject or a peer of a cluster-wide policy selects.
    pub fn select_scope(&self, scope: &PodScope) -> Selection {
        let everything = LabelSelector::everything();
        self.select_everywhere(&scope.namespaces, scope.pods.as_ref().unwrap_or(&everything))
    }

    fn select_everywhere(&self, namespaces: &LabelSelector, pods: &LabelSelector) -> Selection {
        let selected = self.ground.index.select(pods);
        if namespaces.is_everything() {
            return (*selected).clone();
        }
        let mut classes = IdSet::new();
        for info in self.select_namespaces(namespaces).iter().filter_map(|id| self.namespace(*id)) {
            classes.union_with(&info.classes);
        }
        selected.within(&classes)
    }

    /// How many workloads the classes of a set have.
    pub fn count_workloads(&self, classes: &IdSet) -> usize {
        classes.iter().filter_map(|id| self.class(ClassId(id))).map(|class| class.members.len()).sum()
    }

    /// The workloads of a set of classes, in order of class.
    pub fn members<'s>(&'s self, classes: &'s IdSet) -> impl Iterator<Item = WorkloadId> + 's {
        classes
            .iter()
            .filter_map(|id| self.class(ClassId(id)))
            .flat_map(|class| class.members.iter().copied())
    }
}

/// The namespaces that a selector names by [`NAME_LABEL`], if that is all it asks for.
pub fn named_namespaces(selector: &LabelSelector) -> Option<&[String]> {
    match selector.requirements() {
        [requirement] if requirement.key == NAME_LABEL && requirement.operator == Operator::In => {
            Some(&requirement.values)
        }
        _ => None,
    }
}

fn workloads<'r>(repository: &'r Repository, ground: &Ground) -> Vec<WorkloadInfo<'r>> {
    let workload = |known: &GroundWorkload| {
        let Body::Workloads(all) = &repository.object(known.object)?.body else { return None };
        Some(WorkloadInfo {
            object: known.object,
            pods: all.get(known.template)?,
            namespace: known.namespace,
            namespace_source: known.namespace_source,
            class: known.class,
        })
    };
    ground.workloads.iter().filter_map(workload).collect()
}

fn classes<'r>(workloads: &[WorkloadInfo<'r>], ground: &Ground) -> Vec<Class<'r>> {
    let class = |members: &Rc<[WorkloadId]>| {
        let first = workloads.get(members.first()?.index())?;
        Some(Class {
            namespace: first.namespace,
            labels: &first.pods.labels,
            ports: &first.pods.ports,
            host_network: first.pods.host_network,
            open_labels: first.pods.open_labels,
            runtime_labels: first.pods.runtime_labels,
            example: first.pods,
            members: Rc::clone(members),
        })
    };
    ground.classes.iter().filter_map(class).collect()
}

fn policies<'r>(
    placed: &[Placed<'r>],
    index: &LabelIndex,
    namespaces: &[NamespaceInfo],
) -> Vec<PolicyInfo<'r>> {
    let policy = |found: &Placed<'r>| {
        let (Body::NetworkPolicy(policy), Some((namespace, namespace_source))) =
            (&found.object.body, found.namespace)
        else {
            return None;
        };
        let classes = &namespaces.get(namespace.index())?.classes;
        let subject = match &policy.pod_selector {
            Some(selector) => index.select(selector).within(classes),
            None => Selection { certain: IdSet::new(), possible: classes.clone() },
        };
        let name = &*found.object.name;
        Some(PolicyInfo { object: found.id, policy, name, namespace, namespace_source, subject })
    };
    placed.iter().filter_map(policy).collect()
}

fn services<'r>(
    placed: &[Placed<'r>],
    index: &LabelIndex,
    namespaces: &[NamespaceInfo],
) -> Vec<ServiceInfo<'r>> {
    let service = |found: &Placed<'r>| {
        let (Body::Service(service), Some((namespace, _))) = (&found.object.body, found.namespace) else {
            return None;
        };
        let classes = &namespaces.get(namespace.index())?.classes;
        let targets = match &service.selector {
            Some(labels) => index.select(&LabelSelector::from_parts(labels.iter(), [])).within(classes),
            None => Selection::nothing(),
        };
        let name = &*found.object.name;
        let external = service.is_external();
        Some(ServiceInfo { object: found.id, service, name, namespace, targets, external })
    };
    placed.iter().filter_map(service).collect()
}

impl PolicyInfo<'_> {
    /// Whether the policy isolates in this direction, if the API server takes it.
    pub fn affects(&self, direction: Direction) -> bool {
        self.policy.affects(direction)
    }
}
