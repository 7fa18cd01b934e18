//! Byte edits that keep comments, quoting and indentation.

use serde_json::Value;

use super::Node;
use crate::text::Span;

/// One replacement of bytes; an empty range inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// The bytes to replace.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// Another value.
pub fn replace_value(_text: &str, node: Node<'_>, value: &Value) -> Vec<TextEdit> {
    vec![TextEdit { span: node.span(), text: value.to_string() }]
}

/// Without an entry.
pub fn remove_entry(_text: &str, _mapping: Node<'_>, _key: &str) -> Vec<TextEdit> {
    Vec::new()
}

/// Without an item.
pub fn remove_item(_text: &str, _sequence: Node<'_>, _index: usize) -> Vec<TextEdit> {
    Vec::new()
}

/// With a further entry.
pub fn insert_entry(
    _text: &str,
    _mapping: Node<'_>,
    _key: &str,
    _value: &Value,
    _after: Option<&str>,
) -> Vec<TextEdit> {
    Vec::new()
}

/// With a further item.
pub fn append_item(_text: &str, _sequence: Node<'_>, _value: &Value) -> Vec<TextEdit> {
    Vec::new()
}

/// With a further document.
pub fn append_document(_text: &str, _yaml: &str) -> Vec<TextEdit> {
    Vec::new()
}
