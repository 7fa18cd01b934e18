//! A result for each cause, with the connections that it opened and closed: as findings of the one SARIF writer.

use std::collections::BTreeMap;

use super::{REPLICAS, marked, names};
use crate::diagnostics::{Diagnostic, Severity, fingerprint};
use crate::report::sarif;
use crate::workspace::{Diff, Outcome};

/// The most changes that one result lists.
const MOST: usize = 50;

pub(super) fn render(diffs: &[Diff], texts: &Outcome) -> String {
    let mut outcome = texts.clone();
    outcome.findings = diffs.iter().flat_map(results).collect();
    sarif::render(&outcome)
}

fn results(diff: &Diff) -> Vec<Diagnostic> {
    let mut by_cause: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, row) in diff.rows.iter().enumerate() {
        for cause in diff.cause_sets.get(row.causes as usize).into_iter().flatten() {
            by_cause.entry(*cause).or_default().push(at);
        }
    }
    by_cause.into_iter().filter_map(|(cause, rows)| result(diff, cause, &rows)).collect()
}

fn result(diff: &Diff, cause: u32, rows: &[usize]) -> Option<Diagnostic> {
    let cause = diff.causes.get(cause as usize)?;
    let rows: Vec<_> = rows.iter().filter_map(|at| diff.rows.get(*at)).collect();
    let any = |opened: bool| {
        rows.iter().any(
            |row| {
                if opened { !row.delta.opened.is_empty() } else { !row.delta.closed.is_empty() }
            },
        )
    };
    let (rule, severity) = match (any(true), any(false)) {
        (true, _) => ("connections-opened", Severity::Warning),
        (false, true) => ("connections-closed", Severity::Info),
        (false, false) => ("connections-unknown", Severity::Info),
    };
    let message = format!("{}: {}", cause.message, effect(any(true), any(false)));
    let mut found = Diagnostic::new((rule, "diff"), severity, cause.location.clone(), message);
    found.object.clone_from(&cause.object);
    found.overlay.clone_from(&diff.overlay);
    let object = cause.object.as_ref().map(ToString::to_string).unwrap_or_default();
    found.fingerprint =
        fingerprint([rule, object.as_str(), cause.location.field.as_str(), diff.overlay.as_str()]);
    for row in rows.iter().take(MOST) {
        let to = if row.replicas { REPLICAS.to_owned() } else { names(diff, &row.to).join(", ") };
        let parts: Vec<String> =
            marked(&row.delta).into_iter().map(|(mark, ports)| format!("{mark} {ports}")).collect();
        found = found.note(format!("{} → {to}: {}", names(diff, &row.from).join(", "), parts.join("; ")));
    }
    if rows.len() > MOST {
        found = found.note(format!("and {} more", rows.len() - MOST));
    }
    Some(found)
}

fn effect(opens: bool, closes: bool) -> &'static str {
    match (opens, closes) {
        (true, true) => "it opens and closes connections",
        (true, false) => "it opens connections",
        (false, true) => "it closes connections",
        (false, false) => "it changes what can be told of connections",
    }
}
