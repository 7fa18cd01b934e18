//! Suppressions: what a person wrote to silence findings, and what it came to.

pub use jiff::civil::Date;

use super::{Group, Reporter, all};
use crate::cluster::ObjectId;
use crate::diagnostics::Diagnostic;
use crate::text::{FileId, Span};
use crate::yaml;

/// A suppression, after it was held against the findings.
#[derive(Clone, Debug, PartialEq)]
pub struct Suppression {
    /// The file that it is written in.
    pub file: FileId,
    /// The comment from its `#`, or the annotation's value.
    pub span: Span,
    /// The annotation that it is; none for a comment.
    pub annotation: Option<Annotation>,
    /// The rules and groups that it names.
    pub targets: Vec<Target>,
    /// Why; empty where nothing is said.
    pub reason: String,
    /// The last day on which it is valid.
    pub until: Option<Date>,
    /// Whether that day has passed, so that it suppresses nothing any more.
    pub expired: bool,
    /// Why it can't be read; then it suppresses nothing.
    pub fault: Option<String>,
}

/// An annotation of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The object.
    pub object: ObjectId,
    /// The whole key.
    pub key: String,
}

/// A rule or a group that a suppression names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The name as written.
    pub name: String,
    /// Where it is written; none where an annotation's text isn't in the file as such.
    pub span: Option<Span>,
    /// What became of it.
    pub used: Use,
}

/// What became of a name in a suppression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// So many findings were meant.
    Matched(u32),
    /// No finding was meant, although everything ran that the name stands for.
    Unmatched,
    /// No finding was meant, but not everything ran that the name stands for, or not everything could be read.
    Unjudged,
    /// No rule and no group is called so.
    Unknown,
}

impl Suppression {
    /// How many findings it means, valid or not.
    pub fn matched(&self) -> u32 {
        let count = |target: &Target| if let Use::Matched(count) = target.used { count } else { 0 };
        self.targets.iter().map(count).sum()
    }

    /// The names in it, as written.
    pub fn names(&self) -> Vec<&str> {
        self.targets.iter().map(|target| target.name.as_str()).collect()
    }
}

/// Every name that a suppression can have: of rules and of groups.
pub fn known_names() -> impl Iterator<Item = &'static str> {
    all().iter().map(|rule| rule.name).chain(Group::ALL.map(Group::name))
}

/// A finding about a suppression as a whole.
pub(super) fn finding(found: &Suppression, report: &Reporter<'_>, message: String) -> Diagnostic {
    match &found.annotation {
        None => report.file_finding(found.file, Some(found.span), message),
        Some(annotation) => {
            let mut field = "metadata.annotations".to_owned();
            yaml::push_key(&mut field, &annotation.key);
            report.finding(annotation.object, &field, message)
        }
    }
}
