//! A picture: namespaces as boxes, groups as nodes, connections as arrows with their ports.

use std::fmt::Write as _;

use super::cells::name;
use super::graph::{Arrow, Graph, Node, NodeKind};
use super::labels::{LINE, Labels, PADDING, SMALL_COLUMN, SMALL_LINE, cut, height_of, label_size};
use super::layout::{Area, Layout, Point, Route, Size};
use super::wrap::fill;
use crate::report::junit::escape;
use crate::workspace::{FlowTable, GroupKind};

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
    let labels = Labels::of(graph);
    let layout = labels.lay_out(graph)?;
    let mut text = String::new();
    draw_boxes(&mut text, graph, &layout);
    for (arrow, route) in graph.arrows.iter().zip(&layout.arrows) {
        draw_arrow(&mut text, arrow, route);
    }
    for ((arrow, lines), route) in graph.arrows.iter().zip(&labels.arrows).zip(&layout.arrows) {
        draw_label(&mut text, arrow, lines, route.label);
    }
    for ((node, lines), area) in graph.nodes.iter().zip(&labels.nodes).zip(&layout.nodes) {
        draw_node(&mut text, node, lines, area);
    }
    Some((layout.size, text))
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
    fn lines_round_their_corners() {
        let at = |x, y| Point { x, y };
        assert_eq!(smooth(&[at(0.0, 0.0), at(3.0, 0.0)]), "M0.0 0.0L3.0 0.0");
        assert_eq!(
            smooth(&[at(0.0, 0.0), at(3.0, 0.0), at(3.0, 3.0)]),
            "M0.0 0.0L2.0 0.0Q3.0 0.0 3.0 1.0L3.0 3.0"
        );
    }
}
