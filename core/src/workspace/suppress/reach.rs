//! Where a suppression applies.
//!
//! A comment at the end of a line applies to findings that start on that line. A comment alone on its line applies to
//! the fields and list items that start on the next line on which any starts, and to everything in them. A comment
//! before the first field of a document applies to the whole document; if that is the first of its file, also to
//! findings about the file as a whole. An annotation applies to everything in its object.

use crate::diagnostics::Location;
use crate::text::{SourceFile, Span};
use crate::yaml::{Comment, Document, Node, NodeKind, Style};

/// A region of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Findings that start in these bytes.
    Starting(Span),
    /// Findings that lie in these bytes as a whole.
    Within(Span),
    /// Findings that lie in these bytes, and findings without a place of their own.
    File(Span),
    /// Nothing.
    Nowhere,
}

impl Reach {
    /// Whether a place of the same file is meant.
    pub(super) fn holds(self, location: &Location) -> bool {
        let within = |span: Span, inner: Span| span.start <= inner.start && inner.end <= span.end;
        match (self, location.span) {
            (Self::Starting(span), Some(found)) => span.contains(found.start),
            (Self::Within(span) | Self::File(span), Some(found)) => within(span, found),
            (Self::File(_), None) => true,
            _ => false,
        }
    }
}

/// Where the comments of a document apply.
pub(super) struct DocumentReach<'f> {
    source: &'f SourceFile,
    document: &'f Document,
    root: Option<Node<'f>>,
    is_first: bool,
    /// The fields and items of the document, sorted.
    places: Vec<Span>,
}

impl<'f> DocumentReach<'f> {
    pub(super) fn new(source: &'f SourceFile, document: &'f Document, is_first: bool) -> Self {
        let root = document.node(&source.text);
        let mut places = Vec::new();
        if let Some(root) = root {
            collect(root, &mut places);
        }
        places.sort_unstable();
        Self { source, document, root, is_first, places }
    }

    /// Where a comment applies.
    pub(super) fn of(&self, comment: Comment) -> Reach {
        let at = comment.span.start;
        if self.root.is_some_and(|root| at < root.span().start) {
            let span = self.document.span;
            return if self.is_first { Reach::File(span) } else { Reach::Within(span) };
        }
        let lines = self.source.lines();
        let line = lines.line_span(lines.line_of(at), &self.source.text);
        if !Span::new(line.start, at).of(&self.source.text).trim().is_empty() {
            return Reach::Starting(line);
        }
        let next = self.places.partition_point(|place| place.start < at);
        let mut following = self.places.iter().skip(next).copied();
        let Some(first) = following.next() else { return Reach::Nowhere };
        let end = lines.line_span(lines.line_of(first.start), &self.source.text).end;
        let on_line = following.take_while(|place| place.start < end);
        Reach::Within(on_line.fold(first, Span::cover))
    }
}

/// The bytes of every field and list item, and of the values that stand on a line of their own.
fn collect(node: Node<'_>, places: &mut Vec<Span>) {
    if node.is_alias() {
        return;
    }
    for entry in node.written_entries() {
        places.push(entry.key.span().cover(entry.value.span()));
        let is_block = entry.value.kind() != NodeKind::Scalar && entry.value.style() == Style::Block;
        if !is_block {
            places.push(entry.value.span());
        }
        collect(entry.value, places);
    }
    for item in node.items() {
        places.push(item.span());
        collect(item, places);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::offset;
    use crate::yaml::{self, Limits};

    /// What the comments of a text apply to, by document and in their order.
    fn reaches(text: &str) -> Vec<String> {
        let source = SourceFile::new("a.yaml", text.as_bytes());
        let mut found = Vec::new();
        for (i, span) in yaml::documents(text).into_iter().enumerate() {
            let document = yaml::parse(text, span, &Limits::default());
            let reach = DocumentReach::new(&source, &document, i == 0);
            found.extend(yaml::comments(text, &document).into_iter().map(
                |comment| match reach.of(comment) {
                    Reach::Starting(span) => format!("starting {}", span.of(text).trim_end()),
                    Reach::Within(span) => format!("within {}", span.of(text)),
                    Reach::File(span) => format!("file {}", span.of(text)),
                    Reach::Nowhere => "nowhere".to_owned(),
                },
            ));
        }
        found
    }

    #[test]
    fn a_comment_behind_code_means_its_line() {
        assert_eq!(reaches("a:\n  b: 1 # x\n  c: 2\n"), ["starting   b: 1 # x"]);
    }

    #[test]
    fn a_comment_alone_means_the_next_field_or_item() {
        assert_eq!(reaches("a:\n  # x\n  b: 1\n  c: 2\n"), ["within b: 1"]);
        assert_eq!(reaches("a:\n  b: 1\n  # x\n\n  # y\n  c:\n    d: 2\n"), ["within c:\n    d: 2"; 2]);
        assert_eq!(reaches("a:\n# x\n- b: 1\n  c: 2\n- d: 3\n"), ["within b: 1\n  c: 2"]);
        assert_eq!(reaches("a:\n# x\n-\n  b: 1\n  c: 2\n"), ["within b: 1\n  c: 2"]);
        assert_eq!(reaches("a: [\n  # x\n  80, 443,\n  8080]\n"), ["within 80, 443"]);
        assert_eq!(reaches("a:\n  # x\n  {}\nb: 1\n"), ["within {}"]);
        assert_eq!(reaches("a:\n  b: 1\n  # x\nc: 2\n"), ["within c: 2"]);
        assert_eq!(reaches("a: 1\n# x\n"), ["nowhere"]);
    }

    #[test]
    fn a_comment_before_the_first_field_means_the_document() {
        assert_eq!(reaches("# x\na: 1\n"), ["file # x\na: 1\n"]);
        assert_eq!(
            reaches("a: 1\n--- # x\nb: 2\n---\n# y\nc: 3\n"),
            ["within --- # x\nb: 2\n", "within ---\n# y\nc: 3\n"]
        );
        assert_eq!(reaches("a: 1\n---\n# x\nb: 2\n"), ["within ---\n# x\nb: 2\n"]);
    }

    #[test]
    fn findings_are_held_by_where_they_lie() {
        let location = |span| Location { file: crate::text::FileId(0), span, field: String::new() };
        let (line, wide) = (Span::new(10, 20), Span::new(12, 30));
        assert!(Reach::Starting(line).holds(&location(Some(wide))));
        assert!(!Reach::Within(line).holds(&location(Some(wide))));
        assert!(Reach::Within(line).holds(&location(Some(line))));
        assert!(Reach::File(line).holds(&location(None)) && !Reach::Within(line).holds(&location(None)));
        assert!(!Reach::Starting(line).holds(&location(Some(Span::at(offset(20))))));
    }
}
