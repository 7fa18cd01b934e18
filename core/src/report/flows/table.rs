//! Columns for a terminal: `FROM`, `TO` and `PORTS`, wrapped to its width.

use std::fmt::Write as _;

use annotate_snippets::renderer::{DEFAULT_EMPHASIS_STYLE, DEFAULT_WARNING_STYLE};
use unicode_width::UnicodeWidthStr;

use super::cells::{Cells, Row, name};
use super::wrap::{fill, wrap};
use crate::report::Style;
use crate::report::plain::one_line;
use crate::report::text::paint;
use crate::workspace::FlowTable;

/// The most names in a cell, but for verbose tables.
const MOST_NAMES: usize = 6;
/// Columns between columns.
const GAP: usize = 2;
/// The narrowest column: what the text of a narrow terminal is cut to.
const NARROWEST: usize = 12;

const HEADINGS: [&str; 3] = ["FROM", "TO", "PORTS"];

/// The text of a row by column, in items that stay together where they can.
type Items = [Vec<String>; 3];

pub(super) fn render(table: &FlowTable, style: &Style) -> String {
    let cells = Cells::of(table);
    let rows: Vec<Items> = cells.rows.iter().map(|row| items(row, style)).collect();
    let mut text = String::new();
    if rows.is_empty() {
        text.push_str("no connections\n");
    } else {
        text.push_str(&body(&rows, style));
    }
    if style.verbose {
        text.push_str(&members(table, style));
    }
    if !cells.reasons.is_empty() {
        text.push('\n');
    }
    for (i, reason) in cells.reasons.iter().enumerate() {
        text.push_str(&hanging(&format!("[{}] ", i + 1), reason, style));
    }
    if !table.notes.is_empty() {
        text.push('\n');
    }
    for note in &table.notes {
        text.push_str(&hanging("note: ", &one_line(note), style));
    }
    text
}

fn items(row: &Row, style: &Style) -> Items {
    let mut ports: Vec<_> = row.allow.iter().cloned().collect();
    if let Some(unknown) = &row.unknown {
        let footnotes: String = unknown.reasons.iter().map(|number| format!(" [{number}]")).collect();
        ports.push(format!("? {}{footnotes}", unknown.ports));
    }
    [shortened(&row.from, style), shortened(&row.to, style), ports]
}

fn shortened(names: &[String], style: &Style) -> Vec<String> {
    if style.verbose || names.len() <= MOST_NAMES {
        return names.to_vec();
    }
    let shown = names.iter().take(MOST_NAMES - 1).cloned();
    shown.chain([format!("and {} more", names.len() - MOST_NAMES + 1)]).collect()
}

fn body(rows: &[Items], style: &Style) -> String {
    let widths = widths(rows, style.width);
    let mut text = line(HEADINGS, widths, |heading| paint(style, DEFAULT_EMPHASIS_STYLE, heading));
    for row in rows {
        let [from, to, ports] = row;
        let [wide_from, wide_to, wide_ports] = widths;
        // Each verdict starts a line of its own.
        let verdicts = ports.iter().flat_map(|verdict| {
            let lines = fill(verdict, wide_ports);
            let doubtful = verdict.starts_with('?');
            lines.into_iter().map(move |line| (line, doubtful))
        });
        let verdicts: Vec<_> = verdicts.collect();
        let (from, to) = (wrap(from, ", ", wide_from), wrap(to, ", ", wide_to));
        for i in 0..from.len().max(to.len()).max(verdicts.len()) {
            let of = |lines: &[String]| lines.get(i).cloned().unwrap_or_default();
            let (verdict, doubtful) = verdicts.get(i).cloned().unwrap_or_default();
            text.push_str(&line([&of(&from), &of(&to), &verdict], widths, |cell| {
                if doubtful && cell == verdict {
                    paint(style, DEFAULT_WARNING_STYLE, cell)
                } else {
                    cell.to_owned()
                }
            }));
        }
    }
    text
}

/// What each column needs; where that is too much, the widest ones give way first.
fn widths(rows: &[Items], available: usize) -> [usize; 3] {
    let mut widths = HEADINGS.map(str::len);
    let [wide_from, wide_to, wide_ports] = &mut widths;
    let list = |items: &[String]| items.iter().map(|item| item.width() + ", ".len()).sum::<usize>();
    for [from, to, ports] in rows {
        *wide_from = (*wide_from).max(list(from).saturating_sub(", ".len()));
        *wide_to = (*wide_to).max(list(to).saturating_sub(", ".len()));
        *wide_ports = ports.iter().map(|verdict| verdict.width()).fold(*wide_ports, usize::max);
    }
    let available = available.saturating_sub(2 * GAP);
    let taken = |cap: usize| widths.iter().map(|width| *width.min(&cap)).sum::<usize>();
    let widest = widths.iter().copied().max().unwrap_or(0);
    let cap = (NARROWEST..widest).rev().find(|cap| taken(*cap) <= available).unwrap_or(NARROWEST);
    let cap = if taken(widest) <= available { widest } else { cap };
    widths.map(|width| width.min(cap))
}

fn line(cells: [&str; 3], widths: [usize; 3], paint: impl Fn(&str) -> String) -> String {
    let mut line = String::new();
    let mut blanks = 0;
    for (cell, width) in cells.into_iter().zip(widths) {
        if !cell.is_empty() {
            line.push_str(&" ".repeat(blanks));
            line.push_str(&paint(cell));
            blanks = 0;
        }
        blanks += width.saturating_sub(if cell.is_empty() { 0 } else { cell.width() }) + GAP;
    }
    line.push('\n');
    line
}

/// The members of the groups whose names don't say them.
fn members(table: &FlowTable, style: &Style) -> String {
    let mut text = String::new();
    for group in table.groups.iter().filter(|group| group.members.iter().any(|member| *member != group.name))
    {
        let members = group.members.iter().map(|member| name(member));
        let _ = writeln!(text, "\n{}:", paint(style, DEFAULT_EMPHASIS_STYLE, &name(&group.name)));
        for line in wrap(members, ", ", style.width.saturating_sub(2).max(NARROWEST)) {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

/// A paragraph whose further lines stand under the text of the first.
fn hanging(mark: &str, text: &str, style: &Style) -> String {
    let width = style.width.saturating_sub(mark.len()).max(2 * NARROWEST);
    let lines = fill(text, width);
    let indent = " ".repeat(mark.len());
    let marks = std::iter::once(mark).chain(std::iter::repeat(indent.as_str()));
    lines.iter().zip(marks).map(|(line, mark)| format!("{mark}{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn rows_are_aligned_and_marked() {
        let text = render(&sample::shop(), &Style::default());
        let lines: Vec<_> = text.lines().collect();
        let to = lines[0].find("TO").unwrap();
        assert!(lines[1].get(to..).unwrap().starts_with("shop/cart[Deployment]"), "{text}");
        assert!(text.contains("TCP 5432\n") && text.contains("  ? TCP 9090 [1]\n"), "{text}");
        assert!(text.ends_with("\n[1] the CNI decides on node traffic\n\nnote: ICMP is outside the API\n"));
    }

    #[test]
    fn no_line_is_too_wide() {
        for width in [44, 60, 80, 100, 140] {
            let style = Style { width, ..Style::default() };
            for table in [sample::shop(), sample::hostile()] {
                let text = render(&table, &style);
                assert!(text.lines().all(|line| line.width() <= width), "{width}\n{text}");
            }
        }
        let shop = render(&sample::shop(), &Style { width: 0, ..Style::default() });
        assert!(shop.contains("\nshop/         shop/cart     TCP 7070\nfrontend "), "{shop}");
    }

    #[test]
    fn long_lists_are_shortened_unless_asked_for() {
        let mut table = sample::shop();
        table.rows[0].from = (0..7).collect();
        let brief = render(&table, &Style::default());
        assert!(brief.contains("and 2 more"), "{brief}");
        let verbose = render(&table, &Style { verbose: true, ..Style::default() });
        assert!(!verbose.contains(" more") && verbose.contains("\nevery Pod of shop:\n  shop/frontend"));
        table.rows[0].from.pop();
        assert!(!render(&table, &Style::default()).contains(" more"));
    }

    #[test]
    fn colours_take_no_room() {
        let plain = render(&sample::shop(), &Style::default());
        let colour = render(&sample::shop(), &Style { color: true, ..Style::default() });
        let stripped: String = colour
            .split('\u{1b}')
            .enumerate()
            .map(|(i, part)| if i == 0 { part } else { part.split_once('m').unwrap().1 })
            .collect();
        assert_ne!(plain, colour);
        assert_eq!(plain, stripped);
    }
}
