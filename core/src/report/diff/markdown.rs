//! A comment on a pull request: a headline, the changes as a table, and the lines behind them folded away.
//!
//! The whole stays under the length that GitHub and GitLab accept; what is left out is counted.

use std::fmt::Write as _;

use super::{REPLICAS, marked, names, summary};
use crate::diagnostics::{Diagnostic, Severity};
use crate::report::Style;
use crate::report::frame::{Context, Frames, place};
use crate::report::markdown::{escape, fenced, prose};
use crate::workspace::{Cause, ChangedRow, Diff, Outcome};

/// The longest table and the longest report, in bytes.
const LONGEST_TABLE: usize = 40_000;
const LONGEST: usize = 64_000;
/// The most names in a cell.
const MOST_NAMES: usize = 8;

const CONTEXT: Context = Context { before: 3, after: 3, most: 10 };
const STYLE: Style = Style { color: false, unicode: true, width: 120, verbose: false };

pub(super) fn render(diffs: &[Diff], texts: &Outcome) -> String {
    let opens = diffs.iter().any(Diff::opens);
    let changes = diffs.iter().any(|diff| !diff.pairs.is_empty());
    let mark = match (opens, changes) {
        (true, _) => "⚠️",
        (false, true) => "ℹ️",
        (false, false) => "✅",
    };
    let mut text = format!("### {mark} Ringfence: {}\n", summary(diffs));
    for diff in diffs.iter().filter(|diff| !diff.rows.is_empty()) {
        if !diff.overlay.is_empty() {
            let _ = write!(text, "\n#### {}\n", escape(&diff.overlay));
        }
        text.push_str(&table(diff, LONGEST_TABLE.saturating_sub(text.len())));
        let numbered = numbered(diff);
        let _ = write!(text, "\n<details><summary>What brought it about: {}</summary>\n", numbered.len());
        for (i, cause) in numbered.iter().enumerate() {
            let entry = detail(i + 1, cause, texts);
            if text.len() + entry.len() > LONGEST {
                let _ = write!(text, "\n{} more.\n", numbered.len() - i);
                break;
            }
            text.push_str(&entry);
        }
        text.push_str("\n</details>\n");
    }
    text
}

fn table(diff: &Diff, room: usize) -> String {
    let mut text = String::from("\n| | From | To | Ports | Because of |\n| --- | --- | --- | --- | --- |\n");
    let order = numbered(diff);
    for (i, row) in diff.rows.iter().enumerate() {
        let line = line(diff, row, &order);
        if text.len() + line.len() > room {
            let _ = write!(text, "\n**{} more rows.**\n", diff.rows.len() - i);
            break;
        }
        text.push_str(&line);
    }
    text
}

fn line(diff: &Diff, row: &ChangedRow, order: &[&Cause]) -> String {
    let to = if row.replicas { REPLICAS.to_owned() } else { list(diff, &row.to) };
    let parts: Vec<String> = marked(&row.delta)
        .into_iter()
        .map(|(mark, ports)| {
            let sign = match mark {
                '+' => "➕",
                '-' => "➖",
                _ => "❔",
            };
            format!("{sign} {}", escape(&ports))
        })
        .collect();
    let causes: Vec<String> = diff
        .causes_of(row.causes)
        .filter_map(|cause| order.iter().position(|known| *known == cause))
        .map(|at| format!("{}", at + 1))
        .collect();
    let kind = row.delta.kind().name();
    format!(
        "| {kind} | {} | {to} | {} | {} |\n",
        list(diff, &row.from),
        parts.join("<br>"),
        causes.join(", ")
    )
}

/// The causes in the order in which the rows name them.
fn numbered(diff: &Diff) -> Vec<&Cause> {
    let mut seen = vec![false; diff.causes.len()];
    let mut order = Vec::new();
    for row in &diff.rows {
        for id in diff.cause_sets.get(row.causes as usize).into_iter().flatten() {
            if let Some(seen @ false) = seen.get_mut(*id as usize) {
                *seen = true;
                order.extend(diff.causes.get(*id as usize));
            }
        }
    }
    order
}

fn list(diff: &Diff, places: &[u32]) -> String {
    let all = names(diff, places);
    let mut shown: Vec<String> = all.iter().take(MOST_NAMES).map(|name| escape(name)).collect();
    if all.len() > MOST_NAMES {
        shown.push(format!("and {} more", all.len() - MOST_NAMES));
    }
    shown.join("<br>")
}

fn detail(number: usize, cause: &Cause, texts: &Outcome) -> String {
    let mut text =
        format!("\n**{number}.** {} ({})\n", prose(&cause.message), escape(&place(texts, &cause.location)));
    let at = Diagnostic::new(("", ""), Severity::Info, cause.location.clone(), "");
    let frames = Frames::of(texts, &at, CONTEXT, &STYLE);
    if !frames.is_empty() {
        text.push_str(&fenced("", &frames.draw(Severity::Info, None, &[], &STYLE)));
    }
    text
}
