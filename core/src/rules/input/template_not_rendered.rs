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

use crate::cluster::Placement;
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
    for folder in inputs.unrendered {
        let finding = unrendered(inputs, folder, report);
        report.push(finding);
    }
    for (id, entry) in inputs.repository.entries() {
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

fn unrendered(inputs: &Inputs<'_>, folder: &Unrendered, report: &Reporter<'_>) -> Diagnostic {
    if let Some(file) = inputs.layout.chart(&folder.folder) {
        let message = format!("the chart `{}` was not rendered: {}", folder.folder, folder.reason);
        return report
            .file_finding(file, None, message)
            .help("put `helm` on PATH, or pipe `helm template` into `ringfence check -`");
    }
    let message = format!("the kustomization `{}` was not rendered: {}", folder.folder, folder.reason);
    let finding = match inputs.layout.kustomization(&folder.folder) {
        Some(object) => report.finding(object, "", message),
        None => report.file_finding(FileId(0), None, message),
    };
    finding
        .note("its files were checked as they are written, without patches and generators")
        .help("put `kustomize` or `kubectl` on PATH, or pipe `kustomize build` into `ringfence check -`")
}
