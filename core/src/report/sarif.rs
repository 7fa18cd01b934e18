//! SARIF 2.1.0, for code scanning.
//!
//! The few objects needed are written by structs of our own: crates of the whole standard bring some hundred types
//! into the WebAssembly module, and a JSON tree would leave the order of keys to a feature of another crate.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnostics::{Diagnostic, Fix, Location, ObjectRef, Severity};
use crate::rules;
use crate::text::{FileId, PositionEncoding, SourceFile, Span};
use crate::workspace::{Outcome, SkippedInput};

pub(super) fn render(outcome: &Outcome) -> String {
    let mut indices: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rules = Vec::new();
    for finding in &outcome.findings {
        indices.entry(finding.rule).or_insert_with(|| {
            rules.push(rule(finding));
            rules.len() - 1
        });
    }
    let results = outcome.findings.iter();
    let results =
        results.map(|finding| result(outcome, finding, indices.get(finding.rule).copied().unwrap_or(0)));
    super::pretty(&Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver { name: "Ringfence", semantic_version: env!("CARGO_PKG_VERSION"), rules },
            },
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: outcome.inputs.skipped.iter().map(notification).collect(),
            }],
            column_kind: "unicodeCodePoints",
            results: results.collect(),
        }],
    })
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<ResultObject>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<ReportingDescriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
    locations: [LocationObject; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor {
    id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Help>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_configuration: Option<Configuration>,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    group: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'static str>,
    tags: [&'static str; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultObject {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [LocationObject; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<LocationObject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_fingerprints: Option<Fingerprints>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixObject>,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "ringfence/v1")]
    v1: String,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LocationObject {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixObject {
    description: Text,
    artifact_changes: Vec<ArtifactChange>,
    properties: FixProperties,
}

#[derive(Serialize)]
struct FixProperties {
    safety: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn rule(finding: &Diagnostic) -> ReportingDescriptor {
    let known = rules::find(finding.rule);
    ReportingDescriptor {
        id: finding.rule,
        short_description: known.map(|rule| Text { text: rule.summary.to_owned() }),
        help: rules::page(finding.rule).map(|page| Help { text: page, markdown: page }),
        default_configuration: known.map(|rule| Configuration { level: level(rule.severity) }),
        properties: RuleProperties {
            group: finding.group,
            set: known.map(|rule| rule.set.name()),
            since: known.map(|rule| rule.since),
            tags: ["security", finding.group],
        },
    }
}

fn result(outcome: &Outcome, finding: &Diagnostic, rule_index: usize) -> ResultObject {
    let related = finding.related.iter().zip(1..).map(|(related, id)| LocationObject {
        id: Some(id),
        physical_location: physical(outcome, &related.location),
        logical_locations: Vec::new(),
        message: (!related.message.is_empty()).then(|| Text { text: related.message.clone() }),
    });
    ResultObject {
        rule_id: finding.rule,
        rule_index,
        level: level(finding.severity),
        message: Text { text: super::explained(finding) },
        locations: [LocationObject {
            id: None,
            physical_location: physical(outcome, &finding.location),
            logical_locations: logical(finding.object.as_ref(), &finding.location.field),
            message: (!finding.label.is_empty()).then(|| Text { text: finding.label.clone() }),
        }],
        related_locations: related.collect(),
        partial_fingerprints: (!finding.fingerprint.is_empty())
            .then(|| Fingerprints { v1: finding.fingerprint.clone() }),
        fixes: finding.fixes.iter().filter_map(|fix| fix_object(outcome, fix)).collect(),
    }
}

fn physical(outcome: &Outcome, location: &Location) -> Option<PhysicalLocation> {
    let source = outcome.source(location.file)?;
    Some(PhysicalLocation {
        artifact_location: artifact(&source.path),
        region: location.span.map(|span| region(source, span)),
    })
}

fn region(source: &SourceFile, span: Span) -> Region {
    let start = source.position(span.start, PositionEncoding::CodePoints);
    let end = source.position(span.end, PositionEncoding::CodePoints);
    Region {
        start_line: start.line,
        start_column: Some(start.column),
        end_line: Some(end.line),
        end_column: Some(end.column),
    }
}

/// The object, and the field in it.
fn logical(object: Option<&ObjectRef>, field: &str) -> Vec<LogicalLocation> {
    let Some(object) = object else { return Vec::new() };
    let mut parts = vec![&*object.kind];
    parts.extend(object.namespace.as_deref());
    parts.push(&object.name);
    let name = parts.join("/");
    let mut places = vec![LogicalLocation {
        name: object.name.to_string(),
        fully_qualified_name: name.clone(),
        kind: "resource",
    }];
    if !field.is_empty() {
        places.push(LogicalLocation {
            name: field.to_owned(),
            fully_qualified_name: format!("{name}/{field}"),
            kind: "property",
        });
    }
    places
}

/// A fix; none where one of its files has no text to change.
fn fix_object(outcome: &Outcome, fix: &Fix) -> Option<FixObject> {
    let mut by_file: BTreeMap<FileId, ArtifactChange> = BTreeMap::new();
    for edit in &fix.edits {
        let source = outcome.source(edit.file)?;
        let change = by_file.entry(edit.file).or_insert_with(|| ArtifactChange {
            artifact_location: artifact(&source.path),
            replacements: Vec::new(),
        });
        change.replacements.push(Replacement {
            deleted_region: region(source, edit.span),
            inserted_content: Text { text: edit.text.clone() },
        });
    }
    let artifact_changes: Vec<_> = by_file.into_values().collect();
    (!artifact_changes.is_empty()).then(|| FixObject {
        description: Text { text: fix.title.clone() },
        artifact_changes,
        properties: FixProperties { safety: fix.safety.name() },
    })
}

fn notification(skipped: &SkippedInput) -> Notification {
    Notification {
        level: if skipped.lost { "warning" } else { "note" },
        message: Text { text: format!("skipped: {}", skipped.reason) },
        locations: [LocationObject {
            id: None,
            physical_location: Some(PhysicalLocation {
                artifact_location: artifact(&skipped.path),
                region: skipped.line.map(|line| Region {
                    start_line: line,
                    start_column: None,
                    end_line: None,
                    end_column: None,
                }),
            }),
            logical_locations: Vec::new(),
            message: None,
        }],
    }
}

/// A path as a URI: relative to the root of the sources, or of the scheme `file` where it is absolute.
fn artifact(path: &str) -> ArtifactLocation {
    match path.strip_prefix('/') {
        Some(rest) => {
            ArtifactLocation { uri: format!("file:///{}", percent_encode(rest)), uri_base_id: None }
        }
        None => ArtifactLocation {
            uri: percent_encode(path.strip_prefix("./").unwrap_or(path)),
            uri_base_id: Some("%SRCROOT%"),
        },
    }
}

/// Keeps the unreserved characters of RFC 3986 and `/`.
fn percent_encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(artifact("a b/ü#1.yaml").uri, "a%20b/%C3%BC%231.yaml");
        assert_eq!(artifact("./a:b.yaml").uri, "a%3Ab.yaml");
        let absolute = artifact("/srv/a.yaml");
        assert_eq!((absolute.uri.as_str(), absolute.uri_base_id), ("file:///srv/a.yaml", None));
    }

    #[test]
    fn an_object_and_its_field_are_logical_places() {
        let object = ObjectRef {
            api_version: "v1".into(),
            kind: "Pod".into(),
            namespace: Some("shop".into()),
            name: "cart".into(),
        };
        let names: Vec<_> =
            logical(Some(&object), "spec").into_iter().map(|place| place.fully_qualified_name).collect();
        assert_eq!(names, ["Pod/shop/cart", "Pod/shop/cart/spec"]);
        assert!(logical(None, "spec").is_empty());
    }
}
