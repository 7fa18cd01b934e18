//! Tells the kind of a document from its unindented lines, without parsing it.
//!
//! In a block mapping that begins in column 0 nothing but its keys, the items of a list, comments and closing brackets
//! can stand in column 0: a block scalar, a plain or quoted string that goes on, and a nested mapping are all indented.
//! So the lines that begin with `kind:` or `apiVersion:` say it all. Whatever doesn't fit that picture makes the answer
//! uncertain. For a text that isn't YAML the answer is what its lines say.

use super::scalar::{Scalar, Tag, resolve};
use crate::text::Span;

/// What a document says about itself on its unindented lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Peek<'a> {
    /// The value of `apiVersion`, if it is simple.
    pub api_version: Option<&'a str>,
    /// The value of `kind`, if it is simple.
    pub kind: Option<&'a str>,
    /// Whether parsing would give just these values. False also where `kind` is missing.
    pub certain: bool,
}

/// Looks at the document of `text` at `span`, as [`super::documents`] found it.
pub fn peek(text: &str, span: Span) -> Peek<'_> {
    let mut peek = Peek { certain: true, ..Peek::default() };
    let mut began = false;
    // Whether the value above could go on in an indented line.
    let mut open_value = false;
    for line in span.of(text).split_inclusive('\n') {
        let line = line.trim_end_matches(['\n', '\r']);
        match line.bytes().next() {
            None | Some(b'#') => {}
            Some(b' ' | b'\t') => {
                let blank = line.trim_start_matches([' ', '\t']);
                if !blank.is_empty() && !blank.starts_with('#') && (open_value || !began) {
                    peek.certain = false;
                }
            }
            Some(b'-') if !began && is_bare_marker(line, "---") => {}
            Some(b'.') if is_bare_marker(line, "...") => {}
            Some(b'-') if began && (line == "-" || line.starts_with("- ")) => open_value = false,
            Some(b']' | b'}') if began => open_value = false,
            Some(_) => {
                let Some((key, value)) = entry(line) else {
                    peek.certain = false;
                    break;
                };
                began = true;
                let slot = match key {
                    "kind" => &mut peek.kind,
                    "apiVersion" => &mut peek.api_version,
                    _ => {
                        open_value = false;
                        continue;
                    }
                };
                peek.certain &= slot.is_none() && value.is_some();
                *slot = value;
                open_value = true;
            }
        }
        if !peek.certain {
            break;
        }
    }
    peek.certain &= peek.kind.is_some();
    peek
}

/// Whether the line is this document marker and nothing else but a comment.
fn is_bare_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| {
        let comment = rest.trim_start_matches([' ', '\t']);
        comment.is_empty() || (comment.starts_with('#') && comment.len() < rest.len())
    })
}

/// The key of a line `key: value`, and its value where it is a simple word on the same line.
fn entry(line: &str) -> Option<(&str, Option<&str>)> {
    let (key, rest) = line.split_once(':')?;
    let simple_key = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/'));
    let separated = rest.is_empty() || rest.starts_with([' ', '\t']);
    (simple_key && separated).then(|| (key, word(rest.trim_start_matches([' ', '\t']))))
}

/// A string of letters, digits and `./-`, bare or in quotes, that ends its line.
fn word(value: &str) -> Option<&str> {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'-');
    let (word, rest) = match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split_once(quote)?,
        _ => value.split_at(value.bytes().take_while(|b| is_word(b)).count()),
    };
    let quoted = word.len() + rest.len() < value.len();
    let comment = rest.trim_start_matches([' ', '\t']);
    let ends = comment.is_empty() || (comment.starts_with('#') && comment.len() < rest.len());
    let is_string = matches!(resolve(word, !quoted, Tag::None), Scalar::Str(_));
    (ends && is_string && !word.is_empty() && word.bytes().all(|b| is_word(&b))).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::offset;

    fn look(text: &str) -> Peek<'_> {
        peek(text, Span::new(0, offset(text.len())))
    }

    #[test]
    fn simple_documents_are_certain() {
        let text = "# x\n---\napiVersion: \"apps/v1\" # y\r\nkind: Deployment\r\nspec:\r\n  kind: X\r\n- a\n";
        let found = look(text);
        assert_eq!(found, Peek { api_version: Some("apps/v1"), kind: Some("Deployment"), certain: true });
        assert!(look("kind: 'A'\ndata:\n  x: |\n    kind: B\n   # c\nfoo: [\n  a\n]\n...\n").certain);
    }

    #[test]
    fn what_is_not_simple_is_uncertain() {
        for text in [
            "",
            "apiVersion: v1\n",
            "{kind: A}",
            "--- {kind: A}\n",
            "--- &x\nkind: A\n",
            "kind: A\nkind: B\n",
            "kind: A\n  b\n",
            "kind: A\n\n  b\n",
            "kind:\n  A\n",
            "kind: &a A\n",
            "kind: !!str A\n",
            "kind: *a\n",
            "kind: {{ .Values.kind }}\n",
            "{{- if x }}\nkind: A\n{{- end }}\n",
            "kind: A\n{{- end }}\n",
            "kind: yes\n",
            "kind: A#b\n",
            "kind: A B\n",
            "kind: \"A\\x\"\n",
            "kind: \"A\n  b\"\n",
            "  kind: A\n",
            "  a: 1\nkind: A\n",
            "- kind: A\n",
            "kind: A\n<<: {kind: B}\n",
            "kind: A\n\"kind\": B\n",
            "? kind\n: A\n",
            "kind:A\n",
            "|\nkind: A\n",
            "apiVersion: 1\nkind: A\n",
            "%YAML 1.2\n---\nkind: A\n",
        ] {
            assert!(!look(text).certain, "{text:?}");
        }
    }
}
