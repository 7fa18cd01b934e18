//! Reads collections in brackets: whole documents of strict JSON, and simple ones within a line of block YAML.
//!
//! The YAML parser reads these as well, but it holds all tokens of a bracket until it closes, which takes a gigabyte for
//! a dump of a cluster, and it doesn't know surrogate pairs. Whatever is unusual is left to it.

use super::build::{Builder, Value};
use super::problem::Problem;
use super::scalar::Tag;
use super::tree::{NodeKind, Style};
use crate::text::{Span, offset};

/// Reads the document of `text` at `span` into the builder; `None` if it isn't JSON, and the builder is spoilt then.
pub(super) fn document<'a>(
    builder: &mut Builder<'a>,
    text: &'a str,
    span: Span,
) -> Option<Result<(), Problem>> {
    let mut reader = Reader { text, at: span.start, end: span.end, json: true, builder };
    reader.skip_space();
    if !matches!(reader.peek()?, b'{' | b'[') {
        return None;
    }
    match reader.collection()? {
        Ok(()) => {
            reader.skip_space();
            (reader.at == reader.end).then_some(Ok(()))
        }
        problem => Some(problem),
    }
}

/// Reads the collection that begins at the start of `span`, within a line of YAML, and gives its end. `None` if it isn't
/// simple, or refused; the builder is spoilt then.
pub(super) fn within_line<'a>(builder: &mut Builder<'a>, text: &'a str, span: Span) -> Option<u32> {
    let mut reader = Reader { text, at: span.start, end: span.end, json: false, builder };
    reader.collection()?.ok()?;
    Some(reader.at)
}

/// The range of the string in quotes that begins `span` and has no escapes; the value is what stands between them.
pub(super) fn simple_string(text: &str, span: Span) -> Option<Span> {
    let rest = span.of(text);
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (inner, after) = rest.get(1..)?.split_once(quote)?;
    let simple = !inner.contains(['\\', '\t', '\r', '\n', '\0']) && !after.starts_with('\'');
    simple.then(|| Span::new(span.start, span.start + offset(inner.len()) + 2))
}

struct Reader<'a, 'b> {
    text: &'a str,
    at: u32,
    end: u32,
    /// Strict JSON, over many lines; otherwise simple YAML within a line.
    json: bool,
    builder: &'b mut Builder<'a>,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// A value, or the end of the list that was just opened.
    ValueOrEnd,
    Key,
    /// A key, or the end of the mapping that was just opened.
    KeyOrEnd,
    /// A comma or a closing bracket.
    Next,
}

impl Reader<'_, '_> {
    /// Reads the collection that begins here.
    fn collection(&mut self) -> Option<Result<(), Problem>> {
        let mut open: Vec<NodeKind> = Vec::new();
        let mut expect = Expect::Value;
        loop {
            self.skip_space();
            if open.is_empty() && expect == Expect::Next {
                return Some(Ok(()));
            }
            let start = self.at;
            let byte = self.peek()?;
            let result = match (byte, expect) {
                (b'{', Expect::Value | Expect::ValueOrEnd) => {
                    self.at += 1;
                    open.push(NodeKind::Mapping);
                    expect = Expect::KeyOrEnd;
                    self.builder.open(NodeKind::Mapping, start, Style::Flow, 0)
                }
                (b'[', Expect::Value | Expect::ValueOrEnd) => {
                    self.at += 1;
                    open.push(NodeKind::Sequence);
                    expect = Expect::ValueOrEnd;
                    self.builder.open(NodeKind::Sequence, start, Style::Flow, 0)
                }
                (b'}', Expect::KeyOrEnd) | (b']', Expect::ValueOrEnd) | (b'}' | b']', Expect::Next) => {
                    let closes = if byte == b'}' { NodeKind::Mapping } else { NodeKind::Sequence };
                    open.pop().filter(|kind| *kind == closes)?;
                    self.at += 1;
                    expect = Expect::Next;
                    self.builder.close(Some(self.at))
                }
                (b',', Expect::Next) => {
                    self.at += 1;
                    expect =
                        if open.last() == Some(&NodeKind::Mapping) { Expect::Key } else { Expect::Value };
                    Ok(())
                }
                (_, Expect::Key | Expect::KeyOrEnd) => {
                    if self.json && byte != b'"' {
                        return None;
                    }
                    let result = self.scalar()?;
                    self.skip_space();
                    if self.peek()? != b':' {
                        return None;
                    }
                    self.at += 1;
                    if !self.json && self.peek()? != b' ' {
                        return None;
                    }
                    expect = Expect::Value;
                    result
                }
                (_, Expect::Value | Expect::ValueOrEnd) => {
                    expect = Expect::Next;
                    self.scalar()?
                }
                _ => return None,
            };
            if result.is_err() {
                return Some(result);
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn rest(&self) -> &[u8] {
        self.text.as_bytes().get(self.at as usize..self.end as usize).unwrap_or(&[])
    }

    fn skip_space(&mut self) {
        let space = self.rest().iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')).count();
        self.at += offset(space);
    }

    fn scalar(&mut self) -> Option<Result<(), Problem>> {
        match (self.peek()?, self.json) {
            (b'"', true) => self.string(),
            (_, true) => self.word(),
            (quote @ (b'"' | b'\''), false) => {
                let span = simple_string(self.text, Span::new(self.at, self.end))?;
                let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
                self.at = span.end;
                let inner = Span::new(span.start + 1, span.end - 1);
                Some(self.builder.scalar(span, &Value::Source(inner), style, Tag::None, 0))
            }
            (_, false) => self.plain(),
        }
    }

    /// A word of YAML that no reader could take for anything else.
    fn plain(&mut self) -> Option<Result<(), Problem>> {
        let rest = self.rest();
        let len = rest
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/'))
            .count();
        let begins_well = rest.first().is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'/');
        let ends_well = matches!(rest.get(len)?, b',' | b']' | b'}' | b':');
        if !begins_well || !ends_well {
            return None;
        }
        let span = Span::new(self.at, self.at + offset(len));
        self.at = span.end;
        Some(self.builder.scalar(span, &Value::Source(span), Style::Plain, Tag::None, 0))
    }

    fn string(&mut self) -> Option<Result<(), Problem>> {
        let start = self.at;
        let (mut escapes, mut escaped) = (false, false);
        let inner = self.rest().get(1..)?;
        let len = inner.iter().position(|byte| {
            let ends = *byte == b'"' && !escaped || *byte < b' ';
            escaped = *byte == b'\\' && !escaped;
            escapes |= escaped;
            ends
        })?;
        let span = Span::new(start, start + offset(len) + 2);
        self.at = span.end;
        if !span.of(self.text).ends_with('"') {
            return None;
        }
        let inner = Span::new(span.start + 1, span.end - 1);
        let cooked: String;
        let value = if escapes {
            cooked = serde_json::from_str(span.of(self.text)).ok()?;
            Value::Cooked(&cooked)
        } else {
            Value::Source(inner)
        };
        Some(self.builder.scalar(span, &value, Style::DoubleQuoted, Tag::None, 0))
    }

    /// A number, `true`, `false` or `null`. They mean the same in YAML.
    fn word(&mut self) -> Option<Result<(), Problem>> {
        let len = self
            .rest()
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
            .count();
        let span = Span::new(self.at, self.at + offset(len));
        let word = span.of(self.text);
        if !matches!(word, "true" | "false" | "null")
            && serde_json::from_str::<serde_json::Number>(word).is_err()
        {
            return None;
        }
        self.at = span.end;
        Some(self.builder.scalar(span, &Value::Source(span), Style::Plain, Tag::None, 0))
    }
}
