//! What a check comes to.

use crate::cluster::{Entry, Origin, Repository};
use crate::diagnostics::Diagnostic;
use crate::engine::{Grant, Openness};
use crate::text::{FileId, SourceFile};

/// The outcome of [`super::Workspace::check`].
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The findings, sorted by path, position and rule; suppressed ones and those of the baseline are left out.
    pub findings: Vec<Diagnostic>,
    /// How many findings comments and annotations suppressed.
    pub suppressed: u32,
    /// How many findings the baseline knew.
    pub baselined: u32,
    /// Isolation by overlay and namespace.
    pub coverage: Vec<NamespaceCoverage>,
    /// What was read.
    pub inputs: InputSummary,
    pub(super) sources: Vec<Source>,
}

/// The text of a file. An outcome keeps no more of the files, so that a host can let the workspace go before it prints.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) file: SourceFile,
    /// Whether somebody wrote it; otherwise a tool rendered it.
    pub(super) written: bool,
}

/// The texts of a repository, by file id.
pub(super) fn sources(repository: &Repository) -> Vec<Source> {
    let source =
        |entry: &Entry| Source { file: entry.file.source.clone(), written: entry.origin == Origin::Written };
    repository.entries().map(|(_, entry)| source(entry)).collect()
}

impl Outcome {
    pub(super) fn without_findings(sources: Vec<Source>) -> Self {
        Self {
            findings: Vec::new(),
            suppressed: 0,
            baselined: 0,
            coverage: Vec::new(),
            inputs: InputSummary::default(),
            sources,
        }
    }

    /// These texts, and behind them the other's.
    pub(super) fn followed_by(mut self, other: Self) -> Self {
        self.sources.extend(other.sources);
        self
    }

    /// The file that a place of a finding lies in.
    pub fn source(&self, id: FileId) -> Option<&SourceFile> {
        self.text_of(id).map(|source| &source.file)
    }

    /// The file that somebody wrote at a path.
    pub fn source_at(&self, path: &str) -> Option<&SourceFile> {
        let mut written = self.sources.iter().filter(|source| source.written).map(|source| &source.file);
        written.find(|file| &*file.path == path)
    }

    pub(super) fn text_of(&self, id: FileId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }
}

/// Isolation in one namespace of one root.
#[derive(Clone, Debug, PartialEq)]
pub struct NamespaceCoverage {
    /// The overlay; empty where there are no alternatives.
    pub overlay: String,
    /// The namespace.
    pub name: String,
    /// How many workloads it has.
    pub workloads: u32,
    /// Isolation of connections to them.
    pub ingress: DirectionCounts,
    /// Isolation of connections from them.
    pub egress: DirectionCounts,
    /// Default deny for ingress and for egress: `proven`, `refuted` or `unknown`.
    pub default_deny: (&'static str, &'static str),
    /// The widest grant of its policies; none where no rule grants anything.
    pub openness: Option<Openness>,
    /// All grants of its policies together.
    pub grant: Grant,
}

/// Workloads by isolation in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DirectionCounts {
    /// Proven isolated.
    pub isolated: u32,
    /// Proven open; Pods on the node's network are among them.
    pub open: u32,
    /// Not to be told from the manifests.
    pub unknown: u32,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputSummary {
    /// Files read.
    pub files: u32,
    /// Kubernetes objects, also those of kinds that no rule reads.
    pub objects: u32,
    /// How many of them are of kinds that no rule reads.
    pub unread: u32,
    /// What was not understood, by path and line.
    pub skipped: Vec<SkippedInput>,
}

/// A file or a document that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkippedInput {
    /// The path.
    pub path: String,
    /// The line where the document starts, from 1; none for a whole file.
    pub line: Option<u32>,
    /// Why.
    pub reason: String,
    /// Whether Kubernetes objects were plausibly lost, so that `--strict-inputs` fails.
    pub lost: bool,
}
