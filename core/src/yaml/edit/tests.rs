//! Every edit is applied, and the result is read again.

use super::super::split::documents;
use super::super::tests::{data, data_of, read};
use super::*;
use serde_json::json;

fn apply(text: &str, edit: &TextEdit) -> String {
    let mut changed = text.to_owned();
    changed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    changed
}

/// Applies what `edit` makes of the node at `path`, and checks that the result is still readable.
fn edited(text: &str, path: &str, edit: impl Fn(Node<'_>) -> Option<TextEdit>) -> String {
    let document = read(text);
    let node = document.node(text).expect("a root").at(path).expect(path);
    let changed = apply(text, &edit(node).unwrap_or_else(|| panic!("no edit of {path} in {text:?}")));
    let again = read(&changed);
    assert!(again.problems.is_empty(), "{changed:?}: {:?}", again.problems);
    changed
}

#[test]
fn values_are_replaced() {
    for (text, path, flow, expected) in [
        ("a: 1 # c\nb: 2\n", "a", "3", "a: 3 # c\nb: 2\n"),
        ("a: 'x' # c\n", "a", "\"z\"", "a: \"z\" # c\n"),
        ("a: {b: [1, 2]}\n", "a.b[0]", "{}", "a: {b: [{}, 2]}\n"),
        ("a: # c\nb: 2\n", "a", "3", "a: 3 # c\nb: 2\n"),
        ("a:\r\n  b: 1\r\nc: 2\r\n", "a", "{}", "a: {}\r\nc: 2\r\n"),
        ("a:\n- b # c\nd: 2\n", "a", "[]", "a: [] # c\nd: 2\n"),
        ("a: # c\n- b\n", "a", "[]", "a: # c\n  []\n"),
        ("a: &x\n- b\nc: *x\n", "a", "[]", "a: &x\n  []\nc: *x\n"),
        ("a: &x\n- b\nc: *x\n", "c", "1", "a: &x\n- b\nc: 1\n"),
        ("- a: 1\n  b: 2\n- c\n", "[0]", "{}", "- {}\n- c\n"),
        ("- - a\n- b\n", "[0]", "[]", "- []\n- b\n"),
        ("a: | # c\n  x\n\nb: 1\n", "a", "z", "a: z # c\n\nb: 1\n"),
        ("- # c\n- b\n", "[0]", "1", "- 1 # c\n- b\n"),
        ("{\"a\": {\"b\": 1}}", "a", "{}", "{\"a\": {}}"),
        ("a: &x 1 # c\n", "a", "2", "a: &x 2 # c\n"),
    ] {
        assert_eq!(edited(text, path, |node| replace_value(node, flow)), expected);
    }
}

#[test]
fn entries_are_removed() {
    for (text, path, key, expected) in [
        ("a: 1 # c\nb: 2 # d\nc: 3\n", "", "b", "a: 1 # c\nc: 3\n"),
        ("# x\na: 1\nb: 2\n", "", "a", "# x\nb: 2\n"),
        ("a: 1\nb:\n  c: 1\n  d: |\n    x\n\n  # y\ne: 2", "", "b", "a: 1\n\n  # y\ne: 2"),
        ("a: 1\nb: 2", "", "b", "a: 1\n"),
        ("a:\r\n  b: 1\r\n  c: 2\r\nd: 3\r\n", "a", "c", "a:\r\n  b: 1\r\nd: 3\r\n"),
        ("a:\n  b: 1 # c\nd: 3\n", "a", "b", "a: {} # c\nd: 3\n"),
        ("- a: 1 # c\n  b: 2\n", "[0]", "a", "- b: 2\n"),
        ("- a: 1\n  # d\n  b: 2\n", "[0]", "a", "- # d\n  b: 2\n"),
        ("- a: 1\n  b: 2\n- c\n", "[0]", "b", "- a: 1\n- c\n"),
        ("a: {b: 1, c: 2, d: 3} # x\n", "a", "b", "a: {c: 2, d: 3} # x\n"),
        ("a: {b: 1, c: 2, d: 3} # x\n", "a", "d", "a: {b: 1, c: 2} # x\n"),
        ("a: { b: 1 }\n", "a", "b", "a: {}\n"),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "", "a", "{\n  \"b\": 2\n}\n"),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "", "b", "{\n  \"a\": 1\n}\n"),
        ("\u{feff}a: 1\nb: 2\n", "", "a", "\u{feff}b: 2\n"),
    ] {
        let changed = edited(text, path, |node| remove_entry(node, key));
        assert_eq!(changed, expected);
    }
}

#[test]
fn documents_are_removed() {
    for (text, index, expected) in [
        ("a: 1\n---\nb: 2\n", 0, Some("---\nb: 2\n")),
        ("a: 1\n---\nb: 2\n", 1, Some("a: 1\n")),
        ("# head\n---\n# x\na: 1\n---\nb: 2\n", 0, Some("# head\n---\nb: 2\n")),
        ("a: 1\n---\nb: 2 # c\n\n---\nc: 3", 1, Some("a: 1\n---\nc: 3")),
        ("%YAML 1.2\n---\na: 1\n...\n---\nb: 2\n", 0, Some("---\nb: 2\n")),
        ("# head\na: 1\n---\nb: 2\n", 0, Some("---\nb: 2\n")),
        ("# head\n---\na: 1\n", 0, None),
    ] {
        let edit = remove_document(text, documents(text)[index]);
        assert_eq!(edit.map(|edit| apply(text, &edit)).as_deref(), expected, "{text:?}");
    }
}

#[test]
fn new_lines_are_block_style() {
    let value = json!({"matchLabels": {"a": "1"}, "list": [{"b": 2}]});
    assert_eq!(lines("s", &value, 2), "  s:\n    list:\n      - b: 2\n    matchLabels:\n      a: \"1\"\n");
}

#[test]
fn items_are_removed() {
    for (text, path, index, expected) in [
        ("a:\n- 1 # c\n- 2 # d\n- 3\n", "a", 1, "a:\n- 1 # c\n- 3\n"),
        ("a:\n  - b: 1\n    c: 2\n  # x\n  - d\n", "a", 0, "a:\n  # x\n  - d\n"),
        ("a:\r\n  - b\r\n  -\r\n    c: 1", "a", 1, "a:\r\n  - b\r\n"),
        ("a:\n- b\nc: 1\n", "a", 0, "a: []\nc: 1\n"),
        ("- - a\n  - b\n", "[0]", 0, "- - b\n"),
        ("- - a\n  - b\n", "[0]", 1, "- - a\n"),
        ("a: [1, 2, 3]\n", "a", 0, "a: [2, 3]\n"),
        ("a: [1, 2, {b: 3}] # c\n", "a", 2, "a: [1, 2] # c\n"),
        ("a: [ 1 ]\n", "a", 0, "a: []\n"),
        ("[\n  1,\n  2\n]", "", 0, "[\n  2\n]"),
    ] {
        assert_eq!(edited(text, path, |node| remove_item(node, index)), expected);
    }
}

#[test]
fn entries_are_inserted() {
    let object = json!({"matchLabels": {"app": "x"}, "list": ["y", 1]});
    for (text, path, after, value, expected) in [
        ("a: 1 # c\nb: 2\n", "", Some("a"), json!("yes"), "a: 1 # c\nk: \"yes\"\nb: 2\n"),
        ("a: 1\nb: 2", "", None, json!(true), "a: 1\nb: 2\nk: true"),
        (
            "a:\r\n  b: 1\r\n",
            "a",
            None,
            object.clone(),
            "a:\r\n  b: 1\r\n  k:\r\n    list:\r\n    - \"y\"\r\n    - 1\r\n    matchLabels:\r\n      app: x\r\n",
        ),
        (
            "l:\n  - a: 1 # c\n    b:\n      - 2\n\n# d\ne: 3\n",
            "l[0]",
            None,
            json!({"x": [1]}),
            "l:\n  - a: 1 # c\n    b:\n      - 2\n    k:\n      x:\n        - 1\n\n# d\ne: 3\n",
        ),
        ("- - a: 1\n", "[0][0]", None, json!([]), "- - a: 1\n    k: []\n"),
        ("a: |+\n  x\n\n\nb: 1\n", "", Some("a"), json!(null), "a: |+\n  x\n\n\nk: null\nb: 1\n"),
        ("a: {}\n", "a", None, object.clone(), "a: {k: {list: [\"y\", 1], matchLabels: {app: x}}}\n"),
        ("a: { b: 1, c: 2 } # d\n", "a", Some("b"), json!("x"), "a: { b: 1, k: x, c: 2 } # d\n"),
        (
            "{\n  \"a\": {},\n  \"b\": 1\n}\n",
            "",
            None,
            json!("x"),
            "{\n  \"a\": {},\n  \"b\": 1,\n  \"k\": \"x\"\n}\n",
        ),
        ("{\"a\": {}}", "a", None, json!({"b": "c"}), "{\"a\": {\"k\": {\"b\": \"c\"}}}"),
        ("--- {a: 1}\n", "", None, json!(2), "--- {a: 1, k: 2}\n"),
    ] {
        let before = data_of(text);
        let changed = edited(text, path, |node| insert_entry(node, "k", &value, after));
        assert_eq!(changed, expected);
        let document = read(&changed);
        let root = document.node(&changed).expect("a root");
        let inserted = root.at(path).and_then(|node| node.get("k")).expect("the new entry");
        assert_eq!(data(inserted), value);
        let removed = edited(&changed, path, |node| remove_entry(node, "k"));
        assert_eq!(data_of(&removed), before);
    }
}

#[test]
fn items_are_appended() {
    for (text, path, value, expected) in [
        ("a:\n- 1 # c\nb: 2\n", "a", json!({"x": 1, "z": 2}), "a:\n- 1 # c\n- x: 1\n  z: 2\nb: 2\n"),
        ("a:\r\n  - b: 1\r\n    c: 2", "a", json!("w"), "a:\r\n  - b: 1\r\n    c: 2\r\n  - w"),
        ("- - a\n- b\n", "[0]", json!([1, 2]), "- - a\n  - - 1\n    - 2\n- b\n"),
        ("a: []\n", "a", json!({"x": 1}), "a: [{x: 1}]\n"),
        ("a: [1, 2] # c\n", "a", json!("a,b"), "a: [1, 2, \"a,b\"] # c\n"),
        ("[\n  \"a\"\n]\n", "", json!("b"), "[\n  \"a\",\n  \"b\"\n]\n"),
    ] {
        let changed = edited(text, path, |node| append_item(node, &value));
        assert_eq!(changed, expected);
        let document = read(&changed);
        let list = document.node(&changed).and_then(|root| root.at(path)).expect("the list");
        assert_eq!(data(list.items().last().expect("an item")), value);
    }
}

#[test]
fn several_items_are_appended_at_once() {
    for (text, expected) in [
        ("a:\n- 1 # one\nb: 2\n", "a:\n- 1 # one\n- 2\n- k: 3\n  l: 4\nb: 2\n"),
        ("a: [1] # c\n", "a: [1, 2, {k: 3, l: 4}] # c\n"),
        ("a: []\n", "a: [2, {k: 3, l: 4}]\n"),
    ] {
        let values = [json!(2), json!({"k": 3, "l": 4})];
        let changed = edited(text, "a", |node| append_items(node, &values));
        assert_eq!(changed, expected);
    }
    let text = "a: [1]\n";
    assert_eq!(
        append_items(read(text).node(text).and_then(|root| root.at("a")).expect("the list"), &[]),
        None
    );
}

#[test]
fn documents_are_appended() {
    for (text, expected) in [
        ("", "k: 1\n"),
        ("# only\n", "# only\nk: 1\n"),
        ("a: 1\n", "a: 1\n---\nk: 1\n"),
        ("a: 1", "a: 1\n---\nk: 1"),
        ("a: 1\r\nb: 2\r\n", "a: 1\r\nb: 2\r\n---\r\nk: 1\r\n"),
        ("a: 1\n---\n", "a: 1\n---\nk: 1\n"),
        ("a: 1\n...\n", "a: 1\n...\nk: 1\n"),
    ] {
        let changed = apply(text, &append_document(text, "k: 1\n"));
        assert_eq!(changed, expected);
        assert_eq!(documents(&changed).len(), documents(text).len() + 1);
    }
}

#[test]
fn what_is_not_written_here_is_left_alone() {
    let text = "a: &a {b: 1}\nc: *a\nd: {<<: *a, e: 2}\nf: [g: 1]\nh: {i}\n";
    let document = read(text);
    let root = document.node(text).expect("a root");
    let node = |path| root.at(path).expect(path);
    assert_eq!(remove_entry(node("c"), "b"), None);
    assert_eq!(insert_entry(node("c"), "k", &json!(1), None), None);
    assert_eq!(remove_entry(node("d"), "b"), None);
    assert_eq!(remove_entry(node("f[0]"), "g"), None);
    assert_eq!(replace_value(node("h.i"), "1"), None);
    assert_eq!(insert_entry(node("a"), "b", &json!(1), None), None);
    assert_eq!(insert_entry(node("a"), "k", &json!(1), Some("nothing")), None);
    assert_eq!(remove_item(node("f"), 1), None);
    assert_eq!(append_item(node("a"), &json!(1)), None);
}
