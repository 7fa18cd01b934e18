//! `check --fix`: applying fixes until none is left.
//!
//! What is written is whole: a file has its old text or the text after a pass, also when the run is interrupted.

use std::collections::BTreeMap;

use ringfence::cluster::Job;
use ringfence::workspace::{FixHost, FixPass, Workspace};
use similar::TextDiff;

use crate::console::Console;
use crate::{Failure, render};

/// Fixes files in place, and renders again what tools make of them.
pub(crate) struct InPlace<'a, 'h> {
    /// Where what was done is said.
    pub(crate) console: &'a mut Console<'h>,
    /// How to render again.
    pub(crate) rendering: &'a render::Options,
}

impl FixHost for InPlace<'_, '_> {
    type Error = Failure;

    fn keep(&mut self, workspace: &Workspace, pass: &FixPass) -> Result<(), Failure> {
        for (path, text) in &pass.changed {
            put(self.console, path, workspace.text(path).unwrap_or(""), text)?;
        }
        for fix in &pass.applied {
            self.console.note(&format!("fixed: {}", fix.title));
        }
        Ok(())
    }

    fn render(&mut self, workspace: &mut Workspace, jobs: Vec<Job>) -> bool {
        render::render(self.console, workspace, jobs, self.rendering);
        true
    }
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
