//! Cases of editor features as data: a repository in one file, with `$0` where the cursor stands.
//!
//! A line `#- path` begins a file of the repository; what stands before the first is `case.yaml`. What a feature answers
//! for each cursor, in their order, is beside the case, in a file that ends with `.out`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use ringfence::Workspace;
use ringfence::config::Config;
use ringfence::ide::Snapshot;
use ringfence::text::offset;
use ringfence::workspace::{CheckOptions, Outcome, Scene};

const MARKER: &str = "$0";

/// A place in a file of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The file.
    pub path: String,
    /// The offset in its text without markers.
    pub offset: u32,
}

/// A case, read.
pub struct Case {
    /// The files, by path, without markers.
    pub files: Vec<(String, String)>,
    /// The cursors, in the order of the text.
    pub cursors: Vec<Cursor>,
}

impl Case {
    /// Reads a case.
    pub fn parse(text: &str) -> Self {
        let mut case = Self { files: vec![("case.yaml".to_owned(), String::new())], cursors: Vec::new() };
        for line in text.split_inclusive('\n') {
            if let Some(path) = line.strip_prefix("#- ") {
                case.files.push((path.trim().to_owned(), String::new()));
                continue;
            }
            let Some((path, text)) = case.files.last_mut() else { continue };
            let mut parts = line.split(MARKER);
            text.push_str(parts.next().unwrap_or_default());
            for part in parts {
                case.cursors.push(Cursor { path: path.clone(), offset: offset(text.len()) });
                text.push_str(part);
            }
        }
        case.files.retain(|(_, text)| !text.is_empty());
        case
    }

    /// The workspace of the case.
    pub fn workspace(&self) -> Workspace {
        let mut workspace = Workspace::new(Config::default());
        for (path, text) in &self.files {
            workspace.set(path, text.as_bytes());
        }
        workspace
    }
}

/// Asks the first root of a workspace, with the findings of a check.
pub fn ask<T>(workspace: &Workspace, mut ask: impl FnMut(&Snapshot<'_, '_>, &Outcome) -> T) -> Option<T> {
    let outcome = workspace.check(&CheckOptions::default());
    let mut answer = None;
    workspace.scenes(&ringfence::workspace::ReachOptions::default(), &mut |scene: &Scene<'_>| {
        if answer.is_none() {
            answer = Some(ask(&Snapshot::new(scene, &outcome.findings), &outcome));
        }
    });
    answer
}

/// Compares an answer with the file beside the case; `UPDATE_SNAPSHOTS=1` writes it anew.
pub fn expect(case: &Path, answer: &str) -> Result<()> {
    let path = case.with_extension("out");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, answer)?;
    }
    let expected = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    if expected == answer {
        return Ok(());
    }
    let mut message = format!("{} differs:\n", path.display());
    for (line, (a, b)) in
        expected.lines().zip(answer.lines()).enumerate().filter(|(_, (a, b))| a != b).take(5)
    {
        write!(message, "{}: expected {a}\n{}: answered {b}\n", line + 1, line + 1)?;
    }
    bail!("{message}the whole answer:\n{answer}")
}
