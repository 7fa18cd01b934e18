//! A picture: namespaces as boxes, groups as nodes, connections as arrows with their ports.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::cells::name;
use super::graph::{Arrow, Graph, Node, NodeKind};
use super::layout::{Area, Layout, Parts, Point, Route, Size, lay_out};
use super::wrap::{fill, wrap};
use crate::report::junit::escape;
use crate::workspace::{FlowTable, GroupKind};

/// Pixels of a column of text, by the fonts that are named below, and of a line.
const COLUMN: f64 = 7.3;
const LINE: f64 = 17.0;
/// The same for ports.
const SMALL_COLUMN: f64 = 6.7;
const SMALL_LINE: f64 = 15.0;
/// Between text and the edge around it.
const PADDING: Size = Size { width: 10.0, height: 8.0 };
/// The most columns of a line, and the most lines of a node and of a label. The title of each has everything.
const MOST_COLUMNS: usize = 34;
const MOST_LINES: usize = 4;
/// The margin of the text below the picture.
const MARGIN: f64 = 16.0;

/// Colours have names of classes, so that a page can give others.
const STYLE: &str = "\
text{font:12px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;fill:#0f172a}\
.rf-paper{fill:#fff}\
.rf-box{fill:#f1f5f9;stroke:#94a3b8}\
.rf-head{font-weight:bold;fill:#334155}\
.rf-node{fill:#fff;stroke:#475569}\
.rf-wide{fill:#dbeafe}\
.rf-outside{fill:#fef3c7}\
.rf-host{stroke-dasharray:2 2}\
.rf-minor{font-size:11px;fill:#475569}\
.rf-arrow{fill:none;stroke:#475569;stroke-width:1.3}\
.rf-tip{fill:#475569}\
.rf-unknown{stroke:#b45309;stroke-dasharray:5 4}\
.rf-unknown-tip{fill:#b45309}\
.rf-label{font-size:11px}\
.rf-back{fill:#fff;fill-opacity:.88}\
.rf-knot{fill:#fff;stroke:#94a3b8}";

const TIPS: &str = "\
<defs>\
<marker id=\"rf-tip\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
<path class=\"rf-tip\" d=\"M0 0.5L8 4L0 7.5z\"/></marker>\
<marker id=\"rf-unknown-tip\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
<path class=\"rf-unknown-tip\" d=\"M0 0.5L8 4L0 7.5z\"/></marker>\
</defs>\n";

pub(super) fn render(table: &FlowTable) -> String {
    let graph = Graph::of(table);
    let drawn = picture(&graph);
    let (size, body) = drawn.unwrap_or_else(|| {
        let (groups, arrows) = (table.groups.len(), graph.arrows.len());
        let excuse = format!(
            "{groups} groups and {arrows} arrows are too many for a picture: ask about fewer, or take another format"
        );
        below(Size { width: 640.0, height: 0.0 }, &[excuse])
    });
    let mut lines = Vec::new();
    if graph.arrows.iter().any(|arrow| arrow.unknown) {
        lines.push("dashed, with ?: can't be told from the manifests".to_owned());
    }
    lines.extend(table.notes.iter().map(|note| name(note)));
    let (size, foot) = below(size, &lines);
    document(size, &(body + &foot))
}

/// The picture alone, for a page, and its width in pixels; none where it can't be laid out.
pub(super) fn inner(table: &FlowTable) -> Option<(f64, String)> {
    let (size, body) = picture(&Graph::of(table))?;
    Some((size.width.ceil(), document(size, &body)))
}

fn document(size: Size, body: &str) -> String {
    let (width, height) = (size.width.ceil(), size.height.ceil());
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"network flows\">\n<style>{STYLE}</style>\n\
         {TIPS}<rect class=\"rf-paper\" width=\"{width}\" height=\"{height}\"/>\n{body}</svg>\n"
    )
}

/// Lines of text below a picture, and the size with them.
fn below(size: Size, lines: &[String]) -> (Size, String) {
    if lines.is_empty() {
        return (size, String::new());
    }
    let width = size.width.max(480.0);
    let columns = ((width - 2.0 * MARGIN) / SMALL_COLUMN).floor();
    let columns = (0..500).find(|column| f64::from(*column) >= columns).unwrap_or(500);
    let mut text = String::new();
    let mut y = size.height + MARGIN;
    for line in lines.iter().flat_map(|line| fill(line, usize::try_from(columns).unwrap_or(40))) {
        text.push_str(&text_at("rf-minor", "start", Point { x: MARGIN, y }, &line));
        y += SMALL_LINE;
    }
    (Size { width, height: y + MARGIN / 2.0 }, text)
}

fn picture(graph: &Graph) -> Option<(Size, String)> {
    let labels: Vec<Vec<String>> = graph.nodes.iter().map(node_lines).collect();
    let arrow_labels: Vec<Vec<String>> = graph.arrows.iter().map(|arrow| port_lines(&arrow.label)).collect();
    let size = |(node, lines): (&Node, &Vec<String>)| {
        let size = node_size(node, lines);
        // A box is as wide as its widest node: so there is room for its name.
        let head = node.within.filter(|_| !node.is_knot()).and_then(|within| graph.boxes.get(within));
        let head = head.map_or(0.0, |head| width_of(&[cut(head)], COLUMN));
        (Size { width: size.width.max(head), ..size }, node.within)
    };
    let parts = Parts {
        boxes: graph.boxes.len(),
        nodes: graph.nodes.iter().zip(&labels).map(size).collect(),
        arrows: graph
            .arrows
            .iter()
            .zip(&arrow_labels)
            .map(|(arrow, lines)| (arrow.from, arrow.to, label_size(lines)))
            .collect(),
    };
    let layout = lay_out(&parts)?;
    let mut text = String::new();
    draw_boxes(&mut text, graph, &layout);
    for (arrow, route) in graph.arrows.iter().zip(&layout.arrows) {
        draw_arrow(&mut text, arrow, route);
    }
    for ((arrow, lines), route) in graph.arrows.iter().zip(&arrow_labels).zip(&layout.arrows) {
        draw_label(&mut text, arrow, lines, route.label);
    }
    for ((node, lines), area) in graph.nodes.iter().zip(&labels).zip(&layout.nodes) {
        draw_node(&mut text, node, lines, area);
    }
    Some((layout.size, text))
}

impl Node {
    fn is_knot(&self) -> bool {
        matches!(self.kind, NodeKind::Knot { .. })
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
fn cut(text: &str) -> String {
    at_most(wrap([text], "", MOST_COLUMNS), 1).concat()
}

fn width_of(lines: &[String], column: f64) -> f64 {
    let columns = lines.iter().map(|line| line.width()).max().unwrap_or(0);
    f64::from(u32::try_from(columns).unwrap_or(u32::MAX)) * column
}

fn height_of(lines: &[String], line: f64) -> f64 {
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

fn label_size(lines: &[String]) -> Size {
    if lines.is_empty() {
        return Size::default();
    }
    Size { width: width_of(lines, SMALL_COLUMN) + 6.0, height: height_of(lines, SMALL_LINE) + 2.0 }
}

fn draw_boxes(text: &mut String, graph: &Graph, layout: &Layout) {
    for (name, area) in graph.boxes.iter().zip(&layout.boxes) {
        text.push_str("<g>");
        text.push_str(&titled(name));
        text.push_str(&rectangle("rf-box", area, 8.0));
        let left = Point {
            x: area.at.x - area.size.width / 2.0 + PADDING.width,
            y: area.at.y - area.size.height / 2.0 + LINE / 2.0 + 3.0,
        };
        text.push_str(&text_at("rf-head", "start", left, &cut(name)));
        text.push_str("</g>\n");
    }
}

fn draw_node(text: &mut String, node: &Node, lines: &[String], area: &Area) {
    let (class, radius) = match node.kind {
        NodeKind::Group(GroupKind::Workload) => ("rf-node", 4.0),
        NodeKind::Group(GroupKind::Namespace | GroupKind::Cluster) => ("rf-node rf-wide", 4.0),
        NodeKind::Group(GroupKind::Addresses | GroupKind::Ingress) => {
            ("rf-node rf-outside", area.size.height / 2.0)
        }
        NodeKind::Group(GroupKind::Node) => ("rf-node rf-host", 0.0),
        NodeKind::Knot { unknown: false } => ("rf-knot", area.size.height / 2.0),
        NodeKind::Knot { unknown: true } => ("rf-knot rf-unknown", area.size.height / 2.0),
    };
    text.push_str("<g>");
    text.push_str(&titled(&node.title));
    text.push_str(&rectangle(class, area, radius.min(20.0)));
    let (line, minor_last) = if node.is_knot() {
        (SMALL_LINE, false)
    } else {
        (LINE, lines.len() > 1 && node.label.ends_with(']'))
    };
    for (i, (at, text_line)) in rows(area.at, line, lines).enumerate() {
        let minor = node.is_knot() || (minor_last && i + 1 == lines.len());
        text.push_str(&text_at(if minor { "rf-minor" } else { "rf-name" }, "middle", at, text_line));
    }
    text.push_str("</g>\n");
}

fn draw_arrow(text: &mut String, arrow: &Arrow, route: &Route) {
    let class = if arrow.unknown { "rf-arrow rf-unknown" } else { "rf-arrow" };
    let tip = match (arrow.head, arrow.unknown) {
        (false, _) => "",
        (true, false) => " marker-end=\"url(#rf-tip)\"",
        (true, true) => " marker-end=\"url(#rf-unknown-tip)\"",
    };
    let way = smooth(&route.points);
    let _ = writeln!(text, "<path class=\"{class}\" d=\"{way}\"{tip}>{}</path>", titled(&arrow.title));
}

fn draw_label(text: &mut String, arrow: &Arrow, lines: &[String], at: Point) {
    if lines.is_empty() {
        return;
    }
    text.push_str("<g>");
    text.push_str(&titled(&arrow.title));
    text.push_str(&rectangle("rf-back", &Area { at, size: label_size(lines) }, 3.0));
    for (at, line) in rows(at, SMALL_LINE, lines) {
        text.push_str(&text_at("rf-label", "middle", at, line));
    }
    text.push_str("</g>\n");
}

/// Where the lines of a text are that is centred at a point.
fn rows(centre: Point, line: f64, lines: &[String]) -> impl Iterator<Item = (Point, &String)> {
    let top = centre.y - height_of(lines, line) / 2.0;
    (0..).zip(lines).map(move |(i, text)| (Point { y: top + line * (f64::from(i) + 0.5), ..centre }, text))
}

fn rectangle(class: &str, area: &Area, radius: f64) -> String {
    let Size { width, height } = area.size;
    let (x, y) = (area.at.x - width / 2.0, area.at.y - height / 2.0);
    format!(
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{radius:.1}\"/>"
    )
}

/// A line of text with its middle at the height of a point.
fn text_at(class: &str, anchor: &str, at: Point, line: &str) -> String {
    // Small letters reach about a third of their size above the base line's middle.
    let y = at.y + 4.0;
    format!(
        "<text class=\"{class}\" text-anchor=\"{anchor}\" x=\"{:.1}\" y=\"{y:.1}\" xml:space=\"preserve\">{}</text>",
        at.x,
        escape(line)
    )
}

fn titled(title: &str) -> String {
    format!("<title>{}</title>", escape(title))
}

/// A line through the points with rounded corners.
fn smooth(points: &[Point]) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return String::new() };
    let mix = |a: &Point, b: &Point, share: f64| Point {
        x: a.x + (b.x - a.x) * share,
        y: a.y + (b.y - a.y) * share,
    };
    let mut way = format!("M{:.1} {:.1}", first.x, first.y);
    for corner in points.windows(3) {
        let [before, at, after] = corner else { continue };
        let (start, end) = (mix(before, at, 2.0 / 3.0), mix(at, after, 1.0 / 3.0));
        let _ =
            write!(way, "L{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}", start.x, start.y, at.x, at.y, end.x, end.y);
    }
    let _ = write!(way, "L{:.1} {:.1}", last.x, last.y);
    way
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::sets::ConnectionSet;

    #[test]
    fn a_picture_has_every_part() {
        let text = render(&sample::shop());
        for namespace in ["shop", "payments", "kube-system"] {
            assert!(text.contains(&format!("<title>{namespace}</title><rect class=\"rf-box\"")), "{text}");
        }
        let graph = Graph::of(&sample::shop());
        assert_eq!(text.matches("<path class=\"rf-arrow").count(), graph.arrows.len());
        assert!(text.contains("<path class=\"rf-arrow rf-unknown\"") && text.contains(">? TCP 9090</text>"));
        assert!(text.contains(">frontend</text>") && text.contains(">ICMP is outside the API</text>"));
        assert!(
            text.contains("<title>every Pod of shop\nshop/frontend[Deployment]"),
            "members are in the title"
        );
    }

    #[test]
    fn what_is_too_large_says_so() {
        let mut table = sample::shop();
        table.rows = vec![sample::row(&[0], &[1], ConnectionSet::all()); 3_000];
        assert!(render(&table).contains("7 groups and 3000 arrows are too many for a picture"));
        assert!(inner(&table).is_none());
    }

    #[test]
    fn long_text_is_cut_with_the_whole_in_the_title() {
        let long = "x".repeat(200);
        let node = Node {
            kind: NodeKind::Group(GroupKind::Workload),
            label: format!("{long}[Pod]"),
            title: long,
            within: None,
        };
        let lines = node_lines(&node);
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (MOST_LINES, Some("Pod")));
        assert!(lines[MOST_LINES - 2].ends_with('…'));
        assert_eq!(port_lines("TCP 1,2,3; UDP 4"), ["TCP 1,2,3; UDP 4"]);
    }

    #[test]
    fn lines_round_their_corners() {
        let at = |x, y| Point { x, y };
        assert_eq!(smooth(&[at(0.0, 0.0), at(3.0, 0.0)]), "M0.0 0.0L3.0 0.0");
        assert_eq!(
            smooth(&[at(0.0, 0.0), at(3.0, 0.0), at(3.0, 3.0)]),
            "M0.0 0.0L2.0 0.0Q3.0 0.0 3.0 1.0L3.0 3.0"
        );
    }
}
