//! Another name for a label, in the templates that set it and the selectors that ask for it.
//!
//! A label belongs together with others by namespaces: every selector that asks for it and may select a workload with it,
//! and every workload that such a selector may select. All of them change, or none: what can't be changed exactly is
//! refused with the reason.

mod label;
mod sites;

use label::Label;
use sites::{Part, Site};

use super::{Snapshot, spot};
use crate::diagnostics::Edit;
use crate::sets::{validate_key, validate_value};
use crate::text::Span;

/// A label that can be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamable {
    /// The key or the value under the cursor.
    pub span: Span,
    /// The text to start from: the key or the value.
    pub text: String,
}

/// What a rename changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// What it does.
    pub title: String,
    /// The edits, by object, in the order of files and places.
    pub groups: Vec<RenameGroup>,
    /// What the reader must know besides.
    pub notes: Vec<String>,
}

/// The edits of a rename in one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenameGroup {
    /// The object: its kind and name.
    pub label: String,
    /// The edits; they don't overlap.
    pub edits: Vec<Edit>,
}

/// Why something can't be renamed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

fn refuse<T>(reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(reason.into()))
}

/// Whether there is a label to rename at an offset of a written file.
pub fn prepare_rename(snapshot: &Snapshot<'_, '_>, path: &str, offset: u32) -> Result<Renamable, Refusal> {
    let (label, span) = label_at(snapshot, path, offset)?;
    let text = match label.part {
        Part::Key => label.key,
        Part::Value => label.value,
    };
    Ok(Renamable { span, text })
}

/// Gives the label at an offset of a written file another key or value, whichever the cursor is on, or both where `name`
/// is `key=value`.
pub fn rename(snapshot: &Snapshot<'_, '_>, path: &str, offset: u32, name: &str) -> Result<Rename, Refusal> {
    let (label, _) = label_at(snapshot, path, offset)?;
    let (key, value) = match (name.split_once('='), label.part) {
        (Some((key, value)), _) => (key.trim(), value.trim()),
        (None, Part::Key) => (name.trim(), &*label.value),
        (None, Part::Value) => (&*label.key, name.trim()),
    };
    if let Err(error) = validate_key(key) {
        return refuse(format!("`{key}` is no label key: {error}"));
    }
    if let Err(error) = validate_value(value) {
        return refuse(format!("`{value}` is no label value: {error}"));
    }
    if (key, value) == (&*label.key, &*label.value) {
        return refuse("the label is called so already");
    }
    let sites = sites::of_label(snapshot, &label);
    sites::collisions(snapshot, &label, &sites, (key, value))?;
    let mut groups: Vec<(u32, RenameGroup)> = Vec::new();
    for site in &sites {
        let (object, edits) = site.edits(snapshot, &label, (key, value))?;
        if edits.is_empty() {
            continue;
        }
        let title = snapshot.scene.object_title(site.object).replace('`', "");
        match groups.iter_mut().find(|(_, group)| group.label == title) {
            Some((_, group)) => group.edits.extend(edits),
            None => groups.push((object.file.0, RenameGroup { label: title, edits })),
        }
    }
    if groups.is_empty() {
        return refuse("nothing in the files that somebody wrote sets or asks for this label");
    }
    for (_, group) in &mut groups {
        group.edits.sort_by_key(|edit| (edit.file, edit.span));
        group.edits.dedup();
    }
    groups.sort_by_key(|(_, group)| group.edits.first().map(|edit| (edit.file, edit.span)));
    let title = format!("rename `{}={}` to `{key}={value}`", label.key, label.value);
    let notes = notes(&sites);
    Ok(Rename { title, groups: groups.into_iter().map(|(_, group)| group).collect(), notes })
}

fn label_at(snapshot: &Snapshot<'_, '_>, path: &str, offset: u32) -> Result<(Label, Span), Refusal> {
    let nothing =
        || Refusal("only labels of Pods and namespaces can be renamed: place the cursor on one".to_owned());
    let file = snapshot.file(path).ok_or_else(nothing)?;
    let spot = spot::find(snapshot, file, offset).ok_or_else(nothing)?;
    let object = snapshot.deployed(spot.object).first().copied().ok_or_else(nothing)?;
    let label = label::at(snapshot, object, &spot).ok_or_else(nothing)?;
    if label.key == crate::model::NAME_LABEL {
        return refuse(format!("`{}` is set by the API server: rename the namespace itself", label.key));
    }
    Ok((label, spot.span))
}

fn notes(sites: &[Site]) -> Vec<String> {
    let mut notes =
        vec!["kinds that no rule reads may select by this label too, and are not changed".to_owned()];
    if sites.iter().any(Site::is_immutable) {
        notes.push(
            "the selector of a workload can't be changed in place: the object has to be made anew".to_owned(),
        );
    }
    notes
}
