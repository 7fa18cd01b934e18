//! Where a cursor stands in half-typed YAML: the way through the fields, told from indentation and brackets alone.
//!
//! No tree is needed, so that an unfinished line is no hindrance. Only what stands before the cursor counts, up to the
//! document marker above it.

use std::borrow::Cow;

use crate::ide::spot::Step;
use crate::text::{Span, offset};

/// Where a cursor stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Context {
    /// The bytes of the document, without its markers.
    pub(super) document: Span,
    /// The way to the mapping whose key is typed, or to the value or item that is.
    pub(super) steps: Vec<Step<'static>>,
    /// What is typed there.
    pub(super) at: At,
    /// The keys of the mapping that stand before the cursor.
    pub(super) keys: Vec<String>,
    /// The bytes of what is typed so far, to be replaced.
    pub(super) typed: Span,
    /// The column at which the key or item begins, from 0.
    pub(super) column: usize,
    /// Whether it is inside brackets.
    pub(super) flow: bool,
    /// Whether a space has to go before a value.
    pub(super) needs_space: bool,
    /// Whether it is inside quotes.
    pub(super) quoted: bool,
}

/// What is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// A key of a mapping.
    Key,
    /// The value of a key.
    Value,
    /// An item of a list, behind its dash or inside brackets.
    Item,
}

/// An open mapping or list.
#[derive(Clone, Debug)]
enum Frame {
    Map { column: usize, key: Option<String>, keys: Vec<String>, flow: bool },
    List { column: usize, index: usize, flow: bool },
}

impl Frame {
    fn column(&self) -> usize {
        match self {
            Self::Map { column, .. } | Self::List { column, .. } => *column,
        }
    }

    fn is_flow(&self) -> bool {
        match self {
            Self::Map { flow, .. } | Self::List { flow, .. } => *flow,
        }
    }
}

/// Reads where a cursor stands; none in comments, in text blocks and in the middle of nothing.
pub(super) fn read(text: &str, cursor: u32) -> Option<Context> {
    let document = document(text, cursor);
    let before = text.get(document.start as usize..cursor as usize)?;
    let mut reader =
        Reader { frames: Vec::new(), block_text: None, token: Token::default(), at: At::Key, comment: false };
    let mut at = document.start;
    for line in before.split_inclusive('\n') {
        reader.line(at, line);
        at += offset(line.len());
    }
    if before.is_empty() || before.ends_with('\n') {
        reader.line(at, "");
    }
    reader.finish(text, document, cursor)
}

/// The document that holds an offset: between two lines that are markers.
fn document(text: &str, cursor: u32) -> Span {
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let is_marker = matches!(line.trim_end(), "---" | "...") || line.starts_with("--- ");
        if is_marker && end <= cursor as usize {
            start = end;
        } else if is_marker && at >= cursor as usize && at > start {
            return Span::new(offset(start), offset(at));
        }
        at = end;
    }
    Span::new(offset(start), offset(text.len()))
}

/// What is being typed.
#[derive(Clone, Debug, Default)]
struct Token {
    start: u32,
    quoted: bool,
    /// The column of the key or of the item.
    column: usize,
    /// It stands right behind a colon.
    needs_space: bool,
}

struct Reader {
    frames: Vec<Frame>,
    /// The column of the key whose value is a text block that is being read.
    block_text: Option<usize>,
    token: Token,
    at: At,
    comment: bool,
}

impl Reader {
    fn line(&mut self, start: u32, line: &str) {
        self.comment = false;
        let line = line.trim_end_matches(['\n', '\r']);
        if self.frames.last().is_some_and(Frame::is_flow) {
            self.brackets(start, line, 0);
            return;
        }
        let content = line.trim_start_matches(' ');
        let column = line.len() - content.len();
        if let Some(key) = self.block_text {
            if content.is_empty() || column > key {
                self.comment = column > key || line.is_empty();
                return;
            }
            self.block_text = None;
        }
        if content.starts_with('#') {
            self.comment = true;
            return;
        }
        self.content(start, column, content);
    }

    /// A line in block style, from its first character on.
    fn content(&mut self, line: u32, mut column: usize, mut content: &str) {
        let mut behind_dash = false;
        while let Some(rest) =
            content.strip_prefix('-').filter(|rest| rest.is_empty() || rest.starts_with(' '))
        {
            self.dash(column);
            let inner = rest.trim_start_matches(' ');
            column += 1 + rest.len() - inner.len();
            content = inner;
            behind_dash = true;
        }
        let start = line + offset(column);
        self.at = if behind_dash { At::Item } else { At::Key };
        self.token = Token { start, column, ..Token::default() };
        if content.is_empty() {
            return;
        }
        let Some((key, value)) = split_key(content) else {
            if content.starts_with(['{', '[']) {
                self.brackets(line, content, column);
            } else {
                self.token.quoted = content.starts_with(['"', '\'']);
                self.token.start += u32::from(self.token.quoted);
                self.comment = has_comment(content);
            }
            return;
        };
        self.key(column, key);
        let inner = value.trim_start();
        let begin = column + content.len() - inner.len();
        self.at = At::Value;
        self.token.start = line + offset(begin);
        self.token.needs_space = value.is_empty();
        if inner.starts_with(['|', '>']) {
            self.block_text = Some(column);
        } else if inner.starts_with(['{', '[']) {
            self.brackets(line, inner, begin);
        } else {
            self.token.quoted = inner.starts_with(['"', '\'']);
            self.token.start += u32::from(self.token.quoted);
            self.comment = inner.starts_with('#') || has_comment(inner);
        }
    }

    /// A dash begins an item.
    fn dash(&mut self, column: usize) {
        self.frames.retain(|frame| frame.column() <= column);
        match self.frames.last_mut() {
            Some(Frame::List { column: own, index, .. }) if *own == column => *index += 1,
            _ => self.frames.push(Frame::List { column, index: 0, flow: false }),
        }
    }

    /// A key begins an entry.
    fn key(&mut self, column: usize, name: String) {
        self.close_for_key(column);
        match self.frames.last_mut() {
            Some(Frame::Map { column: own, key, keys, .. }) if *own == column => {
                keys.push(name.clone());
                *key = Some(name);
            }
            _ => self.frames.push(Frame::Map {
                column,
                keys: vec![name.clone()],
                key: Some(name),
                flow: false,
            }),
        }
    }

    /// Closes what ends where a key stands in a column.
    fn close_for_key(&mut self, column: usize) {
        self.frames.retain(|frame| frame.column() <= column);
        while matches!(self.frames.last(), Some(Frame::List { column: own, .. }) if *own == column) {
            self.frames.pop();
        }
    }

    /// A line inside brackets, or from an opening one on; `column` is where the text begins in its line.
    fn brackets(&mut self, line: u32, text: &str, column: usize) {
        let mut chars = text.char_indices().peekable();
        let mut quote: Option<char> = None;
        let mut word = String::new();
        if self.frames.last().is_some_and(Frame::is_flow) && self.at != At::Value {
            self.start_entry(line + offset(column), &mut word);
        }
        while let Some((at, c)) = chars.next() {
            let next = line + offset(column + at + c.len_utf8());
            if let Some(open) = quote {
                if c == open {
                    quote = None;
                } else {
                    word.push(c);
                }
                continue;
            }
            match c {
                '"' | '\'' if word.trim().is_empty() => {
                    quote = Some(c);
                    self.token = Token { start: next, quoted: true, column: column + at, needs_space: false };
                    word.clear();
                }
                '{' | '[' => {
                    let column = column + at;
                    self.frames.push(match c {
                        '{' => Frame::Map { column, key: None, keys: Vec::new(), flow: true },
                        _ => Frame::List { column, index: 0, flow: true },
                    });
                    self.start_entry(next, &mut word);
                }
                '}' | ']' => {
                    self.frames.pop();
                    word.clear();
                    if !self.frames.last().is_some_and(Frame::is_flow) {
                        // What follows the last bracket is no value.
                        self.comment = true;
                        return;
                    }
                }
                ',' => {
                    match self.frames.last_mut() {
                        Some(Frame::List { index, .. }) => *index += 1,
                        Some(Frame::Map { key, .. }) => *key = None,
                        None => {}
                    }
                    self.start_entry(next, &mut word);
                }
                ':' if chars.peek().is_none_or(|(_, c)| matches!(c, ' ' | ',' | '}' | ']'))
                    || self.token.quoted =>
                {
                    if let Some(Frame::Map { key, keys, .. }) = self.frames.last_mut()
                        && key.is_none()
                    {
                        let name = word.trim().to_owned();
                        keys.push(name.clone());
                        *key = Some(name);
                        word.clear();
                        self.at = At::Value;
                        let needs_space = chars.peek().is_none();
                        self.token = Token { start: next, needs_space, ..Token::default() };
                    }
                }
                '#' if text.get(..at).is_none_or(|before| before.is_empty() || before.ends_with(' ')) => {
                    self.comment = true;
                    return;
                }
                ' ' | '\t' if word.is_empty() && !self.token.quoted => self.token.start = next,
                _ => word.push(c),
            }
        }
        // A quoted word that is closed is no word to complete.
        if self.token.quoted && quote.is_none() {
            self.comment = true;
        }
    }

    /// An entry or item begins at an offset.
    fn start_entry(&mut self, start: u32, word: &mut String) {
        word.clear();
        self.at = match self.frames.last() {
            Some(Frame::List { .. }) => At::Item,
            _ => At::Key,
        };
        self.token = Token { start, ..Token::default() };
    }

    fn finish(mut self, text: &str, document: Span, cursor: u32) -> Option<Context> {
        if self.comment || self.block_text.is_some() {
            return None;
        }
        let flow = self.frames.last().is_some_and(Frame::is_flow);
        if self.at == At::Key && !flow {
            self.close_for_key_at_cursor();
        }
        let mut keys = Vec::new();
        if let (At::Key, Some(Frame::Map { column, keys: own, key, flow })) =
            (self.at, self.frames.last_mut())
            && (*flow || *column == self.token.column)
        {
            keys = std::mem::take(own);
            *key = None;
        }
        let mut steps = Vec::new();
        for frame in &self.frames {
            match frame {
                Frame::Map { key: Some(key), .. } => steps.push(Step::Key(Cow::Owned(key.clone()))),
                Frame::Map { key: None, .. } => {}
                Frame::List { index, .. } => steps.push(Step::Item(*index)),
            }
        }
        let start = self.token.start.min(cursor);
        let end = word_end(text, cursor, self.token.quoted).min(document.end.max(cursor));
        Some(Context {
            document,
            steps,
            at: self.at,
            keys,
            typed: Span::new(start, end),
            column: self.token.column,
            flow,
            needs_space: self.token.needs_space,
            quoted: self.token.quoted,
        })
    }

    /// Closes what a key at the cursor would close. In the column of a list's dashes, deeper than the key above, it is an
    /// item that is missing.
    fn close_for_key_at_cursor(&mut self) {
        let column = self.token.column;
        self.frames.retain(|frame| frame.column() <= column);
        if let [.., Frame::Map { column: outer, .. }, Frame::List { column: own, .. }] =
            self.frames.as_slice()
            && *own == column
            && *outer < column
        {
            self.frames.pop();
            return;
        }
        self.close_for_key(column);
    }
}

/// The end of the word that begins before the cursor.
fn word_end(text: &str, cursor: u32, quoted: bool) -> u32 {
    let rest = text.get(cursor as usize..).unwrap_or_default();
    let is_part = |c: char| match quoted {
        true => !matches!(c, '"' | '\'' | '\n' | '\r'),
        false => c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'),
    };
    cursor + offset(rest.chars().take_while(|c| is_part(*c)).map(char::len_utf8).sum())
}

/// The key of a line `key: value`, and what follows the colon.
fn split_key(content: &str) -> Option<(String, &str)> {
    if let Some(quote) = content.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let (key, rest) = content.get(1..)?.split_once(quote)?;
        let value = rest.trim_start().strip_prefix(':')?;
        return Some((key.to_owned(), value));
    }
    if content.starts_with(['{', '[', '#']) {
        return None;
    }
    let mut from = 0;
    loop {
        let at = from + content.get(from..)?.find(':')?;
        let value = content.get(at + 1..)?;
        if content.get(..at)?.contains(" #") {
            return None;
        }
        if value.is_empty() || value.starts_with([' ', '\t']) {
            return Some((content.get(..at)?.trim_end().to_owned(), value));
        }
        from = at + 1;
    }
}

fn has_comment(text: &str) -> bool {
    text.contains(" #")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Path, what is typed, and the text to replace.
    fn at(text: &str) -> String {
        let cursor = offset(text.find("$0").unwrap());
        let text = text.replacen("$0", "", 1);
        let Some(context) = read(&text, cursor) else { return "nowhere".to_owned() };
        let path = crate::ide::spot::field(&context.steps);
        let word = context.typed.of(&text);
        let keys = if context.keys.is_empty() {
            String::new()
        } else {
            format!(" beside {}", context.keys.join(","))
        };
        format!("{:?} {path} `{word}`{keys}", context.at)
    }

    #[test]
    fn block_style_is_read_from_indentation() {
        for (text, expected) in [
            ("$0", "Key  ``"),
            ("ki$0", "Key  `ki`"),
            ("kind: Net$0", "Value kind `Net`"),
            ("kind:$0", "Value kind ``"),
            ("a: 1\n$0", "Key  `` beside a"),
            ("spec:\n  $0", "Key spec ``"),
            ("spec:\n  a: 1\n  b$0", "Key spec `b` beside a"),
            ("spec:\n  a:\n    b: 1\n  $0\n  c: 1\n", "Key spec `` beside a"),
            ("spec:\n  a:\n    b: 1\n$0", "Key  `` beside spec"),
            ("spec:\n  a:\n  - $0", "Item spec.a[0] ``"),
            ("spec:\n  a:\n  - b: 1\n    $0", "Key spec.a[0] `` beside b"),
            ("spec:\n  a:\n  - b: 1\n  - c$0", "Item spec.a[1] `c`"),
            ("spec:\n  a:\n  - b: 1\n  $0", "Key spec `` beside a"),
            ("spec:\n  a:\n    - b: 1\n    $0", "Key spec.a ``"),
            ("spec:\n  a:\n    - - x\n      - $0", "Item spec.a[0][1] ``"),
            ("spec:\n- a: 1\n  b:\n    c: x$0y\n", "Value spec[0].b.c `xy`"),
            ("'quoted': \"va$0lue\"\n", "Value quoted `value`"),
            ("a.b/c: x$0\n", "Value [\"a.b/c\"] `x`"),
            ("a: x:y$0\n", "Value a `x:y`"),
        ] {
            assert_eq!(at(text), expected, "{text:?}");
        }
    }

    #[test]
    fn brackets_are_read_by_their_marks() {
        for (text, expected) in [
            ("a: {$0", "Key a ``"),
            ("a: {b: 1, c$0}", "Key a `c` beside b"),
            ("a: {b: {c: $0}, d: 1}", "Value a.b.c ``"),
            ("a: {b:$0}", "Value a.b ``"),
            ("a: [x, $0", "Item a[1] ``"),
            ("a: [{b: 1}, {c$0", "Key a[1] `c`"),
            ("a:\n- {b: [1, 2], c: x$0", "Value a[0].c `x`"),
            ("a: {\n  b: 1,\n  $0\n}", "Key a `` beside b"),
            ("{\"a\": {\"b\": \"x$0\"}}", "Value a.b `x`"),
            ("{\"a\": {\"b$0\"}}", "Key a `b`"),
            ("a: {b: 1} $0", "nowhere"),
        ] {
            assert_eq!(at(text), expected, "{text:?}");
        }
    }

    #[test]
    fn comments_and_text_blocks_are_nowhere() {
        for text in ["# $0", "a: 1 # $0", "a: |\n  text $0", "a: {b: 1, # $0", "a: >\n\n  $0"] {
            assert_eq!(at(text), "nowhere", "{text:?}");
        }
        assert_eq!(at("a: |\n  text\nb$0"), "Key  `b` beside a");
    }

    #[test]
    fn documents_are_apart() {
        assert_eq!(at("a: 1\n---\n$0"), "Key  ``");
        assert_eq!(at("a: 1\n--- # x\nb: 1\n$0---\nc: 1\n"), "Key  `` beside b");
        assert_eq!(at("a: [\n---\nb: {c: $0"), "Value b.c ``");
        let text = "a: 1\n---\nb: 2\n---\nc: 3\n";
        assert_eq!(document(text, 10).of(text), "b: 2\n");
    }
}
