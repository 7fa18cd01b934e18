//! Text → [`ConfigFile`], with every mistake at its place.
//!
//! `serde_yaml` gives the values: by YAML 1.2, so that `off` and `on` are words. The front end for manifests finds what
//! is no YAML and turns the path of a mistake into a line and a column.

use serde_json::Value;

use super::reader::{Mistake, read};
use super::{ConfigError, ConfigFile};
use crate::text::{LineIndex, PositionEncoding, Span};
use crate::yaml::{self, Document, Limits};

/// Reads one file.
pub(super) fn parse(text: &str, source_name: &str) -> Result<ConfigFile, Vec<ConfigError>> {
    let source = Source { text, name: source_name, lines: LineIndex::new(text) };
    let documents = yaml::documents(text);
    let Some(first) = documents.first() else { return Ok(ConfigFile::default()) };
    if let Some(second) = documents.get(1) {
        let message = "a configuration is one document: remove what follows `---`, or join them".to_owned();
        return Err(vec![source.error(Some(*second), message)]);
    }
    let document = yaml::parse(text, *first, &Limits::default());
    if !document.problems.is_empty() {
        let problems = document.problems.iter();
        return Err(problems
            .map(|problem| source.error(Some(problem.span), problem.message.clone()))
            .collect());
    }
    let value = serde_yaml::from_str::<Value>(text).map_err(|error| vec![source.foreign(&error)])?;
    read(&value).map_err(|mistakes| {
        let error = |mistake: Mistake| source.error(span_of(text, &document, &mistake), mistake.message);
        let mut errors: Vec<_> = mistakes.into_iter().map(error).collect();
        errors.sort();
        errors
    })
}

struct Source<'t> {
    text: &'t str,
    name: &'t str,
    lines: LineIndex,
}

impl Source<'_> {
    fn error(&self, span: Option<Span>, message: String) -> ConfigError {
        let position = |span: Span| self.lines.position(self.text, span.start, PositionEncoding::CodePoints);
        let position = span.map(position);
        ConfigError {
            source_name: self.name.to_owned(),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            message,
        }
    }

    fn foreign(&self, error: &serde_yaml::Error) -> ConfigError {
        let number = |number: usize| u32::try_from(number).ok();
        ConfigError {
            source_name: self.name.to_owned(),
            line: error.location().and_then(|place| number(place.line())),
            column: error.location().and_then(|place| number(place.column())),
            message: error.to_string(),
        }
    }
}

fn span_of(text: &str, document: &Document, mistake: &Mistake) -> Option<Span> {
    let root = document.node(text)?;
    let key = if mistake.on_key { root.key_at(&mistake.path) } else { None };
    Some(key.or_else(|| root.at(&mistake.path)).unwrap_or(root).span())
}
