//! The coverage table: rows of cells for every format that shows one.

use unicode_width::UnicodeWidthStr;

use super::Style;
use super::plain::one_line;
use crate::workspace::{DirectionCounts, NamespaceCoverage, Outcome};

/// What a cell says, so that a format can colour it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// Nothing to look at.
    Plain,
    /// As it should be.
    Good,
    /// Open.
    Bad,
    /// Not to be told.
    Unknown,
}

/// A cell.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) tone: Tone,
}

/// The marks for yes, no and unknown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    pub(super) yes: &'static str,
    pub(super) no: &'static str,
    pub(super) unknown: &'static str,
}

impl Marks {
    /// The marks that a terminal can show.
    pub(super) fn of(style: &Style) -> Self {
        if style.unicode {
            Self { yes: "✓", no: "✗", unknown: "?" }
        } else {
            Self { yes: "+", no: "-", unknown: "?" }
        }
    }
}

/// The coverage table, cell by cell.
#[derive(Debug)]
pub(super) struct Table {
    /// Groups of columns: the heading, and how many columns it stands over.
    pub(super) groups: Vec<(&'static str, usize)>,
    /// Headings of the columns; true for those with numbers, which are set flush right.
    pub(super) columns: Vec<(&'static str, bool)>,
    /// The rows, each as long as `columns`.
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The coverage of an outcome; none where there is nothing to cover.
    pub(super) fn of(outcome: &Outcome, marks: Marks) -> Option<Self> {
        let rows = &outcome.coverage;
        let first = rows.first()?;
        let overlays = rows.iter().any(|row| !row.overlay.is_empty());
        let mut groups = vec![("", 2)];
        let mut columns = vec![("namespace", false), ("workloads", true)];
        if overlays {
            groups.insert(0, ("", 1));
            columns.insert(0, ("overlay", false));
        }
        groups.extend([("ingress", 3), ("egress", 3), ("default deny", 2), ("", 2)]);
        for _ in 0..2 {
            columns.extend([(marks.yes, true), (marks.no, true), (marks.unknown, true)]);
        }
        columns.extend([("in", false), ("out", false), ("openness", false), ("surplus", true)]);
        let mut table =
            Self { groups, columns, rows: rows.iter().map(|row| cells(row, marks, overlays)).collect() };
        if rows.len() > 1 && rows.iter().all(|row| row.overlay == first.overlay) {
            table.rows.push(total(rows, overlays));
        }
        Some(table)
    }

    /// The table as aligned text, each line ended.
    pub(super) fn text(&self, paint: impl Fn(&str, Tone) -> String) -> String {
        let width = |column: usize| {
            let heading = self.columns.get(column).map_or(0, |(heading, _)| heading.width());
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.text.width());
            cells.fold(heading, usize::max)
        };
        let mut widths: Vec<_> = (0..self.columns.len()).map(width).collect();
        let mut heads = String::new();
        let mut column = 0;
        for (heading, over) in &self.groups {
            let taken: usize = widths.iter().skip(column).take(*over).map(|width| width + 2).sum();
            let missing = (heading.width() + 2).saturating_sub(taken);
            if let Some(last) = widths.get_mut(column + over - 1) {
                *last += missing;
            }
            heads.push_str(&pad(heading, taken + missing - heading.width(), false));
            column += over;
        }
        let mut text = format!("{}\n", heads.trim_end());
        let line = |cells: &mut dyn Iterator<Item = (&str, Tone)>| {
            let mut line = String::new();
            for ((cell, tone), (width, (_, right))) in cells.zip(widths.iter().zip(&self.columns)) {
                let painted = if cell.is_empty() { String::new() } else { paint(cell, tone) };
                line.push_str(&pad(&painted, width.saturating_sub(cell.width()), *right));
                line.push_str("  ");
            }
            format!("{}\n", line.trim_end())
        };
        text.push_str(&line(&mut self.columns.iter().map(|(heading, _)| (*heading, Tone::Plain))));
        for row in &self.rows {
            text.push_str(&line(&mut row.iter().map(|cell| (cell.text.as_str(), cell.tone))));
        }
        text
    }
}

/// The text with so many blanks beside it.
fn pad(text: &str, blanks: usize, right: bool) -> String {
    let blanks = " ".repeat(blanks);
    if right { format!("{blanks}{text}") } else { format!("{text}{blanks}") }
}

fn plain(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), tone: Tone::Plain }
}

fn cells(row: &NamespaceCoverage, marks: Marks, overlays: bool) -> Vec<Cell> {
    let mut cells = Vec::new();
    if overlays {
        cells.push(plain(one_line(&row.overlay)));
    }
    cells.extend([plain(one_line(&row.name)), plain(row.workloads.to_string())]);
    cells.extend(numbers(row.ingress));
    cells.extend(numbers(row.egress));
    for proof in [row.default_deny.0, row.default_deny.1] {
        cells.push(match proof {
            "proven" => Cell { text: marks.yes.to_owned(), tone: Tone::Good },
            "refuted" => Cell { text: marks.no.to_owned(), tone: Tone::Bad },
            _ => Cell { text: marks.unknown.to_owned(), tone: Tone::Unknown },
        });
    }
    cells.push(plain(row.openness.map_or("", |openness| openness.name())));
    cells.push(plain(row.grant.surplus().map_or_else(String::new, |share| format!("{:.0}%", share * 100.0))));
    cells
}

fn numbers(counts: DirectionCounts) -> [Cell; 3] {
    let toned = |number: u32, tone| Cell {
        text: number.to_string(),
        tone: if number > 0 { tone } else { Tone::Plain },
    };
    [toned(counts.isolated, Tone::Good), toned(counts.open, Tone::Bad), toned(counts.unknown, Tone::Unknown)]
}

fn total(rows: &[NamespaceCoverage], overlays: bool) -> Vec<Cell> {
    let sum = |of: fn(&NamespaceCoverage) -> DirectionCounts| {
        rows.iter().map(of).fold(DirectionCounts::default(), |sum, row| DirectionCounts {
            isolated: sum.isolated + row.isolated,
            open: sum.open + row.open,
            unknown: sum.unknown + row.unknown,
        })
    };
    let mut cells = if overlays { vec![plain("")] } else { Vec::new() };
    cells.extend([plain("total"), plain(rows.iter().map(|row| row.workloads).sum::<u32>().to_string())]);
    cells.extend(numbers(sum(|row| row.ingress)));
    cells.extend(numbers(sum(|row| row.egress)));
    cells.extend(std::iter::repeat_n(plain(""), 4));
    cells
}
