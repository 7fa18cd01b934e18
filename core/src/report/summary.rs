//! The lines that end a report for people: how many findings, what can be mended, what was read.

use super::plain::count;
use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::workspace::Outcome;

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) errors: u32,
    pub(super) warnings: u32,
    pub(super) infos: u32,
}

impl Counts {
    pub(super) fn of<'f>(findings: impl IntoIterator<Item = &'f Diagnostic>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            match finding.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Info => counts.infos += 1,
            }
        }
        counts
    }

    /// `2 errors and 1 warning`; kinds without findings are not named.
    pub(super) fn sentence(self) -> String {
        let named: Vec<_> = [
            (self.errors, Severity::Error),
            (self.warnings, Severity::Warning),
            (self.infos, Severity::Info),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, severity)| count(number, severity.name(), plural(severity)))
        .collect();
        match named.as_slice() {
            [] => "no findings".to_owned(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        }
    }
}

/// The heading over findings of a severity, in lower case.
pub(super) fn plural(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "errors",
        Severity::Warning => "warnings",
        Severity::Info => "infos",
    }
}

/// The findings by severity, how many of them `--fix` mends, and how many are not shown.
pub(super) fn findings_line(outcome: &Outcome) -> String {
    let mut line = Counts::of(&outcome.findings).sentence();
    let safest = |finding: &Diagnostic| finding.fixes.iter().map(|fix| fix.safety).min();
    let fixable = |safety| {
        let found = outcome.findings.iter().filter(|finding| safest(finding) == Some(safety));
        u32::try_from(found.count()).unwrap_or(u32::MAX)
    };
    let notes = [
        (fixable(Safety::Safe), "fixable with `--fix`"),
        (fixable(Safety::ChangesTraffic), "fixable with `--fix=changes-traffic`"),
        (outcome.suppressed, "suppressed"),
        (outcome.baselined, "known to the baseline"),
    ];
    for (number, what) in notes.into_iter().filter(|(number, _)| *number > 0) {
        line.push_str(&format!("; {number} {what}"));
    }
    line
}

/// `checked N objects in M files; K skipped`: always the last line, so that nothing is skipped silently.
pub(super) fn inputs_line(outcome: &Outcome) -> String {
    format!(
        "checked {} in {}; {} skipped",
        count(outcome.inputs.objects, "object", "objects"),
        count(outcome.inputs.files, "file", "files"),
        outcome.inputs.skipped.len(),
    )
}
