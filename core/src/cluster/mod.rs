//! The inventory of one root: namespaces, Pods grouped into classes, Services and policies with what they select.
//!
//! A root is a set of files that are deployed together. Everything in it is addressed by dense ids in a fixed order,
//! so that sets of Pods are sets of integers and every answer comes out in the same order on every run.

mod entries;
mod ground;
mod index;
mod inventory;
mod namespaces;
mod repository;
mod roots;
mod useful;

pub use entries::{Entrance, EntranceTarget, Hint, Via};
pub use ground::Ground;
pub use index::{LabelIndex, Selection};
pub use inventory::{
    AdminId, AdminInfo, Class, ClassId, Cluster, ForeignPolicy, NamespaceId, NamespaceInfo, NodeInfo,
    PolicyId, PolicyInfo, ServiceInfo, WorkloadId, WorkloadInfo, named_namespaces,
};
pub use namespaces::{NamespaceSource, Resolver};
pub use repository::{Entry, ObjectId, Origin, Repository};
pub use roots::{Job, Layout, Placement, Root, Tool};
