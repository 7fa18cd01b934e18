//! The front end against generated texts, and against `serde_yaml`, which stands on another parser.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::build::Builder;
use super::super::{Limits, Node, NodeKind, Scalar, comments, documents, parse, peek};
use super::super::{block, events, flow};
use super::data;
use crate::text::Span;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;
use serde_yaml::Value;

/// Fails unless `node` holds what `serde_yaml` read. What a plain scalar means may differ: it follows YAML 1.2 where
/// Kubernetes follows 1.1. Then the text must be the same.
fn compare(node: Node<'_>, other: &Value) -> Result<(), String> {
    let differs = || Err(format!("{node:?} {:?} is not {other:?}", node.raw()));
    match (node.kind(), other) {
        // What Kubernetes makes of an unknown tag is text; `serde_yaml` resolves it.
        (NodeKind::Scalar, Value::Tagged(_)) => Ok(()),
        (_, Value::Tagged(tagged)) => compare(node, &tagged.value),
        (NodeKind::Sequence, Value::Sequence(items)) => {
            if items.len() != node.items().count() {
                return differs();
            }
            node.items().zip(items).try_for_each(|(ours, theirs)| compare(ours, theirs))
        }
        (NodeKind::Mapping, Value::Mapping(entries)) => {
            if entries.len() != node.written_entries().count() {
                return differs();
            }
            node.written_entries().zip(entries).try_for_each(|(ours, (key, value))| {
                compare(ours.key, key).and_then(|()| compare(ours.value, value))
            })
        }
        (NodeKind::Scalar, _) => {
            let text = node.value_text().unwrap_or_default();
            let same = match (node.scalar(), other) {
                (Some(Scalar::Str(ours)), Value::String(theirs)) => ours == theirs,
                (Some(Scalar::Null), Value::Null) => true,
                (Some(Scalar::Bool(ours)), Value::Bool(theirs)) => ours == *theirs,
                (Some(Scalar::Int(ours)), Value::Number(theirs)) => {
                    theirs.as_i64() == Some(ours) || is_octal(text)
                }
                (Some(Scalar::Float(ours)), Value::Number(theirs)) => {
                    theirs.as_f64().is_some_and(|theirs| ours == theirs || ours.is_nan() && theirs.is_nan())
                }
                // 1.1 alone: `yes`, `0777`, `1_000`. 1.2 alone: `1e400`, `0o_1`.
                (Some(Scalar::Bool(_) | Scalar::Int(_) | Scalar::Float(_)), Value::String(theirs)) => {
                    theirs == text
                }
                (Some(Scalar::Str(ours)), Value::Number(_)) => {
                    ours.starts_with(['+', '-', '.']) || is_octal(ours) || ours.contains(['e', 'E'])
                }
                _ => false,
            };
            if same { Ok(()) } else { differs() }
        }
        _ => differs(),
    }
}

fn is_octal(text: &str) -> bool {
    text.trim_start_matches(['-', '+']).starts_with('0')
}

/// What must hold for every text: its documents follow each other, and each is fine.
fn check(text: &str) -> Result<(), String> {
    let mut end = 0;
    for span in documents(text) {
        if span.start < end || span.of(text).is_empty() {
            return Err(format!("document at {span:?} after {end}"));
        }
        end = span.end;
        check_document(text, span)?;
    }
    Ok(())
}

/// What must hold for every document. Gives whether it could be compared.
fn check_document(text: &str, span: Span) -> Result<bool, String> {
    same_trees(text, span)?;
    let document = parse(text, span, &Limits::default());
    for problem in &document.problems {
        if text.get(problem.span.start as usize..problem.span.end as usize).is_none() {
            return Err(format!("{problem:?}"));
        }
    }
    for comment in comments(text, &document) {
        if !comment.span.of(text).starts_with('#') {
            return Err(format!("{comment:?}"));
        }
    }
    let Some(root) = document.node(text) else {
        let silent = document.problems.is_empty();
        return if silent { Err("no root and no problem".to_owned()) } else { Ok(false) };
    };
    check_spans(text, root)?;
    let look = peek(text, span);
    let parsed = [root.get("kind"), root.get("apiVersion")].map(|node| node.and_then(Node::as_str));
    if look.certain && parsed != [look.kind, look.api_version] {
        return Err(format!("{look:?}"));
    }
    data(root);
    if !is_comparable(span.of(text)) || !document.problems.is_empty() {
        return Ok(false);
    }
    let Ok(other) = Value::deserialize(serde_yaml::Deserializer::from_str(span.of(text))) else {
        return Ok(false);
    };
    compare(root, &other).map(|()| true)
}

/// Where a simple reader reads a document, the parser builds the same tree, node by node.
fn same_trees(text: &str, span: Span) -> Result<(), String> {
    let (builder, result) = events::read(text, span, &Limits::default());
    let parsed = result.is_ok().then(|| builder.finish());
    let mut builder = Builder::new(text, Limits::default());
    let block = block::document(&mut builder, text, span).map(|()| builder.finish());
    let mut builder = Builder::new(text, Limits::default());
    let flow = matches!(flow::document(&mut builder, text, span), Some(Ok(()))).then(|| builder.finish());
    for simple in [block, flow].into_iter().flatten() {
        // The parser knows no surrogate pairs.
        if parsed.as_ref() != Some(&simple) && !text.contains("\\u") {
            return Err(format!("simple: {simple:?}\nparsed: {parsed:?}"));
        }
    }
    Ok(())
}

/// The two parsers differ in byte order marks amid a document, in the line ends that only YAML 1.1 knows, in the
/// characters of an anchor's name, in `?` that begins a word, and in a last line of spaces without a line end.
fn is_comparable(text: &str) -> bool {
    let simple_name = |after: &str| {
        let name = after.split([' ', '\n', '\r', '\t', ',', ']', '}']).next().unwrap_or("");
        name.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    !text.contains(['\u{feff}', '\u{85}', '\u{2028}', '\u{2029}'])
        && !text.ends_with([' ', '\t'])
        && text.split(['&', '*']).skip(1).all(simple_name)
        && text.split('?').skip(1).all(|after| after.starts_with([' ', '\n']))
}

/// Children lie within their parents and follow each other.
fn check_spans(text: &str, root: Node<'_>) -> Result<(), String> {
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        let span = node.span();
        if text.get(span.start as usize..span.end as usize).is_none() {
            return Err(format!("{node:?}"));
        }
        if node.is_alias() {
            continue;
        }
        let children: Vec<_> =
            node.written_entries().flat_map(|entry| [entry.key, entry.value]).chain(node.items()).collect();
        let mut at = span.start;
        for child in &children {
            if child.span().start < at || child.span().end > span.end {
                return Err(format!("{child:?} in {node:?}"));
            }
            at = child.span().end;
        }
        stack.extend(children);
    }
    Ok(())
}

/// Scraps of YAML, which make valid documents now and then.
const SCRAPS: [&str; 60] = [
    "a",
    "b",
    "kind",
    "apiVersion",
    "x y",
    "1",
    "0x1",
    "007",
    "1.5",
    "yes",
    "~",
    "null",
    "é",
    "𝄞",
    "\n",
    "\n",
    "\n  ",
    "\n  ",
    "\n    ",
    "\r\n",
    " ",
    ": ",
    ": ",
    ": ",
    ":",
    ":\n",
    "- ",
    "- ",
    "\n- ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    ",",
    "\"",
    "\"q\"",
    "'",
    "'s'",
    "\"\\n\\u00e9\"",
    "|\n ",
    "|-\n  ",
    ">\n ",
    "|2+\n",
    "# c\n",
    " # c",
    "&a ",
    "*a",
    "!!str ",
    "!t ",
    "\n---\n",
    "\n...\n",
    "? ",
    "<<: ",
    "\t",
    "\u{feff}",
    "{{ x }}",
    "%",
    "\\",
    "@",
];

fn scraps() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&SCRAPS[..]), 0..40).prop_map(|scraps| scraps.concat())
}

const LINES: [&str; 36] = [
    "a: 1",
    "b:",
    "b: ",
    "- c",
    "- d: e",
    "-",
    "- ",
    "- - f",
    "- -",
    "- - g: h",
    "-  i: j",
    "k: [x, {l: m}]",
    "n: 'o' # p",
    "# q",
    "",
    "   ",
    "r: s t",
    "u: \"v\" ",
    "w: {}",
    "x:y",
    "z: a: b",
    "- c d",
    "- 'e'",
    "---",
    "...",
    "f: g # h",
    "i: -1",
    "j: - k",
    "\"l\": m",
    "n o: p",
    "é: q",
    "r: é",
    "- []",
    "s: |",
    "t: &u",
    "kind: v",
];

fn lines() -> impl Strategy<Value = String> {
    let line = (0..5_usize, prop::sample::select(&LINES[..]));
    prop::collection::vec(line, 1..12).prop_map(|lines| {
        lines.iter().map(|(indent, line)| format!("{}{line}\n", " ".repeat(*indent))).collect()
    })
}

fn values() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        any::<String>().prop_map(|value| json!(value)),
        scraps().prop_map(|value| json!(value)),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| json!(items)),
            prop::collection::btree_map("[a-z/.]{1,8}", inner, 0..5).prop_map(|entries| json!(entries)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        prop_assert!(check(&text).is_ok(), "{:?}", check(&text));
    }

    #[test]
    fn any_lines_are_read(text in lines()) {
        prop_assert!(check(&text).is_ok(), "{}", check(&text).unwrap_err());
    }

    #[test]
    fn any_scraps_are_read(text in scraps()) {
        prop_assert!(check(&text).is_ok(), "{:?}", check(&text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn what_is_written_is_read(value in values()) {
        for text in [serde_json::to_string(&value), serde_json::to_string_pretty(&value)] {
            let text = text.expect("JSON");
            prop_assert_eq!(super::data_of(&text), value.clone());
        }
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json") {
            found.push(path);
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test reads files and says what it skips"
)]
fn the_corpora_are_read_like_serde_yaml_reads_them() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora");
    let mut paths = Vec::new();
    files(&corpora, &mut paths);
    if paths.is_empty() {
        eprintln!("SKIPPED: there are no corpora beside the repository");
        return;
    }
    let mut seen = BTreeSet::new();
    let mut compared = 0;
    for path in &paths {
        let bytes = std::fs::read(path).expect("a readable file");
        let text = String::from_utf8_lossy(&bytes);
        for span in documents(&text) {
            if seen.insert(span.of(&text).to_owned()) {
                let result = check_document(&text, span);
                compared +=
                    usize::from(result.unwrap_or_else(|message| panic!("{}: {message}", path.display())));
            }
        }
    }
    assert!(compared * 10 >= seen.len() * 9, "only {compared} of {} documents were compared", seen.len());
}
