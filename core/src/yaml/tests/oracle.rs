//! The front end against generated texts, and against `serde_yaml`, which stands on another parser.

use std::path::{Path, PathBuf};

use super::super::{Limits, Node, NodeKind, ProblemKind, Scalar, comments, documents, parse, peek};
use super::data;
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

/// What must hold for every text. Gives the number of documents that could be compared.
fn check(text: &str) -> Result<usize, String> {
    let mut compared = 0;
    let mut end = 0;
    for span in documents(text) {
        if span.start < end || span.of(text).is_empty() {
            return Err(format!("document at {span:?} after {end}"));
        }
        end = span.end;
        let look = peek(text, span);
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
            if document.problems.is_empty() {
                return Err("no root and no problem".to_owned());
            }
            continue;
        };
        check_spans(text, root)?;
        if look.certain
            && [root.get("kind"), root.get("apiVersion")].map(|node| node.and_then(Node::as_str))
                != [look.kind, look.api_version]
        {
            return Err(format!("{look:?}"));
        }
        data(root);
        if document.problems.iter().any(|problem| problem.kind == ProblemKind::DuplicateKey) {
            continue;
        }
        if !is_comparable(span.of(text)) {
            continue;
        }
        if let Ok(other) = Value::deserialize(serde_yaml::Deserializer::from_str(span.of(text))) {
            compare(root, &other)?;
            compared += 1;
        }
    }
    Ok(compared)
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
    fn any_scraps_are_read(text in scraps()) {
        prop_assert!(check(&text).is_ok(), "{:?}", check(&text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

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
    let mut compared = 0;
    for path in &paths {
        let bytes = std::fs::read(path).expect("a readable file");
        let text = String::from_utf8_lossy(&bytes);
        match check(&text) {
            Ok(documents) => compared += documents,
            Err(message) => panic!("{}: {message}", path.display()),
        }
    }
    assert!(
        compared >= paths.len() * 9 / 10,
        "only {compared} documents of {} files were compared",
        paths.len()
    );
}
