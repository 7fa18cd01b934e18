//! # What it checks
//!
//! Every chart and every kustomization is rendered, and no file holds template marks outside a string. One finding
//! for each chart, kustomization or loose template.
//!
//! # Why
//!
//! What a template makes is not known until it is rendered, so nothing in it is checked. Nothing is skipped
//! silently.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: {{ .Values.namespace }}}
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: shop}
//! ```

use std::collections::BTreeSet;

use crate::cluster::{Origin, Placement, Tool};
use crate::diagnostics::{Diagnostic, Severity};
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, Unrendered};
use crate::text::FileId;
use crate::yaml::ProblemKind;

pub(crate) static RULE: Rule = Rule {
    name: "template-not-rendered",
    group: Group::Input,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a chart, a kustomization or a template was not rendered",
    options: &[],
    check: Check::Inputs(check),
};

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    for folder in inputs.unrendered.iter().chain(&untried_charts(inputs)) {
        let finding = unrendered(inputs, folder, report);
        report.extend(finding);
    }
    for (id, entry) in inputs.repository.entries().filter(|(_, entry)| entry.origin == Origin::Written) {
        if matches!(inputs.layout.placement(id, &entry.file.source.path), Placement::InChart(_)) {
            continue;
        }
        let problems = entry.file.documents.iter().flat_map(|document| &document.problems);
        if let Some(problem) = problems.into_iter().find(|problem| problem.kind == ProblemKind::Template) {
            let finding = report
                .file_finding(
                    id,
                    Some(problem.span),
                    "this is a template that was not rendered, so it was not checked",
                )
                .help("check what the template renders to: pipe it into `ringfence check -`");
            report.push(finding);
        }
    }
}

/// Charts that nobody tried to render: hosts without tools leave them. Kustomizations are different, because their
/// files are checked as they are written.
fn untried_charts(inputs: &Inputs<'_>) -> Vec<Unrendered> {
    let rendered = inputs.repository.entries().filter_map(|(_, entry)| match &entry.origin {
        Origin::Rendered { folder } => Some(&**folder),
        Origin::Written | Origin::Kept { .. } => None,
    });
    let failed = inputs.unrendered.iter().map(|unrendered| &*unrendered.folder);
    let tried: BTreeSet<&str> = rendered.chain(failed).collect();
    let charts = inputs.layout.jobs().into_iter().filter(|job| job.tool == Tool::Helm);
    charts
        .filter(|job| !tried.contains(&*job.folder))
        .map(|job| Unrendered { folder: job.folder, reason: "no tool was run on it".to_owned() })
        .collect()
}

/// None for a folder without files: then there is no place to show.
fn unrendered(inputs: &Inputs<'_>, folder: &Unrendered, report: &Reporter<'_>) -> Option<Diagnostic> {
    let Unrendered { folder, reason } = folder;
    if let Some(file) = inputs.layout.chart(folder) {
        let message = format!("the chart `{folder}` was not rendered: {reason}");
        let finding = report
            .file_finding(file, None, message)
            .help("put `helm` on PATH, or pipe `helm template` into `ringfence check -`");
        return Some(finding);
    }
    let message = format!("the kustomization `{folder}` was not rendered: {reason}");
    let finding = match inputs.layout.kustomization(folder) {
        Some(object) => report.finding(object, "", message),
        None => report.file_finding(first_file(inputs, folder)?, None, message),
    };
    let finding = finding
        .note("its files were checked as they are written, without patches and generators")
        .help("put `kustomize` or `kubectl` on PATH, or pipe `kustomize build` into `ringfence check -`");
    Some(finding)
}

/// The first file below a folder, where no kustomization could be read there.
fn first_file(inputs: &Inputs<'_>, folder: &str) -> Option<FileId> {
    let is_below =
        |path: &str| folder == "." || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let mut entries = inputs.repository.entries();
    entries.find(|(_, entry)| is_below(&entry.file.source.path)).map(|(id, _)| id)
}
