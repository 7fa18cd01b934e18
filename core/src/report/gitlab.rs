//! Code Quality of GitLab: the list that a merge request shows beside its changes.

use serde::Serialize;

use super::written;
use crate::diagnostics::{Diagnostic, Severity};
use crate::text::PositionEncoding;
use crate::workspace::Outcome;

#[derive(Serialize)]
struct Entry<'o> {
    description: &'o str,
    check_name: &'o str,
    fingerprint: &'o str,
    severity: &'static str,
    location: Location<'o>,
}

#[derive(Serialize)]
struct Location<'o> {
    path: &'o str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

pub(super) fn render(outcome: &Outcome) -> String {
    let entries: Vec<_> = outcome.findings.iter().map(|finding| entry(outcome, finding)).collect();
    super::pretty(&entries)
}

fn entry<'o>(outcome: &'o Outcome, finding: &'o Diagnostic) -> Entry<'o> {
    let source = outcome.source(finding.location.file);
    let path = source.map_or("", |source| &*source.path);
    let lines = source.zip(finding.location.span).map_or((1, 1), |(source, span)| {
        let line = |offset| source.position(offset, PositionEncoding::Utf8).line;
        (line(span.start), line(written(source, span).end))
    });
    Entry {
        description: &finding.message,
        check_name: finding.rule,
        fingerprint: &finding.fingerprint,
        severity: match finding.severity {
            Severity::Info => "info",
            Severity::Warning => "minor",
            Severity::Error => "major",
        },
        location: Location {
            path: path.strip_prefix("./").unwrap_or(path),
            lines: Lines { begin: lines.0, end: lines.1 },
        },
    }
}
