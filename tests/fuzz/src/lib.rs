//! What the fuzz targets do with an input. libFuzzer and the replay call the same functions.

pub mod mutate;

use ringfence::text::{SourceFile, Span};
use ringfence::yaml::{self, Document, Limits, Node};

/// A function that takes any bytes and returns unless the product is broken.
pub type Target = fn(&[u8]);

/// Every target with its name, which is also the folder of its corpus.
pub const TARGETS: [(&str, Target); 1] = [("frontend", frontend)];

/// Reads any bytes as a file of many documents.
///
/// # Panics
///
/// If a range leaves its text or its document, a document is neither read nor complained about, or the cheap look at a
/// document is certain of something else than the parser.
pub fn frontend(bytes: &[u8]) {
    let file = SourceFile::new("fuzz.yaml", bytes);
    let text: &str = &file.text;
    let mut end = 0;
    for span in yaml::documents(text) {
        assert!(span.start >= end, "documents overlap");
        end = span.end;
        assert_inside(
            text,
            span,
            Span::new(0, ringfence::text::offset(text.len())),
        );
        let document = yaml::parse(text, span, &Limits::default());
        for problem in &document.problems {
            assert_inside(text, problem.span, span);
            assert!(!problem.message.is_empty(), "a problem without words");
        }
        match document.node(text) {
            Some(root) => read(text, &document, root),
            None => assert!(
                !document.problems.is_empty(),
                "a document was dropped silently"
            ),
        }
    }
}

fn read(text: &str, document: &Document, root: Node<'_>) {
    let peek = yaml::peek(text, document.span);
    if peek.certain {
        let value = |key| root.get(key).and_then(Node::as_str);
        assert_eq!(
            (peek.api_version, peek.kind),
            (value("apiVersion"), value("kind")),
            "the cheap look was wrong"
        );
    }
    for comment in yaml::comments(text, document) {
        assert_inside(text, comment.span, document.span);
        assert!(
            comment.span.of(text).starts_with('#'),
            "a comment begins with `#`"
        );
    }
    let mut nodes = vec![root];
    while let Some(node) = nodes.pop() {
        assert_inside(text, node.span(), document.span);
        nodes.extend(node.items());
        nodes.extend(node.entries().map(|entry| entry.value));
    }
    // The result is of no interest: the reader must come back with one.
    let _ = yaml::from_node::<serde_json::Value>(root);
}

fn assert_inside(text: &str, span: Span, outer: Span) {
    assert!(
        outer.start <= span.start && span.end <= outer.end,
        "{span:?} leaves {outer:?}"
    );
    assert!(
        text.get(span.start as usize..span.end as usize).is_some(),
        "{span:?} cuts a character"
    );
}
