//! Flows as a graph to draw, with the core's own layout.

use serde::Serialize;

use super::Connections;

/// The kind of a node that is no group.
pub(crate) const KNOT: &str = "knot";
/// Whether an edge is proven, or can't be told.
pub(crate) const CERTAINTIES: [&str; 2] = ["allowed", "unknown"];

/// The flows between groups as a graph: what the rows of a `FlowReport` with the same options look like.
///
/// Lengths are in pixels, and positions are of centres. They are absent where the graph is too large to lay out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GraphReport {
    /// The version of this format.
    pub version: u32,
    /// How wide and high the whole is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<GraphSize>,
    /// The namespaces, as boxes around their nodes.
    pub boxes: Vec<GraphBox>,
    /// Who takes part.
    pub nodes: Vec<GraphNode>,
    /// The connections.
    pub edges: Vec<GraphEdge>,
    /// What the reader must know, such as what the answer leaves out.
    pub notes: Vec<String>,
}

/// A width and a height.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GraphSize {
    /// The width.
    pub width: f64,
    /// The height.
    pub height: f64,
}

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GraphPoint {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A rectangle by its centre.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GraphArea {
    /// The centre, from the left.
    pub x: f64,
    /// The centre, from the top.
    pub y: f64,
    /// The width.
    pub width: f64,
    /// The height.
    pub height: f64,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GraphBox {
    /// The namespace's name.
    pub id: String,
    /// Where it is; absent where there was no room to keep boxes apart, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<GraphArea>,
}

/// A group of those who have the same connections, or a knot.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GraphNode {
    /// The name of the group in a `FlowReport`; for a knot what tells it apart from groups and other knots. It
    /// stays the same as long as the group does.
    pub id: String,
    /// `workload`, `namespace`, `cluster`, `addresses`, `node` or `ingress`; or `knot` where many connect to many on the
    /// same ports, which are its label.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::node_kinds"))]
    pub kind: String,
    /// The box that it is in, by its id.
    #[serde(rename = "box", skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// What is written on it, in lines that fit; a box's name isn't said again in it.
    pub label: Vec<String>,
    /// Its workloads, `namespace/name[Kind]`, each of which can be asked to be explained. None in a knot.
    pub members: Vec<String>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<GraphArea>,
}

/// An arrow. Where some connections of a pair are allowed and others can't be told, there is one for each.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GraphEdge {
    /// What tells it apart from other edges; it stays the same as long as its ends and its certainty do.
    pub id: String,
    /// The node that it starts at, by its id.
    pub from: String,
    /// The node that it leads to, by its id. Without an arrowhead where that is a knot.
    pub to: String,
    /// Whether it is proven, or can't be told: `allowed` or `unknown`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::certainties"))]
    pub certainty: String,
    /// The connections.
    pub connections: Connections,
    /// Why they can't be told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// True where it is only between two Pods of the one workload; otherwise absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub replicas: bool,
    /// The row that it shows: its place in `flows` of a `FlowReport` with the same options.
    pub row: usize,
    /// The ports as text, in lines that fit; empty beside a knot, which has them.
    pub label: Vec<String>,
    /// Its way, from edge to edge; empty where there is no layout.
    pub points: Vec<GraphPoint>,
    /// The centre of the label; absent where there is no layout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_at: Option<GraphPoint>,
}
