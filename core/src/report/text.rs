//! The report for a person at a terminal: a code frame for each finding, the coverage table, what was read.

use annotate_snippets::Level;
use annotate_snippets::renderer::{
    DEFAULT_ADDITION_STYLE, DEFAULT_EMPHASIS_STYLE, DEFAULT_ERROR_STYLE, DEFAULT_HELP_STYLE,
    DEFAULT_LINE_NUM_STYLE, DEFAULT_REMOVAL_STYLE, DEFAULT_WARNING_STYLE,
};

use super::frame::{Context, Frames};
use super::patch::{Change, changes};
use super::plain::one_line;
use super::table::{Marks, Table, Tone};
use super::{MakeAll, Style, facts, summary};
use crate::diagnostics::{Diagnostic, Fix, Safety};
use crate::workspace::Outcome;

const CONTEXT: Context = Context { before: 2, after: 1, most: 6 };

/// So many findings make a part: enough to outweigh handing it to a thread.
const PART: usize = 128;

pub(super) fn render(outcome: &Outcome, style: &Style, make_all: MakeAll<'_>) -> String {
    let parts: Vec<&[Diagnostic]> = outcome.findings.chunks(PART).collect();
    let part = |i: usize| {
        let mut text = String::new();
        for finding in parts.get(i).copied().unwrap_or_default() {
            text.push_str(&one(outcome, finding, style));
            text.push('\n');
        }
        text
    };
    let mut report = String::new();
    for part in make_all(parts.len(), &part) {
        report.push_str(&part);
    }
    let marks = Marks::of(style);
    if let Some(table) = Table::of(outcome, marks) {
        let Marks { yes, no, unknown } = marks;
        report.push_str(&format!(
            "{}: {yes} isolated or proven, {no} open or not proven, {unknown} not to be told\n",
            paint(style, DEFAULT_EMPHASIS_STYLE, "coverage"),
        ));
        report.push_str(&table.text(|cell, tone| match tone {
            Tone::Plain => cell.to_owned(),
            Tone::Good => paint(style, DEFAULT_ADDITION_STYLE, cell),
            Tone::Bad => paint(style, DEFAULT_ERROR_STYLE, cell),
            Tone::Unknown => paint(style, DEFAULT_WARNING_STYLE, cell),
        }));
        report.push('\n');
    }
    if style.verbose {
        for skipped in &outcome.inputs.skipped {
            let path = one_line(&skipped.path);
            let place = skipped.line.map_or_else(|| path.to_string(), |line| format!("{path}:{line}"));
            report.push_str(&format!("skipped {place}: {}\n", one_line(&skipped.reason)));
        }
    }
    report.push_str(&format!("{}\n{}\n", summary::findings_line(outcome), summary::inputs_line(outcome)));
    report
}

/// One finding with its frames, facts, next step and fixes.
fn one(outcome: &Outcome, finding: &Diagnostic, style: &Style) -> String {
    let frames = Frames::of(outcome, finding, CONTEXT, style);
    let mut messages = Vec::new();
    if finding.location.span.is_none() && !finding.location.field.is_empty() {
        messages.push((Level::NOTE, format!("the field is `{}`", one_line(&finding.location.field))));
    }
    messages.extend(facts(finding).map(|note| (Level::NOTE, note.into_owned())));
    messages.extend(frames.elsewhere.iter().map(|place| (Level::NOTE, format!("see also {place}"))));
    messages.extend(finding.help.iter().map(|help| (Level::HELP, help.clone())));
    let title = (finding.rule, finding.message.as_str());
    let mut text = frames.draw(finding.severity, Some(title), &messages, style);
    text.push('\n');
    for (i, fix) in finding.fixes.iter().enumerate() {
        text.push_str(&fix_lines(outcome, fix, i == 0, style));
    }
    text
}

fn fix_lines(outcome: &Outcome, fix: &Fix, first: bool, style: &Style) -> String {
    let how = match fix.safety {
        Safety::Safe => "`--fix` does it",
        Safety::ChangesTraffic => "`--fix=changes-traffic` does it",
        Safety::Suggestion => "a suggestion: confirm it first",
    };
    let mut text =
        format!("{}: {} ({how})\n", paint(style, DEFAULT_HELP_STYLE, "help"), one_line(&fix.title));
    let Some(changes) = changes(outcome, fix).filter(|_| first) else { return text };
    let width = changes.iter().map(|change| change.line.to_string().len()).max().unwrap_or(1);
    let paths = changes.iter().any(|change| changes.first().is_some_and(|first| first.path != change.path));
    let mut path = "";
    for change in &changes {
        if paths && change.path != path {
            path = &change.path;
            text.push_str(&format!(
                "{} {path}\n",
                paint(style, DEFAULT_LINE_NUM_STYLE, &format!("{:>width$} >", ""))
            ));
        }
        text.push_str(&changed_line(change, width, style));
    }
    text
}

fn changed_line(change: &Change, width: usize, style: &Style) -> String {
    let number = paint(style, DEFAULT_LINE_NUM_STYLE, &format!("{:>width$}", change.line));
    let (sign, colour) =
        if change.added { ('+', DEFAULT_ADDITION_STYLE) } else { ('-', DEFAULT_REMOVAL_STYLE) };
    format!("{number} {}\n", paint(style, colour, format!("{sign} {}", change.text).trim_end()))
}

pub(super) fn paint(style: &Style, with: annotate_snippets::renderer::Style, text: &str) -> String {
    if style.color { format!("{with}{text}{with:#}") } else { text.to_owned() }
}
