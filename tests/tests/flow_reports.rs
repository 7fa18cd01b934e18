//! The reports of flows made by hand, byte for byte, and what holds for each format.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use ringfence::report::{FlowFormat, Style, render_flows};
use ringfence_tests::flows;
use ringfence_tests::golden::expect;

const PLAIN: Style = Style { color: false, unicode: false, width: 100, verbose: false };

fn extension(format: FlowFormat) -> &'static str {
    match format {
        FlowFormat::Table => "txt",
        FlowFormat::Json => "json",
        FlowFormat::Csv => "csv",
        FlowFormat::Markdown => "md",
        FlowFormat::Dot => "dot",
        FlowFormat::Mermaid => "mmd",
        FlowFormat::Svg => "svg",
        FlowFormat::Html => "html",
    }
}

/// Lines of CSV end as RFC 4180 has it; files of this repository don't.
fn line_feeds(format: FlowFormat, report: String) -> String {
    if format == FlowFormat::Csv { report.replace("\r\n", "\n") } else { report }
}

#[test]
fn every_format_is_as_expected() {
    let mut wrong = Vec::new();
    for (name, table) in flows::all() {
        for format in FlowFormat::ALL {
            let report = line_feeds(format, render_flows(&table, format, &PLAIN));
            wrong.extend(expect(&format!("{name}.{}", extension(format)), &report).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_table_is_as_expected_on_a_narrow_terminal() {
    let terminal = Style { color: true, unicode: true, width: 60, verbose: true };
    let report = render_flows(&flows::shop(), FlowFormat::Table, &terminal);
    expect("flows-shop.terminal.txt", &report).unwrap();
}

#[test]
fn json_is_valid() {
    let schemas = ringfence::wire::schemas();
    let (_, schema) = schemas.iter().find(|(name, _)| *name == "flow-report.schema.json").expect("a schema");
    for (name, table) in flows::all() {
        let report: serde_json::Value =
            serde_json::from_str(&render_flows(&table, FlowFormat::Json, &PLAIN)).unwrap();
        jsonschema::validate(schema, &report).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let mut wrong: serde_json::Value =
        serde_json::from_str(&render_flows(&flows::shop(), FlowFormat::Json, &PLAIN)).unwrap();
    wrong["flows"][0]["allow"] = serde_json::json!({"ICMP": [[0, 0]]});
    assert!(!jsonschema::is_valid(schema, &wrong));
}

#[test]
fn nothing_of_the_users_is_markup_or_obeyed() {
    for format in FlowFormat::ALL {
        let report = line_feeds(format, render_flows(&flows::hostile(), format, &PLAIN));
        assert!(!report.contains(|c: char| c.is_control() && c != '\n'), "{}", format.name());
    }
    for format in [FlowFormat::Markdown, FlowFormat::Mermaid, FlowFormat::Svg, FlowFormat::Html] {
        let report = render_flows(&flows::hostile(), format, &PLAIN);
        assert!(!report.contains("<img"), "{}", format.name());
    }
}
