//! Flows as a string in the format that somebody reads.
//!
//! Every format but the table says everything; the table says how much it leaves out. Names come from manifests and
//! are untrusted: each format escapes them, so that they are never markup, a formula or an escape sequence.

pub(super) mod cells;
mod csv;
pub(super) mod dot;
mod drawing;
mod graph;
mod html;
mod labels;
mod layout;
mod markdown;
mod mermaid;
mod svg;
mod table;
pub(super) mod wrap;

#[cfg(test)]
mod sample;

use std::str::FromStr;

pub use drawing::draw;

use super::{Style, UnknownFormat, pretty};
use crate::model::nearest;
use crate::wire::FlowReport;
use crate::workspace::FlowTable;

/// A format of flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlowFormat {
    /// Aligned columns, for a person at a terminal.
    #[default]
    Table,
    /// [`FlowReport`].
    Json,
    /// RFC 4180: a line for each pair of groups, protocol and range of ports.
    Csv,
    /// A table in GitHub's Markdown.
    Markdown,
    /// A graph in the language of Graphviz.
    Dot,
    /// A flowchart of Mermaid, which code hosts draw.
    Mermaid,
    /// A picture.
    Svg,
    /// One page that needs nothing else: a table to search, and the picture where it is small enough.
    Html,
}

impl FlowFormat {
    /// Every format.
    pub const ALL: [Self; 8] =
        [Self::Table, Self::Json, Self::Csv, Self::Markdown, Self::Dot, Self::Mermaid, Self::Svg, Self::Html];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Dot => "dot",
            Self::Mermaid => "mermaid",
            Self::Svg => "svg",
            Self::Html => "html",
        }
    }
}

impl FromStr for FlowFormat {
    type Err = UnknownFormat;

    fn from_str(given: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.name() == given).ok_or_else(|| UnknownFormat {
            given: given.to_owned(),
            meant: nearest(given, Self::ALL.map(Self::name)),
        })
    }
}

/// The flows in a format. The style matters to [`FlowFormat::Table`] alone.
pub fn render_flows(table: &FlowTable, format: FlowFormat, style: &Style) -> String {
    match format {
        FlowFormat::Table => table::render(table, style),
        FlowFormat::Json => pretty(&FlowReport::from(table)),
        FlowFormat::Csv => csv::render(table),
        FlowFormat::Markdown => markdown::render(table),
        FlowFormat::Dot => dot::render(table),
        FlowFormat::Mermaid => mermaid::render(table),
        FlowFormat::Svg => svg::render(table),
        FlowFormat::Html => html::render(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_found_by_name() {
        for format in FlowFormat::ALL {
            assert_eq!(format.name().parse(), Ok(format));
        }
        assert_eq!("mermade".parse::<FlowFormat>().unwrap_err().meant, Some("mermaid"));
    }

    #[test]
    fn every_format_takes_every_table() {
        let mut astray = sample::shop();
        astray.rows[0].from.push(99);
        astray.rows[1].to.clear();
        for table in [FlowTable::default(), sample::shop(), sample::hostile(), astray] {
            for format in FlowFormat::ALL {
                let once = render_flows(&table, format, &Style::default());
                assert_eq!(once, render_flows(&table, format, &Style::default()), "{}", format.name());
                assert!(once.ends_with('\n'), "{}", format.name());
                assert!(!once.contains('\u{1b}'), "{}", format.name());
                // JSON is for programs and has the names as they are.
                assert!(format == FlowFormat::Json || !once.contains('\u{202e}'), "{}", format.name());
            }
        }
    }
}
