//! # What it checks
//!
//! The files hold at least one Kubernetes object.
//!
//! # Why
//!
//! A check of nothing is green. Mostly the path is wrong, or the manifests are made by a tool that has to run
//! first.
//!
//! # Example
//!
//! ```yaml
//! colour: blue
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: shop}
//! ```

use crate::diagnostics::Severity;
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, wording};
use crate::text::Span;

pub(crate) static RULE: Rule = Rule {
    name: "nothing-checked",
    group: Group::Input,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "no Kubernetes object was found in any file",
    options: &[],
    check: Check::Inputs(check),
};

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    let files = || inputs.repository.entries().map(|(_, entry)| &entry.file);
    let objects: usize = files().map(|file| file.objects.len() + file.unread as usize).sum();
    let Some((first, _)) = inputs.repository.entries().next() else { return };
    if objects > 0 {
        return;
    }
    let documents: usize = files().map(|file| file.documents.len()).sum();
    let message = format!(
        "no Kubernetes object was found in {}: nothing was checked",
        wording::count(files().count(), "file", "files")
    );
    let finding = report
        .file_finding(first, Some(Span::at(0)), message)
        .note(format!("{} read", wording::count(documents, "other document was", "other documents were")))
        .help("name the folder of the manifests, or pipe rendered manifests into `ringfence check -`");
    report.push(finding);
}
