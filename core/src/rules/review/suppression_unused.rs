//! # What it checks
//!
//! A suppression that suppresses nothing: no finding is where it applies, no rule and no group has its name, or it can't
//! be read.
//!
//! There are two forms. The reason and the date may be left out, and both forms take names of rules and of groups:
//!
//! - a comment, `# ringfence: ignore[rule, group] reason (until 2027-01-31)`. At the end of a line it applies to findings
//!   that start on that line. Alone on its line it applies to the next field or list item and everything in it; before
//!   the first field of a document to the whole document, and to findings about the file as a whole.
//! - an annotation of any object, `ringfence.dev/ignore: "rule, group: reason (until 2027-01-31)"`, and further ones as
//!   `ringfence.dev/ignore.<anything>`. It applies to the findings in the object.
//!
//! Nothing is said about names whose rules did not all run, nor where something could not be rendered: what is missing
//! may be what the suppression is for.
//!
//! # Why
//!
//! A suppression that is left over hides the next finding in its place, which nobody has agreed to.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: metrics, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     # ringfence: ignore[namespace-wide-peer] the agents carry no labels yet
//!     - namespaceSelector:
//!         matchLabels: {kubernetes.io/metadata.name: monitoring}
//!       podSelector:
//!         matchLabels: {app: prometheus}
//!     ports: [{port: 9090}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: metrics, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - namespaceSelector:
//!         matchLabels: {kubernetes.io/metadata.name: monitoring}
//!       podSelector:
//!         matchLabels: {app: prometheus}
//!     ports: [{port: 9090}]
//! ```
//!
//! # Fix
//!
//! Removes the comment or the annotation, or only the names in a comment that suppress nothing.

use crate::diagnostics::{Diagnostic, Edit, Fix, Safety, Severity};
use crate::model::nearest;
use crate::rules::{
    Annotation, Check, FixKind, Group, Reporter, Rule, RuleSet, Suppression, Target, Use, edits, suppression,
    wording,
};
use crate::text::Span;
use crate::yaml::edit;

pub(crate) static RULE: Rule = Rule {
    name: "suppression-unused",
    group: Group::Review,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Safe,
    summary: "a suppression suppresses nothing",
    options: &[],
    check: Check::Suppressions(check),
};

fn check(suppressions: &[Suppression], report: &mut Reporter<'_>) {
    for found in suppressions {
        for finding in findings(found, report) {
            report.push(finding);
        }
    }
}

fn findings(found: &Suppression, report: &Reporter<'_>) -> Vec<Diagnostic> {
    if let Some(fault) = &found.fault {
        let form = match found.annotation {
            None => "`# ringfence: ignore[rule] reason (until 2027-01-31)`",
            Some(_) => "`rule: reason (until 2027-01-31)`",
        };
        let finding = suppression::finding(found, report, format!("this suppresses nothing: {fault}"));
        return vec![finding.help(format!("write {form}"))];
    }
    let is = |used: Use| move |target: &&Target| target.used == used;
    let unmatched = || found.targets.iter().filter(is(Use::Unmatched));
    if unmatched().count() == found.targets.len() {
        return vec![wholly_unused(found, report)];
    }
    let unknown = found.targets.iter().filter(is(Use::Unknown)).map(|target| unknown(found, target, report));
    let partly = unmatched().map(|target| partly_unused(found, target, report));
    unknown.chain(partly).collect()
}

fn wholly_unused(found: &Suppression, report: &Reporter<'_>) -> Diagnostic {
    let names = found.names();
    let verb = if names.len() == 1 { "suppresses" } else { "suppress" };
    let message = format!("{} {verb} nothing here", wording::names(&names, 3));
    let mut finding = suppression::finding(found, report, message).label("no such finding").help("remove it");
    if let Some(until) = found.until.filter(|_| found.expired) {
        finding = finding.note(format!("it ended on {until}"));
    }
    let fix = match &found.annotation {
        Some(annotation) => remove_annotation(annotation, report),
        None => remove_comment(found, report),
    };
    finding.fix(fix)
}

fn unknown(found: &Suppression, target: &Target, report: &Reporter<'_>) -> Diagnostic {
    let message = format!("no rule and no group is called `{}`", target.name);
    let finding = at_target(found, target, report, message);
    match nearest(&target.name, suppression::known_names()) {
        None => finding.help("`ringfence rules` lists them"),
        Some(near) => finding.help(format!("did you mean `{near}`?")).fix(Fix {
            title: format!("write `{near}`"),
            safety: Safety::Suggestion,
            edits: edit_of(found, target.span, near, report),
        }),
    }
}

fn partly_unused(found: &Suppression, target: &Target, report: &Reporter<'_>) -> Diagnostic {
    let at = found.targets.iter().position(|other| std::ptr::eq(other, target)).unwrap_or_default();
    let span = |at: usize| found.targets.get(at).and_then(|target| target.span);
    let with_comma = match at.checked_sub(1) {
        Some(before) => span(before).zip(span(at)).map(|(before, own)| Span::new(before.end, own.end)),
        None => span(at).zip(span(at + 1)).map(|(own, next)| Span::new(own.start, next.start)),
    };
    at_target(found, target, report, format!("`{}` suppresses nothing here", target.name))
        .label("no such finding")
        .help("remove the name")
        .fix(Fix {
            title: format!("remove `{}` from the suppression", target.name),
            safety: Safety::Safe,
            edits: edit_of(found, with_comma, "", report),
        })
}

fn at_target(found: &Suppression, target: &Target, report: &Reporter<'_>, message: String) -> Diagnostic {
    let mut finding = suppression::finding(found, report, message);
    finding.location.span = target.span.or(finding.location.span);
    finding
}

fn edit_of(found: &Suppression, span: Option<Span>, text: &str, report: &Reporter<'_>) -> Vec<Edit> {
    let is_exact = report.repository().file(found.file).is_some_and(|file| !file.source.lossy);
    let edit = |span| Edit { file: found.file, span, text: text.to_owned() };
    span.filter(|_| is_exact).map(edit).into_iter().collect()
}

/// Without the comment; without its line if it is alone there.
fn remove_comment(found: &Suppression, report: &Reporter<'_>) -> Fix {
    let span = report.repository().file(found.file).map(|file| {
        let lines = file.source.lines();
        let line = lines.line_span(lines.line_of(found.span.start), &file.source.text);
        let code = Span::new(line.start, found.span.start).of(&file.source.text).trim_end();
        if code.is_empty() {
            return line;
        }
        Span::new(line.start + crate::text::offset(code.len()), found.span.end)
    });
    let edits = edit_of(found, span, "", report);
    Fix { title: "remove the suppression".to_owned(), safety: Safety::Safe, edits }
}

/// Without the annotation; without `annotations` if it is the only one.
fn remove_annotation(annotation: &Annotation, report: &Reporter<'_>) -> Fix {
    edits::fix(report, annotation.object, "remove the suppression", Safety::Safe, |node| {
        let metadata = node.get("metadata")?;
        let annotations = metadata.get("annotations")?;
        match annotations.written_entries().count() {
            1 => edit::remove_entry(metadata, "annotations"),
            _ => edit::remove_entry(annotations, &annotation.key),
        }
    })
}
