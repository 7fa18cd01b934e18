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

/// A fix with the edits that `make` finds for the written object.
pub(super) fn fix(
    report: &Reporter<'_>,
    object: ObjectId,
    title: impl Into<String>,
    safety: Safety,
    make: impl FnOnce(&str, Node<'_>) -> Option<Vec<TextEdit>>,
) -> Fix {
    let edits = report
        .editable(object)
        .and_then(|(file, source, node)| Some((file, make(&source.text, node)?)))
        .map(|(file, edits)| edits.into_iter().map(|edit| of_file(file, edit)).collect());
    Fix { title: title.into(), safety, edits: edits.unwrap_or_default() }
}

fn of_file(file: FileId, edit: TextEdit) -> Edit {
    Edit { file, span: edit.span, text: edit.text }
}

/// Another value for a field.
pub(super) fn replace(
    report: &Reporter<'_>,
    object: ObjectId,
    field: &str,
    value: &Value,
    title: impl Into<String>,
    safety: Safety,
) -> Fix {
    fix(report, object, title, safety, |text, node| Some(edit::replace_value(text, node.at(field)?, value)))
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
    fix(report, object, title, safety, |_, node| {
        let key = node.key_at(field)?;
        Some(vec![TextEdit { span: key.span(), text: name.to_owned() }])
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
    fix(report, object, title, safety, |text, node| {
        Some(edit::insert_entry(text, node.at(parent)?, key, value, after))
    })
}

/// Without one item of a list.
pub(super) fn remove_item(
    report: &Reporter<'_>,
    object: ObjectId,
    (list, index): (&str, usize),
    title: impl Into<String>,
    safety: Safety,
) -> Fix {
    fix(report, object, title, safety, |text, node| Some(edit::remove_item(text, node.at(list)?, index)))
}

/// A further document at the end of the file that holds the object.
pub(super) fn append_document(
    report: &Reporter<'_>,
    object: ObjectId,
    yaml: &str,
    title: impl Into<String>,
    safety: Safety,
) -> Fix {
    fix(report, object, title, safety, |text, _| Some(edit::append_document(text, yaml)))
}
