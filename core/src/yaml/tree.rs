//! The tree of one document: a compact arena that borrows its scalars from the file's text.
//!
//! Nodes are never copied: an alias is a small node that points at the anchored one, and a merge key adds links. The
//! builder has bounded the depth and the size through aliases, so a walk over all nodes ends soon.

use std::borrow::Cow;
use std::fmt;

use super::path::{Segment, Segments};
use super::scalar::{self, Scalar, Tag};
use crate::text::Span;

/// A node of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// The three kinds of YAML nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A string, number, boolean or null.
    Scalar,
    /// A list.
    Sequence,
    /// Keys with values.
    Mapping,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A scalar without quotes.
    Plain,
    /// A scalar in single quotes.
    SingleQuoted,
    /// A scalar in double quotes.
    DoubleQuoted,
    /// A scalar after `|`.
    Literal,
    /// A scalar after `>`.
    Folded,
    /// A collection in indented lines.
    Block,
    /// A collection in `[]` or `{}`.
    Flow,
    /// A mapping of one entry without braces inside a flow sequence: `[a: b]`.
    Pair,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A scalar whose value is these bytes of the file.
    Source(Span),
    /// A scalar whose value is these bytes of [`Tree::cooked`].
    Cooked(Span),
    /// `len` links from `first`.
    Sequence { first: u32, len: u32 },
    /// `len` links from `first`, keys and values in turn, as written.
    Mapping { first: u32, len: u32 },
    /// The anchored node, which is no alias.
    Alias(NodeId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeData {
    pub(super) span: Span,
    pub(super) content: Content,
    pub(super) style: Style,
    pub(super) tag: Tag,
}

/// The entries that count in a mapping with merge keys or duplicate keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Effective {
    pub(super) mapping: NodeId,
    pub(super) first: u32,
    pub(super) len: u32,
}

/// The nodes of one document. Reading them takes the text of the file as well, see [`super::Document::node`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    pub(super) nodes: Box<[NodeData]>,
    pub(super) links: Box<[NodeId]>,
    pub(super) cooked: Box<str>,
    /// Sorted by mapping.
    pub(super) effective: Box<[Effective]>,
}

impl Tree {
    pub(super) fn get(&self, id: NodeId) -> Option<&NodeData> {
        self.nodes.get(id.0 as usize)
    }

    fn range(&self, first: u32, len: u32) -> &[NodeId] {
        self.links.get(first as usize..(first + len) as usize).unwrap_or(&[])
    }

    fn effective(&self, mapping: NodeId) -> Option<&[NodeId]> {
        let at = self.effective.binary_search_by_key(&mapping, |entry| entry.mapping).ok()?;
        self.effective.get(at).map(|entry| self.range(entry.first, entry.len))
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node: the document could not be read.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// A place in a tree. An alias reads like the node that it stands for, except that [`Node::span`] is its own.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    tree: &'a Tree,
    text: &'a str,
    /// The node as written here.
    site: NodeId,
    /// What it stands for; the same except for an alias.
    id: NodeId,
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("kind", &self.kind()).field("span", &self.span()).finish()
    }
}

impl<'a> Node<'a> {
    /// The node `id` of `tree`, which was read from `text`.
    pub fn new(tree: &'a Tree, text: &'a str, id: NodeId) -> Self {
        let target = match tree.get(id).map(|data| data.content) {
            Some(Content::Alias(target)) => target,
            _ => id,
        };
        Self { tree, text, site: id, id: target }
    }

    /// The text of the file.
    pub(super) fn source(self) -> &'a str {
        self.text
    }

    pub(super) fn tree(self) -> &'a Tree {
        self.tree
    }

    fn at_link(self, id: NodeId) -> Self {
        Self::new(self.tree, self.text, id)
    }

    fn data(self) -> NodeData {
        let missing = NodeData {
            span: Span::default(),
            content: Content::Source(Span::default()),
            style: Style::Plain,
            tag: Tag::None,
        };
        self.tree.get(self.id).copied().unwrap_or(missing)
    }

    /// The text of the whole file that it was read from.
    pub fn text(self) -> &'a str {
        self.text
    }

    /// Its identity. An alias has the identity of the node that it stands for.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// Whether it is written as an alias `*name`.
    pub fn is_alias(self) -> bool {
        self.id != self.site
    }

    /// The kind.
    pub fn kind(self) -> NodeKind {
        match self.data().content {
            Content::Sequence { .. } => NodeKind::Sequence,
            Content::Mapping { .. } => NodeKind::Mapping,
            _ => NodeKind::Scalar,
        }
    }

    /// How it is written; of an alias, how its anchored node is.
    pub fn style(self) -> Style {
        self.data().style
    }

    /// The bytes of the file where it stands: quotes and brackets included; anchors, tags and comments around it not.
    /// A block collection ends with its last child. Of an alias, the bytes of `*name`.
    pub fn span(self) -> Span {
        self.tree.get(self.site).map(|data| data.span).unwrap_or_default()
    }

    /// The text as written, with quotes; of an alias, the text of the node that it stands for.
    pub fn raw(self) -> &'a str {
        self.data().span.of(self.text)
    }

    /// The characters of a scalar after quotes, escapes and folding, whatever they resolve to; `80` for the number 80.
    pub fn value_text(self) -> Option<&'a str> {
        match self.data().content {
            Content::Source(span) => Some(span.of(self.text)),
            Content::Cooked(span) => Some(span.of(&self.tree.cooked)),
            _ => None,
        }
    }

    /// The value of a scalar; `None` for a collection.
    pub fn scalar(self) -> Option<Scalar<'a>> {
        let data = self.data();
        self.value_text().map(|text| scalar::resolve(text, data.style == Style::Plain, data.tag))
    }

    /// The value of a scalar that is a string.
    pub fn as_str(self) -> Option<&'a str> {
        match self.scalar() {
            Some(Scalar::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether it is null, or nothing at all.
    pub fn is_null(self) -> bool {
        self.scalar() == Some(Scalar::Null)
    }

    /// The field name that this key sets in a Kubernetes object.
    pub fn key_name(self) -> Option<Cow<'a, str>> {
        self.scalar().and_then(scalar::key_name)
    }

    /// The entries of a mapping that count: merge keys applied, and of equal keys the last. Empty for other nodes.
    pub fn entries(self) -> Entries<'a> {
        let links = self.tree.effective(self.id).unwrap_or_else(|| self.written_links());
        Entries { node: self, links: links.chunks_exact(2) }
    }

    /// The entries of a mapping as written: merge keys are entries, and equal keys all appear.
    pub fn written_entries(self) -> Entries<'a> {
        Entries { node: self, links: self.written_links().chunks_exact(2) }
    }

    fn written_links(self) -> &'a [NodeId] {
        match self.data().content {
            Content::Mapping { first, len } => self.tree.range(first, len),
            _ => &[],
        }
    }

    /// The items of a sequence. Empty for other nodes.
    pub fn items(self) -> Items<'a> {
        let links = match self.data().content {
            Content::Sequence { first, len } => self.tree.range(first, len),
            _ => &[],
        };
        Items { node: self, links: links.iter() }
    }

    /// The entry with this key.
    pub fn entry(self, key: &str) -> Option<Entry<'a>> {
        self.entries().find(|entry| entry.key.key_name().is_some_and(|name| name == key))
    }

    /// The value of the entry with this key.
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The node at a field path; an empty path is the node itself.
    pub fn at(self, path: &str) -> Option<Node<'a>> {
        let (node, found) = self.nearest(path);
        (found.len() == path.len()).then_some(node)
    }

    /// The last node that exists on the way to `path`, and the part of the path that leads to it.
    pub fn nearest(self, path: &str) -> (Node<'a>, &str) {
        let (place, found) = self.walk(path);
        (place.value, found)
    }

    /// The bytes of the field at `path`: from its key to the end of its value; of a list item the bytes of its value.
    pub fn entry_span(self, path: &str) -> Option<Span> {
        let (place, found) = self.walk(path);
        if found.len() != path.len() {
            return None;
        }
        Some(place.key.map_or(place.value.span(), |key| key.span().cover(place.value.span())))
    }

    /// The key of the field at `path`; none where it doesn't exist or is a list item.
    pub fn key_at(self, path: &str) -> Option<Node<'a>> {
        let (place, found) = self.walk(path);
        place.key.filter(|_| found.len() == path.len())
    }

    fn walk(self, path: &str) -> (Place<'a>, &str) {
        let mut place = Place { key: None, value: self };
        let mut found = 0;
        for (segment, end) in Segments::new(path).map_while(|step| step) {
            let next = match segment {
                Segment::Key(key) => {
                    place.value.entry(&key).map(|entry| Place { key: Some(entry.key), value: entry.value })
                }
                Segment::Index(index) => {
                    place.value.items().nth(index).map(|value| Place { key: None, value })
                }
            };
            let Some(next) = next else { break };
            place = next;
            found = end;
        }
        (place, path.get(..found).unwrap_or(""))
    }
}

struct Place<'a> {
    key: Option<Node<'a>>,
    value: Node<'a>,
}

/// A key and its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The key. Under a merge key it stands elsewhere in the document.
    pub key: Node<'a>,
    /// The value.
    pub value: Node<'a>,
}

/// The entries of a mapping, in the order of the text.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    node: Node<'a>,
    links: std::slice::ChunksExact<'a, NodeId>,
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let [key, value] = self.links.next()? else { return None };
        Some(Entry { key: self.node.at_link(*key), value: self.node.at_link(*value) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.links.size_hint()
    }
}

/// The items of a sequence.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    node: Node<'a>,
    links: std::slice::Iter<'a, NodeId>,
}

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.links.next().map(|id| self.node.at_link(*id))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.links.size_hint()
    }
}
