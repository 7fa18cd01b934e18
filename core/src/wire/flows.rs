//! Flows between groups in JSON.

use serde::Serialize;

use super::{Connections, VERSION};
use crate::workspace::{FlowGroup, FlowRow, FlowTable};

/// What `ringfence flows --format json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlowReport {
    /// The version of this format.
    pub version: u32,
    /// Who takes part.
    pub groups: Vec<Group>,
    /// The connections. A pair that no entry has is proven to have none.
    pub flows: Vec<GroupFlow>,
    /// What the reader must know, such as what the answer leaves out.
    pub notes: Vec<String>,
}

/// Those who have the same connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Group {
    /// What it is called; flows name it so.
    pub name: String,
    /// `workload`, `namespace`, `cluster`, `addresses`, `node` or `ingress`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::group_kinds"))]
    pub kind: String,
    /// The namespace that all of it is in; absent where it isn't in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its workloads, `namespace/name[Kind]`.
    pub members: Vec<String>,
}

/// Connections of every group of `from` with every group of `to`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupFlow {
    /// Names of groups that connect.
    pub from: Vec<String>,
    /// Names of groups that they connect to.
    pub to: Vec<String>,
    /// What is proven allowed.
    pub allow: Connections,
    /// What is neither proven allowed nor proven denied; absent where everything is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Connections>,
    /// Why it can't be told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// True where it is only between two Pods of the one workload; otherwise absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub replicas: bool,
}

impl From<&FlowTable> for FlowReport {
    fn from(table: &FlowTable) -> Self {
        Self {
            version: VERSION,
            groups: table.groups.iter().map(group).collect(),
            flows: table.rows.iter().map(|row| flow(table, row)).collect(),
            notes: table.notes.clone(),
        }
    }
}

fn group(group: &FlowGroup) -> Group {
    Group {
        name: group.name.clone(),
        kind: group.kind.name().to_owned(),
        namespace: group.namespace.clone(),
        members: group.members.clone(),
    }
}

fn flow(table: &FlowTable, row: &FlowRow) -> GroupFlow {
    let names = |places: &[u32]| table.groups_at(places).map(|group| group.name.clone()).collect();
    GroupFlow {
        from: names(&row.from),
        to: names(&row.to),
        allow: Connections::from(&row.allow),
        unknown: (!row.unknown.is_empty()).then(|| Connections::from(&row.unknown)),
        reasons: row.reasons.clone(),
        replicas: row.replicas,
    }
}
