//! What is refused, where, and in which words.

use super::super::{Limits, Problem, ProblemKind, documents, invalid_utf8, parse};
use super::{data, read};
use crate::text::SourceFile;
use serde_json::json;

/// The only problem of the first document of `text`, which has no root.
fn refused(text: &str) -> Problem {
    let document = read(text);
    assert_eq!(document.root, None, "{text:?}");
    let [problem] = document.problems.as_slice() else { panic!("{text:?}: {:?}", document.problems) };
    assert!(problem.message.starts_with(|c: char| !c.is_uppercase()) && !problem.message.ends_with('.'));
    problem.clone()
}

#[test]
fn common_mistakes_are_explained() {
    for (text, kind, place, words) in [
        ("a:\n\tb: 1\n", ProblemKind::Tab, "b: 1", "indent with spaces"),
        ("a: [1, 2\nb: 3\n", ProblemKind::Syntax, "", "`]`"),
        ("a: {b: 1\n", ProblemKind::Syntax, "", "`}`"),
        ("a: 'x\nb: 1\n", ProblemKind::Syntax, "", "quote"),
        ("a: b: c\n", ProblemKind::Syntax, ": c", "a second `: `"),
        ("a: 1\n  b: 2\n", ProblemKind::Syntax, ": 2", "indented too far"),
        ("a:\n  b: 1\n c: 2\n", ProblemKind::Syntax, "c: 2", "align"),
        ("a: *.example.com\n", ProblemKind::Expansion, "*.example.com", "no anchor"),
        ("a: @x\n", ProblemKind::Syntax, "@x", "in quotes"),
        ("a: 1\nb\n", ProblemKind::Syntax, "", "add the `:`"),
        ("a: \"x\" y\n", ProblemKind::Syntax, "y", "closing quote"),
        ("a: \"\\d\"\n", ProblemKind::Syntax, "\"\\d\"", "escape"),
        ("a: ]\n", ProblemKind::Syntax, "]", "closing bracket"),
        ("- a\nb: 1\n", ProblemKind::Syntax, "b: 1", "list item"),
        ("a: \u{feff}b\n", ProblemKind::Encoding, "\u{feff}b", "byte order mark"),
        ("a: 1\n\0", ProblemKind::Encoding, "\0", "character"),
        ("? [x]\n: 1\n", ProblemKind::Syntax, "[x]", "key"),
        (": 1\n", ProblemKind::Syntax, "", "key is missing"),
        ("a: {<<: 1}\n", ProblemKind::Syntax, "1", "merge key"),
    ] {
        let problem = refused(text);
        assert_eq!(problem.kind, kind, "{text:?}: {problem:?}");
        assert!(problem.message.contains(words), "{text:?}: {problem:?}");
        assert!(place.is_empty() || problem.span.of(text) == place, "{text:?}: {:?}", problem.span.of(text));
    }
}

#[test]
fn an_unclosed_bracket_is_pointed_at() {
    let text = "a:\n  b: [1,\n    2\nc: 3\n";
    assert_eq!(refused(text).related.map(|span| span.of(text)), Some("["));
}

#[test]
fn a_broken_document_leaves_its_neighbours_alone() {
    let text = "a: 1\n---\nb: [\n---\nc: 3\n";
    let read: Vec<_> = documents(text).iter().map(|span| parse(text, *span, &Limits::default())).collect();
    assert_eq!(read.iter().map(|document| document.root.is_some()).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(data(read[2].node(text).expect("a root")), json!({"c": 3}));
}

#[test]
fn equal_keys_are_reported_and_the_last_counts() {
    let text = "a: 1\nb: {c: 1, c: 2}\na: 3\n\"a\": 4\non: 1\ntrue: 2\n";
    let document = read(text);
    assert_eq!(data(document.node(text).expect("a root")), json!({"b": {"c": 2}, "a": 4, "true": 2}));
    let reported: Vec<_> = document
        .problems
        .iter()
        .map(|problem| {
            assert_eq!(problem.kind, ProblemKind::DuplicateKey);
            (problem.span.start, problem.related.map(|span| span.start))
        })
        .collect();
    assert_eq!(reported, [(15, Some(9)), (21, Some(0)), (26, Some(0)), (39, Some(33))]);
    assert!(document.problems[0].message.starts_with("`c` is set twice"));
}

#[test]
fn many_keys_are_compared_quickly() {
    let mut text: String = (0..20_000).map(|i| format!("key-{i}: {i}\n")).collect();
    assert!(read(&text).problems.is_empty());
    text.push_str("key-7: again\n");
    assert_eq!(read(&text).problems.len(), 1);
}

#[test]
fn depth_is_bounded() {
    for text in ["[".repeat(10_000), "- ".repeat(10_000), "{\"a\":".repeat(10_000)] {
        assert_eq!(refused(&text).kind, ProblemKind::Depth);
    }
    let nested: String = (0..1000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    assert_eq!(refused(&nested).kind, ProblemKind::Depth);
    let deepest = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert!(read(&deepest).root.is_some());
    let through_aliases = "a: &a [[[1]]]\nb: &b [[*a]]\nc: [[*b]]\n";
    let limits = |depth| Limits { depth, ..Limits::default() };
    let span = documents(through_aliases)[0];
    assert!(parse(through_aliases, span, &limits(8)).root.is_some());
    assert_eq!(parse(through_aliases, span, &limits(7)).problems[0].kind, ProblemKind::Depth);
}

#[test]
fn aliases_are_bounded() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..30 {
        let alias = format!("*a{}", i - 1);
        laughs.push_str(&format!("a{i}: &a{i} [{}]\n", vec![alias; 10].join(", ")));
    }
    let problem = refused(&laughs);
    assert_eq!(problem.kind, ProblemKind::Expansion);
    assert!(problem.message.contains("100000"), "{}", problem.message);
    assert_eq!(refused("a: &a [*a]\n").kind, ProblemKind::Expansion);
    assert_eq!(refused("a: &a {<<: *a}\n").kind, ProblemKind::Expansion);
    let merges: String =
        (1..30).map(|i| format!("a{i}: &a{i} {{<<: [*a{0}, *a{0}], k{i}: 1}}\n", i - 1)).collect();
    assert_eq!(refused(&format!("a0: &a0 {{}}\n{merges}")).kind, ProblemKind::Expansion);
}

#[test]
fn templates_are_told_from_mistakes() {
    let text = "kind: A\n{{- if .Values.x }}\nspec: 1\n{{- end }}\n";
    let problem = refused(text);
    assert_eq!((problem.kind, problem.span.of(text)), (ProblemKind::Template, "{{- if .Values.x }}"));
    assert_eq!(refused("replicas: {{ .Values.replicas }}\n").kind, ProblemKind::Template);
    assert!(read("a: \"{{ x }}\"\nb: x{{ y }}\n").problems.is_empty());
}

#[test]
fn bytes_that_are_not_utf8_are_reported() {
    let problem = |bytes: &[u8]| invalid_utf8(&SourceFile::new("a.yaml", bytes));
    assert_eq!(problem("a: \u{fffd}".as_bytes()), None);
    assert_eq!(problem(b"a: \xff").expect("a problem").span.start, 3);
    assert!(problem(b"\xff\xfea\0:\0").expect("a problem").message.contains("UTF-16"));
}
