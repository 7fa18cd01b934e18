//! Values as YAML text, in block or flow style.

use std::borrow::Cow;

use serde_json::Value;

use super::super::scalar::{Scalar, Tag, resolve};

/// How the surrounding document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    /// The line end.
    pub(super) eol: &'static str,
    /// How far a list stands to the right of the key that it belongs to.
    pub(super) list_indent: usize,
    /// Whether it is JSON: every string in double quotes.
    pub(super) json: bool,
}

impl Manner {
    /// The string as a scalar, in quotes if YAML needs them.
    pub(super) fn string(self, text: &str) -> Cow<'_, str> {
        if !self.json && is_plain(text) {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(Value::from(text).to_string())
        }
    }

    fn leaf(self, value: &Value) -> Option<Cow<'_, str>> {
        Some(match value {
            Value::String(text) => self.string(text),
            Value::Array(items) if items.is_empty() => Cow::Borrowed("[]"),
            Value::Object(entries) if entries.is_empty() => Cow::Borrowed("{}"),
            Value::Array(_) | Value::Object(_) => return None,
            other => Cow::Owned(other.to_string()),
        })
    }

    /// The value on one line.
    pub(super) fn flow(self, value: &Value) -> String {
        if let Some(leaf) = self.leaf(value) {
            return leaf.into_owned();
        }
        match value {
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.flow(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Object(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| self.flow_entry(key, value)).collect();
                format!("{{{}}}", entries.join(", "))
            }
            _ => String::new(),
        }
    }

    /// `key: value` on one line.
    pub(super) fn flow_entry(self, key: &str, value: &Value) -> String {
        format!("{}: {}", self.string(key), self.flow(value))
    }

    /// The lines of `key: value` in block style, without indentation of the first and without a final line end.
    pub(super) fn block_entry(self, key: &str, value: &Value, indent: usize) -> String {
        let key = self.string(key);
        if let Some(leaf) = self.leaf(value) {
            return format!("{key}: {leaf}");
        }
        let indent = indent + if value.is_array() { self.list_indent } else { 2 };
        format!("{key}:{}{}{}", self.eol, " ".repeat(indent), self.block(value, indent))
    }

    /// The lines of `- value` in block style, without indentation of the first and without a final line end.
    pub(super) fn block_item(self, value: &Value, indent: usize) -> String {
        format!("- {}", self.block(value, indent + 2))
    }

    fn block(self, value: &Value, indent: usize) -> String {
        let lines: Vec<_> = match value {
            Value::Array(items) if !items.is_empty() => {
                items.iter().map(|item| self.block_item(item, indent)).collect()
            }
            Value::Object(entries) if !entries.is_empty() => {
                entries.iter().map(|(key, value)| self.block_entry(key, value, indent)).collect()
            }
            other => return self.flow(other),
        };
        lines.join(&format!("{}{}", self.eol, " ".repeat(indent)))
    }
}

/// Whether the text can stand without quotes, in block and in flow style, and mean itself to any reader of YAML.
fn is_plain(text: &str) -> bool {
    let starts_well = text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '/' | '.'));
    let simple =
        |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '+' | '=' | '@' | ' ' | ':');
    // Some readers take digits with colons or dashes for a time or a date.
    let like_a_time =
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '-' | '.')) && text.contains([':', '-']);
    starts_well
        && text.chars().all(simple)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.starts_with("...")
        && !like_a_time
        && matches!(resolve(text, true, Tag::None), Scalar::Str(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const YAML: Manner = Manner { eol: "\n", list_indent: 0, json: false };

    #[test]
    fn strings_have_quotes_only_where_needed() {
        for plain in
            ["a", "a b", "app.kubernetes.io/name", "10.0.0.0/8", "nginx:1.25", "é", "2001:db8::/32", "a=b"]
        {
            assert_eq!(YAML.string(plain), plain);
        }
        for text in [
            "",
            " a",
            "a ",
            "a:",
            "a: b",
            "a #b",
            "# a",
            "yes",
            "y",
            "80",
            "1e3",
            "~",
            "null",
            "- a",
            "*",
            "a,b",
            "{a}",
            "2001-01-01",
            "12:30",
            "---",
            "...",
            "a\nb",
            "::",
            "\u{feff}",
            "'",
            "0x1",
        ] {
            let quoted = YAML.string(text);
            assert!(quoted.starts_with('"'), "{text:?}");
            assert_eq!(serde_json::from_str::<String>(&quoted).ok().as_deref(), Some(text));
        }
    }

    #[test]
    fn values_are_rendered_in_both_styles() {
        let value = json!([{"a": {"b": [1, "2"], "c": {}}}, [], [[null]]]);
        assert_eq!(YAML.flow(&value), "[{a: {b: [1, \"2\"], c: {}}}, [], [[null]]]");
        assert_eq!(Manner { json: true, ..YAML }.flow(&json!({"a": "b"})), "{\"a\": \"b\"}");
        assert_eq!(
            YAML.block_entry("k", &value, 1),
            "k:\n - a:\n     b:\n     - 1\n     - \"2\"\n     c: {}\n - []\n - - - null"
        );
        let indented = Manner { list_indent: 2, eol: "\r\n", ..YAML };
        assert_eq!(indented.block_entry("k", &json!(["x", "z"]), 0), "k:\r\n  - x\r\n  - z");
    }
}
