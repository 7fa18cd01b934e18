//! A fix as the lines that go and the lines that come.

use std::collections::BTreeMap;

use super::plain::visible;
use crate::diagnostics::{Edit, Fix};
use crate::text::{FileId, SourceFile};
use crate::workspace::Outcome;

/// A fix of more lines is only named; `--diff` prints it.
const MOST_LINES: usize = 12;
/// Longer lines are not shown whole, and half a line would mislead.
const LONGEST: usize = 200;

/// A changed line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// The file.
    pub(super) path: String,
    /// The line, from 1: in the old text where it goes, in the new text where it comes.
    pub(super) line: usize,
    /// Whether it comes; otherwise it goes.
    pub(super) added: bool,
    /// The line's text.
    pub(super) text: String,
}

/// The changed lines of a fix by file; none where they are too many or too long to be shown.
pub(super) fn changes(outcome: &Outcome, fix: &Fix) -> Option<Vec<Change>> {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        by_file.entry(edit.file).or_default().push(edit);
    }
    let mut changes = Vec::new();
    for (file, mut edits) in by_file {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        changes_in(outcome.source(file)?, &edits, &mut changes)?;
    }
    let fits = changes.len() <= MOST_LINES && changes.iter().all(|change| change.text.len() <= LONGEST);
    (fits && !changes.is_empty()).then_some(changes)
}

/// The changed lines of one file; its edits are sorted.
fn changes_in(source: &SourceFile, edits: &[&Edit], changes: &mut Vec<Change>) -> Option<()> {
    let lines = source.lines();
    let path = visible(&source.path);
    let mut shift = 0isize;
    let mut rest = edits;
    while let Some((first, others)) = rest.split_first() {
        let start = lines.line_of(first.span.start);
        let mut end = lines.line_of(first.span.end);
        let near = others.iter().take_while(|edit| {
            let joins = lines.line_of(edit.span.start) <= end;
            end = if joins { lines.line_of(edit.span.end) } else { end };
            joins
        });
        let (group, later) = rest.split_at(near.count() + 1);
        rest = later;
        let from = lines.line_span(start, &source.text).start as usize;
        let to = lines.line_span(end, &source.text).end as usize;
        let mut new = String::new();
        let mut at = from;
        for edit in group {
            new.push_str(source.text.get(at..edit.span.start as usize)?);
            new.push_str(&edit.text);
            at = edit.span.end as usize;
        }
        new.push_str(source.text.get(at..to)?);
        let old: Vec<_> = source.text.get(from..to)?.lines().collect();
        let new: Vec<_> = new.lines().collect();
        let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let (old_rest, new_rest) = (old.get(same..)?, new.get(same..)?);
        let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
        let line = start + 1 + same;
        let mut push = |lines: &[&str], line: usize, added: bool| {
            let numbered = lines.iter().take(lines.len() - tail).zip(line..);
            changes.extend(numbered.map(|(text, line)| Change {
                path: path.to_string(),
                line,
                added,
                text: visible(text).replace('\t', "    "),
            }));
        };
        push(old_rest, line, false);
        push(new_rest, line.saturating_add_signed(shift), true);
        shift += new.len() as isize - old.len() as isize;
        if changes.len() > MOST_LINES {
            return None;
        }
    }
    Some(())
}
