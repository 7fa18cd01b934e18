//! What an editor asks, in JSON: ranges as lines and columns, and everything else as the features say it.

use serde::Serialize;

use super::{Border, Object, Place, Position, TextEdit};
use crate::diagnostics::Edit;
use crate::ide;
use crate::text::{PositionEncoding, SourceFile, Span};
use crate::workspace::Outcome;

/// A range in the file that was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Range {
    /// Where it starts.
    pub start: Position,
    /// Where it ends, exclusive.
    pub end: Position,
}

/// What is to be said of the key or value under the cursor.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HoverInfo {
    /// The key or value.
    pub range: Range,
    /// All of it, in Markdown.
    pub markdown: String,
    /// The same in parts.
    pub sections: Vec<HoverSection>,
}

/// One part of a hover.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HoverSection {
    /// `meaning`, `now`, `future`, `namespaces`, `ports`, `addresses`, `ingress`, `egress`, `note` or `page`.
    pub kind: String,
    /// The sentence, in Markdown.
    pub text: String,
    /// Whom or what the sentence counts: the first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<HoverMember>,
    /// How many there are.
    pub total: usize,
}

/// Something that a part of a hover counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HoverMember {
    /// What it is called: `namespace/name[Kind]` for a workload.
    pub name: String,
    /// What is to be said of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
}

/// What stands above a policy or a workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CodeLens {
    /// Where the object begins.
    pub range: Range,
    /// All parts on one line.
    pub title: String,
    /// The object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
    /// The workload's name, `namespace/name[Kind]`; absent for a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// What is said, in order.
    pub parts: Vec<CodeLensPart>,
}

/// One thing that a lens says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CodeLensPart {
    /// `subject`, `ingress`, `egress` or `findings`.
    pub kind: String,
    /// A few words.
    pub text: String,
    /// How many there are of what it counts; absent where nothing is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
}

/// Something that counts though it isn't written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InlayHint {
    /// The place behind which it is shown.
    pub position: Position,
    /// `policyTypes`, `namespace` or `protocol`.
    pub kind: String,
    /// What is shown.
    pub label: String,
    /// Why it is so.
    pub tooltip: String,
    /// What writes it into the file; absent where it should not be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<TextEdit>,
}

/// Something that can be typed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CompletionItem {
    /// What is shown, and matched with what is typed.
    pub label: String,
    /// `field`, `word`, `labelKey`, `labelValue`, `namespace`, `port`, `rule` or `snippet`.
    pub kind: String,
    /// What is to be said of it.
    pub detail: String,
    /// What it replaces.
    pub range: Range,
    /// What it puts there. Its lines have all the indentation that they need.
    pub insert: String,
    /// Whether that is a snippet as LSP defines it; otherwise it is text.
    pub snippet: bool,
    /// Its place among the others.
    pub sort: String,
}

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

    /// A hover.
    pub fn hover(&self, hover: &ide::Hover) -> HoverInfo {
        let member = |member: &ide::Member| HoverMember {
            name: member.name.clone(),
            note: member.note.clone(),
            location: member.location.as_ref().map(|location| self.border.place(location)),
        };
        let section = |section: &ide::Section| HoverSection {
            kind: section.kind.name().to_owned(),
            text: section.text.clone(),
            members: section.members.iter().map(member).collect(),
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
}

/// Every answer of an editor's features, for the generator of types.
#[cfg(feature = "schema")]
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct IdeAnswers {
    /// What is to be said of the key or value under the cursor.
    hover: Option<HoverInfo>,
    /// What stands above policies and workloads.
    lenses: Vec<CodeLens>,
    /// What counts though it isn't written.
    inlays: Vec<InlayHint>,
    /// What can be typed at the cursor.
    completions: Vec<CompletionItem>,
}
