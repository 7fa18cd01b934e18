//! The structs of what an editor asks.

use serde::Serialize;

use crate::wire::{ObjectIdentity, Place, Position, TextEdit};

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
    /// What it is about.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::wire::words::section_kinds"))]
    pub kind: String,
    /// The sentence, in Markdown.
    pub text: String,
    /// Whom or what the sentence counts: the first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<NamedPlace>,
    /// How many there are.
    pub total: usize,
}

/// Something with a name and a place.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NamedPlace {
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
    pub object: Option<ObjectIdentity>,
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
    /// What it is about.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::wire::words::lens_kinds"))]
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
    /// What it shows.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::wire::words::inlay_kinds"))]
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
    /// What it is.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::wire::words::completion_kinds"))]
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

/// Where what is named under the cursor is written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DefinitionInfo {
    /// The key or value that names it.
    pub range: Range,
    /// Where it is; each has a place with a range.
    pub targets: Vec<NamedPlace>,
}

/// Who names what stands under the cursor.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReferenceInfo {
    /// How it names it.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::wire::words::reference_kinds"))]
    pub kind: String,
    /// The object: its kind and name.
    pub name: String,
    /// The place.
    pub location: Place,
}

/// An object of a file, or a part of one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DocumentSymbol {
    /// What it is called.
    pub name: String,
    /// What is to be said of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// What it is.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::wire::words::symbol_kinds"))]
    pub kind: String,
    /// All of it.
    pub range: Range,
    /// Its name, inside of the range.
    pub selection: Range,
    /// Its parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<DocumentSymbol>,
}

/// An object of any file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkspaceSymbol {
    /// `metadata.name`.
    pub name: String,
    /// Kind and namespace, as far as they are written.
    pub detail: String,
    /// What it is.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::wire::words::symbol_kinds"))]
    pub kind: String,
    /// Where its name is.
    pub location: Place,
}

/// A label that can be renamed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RenameTarget {
    /// The key or the value under the cursor.
    pub range: Range,
    /// The text to start from.
    pub text: String,
}

/// What a rename changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RenameEdits {
    /// What it does.
    pub title: String,
    /// The edits, by object.
    pub groups: Vec<RenameEditGroup>,
    /// What the reader must know besides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The edits of a rename in one object.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RenameEditGroup {
    /// The object: its kind and name.
    pub label: String,
    /// The edits; they don't overlap.
    pub edits: Vec<TextEdit>,
}

/// Something to do about a place.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CodeAction {
    /// What sort it is.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::wire::words::action_kinds"))]
    pub kind: String,
    /// What it does, as an instruction.
    pub title: String,
    /// How far it may be trusted.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::wire::words::safeties"))]
    pub safety: String,
    /// The edits; they don't overlap.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<TextEdit>,
    /// A file that it makes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creates: Option<NewFile>,
    /// The fingerprint of the finding that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
}

/// A file to make.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewFile {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Every answer of an editor's features, for the generator of types.
#[cfg(feature = "schema")]
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::wire) struct IdeAnswers {
    /// What is to be said of the key or value under the cursor.
    hover: Option<HoverInfo>,
    /// What stands above policies and workloads.
    lenses: Vec<CodeLens>,
    /// What counts though it isn't written.
    inlays: Vec<InlayHint>,
    /// What can be typed at the cursor.
    completions: Vec<CompletionItem>,
    /// Where what is named under the cursor is written.
    definition: Option<DefinitionInfo>,
    /// Who names what stands under the cursor.
    references: Vec<ReferenceInfo>,
    /// The objects of a file.
    document_symbols: Vec<DocumentSymbol>,
    /// The objects of all files.
    workspace_symbols: Vec<WorkspaceSymbol>,
    /// The label under the cursor.
    rename_target: Option<RenameTarget>,
    /// What a rename changes.
    rename: Option<RenameEdits>,
    /// What can be done about a range.
    actions: Vec<CodeAction>,
}
