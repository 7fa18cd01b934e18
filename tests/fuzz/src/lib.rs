//! What the fuzz targets do with an input. libFuzzer and the replay call the same functions.

pub mod mutate;
mod reach;

use ringfence::Workspace;
use ringfence::config::Config;
use ringfence::diagnostics::{Safety, Severity};
use ringfence::report::{self, Format, Style};
use ringfence::text::{SourceFile, Span};
use ringfence::workspace::{CheckOptions, Outcome};
use ringfence::yaml::{self, Document, Limits, Node};

pub use reach::reach;

/// A function that takes any bytes and returns unless the product is broken.
pub type Target = fn(&[u8]);

/// Every target with its name, which is also the folder of its corpus.
pub const TARGETS: [(&str, Target); 3] = [("frontend", frontend), ("reach", reach), ("workspace", workspace)];

/// Reads any bytes as a file of many documents.
///
/// # Panics
///
/// If a range leaves its text or its document, a document is neither read nor complained about, or the cheap look at a
/// document is certain of something else than the parser.
pub fn frontend(bytes: &[u8]) {
    let file = SourceFile::new("fuzz.yaml", bytes);
    let text: &str = &file.text;
    let mut end = 0;
    for span in yaml::documents(text) {
        assert!(span.start >= end, "documents overlap");
        end = span.end;
        assert_inside(text, span, Span::new(0, ringfence::text::offset(text.len())));
        let document = yaml::parse(text, span, &Limits::default());
        for problem in &document.problems {
            assert_inside(text, problem.span, span);
            assert!(!problem.message.is_empty(), "a problem without words");
        }
        match document.node(text) {
            Some(root) => read(text, &document, root),
            None => assert!(!document.problems.is_empty(), "a document was dropped silently"),
        }
    }
}

fn read(text: &str, document: &Document, root: Node<'_>) {
    let peek = yaml::peek(text, document.span);
    if peek.certain {
        let value = |key| root.get(key).and_then(Node::as_str);
        assert_eq!(
            (peek.api_version, peek.kind),
            (value("apiVersion"), value("kind")),
            "the cheap look was wrong"
        );
    }
    for comment in yaml::comments(text, document) {
        assert_inside(text, comment.span, document.span);
        assert!(comment.span.of(text).starts_with('#'), "a comment begins with `#`");
    }
    let mut nodes = vec![root];
    while let Some(node) = nodes.pop() {
        assert_inside(text, node.span(), document.span);
        nodes.extend(node.items());
        nodes.extend(node.entries().map(|entry| entry.value));
    }
    // The result is of no interest: the reader must come back with one.
    let _ = yaml::from_node::<serde_json::Value>(root);
}

fn assert_inside(text: &str, span: Span, outer: Span) {
    assert!(outer.start <= span.start && span.end <= outer.end, "{span:?} leaves {outer:?}");
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} cuts a character");
}

/// Begins a file in an input of [`workspace`] and of [`reach`]: at the start of a line, with the path behind it.
const FILE_MARK: &str = "#--- ";

/// Checks any bytes as a repository with every rule, renders every report, and applies the fixes.
///
/// The input is one file, `fuzz.yaml`, up to the first line that begins another one.
///
/// # Panics
///
/// If two checks of the same files differ, the JSON report is no JSON, or a place of a finding leaves its file.
pub fn workspace(bytes: &[u8]) {
    let mut workspace = Workspace::new(Config::default());
    for (path, bytes) in files(bytes) {
        workspace.set(&path, bytes);
    }
    let options = CheckOptions {
        select: ringfence::rules::all().iter().map(|rule| rule.name.to_owned()).collect(),
        ..CheckOptions::default()
    };
    // Fixes are applied in passes, as `check --fix` does; a few are enough to see whether they break something.
    for _ in 0..4 {
        let outcome = workspace.check(&options);
        assert_eq!(json(&outcome), json(&workspace.check(&options)), "two checks of the same files differ");
        for format in Format::ALL {
            report::render(&outcome, format, &Style::default(), Severity::Error);
        }
        assert_places(&outcome);
        let pass = workspace.fix(&outcome, Safety::ChangesTraffic);
        if pass.changed.is_empty() {
            break;
        }
        for (path, text) in pass.changed {
            workspace.set(&path, text.as_bytes());
        }
    }
}

fn json(outcome: &Outcome) -> serde_json::Value {
    let text = report::render(outcome, Format::Json, &Style::default(), Severity::Error);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("the JSON report is no JSON: {error}"))
}

fn assert_places(outcome: &Outcome) {
    for finding in &outcome.findings {
        for edit in finding.fixes.iter().flat_map(|fix| &fix.edits) {
            let source =
                outcome.source(edit.file).unwrap_or_else(|| panic!("an edit of no file: {}", finding.rule));
            assert_inside(&source.text, edit.span, Span::new(0, ringfence::text::offset(source.text.len())));
        }
    }
}

/// The files of an input, with their paths.
fn files(bytes: &[u8]) -> Vec<(String, &[u8])> {
    let mut files = vec![("fuzz.yaml".to_owned(), 0, bytes.len())];
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if let Some(path) = line.strip_prefix(FILE_MARK.as_bytes()) {
            if let Some(last) = files.last_mut() {
                last.2 = at;
            }
            let path = String::from_utf8_lossy(path).trim().to_owned();
            files.push((path, at + line.len(), bytes.len()));
        }
        at += line.len();
    }
    files.into_iter().map(|(path, start, end)| (path, bytes.get(start..end).unwrap_or_default())).collect()
}
