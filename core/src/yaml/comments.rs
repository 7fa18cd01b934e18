//! The comments of a document, found on demand: most documents are never asked.

use super::document::Document;
use super::tree::{Content, Style};
use crate::text::{Span, offset};

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line, without the line end.
    pub span: Span,
}

/// The comments of `document`, in the order of the text; `text` is the text of the file. A document that could not be
/// read has none, as nobody can tell which `#` begins one.
pub fn comments(text: &str, document: &Document) -> Vec<Comment> {
    if document.root.is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = document.span.start;
    for node in &document.tree.nodes {
        let (Content::Source(_) | Content::Cooked(_)) = node.content else { continue };
        let header = match node.style {
            // A comment may stand behind `|` or `>`.
            Style::Literal | Style::Folded => {
                let line = node.span.of(text).split(['\n', '\r']).next().unwrap_or("");
                offset(line.len())
            }
            _ => 0,
        };
        scan(text, Span::new(at, node.span.start + header), &mut found);
        at = at.max(node.span.end);
    }
    scan(text, Span::new(at, document.span.end), &mut found);
    found
}

/// Finds the comments in `gap`, which holds no scalar.
fn scan(text: &str, gap: Span, found: &mut Vec<Comment>) {
    let mut at = gap.start;
    while let Some(hash) = Span::new(at, gap.end).of(text).find('#') {
        let start = at + offset(hash);
        let before = start.checked_sub(1).and_then(|at| text.as_bytes().get(at as usize));
        // A byte order mark may stand before the first comment.
        let begins = start == gap.start || before.is_none_or(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
        at = start + 1;
        if begins {
            let line = Span::new(start, gap.end).of(text).split(['\n', '\r']).next().unwrap_or("");
            at = start + offset(line.len());
            found.push(Comment { span: Span::new(start, start + offset(line.trim_end().len())) });
        }
    }
}
