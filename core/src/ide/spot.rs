//! What stands at an offset: the object, and the way through its fields to the key or value there.

use std::borrow::Cow;

use super::Snapshot;
use crate::cluster::ObjectId;
use crate::model::Object;
use crate::text::{FileId, Span};
use crate::yaml::{self, Node, NodeKind};

/// One step from a node to a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step<'t> {
    /// To the value of this key.
    Key(Cow<'t, str>),
    /// To the item of this index.
    Item(usize),
}

impl Step<'_> {
    /// The key; empty for an item.
    pub(super) fn key(&self) -> &str {
        match self {
            Step::Key(key) => key,
            Step::Item(_) => "",
        }
    }
}

/// The field path of steps.
pub(super) fn field(steps: &[Step<'_>]) -> String {
    let mut field = String::new();
    for step in steps {
        match step {
            Step::Key(key) => yaml::push_key(&mut field, key),
            Step::Item(index) => yaml::push_index(&mut field, *index),
        }
    }
    field
}

/// The key or value at an offset.
#[derive(Clone, Debug)]
pub(super) struct Spot<'c> {
    /// The object, as somebody wrote it.
    pub(super) object: ObjectId,
    /// From the object to the key's field, the item or the value.
    pub(super) steps: Vec<Step<'c>>,
    /// The key, the item's dash or the value.
    pub(super) span: Span,
}

/// Finds the key or value at an offset of a written file; none between them and outside of objects.
pub(super) fn find<'c>(snapshot: &Snapshot<'_, 'c>, file: FileId, offset: u32) -> Option<Spot<'c>> {
    let (object, node) = object_at(snapshot, file, offset)?;
    let mut steps = Vec::new();
    let span = descend(node, offset, &mut steps)?;
    Some(Spot { object, steps, span })
}

/// The object of a file that holds an offset; the innermost, as Lists may stand in Lists.
pub(super) fn object_at<'c>(
    snapshot: &Snapshot<'_, 'c>,
    file: FileId,
    offset: u32,
) -> Option<(ObjectId, Node<'c>)> {
    let repository = snapshot.repository();
    let nodes = repository.objects_of(file).filter_map(|(id, _): (ObjectId, &Object)| {
        Some((id, repository.node(id)?)).filter(|(_, node)| touches(node.span(), offset))
    });
    nodes.min_by_key(|(_, node)| node.span().len())
}

/// Whether a cursor at `offset` is in a token or at either end of it.
pub(super) fn touches(span: Span, offset: u32) -> bool {
    span.start <= offset && offset <= span.end
}

/// Appends the steps to what stands at an offset; its bytes, or none where only white space does.
fn descend<'c>(mut node: Node<'c>, offset: u32, steps: &mut Vec<Step<'c>>) -> Option<Span> {
    loop {
        let is_leaf = match node.kind() {
            NodeKind::Scalar => true,
            NodeKind::Sequence => node.items().next().is_none(),
            NodeKind::Mapping => node.written_entries().next().is_none(),
        };
        if is_leaf || node.is_alias() {
            return Some(node.span());
        }
        let mut next = None;
        for entry in node.written_entries() {
            let (key, value) = (entry.key.span(), entry.value.span());
            if offset < key.start {
                break;
            }
            let on_key = offset <= key.end || (offset < value.start && on_one_line(node, key.end, offset));
            let inside = touches(value, offset) && !value.is_empty();
            if on_key || inside {
                steps.push(Step::Key(entry.key.key_name().unwrap_or_default()));
                if !inside {
                    return Some(key);
                }
                next = Some(entry.value);
                break;
            }
        }
        for (index, item) in node.items().enumerate() {
            let span = item.span();
            if touches(span, offset) {
                steps.push(Step::Item(index));
                next = Some(item);
                break;
            }
            // On the dash before it.
            if offset < span.start {
                let before = Span::new(offset, span.start).of(node.text());
                if before.trim() == "-" || (before.trim().is_empty() && on_one_line(node, offset, span.start))
                {
                    steps.push(Step::Item(index));
                    return Some(span);
                }
                break;
            }
        }
        node = next?;
    }
}

fn on_one_line(node: Node<'_>, from: u32, to: u32) -> bool {
    !Span::new(from, to).of(node.text()).contains('\n')
}
