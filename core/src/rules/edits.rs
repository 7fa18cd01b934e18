//! Fixes, as byte edits in the file that a person wrote.
//!
//! Every function gives a fix without edits where the text can't be edited, and [`Diagnostic::fix`] drops such a fix.
//!
//! [`Diagnostic::fix`]: crate::diagnostics::Diagnostic::fix

use serde_json::Value;

use super::Reporter;
use crate::cluster::ObjectId;
use crate::diagnostics::{Edit, Fix, Safety};
use crate::text::FileId;
use crate::yaml::{Node, TextEdit, edit};

/// A fix with the edit that `make` finds for the written object.
pub(super) fn fix(
    report: &Reporter<'_>,
    object: ObjectId,
    title: impl Into<String>,
    safety: Safety,
    make: impl FnOnce(Node<'_>) -> Option<TextEdit>,
) -> Fix {
    let edit = report.editable(object).and_then(|(file, _, node)| Some(of_file(file, make(node)?)));
    Fix { title: title.into(), safety, edits: edit.into_iter().collect() }
}

fn of_file(file: FileId, edit: TextEdit) -> Edit {
    Edit { file, span: edit.span, text: edit.text }
}

/// Another value for a field, as YAML on one line.
pub(super) fn replace(
    report: &Reporter<'_>,
    object: ObjectId,
    field: &str,
    flow: &str,
    title: impl Into<String>,
    safety: Safety,
) -> Fix {
    fix(report, object, title, safety, |node| edit::replace_value(node.at(field)?, flow))
}

/// Another value for a field, on one line.
pub(super) fn replace_with(
    report: &Reporter<'_>,
    object: ObjectId,
    field: &str,
    value: &Value,
    title: impl Into<String>,
    safety: Safety,
) -> Fix {
    fix(report, object, title, safety, |node| edit::replace_with(node.at(field)?, value))
}

/// Another name for a field.
pub(super) fn rename(
    report: &Reporter<'_>,
    object: ObjectId,
    field: &str,
    name: &str,
    title: impl Into<String>,
    safety: Safety,
) -> Fix {
    fix(report, object, title, safety, |node| {
        Some(TextEdit { span: node.key_at(field)?.span(), text: name.to_owned() })
    })
}

/// A further field in the mapping at `parent`, after the field `after` where that is there.
pub(super) fn insert(
    report: &Reporter<'_>,
    object: ObjectId,
    (parent, key, after): (&str, &str, Option<&str>),
    value: &Value,
    title: impl Into<String>,
    safety: Safety,
) -> Fix {
    fix(report, object, title, safety, |node| edit::insert_entry(node.at(parent)?, key, value, after))
}

/// A further document at the end of the file that holds the object; none in a JSON file, which holds only one.
pub(super) fn append_document(
    report: &Reporter<'_>,
    object: ObjectId,
    yaml: &str,
    title: impl Into<String>,
    safety: Safety,
) -> Fix {
    let edit = report
        .editable(object)
        .filter(|(_, source, _)| !source.path.ends_with(".json"))
        .map(|(file, source, _)| of_file(file, edit::append_document(&source.text, yaml)));
    Fix { title: title.into(), safety, edits: edit.into_iter().collect() }
}

/// Removes an object: its document, or its item in a List. None where it is the only one of its file.
pub(super) fn remove_object(
    report: &Reporter<'_>,
    object: ObjectId,
    title: impl Into<String>,
    safety: Safety,
) -> Fix {
    let edit = report.editable(object).and_then(|(id, source, node)| {
        let written = report.repository().object(report.source_of(object)?)?;
        let document = report.repository().file(id)?.documents.get(written.document as usize)?;
        let root = document.node(&source.text)?;
        let edit = if root.id() == node.id() {
            edit::remove_document(&source.text, document.span)?
        } else {
            let items = root.get("items")?;
            edit::remove_item(items, items.items().position(|item| item.id() == node.id())?)?
        };
        Some(of_file(id, edit))
    });
    Fix { title: title.into(), safety, edits: edit.into_iter().collect() }
}
