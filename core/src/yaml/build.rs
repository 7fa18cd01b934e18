//! Builds a [`Tree`] from the events of a document, and refuses what would not end well.
//!
//! There is no recursion: open collections are frames on a stack. Depth and size are counted through aliases while
//! building, so that nothing that walks the finished tree has to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::document::Limits;
use super::problem::{Problem, ProblemKind};
use super::scalar::{self, Scalar, Tag};
use super::tree::{Content, Effective, NodeData, NodeId, NodeKind, Style, Tree};
use crate::text::{Span, offset};

/// The value of a scalar.
pub(super) enum Value<'v> {
    /// These bytes of the file.
    Source(Span),
    /// This text, which isn't in the file as such.
    Cooked(&'v str),
}

/// What the next node will be to the collection that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Root,
    Item,
    Key,
    Value,
}

struct Frame {
    node: NodeId,
    kind: NodeKind,
    anchor: usize,
    /// Where its children begin among the pending nodes.
    first: usize,
    /// Nodes that aliases had added when it opened.
    added: u64,
    /// The levels of collections inside it.
    height: u32,
}

#[derive(Clone, Copy)]
struct Anchor {
    node: NodeId,
    /// Its nodes, with those that its aliases stand for.
    size: u64,
    /// Its levels of collections.
    height: u32,
}

/// An entry of a mapping while merge keys are applied.
struct Candidate {
    key: NodeId,
    value: NodeId,
    merged: bool,
}

pub(super) struct Builder<'a> {
    text: &'a str,
    limits: Limits,
    nodes: Vec<NodeData>,
    links: Vec<NodeId>,
    cooked: String,
    /// Per mapping that has merge keys or equal keys: the range of the links that count.
    effective: BTreeMap<NodeId, (u32, u32)>,
    frames: Vec<Frame>,
    /// Children of the open collections.
    pending: Vec<NodeId>,
    /// By the parser's anchor numbers; absent while the anchored collection is still open.
    anchors: Vec<Option<Anchor>>,
    /// Nodes that aliases stand for.
    added: u64,
    /// Hashes of the keys of the mapping that is being closed.
    hashes: Vec<u64>,
    root: Option<NodeId>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a str, limits: Limits) -> Self {
        Self {
            text,
            limits,
            nodes: Vec::new(),
            links: Vec::new(),
            cooked: String::new(),
            effective: BTreeMap::new(),
            frames: Vec::new(),
            pending: Vec::new(),
            anchors: Vec::new(),
            added: 0,
            hashes: Vec::new(),
            root: None,
            problems: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> (Tree, Option<NodeId>, Vec<Problem>) {
        let effective = self.effective.into_iter();
        let tree = Tree {
            nodes: self.nodes.into_boxed_slice(),
            links: self.links.into_boxed_slice(),
            cooked: self.cooked.into_boxed_str(),
            effective: effective.map(|(mapping, (first, len))| Effective { mapping, first, len }).collect(),
        };
        (tree, self.root, self.problems)
    }

    /// What the next node will be.
    pub(super) fn role(&self) -> Role {
        match self.frames.last() {
            None => Role::Root,
            Some(frame) if frame.kind == NodeKind::Sequence => Role::Item,
            Some(frame) if (self.pending.len() - frame.first).is_multiple_of(2) => Role::Key,
            Some(_) => Role::Value,
        }
    }

    /// The start and style of the collection that is open.
    pub(super) fn open_collection(&self) -> Option<(u32, Style)> {
        let frame = self.frames.last()?;
        self.data(frame.node).map(|data| (data.span.start, data.style))
    }

    /// Adds a scalar. `anchor` is 0 for none.
    pub(super) fn scalar(
        &mut self,
        span: Span,
        value: &Value<'_>,
        style: Style,
        tag: Tag,
        anchor: usize,
    ) -> Result<(), Problem> {
        let content = match *value {
            Value::Source(span) => Content::Source(span),
            Value::Cooked(text) => {
                let start = offset(self.cooked.len());
                self.cooked.push_str(text);
                Content::Cooked(Span::new(start, offset(self.cooked.len())))
            }
        };
        let role = self.role();
        let node = self.add(NodeData { span, content, style, tag });
        self.set_anchor(anchor, Anchor { node, size: 1, height: 0 });
        if role == Role::Key { self.check_key(node) } else { Ok(()) }
    }

    /// Opens a collection that begins at `start`.
    pub(super) fn open(
        &mut self,
        kind: NodeKind,
        start: u32,
        style: Style,
        anchor: usize,
    ) -> Result<(), Problem> {
        if self.frames.len() >= self.limits.depth as usize {
            return Err(self.too_deep(Span::at(start)));
        }
        let role = self.role();
        let content = match kind {
            NodeKind::Mapping => Content::Mapping { first: 0, len: 0 },
            _ => Content::Sequence { first: 0, len: 0 },
        };
        let node = self.add(NodeData { span: Span::at(start), content, style, tag: Tag::None });
        if role == Role::Key {
            return self.check_key(node);
        }
        let (first, added) = (self.pending.len(), self.added);
        self.frames.push(Frame { node, kind, anchor, first, added, height: 0 });
        Ok(())
    }

    /// Closes the open collection, at `end` or where its last child ends.
    pub(super) fn close(&mut self, end: Option<u32>) -> Result<(), Problem> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let last = self.pending.get(frame.first..).and_then(<[NodeId]>::last).copied();
        let first = offset(self.links.len());
        self.links.extend(self.pending.drain(frame.first..));
        let len = offset(self.links.len()) - first;
        let end = end.or_else(|| last.and_then(|id| self.data(id)).map(|data| data.span.end)).unwrap_or(0);
        let height = frame.height + 1;
        if let Some(data) = self.nodes.get_mut(frame.node.0 as usize) {
            data.span = Span::new(data.span.start, end);
            data.content = match frame.kind {
                NodeKind::Mapping => Content::Mapping { first, len },
                _ => Content::Sequence { first, len },
            };
        }
        if frame.kind == NodeKind::Mapping {
            self.settle_entries(frame.node, first, len)?;
        }
        if let Some(parent) = self.frames.last_mut() {
            parent.height = parent.height.max(height);
        }
        let written = (self.nodes.len() - frame.node.0 as usize) as u64;
        let size = written + self.added - frame.added;
        self.set_anchor(frame.anchor, Anchor { node: frame.node, size, height });
        Ok(())
    }

    /// Adds an alias of the anchor with this number.
    pub(super) fn alias(&mut self, span: Span, anchor: usize) -> Result<(), Problem> {
        let Some(target) = self.anchors.get(anchor).copied().flatten() else {
            let message = "this alias stands inside the value that it names: a value can't hold itself";
            return Err(Problem::new(ProblemKind::Expansion, span, message));
        };
        self.added += target.size;
        if self.added > u64::from(self.limits.expansion) {
            let message = format!(
                "the aliases of this document stand for more than {} values: write out what is needed",
                self.limits.expansion
            );
            return Err(Problem::new(ProblemKind::Expansion, span, message));
        }
        if self.frames.len() + target.height as usize > self.limits.depth as usize {
            return Err(self.too_deep(span));
        }
        if let Some(parent) = self.frames.last_mut() {
            parent.height = parent.height.max(target.height);
        }
        let role = self.role();
        let content = Content::Alias(target.node);
        let node = self.add(NodeData { span, content, style: Style::Plain, tag: Tag::None });
        if role == Role::Key { self.check_key(node) } else { Ok(()) }
    }

    fn add(&mut self, data: NodeData) -> NodeId {
        let id = NodeId(offset(self.nodes.len()));
        self.nodes.push(data);
        if self.frames.is_empty() {
            self.root.get_or_insert(id);
        } else {
            self.pending.push(id);
        }
        id
    }

    fn set_anchor(&mut self, number: usize, anchor: Anchor) {
        if number > 0 {
            if self.anchors.len() <= number {
                self.anchors.resize(number + 1, None);
            }
            if let Some(slot) = self.anchors.get_mut(number) {
                *slot = Some(anchor);
            }
        }
    }

    fn too_deep(&self, span: Span) -> Problem {
        let message = format!(
            "nested deeper than {} levels: a Kubernetes object needs no such depth",
            self.limits.depth
        );
        Problem::new(ProblemKind::Depth, span, message)
    }

    fn data(&self, id: NodeId) -> Option<&NodeData> {
        self.nodes.get(id.0 as usize)
    }

    /// The node that `id` stands for.
    fn target(&self, id: NodeId) -> NodeId {
        match self.data(id).map(|data| data.content) {
            Some(Content::Alias(target)) => target,
            _ => id,
        }
    }

    fn key_name(&self, key: NodeId) -> Option<Cow<'_, str>> {
        let data = self.data(self.target(key))?;
        let text = match data.content {
            Content::Source(span) => span.of(self.text),
            Content::Cooked(span) => span.of(&self.cooked),
            _ => return None,
        };
        scalar::key_name(scalar::resolve(text, data.style == Style::Plain, data.tag))
    }

    fn check_key(&self, key: NodeId) -> Result<(), Problem> {
        if self.key_name(key).is_some() {
            return Ok(());
        }
        let span = self.data(key).map(|data| data.span).unwrap_or_default();
        if let Some(Content::Source(_) | Content::Cooked(_)) =
            self.data(self.target(key)).map(|data| data.content)
        {
            let message = "a key is missing here, or is null: Kubernetes needs a name";
            return Err(Problem::new(ProblemKind::Syntax, span, message));
        }
        // The collection has only begun: its first line stands for it.
        let rest = self.text.get(span.start as usize..).unwrap_or("");
        let line = rest.split(['\n', '\r']).next().unwrap_or("").trim_end();
        let span = Span::new(span.start, span.start + offset(line.len()));
        let message = "a list or a mapping can't be a key in Kubernetes: put it in quotes if it is text";
        Err(Problem::new(ProblemKind::Syntax, span, message))
    }

    /// The text of a key that is a string as written.
    fn plain_key(&self, key: NodeId) -> Option<&str> {
        let data = self.data(key)?;
        let Content::Source(span) = data.content else { return None };
        match scalar::resolve(span.of(self.text), data.style == Style::Plain, data.tag) {
            Scalar::Str(text) => Some(text),
            _ => None,
        }
    }

    fn is_merge(&self, key: NodeId) -> bool {
        self.plain_key(key) == Some("<<")
            && self.data(key).is_some_and(|data| data.style == Style::Plain && data.tag == Tag::None)
    }

    fn links(&self, first: u32, len: u32) -> &[NodeId] {
        self.links.get(first as usize..(first + len) as usize).unwrap_or(&[])
    }

    /// Reports equal keys and applies merge keys. What counts is what go-yaml v2 makes of a mapping: it takes the
    /// entries in the order of the text, a merge key where it stands, and the later of equal keys wins.
    fn settle_entries(&mut self, mapping: NodeId, first: u32, len: u32) -> Result<(), Problem> {
        if !self.needs_settling(first, len) {
            return Ok(());
        }
        let written = self.links(first, len);
        let mut candidates = Vec::new();
        for pair in written.chunks_exact(2) {
            let [key, value] = *pair else { continue };
            if self.is_merge(key) {
                self.merge(value, &mut candidates)?;
            } else {
                candidates.push(Candidate { key, value, merged: false });
            }
        }
        let (counting, duplicates) = self.last_of_equal(&candidates);
        if counting.len() * 2 == written.len() && candidates.iter().all(|entry| !entry.merged) {
            return Ok(());
        }
        let first = offset(self.links.len());
        let len = offset(counting.len() * 2);
        self.links.extend(counting.iter().flat_map(|entry| [entry.key, entry.value]));
        self.effective.insert(mapping, (first, len));
        self.problems.extend(duplicates);
        Ok(())
    }

    /// Whether a mapping may have merge keys or equal keys: a quick look that can be wrong in one direction only.
    fn needs_settling(&mut self, first: u32, len: u32) -> bool {
        let mut hashes = std::mem::take(&mut self.hashes);
        hashes.clear();
        let mut unusual = false;
        for key in self.links(first, len).iter().step_by(2) {
            match self.plain_key(*key) {
                None | Some("<<") => unusual = true,
                Some(name) => hashes.push(hash(name)),
            }
        }
        hashes.sort_unstable();
        let equal = hashes.windows(2).any(|pair| matches!(pair, [a, b] if a == b));
        self.hashes = hashes;
        unusual || equal
    }

    /// Appends the entries that a merge key with this value stands for, those that win last.
    fn merge(&self, value: NodeId, out: &mut Vec<Candidate>) -> Result<(), Problem> {
        let sources = match self.data(value).map(|data| data.content) {
            Some(Content::Sequence { first, len }) => self.links(first, len),
            _ => std::slice::from_ref(&value),
        };
        for source in sources.iter().rev() {
            let target = self.target(*source);
            let Some(Content::Mapping { first, len }) = self.data(target).map(|data| data.content) else {
                let span = self.data(*source).map(|data| data.span).unwrap_or_default();
                let message =
                    "a merge key `<<` takes a mapping or a list of mappings: name one with an alias";
                return Err(Problem::new(ProblemKind::Syntax, span, message));
            };
            let (first, len) = self.effective.get(&target).copied().unwrap_or((first, len));
            let links = self.links(first, len);
            out.extend(links.chunks_exact(2).filter_map(|pair| match *pair {
                [key, value] => Some(Candidate { key, value, merged: true }),
                _ => None,
            }));
        }
        Ok(())
    }

    /// Of equal keys the last, in the order of the candidates; and a problem for each key that is written again.
    fn last_of_equal<'c>(&self, candidates: &'c [Candidate]) -> (Vec<&'c Candidate>, Vec<Problem>) {
        let mut sorted: Vec<_> = candidates
            .iter()
            .enumerate()
            .map(|(order, entry)| (self.key_name(entry.key), order, entry))
            .collect();
        sorted.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let mut problems = Vec::new();
        let mut counting = Vec::new();
        for equal in sorted.chunk_by(|a, b| a.0 == b.0) {
            counting.extend(equal.last().map(|(_, order, entry)| (*order, *entry)));
            let mut written =
                equal.iter().filter(|(_, _, entry)| !entry.merged).map(|(_, _, entry)| entry.key);
            let Some(first) = written.next() else { continue };
            problems.extend(written.map(|again| self.duplicate(first, again)));
        }
        counting.sort_unstable_by_key(|(order, _)| *order);
        problems.sort_by_key(|problem| problem.span);
        (counting.into_iter().map(|(_, entry)| entry).collect(), problems)
    }

    fn duplicate(&self, first: NodeId, again: NodeId) -> Problem {
        let span = |id| self.data(id).map(|data| data.span).unwrap_or_default();
        let name = self.key_name(again).unwrap_or_default();
        let message = format!(
            "`{name}` is set twice in this mapping, and the last one counts: remove one, or merge them"
        );
        Problem::new(ProblemKind::DuplicateKey, span(again), message).related_to(span(first))
    }
}

/// FNV-1a. Only a filter: equal hashes are looked at closely.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
