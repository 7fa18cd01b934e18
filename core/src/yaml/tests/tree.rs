//! What the tree holds and where it says that it stands.

use super::super::{Node, NodeKind, Scalar, Style, comments};
use super::{data, data_of, read};
use serde_json::json;

/// The texts at the spans of the nodes at `paths`.
fn spans<'t>(text: &'t str, paths: &[&str]) -> Vec<&'t str> {
    let document = read(text);
    let root = document.node(text).expect("a root");
    paths.iter().map(|path| root.at(path).unwrap_or_else(|| panic!("{path}")).span().of(text)).collect()
}

#[test]
fn block_collections_end_with_their_last_child() {
    let text = "# c\na:\n  b: 1 # x\n\n# y\nc:\n- d: 2\n  e:\n  - - f # z\n\n-   g\nh: 3\n";
    assert_eq!(
        spans(text, &["", "a", "c", "c[0]", "c[0].e", "c[0].e[0]", "c[1]"]),
        [
            text.trim_start_matches("# c\n").trim_end(),
            "b: 1",
            "- d: 2\n  e:\n  - - f # z\n\n-   g",
            "d: 2\n  e:\n  - - f",
            "- - f",
            "- f",
            "g"
        ]
    );
}

#[test]
fn scalars_include_their_quotes() {
    let text = "a: 'it''s' # x\nb: \"\\\"q\\\"\"  \nc: \"x\"   # y\nd: plain\n  goes on\ne: 'x\n\n  y'\n";
    assert_eq!(
        spans(text, &["a", "b", "c", "d", "e"]),
        ["'it''s'", "\"\\\"q\\\"\"", "\"x\"", "plain\n  goes on", "'x\n\n  y'"]
    );
    assert_eq!(
        data_of(text),
        json!({"a": "it's", "b": "\"q\"", "c": "x", "d": "plain goes on", "e": "x\ny"})
    );
}

/// The data is what `kubectl` makes of it.
#[test]
fn strings_in_quotes_go_on_without_indentation() {
    let text = "é: é\na:\n  b: \"foo\n  bar\n\nbaz \\\n qux\" # c\n  d: 'u''\r\n v' # e\n";
    assert_eq!(data_of(text), json!({"é": "é", "a": {"b": "foo bar\nbaz qux", "d": "u' v"}}));
    assert_eq!(spans(text, &["a.b", "a.d"]), ["\"foo\n  bar\n\nbaz \\\n qux\"", "'u''\r\n v'"]);
    let many: String = (0..20).map(|i| format!("k{i}: 'x\ny'\n")).collect();
    assert!(read(&many).problems.first().is_some_and(|problem| problem.message.contains("indent")));
}

#[test]
fn block_scalars_begin_with_their_indicator() {
    let text = "a: | # note\n  x\n  # no comment\n # comment\nb:\n- >-\n  y\n\n- !!str |2+\n    z\n\nc: |\n\nd: &x >\n e\n";
    assert_eq!(
        spans(text, &["a", "b[0]", "b[1]", "c", "d"]),
        ["| # note\n  x\n  # no comment", ">-\n  y", "|2+\n    z", "|", ">\n e"]
    );
    assert_eq!(data_of(text), json!({"a": "x\n# no comment\n", "b": ["y", "  z\n\n"], "c": "", "d": "e\n"}));
    assert_eq!(spans("--- |\n x\n", &[""]), ["|\n x"]);
    assert_eq!(spans("# > |\n|\n x\n", &[""]), ["|\n x"]);
    assert_eq!(spans("? |\n x\n: |\n y\n", &["[\"x\\\n\"]"]), ["|\n y"]);
}

#[test]
fn flow_collections_include_their_brackets() {
    let text = "a: {b: [1, 2 ] , c: {}} # x\nd: [ e: 1, {f: 2} ]\n";
    assert_eq!(
        spans(text, &["a", "a.b", "a.c", "d", "d[0]", "d[1]"]),
        ["{b: [1, 2 ] , c: {}}", "[1, 2 ]", "{}", "[ e: 1, {f: 2} ]", "e: 1", "{f: 2}"]
    );
    let document = read(text);
    let root = document.node(text).expect("a root");
    let style = |path| root.at(path).map(Node::style);
    assert_eq!(
        [style(""), style("a"), style("d[0]"), style("d[1].f")],
        [Some(Style::Block), Some(Style::Flow), Some(Style::Pair), Some(Style::Plain)]
    );
}

#[test]
fn nothing_stands_behind_its_indicator() {
    let text = "a:\nb: # x\nc:\n- # y\n- &n\n-\nd: {e: , f}\n";
    let document = read(text);
    let root = document.node(text).expect("a root");
    let before = |path| {
        let span = root.at(path).expect("a node").span();
        assert!(span.is_empty());
        text.get(..span.start as usize).expect("a boundary")
    };
    assert!(before("a").ends_with("a:"));
    assert!(before("b").ends_with("b:"));
    assert!(before("c[0]").ends_with("c:\n-"));
    assert!(before("c[1]").ends_with("&n"));
    assert!(before("c[2]").ends_with("&n\n-"));
    assert!(before("d.e").ends_with("e:"));
    assert!(before("d.f").ends_with("f"));
}

#[test]
fn anchors_and_tags_lie_outside_of_spans() {
    let text = "a: &x\n  b: 1\nc: &y [ *x ]\nd: !!str 8\ne: !t &z\n- *x\nf: &k {}\n";
    assert_eq!(spans(text, &["a", "c", "c[0]", "d", "e", "f"]), ["b: 1", "[ *x ]", "*x", "8", "- *x", "{}"]);
    assert_eq!(data_of(text), json!({"a": {"b": 1}, "c": [{"b": 1}], "d": "8", "e": [{"b": 1}], "f": {}}));
}

#[test]
fn aliases_share_their_node() {
    let text = "a: &x {b: [1]}\nc: *x\n";
    let document = read(text);
    let root = document.node(text).expect("a root");
    let (a, c) = (root.get("a").expect("a"), root.get("c").expect("c"));
    assert_eq!(a.id(), c.id());
    assert!(c.is_alias() && !a.is_alias());
    assert_eq!((c.kind(), c.raw()), (NodeKind::Mapping, "{b: [1]}"));
    assert_eq!(root.entry_span("c").expect("c").of(text), "c: *x");
}

/// `kubectl` gives the same data for each of these.
#[test]
fn merge_keys_are_applied_where_they_stand() {
    let text = "a: &a {p: 1, q: 2}\nb: &b {q: 3, r: 4}\nc: {<<: *a, q: 5}\nd: {q: 6, <<: *a}\n\
                e: {<<: [*a, *b]}\nf: {\"<<\": 1}\ng: {<<: {p: 1}}\n";
    let expected = json!({
        "a": {"p": 1, "q": 2}, "b": {"q": 3, "r": 4}, "c": {"p": 1, "q": 5}, "d": {"p": 1, "q": 2},
        "e": {"p": 1, "q": 2, "r": 4}, "f": {"<<": 1}, "g": {"p": 1}
    });
    assert_eq!(data_of(text), expected);
    let nested = "a: &a {p: 1}\nb: &b\n  <<: *a\n  q: 2\nc:\n  <<: *b\n  r: 3\n";
    assert_eq!(data_of(nested)["c"], json!({"p": 1, "q": 2, "r": 3}));
}

#[test]
fn paths_find_nodes_and_their_nearest_ancestors() {
    let text = "metadata:\n  labels:\n    app.kubernetes.io/name: x\nspec:\n  ingress:\n  - from:\n    - ipBlock: {cidr: 10.0.0.0/8}\n";
    let document = read(text);
    let root = document.node(text).expect("a root");
    let cidr = root.at("spec.ingress[0].from[0].ipBlock.cidr").expect("a node");
    assert_eq!(cidr.as_str(), Some("10.0.0.0/8"));
    let label = "metadata.labels[\"app.kubernetes.io/name\"]";
    assert_eq!(root.entry_span(label).expect("a label").of(text), "app.kubernetes.io/name: x");
    assert_eq!(
        root.entry_span("spec.ingress[0].from[0]").expect("an item").of(text),
        "ipBlock: {cidr: 10.0.0.0/8}"
    );
    let (node, found) = root.nearest("spec.ingress[0].from[3].podSelector");
    assert_eq!((node.kind(), found), (NodeKind::Sequence, "spec.ingress[0].from"));
    assert_eq!(root.nearest("nothing.here").1, "");
    assert!(root.at("metadata.labels.app").is_none() && root.at("spec..x").is_none());
}

#[test]
fn spans_count_bytes_and_lines_may_end_in_cr_lf() {
    let text = "\u{feff}# é\r\nä: \"𝄞\" # ö\r\nb:\r\n- ü: |\r\n    x\r\n    y\r\n";
    assert_eq!(spans(text, &["[\"ä\"]", "b[0]"]), ["\"𝄞\"", "ü: |\r\n    x\r\n    y"]);
    assert_eq!(data_of(text), json!({"ä": "𝄞", "b": [{"ü": "x\ny\n"}]}));
}

#[test]
fn json_is_read_with_its_spans() {
    let text = "{\n\t\"a\": [1, -2.5e3, true, null, \"\\ud83d\\ude00\"],\n\t\"b\": {\"c\": {}}\n}\n";
    assert_eq!(data_of(text), json!({"a": [1, -2500.0, true, null, "😀"], "b": {"c": {}}}));
    assert_eq!(spans(text, &["a[1]", "a[4]", "b"]), ["-2.5e3", "\"\\ud83d\\ude00\"", "{\"c\": {}}"]);
    for almost in ["{\"a\": 01}", "{\"a\": b}", "{'a': 1}", "{\"a\": 1,}", "[1, # x\n2]"] {
        assert!(read(almost).root.is_some(), "{almost}");
    }
}

#[test]
fn comments_are_found_outside_of_scalars() {
    let text =
        "# one\na: 'x # no' # two\nb: | # three\n  # no\n# four\nc: x#no\nd: [ # five\n  1]\n- # no list\n";
    let text = text.trim_end_matches("- # no list\n");
    let document = read(text);
    let found: Vec<_> = comments(text, &document).iter().map(|comment| comment.span.of(text)).collect();
    assert_eq!(found, ["# one", "# two", "# three", "# four", "# five"]);
}

#[test]
fn scalars_resolve() {
    let text = "[1, '1', yes, ~, 1.5, x]";
    let document = read(text);
    let root = document.node(text).expect("a root");
    let scalars: Vec<_> = root.items().map(Node::scalar).collect();
    let expected = [
        Scalar::Int(1),
        Scalar::Str("1"),
        Scalar::Bool(true),
        Scalar::Null,
        Scalar::Float(1.5),
        Scalar::Str("x"),
    ];
    assert_eq!(scalars, expected.map(Some));
    assert_eq!(data(root.items().next().expect("an item")), json!(1));
}
