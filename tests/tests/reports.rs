//! The reports of outcomes made by hand, byte for byte. `UPDATE_SNAPSHOTS=1` writes the expectations anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use ringfence::diagnostics::{Location, Severity};
use ringfence::report::{Format, Style, render};
use ringfence::text::{FileId, Span, offset};
use ringfence_tests::golden::expect;
use ringfence_tests::reports;

const PLAIN: Style = Style { color: false, unicode: false, width: 100, verbose: false };

#[test]
fn every_format_is_as_expected() {
    let mut wrong = Vec::new();
    for (name, outcome) in reports::all() {
        for format in Format::ALL {
            let extension = match format {
                Format::Text => "txt",
                Format::Json => "json",
                Format::Sarif => "sarif",
                Format::Github => "github.txt",
                Format::Gitlab => "gitlab.json",
                Format::Junit => "junit.xml",
                Format::Markdown => "md",
            };
            let report = render(&outcome, format, &PLAIN, Severity::Error);
            wrong.extend(expect(&format!("{name}.{extension}"), &report).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn text_is_as_expected_on_a_terminal() {
    let terminal = Style { color: true, unicode: true, width: 80, verbose: true };
    for (name, outcome) in reports::all() {
        let report = render(&outcome, Format::Text, &terminal, Severity::Error);
        expect(&format!("{name}.terminal.txt"), &report).unwrap();
    }
}

#[test]
fn the_last_line_always_counts_the_inputs() {
    for (_, mut outcome) in reports::all() {
        for (objects, skipped) in [(0, 0), (1, 0), (1, 1)] {
            outcome.inputs.objects = objects;
            outcome.inputs.files = objects;
            outcome.inputs.skipped.truncate(skipped);
            for verbose in [false, true] {
                let style = Style { verbose, ..PLAIN };
                let report = render(&outcome, Format::Text, &style, Severity::Error);
                let expected = format!(
                    "checked {}; {} skipped",
                    if objects == 1 { "1 object in 1 file" } else { "0 objects in 0 files" },
                    outcome.inputs.skipped.len()
                );
                assert_eq!(report.lines().last(), Some(expected.as_str()));
            }
        }
    }
}

#[test]
fn nothing_of_the_users_acts_on_a_terminal() {
    let outcome = reports::hostile();
    for format in [Format::Text, Format::Github, Format::Junit, Format::Markdown] {
        let report =
            render(&outcome, format, &Style { unicode: true, verbose: true, ..PLAIN }, Severity::Error);
        let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!report.contains(obeyed), "{}: {report:?}", format.name());
    }
    let report = render(&outcome, Format::Github, &PLAIN, Severity::Error);
    assert_eq!(report.lines().filter(|line| line.starts_with("::")).count(), outcome.findings.len());
}

#[test]
fn positions_in_a_cut_line_are_those_of_the_file() {
    let outcome = reports::hostile();
    let report = render(&outcome, Format::Text, &PLAIN, Severity::Error);
    assert!(report.contains("--> min.json:1:519\n"), "{report}");
    assert!(report.lines().all(|line| line.len() < 800));
}

#[test]
fn further_places_are_all_named() {
    let text = "kind: Namespace\n".repeat(400);
    let mut outcome = reports::outcome(&[("many.yaml", &text)]);
    let place = |line: u32| Location {
        file: FileId(0),
        span: Some(Span::new(line * 16 + 6, line * 16 + 15)),
        field: String::new(),
    };
    let mut finding = reports::finding("many-places", Severity::Error, place(0), "in many places");
    for line in (20..400).step_by(20) {
        finding = finding.related(format!("place {line}"), place(line));
    }
    outcome.findings = vec![finding];
    let report = render(&outcome, Format::Text, &PLAIN, Severity::Error);
    assert_eq!(report.matches("--------- place ").count(), 4);
    for line in (20..400).step_by(20) {
        let framed = format!("many.yaml:{}:7\n", line + 1);
        let named = format!("see also many.yaml:{}:7: place {line}\n", line + 1);
        assert!(report.contains(&framed) != report.contains(&named), "{line}: {report}");
    }
}

#[test]
fn no_place_breaks_a_frame() {
    let mut outcome = reports::hostile();
    let findings = outcome.findings.clone();
    for template in findings {
        let length = outcome.source(template.location.file).unwrap().text.len();
        for start in (0..=length).step_by(length / 50 + 1) {
            for end in [start, start + 1, start + 9, length, length + 5] {
                let mut finding = template.clone();
                let place = Location {
                    span: Some(Span::new(offset(start), offset(end))),
                    ..template.location.clone()
                };
                finding = finding.related("there", place.clone());
                finding.location = place;
                outcome.findings = vec![finding];
                for width in [0, 80] {
                    let style = Style { width, unicode: width == 0, ..PLAIN };
                    assert!(render(&outcome, Format::Text, &style, Severity::Error).contains(template.rule));
                }
            }
        }
    }
}

#[test]
fn every_finding_is_in_every_report() {
    let mut outcome = reports::shop();
    let template = outcome.findings[0].clone();
    outcome.findings = (0..250)
        .map(|i| {
            let mut finding = template.clone();
            finding.message = format!("finding number {i}.");
            finding
        })
        .collect();
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Markdown) {
        let report = render(&outcome, format, &PLAIN, Severity::Error);
        for i in 0..250 {
            assert!(report.contains(&format!("finding number {i}.")), "{}: {i}", format.name());
        }
    }
}

#[test]
fn a_comment_is_short_and_says_what_it_leaves_out() {
    let mut outcome = reports::shop();
    let template = outcome.findings[0].clone();
    outcome.findings = vec![template.clone(); 100];
    let report = render(&outcome, Format::Markdown, &PLAIN, Severity::Error);
    assert!(report.len() < 65_000, "{}", report.len());
    assert!(report.contains("The code of ") && !report.contains(" more finding"), "frames go first");
    assert_eq!(report.matches("**`peer-too-wide`**").count(), 100);

    outcome.findings = vec![template; 5_000];
    let report = render(&outcome, Format::Markdown, &PLAIN, Severity::Error);
    assert!(report.len() < 65_000, "{}", report.len());
    let shown = report.matches("**`peer-too-wide`**").count();
    assert!(shown > 50 && report.contains(&format!("**{} more findings.**", 5_000 - shown)));
    assert_eq!(report.matches("<details>").count(), report.matches("</details>").count());
}

#[test]
fn lesser_findings_do_not_fail_a_build() {
    let outcome = reports::shop();
    let failures = |fail_on| render(&outcome, Format::Junit, &PLAIN, fail_on).matches("<failure ").count();
    assert_eq!([Severity::Error, Severity::Warning, Severity::Info].map(failures), [2, 3, 4]);
    let clean = render(&reports::clean(), Format::Junit, &PLAIN, Severity::Info);
    assert!(clean.contains("<testcase ") && !clean.contains("<failure "));
    assert!(render(&outcome, Format::Markdown, &PLAIN, Severity::Error).contains('❌'));
    assert!(render(&reports::clean(), Format::Markdown, &PLAIN, Severity::Error).contains('✅'));
}
