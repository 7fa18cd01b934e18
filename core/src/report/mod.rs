//! Reports: an outcome as a string in the format that somebody reads.
//!
//! The same outcome gives the same bytes on every host. Nothing is dropped silently: a report that has to be short
//! says how much it leaves out. Text of the user's never acts as markup, as a workflow command or as an escape
//! sequence.

mod blocks;
mod diff;
mod explain;
mod exposure;
mod flows;
mod frame;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod pairs;
mod patch;
mod plain;
mod sarif;
mod summary;
mod table;
mod text;

pub use pairs::{PairWriter, Sink};

use std::borrow::Cow;
use std::str::FromStr;

pub use blocks::blocks_json;
pub use diff::{DiffFormat, diff_json, render_diff};
pub use explain::{explain_json, explain_text};
pub use exposure::{exposure_json, exposure_text};
pub use flows::{FlowFormat, draw as flow_graph, render_flows};
use serde::Serialize;

use crate::diagnostics::{Diagnostic, Severity};
use crate::model::nearest;
use crate::text::{SourceFile, Span, offset};
use crate::workspace::Outcome;

/// A format of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Code frames and a table, for a person at a terminal.
    #[default]
    Text,
    /// [`crate::wire::CheckReport`].
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
    /// Code Quality of GitLab.
    Gitlab,
    /// JUnit XML, which every CI server reads.
    Junit,
    /// A comment on a pull request.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] =
        [Self::Text, Self::Json, Self::Sarif, Self::Github, Self::Gitlab, Self::Junit, Self::Markdown];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
        }
    }
}

/// A format that there isn't.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{given}`{}", .meant.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
pub struct UnknownFormat {
    /// What was asked for.
    pub given: String,
    /// The format with the nearest name, where one is near.
    pub meant: Option<&'static str>,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(given: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.name() == given).ok_or_else(|| UnknownFormat {
            given: given.to_owned(),
            meant: nearest(given, Self::ALL.map(Self::name)),
        })
    }
}

/// How text for people looks; the formats for programs don't depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colours, as ANSI escape sequences.
    pub color: bool,
    /// Line drawing and marks beyond ASCII.
    pub unicode: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether skipped inputs are named one by one.
    pub verbose: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, unicode: false, width: 140, verbose: false }
    }
}

/// The report of an outcome. Findings at or above `fail_on` count as failures where a format knows such a thing.
pub fn render(outcome: &Outcome, format: Format, style: &Style, fail_on: Severity) -> String {
    render_in_parts(outcome, format, style, fail_on, &mut |count, part| (0..count).map(part).collect())
}

/// Makes the parts of a report, given their number and what makes one, and gives them in order. A host may make them
/// on many threads.
pub type MakeAll<'m> = &'m mut dyn FnMut(usize, &(dyn Fn(usize) -> String + Sync)) -> Vec<String>;

/// As [`render`], where the host makes the parts of the longest format, text.
pub fn render_in_parts(
    outcome: &Outcome,
    format: Format,
    style: &Style,
    fail_on: Severity,
    make_all: MakeAll<'_>,
) -> String {
    match format {
        Format::Text => text::render(outcome, style, make_all),
        Format::Json => json::render(outcome),
        Format::Sarif => sarif::render(outcome),
        Format::Github => github::render(outcome),
        Format::Gitlab => gitlab::render(outcome),
        Format::Junit => junit::render(outcome, fail_on),
        Format::Markdown => markdown::render(outcome, fail_on),
    }
}

/// A range without the white space that ends it: a block of YAML reaches to the start of what follows.
fn written(source: &SourceFile, span: Span) -> Span {
    let text = span.of(&source.text).trim_end();
    Span::new(span.start, span.start.saturating_add(offset(text.len())))
}

/// The facts of a finding; where there are overlays, first the one that it was found in.
fn facts(finding: &Diagnostic) -> impl Iterator<Item = Cow<'_, str>> {
    let overlay =
        (!finding.overlay.is_empty()).then(|| Cow::Owned(format!("in overlay `{}`", finding.overlay)));
    overlay.into_iter().chain(finding.notes.iter().map(|note| Cow::Borrowed(note.as_str())))
}

/// The message of a finding, and below it the facts and the next step.
fn explained(finding: &Diagnostic) -> String {
    let notes = facts(finding).map(|note| format!("\nnote: {note}"));
    let help = finding.help.iter().map(|help| format!("\nhelp: {help}"));
    std::iter::once(finding.message.clone()).chain(notes).chain(help).collect()
}

/// JSON with a final line end. The types written here have string keys only, so writing them can't fail.
fn pretty(value: &impl Serialize) -> String {
    let mut json = serde_json::to_string_pretty(value).unwrap_or_default();
    json.push('\n');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_found_by_name() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
        }
        let error = "sarfi".parse::<Format>().unwrap_err();
        assert_eq!(error.to_string(), "unknown format `sarfi`; did you mean `sarif`?");
        assert_eq!("yaml-with-extras".parse::<Format>().unwrap_err().meant, None);
    }
}
