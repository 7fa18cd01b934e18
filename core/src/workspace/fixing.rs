//! Applying fixes: one pass over the findings of an outcome, or passes until none is left.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::{CheckOptions, Outcome, Workspace};
use crate::cluster::{Job, Tool};
use crate::diagnostics::{Diagnostic, Edit, Fix, Safety};
use crate::text::{FileId, Span};

/// More passes than any chain of fixes needs: it ends a quarrel between two fixes.
const PASSES: usize = 10;

/// What one pass of fixes comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FixPass {
    /// The files that change, by path, with their new text.
    pub changed: Vec<(String, String)>,
    /// What was done, in the order of the findings.
    pub applied: Vec<AppliedFix>,
    /// How many fixes overlap others and have to wait for the next pass.
    pub skipped: u32,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedFix {
    /// The rule of the finding.
    pub rule: &'static str,
    /// The fingerprint of the finding.
    pub fingerprint: String,
    /// What the fix does.
    pub title: String,
}

/// What fixing until none is left comes to.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// The outcome of the last check.
    pub outcome: Outcome,
    /// The texts before, of the files that changed, by path.
    pub originals: BTreeMap<String, String>,
    /// What was done, in order.
    pub applied: Vec<AppliedFix>,
    /// How many fixes were still waiting for others.
    pub skipped: u32,
}

/// What does the input and output of [`Workspace::fix_all`].
pub trait FixHost {
    /// Why fixing can't go on.
    type Error;

    /// Takes what a pass makes, before the workspace does.
    ///
    /// # Errors
    /// Where it can't be kept; the workspace then stays as it is.
    fn keep(&mut self, workspace: &Workspace, pass: &FixPass) -> Result<(), Self::Error>;

    /// Hands over again what tools make of folders in which files changed. False where that can't be known: fixing
    /// ends.
    fn render(&mut self, workspace: &mut Workspace, jobs: Vec<Job>) -> bool;
}

/// Nothing is written and nothing rendered: only the workspace changes.
#[derive(Clone, Copy, Debug)]
pub struct InMemory;

impl FixHost for InMemory {
    type Error = Infallible;

    fn keep(&mut self, _: &Workspace, _: &FixPass) -> Result<(), Infallible> {
        Ok(())
    }

    fn render(&mut self, _: &mut Workspace, _: Vec<Job>) -> bool {
        false
    }
}

impl Workspace {
    /// Applies to each finding the first fix that may be trusted so far; suggestions are for a caller that has shown them
    /// to a person. A fix whose edits overlap those of an earlier one waits, and is applied as a whole or not at all. The
    /// workspace itself doesn't change.
    pub fn fix(&self, outcome: &Outcome, upto: Safety) -> FixPass {
        let trusted = |finding: &'_ Diagnostic| finding.fixes.iter().position(|fix| fix.safety <= upto);
        let chosen = outcome.findings.iter().filter_map(|finding| Some((finding, trusted(finding)?)));
        pass(outcome, chosen)
    }

    /// Applies one fix of one finding, by its place in [`Diagnostic::fixes`]; none where there is no such fix.
    pub fn fix_one(&self, outcome: &Outcome, fingerprint: &str, place: usize) -> Option<FixPass> {
        let finding = outcome.findings.iter().find(|finding| finding.fingerprint == fingerprint)?;
        finding.fixes.get(place)?;
        Some(pass(outcome, std::iter::once((finding, place))))
    }

    /// Applies fixes to what `outcome` found, and checks again, until none is left: a fix can make room for another.
    ///
    /// # Errors
    /// Those of the host.
    pub fn fix_all<H: FixHost>(
        &mut self,
        mut outcome: Outcome,
        check: &CheckOptions,
        upto: Safety,
        host: &mut H,
    ) -> Result<Fixed, H::Error> {
        let mut originals = BTreeMap::new();
        let mut applied = Vec::new();
        let mut skipped = 0;
        for _ in 0..PASSES {
            let pass = self.fix(&outcome, upto);
            skipped = pass.skipped;
            if pass.changed.is_empty() {
                break;
            }
            host.keep(self, &pass)?;
            for (path, text) in &pass.changed {
                originals.entry(path.clone()).or_insert_with(|| self.text(path).unwrap_or("").to_owned());
                self.set(path, text.as_bytes());
            }
            applied.extend(pass.applied);
            let mut jobs = self.jobs();
            jobs.retain(|job| pass.changed.iter().any(|(path, _)| may_read(job, path)));
            if !jobs.is_empty() && !host.render(self, jobs) {
                break;
            }
            outcome = self.check(check);
        }
        Ok(Fixed { outcome, originals, applied, skipped })
    }
}

/// Applies the chosen fixes, each by its finding and its place there.
fn pass<'o>(outcome: &'o Outcome, chosen: impl Iterator<Item = (&'o Diagnostic, usize)>) -> FixPass {
    let mut pass = FixPass::default();
    let mut accepted: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for (finding, place) in chosen {
        let Some(fix) = finding.fixes.get(place) else { continue };
        if !fix.edits.iter().all(|edit| is_editable(outcome, edit)) {
            continue;
        }
        let fresh = new_edits(fix, &accepted);
        if fresh.iter().any(|edit| collides(edit, &accepted)) {
            pass.skipped += 1;
        } else if !fresh.is_empty() {
            pass.applied.push(AppliedFix {
                rule: finding.rule,
                fingerprint: finding.fingerprint.clone(),
                title: fix.title.clone(),
            });
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

/// Whether rendering may read a file; a kustomization can take in files from anywhere.
fn may_read(job: &Job, path: &str) -> bool {
    let below = || path.strip_prefix(&*job.folder).is_some_and(|rest| rest.starts_with('/'));
    job.tool == Tool::Kustomize || job.folder == "." || below()
}

/// Whether an edit is in the text of a file that somebody wrote, and that text is the file's bytes.
fn is_editable(outcome: &Outcome, edit: &Edit) -> bool {
    let Some(source) = outcome.text_of(edit.file) else { return false };
    let Span { start, end } = edit.span;
    source.written && !source.file.lossy && source.file.text.get(start as usize..end as usize).is_some()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Diagnostic, Location, Severity};
    use crate::workspace::CheckOptions;

    const TEXT: &str = "a: 1\nb: 2\nc: 3\n";

    /// Start, end and text.
    type Change<'t> = (u32, u32, &'t str);

    /// What a pass makes of `a.yaml` with findings that have these fixes.
    fn pass(fixes: &[(Safety, &[Change<'_>])], bytes: &[u8], upto: Safety) -> FixPass {
        let mut workspace = Workspace::default();
        workspace.set("a.yaml", bytes);
        let mut outcome = workspace.check(&CheckOptions::default());
        outcome.findings =
            fixes.iter().zip(1..).map(|((safety, edits), i)| finding(i, *safety, edits)).collect();
        workspace.fix(&outcome, upto)
    }

    fn finding(i: u32, safety: Safety, edits: &[Change<'_>]) -> Diagnostic {
        let file = FileId(0);
        let location = Location { file, span: None, field: String::new() };
        let edit = |(start, end, text): &Change<'_>| Edit {
            file,
            span: Span { start: *start, end: *end },
            text: (*text).to_owned(),
        };
        let edits = edits.iter().map(edit).collect();
        Diagnostic::new(("r", "g"), Severity::Info, location, "m").fix(Fix {
            title: format!("{i}"),
            safety,
            edits,
        })
    }

    fn done(text: &str, applied: &[&str], skipped: u32) -> FixPass {
        let fix =
            |title: &&str| AppliedFix { rule: "r", fingerprint: String::new(), title: (*title).to_owned() };
        let applied = applied.iter().map(fix).collect();
        FixPass { changed: vec![("a.yaml".to_owned(), text.to_owned())], applied, skipped }
    }

    #[test]
    fn edits_are_applied_together_in_order() {
        let fixes: &[(_, &[_])] =
            &[(Safety::Safe, &[(13, 14, "9"), (0, 5, "")]), (Safety::Safe, &[(10, 10, "x: 0\n")])];
        assert_eq!(pass(fixes, TEXT.as_bytes(), Safety::Safe), done("b: 2\nx: 0\nc: 9\n", &["1", "2"], 0));
    }

    #[test]
    fn equal_edits_count_once_and_overlapping_fixes_wait() {
        let fixes: &[(_, &[_])] = &[
            (Safety::Safe, &[(0, 4, "A")]),
            (Safety::Safe, &[(0, 4, "A")]),
            (Safety::Safe, &[(3, 6, "B"), (13, 14, "9")]),
            (Safety::Safe, &[(8, 9, "8")]),
        ];
        assert_eq!(pass(fixes, TEXT.as_bytes(), Safety::Safe), done("A\nb: 8\nc: 3\n", &["1", "4"], 1));
    }

    #[test]
    fn only_what_may_be_trusted_is_applied() {
        let fixes: &[(_, &[_])] =
            &[(Safety::ChangesTraffic, &[(0, 1, "A")]), (Safety::Suggestion, &[(5, 6, "B")])];
        assert_eq!(pass(fixes, TEXT.as_bytes(), Safety::Safe), FixPass::default());
        let traffic = pass(fixes, TEXT.as_bytes(), Safety::ChangesTraffic);
        assert_eq!(traffic, done("A: 1\nb: 2\nc: 3\n", &["1"], 0));
        let all = pass(fixes, TEXT.as_bytes(), Safety::Suggestion);
        assert_eq!(all, done("A: 1\nB: 2\nc: 3\n", &["1", "2"], 0));
    }

    #[test]
    fn a_file_whose_bytes_were_replaced_is_never_edited() {
        let fixes: &[(_, &[_])] = &[(Safety::Safe, &[(0, 1, "A")])];
        assert_eq!(pass(fixes, b"a: \xff\n", Safety::Safe), FixPass::default());
        let outside: &[(_, &[_])] = &[(Safety::Safe, &[(90, 91, "A")])];
        assert_eq!(pass(outside, TEXT.as_bytes(), Safety::Safe), FixPass::default());
    }
}
