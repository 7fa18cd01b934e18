//! Who can reach whom, in few rows: what the reports of flows are made from.

use crate::sets::ConnectionSet;

/// Who can reach whom. A pair that no row has is proven to have no connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowTable {
    /// Who takes part; rows name them by their place here.
    pub groups: Vec<FlowGroup>,
    /// The connections, in the order in which they are shown.
    pub rows: Vec<FlowRow>,
    /// What the reader must know, such as what the answer leaves out.
    pub notes: Vec<String>,
}

/// What a group is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupKind {
    /// Workloads.
    Workload,
    /// Every Pod of a namespace.
    Namespace,
    /// Every Pod of the cluster.
    Cluster,
    /// Addresses outside the cluster.
    Addresses,
    /// A workload on its node's network: it stands for the node.
    Node,
    /// Clients outside that come in through an Ingress, a Gateway or a Route.
    Ingress,
}

impl GroupKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Workload, Self::Namespace, Self::Cluster, Self::Addresses, Self::Node, Self::Ingress];

    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Workload => "workload",
            Self::Namespace => "namespace",
            Self::Cluster => "cluster",
            Self::Addresses => "addresses",
            Self::Node => "node",
            Self::Ingress => "ingress",
        }
    }
}

/// Those who have the same connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowGroup {
    /// What it is made of.
    pub kind: GroupKind,
    /// What it is called, `shop/frontend[Deployment]`, `every Pod of shop` or `0.0.0.0/0`.
    pub name: String,
    /// The namespace that all of it is in.
    pub namespace: Option<String>,
    /// Its workloads, `namespace/name[Kind]`.
    pub members: Vec<String>,
}

/// Connections of every group of `from` with every group of `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRow {
    /// Who connects: places in [`FlowTable::groups`].
    pub from: Vec<u32>,
    /// To whom: places in [`FlowTable::groups`].
    pub to: Vec<u32>,
    /// The connections that are proven allowed.
    pub allow: ConnectionSet,
    /// The connections that are neither proven allowed nor proven denied.
    pub unknown: ConnectionSet,
    /// Why they can't be told.
    pub reasons: Vec<String>,
    /// Only between two Pods of the one workload: `to` is `from`, and each workload of it goes with itself alone.
    pub replicas: bool,
}

impl FlowTable {
    /// The groups at these places.
    pub fn groups_at(&self, places: &[u32]) -> impl Iterator<Item = &FlowGroup> {
        let group = |place: &u32| self.groups.get(usize::try_from(*place).ok()?);
        places.iter().filter_map(group)
    }
}
