//! A directed graph in the language of Graphviz: what opened is green, what closed is red and dashed, what came in
//! doubt is grey and dotted.

use std::fmt::Write as _;

use super::{marked, names};
use crate::report::flows::cells::name;
use crate::report::flows::dot::quoted;
use crate::workspace::{Diff, GroupKind};

const HEAD: &str = "\
digraph changes {
  rankdir=LR;
  fontname=\"Helvetica\";
  node [shape=box, style=\"rounded,filled\", fillcolor=\"white\", fontname=\"Helvetica\"];
  edge [fontname=\"Helvetica\", fontsize=10];
";

pub(super) fn render(diffs: &[Diff]) -> String {
    let mut text = String::from(HEAD);
    for (at, diff) in diffs.iter().enumerate() {
        graph(&mut text, at, diff);
    }
    text.push_str("}\n");
    text
}

fn graph(text: &mut String, at: usize, diff: &Diff) {
    let overlay = if diff.overlay.is_empty() { String::new() } else { format!("{}: ", diff.overlay) };
    for (i, group) in diff.groups.iter().enumerate() {
        let look = match group.kind {
            GroupKind::Addresses | GroupKind::Ingress => ", shape=ellipse, fillcolor=\"#fef3c7\"",
            GroupKind::Node => ", shape=box3d",
            GroupKind::Namespace | GroupKind::Cluster => ", fillcolor=\"#dbeafe\"",
            GroupKind::Workload => "",
        };
        let label = format!("{overlay}{}", name(&group.name));
        let _ = writeln!(text, "  n{at}_{i} [label={}{look}];", quoted(&label));
    }
    for row in &diff.rows {
        let causes: Vec<String> = diff.causes_of(row.causes).map(|cause| name(&cause.message)).collect();
        for (mark, ports) in marked(&row.delta) {
            let look = match mark {
                '+' => "color=\"#15803d\", fontcolor=\"#15803d\", style=solid",
                '-' => "color=\"#b91c1c\", fontcolor=\"#b91c1c\", style=dashed",
                _ => "color=\"#64748b\", fontcolor=\"#64748b\", style=dotted",
            };
            let label = format!("{mark} {ports}");
            let title = format!("{label}\n{}", causes.join("\n"));
            let arrow = |from: u32, to: u32| {
                format!(
                    "  n{at}_{from} -> n{at}_{to} [label={}, {look}, tooltip={}];\n",
                    quoted(&label),
                    quoted(&title)
                )
            };
            if row.replicas {
                row.from.iter().for_each(|from| text.push_str(&arrow(*from, *from)));
            } else {
                let pairs = row.from.iter().flat_map(|from| row.to.iter().map(move |to| (*from, *to)));
                pairs.for_each(|(from, to)| text.push_str(&arrow(from, to)));
            }
        }
    }
    if names(diff, &[0]).is_empty() {
        let _ = writeln!(text, "  n{at}_0 [label={}];", quoted("no connection changed"));
    }
}
