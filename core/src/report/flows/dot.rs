//! A directed graph in the language of Graphviz.

use std::fmt::Write as _;

use super::graph::{Graph, Node, NodeKind};
use crate::workspace::{FlowTable, GroupKind};

const HEAD: &str = "\
digraph flows {
  rankdir=LR;
  fontname=\"Helvetica\";
  node [shape=box, style=\"rounded,filled\", fillcolor=\"white\", fontname=\"Helvetica\"];
  edge [fontname=\"Helvetica\", fontsize=10];
";

pub(super) fn render(table: &FlowTable) -> String {
    let graph = Graph::of(table);
    let mut text = String::from(HEAD);
    for (i, namespace) in graph.boxes.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{i} {{");
        let _ = writeln!(text, "    label={};", quoted(namespace));
        text.push_str("    style=\"rounded,filled\"; fillcolor=\"#eef2f7\"; color=\"#94a3b8\";\n");
        nodes(&mut text, &graph, Some(i), "    ");
        text.push_str("  }\n");
    }
    nodes(&mut text, &graph, None, "  ");
    for arrow in &graph.arrows {
        let _ = write!(text, "  n{} -> n{} [", arrow.from, arrow.to);
        if !arrow.label.is_empty() {
            let _ = write!(text, "label={}, ", quoted(&arrow.label));
        }
        if arrow.unknown {
            text.push_str("style=dashed, ");
        }
        if !arrow.head {
            text.push_str("arrowhead=none, ");
        }
        let _ = writeln!(text, "tooltip={}];", quoted(&arrow.title));
    }
    let notes: Vec<_> = table.notes.iter().map(|note| quoted_line(note)).collect();
    if !notes.is_empty() {
        let _ = writeln!(text, "  label=\"{}\"; labeljust=l; fontsize=10;", notes.concat());
    }
    text.push_str("}\n");
    text
}

fn nodes(text: &mut String, graph: &Graph, within: Option<usize>, indent: &str) {
    let here = |node: &Node| node.within == within;
    for (i, node) in graph.nodes.iter().enumerate().filter(|(_, node)| here(node)) {
        let look = match node.kind {
            NodeKind::Group(GroupKind::Workload) => "",
            NodeKind::Group(GroupKind::Namespace | GroupKind::Cluster) => ", fillcolor=\"#dbeafe\"",
            NodeKind::Group(GroupKind::Addresses) => ", shape=ellipse, style=filled, fillcolor=\"#fef3c7\"",
            NodeKind::Group(GroupKind::Ingress) => ", shape=cds, style=filled, fillcolor=\"#fef3c7\"",
            NodeKind::Group(GroupKind::Node) => ", shape=box3d, style=filled",
            NodeKind::Knot { unknown: false } => ", fontsize=10, height=0.2, color=\"#94a3b8\"",
            NodeKind::Knot { unknown: true } => {
                ", fontsize=10, height=0.2, color=\"#94a3b8\", style=\"rounded,filled,dashed\""
            }
        };
        let _ = writeln!(
            text,
            "{indent}n{i} [label={}, tooltip={}{look}];",
            quoted(&node.label),
            quoted(&node.title)
        );
    }
}

/// A quoted string: no escape of it means anything but itself, and no entity is one.
pub(in crate::report) fn quoted(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

/// A line of a label, flush left.
fn quoted_line(text: &str) -> String {
    format!("{}\\l", escape(&super::cells::name(text)))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' => escaped.push_str("\\n"),
            '&' => escaped.push_str("&amp;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn namespaces_are_clusters() {
        let text = render(&sample::shop());
        assert!(text.contains("subgraph cluster_0 {\n    label=\"shop\";"), "{text}");
        assert!(text.contains("    n0 [label=\"frontend[Deployment]\","), "{text}");
        assert!(text.contains("  n1 -> n2 [label=\"? TCP 9090\", style=dashed, tooltip="), "{text}");
        assert!(text.contains("  n3 -> n7 [arrowhead=none,"), "{text}");
    }

    #[test]
    fn names_stay_in_their_quotes() {
        assert_eq!(quoted("a\"\\N&lt;\nb"), "\"a\\\"\\\\N&amp;lt;\\nb\"");
        let text = render(&sample::hostile());
        for line in text.lines() {
            let bare = line.replace("\\\\", "").replace("\\\"", "");
            assert!(bare.matches('"').count().is_multiple_of(2), "{line}");
        }
    }
}
