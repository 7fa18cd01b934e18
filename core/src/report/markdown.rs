//! A comment on a pull request: a headline, the coverage table, and the findings folded by file.
//!
//! The whole stays under the length that GitHub and GitLab accept. Frames are left out first, then findings, from the
//! end; the report says how many.

use std::fmt::Write as _;

use super::frame::{Context, Frames, place};
use super::plain::{count, one_line, visible};
use super::summary::{self, Counts, plural};
use super::table::{Marks, Table};
use super::{Style, facts, patch};
use crate::diagnostics::{Diagnostic, Severity};
use crate::workspace::Outcome;

/// The longest report, in bytes.
const LONGEST: usize = 65_000;
/// The most that the coverage table and the list of skipped inputs may take, each.
const LONGEST_TABLE: usize = 16_000;
const LONGEST_SKIPPED: usize = 8_000;
/// The longest message, note or step, in bytes; the other formats have it whole.
const LONGEST_PROSE: usize = 600;
/// What the texts that say what is left out need.
const RESERVE: usize = 400;

const CONTEXT: Context = Context { before: 3, after: 3, most: 10 };
const STYLE: Style = Style { color: false, unicode: true, width: 120, verbose: false };

/// A finding with its text; the frame follows where it has room.
struct Entry<'o> {
    finding: &'o Diagnostic,
    path: &'o str,
    text: String,
    frame: String,
}

pub(super) fn render(outcome: &Outcome, fail_on: Severity) -> String {
    let mut head = headline(outcome, fail_on);
    head.push_str(&coverage(outcome));
    let mut tail = skipped(outcome);
    let _ = write!(tail, "\n{}.\n", escape(&summary::inputs_line(outcome)));
    if !outcome.findings.is_empty() {
        tail.push_str("`ringfence rules NAME` explains a rule.\n");
    }
    let room = LONGEST.saturating_sub(head.len() + tail.len() + RESERVE);
    let (entries, frameless) = fitting(outcome, room);
    let left_out = outcome.findings.len() - entries.len();
    head.push_str(&body(&entries));
    if frameless > 0 {
        let _ = write!(head, "\nThe code of {} is left out here.\n", count(frameless, "finding", "findings"));
    }
    if left_out > 0 {
        let _ =
            write!(head, "\n**{} more {}.**\n", left_out, if left_out == 1 { "finding" } else { "findings" });
    }
    head + &tail
}

fn headline(outcome: &Outcome, fail_on: Severity) -> String {
    let failed = outcome.findings.iter().any(|finding| finding.severity >= fail_on);
    let mark = if failed { "❌" } else { "✅" };
    let counts = Counts::of(&outcome.findings).sentence();
    let line = summary::findings_line(outcome);
    let rest = line.strip_prefix(&counts).and_then(|rest| rest.strip_prefix("; "));
    let mut text = format!("### {mark} Ringfence: {counts}\n");
    if let Some(rest) = rest {
        let _ = write!(text, "\n{rest}\n");
    }
    text
}

/// The coverage table, without the rows that are too many.
fn coverage(outcome: &Outcome) -> String {
    let Some(table) = Table::of(outcome, Marks::of(&STYLE)) else { return String::new() };
    let mut columns = Vec::new();
    let mut headings = table.columns.iter();
    for (group, over) in &table.groups {
        for (heading, right) in headings.by_ref().take(*over) {
            let heading = format!("{group} {heading}");
            columns.push((heading.trim().to_owned(), *right));
        }
    }
    let mut text = String::from("\n|");
    for (heading, _) in &columns {
        let _ = write!(text, " {heading} |");
    }
    text.push_str("\n|");
    for (_, right) in &columns {
        text.push_str(if *right { " ---: |" } else { " --- |" });
    }
    text.push('\n');
    for (i, row) in table.rows.iter().enumerate() {
        if text.len() > LONGEST_TABLE {
            let _ = write!(text, "\n{} more rows.\n", table.rows.len() - i);
            break;
        }
        text.push('|');
        for cell in row {
            let _ = write!(text, " {} |", escape(&cell.text));
        }
        text.push('\n');
    }
    text.push_str("\n✓ isolated or proven, ✗ open or not proven, ? not to be told\n");
    text
}

fn skipped(outcome: &Outcome) -> String {
    let all = &outcome.inputs.skipped;
    if all.is_empty() {
        return String::new();
    }
    let mut text = format!("\n<details><summary>{} skipped</summary>\n\n", all.len());
    for (i, skipped) in all.iter().enumerate() {
        if text.len() > LONGEST_SKIPPED {
            let _ = writeln!(text, "- {} more", all.len() - i);
            break;
        }
        let line = skipped.line.map(|line| format!(":{line}")).unwrap_or_default();
        let reason: String = one_line(&skipped.reason).chars().take(300).collect();
        let _ = writeln!(text, "- {}{line}: {}", escape(&one_line(&skipped.path)), escape(&reason));
    }
    text.push_str("\n</details>\n");
    text
}

/// The findings that have room, worst first and then in their own order, and how many of them lack their frame.
fn fitting(outcome: &Outcome, room: usize) -> (Vec<Entry<'_>>, u32) {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut length = 0;
    let worst_first = [Severity::Error, Severity::Warning, Severity::Info];
    let sorted = worst_first
        .into_iter()
        .flat_map(|severity| outcome.findings.iter().filter(move |finding| finding.severity == severity));
    for finding in sorted {
        let path = outcome.source(finding.location.file).map_or("", |source| &*source.path);
        let text = finding_text(outcome, finding);
        length += text.len();
        let last = entries.last();
        if last.is_none_or(|last| last.finding.severity != finding.severity) {
            length += heading(finding.severity).len();
        }
        if last.is_none_or(|last| last.path != path || last.finding.severity != finding.severity) {
            length += opening(path, u32::MAX).len() + CLOSING.len();
        }
        if length > room {
            length = room;
            break;
        }
        entries.push(Entry { finding, path, text, frame: String::new() });
    }
    let mut frameless = 0;
    for entry in &mut entries {
        let frame = if length < room { frame(outcome, entry.finding) } else { String::new() };
        length += frame.len();
        if length < room {
            entry.frame = frame;
        } else {
            frameless += 1;
        }
    }
    (entries, frameless)
}

fn body(entries: &[Entry<'_>]) -> String {
    let mut text = String::new();
    for of_severity in entries.chunk_by(|a, b| a.finding.severity == b.finding.severity) {
        text.push_str(&of_severity.first().map_or_else(String::new, |first| heading(first.finding.severity)));
        for of_file in of_severity.chunk_by(|a, b| a.path == b.path) {
            let path = of_file.first().map_or("", |entry| entry.path);
            text.push_str(&opening(path, u32::try_from(of_file.len()).unwrap_or(u32::MAX)));
            for entry in of_file {
                text.push_str(&entry.text);
                text.push_str(&entry.frame);
            }
            text.push_str(CLOSING);
        }
    }
    text
}

fn heading(severity: Severity) -> String {
    format!("\n#### {}\n", capital(plural(severity)))
}

const CLOSING: &str = "\n</details>\n";

fn opening(path: &str, findings: u32) -> String {
    let findings = count(findings, "finding", "findings");
    format!("\n<details><summary><code>{}</code>: {findings}</summary>\n", escape(&one_line(path)))
}

fn finding_text(outcome: &Outcome, finding: &Diagnostic) -> String {
    let mut text = format!("\n**`{}`** {}", finding.rule, prose(&finding.message));
    let _ = writeln!(text, " ({})", escape(&place(outcome, &finding.location)));
    let mut bullets: Vec<_> = facts(finding).map(|note| format!("note: {}", prose(&note))).collect();
    bullets.extend(finding.help.iter().map(|help| format!("help: {}", prose(help))));
    for fix in &finding.fixes {
        bullets.push(format!("fix ({}): {}", fix.safety.name(), prose(&fix.title)));
    }
    if !bullets.is_empty() {
        text.push('\n');
    }
    for bullet in bullets {
        let _ = writeln!(text, "- {bullet}");
    }
    text
}

/// The frame and the first fix, each in a fence.
fn frame(outcome: &Outcome, finding: &Diagnostic) -> String {
    let mut text = String::new();
    let frames = Frames::of(outcome, finding, CONTEXT, &STYLE);
    if !frames.is_empty() {
        text.push_str(&fenced("", &frames.draw(finding.severity, None, &[], &STYLE)));
    }
    for place in &frames.elsewhere {
        let _ = write!(text, "\nsee also {}\n", escape(place));
    }
    let changes = finding.fixes.first().and_then(|fix| patch::changes(outcome, fix));
    if let Some(changes) = changes {
        let lines: Vec<_> = changes
            .iter()
            .map(|change| format!("{}{}", if change.added { '+' } else { '-' }, change.text))
            .collect();
        text.push_str(&fenced("diff", &lines.join("\n")));
    }
    text
}

/// A code block whose fence is longer than any run of backticks in it.
pub(super) fn fenced(language: &str, code: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in code.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n{fence}{language}\n{}\n{fence}\n", code.trim_end())
}

/// A message: backticks in pairs make code, everything else is plain text. What is very long is cut.
pub(super) fn prose(text: &str) -> String {
    let mut text = one_line(text);
    if text.len() > LONGEST_PROSE {
        let kept = text.get(..text.floor_char_boundary(LONGEST_PROSE)).unwrap_or("");
        text = format!("{kept}…").into();
    }
    let parts: Vec<_> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escape(&text);
    }
    let mut prose = String::new();
    for (i, part) in parts.iter().enumerate() {
        if i % 2 == 1 && !part.trim().is_empty() {
            let _ = write!(prose, "`{part}`");
        } else {
            prose.push_str(&escape(part));
        }
    }
    prose
}

/// Plain text: no character of it is markup, HTML, a mention or a reference.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '`' | '|' | '*' | '_' | '~' | '[' | ']' | '\\' | '@' | '#' | '!' | '$' => {
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        assert_eq!(escape("<img> a|b `c` @x #1"), "&lt;img&gt; a&#124;b &#96;c&#96; &#64;x &#35;1");
        assert_eq!(prose("`a|b` is *not* <b>"), "`a|b` is &#42;not&#42; &lt;b&gt;");
        assert_eq!(prose("an odd ` one"), "an odd &#96; one");
        assert_eq!(prose(&"é".repeat(500)), format!("{}…", "é".repeat(300)));
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced("", "a ```` b"), "\n`````\na ```` b\n`````\n");
    }
}
