//! All files of a workspace, written and rendered.

use std::sync::Arc;

use crate::diagnostics::Location;
use crate::model::{File, Object};
use crate::text::{FileId, Span};
use crate::yaml::Node;

/// An object of the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// Its file.
    pub file: FileId,
    /// Its index in [`File::objects`].
    pub index: u32,
}

/// Where the text of a file comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Somebody wrote it.
    Written,
    /// A tool rendered it from this folder.
    Rendered {
        /// The folder of the kustomization or of the chart.
        folder: Arc<str>,
    },
}

/// One file with its origin.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The file, read.
    pub file: Arc<File>,
    /// Where its text comes from.
    pub origin: Origin,
}

/// The files of a workspace, by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct Repository {
    entries: Vec<Entry>,
}

impl Repository {
    /// A repository of these files; the order decides the ids.
    pub fn new(entries: Vec<Entry>) -> Self {
        Self { entries }
    }

    /// Every file with its id.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (FileId, &Entry)> {
        self.entries.iter().enumerate().map(|(i, entry)| (FileId(crate::text::offset(i)), entry))
    }

    /// One file with its origin.
    pub fn entry(&self, id: FileId) -> Option<&Entry> {
        self.entries.get(id.0 as usize)
    }

    /// One file.
    pub fn file(&self, id: FileId) -> Option<&File> {
        self.entry(id).map(|entry| &*entry.file)
    }

    /// The path of a file; empty for an unknown id.
    pub fn path(&self, id: FileId) -> &str {
        self.file(id).map_or("", |file| &file.source.path)
    }

    /// The text of a file; empty for an unknown id.
    pub fn text(&self, id: FileId) -> &str {
        self.file(id).map_or("", |file| &file.source.text)
    }

    /// One object.
    pub fn object(&self, id: ObjectId) -> Option<&Object> {
        self.file(id.file)?.objects.get(id.index as usize)
    }

    /// The objects of one file with their ids.
    pub fn objects_of(&self, file: FileId) -> impl Iterator<Item = (ObjectId, &Object)> {
        let objects = self.file(file).map(|file| file.objects.iter()).into_iter().flatten();
        objects.enumerate().map(move |(i, object)| (ObjectId { file, index: crate::text::offset(i) }, object))
    }

    /// The node of an object.
    pub fn node(&self, id: ObjectId) -> Option<Node<'_>> {
        let file = self.file(id.file)?;
        file.node(file.objects.get(id.index as usize)?)
    }

    /// The place of a field of an object. A field that isn't written is shown at the nearest one around it that is,
    /// and an object as a whole at its name.
    pub fn locate(&self, id: ObjectId, field: &str) -> Location {
        let span = self.node(id).map(|node| span_of(node, field));
        Location { file: id.file, span, field: field.to_owned() }
    }
}

/// The bytes to point at for a field: the value; for a missing value the nearest key around it; for the object as a
/// whole its name or its kind.
fn span_of(node: Node<'_>, field: &str) -> Span {
    let head = || node.at("metadata.name").or_else(|| node.get("kind")).unwrap_or(node).span();
    if field.is_empty() {
        return head();
    }
    if let Some(found) = node.at(field) {
        return found.span();
    }
    let mut path = field;
    while let Some(cut) = path.rfind(['.', '[']) {
        path = path.get(..cut).unwrap_or_default();
        if let Some(key) = node.key_at(path) {
            return key.span();
        }
        if let Some(item) = node.at(path) {
            return item.span();
        }
    }
    head()
}
