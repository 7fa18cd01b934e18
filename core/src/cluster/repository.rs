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
    /// It holds a document as it was before it could no longer be read.
    Kept {
        /// The written file.
        of: FileId,
        /// The index of the document there.
        document: u32,
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

    /// Where an object of a file is shown that has no place in any text, because its document was kept: at that document
    /// as it is now. None for other files.
    pub fn kept_place(&self, file: FileId, field: &str) -> Option<Location> {
        let Origin::Kept { of, document } = self.entry(file)?.origin else { return None };
        let written = self.file(of)?;
        let span = written.documents.get(document as usize)?.span;
        let is_content = |line: &&str| !line.trim().is_empty() && !line.starts_with(['#', '-']);
        let lines = span.of(&written.source.text).split_inclusive('\n');
        let before: usize = lines.take_while(|line| !is_content(line)).map(str::len).sum();
        let place = Span::at(span.start + crate::text::offset(before));
        Some(Location { file: of, span: Some(place), field: field.to_owned() })
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
