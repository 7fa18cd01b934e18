//! # What it checks
//!
//! The files hold at least one Kubernetes object of a kind that says something about isolation. ConfigMaps, custom
//! resource definitions and the like don't; neither does a kustomization by itself.
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

use crate::cluster::Origin;
use crate::diagnostics::Severity;
use crate::model::{Body, File};
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, wording};
use crate::text::Span;

pub(crate) static RULE: Rule = Rule {
    name: "nothing-checked",
    group: Group::Input,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "no Kubernetes object that a rule reads was found in any file",
    options: &[],
    check: Check::Inputs(check),
};

/// Where there is no file, there is no place to show, and the host says it.
fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    let files = || inputs.repository.entries().map(|(_, entry)| &*entry.file);
    let Some((first, _)) = inputs.repository.entries().next() else { return };
    if files().any(is_understood) {
        return;
    }
    let written = inputs.repository.entries().filter(|(_, entry)| entry.origin == Origin::Written).count();
    let message = format!(
        "no Kubernetes object that a rule reads was found in {}: nothing was checked",
        wording::count(written, "file", "files")
    );
    let finding = report
        .file_finding(first, Some(Span::at(0)), message)
        .help("name the folder of the manifests, or pipe rendered manifests into `ringfence check -`");
    report.push(instead(files).into_iter().fold(finding, |finding, note| finding.note(note)));
}

fn is_understood(file: &File) -> bool {
    let is_kustomization =
        |body: &Body| matches!(body, Body::Kustomization(_) | Body::Broken("Kustomization"));
    file.objects.iter().any(|object| !is_kustomization(&object.body))
}

/// What was found instead of objects that rules read.
fn instead<'f, F: Iterator<Item = &'f File>>(files: impl Fn() -> F) -> Vec<String> {
    let unread: usize = files().map(|file| file.unread as usize).sum();
    let skipped = |lost: bool| {
        let of_file = |file: &'f File| file.skipped.iter().filter(|skipped| skipped.lost == lost).count();
        files().map(of_file).sum::<usize>()
    };
    let kustomizations: usize = files().map(|file| file.objects.len()).sum();
    let found = [
        (unread, "object of another kind", "objects of other kinds"),
        (kustomizations, "kustomization", "kustomizations"),
        (skipped(false), "document that is no Kubernetes object", "documents that are no Kubernetes objects"),
        (skipped(true), "document that can't be read", "documents that can't be read"),
    ];
    let found = found.into_iter().filter(|(number, ..)| *number > 0);
    found.map(|(number, one, many)| format!("found instead: {}", wording::count(number, one, many))).collect()
}
