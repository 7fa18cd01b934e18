//! Typed objects with their places.
//!
//! A [`File`] is a pure function of a path and its bytes: a host may read many files on many threads. Every object
//! keeps the document and the node it came from, so that a field path can be turned into bytes at any time.

mod admin;
mod controller;
mod custom;
mod exposure;
mod fault;
mod fields;
mod keep;
mod kinds;
mod layout;
mod policy;
mod read;
mod selector;
mod service;
mod workload;

use std::sync::Arc;

pub use admin::{Action, AdminPeer, AdminPolicy, AdminPort, AdminRule, PodScope, Tier};
pub use controller::Controller;
pub use custom::CustomWorkload;
pub use exposure::{
    Backend, BackendPort, ControllerClass, ExposedBy, Exposure, Gateway, Parent, ReferenceGrant,
};
pub use fault::{Fault, FaultKind};
pub use fields::nearest;
pub use keep::{Kept, keep};
pub use kinds::{OtherApi, group};
pub use layout::{DeployedPath, Kustomization};
pub use policy::{Direction, Half, IpBlock, NetworkPolicy, Peer, Port, Rule};
pub use read::{ReadOptions, read_file};
pub use service::{Access, Service, ServicePort, Target};
pub use workload::{ContainerPort, Workload};

use crate::diagnostics::ObjectRef;
use crate::sets::Labels;
use crate::text::{SourceFile, Span};
use crate::yaml::{Document, Node, NodeId};

/// One file, read.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path and text.
    pub source: SourceFile,
    /// The documents that were built.
    pub documents: Vec<Document>,
    /// The Kubernetes objects in them, in the order of the text.
    pub objects: Vec<Object>,
    /// How many objects are of kinds that no rule reads; they were not built.
    pub unread: u32,
    /// Documents that hold no Kubernetes object, with the reason.
    pub skipped: Vec<SkippedDocument>,
}

/// A document that holds no Kubernetes object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedDocument {
    /// Its bytes.
    pub span: Span,
    /// Why it holds none.
    pub reason: &'static str,
    /// Whether something that looks like Kubernetes was lost: templates and broken documents, not other YAML.
    pub lost: bool,
}

impl File {
    /// The node of an object of this file.
    pub fn node(&self, object: &Object) -> Option<Node<'_>> {
        let document = self.documents.get(object.document as usize)?;
        Some(Node::new(&document.tree, &self.source.text, object.node))
    }
}

/// One Kubernetes object.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// `apiVersion` as written.
    pub api_version: Arc<str>,
    /// `kind` as written.
    pub kind: Arc<str>,
    /// `metadata.name`, or `metadata.generateName` where only that is written; empty where both are missing.
    pub name: Arc<str>,
    /// Whether the name is a `generateName`: no two such objects are the same.
    pub generated_name: bool,
    /// `metadata.namespace` as written.
    pub namespace: Option<Arc<str>>,
    /// `metadata.labels`.
    pub labels: Labels,
    /// Who made it: the controller among `metadata.ownerReferences`, as `kubectl get -o yaml` shows it.
    pub owner: Option<Owner>,
    /// The annotations with Ringfence's own prefix, key without the prefix → value.
    pub annotations: Vec<(String, String)>,
    /// The index of its document in [`File::documents`].
    pub document: u32,
    /// Its node there.
    pub node: NodeId,
    /// What it is.
    pub body: Body,
    /// What is wrong with it by itself.
    pub faults: Vec<Fault>,
}

/// The object that made another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its kind.
    pub kind: Arc<str>,
    /// Its name, in the same namespace.
    pub name: Arc<str>,
}

/// The label that the API server sets on every namespace: its name.
pub const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// The prefix of every annotation and label key of Ringfence.
pub const PREFIX: &str = "ringfence.dev/";

impl Object {
    /// Its identity in the namespace that it ends up in.
    pub fn reference(&self, namespace: Option<Arc<str>>) -> ObjectRef {
        ObjectRef {
            api_version: Arc::clone(&self.api_version),
            kind: Arc::clone(&self.kind),
            namespace,
            name: Arc::clone(&self.name),
        }
    }

    /// Whether objects of this kind live in a namespace.
    pub fn is_namespaced(&self) -> bool {
        match &self.body {
            Body::Namespace
            | Body::Node
            | Body::AdminPolicy(_)
            | Body::ControllerClass(_)
            | Body::Kustomization(_) => false,
            Body::OtherPolicy(api) => !api.cluster_wide,
            _ => true,
        }
    }
}

/// What an object is.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A Namespace; its labels are the object's.
    Namespace,
    /// A Node; its labels are the object's.
    Node,
    /// Something that makes Pods: one entry for each Pod template.
    Workloads(Vec<Workload>),
    /// A Service.
    Service(Service),
    /// A NetworkPolicy.
    NetworkPolicy(NetworkPolicy),
    /// An AdminNetworkPolicy, a BaselineAdminNetworkPolicy or a ClusterNetworkPolicy.
    AdminPolicy(AdminPolicy),
    /// A policy of another API, or a generator of policies.
    OtherPolicy(OtherApi),
    /// Something that lets clients outside the cluster in.
    Exposure(Exposure),
    /// A Gateway, which routes hang on.
    Gateway(Gateway),
    /// An IngressClass or a GatewayClass.
    ControllerClass(ControllerClass),
    /// Leave for routes of other namespaces to send to Services of its own.
    ReferenceGrant(ReferenceGrant),
    /// A Kustomize configuration.
    Kustomization(Kustomization),
    /// An Argo CD Application or a Flux Kustomization.
    Deployed(DeployedPath),
    /// A ConfigMap that configures a network plugin.
    ConfigMap,
    /// A custom resource that seems to hold a Pod template which Ringfence doesn't know.
    Unknown,
    /// A kind that is read, with a value of a wrong type: what it would be is unknown.
    Broken(&'static str),
}
