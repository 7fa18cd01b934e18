//! The reports for programs against the schemas of their formats, see `tests/schemas`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use ringfence::diagnostics::Severity;
use ringfence::report::{Format, Style, render};
use ringfence::workspace::Outcome;
use ringfence_tests::{reports, root};
use serde_json::Value;

fn outcomes() -> Vec<(&'static str, Outcome)> {
    let mut outcomes = reports::all();
    let mut described = reports::shop();
    for (finding, rule) in described.findings.iter_mut().zip(ringfence::rules::all()) {
        finding.rule = rule.name;
        finding.group = rule.group.name();
    }
    outcomes.push(("described", described));
    outcomes
}

fn report(outcome: &Outcome, format: Format) -> Value {
    let text = render(outcome, format, &Style::default(), Severity::Error);
    serde_json::from_str(&text).expect("the report is JSON")
}

fn schema(name: &str) -> Value {
    let path = root().join("tests/schemas").join(name);
    let text = std::fs::read_to_string(path).expect("the schema is there");
    serde_json::from_str(&text).expect("the schema is JSON")
}

/// The schema of SARIF without the patterns of `language`, which are no regular expressions to a strict reader; our
/// reports have no such field.
fn sarif() -> Value {
    let mut schema = schema("sarif-2.1.0.schema.json");
    for object in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{object}/properties/language"));
        language
            .and_then(Value::as_object_mut)
            .expect("the field is there")
            .remove("pattern")
            .expect("a pattern");
    }
    schema
}

fn validate(schema: &Value, format: Format) {
    let validator =
        jsonschema::options().should_validate_formats(true).build(schema).expect("a valid schema");
    for (name, outcome) in outcomes() {
        let report = report(&outcome, format);
        let errors: Vec<_> = validator
            .iter_errors(&report)
            .map(|error| format!("{name}: {} at {}", error, error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }
}

#[test]
fn sarif_is_valid() {
    validate(&sarif(), Format::Sarif);
}

#[test]
fn code_quality_is_valid() {
    validate(&schema("gitlab-code-quality.schema.json"), Format::Gitlab);
    for (name, outcome) in outcomes() {
        let report = report(&outcome, Format::Gitlab);
        let entries = report.as_array().expect("a list");
        let fingerprints: BTreeSet<_> = entries.iter().map(|entry| entry["fingerprint"].as_str()).collect();
        assert_eq!(fingerprints.len(), entries.len(), "{name}: GitLab drops entries with equal fingerprints");
    }
}

#[test]
fn json_is_valid() {
    let schemas = ringfence::wire::schemas();
    let (_, schema) =
        schemas.iter().find(|(name, _)| *name == "check-report.schema.json").expect("a schema of the report");
    validate(schema, Format::Json);
}

#[test]
fn schemas_refuse_what_is_wrong() {
    let mut log = report(&reports::shop(), Format::Sarif);
    log["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!jsonschema::is_valid(&sarif(), &log));
    let mut quality = report(&reports::shop(), Format::Gitlab);
    quality[0]["severity"] = "error".into();
    assert!(!jsonschema::is_valid(&schema("gitlab-code-quality.schema.json"), &quality));
}

#[test]
fn sarif_describes_its_rules() {
    for (name, outcome) in outcomes() {
        let sarif = report(&outcome, Format::Sarif);
        let run = &sarif["runs"][0];
        for result in run["results"].as_array().expect("results") {
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            let rule = &run["tool"]["driver"]["rules"][index];
            assert_eq!(rule["id"], result["ruleId"], "{name}");
            if let Some(known) = ringfence::rules::find(result["ruleId"].as_str().expect("an id")) {
                assert_eq!(rule["shortDescription"]["text"], known.summary);
                assert_eq!(rule["properties"]["since"], known.since);
            }
        }
    }
}

#[test]
fn junit_is_valid() {
    for (name, outcome) in outcomes() {
        let xml = render(&outcome, Format::Junit, &Style::default(), Severity::Error);
        let Some(result) = xmllint(&xml) else {
            eprintln!("NOT CHECKED: JUnit reports against their schema, because there is no `xmllint`");
            return;
        };
        assert_eq!(result, Ok(()), "{name}:\n{xml}");
    }
    let wrong = xmllint("<testsuites><testsuite name=\"a\"/></testsuites>");
    assert!(wrong.is_some_and(|result| result.is_err()));
}

/// Whether XML is valid JUnit; none where the tool is absent.
fn xmllint(xml: &str) -> Option<Result<(), String>> {
    let mut tool = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(root().join("tests/schemas/junit-10.xsd"))
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    tool.stdin.take().expect("a pipe").write_all(xml.as_bytes()).expect("xmllint reads");
    let output = tool.wait_with_output().expect("xmllint ends");
    Some(if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    })
}
