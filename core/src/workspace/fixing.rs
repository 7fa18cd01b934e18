//! Applying fixes: one pass over the findings of an outcome, for the host to check again and repeat.

use std::collections::BTreeMap;

use super::{Outcome, Workspace};
use crate::cluster::Origin;
use crate::diagnostics::{Edit, Fix, Safety};
use crate::text::{FileId, Span};

/// What one pass of fixes comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FixPass {
    /// The files that change, by path, with their new text.
    pub changed: Vec<(String, String)>,
    /// What was done, in the order of the findings.
    pub applied: Vec<String>,
    /// How many fixes overlap others and have to wait for the next pass.
    pub skipped: u32,
}

impl Workspace {
    /// Applies to each finding the first fix that may be trusted so far. Suggestions are for a person and are never
    /// applied; a fix whose edits overlap those of an earlier one waits, and is applied as a whole or not at all. The
    /// workspace itself doesn't change.
    pub fn fix(&self, outcome: &Outcome, upto: Safety) -> FixPass {
        let upto = upto.min(Safety::ChangesTraffic);
        let mut pass = FixPass::default();
        let mut accepted: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
        for finding in &outcome.findings {
            let Some(fix) = finding.fixes.iter().find(|fix| fix.safety <= upto) else { continue };
            if !fix.edits.iter().all(|edit| is_editable(outcome, edit)) {
                continue;
            }
            let fresh = new_edits(fix, &accepted);
            if fresh.iter().any(|edit| collides(edit, &accepted)) {
                pass.skipped += 1;
            } else if !fresh.is_empty() {
                pass.applied.push(fix.title.clone());
                for edit in fresh {
                    accepted.entry(edit.file).or_default().push(edit);
                }
            }
        }
        for (file, edits) in accepted {
            if let Some(source) = outcome.source(file) {
                pass.changed.push((source.path.to_string(), edited(&source.text, edits)));
            }
        }
        pass
    }
}

/// Whether an edit is in the text of a file that somebody wrote, and that text is the file's bytes.
fn is_editable(outcome: &Outcome, edit: &Edit) -> bool {
    let Some(entry) = outcome.repository.entry(edit.file) else { return false };
    let source = &entry.file.source;
    let Span { start, end } = edit.span;
    entry.origin == Origin::Written
        && !source.lossy
        && source.text.get(start as usize..end as usize).is_some()
}

/// The edits of a fix that no earlier fix makes in the same way.
fn new_edits<'o>(fix: &'o Fix, accepted: &BTreeMap<FileId, Vec<&'o Edit>>) -> Vec<&'o Edit> {
    let is_new = |edit: &&Edit| !accepted.get(&edit.file).is_some_and(|edits| edits.contains(edit));
    fix.edits.iter().filter(is_new).collect()
}

fn collides(edit: &Edit, accepted: &BTreeMap<FileId, Vec<&Edit>>) -> bool {
    accepted.get(&edit.file).into_iter().flatten().any(|other| edit.span.overlaps(other.span))
}

fn edited(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.span);
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        new.push_str(Span::new(at, edit.span.start).of(text));
        new.push_str(&edit.text);
        at = edit.span.end;
    }
    new.push_str(text.get(at as usize..).unwrap_or_default());
    new
}
