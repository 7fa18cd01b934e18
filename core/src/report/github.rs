//! Workflow commands of GitHub Actions: each finding becomes an annotation on its line.

use super::plain::visible;
use super::{summary, written};
use crate::diagnostics::{Diagnostic, Severity};
use crate::text::PositionEncoding;
use crate::workspace::{Outcome, SkippedInput};

pub(super) fn render(outcome: &Outcome) -> String {
    let mut report = String::new();
    for finding in &outcome.findings {
        report.push_str(&annotation(outcome, finding));
    }
    for skipped in outcome.inputs.skipped.iter().filter(|skipped| skipped.lost) {
        report.push_str(&skipped_input(skipped));
    }
    report.push_str(&format!("{}\n{}\n", summary::findings_line(outcome), summary::inputs_line(outcome)));
    report
}

fn annotation(outcome: &Outcome, finding: &Diagnostic) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    if let Some(source) = outcome.source(finding.location.file) {
        properties.push(("file", source.path.to_string()));
        if let Some(span) = finding.location.span {
            let start = source.position(span.start, PositionEncoding::CodePoints);
            let end = source.position(written(source, span).end, PositionEncoding::CodePoints);
            properties.push(("line", start.line.to_string()));
            properties.push(("endLine", end.line.to_string()));
            // Columns are refused where the lines differ.
            if start.line == end.line {
                properties.push(("col", start.column.to_string()));
                properties.push(("endColumn", end.column.to_string()));
            }
        }
    }
    properties.push(("title", finding.rule.to_owned()));
    line(command, &properties, &super::explained(finding))
}

fn skipped_input(skipped: &SkippedInput) -> String {
    let mut properties = vec![("file", skipped.path.clone())];
    properties.extend(skipped.line.map(|line| ("line", line.to_string())));
    properties.push(("title", "skipped".to_owned()));
    line("warning", &properties, &skipped.reason)
}

fn line(command: &str, properties: &[(&str, String)], message: &str) -> String {
    let properties: Vec<_> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    format!("::{command} {}::{}\n", properties.join(","), data(message))
}

/// What follows the second `::`; the log shows it on a terminal.
fn data(text: &str) -> String {
    visible(&text.replace("\r\n", "\n")).replace('%', "%25").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_end_their_command() {
        let line = line("error", &[("file", "a,b:c%.yaml".to_owned())], "50% of\r\n::set-env name=x::y");
        assert_eq!(line, "::error file=a%2Cb%3Ac%25.yaml::50%25 of%0A::set-env name=x::y\n");
    }
}
