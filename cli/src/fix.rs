//! `check --fix`: applying fixes until none is left.
//!
//! Each pass is read and checked again before the next one, because a fix can make room for another. What is written
//! is whole: a file has its old text or the text after a pass, also when the run is interrupted.

use std::collections::BTreeMap;

use ringfence::cluster::Tool;
use ringfence::diagnostics::Safety;
use ringfence::workspace::{CheckOptions, Outcome, Workspace};
use similar::TextDiff;

use crate::console::Console;
use crate::{Failure, paths, render};

/// More passes than any chain of fixes needs: it ends a quarrel between two fixes.
const PASSES: usize = 10;

/// How fixes are applied.
#[derive(Debug)]
pub(crate) struct Options<'a> {
    /// How far a fix may be trusted.
    pub(crate) safety: Safety,
    /// Whether files are written; otherwise only the workspace changes.
    pub(crate) write: bool,
    /// How to check again.
    pub(crate) check: &'a CheckOptions,
    /// How to render again.
    pub(crate) render: &'a render::Options,
}

/// What fixing came to.
#[derive(Debug)]
pub(crate) struct Fixed {
    /// The outcome of the last check.
    pub(crate) outcome: Outcome,
    /// The texts before, by path.
    pub(crate) originals: BTreeMap<String, String>,
}

/// Applies fixes to what `outcome` found.
///
/// Tools render what is on disk. So where nothing is written, fixing ends after the pass that changes a file which a
/// tool reads: what it would make of it is not known.
pub(crate) fn fix(
    console: &mut Console<'_>,
    workspace: &mut Workspace,
    mut outcome: Outcome,
    options: &Options<'_>,
) -> Result<Fixed, Failure> {
    let mut originals = BTreeMap::new();
    for _ in 0..PASSES {
        let pass = workspace.fix(&outcome, options.safety);
        if pass.changed.is_empty() {
            break;
        }
        for (path, text) in &pass.changed {
            let old = workspace.text(path).unwrap_or("").to_owned();
            if options.write {
                put(console, path, &old, text)?;
            }
            originals.entry(path.clone()).or_insert(old);
            workspace.set(path, text.as_bytes());
        }
        if options.write {
            for title in &pass.applied {
                console.note(&format!("fixed: {title}"));
            }
        }
        let mut jobs = workspace.jobs();
        jobs.retain(|job| pass.changed.iter().any(|(path, _)| may_read(job.tool, &job.folder, path)));
        if !jobs.is_empty() {
            if !options.write {
                break;
            }
            render::render(console, workspace, jobs, options.render);
        }
        outcome = workspace.check(options.check);
    }
    if options.write && !originals.is_empty() {
        let paths: Vec<&str> = originals.keys().map(String::as_str).collect();
        console.note(&format!("changed {}", paths.join(", ")));
    }
    Ok(Fixed { outcome, originals })
}

/// The changes from `originals` to what the workspace holds now, as a patch for `patch -p1` and `git apply`.
pub(crate) fn patch(workspace: &Workspace, originals: &BTreeMap<String, String>) -> String {
    let mut patch = String::new();
    for (path, old) in originals {
        let Some(new) = workspace.text(path) else { continue };
        let name = path.trim_start_matches('/');
        let diff = TextDiff::from_lines(old.as_str(), new);
        let text = diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string();
        patch.push_str(&text);
    }
    patch
}

/// Writes a file, unless somebody else did since it was read.
fn put(console: &mut Console<'_>, path: &str, old: &str, new: &str) -> Result<(), Failure> {
    let now = console.host.read(path).map_err(|trouble| Failure::usage(format!("{path}: {trouble}")))?;
    if now != old.as_bytes() {
        return Err(Failure::usage(format!(
            "{path} was changed by somebody else meanwhile; run the check again"
        )));
    }
    console
        .host
        .write(path, new.as_bytes())
        .map_err(|trouble| Failure::usage(format!("{path} can't be written: {trouble}")))
}

/// Whether rendering `folder` may read `path`; a kustomization can take in files from anywhere.
fn may_read(tool: Tool, folder: &str, path: &str) -> bool {
    tool == Tool::Kustomize || folder == "." || paths::below(folder, path).is_some()
}
