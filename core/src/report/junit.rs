//! JUnit XML: a suite for each file and a test case for each finding.
//!
//! A finding that counts is a failure; a lesser one is a skipped case, which servers show without failing the build.
//! Inputs that were not understood are skipped cases too. A run without either has one case that passes, because
//! servers take an empty report for a broken one. The writer is our own: it needs elements, attributes and text.

use std::collections::BTreeMap;

use super::frame::place;
use super::plain::one_line;
use super::summary;
use crate::diagnostics::{Diagnostic, Severity};
use crate::workspace::{Outcome, SkippedInput};

/// A test case: its name, and what is wrong.
struct Case {
    name: String,
    failed: bool,
    kind: String,
    message: String,
    text: String,
}

pub(super) fn render(outcome: &Outcome, fail_on: Severity) -> String {
    let mut suites: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    for finding in &outcome.findings {
        let path = outcome.source(finding.location.file).map_or("", |source| &*source.path);
        suites.entry(path).or_default().push(case(outcome, finding, fail_on));
    }
    for skipped in &outcome.inputs.skipped {
        suites.entry(&skipped.path).or_default().push(skipped_case(skipped));
    }
    let failures = |cases: &[Case]| cases.iter().filter(|case| case.failed).count();
    let tests: usize = suites.values().map(Vec::len).sum();
    let failed: usize = suites.values().map(|cases| failures(cases)).sum();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str(&element(
        0,
        "testsuites",
        &[
            ("name", "ringfence"),
            ("tests", &tests.max(1).to_string()),
            ("failures", &failed.to_string()),
            ("errors", "0"),
        ],
    ));
    if suites.is_empty() {
        xml.push_str(&suite("ringfence", 1, 0, 0));
        let name = summary::inputs_line(outcome);
        xml.push_str(&element(4, "testcase", &[("name", &name), ("classname", "ringfence"), ("time", "0")]));
        xml.push_str("    </testcase>\n  </testsuite>\n");
    }
    for (path, cases) in &suites {
        let failed = failures(cases);
        xml.push_str(&suite(path, cases.len(), failed, cases.len() - failed));
        for case in cases {
            xml.push_str(&element(
                4,
                "testcase",
                &[("name", &case.name), ("classname", path), ("time", "0")],
            ));
            let tag = if case.failed { "failure" } else { "skipped" };
            let opened = element(6, tag, &[("type", &case.kind), ("message", &case.message)]);
            xml.push_str(&format!("{}{}</{tag}>\n    </testcase>\n", opened.trim_end(), escape(&case.text)));
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn case(outcome: &Outcome, finding: &Diagnostic, fail_on: Severity) -> Case {
    let mut name = finding.rule.to_owned();
    if let Some(object) = &finding.object {
        name.push_str(&format!(": {object}"));
    }
    if !finding.location.field.is_empty() {
        name.push_str(&format!(" {}", finding.location.field));
    }
    let mut text = format!("{}: {}", place(outcome, &finding.location), super::explained(finding));
    for related in &finding.related {
        text.push_str(&format!("\n{}: {}", place(outcome, &related.location), related.message));
    }
    Case {
        name,
        failed: finding.severity >= fail_on,
        kind: finding.severity.name().to_owned(),
        message: finding.message.clone(),
        text,
    }
}

fn skipped_case(skipped: &SkippedInput) -> Case {
    let place = skipped.line.map_or_else(|| skipped.path.clone(), |line| format!("{}:{line}", skipped.path));
    Case {
        name: format!("read {place}"),
        failed: false,
        kind: "skipped".to_owned(),
        message: skipped.reason.clone(),
        text: String::new(),
    }
}

fn suite(name: &str, tests: usize, failures: usize, skipped: usize) -> String {
    let numbers = [tests, failures, skipped].map(|number| number.to_string());
    let [tests, failures, skipped] = &numbers;
    let attributes = [
        ("name", name),
        ("tests", tests),
        ("failures", failures),
        ("errors", "0"),
        ("skipped", skipped),
        ("time", "0"),
    ];
    element(2, "testsuite", &attributes)
}

/// A start tag on a line of its own.
fn element(indent: usize, name: &str, attributes: &[(&str, &str)]) -> String {
    let attributes: String =
        attributes.iter().map(|(key, value)| format!(" {key}=\"{}\"", escape(&one_line(value)))).collect();
    format!("{:indent$}<{name}{attributes}>\n", "")
}

/// Text in XML 1.0, in an element or in an attribute; characters that the standard forbids become U+FFFD.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' => escaped.push(c),
            '\r' => escaped.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                escaped.push(char::REPLACEMENT_CHARACTER);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_holds_any_text() {
        assert_eq!(
            escape("a<b> & \"c\"\u{1b}\u{0}\u{ffff}"),
            "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}\u{fffd}\u{fffd}"
        );
        assert_eq!(element(2, "x", &[("a", "1\n2"), ("b", "'")]), "  <x a=\"1 2\" b=\"'\">\n");
    }
}
