//! The flows as a graph, for the formats that draw one.
//!
//! A row of many groups with many becomes one knot with the ports on it, between those who connect and those whom they
//! connect to: as many arrows as groups, and not as many as pairs.

use std::collections::BTreeMap;

use super::cells::{name, ports};
use crate::report::plain::one_line;
use crate::workspace::{FlowGroup, FlowRow, FlowTable, GroupKind};

/// A row with at least so many groups on both sides together gets a knot.
const KNOT: usize = 4;

/// What is drawn. Indices are places in these lists.
pub(super) struct Graph {
    /// Names of namespaces: each is a box.
    pub(super) boxes: Vec<String>,
    pub(super) nodes: Vec<Node>,
    pub(super) arrows: Vec<Arrow>,
}

/// A group or a knot.
pub(super) struct Node {
    pub(super) kind: NodeKind,
    /// What is written on it: inside of a box the namespace isn't said again.
    pub(super) label: String,
    /// Everything that is known of it; more than the label.
    pub(super) title: String,
    pub(super) within: Option<usize>,
}

impl Node {
    pub(super) fn is_knot(&self) -> bool {
        matches!(self.kind, NodeKind::Knot { .. })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeKind {
    Group(GroupKind),
    /// The ports of a row, and whether they are in doubt.
    Knot {
        unknown: bool,
    },
}

pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The ports; empty beside a knot, which has them.
    pub(super) label: String,
    pub(super) title: String,
    /// The row that it is part of, by its place in the table.
    pub(super) row: usize,
    /// Whether its connections are in doubt.
    pub(super) unknown: bool,
    /// Whether it ends at a group. What leads into a knot has no head.
    pub(super) head: bool,
}

impl Graph {
    pub(super) fn of(table: &FlowTable) -> Self {
        let mut places = BTreeMap::new();
        let mut boxes = Vec::new();
        for namespace in table.groups.iter().filter_map(|group| group.namespace.as_deref()) {
            places.entry(namespace).or_insert_with(|| {
                boxes.push(name(namespace));
                boxes.len() - 1
            });
        }
        let node = |group: &FlowGroup| Node {
            kind: NodeKind::Group(group.kind),
            label: label(group),
            title: title(group),
            within: group.namespace.as_deref().and_then(|namespace| places.get(namespace).copied()),
        };
        let nodes = table.groups.iter().map(node).collect();
        let mut graph = Self { boxes, nodes, arrows: Vec::new() };
        for row in table.rows.iter().enumerate() {
            graph.add(row, false);
            graph.add(row, true);
        }
        graph
    }

    fn add(&mut self, (place, row): (usize, &FlowRow), unknown: bool) {
        let connections = if unknown { &row.unknown } else { &row.allow };
        if connections.is_empty() {
            return;
        }
        let ends = |places: &[u32]| -> Vec<usize> {
            let places = places.iter().filter_map(|place| usize::try_from(*place).ok());
            places.filter(|place| *place < self.nodes.len()).collect()
        };
        let (from, to) = (ends(&row.from), ends(&row.to));
        let label = format!("{}{}", if unknown { "? " } else { "" }, ports(connections));
        let mut title = label.clone();
        if row.replicas {
            title.push_str(", between Pods of the same workload");
        }
        for reason in row.reasons.iter().filter(|_| unknown) {
            title.push_str(": ");
            title.push_str(&one_line(reason));
        }
        let arrow = |from, to, head| Arrow {
            from,
            to,
            label: if head { label.clone() } else { String::new() },
            title: title.clone(),
            row: place,
            unknown,
            head,
        };
        if row.replicas {
            self.arrows.extend(from.iter().map(|end| arrow(*end, *end, true)));
            return;
        }
        if from.len() + to.len() < KNOT || from.is_empty() || to.is_empty() {
            let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to)));
            self.arrows.extend(pairs.map(|(from, to)| arrow(from, to, true)));
            return;
        }
        let knot = self.nodes.len();
        self.arrows.extend(from.iter().map(|end| arrow(*end, knot, false)));
        self.arrows.extend(to.iter().map(|end| Arrow { label: String::new(), ..arrow(knot, *end, true) }));
        let mut homes = from.iter().chain(&to).map(|end| self.nodes.get(*end).and_then(|node| node.within));
        let home = homes.next().flatten();
        let within = home.filter(|home| homes.all(|other| other == Some(*home)));
        self.nodes.push(Node { kind: NodeKind::Knot { unknown }, label, title, within });
    }
}

fn label(group: &FlowGroup) -> String {
    let whole = name(&group.name);
    let namespace = group.namespace.as_deref().map(name);
    let short = namespace.and_then(|namespace| whole.strip_prefix(&namespace)?.strip_prefix('/'));
    short.map_or(whole.clone(), str::to_owned)
}

fn title(group: &FlowGroup) -> String {
    let mut title = name(&group.name);
    for member in group.members.iter().filter(|member| **member != group.name) {
        title.push('\n');
        title.push_str(&name(member));
    }
    title
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::sets::ConnectionSet;

    #[test]
    fn many_with_many_share_a_knot() {
        let graph = Graph::of(&sample::shop());
        assert_eq!(graph.boxes, ["shop", "payments", "kube-system"]);
        assert_eq!(graph.nodes.len(), 7 + 1);
        assert_eq!(graph.nodes[0].label, "frontend[Deployment]");
        let knot = &graph.nodes[7];
        assert_eq!((knot.kind, knot.within), (NodeKind::Knot { unknown: false }, None));
        assert_eq!(knot.label, "TCP 53; UDP 53");
        let ends: Vec<_> = graph.arrows.iter().map(|arrow| (arrow.from, arrow.to, arrow.head)).collect();
        assert_eq!(ends[4..8], [(3, 7, false), (6, 7, false), (7, 4, true), (7, 2, true)]);
    }

    #[test]
    fn a_knot_of_one_namespace_is_in_its_box() {
        let mut table = sample::shop();
        table.rows = vec![sample::row(&[0, 1], &[1, 3], ConnectionSet::all())];
        assert_eq!(Graph::of(&table).nodes[7].within, Some(0));
    }
}
