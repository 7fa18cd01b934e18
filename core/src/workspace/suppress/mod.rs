//! Suppressions: which findings comments and annotations silence.
//!
//! They are read in the files that a person wrote, and findings point there too, so that rendered objects need no
//! suppressions of their own. What is written is judged by the rules of the group `review`.

mod grammar;
mod reach;

use std::collections::BTreeMap;

use grammar::Wording;
use reach::{DocumentReach, Reach};

use super::levels::Levels;
use crate::cluster::{Entry, ObjectId, Origin, Repository};
use crate::diagnostics::Diagnostic;
use crate::model::PREFIX;
use crate::rules::{self, Annotation, Date, Suppression, Target, Use};
use crate::text::{FileId, Span, offset};
use crate::yaml;

/// The suppressions of a repository.
pub(super) struct Suppressions {
    all: Vec<Suppression>,
    /// Where each applies.
    reach: Vec<Reach>,
    by_file: BTreeMap<FileId, Vec<usize>>,
}

impl Suppressions {
    /// Reads the suppressions of all written files. Without a date of today nothing expires.
    pub(super) fn new(repository: &Repository, today: Option<Date>) -> Self {
        let mut read = Self { all: Vec::new(), reach: Vec::new(), by_file: BTreeMap::new() };
        for (id, entry) in repository.entries().filter(|(_, entry)| entry.origin == Origin::Written) {
            read.comments(id, entry, today);
            for (object, found) in repository.objects_of(id) {
                for (key, value) in &found.annotations {
                    if key == "ignore" || key.starts_with("ignore.") {
                        read.annotation(repository, object, (key, value), today);
                    }
                }
            }
        }
        read
    }

    fn comments(&mut self, file: FileId, entry: &Entry, today: Option<Date>) {
        let source = &entry.file.source;
        if !source.text.contains(grammar::ADDRESS) {
            return;
        }
        for (document, i) in entry.file.documents.iter().zip(0..) {
            if !document.span.of(&source.text).contains(grammar::ADDRESS) {
                continue;
            }
            let reach = DocumentReach::new(source, document, i == 0);
            for comment in yaml::comments(&source.text, document) {
                let Some(wording) = grammar::comment(comment.span.of(&source.text)) else { continue };
                let start = Some(comment.span.start);
                let suppression = suppression((file, comment.span, start), None, wording, today);
                self.add(suppression, reach.of(comment));
            }
        }
    }

    fn annotation(
        &mut self,
        repository: &Repository,
        object: ObjectId,
        (key, value): (&str, &str),
        today: Option<Date>,
    ) {
        let Some(node) = repository.node(object) else { return };
        let key = format!("{PREFIX}{key}");
        let mut field = "metadata.annotations".to_owned();
        yaml::push_key(&mut field, &key);
        let Some(written) = node.at(&field) else { return };
        let quote = usize::from(written.raw().starts_with(['"', '\'']));
        let is_verbatim = written.raw().get(quote..).is_some_and(|raw| raw.starts_with(value));
        let start = (is_verbatim && !written.is_alias()).then(|| written.span().start + offset(quote));
        let place = (object.file, written.span(), start);
        let annotation = Annotation { object, key };
        let suppression = suppression(place, Some(annotation), grammar::annotation(value), today);
        self.add(suppression, Reach::Within(node.span()));
    }

    fn add(&mut self, suppression: Suppression, reach: Reach) {
        self.by_file.entry(suppression.file).or_default().push(self.all.len());
        self.all.push(suppression);
        self.reach.push(reach);
    }

    /// Takes the findings out that a suppression means, and counts what each suppression means.
    pub(super) fn apply(&mut self, findings: &mut Vec<Diagnostic>) -> u32 {
        let before = findings.len();
        findings.retain(|finding| !self.suppresses(finding));
        offset(before - findings.len())
    }

    fn suppresses(&mut self, finding: &Diagnostic) -> bool {
        let mut suppressed = false;
        for i in self.by_file.get(&finding.location.file).into_iter().flatten() {
            let (Some(suppression), Some(reach)) = (self.all.get_mut(*i), self.reach.get(*i)) else {
                continue;
            };
            if suppression.fault.is_some() || !reach.holds(&finding.location) {
                continue;
            }
            for target in &mut suppression.targets {
                if target.name == finding.rule || target.name == finding.group {
                    target.used = match target.used {
                        Use::Matched(count) => Use::Matched(count + 1),
                        _ => Use::Matched(1),
                    };
                    suppressed |= !suppression.expired;
                }
            }
        }
        suppressed
    }

    /// The suppressions with what became of them. Where inputs are missing nobody can tell what means nothing.
    pub(super) fn judged(mut self, levels: &Levels<'_>, is_complete: bool) -> Vec<Suppression> {
        for target in self.all.iter_mut().flat_map(|suppression| &mut suppression.targets) {
            if target.used == Use::Unmatched && !(is_complete && levels.ran_fully(&target.name)) {
                target.used = Use::Unjudged;
            }
        }
        self.all
    }
}

/// A suppression before any finding was held against it; `start` is where its text starts in the file, if it is there.
fn suppression(
    (file, span, start): (FileId, Span, Option<u32>),
    annotation: Option<Annotation>,
    wording: Wording,
    today: Option<Date>,
) -> Suppression {
    let target = |(name, at): (String, usize)| {
        let is_known = rules::known_names().any(|known| known == name);
        let used = if is_known { Use::Unmatched } else { Use::Unknown };
        let end = at + name.len();
        let span = start.map(|start| Span::new(start + offset(at), start + offset(end)));
        Target { name, span, used }
    };
    Suppression {
        file,
        span,
        annotation,
        targets: wording.names.into_iter().map(target).collect(),
        reason: wording.reason,
        until: wording.until,
        expired: wording.until.zip(today).is_some_and(|(until, today)| until < today),
        fault: wording.fault,
    }
}

#[cfg(test)]
mod tests;
