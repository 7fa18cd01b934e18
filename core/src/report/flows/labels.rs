//! What is written on a graph, in lines that fit, and the room that it needs.

use unicode_width::UnicodeWidthStr;

use super::graph::{Graph, Node};
use super::layout::{Layout, Parts, Size, lay_out};
use super::wrap::{fill, wrap};

/// Pixels of a column of text, by the fonts that are named below, and of a line.
const COLUMN: f64 = 7.3;
pub(super) const LINE: f64 = 17.0;
/// The same for ports.
pub(super) const SMALL_COLUMN: f64 = 6.7;
pub(super) const SMALL_LINE: f64 = 15.0;
/// Between text and the edge around it.
pub(super) const PADDING: Size = Size { width: 10.0, height: 8.0 };
/// The most columns of a line, and the most lines of a node and of a label. The title of each has everything.
const MOST_COLUMNS: usize = 34;
const MOST_LINES: usize = 4;
/// The lines of everything in a graph, in its order.
pub(super) struct Labels {
    pub(super) nodes: Vec<Vec<String>>,
    pub(super) arrows: Vec<Vec<String>>,
}

impl Labels {
    pub(super) fn of(graph: &Graph) -> Self {
        Self {
            nodes: graph.nodes.iter().map(node_lines).collect(),
            arrows: graph.arrows.iter().map(|arrow| port_lines(&arrow.label)).collect(),
        }
    }

    /// Where everything is; none where that can't be had.
    pub(super) fn lay_out(&self, graph: &Graph) -> Option<Layout> {
        let size = |(node, lines): (&Node, &Vec<String>)| {
            let size = node_size(node, lines);
            // A box is as wide as its widest node: so there is room for its name.
            let head = node.within.filter(|_| !node.is_knot()).and_then(|within| graph.boxes.get(within));
            let head = head.map_or(0.0, |head| width_of(&[cut(head)], COLUMN));
            (Size { width: size.width.max(head), ..size }, node.within)
        };
        lay_out(&Parts {
            boxes: graph.boxes.len(),
            nodes: graph.nodes.iter().zip(&self.nodes).map(size).collect(),
            arrows: graph
                .arrows
                .iter()
                .zip(&self.arrows)
                .map(|(arrow, lines)| (arrow.from, arrow.to, label_size(lines)))
                .collect(),
        })
    }
}

/// The lines of a node: for a workload its name, and its kind on the last one.
fn node_lines(node: &Node) -> Vec<String> {
    if node.is_knot() {
        return port_lines(&node.label);
    }
    let (name, kind) = match node.label.strip_suffix(']').and_then(|label| label.rsplit_once('[')) {
        Some((name, kind)) if !name.is_empty() => (name, Some(kind)),
        _ => (node.label.as_str(), None),
    };
    let most = MOST_LINES - usize::from(kind.is_some());
    let mut lines = at_most(fill(name, MOST_COLUMNS), most);
    lines.extend(kind.map(cut));
    lines
}

/// Ports in lines.
fn port_lines(ports: &str) -> Vec<String> {
    if ports.is_empty() {
        return Vec::new();
    }
    // Long lists of ports have no blanks to break at.
    let items: Vec<_> = ports.split(',').collect();
    let lines = wrap(items, ",", MOST_COLUMNS - 10);
    at_most(lines, MOST_LINES)
}

fn at_most(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines
}

/// The text on one line; what doesn't fit is left out.
pub(super) fn cut(text: &str) -> String {
    at_most(wrap([text], "", MOST_COLUMNS), 1).concat()
}

fn width_of(lines: &[String], column: f64) -> f64 {
    let columns = lines.iter().map(|line| line.width()).max().unwrap_or(0);
    f64::from(u32::try_from(columns).unwrap_or(u32::MAX)) * column
}

pub(super) fn height_of(lines: &[String], line: f64) -> f64 {
    f64::from(u32::try_from(lines.len()).unwrap_or(u32::MAX)) * line
}

fn node_size(node: &Node, lines: &[String]) -> Size {
    if node.is_knot() {
        let text = label_size(lines);
        return Size { width: text.width + PADDING.width, height: text.height + PADDING.height / 2.0 };
    }
    Size {
        width: width_of(lines, COLUMN) + 2.0 * PADDING.width,
        height: height_of(lines, LINE) + 2.0 * PADDING.height,
    }
}

pub(super) fn label_size(lines: &[String]) -> Size {
    if lines.is_empty() {
        return Size::default();
    }
    Size { width: width_of(lines, SMALL_COLUMN) + 6.0, height: height_of(lines, SMALL_LINE) + 2.0 }
}

#[cfg(test)]
mod tests {
    use super::super::graph::NodeKind;
    use super::*;
    use crate::workspace::GroupKind;

    #[test]
    fn long_text_is_cut() {
        let node = Node {
            kind: NodeKind::Group(GroupKind::Workload),
            label: format!("{}[Pod]", "x".repeat(200)),
            title: String::new(),
            within: None,
        };
        let lines = node_lines(&node);
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (MOST_LINES, Some("Pod")));
        assert!(lines[MOST_LINES - 2].ends_with('…'));
        assert_eq!(port_lines("TCP 1,2,3; UDP 4"), ["TCP 1,2,3; UDP 4"]);
    }
}
