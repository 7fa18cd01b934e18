//! For a person at a terminal: cause by cause what it opened and what it closed, with the guilty lines where the
//! causes are few.

use annotate_snippets::renderer::{
    DEFAULT_ADDITION_STYLE, DEFAULT_EMPHASIS_STYLE, DEFAULT_REMOVAL_STYLE, DEFAULT_WARNING_STYLE,
};

use super::{REPLICAS, marked, names, summary};
use crate::diagnostics::{Diagnostic, Severity};
use crate::report::Style;
use crate::report::flows::wrap::fill;
use crate::report::frame::{Context, Frames, place};
use crate::report::plain::one_line;
use crate::report::text::paint;
use crate::workspace::{ChangedRow, Diff, Outcome};

const CONTEXT: Context = Context { before: 3, after: 2, most: 8 };
/// More causes than this get no frames, unless asked for.
const FRAMES: usize = 12;
/// The most names on one side of a line, and the most lines below a cause, unless all are asked for.
const MOST_NAMES: usize = 6;
const MOST_ROWS: usize = 12;
/// The narrowest text that is not cut further.
const NARROWEST: usize = 40;

pub(super) fn render(diffs: &[Diff], texts: &Outcome, style: &Style) -> String {
    let mut text = String::new();
    for diff in diffs {
        if !diff.overlay.is_empty() {
            let title = paint(style, DEFAULT_EMPHASIS_STYLE, &one_line(&diff.overlay));
            text.push_str(&format!("{title}: {}\n\n", summary(std::slice::from_ref(diff))));
        }
        let frames = style.verbose || diff.causes.len() <= FRAMES;
        for rows in diff.rows.chunk_by(|a, b| a.causes == b.causes) {
            text.push_str(&of_cause(diff, rows, texts, style, frames));
            text.push('\n');
        }
    }
    text.push_str(&summary(diffs));
    text.push('\n');
    text
}

fn of_cause(diff: &Diff, rows: &[ChangedRow], texts: &Outcome, style: &Style, frames: bool) -> String {
    let Some(set) = rows.first().map(|row| row.causes) else { return String::new() };
    let mut text = String::new();
    for cause in diff.causes_of(set) {
        let message = paint(style, DEFAULT_EMPHASIS_STYLE, &one_line(&cause.message));
        text.push_str(&format!("{message} ({})\n", place(texts, &cause.location)));
    }
    if text.is_empty() {
        text.push_str("for a reason that no single object shows\n");
    }
    if frames {
        text.push_str(&drawn(diff, set, texts, style));
    }
    let shown = if style.verbose { rows.len() } else { MOST_ROWS };
    for row in rows.iter().take(shown) {
        text.push_str(&lines(diff, row, style));
    }
    if rows.len() > shown {
        text.push_str(&format!("  and {} more; --verbose shows them\n", rows.len() - shown));
    }
    text
}

/// The lines of the causes.
fn drawn(diff: &Diff, set: u32, texts: &Outcome, style: &Style) -> String {
    let mut places = diff.causes_of(set).map(|cause| &cause.location);
    let Some(first) = places.next() else { return String::new() };
    let first = Diagnostic::new(("", ""), Severity::Info, first.clone(), "");
    let all = places.fold(first, |all, location| all.related("", location.clone()));
    let frames = Frames::of(texts, &all, CONTEXT, style);
    if frames.is_empty() { String::new() } else { frames.draw(Severity::Info, None, &[], style) + "\n" }
}

fn lines(diff: &Diff, row: &ChangedRow, style: &Style) -> String {
    let arrow = if style.unicode { "→" } else { "->" };
    let to = if row.replicas { REPLICAS.to_owned() } else { shortened(diff, &row.to, style) };
    let pair = format!("{} {arrow} {to}", shortened(diff, &row.from, style));
    let mut text = String::new();
    for (mark, ports) in marked(&row.delta) {
        let colour = match mark {
            '+' => DEFAULT_ADDITION_STYLE,
            '-' => DEFAULT_REMOVAL_STYLE,
            _ => DEFAULT_WARNING_STYLE,
        };
        let width = style.width.saturating_sub(4).max(NARROWEST);
        for (i, line) in fill(&format!("{pair}: {ports}"), width).iter().enumerate() {
            let line = if i == 0 { format!("{mark} {line}") } else { format!("  {line}") };
            text.push_str(&format!("  {}\n", paint(style, colour, &line)));
        }
    }
    text
}

fn shortened(diff: &Diff, places: &[u32], style: &Style) -> String {
    let all = names(diff, places);
    if style.verbose || all.len() <= MOST_NAMES {
        return all.join(", ");
    }
    let shown: Vec<&str> = all.iter().take(MOST_NAMES - 1).map(String::as_str).collect();
    format!("{} and {} more", shown.join(", "), all.len() - shown.len())
}
