//! Tests of the front end as a whole.

mod oracle;
mod problems;
mod tree;
mod typed;

use super::{Document, Limits, Node, documents, from_node, parse};
use serde_json::Value;

/// Reads the first document of `text`.
pub(super) fn read(text: &str) -> Document {
    let spans = documents(text);
    parse(text, *spans.first().expect("a document"), &Limits::default())
}

/// The data of a node as JSON.
pub(super) fn data(node: Node<'_>) -> Value {
    let (value, unknown) = from_node::<Value>(node);
    assert!(unknown.is_empty());
    value.expect("any value can be read")
}

/// The data of the first document of `text`.
pub(super) fn data_of(text: &str) -> Value {
    let document = read(text);
    data(document.node(text).unwrap_or_else(|| panic!("{text:?}: {:?}", document.problems)))
}
