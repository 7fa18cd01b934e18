//! The graph as data, for hosts that draw it themselves.

use std::collections::BTreeMap;

use super::graph::{Arrow, Graph, Node, NodeKind};
use super::labels::Labels;
use super::layout::{Area, Layout, Point};
use crate::wire::{
    CERTAINTIES, Connections, GraphArea, GraphBox, GraphEdge, GraphNode, GraphPoint, GraphReport, GraphSize,
    KNOT, VERSION,
};
use crate::workspace::{FlowRow, FlowTable};

/// The flows as a graph with places, as in [`super::FlowFormat::Svg`].
pub fn draw(table: &FlowTable) -> GraphReport {
    let graph = Graph::of(table);
    let labels = Labels::of(&graph);
    let layout = labels.lay_out(&graph);
    let drawing = Drawing { table, graph: &graph, ids: ids(table, &graph) };
    let layout = layout.as_ref();
    GraphReport {
        version: VERSION,
        size: layout
            .map(|layout| GraphSize { width: tenths(layout.size.width), height: tenths(layout.size.height) }),
        boxes: drawing.boxes(layout),
        nodes: drawing.nodes(&labels.nodes, layout),
        edges: drawing.edges(&labels.arrows, layout),
        notes: table.notes.clone(),
    }
}

struct Drawing<'t> {
    table: &'t FlowTable,
    graph: &'t Graph,
    /// The ids of the nodes.
    ids: Vec<String>,
}

impl Drawing<'_> {
    fn boxes(&self, layout: Option<&Layout>) -> Vec<GraphBox> {
        let areas = layout.map_or(&[][..], |layout| &layout.boxes);
        let namespaces = self.graph.boxes.iter().enumerate();
        namespaces.map(|(i, name)| GraphBox { id: name.clone(), area: areas.get(i).map(area) }).collect()
    }

    fn nodes(&self, labels: &[Vec<String>], layout: Option<&Layout>) -> Vec<GraphNode> {
        let node = |(i, (node, (id, label))): (usize, (&Node, (&String, &Vec<String>)))| GraphNode {
            id: id.clone(),
            kind: match node.kind {
                NodeKind::Group(kind) => kind.name(),
                NodeKind::Knot { .. } => KNOT,
            }
            .to_owned(),
            within: node.within.and_then(|within| self.graph.boxes.get(within).cloned()),
            label: label.clone(),
            members: self.table.groups.get(i).map_or_else(Vec::new, |group| group.members.clone()),
            area: layout.and_then(|layout| layout.nodes.get(i)).map(area),
        };
        self.graph.nodes.iter().zip(self.ids.iter().zip(labels)).enumerate().map(node).collect()
    }

    fn edges(&self, labels: &[Vec<String>], layout: Option<&Layout>) -> Vec<GraphEdge> {
        let arrows = self.graph.arrows.iter().zip(labels).enumerate();
        let edge = |(i, (arrow, label)): (usize, (&Arrow, &Vec<String>))| {
            let row = self.table.rows.get(arrow.row)?;
            let route = layout.and_then(|layout| layout.arrows.get(i));
            let (from, to) = (self.ids.get(arrow.from)?, self.ids.get(arrow.to)?);
            let [allowed, unknown] = CERTAINTIES;
            Some(GraphEdge {
                id: edge_id(from, to, arrow.unknown, row.replicas),
                from: from.clone(),
                to: to.clone(),
                certainty: if arrow.unknown { unknown } else { allowed }.to_owned(),
                connections: Connections::from(if arrow.unknown { &row.unknown } else { &row.allow }),
                reasons: if arrow.unknown { row.reasons.clone() } else { Vec::new() },
                replicas: row.replicas,
                row: arrow.row,
                label: label.clone(),
                points: route.map_or_else(Vec::new, |route| route.points.iter().map(point).collect()),
                label_at: route.map(|route| point(&route.label)),
            })
        };
        arrows.filter_map(edge).collect()
    }
}

/// The ids of the nodes: names of groups, and for knots the digest of their ends.
fn ids(table: &FlowTable, graph: &Graph) -> Vec<String> {
    let mut knots: BTreeMap<usize, (&FlowRow, bool)> = BTreeMap::new();
    for arrow in &graph.arrows {
        for end in [arrow.from, arrow.to].into_iter().filter(|end| *end >= table.groups.len()) {
            if let Some(row) = table.rows.get(arrow.row) {
                knots.insert(end, (row, arrow.unknown));
            }
        }
    }
    let id = |i: usize| match (table.groups.get(i), knots.get(&i)) {
        (Some(group), _) => group.name.clone(),
        (None, Some((row, unknown))) => format!("{KNOT} {:016x}", digest(table, row, *unknown)),
        (None, None) => format!("{KNOT} {i}"),
    };
    (0..graph.nodes.len()).map(id).collect()
}

/// FNV-1a over the names of a row's ends.
fn digest(table: &FlowTable, row: &FlowRow, unknown: bool) -> u64 {
    let names = [&row.from, &row.to].into_iter().flat_map(|side| {
        let names = table.groups_at(side).map(|group| group.name.as_str());
        names.chain(std::iter::once("\u{0}"))
    });
    let bytes = names.flat_map(|name| name.bytes().chain([0])).chain([u8::from(unknown)]);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn edge_id(from: &str, to: &str, unknown: bool, replicas: bool) -> String {
    let doubt = if unknown { " ?" } else { "" };
    let among = if replicas { " (replicas)" } else { "" };
    format!("{from} → {to}{doubt}{among}")
}

fn area(area: &Area) -> GraphArea {
    GraphArea {
        x: tenths(area.at.x),
        y: tenths(area.at.y),
        width: tenths(area.size.width),
        height: tenths(area.size.height),
    }
}

fn point(point: &Point) -> GraphPoint {
    GraphPoint { x: tenths(point.x), y: tenths(point.y) }
}

/// A length in tenths of a pixel: nobody sees less.
fn tenths(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::sample;
    use super::*;

    #[test]
    fn everything_has_a_place_and_an_id_of_its_own() {
        for table in [sample::shop(), FlowTable::default()] {
            let report = draw(&table);
            let nodes: BTreeSet<_> = report.nodes.iter().map(|node| &node.id).collect();
            assert_eq!(nodes.len(), report.nodes.len());
            let edges: BTreeSet<_> = report.edges.iter().map(|edge| &edge.id).collect();
            assert_eq!(edges.len(), report.edges.len());
            assert!(report.size.is_some());
            assert!(report.boxes.iter().all(|one| one.area.is_some()));
            assert!(report.nodes.iter().all(|node| node.area.is_some()));
            for edge in &report.edges {
                assert!(edge.points.len() > 1 && edge.label_at.is_some(), "{edge:?}");
                assert!(nodes.contains(&edge.from) && nodes.contains(&edge.to), "{edge:?}");
                assert!(edge.row < table.rows.len());
            }
        }
    }

    #[test]
    fn ids_stay_where_other_rows_come_and_go() {
        let ids = |table: &FlowTable| -> BTreeSet<String> {
            let report = draw(table);
            let nodes = report.nodes.into_iter().map(|node| node.id);
            nodes.chain(report.edges.into_iter().map(|edge| edge.id)).collect()
        };
        let mut table = sample::shop();
        let all = ids(&table);
        table.rows.remove(0);
        assert!(ids(&table).is_subset(&all) && ids(&table).len() == all.len() - 1);
    }

    #[test]
    fn what_cannot_be_told_is_an_edge_of_its_own() {
        let report = draw(&sample::shop());
        let between: Vec<_> = report.edges.iter().filter(|edge| edge.row == 1).collect();
        let [allowed, unknown] = between.as_slice() else { panic!("{between:?}") };
        assert_eq!((allowed.certainty.as_str(), unknown.certainty.as_str()), ("allowed", "unknown"));
        assert!(allowed.reasons.is_empty() && !unknown.reasons.is_empty());
        assert!(report.edges.iter().any(|edge| edge.replicas && edge.from == edge.to));
        let knot = report.nodes.iter().find(|node| node.kind == KNOT).unwrap();
        assert!(knot.members.is_empty() && knot.label.concat().contains("53"));
    }

    #[test]
    fn what_is_too_large_has_no_places() {
        let mut table = FlowTable::default();
        for i in 0..2_001_u32 {
            let name = format!("a/w{i}[Pod]");
            table.groups.push(sample::group(crate::workspace::GroupKind::Workload, &name, Some("a")));
            table.rows.push(sample::row(&[i], &[0], crate::sets::ConnectionSet::all()));
        }
        let report = draw(&table);
        assert!(report.size.is_none() && report.nodes.iter().all(|node| node.area.is_none()));
        assert_eq!(report.edges.len(), 2_001);
    }
}
