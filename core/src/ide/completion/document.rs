//! The document around a cursor, read as far as that goes while a line of it is unfinished.

use crate::cluster::NamespaceId;
use crate::ide::Snapshot;
use crate::ide::spot::{self, Step};
use crate::sets::{LabelSelector, Operator, Requirement};
use crate::text::{FileId, Span};
use crate::yaml::{self, Document, Limits, Node};

/// A document as it would be without the line that is being typed.
pub(super) struct Draft<'t> {
    file: FileId,
    cursor: u32,
    text: std::borrow::Cow<'t, str>,
    document: Option<Document>,
}

impl<'t> Draft<'t> {
    /// Reads the document at `span`; where it can't be read, without the line of the cursor, else up to that line.
    pub(super) fn read(text: &'t str, file: FileId, span: Span, cursor: u32) -> Self {
        let line = line_at(text, span, cursor);
        let blank = |from: u32, to: u32| {
            let (start, end) = (text.get(..from as usize)?, text.get(to as usize..)?);
            Some(format!("{start}{}{end}", " ".repeat((to - from) as usize)))
        };
        let texts = [
            Some(text.into()),
            blank(line.start, line.end).map(Into::into),
            blank(line.start, span.end).map(Into::into),
        ];
        for text in texts.into_iter().flatten() {
            let text: std::borrow::Cow<'t, str> = text;
            let document = yaml::parse(&text, span, &Limits::default());
            if document.node(&text).is_some_and(|root| root.entries().next().is_some()) {
                return Self { file, cursor, text, document: Some(document) };
            }
        }
        Self { file, cursor, text: text.into(), document: None }
    }

    fn root(&self) -> Option<Node<'_>> {
        self.document.as_ref()?.node(&self.text)
    }

    /// The node at the end of a way.
    pub(super) fn node(&self, steps: &[Step<'_>]) -> Option<Node<'_>> {
        let mut node = self.root()?;
        for step in steps {
            node = match step {
                Step::Key(key) => node.get(key)?,
                Step::Item(index) => node.items().nth(*index)?,
            };
        }
        Some(node)
    }

    /// The kind of the object, as far as it is told.
    pub(super) fn kind(&self, span: Span) -> String {
        let written = self.root().and_then(|root| root.get("kind")).and_then(Node::as_str);
        let line = || {
            let mut lines = span.of(&self.text).lines();
            lines.find_map(|line| line.strip_prefix("kind:"))
        };
        written.or_else(line).unwrap_or_default().trim().to_owned()
    }

    /// The namespace of the object: the one that is written, else the one where the object, or others of its file that
    /// name none, end up.
    pub(super) fn namespace(&self, snapshot: &Snapshot<'_, '_>) -> Option<NamespaceId> {
        let cluster = snapshot.cluster();
        let name = self.root().and_then(|root| root.at("metadata.namespace")).and_then(Node::as_str);
        if let Some(name) = name {
            return cluster.find_namespace(name);
        }
        let deployed =
            |written| snapshot.deployed(written).first().and_then(|object| cluster.namespace_of(*object));
        let own = spot::object_at(snapshot, self.file, self.cursor).and_then(|(object, _)| deployed(object));
        let others = || {
            let unnamed =
                snapshot.repository().objects_of(self.file).filter(|(_, object)| object.namespace.is_none());
            let mut found = unnamed.filter_map(|(id, _)| deployed(id));
            found.next()
        };
        own.or_else(others).or_else(|| cluster.find_namespace("default"))
    }
}

/// The line of an offset, as far as it lies in `span`.
fn line_at(text: &str, span: Span, at: u32) -> Span {
    let before = Span::new(span.start, at).of(text);
    let after = Span::new(at, span.end).of(text);
    let start = before.rfind('\n').map_or(span.start, |end| span.start + crate::text::offset(end) + 1);
    let end = after.find('\n').map_or(span.end, |end| at + crate::text::offset(end));
    Span::new(start, end)
}

/// The selector that a node says, without what can't be read.
pub(in crate::ide) fn selector(node: Node<'_>) -> Option<LabelSelector> {
    let flat = || {
        node.entries().filter_map(|entry| Some((entry.key.key_name()?.into_owned(), entry.value.as_str()?)))
    };
    if node.get("matchLabels").is_none() && node.get("matchExpressions").is_none() {
        // The labels of a Service's selector stand in it directly.
        return (node.kind() == yaml::NodeKind::Mapping).then(|| LabelSelector::from_parts(flat(), []));
    }
    let labels = node.get("matchLabels").into_iter().flat_map(Node::entries);
    let labels = labels.filter_map(|entry| Some((entry.key.key_name()?.into_owned(), entry.value.as_str()?)));
    let expressions = node.get("matchExpressions").into_iter().flat_map(Node::items);
    let expressions = expressions.filter_map(|item| {
        let operator: Operator = item.get("operator")?.as_str()?.parse().ok()?;
        let values = item.get("values").into_iter().flat_map(Node::items).filter_map(Node::as_str);
        Some(Requirement::new(item.get("key")?.as_str()?, operator, values))
    });
    Some(LabelSelector::from_parts(labels, expressions))
}
