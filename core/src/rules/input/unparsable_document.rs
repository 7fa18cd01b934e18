//! # What it checks
//!
//! Every document of every YAML and JSON file is well-formed: no syntax error, no tab for indentation, no key set
//! twice in one mapping, no aliases that multiply without bound, valid UTF-8. The other documents of the file are
//! still checked.
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

use crate::cluster::Placement;
use crate::diagnostics::{Diagnostic, Location, Severity};
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet};
use crate::text::FileId;
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
        let file = &entry.file;
        let placement = inputs.layout.placement(id, &file.source.path);
        if matches!(placement, Placement::InChart(_)) {
            continue;
        }
        let documents = file.documents.iter().flat_map(|document| &document.problems);
        for problem in documents.chain(&yaml::invalid_utf8(&file.source)) {
            if problem.kind != ProblemKind::Template {
                let finding = finding(inputs, id, problem, report);
                report.push(finding);
            }
        }
    }
}

fn finding(inputs: &Inputs<'_>, file: FileId, problem: &Problem, report: &Reporter<'_>) -> Diagnostic {
    let others = inputs.repository.file(file).map_or(0, |file| file.documents.len().saturating_sub(1));
    let mut finding = report.file_finding(file, Some(problem.span), &*problem.message);
    if let Some(span) = problem.related {
        let location = Location { file, span: Some(span), field: String::new() };
        finding = finding.related("see here", location);
    }
    match others {
        0 => finding,
        1 => finding.note("the other document of the file was checked"),
        _ => finding.note(format!("the other {others} documents of the file were checked")),
    }
}
