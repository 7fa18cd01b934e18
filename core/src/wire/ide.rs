//! What an editor asks, in JSON: ranges as lines and columns, and everything else as the features say it.

mod shapes;

#[cfg(feature = "schema")]
pub(super) use shapes::IdeAnswers;
pub use shapes::{
    CodeAction, CodeLens, CodeLensPart, CompletionItem, DefinitionInfo, DocumentSymbol, HoverInfo,
    HoverSection, InlayHint, NamedPlace, NewFile, Range, ReferenceInfo, RenameEditGroup, RenameEdits,
    RenameTarget, WorkspaceSymbol,
};

use super::{Border, Position, TextEdit};
use crate::diagnostics::Edit;
use crate::ide;
use crate::text::{PositionEncoding, SourceFile, Span};
use crate::workspace::Outcome;

/// Converts what features say of one file.
pub struct IdeBorder<'o> {
    border: Border<'o>,
    source: &'o SourceFile,
}

impl<'o> IdeBorder<'o> {
    /// A border for answers about `source`; `texts` has the files that answers point into.
    pub fn new(texts: &'o Outcome, source: &'o SourceFile, encoding: PositionEncoding) -> Self {
        Self { border: Border { outcome: texts, encoding }, source }
    }

    fn position(&self, offset: u32) -> Position {
        self.border.position(self.source, offset)
    }

    fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    fn edit(&self, edit: Option<&Edit>) -> Option<TextEdit> {
        edit.and_then(|edit| self.border.edit(edit))
    }

    fn named(&self, member: &ide::Member) -> NamedPlace {
        NamedPlace {
            name: member.name.clone(),
            note: member.note.clone(),
            location: member.location.as_ref().map(|location| self.border.place(location)),
        }
    }

    /// A hover.
    pub fn hover(&self, hover: &ide::Hover) -> HoverInfo {
        let section = |section: &ide::Section| HoverSection {
            kind: section.kind.name().to_owned(),
            text: section.text.clone(),
            members: section.members.iter().map(|member| self.named(member)).collect(),
            total: section.total,
        };
        HoverInfo {
            range: self.range(hover.span),
            markdown: hover.markdown(),
            sections: hover.sections.iter().map(section).collect(),
        }
    }

    /// Lenses.
    pub fn lenses(&self, lenses: &[ide::Lens]) -> Vec<CodeLens> {
        let part = |part: &ide::LensPart| CodeLensPart {
            kind: part.kind.name().to_owned(),
            text: part.text.clone(),
            count: part.count,
        };
        let lens = |lens: &ide::Lens| CodeLens {
            range: self.range(lens.span),
            title: lens.title(),
            object: lens.object.as_ref().map(super::object),
            workload: lens.workload.clone(),
            parts: lens.parts.iter().map(part).collect(),
        };
        lenses.iter().map(lens).collect()
    }

    /// Completions.
    pub fn completions(&self, completions: &[ide::Completion]) -> Vec<CompletionItem> {
        let item = |(at, completion): (usize, &ide::Completion)| CompletionItem {
            label: completion.label.clone(),
            kind: completion.kind.name().to_owned(),
            detail: completion.detail.clone(),
            range: self.range(completion.replace),
            insert: completion.insert.clone(),
            snippet: completion.snippet,
            sort: format!("{at:04}"),
        };
        completions.iter().enumerate().map(item).collect()
    }

    /// Inlay hints.
    pub fn inlays(&self, inlays: &[ide::Inlay]) -> Vec<InlayHint> {
        let hint = |inlay: &ide::Inlay| InlayHint {
            position: self.position(inlay.offset),
            kind: inlay.kind.name().to_owned(),
            label: inlay.label.clone(),
            tooltip: inlay.tooltip.clone(),
            edit: self.edit(inlay.edit.as_ref()),
        };
        inlays.iter().map(hint).collect()
    }

    /// A definition.
    pub fn definition(&self, definition: &ide::Definition) -> DefinitionInfo {
        let targets = definition.targets.iter().map(|target| self.named(target)).collect();
        DefinitionInfo { range: self.range(definition.span), targets }
    }

    /// References.
    pub fn references(&self, references: &[ide::Reference]) -> Vec<ReferenceInfo> {
        let info = |reference: &ide::Reference| ReferenceInfo {
            kind: reference.kind.name().to_owned(),
            name: reference.name.clone(),
            location: self.border.place(&reference.location),
        };
        references.iter().map(info).collect()
    }

    /// The symbols of the file.
    pub fn document_symbols(&self, symbols: &[ide::Symbol]) -> Vec<DocumentSymbol> {
        let symbol = |symbol: &ide::Symbol| DocumentSymbol {
            name: symbol.name.clone(),
            detail: symbol.detail.clone(),
            kind: symbol.kind.name().to_owned(),
            range: self.range(symbol.span),
            selection: self.range(symbol.head),
            children: self.document_symbols(&symbol.children),
        };
        symbols.iter().map(symbol).collect()
    }

    /// A label that can be renamed.
    pub fn rename_target(&self, target: &ide::Renamable) -> RenameTarget {
        RenameTarget { range: self.range(target.span), text: target.text.clone() }
    }

    /// A rename.
    pub fn rename(&self, rename: &ide::Rename) -> RenameEdits {
        let group = |group: &ide::RenameGroup| RenameEditGroup {
            label: group.label.clone(),
            edits: group.edits.iter().filter_map(|edit| self.border.edit(edit)).collect(),
        };
        RenameEdits {
            title: rename.title.clone(),
            groups: rename.groups.iter().map(group).collect(),
            notes: rename.notes.clone(),
        }
    }

    /// Code actions.
    pub fn actions(&self, actions: &[ide::Action]) -> Vec<CodeAction> {
        let action = |action: &ide::Action| CodeAction {
            kind: action.kind.name().to_owned(),
            title: action.title.clone(),
            safety: action.safety.name().to_owned(),
            edits: action.edits.iter().filter_map(|edit| self.border.edit(edit)).collect(),
            creates: action
                .creates
                .as_ref()
                .map(|(path, text)| NewFile { path: path.clone(), text: text.clone() }),
            finding: action.finding.clone(),
        };
        actions.iter().map(action).collect()
    }
}

impl WorkspaceSymbol {
    /// The symbols of all files; `texts` has them.
    pub fn all(symbols: &[ide::FoundSymbol], texts: &Outcome, encoding: PositionEncoding) -> Vec<Self> {
        let border = Border { outcome: texts, encoding };
        let symbol = |symbol: &ide::FoundSymbol| Self {
            name: symbol.name.clone(),
            detail: symbol.detail.clone(),
            kind: symbol.kind.name().to_owned(),
            location: border.place(&symbol.location),
        };
        symbols.iter().map(symbol).collect()
    }
}
