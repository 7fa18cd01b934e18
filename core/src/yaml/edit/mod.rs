//! Byte edits that change one field and leave comments, quoting and indentation of everything else alone.
//!
//! Each function gives an edit of the text that the node was read from, or nothing where the node isn't written here
//! (an alias, an entry of a merge key) or in a way that can't be edited safely. The result is always to be read again.

mod render;

use std::borrow::Cow;

use serde_json::Value;

use self::render::Manner;
use super::tree::{Content, Entry, Node, NodeKind, Style, Tree};
use crate::text::{Span, offset};

/// Replaces the bytes at `span` by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// The bytes that go; an empty range inserts.
    pub span: Span,
    /// What comes instead.
    pub text: String,
}

impl TextEdit {
    fn new(start: u32, end: u32, text: impl Into<String>) -> Self {
        Self { span: Span::new(start, end), text: text.into() }
    }
}

/// Replaces a value by `flow`, which is YAML on one line. An alias is replaced, not what it stands for. Anchors and tags
/// of the value stay.
pub fn replace_value(node: Node<'_>, flow: &str) -> Option<TextEdit> {
    let source = Source::of(node);
    let span = node.span();
    let before = source.before(span.start);
    if node.is_alias() {
        return Some(TextEdit::new(span.start, span.end, flow));
    }
    match node.style() {
        Style::Pair => None,
        Style::Block => {
            // On the line of its key or dash, unless a comment, anchor or tag stands between.
            let announced = before.trim_end();
            if announced.ends_with([':', '-'])
                && announced.len() < before.len()
                && !source.comment_in_last_line(announced)
            {
                return Some(TextEdit::new(offset(announced.len()), span.end, format!(" {flow}")));
            }
            // A list may be indented like the key that it belongs to; one line must be indented more.
            let indent =
                if node.kind() == NodeKind::Sequence && before.ends_with([' ', '\n']) { "  " } else { "" };
            Some(TextEdit::new(span.start, span.end, format!("{indent}{flow}")))
        }
        Style::Literal | Style::Folded => {
            let header = node.raw().split(['\n', '\r']).next().unwrap_or("");
            let comment = header.find(" #").and_then(|at| header.get(at..)).unwrap_or("");
            Some(TextEdit::new(span.start, span.end, format!("{flow}{comment}")))
        }
        _ if span.is_empty() => {
            before.ends_with([':', '-']).then(|| TextEdit::new(span.start, span.end, format!(" {flow}")))
        }
        _ => Some(TextEdit::new(span.start, span.end, flow)),
    }
}

/// Removes the entry with this key. A mapping that loses its only entry becomes `{}`.
pub fn remove_entry(mapping: Node<'_>, key: &str) -> Option<TextEdit> {
    let entries = written(mapping)?;
    let index = entries.iter().rposition(|entry| has_key(entry, key))?;
    let parts: Vec<_> = entries.iter().map(entry_span).collect();
    remove_part(mapping, "{}", &parts, index)
}

/// Removes the item at `index`. A list that loses its only item becomes `[]`.
pub fn remove_item(sequence: Node<'_>, index: usize) -> Option<TextEdit> {
    let parts = item_parts(sequence)?;
    remove_part(sequence, "[]", &parts, index)
}

/// Replaces a value by another on one line, in the manner of the file.
pub fn replace_with(node: Node<'_>, value: &Value) -> Option<TextEdit> {
    let manner = Source::of(node).manner(node.tree());
    replace_value(node, &manner.flow(value))
}

/// Adds an entry, in the style of the mapping: after the entry `after`, or at the end. `None` if the key is there.
pub fn insert_entry(mapping: Node<'_>, key: &str, value: &Value, after: Option<&str>) -> Option<TextEdit> {
    let entries = written(mapping)?;
    if entries.iter().any(|entry| has_key(entry, key)) {
        return None;
    }
    let previous = match after {
        Some(name) => Some(entries.iter().rfind(|entry| has_key(entry, name))?),
        None => entries.last(),
    };
    let source = Source::of(mapping);
    let manner = source.manner(mapping.tree());
    let part = previous.map(entry_span);
    if mapping.style() == Style::Flow {
        return source.insert_flow(mapping, part, &manner.flow_entry(key, value));
    }
    let indent = source.column(mapping.span().start)?;
    let rendered = manner.block_entry(key, value, indent);
    source.insert_lines(previous?.value, part?, indent, &rendered, manner)
}

/// Adds an item at the end of a list, in the style of the list.
pub fn append_item(sequence: Node<'_>, value: &Value) -> Option<TextEdit> {
    append_items(sequence, std::slice::from_ref(value))
}

/// Adds items at the end of a list, in the style of the list. `None` without items.
pub fn append_items(sequence: Node<'_>, values: &[Value]) -> Option<TextEdit> {
    if values.is_empty() {
        return None;
    }
    let parts = item_parts(sequence)?;
    let source = Source::of(sequence);
    let manner = source.manner(sequence.tree());
    if sequence.style() == Style::Flow {
        let rendered: Vec<_> = values.iter().map(|value| manner.flow(value)).collect();
        return source.insert_flow(sequence, parts.last().copied(), &rendered.join(", "));
    }
    let indent = source.column(sequence.span().start)?;
    let rendered: Vec<_> = values.iter().map(|value| manner.block_item(value, indent)).collect();
    let rendered = rendered.join(&format!("{}{}", manner.eol, " ".repeat(indent)));
    source.insert_lines(sequence.items().last()?, *parts.last()?, indent, &rendered, manner)
}

/// A string as a scalar of YAML: in quotes where a reader would take it for something else, or for several lines.
pub fn string(text: &str) -> Cow<'_, str> {
    Manner { eol: "\n", list_indent: 0, json: false }.string(text)
}

/// Appends the document `yaml` to a file with this text, with a `---` where it is needed. The line ends are those of the
/// file, and a file without a final line end still has none.
pub fn append_document(text: &str, yaml: &str) -> TextEdit {
    let source = Source { text };
    let eol = source.eol();
    let mut added = String::new();
    let lines = yaml.trim_end().lines();
    let last_line = text.trim_end().rsplit('\n').next().unwrap_or("");
    let ends_line = text.is_empty() || text.ends_with('\n');
    if !ends_line {
        added.push_str(eol);
    }
    if holds_content(text) && last_line != "---" && last_line != "..." {
        added.push_str("---");
        added.push_str(eol);
    }
    let body: Vec<_> = lines.collect();
    added.push_str(&body.join(eol));
    if ends_line {
        added.push_str(eol);
    }
    TextEdit { span: Span::at(offset(text.len())), text: added }
}

/// Removes the document at `span`, as [`documents`](super::documents) found it, with its `---`. Comments before the first
/// `---` of the file stay. `None` for the only document: an empty file is not what removing one means.
pub fn remove_document(text: &str, span: Span) -> Option<TextEdit> {
    let outside = [text.get(..span.start as usize)?, text.get(span.end as usize..)?];
    if !outside.into_iter().any(holds_content) {
        return None;
    }
    let mut start = span.start;
    for line in span.of(text).split_inclusive('\n') {
        let is_comment = line.trim().is_empty() || line.trim_start().starts_with('#');
        if !is_comment {
            let opens = line.trim_end() == "---" || line.starts_with("--- ");
            return Some(TextEdit::new(if opens { start } else { span.start }, span.end, ""));
        }
        start += offset(line.len());
    }
    None
}

/// `key: value` as lines of a new YAML document, each with this indentation and a line end.
pub fn lines(key: &str, value: &Value, indent: usize) -> String {
    let manner = Manner { eol: "\n", list_indent: 2, json: false };
    format!("{}{}\n", " ".repeat(indent), manner.block_entry(key, value, indent))
}

/// Whether a document begins anywhere; the first line that is neither blank nor comment tells.
fn holds_content(text: &str) -> bool {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim_end);
    lines
        .filter(|line| !line.is_empty() && !line.trim_start().starts_with('#'))
        .any(|line| !matches!(line, "---" | "...") && !line.starts_with('%'))
}

/// The entries of a mapping that is written here.
fn written(mapping: Node<'_>) -> Option<Vec<Entry<'_>>> {
    let here = mapping.kind() == NodeKind::Mapping && !mapping.is_alias() && mapping.style() != Style::Pair;
    here.then(|| mapping.written_entries().collect())
}

fn has_key(entry: &Entry<'_>, key: &str) -> bool {
    entry.key.key_name().is_some_and(|name| name == key)
}

fn entry_span(entry: &Entry<'_>) -> Span {
    entry.key.span().cover(entry.value.span())
}

/// The items of a list that is written here; in block style with their dashes.
fn item_parts(sequence: Node<'_>) -> Option<Vec<Span>> {
    if sequence.kind() != NodeKind::Sequence || sequence.is_alias() {
        return None;
    }
    let spans = sequence.items().map(Node::span);
    if sequence.style() == Style::Flow {
        return Some(spans.collect());
    }
    let source = Source::of(sequence);
    let mut end = sequence.span().start;
    spans
        .map(|span| {
            let dash = source.skip_space(end);
            end = span.end;
            source.rest(dash).starts_with('-').then(|| Span::new(dash, span.end))
        })
        .collect()
}

/// Removes one of the parts of a collection.
fn remove_part(collection: Node<'_>, empty: &str, parts: &[Span], index: usize) -> Option<TextEdit> {
    let part = *parts.get(index)?;
    if parts.len() == 1 {
        return replace_value(collection, empty);
    }
    let source = Source::of(collection);
    if collection.style() == Style::Flow {
        if let Some(previous) = index.checked_sub(1).and_then(|index| parts.get(index)) {
            return Some(TextEdit::new(previous.end, part.end, ""));
        }
        let comma = source.skip_space(part.end);
        let after = source.rest(comma).strip_prefix(',')?.trim_start();
        return Some(TextEdit::new(part.start, offset(source.text.len() - after.len()), ""));
    }
    let line_end = source.line_end(part.end)?;
    let line = source.line_start(part.start);
    let prefix = Span::new(line, part.start).of(source.text);
    if prefix.trim_start_matches('\u{feff}').trim().is_empty() {
        let start = part.start - offset(prefix.trim_start_matches('\u{feff}').len());
        return Some(TextEdit::new(start, line_end, ""));
    }
    // Behind a dash: the next part, or a comment before it, moves up.
    let next = source.rest(line_end).trim_start();
    Some(TextEdit::new(part.start, offset(source.text.len() - next.len()), ""))
}

/// A text, with what edits ask about it.
#[derive(Clone, Copy)]
struct Source<'a> {
    text: &'a str,
}

impl<'a> Source<'a> {
    fn of(node: Node<'a>) -> Self {
        Self { text: node.source() }
    }

    fn before(self, at: u32) -> &'a str {
        self.text.get(..at as usize).unwrap_or("")
    }

    fn rest(self, at: u32) -> &'a str {
        self.text.get(at as usize..).unwrap_or("")
    }

    fn line_start(self, at: u32) -> u32 {
        self.before(at).rfind('\n').map_or(0, |end| offset(end + 1))
    }

    /// The offset behind the line end of the line that holds `at`, if nothing but a comment follows there.
    fn line_end(self, at: u32) -> Option<u32> {
        let rest = self.rest(at);
        let line = rest.split_inclusive('\n').next().unwrap_or("");
        let blank = line.trim_start();
        (blank.is_empty() || blank.starts_with('#')).then(|| at + offset(line.len()))
    }

    /// The column of `at` in its line: what stands before it counts as indentation.
    fn column(self, at: u32) -> Option<usize> {
        let prefix = Span::new(self.line_start(at), at).of(self.text).trim_start_matches('\u{feff}');
        prefix.chars().all(|c| matches!(c, ' ' | '-')).then_some(prefix.len())
    }

    fn comment_in_last_line(self, before: &str) -> bool {
        let line = before.rsplit('\n').next().unwrap_or("");
        line.starts_with('#') || line.contains(" #") || line.contains("\t#")
    }

    /// Skips white space and comments.
    fn skip_space(self, mut at: u32) -> u32 {
        loop {
            let rest = self.rest(at);
            let skipped = rest.trim_start();
            at += offset(rest.len() - skipped.len());
            if !skipped.starts_with('#') {
                return at;
            }
            at += offset(skipped.find('\n').unwrap_or(skipped.len()));
        }
    }

    fn eol(self) -> &'static str {
        let first = self.text.find('\n').unwrap_or(0);
        if self.text.get(..first).is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" }
    }

    fn manner(self, tree: &Tree) -> Manner {
        let root = tree.node(self.text);
        let json = root.is_some_and(|root| {
            let first_key = root.written_entries().next().map(|entry| entry.key.style());
            root.style() == Style::Flow && first_key.is_none_or(|style| style == Style::DoubleQuoted)
        });
        let list_indent = tree.first_list_indent(|at| self.column(at)).unwrap_or(0);
        Manner { eol: self.eol(), list_indent, json }
    }

    /// Inserts into a collection in brackets behind the part `previous`, or right behind the opening bracket.
    fn insert_flow(self, collection: Node<'_>, previous: Option<Span>, rendered: &str) -> Option<TextEdit> {
        let Some(previous) = previous else {
            let inside = collection.span().start + 1;
            return Some(TextEdit::new(inside, inside, rendered));
        };
        let line = self.line_start(previous.start);
        let indent = Span::new(line, previous.start).of(self.text);
        let own_line = line > collection.span().start && indent.trim().is_empty();
        let text =
            if own_line { format!(",{}{indent}{rendered}", self.eol()) } else { format!(", {rendered}") };
        Some(TextEdit::new(previous.end, previous.end, text))
    }

    /// Inserts lines behind the line on which `part` ends; `value` is the value that ends there.
    fn insert_lines(
        self,
        value: Node<'_>,
        part: Span,
        indent: usize,
        rendered: &str,
        manner: Manner,
    ) -> Option<TextEdit> {
        let mut at = self.line_end(part.end)?;
        if keeps_blank_lines(value) {
            while let Some(line) =
                self.rest(at).split_inclusive('\n').next().filter(|line| line.trim().is_empty())
            {
                at += offset(line.len());
            }
        }
        let (indent, eol) = (" ".repeat(indent), manner.eol);
        let text = if self.before(at).ends_with('\n') {
            format!("{indent}{rendered}{eol}")
        } else {
            format!("{eol}{indent}{rendered}")
        };
        Some(TextEdit::new(at, at, text))
    }
}

/// Whether the value ends with a block scalar that keeps the blank lines after it.
fn keeps_blank_lines(mut node: Node<'_>) -> bool {
    while let Some(last) =
        node.written_entries().last().map(|entry| entry.value).or_else(|| node.items().last())
    {
        if last.is_alias() {
            return false;
        }
        node = last;
    }
    let block = matches!(node.style(), Style::Literal | Style::Folded);
    block && !node.is_alias() && node.raw().split(['\n', '\r', ' ']).next().unwrap_or("").contains('+')
}

impl Tree {
    /// The root, which is the first node.
    fn node<'a>(&'a self, text: &'a str) -> Option<Node<'a>> {
        (!self.is_empty()).then(|| Node::new(self, text, super::NodeId(0)))
    }

    /// How far the first block list that is the value of a key stands to the right of that key's mapping.
    fn first_list_indent(&self, column: impl Fn(u32) -> Option<usize>) -> Option<usize> {
        self.nodes.iter().find_map(|mapping| {
            let Content::Mapping { first, len } = mapping.content else { return None };
            let values = self.links.get(first as usize..(first + len) as usize)?.iter().skip(1).step_by(2);
            let list = values.filter_map(|id| self.get(*id)).find(|value| {
                value.style == Style::Block && matches!(value.content, Content::Sequence { .. })
            })?;
            column(list.span.start)?.checked_sub(column(mapping.span.start)?)
        })
    }
}

#[cfg(test)]
mod tests;
