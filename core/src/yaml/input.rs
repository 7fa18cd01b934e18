//! The text of a document as the parser gets to see it.
//!
//! Kubernetes takes strings in quotes that go on in lines with less indentation than their key; the parser refuses
//! them. It is shown spaces instead of the line ends of such a string, one for one, so that every other place stays
//! what it is, and the string is read on its own.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser};

use crate::text::{Span, offset};

/// After so many strings of that kind the parser has its way: each makes it start again.
const MOST: usize = 16;

pub(super) struct Input<'a> {
    text: &'a str,
    span: Span,
    shown: Cow<'a, str>,
    /// Where the strings begin whose line ends are hidden.
    joined: Vec<u32>,
}

impl<'a> Input<'a> {
    pub(super) fn new(text: &'a str, span: Span) -> Self {
        Self { text, span, shown: Cow::Borrowed(span.of(text)), joined: Vec::new() }
    }

    /// What to parse; as many characters as the document has.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Hides the line ends of the string in quotes that begins at `start`. False if there is nothing to gain by it.
    pub(super) fn join(&mut self, start: u32) -> bool {
        let rest = Span::new(start, self.span.end).of(self.text);
        let Some(len) =
            quoted_len(rest).filter(|_| self.joined.len() < MOST && !self.joined.contains(&start))
        else {
            return false;
        };
        self.joined.push(start);
        let (first, last) = ((start - self.span.start) as usize, (start - self.span.start) as usize + len);
        let hide = |(at, c): (usize, char)| {
            if first <= at && at < last && matches!(c, '\n' | '\r') { ' ' } else { c }
        };
        self.shown = Cow::Owned(self.shown.char_indices().map(hide).collect());
        true
    }

    /// The value of the string in quotes at `span`, if its line ends are hidden.
    pub(super) fn joined_value(&self, span: Span) -> Option<String> {
        if !self.joined.contains(&span.start) {
            return None;
        }
        Parser::new_from_str(span.of(self.text)).find_map(|event| match event {
            Ok((Event::Scalar(value, ..), _)) => Some(value.into_owned()),
            _ => None,
        })
    }
}

/// The length of the string in quotes that begins `text`, with its quotes; `None` if it isn't closed.
pub(super) fn quoted_len(text: &str) -> Option<usize> {
    let quote = *text.as_bytes().first().filter(|b| matches!(b, b'"' | b'\''))?;
    let mut bytes = text.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        let skips_next = match quote {
            b'\'' => byte == quote && bytes.peek().is_some_and(|(_, next)| *next == quote),
            _ => byte == b'\\',
        };
        if skips_next {
            bytes.next();
        } else if byte == quote {
            return Some(at + 1);
        }
    }
    None
}

/// [`quoted_len`] as an offset, for a string that the parser has read and that has this value.
pub(super) fn read_len(text: &str, value: &str) -> u32 {
    let verbatim = text.get(1..).is_some_and(|inner| {
        inner.starts_with(value) && inner.as_bytes().get(value.len()) == text.as_bytes().first()
    });
    let len = if verbatim { value.len() + 2 } else { quoted_len(text).unwrap_or(text.len()) };
    offset(len)
}
