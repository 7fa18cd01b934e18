//! A flowchart of Mermaid, which code hosts draw where Markdown has one.

use std::fmt::Write as _;

use super::cells::name;
use super::graph::{Graph, Node, NodeKind};
use crate::workspace::{FlowTable, GroupKind};

/// Mermaid draws no more arrows than this unless its configuration says so.
const MOST_ARROWS: usize = 500;

pub(super) fn render(table: &FlowTable) -> String {
    let graph = Graph::of(table);
    let mut text = String::from("flowchart LR\n");
    if graph.arrows.len() > MOST_ARROWS {
        let _ = writeln!(text, "  %% {} arrows: set `maxEdges` of Mermaid to draw them", graph.arrows.len());
    }
    for (i, namespace) in graph.boxes.iter().enumerate() {
        let _ = writeln!(text, "  subgraph s{i} [\"{}\"]", escape(namespace));
        nodes(&mut text, &graph, Some(i), "    ");
        text.push_str("  end\n");
    }
    nodes(&mut text, &graph, None, "  ");
    for arrow in &graph.arrows {
        let line = match (arrow.unknown, arrow.head) {
            (false, true) => "-->",
            (false, false) => "---",
            (true, true) => "-.->",
            (true, false) => "-.-",
        };
        let _ = write!(text, "  n{} {line}", arrow.from);
        if !arrow.label.is_empty() {
            let _ = write!(text, "|\"{}\"|", escape(&arrow.label));
        }
        let _ = writeln!(text, " n{}", arrow.to);
    }
    for note in &table.notes {
        let _ = writeln!(text, "  %% note: {}", escape(&name(note)));
    }
    text
}

fn nodes(text: &mut String, graph: &Graph, within: Option<usize>, indent: &str) {
    let here = |node: &Node| node.within == within;
    for (i, node) in graph.nodes.iter().enumerate().filter(|(_, node)| here(node)) {
        let (open, close) = match node.kind {
            NodeKind::Group(GroupKind::Workload) => ("(", ")"),
            NodeKind::Group(GroupKind::Namespace | GroupKind::Cluster) => ("[[", "]]"),
            NodeKind::Group(GroupKind::Addresses) => ("([", "])"),
            NodeKind::Group(GroupKind::Ingress) => (">", "]"),
            NodeKind::Group(GroupKind::Node) => ("{{", "}}"),
            NodeKind::Knot { .. } => ("[", "]"),
        };
        let _ = writeln!(text, "{indent}n{i}{open}\"{}\"{close}", escape(&node.label));
    }
}

/// Text in quotes: whatever could be syntax, Markdown or HTML is a character code.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() || !c.is_ascii() || " /.,:()?=+".contains(c) {
            escaped.push(c);
        } else {
            let _ = write!(escaped, "#{};", u32::from(c));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn namespaces_are_subgraphs() {
        let text = render(&sample::shop());
        assert!(
            text.starts_with(
                "flowchart LR\n  subgraph s0 [\"shop\"]\n    n0(\"frontend#91;Deployment#93;\")\n"
            )
        );
        assert!(text.contains("\n  n1 -.->|\"? TCP 9090\"| n2\n"), "{text}");
        assert!(text.contains("\n  n3 --- n7\n") && text.contains("\n  n7 --> n4\n"), "{text}");
    }

    #[test]
    fn names_are_never_syntax() {
        assert_eq!(escape("a\"<b>; `c`%%"), "a#34;#60;b#62;#59; #96;c#96;#37;#37;");
        let text = render(&sample::hostile());
        assert!(!text.contains("<i>") && !text.contains("%f"), "{text}");
    }

    #[test]
    fn too_many_arrows_are_announced() {
        let mut table = sample::shop();
        table.rows = vec![table.rows[0].clone(); 501];
        assert!(render(&table).contains("%% 501 arrows"));
    }
}
