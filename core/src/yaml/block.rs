//! Reads simple block YAML, which is what nearly all manifests are, several times faster than the parser.
//!
//! Simple means: each line is a comment, `key: value`, `- value` or a nesting of these; keys are words; values are
//! strings that end on their line, or collections in brackets that do. Anything else — block scalars, anchors, tags,
//! strings over several lines, tabs, any doubt about indentation — makes the reader give up, and the parser reads the
//! document from its start. So this module never reports a problem, and a test holds it to building the same tree, node
//! by node, as the parser.

use super::build::{Builder, Value};
use super::flow;
use super::scalar::Tag;
use super::tree::{NodeKind, Style};
use crate::text::{Span, offset};

/// Reads the document of `text` at `span` into the builder; `None` if it isn't simple, or has to be refused. The builder
/// is spoilt then.
pub(super) fn document<'a>(builder: &mut Builder<'a>, text: &'a str, span: Span) -> Option<()> {
    if span.of(text).contains('\u{feff}') || span.of(text).contains('\0') {
        return None;
    }
    let mut reader = Reader { text, builder, levels: Vec::new(), begun: false };
    let mut at = span.start;
    let (mut opened, mut ended) = (false, false);
    for line in span.of(text).split_inclusive('\n') {
        let start = at;
        at += offset(line.len());
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let content = line.trim_start_matches(' ');
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let column = offset(line.len() - content.len());
        match content.strip_prefix("---").or_else(|| content.strip_prefix("...")) {
            Some(rest) if column == 0 => {
                let opens = content.starts_with('-');
                if !is_end(rest) || ended || (opens && (opened || reader.begun)) {
                    return None;
                }
                opened |= opens;
                ended = !opens;
            }
            _ if ended => return None,
            _ => reader.line(Span::new(start + column, start + offset(line.len())), column)?,
        }
    }
    while !reader.levels.is_empty() {
        reader.close()?;
    }
    reader.begun.then_some(())
}

/// A collection that is open.
struct Level {
    kind: NodeKind,
    /// The column of its keys or dashes.
    column: u32,
    /// Set after a key or dash until its value is there: where nothing would stand.
    awaiting: Option<u32>,
}

struct Reader<'a, 'b> {
    text: &'a str,
    builder: &'b mut Builder<'a>,
    levels: Vec<Level>,
    /// Whether the root has been opened.
    begun: bool,
}

impl Reader<'_, '_> {
    /// Reads the content of a line, which begins in this column.
    fn line(&mut self, mut content: Span, mut column: u32) -> Option<()> {
        let mut in_item = false;
        loop {
            let text = content.of(self.text);
            if let Some(rest) = text.strip_prefix('-').filter(|rest| rest.is_empty() || rest.starts_with(' '))
            {
                self.place(NodeKind::Sequence, content.start, column)?;
                self.levels.last_mut()?.awaiting = Some(content.start + 1);
                in_item = true;
                let inner = rest.trim_start_matches(' ');
                if inner.is_empty() || inner.starts_with('#') {
                    return Some(());
                }
                let gap = offset(text.len() - inner.len());
                content.start += gap;
                column += gap;
                continue;
            }
            if let Some((key, style)) = self.key(content) {
                self.place(NodeKind::Mapping, content.start, column)?;
                self.scalar(key, style)?;
                return self.value(Span::new(key.end + 1, content.end));
            }
            if !in_item {
                return None;
            }
            return self.node(content);
        }
    }

    /// Makes the collection of this kind in this column the innermost one, ready for its next entry.
    fn place(&mut self, kind: NodeKind, start: u32, column: u32) -> Option<()> {
        while self.levels.last().is_some_and(|level| level.column > column) {
            self.close()?;
        }
        let Some(mut top) = self.levels.last_mut() else {
            return if self.begun { None } else { self.open(kind, start, column) };
        };
        // A list may stand in the column of the key that it belongs to; the next key ends it.
        if top.column == column && top.kind == NodeKind::Sequence && kind == NodeKind::Mapping {
            self.close()?;
            top = self.levels.last_mut()?;
            if top.column != column {
                return None;
            }
        }
        match (top.column == column, top.kind == kind) {
            (true, true) => self.settle(),
            (true, false) if kind == NodeKind::Mapping => None,
            _ => {
                top.awaiting.take()?;
                self.open(kind, start, column)
            }
        }
    }

    fn open(&mut self, kind: NodeKind, start: u32, column: u32) -> Option<()> {
        self.begun = true;
        self.levels.push(Level { kind, column, awaiting: None });
        self.builder.open(kind, start, Style::Block, 0).ok()
    }

    fn close(&mut self) -> Option<()> {
        self.settle()?;
        self.levels.pop();
        self.builder.close(None).ok()
    }

    /// Adds null if the innermost collection still waits for a value.
    fn settle(&mut self) -> Option<()> {
        match self.levels.last_mut()?.awaiting.take() {
            Some(at) => self.scalar(Span::at(at), Style::Plain),
            None => Some(()),
        }
    }

    fn scalar(&mut self, span: Span, style: Style) -> Option<()> {
        let inner = match style {
            Style::Plain => span,
            _ => Span::new(span.start + 1, span.end - 1),
        };
        self.builder.scalar(span, &Value::Source(inner), style, Tag::None, 0).ok()
    }

    /// The key that begins the content, if a colon and a space or the end of the line follow.
    fn key(&self, content: Span) -> Option<(Span, Style)> {
        let text = content.of(self.text);
        let (len, style) = match text.bytes().next()? {
            b'"' => (flow::simple_string(self.text, content)?.len() as usize, Style::DoubleQuoted),
            b'\'' => (flow::simple_string(self.text, content)?.len() as usize, Style::SingleQuoted),
            first if first.is_ascii_alphanumeric() => {
                (text.bytes().take_while(is_word).count(), Style::Plain)
            }
            _ => return None,
        };
        let mut after = text.bytes().skip(len);
        let follows = after.next() == Some(b':') && after.next().is_none_or(|b| b == b' ');
        (follows && len < LONGEST_KEY).then(|| (Span::new(content.start, content.start + offset(len)), style))
    }

    /// Reads what follows a key and its colon.
    fn value(&mut self, after: Span) -> Option<()> {
        let text = after.of(self.text);
        let content = text.trim_start_matches(' ');
        self.levels.last_mut()?.awaiting = Some(after.start);
        if content.is_empty() || content.starts_with('#') {
            return Some(());
        }
        self.node(Span::new(after.start + offset(text.len() - content.len()), after.end))
    }

    /// Reads a scalar, or a collection in brackets, that ends with its line.
    fn node(&mut self, content: Span) -> Option<()> {
        self.levels.last_mut()?.awaiting = None;
        let end = match content.of(self.text).bytes().next()? {
            b'[' | b'{' => flow::within_line(self.builder, self.text, content)?,
            quote @ (b'"' | b'\'') => {
                let span = flow::simple_string(self.text, content)?;
                self.scalar(span, if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted })?;
                span.end
            }
            _ => {
                let len = plain_len(content.of(self.text).as_bytes())?;
                let span = Span::new(content.start, content.start + offset(len));
                self.scalar(span, Style::Plain)?;
                span.end
            }
        };
        is_end(Span::new(end, content.end).of(self.text)).then_some(())
    }
}

/// The parser takes no longer keys.
const LONGEST_KEY: usize = 1000;

fn is_word(b: &u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/')
}

/// Whether nothing but spaces and a comment stands here.
fn is_end(rest: &str) -> bool {
    let comment = rest.trim_start_matches(' ');
    comment.is_empty() || (comment.starts_with('#') && comment.len() < rest.len())
}

/// The length of the plain scalar that begins a line's rest; `None` if it isn't certain that it is one, and ends there.
fn plain_len(text: &[u8]) -> Option<usize> {
    let (first, rest) = text.split_first()?;
    let begins_well = match first {
        b'-' => rest.first().is_some_and(u8::is_ascii_alphanumeric),
        b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
        | b'"' | b'%' | b'@' | b'`' => false,
        _ => true,
    };
    if !begins_well {
        return None;
    }
    let mut len = 0;
    let mut previous = b' ';
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b' ' if previous == b':' => return None,
            b'#' if previous == b' ' => return Some(len),
            // Control characters, and the byte that begins a byte order mark.
            0..b' ' | 0x7f | 0xef => return None,
            b' ' => {}
            _ => len = at + 1,
        }
        previous = byte;
    }
    (previous != b':').then_some(len)
}
