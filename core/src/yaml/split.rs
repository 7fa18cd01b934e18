//! Cuts a file into its documents by looking at lines only.
//!
//! `---` and `...` at the start of a line are document markers wherever they stand, even inside a block scalar or a
//! quoted string, so no parsing is needed; and a broken document can't swallow the next one.

use crate::text::{Span, offset};

/// The ranges of the documents of `text`, in order.
///
/// A range holds the comments and directives before the document, its `---` and its `...`. A chunk of blank lines,
/// comments and directives alone is no document; its comments belong to the document that follows. JSON values that
/// follow each other without a marker are documents of their own. A byte order mark at the start lies in no range.
pub fn documents(text: &str) -> Vec<Span> {
    let mut splitter = Splitter { text, documents: Vec::new(), start: 0, opened: None, content: None };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        splitter.line(at, line);
        at += line.len();
    }
    splitter.end_document(at);
    splitter.documents
}

struct Splitter<'a> {
    text: &'a str,
    documents: Vec<Span>,
    /// Where the range of the next document begins.
    start: usize,
    /// After a `---`: where the line after it begins.
    opened: Option<usize>,
    /// Where the first content of the document stands, once seen.
    content: Option<usize>,
}

impl Splitter<'_> {
    fn line(&mut self, at: usize, line: &str) {
        let body = match line.strip_prefix('\u{feff}') {
            Some(rest) if at == 0 || marker(rest).is_some() => rest,
            _ => line,
        };
        let begin = at + line.len() - body.len();
        if at == 0 {
            self.start = begin;
        }
        match marker(body) {
            Some(Marker::Start) => {
                if self.content.is_some() {
                    self.end_document(at);
                    self.start = begin;
                } else if let Some(after) = self.opened {
                    self.start = after;
                }
                let end = begin + body.len();
                self.opened = Some(end);
                let rest = body.get(3..).unwrap_or("");
                if !is_blank(rest) {
                    self.content = Some(end - rest.trim_start().len());
                }
            }
            Some(Marker::End) => {
                let end = begin + body.len();
                self.end_document(end);
                self.start = end;
                self.opened = None;
            }
            None if self.content.is_none() => {
                let directive = self.opened.is_none() && body.starts_with('%');
                if !is_blank(body) && !directive {
                    self.content = Some(begin + body.len() - body.trim_start().len());
                }
            }
            None => {}
        }
    }

    /// Takes what has been read up to `end` as a document, if it has content.
    fn end_document(&mut self, end: usize) {
        let Some(content) = self.content.take() else { return };
        let span = Span::new(offset(self.start), offset(end));
        self.start = end;
        self.opened = None;
        let first = self.text.get(content..).unwrap_or("");
        let may_be_json = first.starts_with(['{', '[']) && !first.starts_with("{{");
        let values = if may_be_json { json_values(self.text, content, end) } else { Vec::new() };
        if values.len() < 2 {
            self.documents.push(span);
            return;
        }
        let mut start = span.start;
        for value_end in values {
            self.documents.push(Span::new(start, value_end));
            start = value_end;
        }
    }
}

enum Marker {
    Start,
    End,
}

fn marker(line: &str) -> Option<Marker> {
    let (marker, rest) = line.split_at_checked(3)?;
    if !rest.is_empty() && !rest.starts_with([' ', '\t', '\r', '\n']) {
        return None;
    }
    match marker {
        "---" => Some(Marker::Start),
        "..." => Some(Marker::End),
        _ => None,
    }
}

/// Whether a line, or what follows a marker on its line, holds white space or a comment only.
fn is_blank(line: &str) -> bool {
    let text = line.trim_start();
    text.is_empty() || text.starts_with('#')
}

/// The ends of the JSON values that follow each other between `start` and `end`; empty if this isn't JSON. The last end
/// is `end`, so that the white space after it belongs to it.
fn json_values(text: &str, start: usize, end: usize) -> Vec<u32> {
    let mut ends = Vec::new();
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    for (at, byte) in text.bytes().enumerate().take(end).skip(start) {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'{' | b'[' => {
                if depth == 0 && at > start {
                    ends.push(offset(at));
                }
                depth += 1;
            }
            b'}' | b']' if depth > 0 => depth -= 1,
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'"' if depth > 0 => in_string = true,
            b'\'' | b'#' => return Vec::new(),
            _ if depth == 0 => return Vec::new(),
            _ => {}
        }
    }
    ends.push(offset(end));
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        documents(text).into_iter().map(|span| span.of(text)).collect()
    }

    #[test]
    fn markers_separate_documents() {
        assert_eq!(split("a: 1\n---\nb: 2\n"), ["a: 1\n", "---\nb: 2\n"]);
        assert_eq!(split("a: 1\r\n---\r\nb: 2"), ["a: 1\r\n", "---\r\nb: 2"]);
        assert_eq!(split("a: |\n  ---\n---x: 1\n"), ["a: |\n  ---\n---x: 1\n"]);
        assert_eq!(split("--- {a: 1}\n--- # note\nb: 2\n"), ["--- {a: 1}\n", "--- # note\nb: 2\n"]);
    }

    #[test]
    fn an_end_marker_belongs_to_its_document() {
        assert_eq!(split("a: 1\n...\nb: 2\n"), ["a: 1\n...\n", "b: 2\n"]);
        assert_eq!(split("...\n---\n...\na: 1\n"), ["a: 1\n"]);
    }

    #[test]
    fn comments_and_directives_belong_to_the_next_document() {
        assert_eq!(split("# x\n---\na: 1\n"), ["# x\n---\na: 1\n"]);
        assert_eq!(split("%YAML 1.2\n---\na: 1\n"), ["%YAML 1.2\n---\na: 1\n"]);
        assert_eq!(split("---\n# lost?\n---\na: 1\n"), ["# lost?\n---\na: 1\n"]);
        assert_eq!(split("a: 1\n---\n\n# c\n---\nb: 2\n"), ["a: 1\n", "\n# c\n---\nb: 2\n"]);
    }

    #[test]
    fn blank_files_have_no_document() {
        for text in ["", "\n", "---\n", "# only\n", "---\n---\n...\n", "\u{feff}", "\u{feff}# x"] {
            assert!(documents(text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn byte_order_marks_lie_outside() {
        assert_eq!(split("\u{feff}a: 1\n\u{feff}---\nb: 2\n"), ["a: 1\n", "---\nb: 2\n"]);
        assert_eq!(split("\u{feff}---\nb: 2\n"), ["---\nb: 2\n"]);
    }

    #[test]
    fn json_values_that_follow_each_other_are_documents() {
        assert_eq!(split("{\"a\": \"}{\"}\n{\"b\": 2}\n"), ["{\"a\": \"}{\"}\n", "{\"b\": 2}\n"]);
        assert_eq!(split("{\"a\": \"\\\"}{\"}\n"), ["{\"a\": \"\\\"}{\"}\n"]);
        assert_eq!(split("{a: 1}: 2\n"), ["{a: 1}: 2\n"]);
        assert_eq!(split("{{ x }}\n{{ y }}\n").len(), 1);
    }
}
