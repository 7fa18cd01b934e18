//! Changes between two sets of manifests as a string in the format that somebody reads.

mod dot;
mod json;
mod markdown;
mod sarif;
mod text;

use std::str::FromStr;

pub use json::diff_json;

use super::flows::cells::{name, ports};
use super::{Style, UnknownFormat};
use crate::model::nearest;
use crate::text::PositionEncoding;
use crate::workspace::{Delta, Diff, Outcome};

/// A format of changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiffFormat {
    /// What happened, what it opens and what it closes, for a person at a terminal.
    #[default]
    Text,
    /// [`crate::wire::DiffReport`].
    Json,
    /// A comment on a pull request.
    Markdown,
    /// SARIF 2.1.0, for code scanning: a result for each cause.
    Sarif,
    /// A graph in the language of Graphviz.
    Dot,
}

impl DiffFormat {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Text, Self::Json, Self::Markdown, Self::Sarif, Self::Dot];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Sarif => "sarif",
            Self::Dot => "dot",
        }
    }
}

impl FromStr for DiffFormat {
    type Err = UnknownFormat;

    fn from_str(given: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.name() == given).ok_or_else(|| UnknownFormat {
            given: given.to_owned(),
            meant: nearest(given, Self::ALL.map(Self::name)),
        })
    }
}

/// The changes in a format, one diff for each overlay; `texts` has the files that they point into. The style matters
/// to [`DiffFormat::Text`] alone.
pub fn render_diff(diffs: &[Diff], texts: &Outcome, format: DiffFormat, style: &Style) -> String {
    match format {
        DiffFormat::Text => text::render(diffs, texts, style),
        DiffFormat::Json => diff_json(diffs, &[], texts, PositionEncoding::CodePoints),
        DiffFormat::Markdown => markdown::render(diffs, texts),
        DiffFormat::Sarif => sarif::render(diffs, texts),
        DiffFormat::Dot => dot::render(diffs),
    }
}

/// How many pairs of workloads and addresses changed, in words.
fn summary(diffs: &[Diff]) -> String {
    let mut counts = [0; 3];
    for diff in diffs {
        for (sum, count) in counts.iter_mut().zip(diff.counts()) {
            *sum += count;
        }
    }
    let words = ["opened", "closed", "changed"];
    let said: Vec<String> = counts
        .iter()
        .zip(words)
        .filter(|(count, _)| **count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    match counts.iter().sum::<usize>() {
        0 => "no connection changed".to_owned(),
        1 => format!("1 pair differs: {}", said.join(", ")),
        all => format!("{all} pairs differ: {}", said.join(", ")),
    }
}

/// The parts of a change as people read them: a mark and the ports.
fn marked(delta: &Delta) -> Vec<(char, String)> {
    let parts = [
        ('+', &delta.opened, ""),
        ('-', &delta.closed, ""),
        ('?', &delta.doubted, " can't be told"),
        ('!', &delta.settled, " was not to be told and is denied now"),
    ];
    let shown = parts.into_iter().filter(|(_, set, _)| !set.is_empty());
    shown.map(|(mark, set, rest)| (mark, format!("{}{rest}", ports(set)))).collect()
}

/// The names of groups.
fn names(diff: &Diff, places: &[u32]) -> Vec<String> {
    let group = |place: &u32| diff.groups.get(usize::try_from(*place).ok()?);
    places.iter().filter_map(group).map(|group| name(&group.name)).collect()
}

/// What stands for the other end of a row between replicas.
const REPLICAS: &str = "other Pods of the same workload";
