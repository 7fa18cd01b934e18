//! Where things are in a picture of a graph: from left to right, with the nodes of a box together.
//!
//! Lengths are in pixels, positions are of centres. The same graph gives the same layout on every host.

use dugong::graphlib::{Graph, GraphOptions};
use dugong::{EdgeLabel, GraphLabel, LabelPos, LayoutError, NodeLabel, RankDir, WorkControl, WorkError};

/// The most work that is spent on a picture, in units of the library: some ten millions take a second. It is enough for
/// 200 nodes with 1,000 arrows.
const MOST_WORK: usize = 30_000_000;
/// Beyond so many arrows nobody can follow one, and no work is spent.
const MOST_ARROWS: usize = 2_000;
/// Room around the whole.
const MARGIN: f64 = 16.0;
/// Distances between nodes, tried in turn: rarely, an arrow can't be drawn at one of them.
const DISTANCES: [f64; 3] = [30.0, 33.0, 37.0];

/// A width and a height.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A rectangle by its centre.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Area {
    pub(super) at: Point,
    pub(super) size: Size,
}

/// What has to be laid out.
#[derive(Debug)]
pub(super) struct Parts {
    /// How many boxes there are.
    pub(super) boxes: usize,
    /// Each node with its box.
    pub(super) nodes: Vec<(Size, Option<usize>)>,
    /// Each arrow: from which node to which, and the size of its label.
    pub(super) arrows: Vec<(usize, usize, Size)>,
}

/// A layout, with everything in the order of the parts.
pub(super) struct Layout {
    pub(super) size: Size,
    /// Where there was no room to keep boxes apart, they are all missing.
    pub(super) boxes: Vec<Area>,
    pub(super) nodes: Vec<Area>,
    pub(super) arrows: Vec<Route>,
}

/// The way of an arrow.
pub(super) struct Route {
    /// From edge to edge, at least two.
    pub(super) points: Vec<Point>,
    /// The centre of the label.
    pub(super) label: Point,
}

/// The layout; none where it would be too much work or has no solution.
pub(super) fn lay_out(parts: &Parts) -> Option<Layout> {
    if parts.arrows.len() > MOST_ARROWS {
        return None;
    }
    let mut budget = Budget(MOST_WORK);
    for boxes in [true, false] {
        for distance in DISTANCES {
            match attempt(parts, boxes, distance, &mut budget) {
                Ok(layout) => return layout,
                Err(LayoutError::Work(_)) => return None,
                Err(_) => {}
            }
        }
    }
    None
}

fn attempt(
    parts: &Parts,
    with_boxes: bool,
    distance: f64,
    budget: &mut Budget,
) -> Result<Option<Layout>, LayoutError> {
    let mut graph: Graph<NodeLabel, EdgeLabel, GraphLabel> =
        Graph::new(GraphOptions { directed: true, multigraph: true, compound: true });
    graph.set_graph(GraphLabel {
        rankdir: RankDir::LR,
        nodesep: distance,
        edgesep: 24.0,
        ranksep: 48.0,
        marginx: MARGIN,
        marginy: MARGIN,
        ..GraphLabel::default()
    });
    let boxes = if with_boxes { parts.boxes } else { 0 };
    for i in 0..boxes {
        graph.set_node(box_id(i), NodeLabel::default());
    }
    for (i, (size, within)) in parts.nodes.iter().enumerate() {
        graph.set_node(
            node_id(i),
            NodeLabel { width: size.width, height: size.height, ..NodeLabel::default() },
        );
        if let Some(within) = within.filter(|within| *within < boxes) {
            graph.set_parent(node_id(i), box_id(within));
        }
    }
    for (i, (from, to, label)) in parts.arrows.iter().enumerate() {
        let label = EdgeLabel {
            width: label.width,
            height: label.height,
            labelpos: LabelPos::C,
            weight: 1.0,
            ..EdgeLabel::default()
        };
        graph.set_edge_named(node_id(*from), node_id(*to), Some(i.to_string()), Some(label));
    }
    dugong::layout_controlled(&mut graph, budget)?;
    Ok(read(parts, boxes, &graph))
}

fn read(parts: &Parts, boxes: usize, graph: &Graph<NodeLabel, EdgeLabel, GraphLabel>) -> Option<Layout> {
    let area = |id: &str| {
        let node = graph.node(id)?;
        let at = Point { x: node.x?, y: node.y? };
        Some(Area { at, size: Size { width: node.width, height: node.height } })
    };
    let route = |(i, (from, to, _)): (usize, &(usize, usize, Size))| {
        let edge = graph.edge(&node_id(*from), &node_id(*to), Some(&i.to_string()))?;
        let points: Vec<_> = edge.points.iter().map(|point| Point { x: point.x, y: point.y }).collect();
        let middle = points.get(points.len() / 2).copied()?;
        let label = edge.x.zip(edge.y).map_or(middle, |(x, y)| Point { x, y });
        (points.len() > 1).then_some(Route { points, label })
    };
    Some(Layout {
        size: Size { width: graph.graph().width, height: graph.graph().height },
        boxes: (0..boxes).map(|i| area(&box_id(i))).collect::<Option<_>>()?,
        nodes: (0..parts.nodes.len()).map(|i| area(&node_id(i))).collect::<Option<_>>()?,
        arrows: parts.arrows.iter().enumerate().map(route).collect::<Option<_>>()?,
    })
}

fn box_id(i: usize) -> String {
    format!("box{i}")
}

fn node_id(i: usize) -> String {
    format!("node{i}")
}

/// The work that is left.
struct Budget(usize);

impl WorkControl for Budget {
    fn charge(&mut self, units: usize) -> Result<(), WorkError> {
        self.0 = self.0.checked_sub(units).ok_or(WorkError::Interrupted)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts() -> impl Strategy<Value = Parts> {
        let nodes = proptest::collection::vec((20..200_u16, proptest::option::of(0..4_usize)), 1..14);
        let arrows = proptest::collection::vec((0..14_usize, 0..14_usize, 0..90_u16), 0..24);
        (nodes, arrows).prop_map(|(nodes, arrows)| {
            let size = |width| Size { width: f64::from(width), height: 30.0 };
            let count = nodes.len();
            // Every box has a node, as in a graph of flows.
            let boxes = (0..4).map(|i| (size(60), Some(i)));
            Parts {
                boxes: 4,
                nodes: boxes.chain(nodes.iter().map(|(width, within)| (size(*width), *within))).collect(),
                arrows: arrows.iter().map(|(a, b, label)| (a % count, b % count, size(*label))).collect(),
            }
        })
    }

    fn overlap(a: &Area, b: &Area) -> bool {
        let apart = |x: f64, y: f64, a: f64, b: f64| (x - y).abs() >= (a + b) / 2.0 - 0.01;
        !apart(a.at.x, b.at.x, a.size.width, b.size.width)
            && !apart(a.at.y, b.at.y, a.size.height, b.size.height)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn nothing_overlaps(parts in parts()) {
            let layout = lay_out(&parts).unwrap();
            prop_assert_eq!(layout.arrows.len(), parts.arrows.len());
            let labels = layout.arrows.iter().zip(&parts.arrows);
            let labels = labels.map(|(route, (_, _, size))| Area { at: route.label, size: *size });
            let all: Vec<_> = layout.nodes.iter().copied().chain(labels).collect();
            for (i, a) in all.iter().enumerate() {
                for b in &all[..i] {
                    prop_assert!(!overlap(a, b), "{:?} {:?}", a, b);
                }
            }
            for (i, a) in layout.boxes.iter().enumerate() {
                for b in &layout.boxes[..i] {
                    prop_assert!(!overlap(a, b), "{:?} {:?}", a, b);
                }
                for (node, (_, within)) in layout.nodes.iter().zip(&parts.nodes) {
                    prop_assert_eq!(overlap(a, node), *within == Some(i));
                }
            }
        }
    }

    #[test]
    fn too_much_is_refused() {
        let size = Size { width: 50.0, height: 20.0 };
        let parts = |nodes: usize, arrows: usize| Parts {
            boxes: 0,
            nodes: vec![(size, None); nodes],
            arrows: (0..arrows).map(|i| (i % nodes, i * 7 % nodes, size)).collect(),
        };
        assert!(lay_out(&parts(100, MOST_ARROWS + 1)).is_none());
        assert!(matches!(
            attempt(&parts(10, 20), true, 30.0, &mut Budget(1_000)),
            Err(LayoutError::Work(WorkError::Interrupted))
        ));
        assert!(
            attempt(&parts(10, 20), true, 30.0, &mut Budget(MOST_WORK)).is_ok_and(|layout| layout.is_some())
        );
    }
}
