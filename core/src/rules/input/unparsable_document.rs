//! # What it checks
//!
//! Every document of every YAML and JSON file is well-formed: no syntax error, no tab for indentation, no key set
//! twice in one mapping, no aliases that multiply without bound, valid UTF-8. The other documents of the file are
//! still checked. So is what a chart or a kustomization renders to, and reported where it is configured; the templates
//! of a chart are judged by what they render to.
//!
//! # Why
//!
//! What can't be read can't be checked, and a cluster refuses it or reads it otherwise than its author. Of a key
//! that is set twice, the API server silently keeps the last.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop
//!   name: store
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop
//! ```

use crate::cluster::{Origin, Placement};
use crate::diagnostics::{Diagnostic, Location, Severity};
use crate::model::File;
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, wording};
use crate::text::{FileId, SourceFile};
use crate::yaml::{self, Problem, ProblemKind};

pub(crate) static RULE: Rule = Rule {
    name: "unparsable-document",
    group: Group::Input,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a document can't be read",
    options: &[],
    check: Check::Inputs(check),
};

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    for (id, entry) in inputs.repository.entries() {
        let file = &*entry.file;
        match &entry.origin {
            Origin::Rendered { folder } => {
                let finding = rendered(id, file, folder, report);
                report.extend(finding);
            }
            Origin::Kept { .. } => {}
            Origin::Written => {
                let placement = inputs.layout.placement(id, &file.source.path);
                if !matches!(placement, Placement::InChart(_)) {
                    written(id, file, report);
                }
            }
        }
    }
}

fn written(id: FileId, file: &File, report: &mut Reporter<'_>) {
    for (document, index) in file.documents.iter().zip(0u32..) {
        for problem in document.problems.iter().filter(|problem| problem.kind != ProblemKind::Template) {
            let others = file.objects.iter().filter(|object| object.document != index).count();
            let finding = finding(id, problem, report);
            report.push(match others {
                0 => finding,
                _ => finding.note(format!(
                    "{} of the file still checked",
                    wording::count(others, "other object is", "other objects are")
                )),
            });
        }
    }
    if let Some(problem) = yaml::invalid_utf8(&file.source) {
        let finding = finding(id, &problem, report);
        report.push(finding);
    }
}

fn finding(file: FileId, problem: &Problem, report: &Reporter<'_>) -> Diagnostic {
    let finding = report.file_finding(file, Some(problem.span), &*problem.message);
    match problem.related {
        Some(span) => finding.related("see here", Location { file, span: Some(span), field: String::new() }),
        None => finding,
    }
}

/// One finding for all that can't be read in the output of a folder: nobody wrote that text, so that its lines help
/// only together with the tool's output.
fn rendered(id: FileId, file: &File, folder: &str, report: &Reporter<'_>) -> Option<Diagnostic> {
    let problems = || file.documents.iter().flat_map(|document| &document.problems);
    let first = problems().next()?;
    let message = format!(
        "what `{folder}` renders to can't be read at line {}: {}",
        line(&file.source, first),
        first.message
    );
    let place = report.recipe(folder).unwrap_or(id);
    let finding = report.file_finding(place, None, message);
    Some(match problems().count() - 1 {
        0 => finding,
        more => finding.note(format!("{more} more in what it renders to")),
    })
}

fn line(file: &SourceFile, problem: &Problem) -> usize {
    file.lines().line_of(problem.span.start) + 1
}
