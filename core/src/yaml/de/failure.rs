//! What is wrong with a value, in a user's words.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use super::super::path::{push_index, push_key};
use super::super::scalar::Scalar;
use super::super::tree::{Node, NodeKind};
use super::Reader;
use crate::text::Span;

/// The way to a node, linked towards the root.
pub(super) enum Path<'c> {
    Root,
    Key(&'c Path<'c>, &'c str),
    Index(&'c Path<'c>, usize),
}

impl Path<'_> {
    pub(super) fn write(&self) -> String {
        let mut steps = Vec::new();
        let mut step = self;
        while let Path::Key(parent, _) | Path::Index(parent, _) = step {
            steps.push(step);
            step = parent;
        }
        let mut path = String::new();
        for step in steps.into_iter().rev() {
            match step {
                Path::Root => {}
                Path::Key(_, key) => push_key(&mut path, key),
                Path::Index(_, index) => push_index(&mut path, *index),
            }
        }
        path
    }
}

/// An error on its way up; the innermost reader that sees it says where it is.
#[derive(Debug)]
pub(super) struct Failure(pub(super) Box<Details>);

#[derive(Debug)]
pub(super) struct Details {
    pub(super) message: String,
    pub(super) place: Option<(Span, String)>,
}

impl Failure {
    pub(super) fn at(mut self, reader: &Reader<'_, '_>) -> Self {
        self.0.place.get_or_insert_with(|| (reader.node.span(), reader.path.write()));
        self
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: Display>(message: T) -> Self {
        Self(Box::new(Details { message: message.to_string(), place: None }))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {}, found {}", expectation(expected), unexpected(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("{} doesn't fit: expected {}", unexpected(found), expectation(expected)))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("`{variant}` is none of the known values `{}`", expected.join("`, `")))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format_args!("the field `{field}` is missing"))
    }
}

/// What a visitor expects, in a user's words.
fn expectation(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    let words = match expected.as_str() {
        "IntOrString" => "a number or a string",
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "isize" | "usize" => {
            "a whole number in range"
        }
        "a boolean" => "`true` or `false`",
        "a sequence" => "a list",
        "a map" => "a mapping",
        _ => return expected,
    };
    words.to_owned()
}

fn unexpected(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("the number {value}"),
        Unexpected::Signed(value) => format!("the number {value}"),
        Unexpected::Float(value) => format!("the number {value}"),
        Unexpected::Str(value) => quoted(value),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("the string {:?}…", text.get(..end).unwrap_or("")),
        None => format!("the string {text:?}"),
    }
}

pub(super) fn describe(node: Node<'_>) -> String {
    match node.scalar() {
        None if node.kind() == NodeKind::Mapping => "a mapping".to_owned(),
        None => "a list".to_owned(),
        Some(Scalar::Null) => "null".to_owned(),
        Some(Scalar::Bool(_)) => format!("the boolean `{}`", node.raw()),
        Some(Scalar::Int(_) | Scalar::Float(_)) => format!("the number {}", node.raw()),
        Some(Scalar::Str(text)) => quoted(text),
    }
}
