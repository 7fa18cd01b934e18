//! What an editor asks: one file a feature, each a function of a [`Snapshot`] and a place.
//!
//! Answers are plain data with byte ranges; [`crate::wire`] converts them at the border. A place is a path and an offset
//! in the text as somebody wrote it. What a feature says of an object holds for what is deployed: where a tool renders the
//! object, for its rendered form.

mod actions;
mod completion;
mod definition;
mod hover;
mod inlays;
mod lenses;
mod place;
mod references;
mod rename;
mod spot;
mod symbols;

use std::cell::OnceCell;
use std::collections::BTreeMap;

pub use actions::{Action, ActionKind, actions};
pub use completion::{Completion, CompletionKind, complete};
pub use definition::{Definition, definition};
pub use hover::{Hover, Member, Section, SectionKind, hover, hover_text};
pub use inlays::{Inlay, InlayKind, inlays};
pub use lenses::{Lens, LensKind, LensPart, lenses};
pub use references::{Reference, ReferenceKind, references};
pub use rename::{Refusal, Renamable, Rename, RenameGroup, prepare_rename, rename};
pub use symbols::{FoundSymbol, Symbol, SymbolKind, document_symbols, workspace_symbols};

use crate::cluster::{Cluster, ObjectId, Origin, Repository};
use crate::diagnostics::{Diagnostic, Location, ObjectRef};
use crate::engine::Engine;
use crate::sets::IdSet;
use crate::text::{FileId, Position, PositionEncoding, SourceFile};
use crate::workspace::Scene;

/// One root as an editor sees it: what the features of one request share.
pub struct Snapshot<'s, 'c> {
    scene: &'s Scene<'c>,
    findings: &'s [Diagnostic],
    units_by_class: Vec<Vec<usize>>,
    rendered: OnceCell<BTreeMap<ObjectId, Vec<ObjectId>>>,
}

impl<'s, 'c> Snapshot<'s, 'c> {
    /// A snapshot of a scene, with the findings of a check of the same files.
    pub fn new(scene: &'s Scene<'c>, findings: &'s [Diagnostic]) -> Self {
        Self { scene, findings, units_by_class: scene.units_by_class(), rendered: OnceCell::new() }
    }

    /// The written file at a path.
    pub fn file(&self, path: &str) -> Option<FileId> {
        let written = self.repository().entries().filter(|(_, entry)| entry.origin == Origin::Written);
        let mut written = written.filter(|(_, entry)| &*entry.file.source.path == path);
        written.next().map(|(id, _)| id)
    }

    /// The text of a file.
    pub fn source(&self, file: FileId) -> Option<&'c SourceFile> {
        self.repository().file(file).map(|file| &file.source)
    }

    /// The offset of a position in the written file at a path.
    pub fn offset(&self, path: &str, position: Position, encoding: PositionEncoding) -> Option<u32> {
        let source = self.source(self.file(path)?)?;
        source.lines().offset(&source.text, position, encoding)
    }

    fn engine(&self) -> &'c Engine<'c> {
        self.scene.engine()
    }

    fn cluster(&self) -> &'c Cluster<'c> {
        self.engine().cluster()
    }

    fn repository(&self) -> &'c Repository {
        self.scene.origins().repository
    }

    /// The findings about an object that somebody wrote.
    fn findings_of(&self, written: ObjectId) -> impl Iterator<Item = &'s Diagnostic> {
        let node = self.repository().node(written).map(|node| node.span());
        self.findings.iter().filter(move |finding| {
            let place = finding.location.span.zip(node);
            finding.location.file == written.file
                && place.is_some_and(|(span, node)| node.start <= span.start && span.end <= node.end)
        })
    }

    /// What becomes of a written object in this root: itself, or what tools render from it. Empty where the root
    /// doesn't hold it.
    fn deployed(&self, written: ObjectId) -> Vec<ObjectId> {
        if self.is_in_root(written) {
            return vec![written];
        }
        let rendered = self.rendered.get_or_init(|| {
            let mut map: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
            for (rendered, source) in self.scene.origins().sources {
                if self.is_in_root(*rendered) {
                    map.entry(*source).or_default().push(*rendered);
                }
            }
            map
        });
        rendered.get(&written).cloned().unwrap_or_default()
    }

    fn is_in_root(&self, object: ObjectId) -> bool {
        self.cluster().objects.binary_search_by_key(&object, |(id, _)| *id).is_ok()
    }

    /// The identity of a deployed object.
    fn object_ref(&self, object: ObjectId) -> Option<ObjectRef> {
        self.scene.object_ref(object)
    }

    /// The place of a field of a deployed object, in the file that a person wrote.
    fn place_of(&self, object: ObjectId, field: &str) -> Location {
        self.scene.place(object, field)
    }

    /// The workloads of a set of classes, by name.
    fn units_of(&self, classes: &IdSet) -> Vec<usize> {
        let of_class = |id: u32| self.units_by_class.get(id as usize).map_or(&[][..], Vec::as_slice);
        let mut units: Vec<usize> = classes.iter().flat_map(of_class).copied().collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    /// A workload under its name, with its place.
    fn member(&self, unit: usize) -> Member {
        let location = self.scene.unit_object(unit).map(|object| self.place_of(object, ""));
        Member { name: self.scene.unit_name(unit).to_owned(), note: String::new(), location }
    }
}
