//! One document of a file: its tree, or why there is none.

use super::build::Builder;
use super::problem::{Problem, ProblemKind};
use super::tree::{Node, NodeId, Tree};
use super::{block, events, flow};
use crate::text::{SourceFile, Span, offset};

/// What a document may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Levels of lists and mappings, counted through aliases.
    pub depth: u32,
    /// Nodes that the aliases of one document may stand for, all together.
    pub expansion: u32,
}

impl Default for Limits {
    /// Far beyond any Kubernetes object, and harmless.
    fn default() -> Self {
        Self { depth: 200, expansion: 100_000 }
    }
}

/// A document as read.
#[derive(Clone, Debug)]
pub struct Document {
    /// The bytes of the file, with the markers and comments that belong to it.
    pub span: Span,
    /// The nodes.
    pub tree: Tree,
    /// The root, if the document could be read. After an error in the middle there is none: what came before it may
    /// belong elsewhere once the error is mended, and judging half a policy would give false answers.
    pub root: Option<NodeId>,
    /// What is wrong, in the order of the text. Without a root there is at least one; with a root there are only
    /// duplicate keys.
    pub problems: Vec<Problem>,
}

impl Document {
    /// The root, for reading; `text` is the text of the file.
    pub fn node<'a>(&'a self, text: &'a str) -> Option<Node<'a>> {
        self.root.map(|id| Node::new(&self.tree, text, id))
    }
}

/// Reads the document of `text` at `span`, as [`super::documents`] found it. Never fails: see [`Document::problems`].
pub fn parse(text: &str, span: Span, limits: &Limits) -> Document {
    let (builder, result) = build(text, span, limits);
    let (tree, root, mut problems) = builder.finish();
    match (result, root) {
        (Ok(()), Some(root)) => {
            problems.sort_by_key(|problem| problem.span);
            return Document { span, tree, root: Some(root), problems };
        }
        (Ok(()), None) => {
            let message = "the document is empty: remove it, or add an object";
            problems.push(Problem::new(ProblemKind::Syntax, Span::at(span.start), message));
        }
        (Err(problem), _) => problems.push(as_template(text, span, problem)),
    }
    problems.sort_by_key(|problem| problem.span);
    Document { span, tree: Tree::default(), root: None, problems }
}

/// The simple readers give up on what is unusual, so the parser comes last.
fn build<'a>(text: &'a str, span: Span, limits: &Limits) -> (Builder<'a>, Result<(), Problem>) {
    let mut builder = Builder::new(text, *limits);
    if block::document(&mut builder, text, span).is_some() {
        return (builder, Ok(()));
    }
    builder = Builder::new(text, *limits);
    if let Some(result) = flow::document(&mut builder, text, span) {
        return (builder, result);
    }
    events::read(text, span, limits)
}

/// Text with `{{` that isn't YAML is the source of a Helm chart, most likely.
fn as_template(text: &str, span: Span, problem: Problem) -> Problem {
    let document = span.of(text);
    let template = matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Tab);
    let Some(open) = document.find("{{").filter(|_| template) else { return problem };
    let action = document.get(open..).unwrap_or("");
    let line = action.split(['\n', '\r']).next().unwrap_or("");
    let len = line.find("}}").map_or(line.trim_end().len(), |close| close + 2);
    let start = span.start + offset(open);
    let message = format!(
        "this is a template, not a manifest: render it (`helm template`) and check the result; as YAML it fails because: {}",
        problem.message
    );
    Problem::new(ProblemKind::Template, Span::new(start, start + offset(len)), message)
        .related_to(problem.span)
}

/// The problem of a file whose bytes are not UTF-8: such bytes were replaced when it was taken over.
pub fn invalid_utf8(file: &SourceFile) -> Option<Problem> {
    if !file.lossy {
        return None;
    }
    let at = file.text.find('\u{fffd}').map_or(0, offset);
    let message = if file.text.contains('\0') {
        "the file looks like UTF-16: save it as UTF-8"
    } else {
        "this is not valid UTF-8, and the bytes were replaced: save the file as UTF-8"
    };
    let width = offset('\u{fffd}'.len_utf8());
    Some(Problem::new(ProblemKind::Encoding, Span::new(at, at + width), message))
}
