//! What can be typed at a cursor: fields and words of the API, and what exists in the workspace.
//!
//! The place is told from the lines before the cursor ([`reader`]), so that an unfinished line is no hindrance. What
//! stands beside it, a `namespaceSelector` say, is read from the document without that line ([`document`]).

mod document;
mod reader;
mod schema;
mod snippets;
mod values;

use std::collections::BTreeSet;

pub(super) use document::selector;

use document::Draft;
use reader::{At, Context};
use schema::{Field, Shape};
use values::Value;

use super::Snapshot;
use crate::rules::{self, Group};
use crate::text::{Span, offset};
use crate::yaml::edit;

/// So many values are offered at most; what is typed decides which.
const MOST: usize = 200;

/// Something that can be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown, and matched with what is typed.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// What is to be said of it.
    pub detail: String,
    /// The bytes that it replaces.
    pub replace: Span,
    /// What it puts there, with the indentation of every line.
    pub insert: String,
    /// Whether that is a snippet as LSP defines it, with `$1`; otherwise it is text.
    pub snippet: bool,
}

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CompletionKind {
    /// A field of the API.
    Field,
    /// A word of the API.
    Word,
    /// The key of a label.
    LabelKey,
    /// The value of a label.
    LabelValue,
    /// A namespace.
    Namespace,
    /// A port.
    Port,
    /// A rule or a group of rules.
    Rule,
    /// A whole policy.
    Snippet,
}

impl CompletionKind {
    /// Every kind.
    #[cfg(feature = "schema")]
    pub const ALL: [Self; 8] = [
        Self::Field,
        Self::Word,
        Self::LabelKey,
        Self::LabelValue,
        Self::Namespace,
        Self::Port,
        Self::Rule,
        Self::Snippet,
    ];

    /// The name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Word => "word",
            Self::LabelKey => "labelKey",
            Self::LabelValue => "labelValue",
            Self::Namespace => "namespace",
            Self::Port => "port",
            Self::Rule => "rule",
            Self::Snippet => "snippet",
        }
    }
}

/// What can be typed at an offset of a written file, the most likely first.
pub fn complete(snapshot: &Snapshot<'_, '_>, path: &str, cursor: u32) -> Vec<Completion> {
    let Some((file, source)) = snapshot.file(path).and_then(|file| Some((file, snapshot.source(file)?)))
    else {
        return Vec::new();
    };
    let text = &*source.text;
    if let Some(found) = suppressions(text, cursor) {
        return found;
    }
    let Some(context) = reader::read(text, cursor) else { return Vec::new() };
    let draft = Draft::read(text, file, context.document, cursor);
    let typist = Typist { text, json: path.ends_with(".json"), context: &context };
    let mut found = Vec::new();
    if context.at == At::Key && context.steps.is_empty() && is_blank_but(text, &context) && !typist.json {
        found.extend(snippets::all(snapshot).into_iter().map(|snippet| typist.whole(snippet)));
    }
    let kind = draft.kind(context.document);
    let Some(shape) = schema::of_kind(&kind).at(&context.steps) else { return found };
    found.extend(typist.of_shape(snapshot, &draft, shape));
    found.truncate(MOST);
    found
}

/// Whether a document holds nothing but what is being typed.
fn is_blank_but(text: &str, context: &Context) -> bool {
    let blank =
        |span: Span| span.of(text).lines().all(|line| line.trim().is_empty() || line.starts_with('#'));
    blank(Span::new(context.document.start, context.typed.start))
        && blank(Span::new(context.typed.end, context.document.end))
}

/// The rules and groups that a suppression can name, where the cursor stands in its brackets.
fn suppressions(text: &str, cursor: u32) -> Option<Vec<Completion>> {
    let before = text.get(..cursor as usize)?;
    let line = before.rsplit('\n').next()?;
    let names = line.rsplit_once("ignore[").filter(|(address, _)| address.contains("# ringfence:"))?.1;
    if names.contains(']') {
        return None;
    }
    let typed = names.rsplit([',', ' ']).next()?;
    let replace = Span::new(cursor - offset(typed.len()), cursor);
    let one = |label: &str, detail: &str| Completion {
        label: label.to_owned(),
        kind: CompletionKind::Rule,
        detail: detail.to_owned(),
        replace,
        insert: label.to_owned(),
        snippet: false,
    };
    let rules = rules::all().iter().map(|rule| one(rule.name, rule.summary));
    let groups = Group::ALL.iter().map(|group| one(group.name(), group.summary()));
    Some(rules.chain(groups).collect())
}

/// Writes completions as they fit into the place.
struct Typist<'t> {
    text: &'t str,
    json: bool,
    context: &'t Context,
}

impl Typist<'_> {
    fn of_shape(
        &self,
        snapshot: &Snapshot<'_, '_>,
        draft: &Draft<'_>,
        shape: &'static Shape,
    ) -> Vec<Completion> {
        let steps = &self.context.steps;
        let key = || steps.last().map_or("", super::spot::Step::key);
        match (self.context.at, shape) {
            (At::Key | At::Item, Shape::Object(fields)) => self.fields(draft, fields, ""),
            (At::Key, Shape::List(Shape::Object(fields))) if !self.context.flow => {
                self.fields(draft, fields, "- ")
            }
            (At::Key, Shape::List(Shape::Words(words))) if !self.context.flow => {
                words.iter().map(|word| self.word(word, "- ")).collect()
            }
            (At::Key, Shape::Labels) => {
                let there: BTreeSet<String> = self.keys(draft);
                let keys = values::labelled(snapshot, draft, steps).map(|all| all.keys(&there));
                keys.unwrap_or_default().iter().map(|key| self.label_key(key)).collect()
            }
            (At::Value | At::Item, Shape::LabelKey) => {
                let keys = values::labelled(snapshot, draft, steps).map(|all| all.keys(&BTreeSet::new()));
                self.values(&keys.unwrap_or_default(), CompletionKind::LabelKey)
            }
            (At::Value | At::Item, Shape::LabelValues) => {
                let key = match self.context.at {
                    At::Item => self.key_beside(draft),
                    _ => Some(key().to_owned()),
                };
                let all = key.zip(values::labelled(snapshot, draft, steps));
                let values = all.map(|(key, all)| all.values(&key)).unwrap_or_default();
                self.values(&values, CompletionKind::LabelValue)
            }
            (At::Value | At::Item, Shape::Words(words)) => {
                words.iter().map(|word| self.word(word, "")).collect()
            }
            (At::Value, Shape::Namespace) => {
                let all = values::namespaces(snapshot, self.context.typed.of(self.text));
                self.values(&all, CompletionKind::Namespace)
            }
            (At::Value, Shape::Port) => {
                self.values(&values::ports(snapshot, draft, steps), CompletionKind::Port)
            }
            (At::Value, Shape::Object(_)) => match key() {
                "podSelector" => vec![self.word(&("{}", "every Pod"), "")],
                "namespaceSelector" | "namespaces" => vec![self.word(&("{}", "every namespace"), "")],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The keys of the mapping in which the cursor stands, but for the one that is typed.
    fn keys(&self, draft: &Draft<'_>) -> BTreeSet<String> {
        let written = draft.node(&self.context.steps).into_iter().flat_map(crate::yaml::Node::entries);
        let others =
            written.filter(|entry| !super::spot::touches(entry.key.span(), self.context.typed.start));
        let names = others.filter_map(|entry| Some(entry.key.key_name()?.into_owned()));
        names.chain(self.context.keys.iter().cloned()).collect()
    }

    /// The `key` of the expression in whose `values` the cursor stands.
    fn key_beside(&self, draft: &Draft<'_>) -> Option<String> {
        let around = self.context.steps.get(..self.context.steps.len().checked_sub(2)?)?;
        Some(draft.node(around)?.get("key")?.as_str()?.to_owned())
    }

    fn fields(&self, draft: &Draft<'_>, fields: &'static [Field], dash: &str) -> Vec<Completion> {
        let there = if dash.is_empty() { self.keys(draft) } else { BTreeSet::new() };
        let open = fields.iter().filter(|field| !there.contains(field.name));
        open.map(|field| self.field(field, dash)).collect()
    }

    fn field(&self, field: &Field, dash: &str) -> Completion {
        let inner = " ".repeat(self.context.column + dash.len() + 2);
        let value = match (&field.shape, self.is_flow()) {
            _ if self.has_colon() => "",
            (Shape::Object(_) | Shape::Labels, true) => ": {$0}",
            (Shape::List(_), true) => ": [$0]",
            (Shape::Object(_) | Shape::Labels, false) => &format!(":\n{inner}$0"),
            (Shape::List(_), false) => &format!(":\n{inner}- $0"),
            _ if self.json => ": \"$0\"",
            _ => ": $0",
        };
        let insert = format!("{dash}{}{value}", self.name(field.name));
        self.completion(field.name, CompletionKind::Field, field.summary, insert, true)
    }

    fn label_key(&self, key: &Value) -> Completion {
        let value = match (self.has_colon(), self.json) {
            (true, _) => "",
            (false, true) => ": \"$0\"",
            (false, false) => ": $0",
        };
        let insert = format!("{}{value}", snippets::escape(&self.name(&key.text)));
        self.completion(&key.text, CompletionKind::LabelKey, &key.detail, insert, true)
    }

    fn word(&self, (word, summary): &(&str, &str), dash: &str) -> Completion {
        let insert = match *word {
            "{}" => "{}".to_owned(),
            word => self.scalar(word),
        };
        let insert = format!("{}{dash}{insert}", self.space());
        self.completion(word, CompletionKind::Word, summary, insert, false)
    }

    fn values(&self, values: &[Value], kind: CompletionKind) -> Vec<Completion> {
        let typed = self.context.typed.of(self.text).to_lowercase();
        let fits = |value: &&Value| values.len() <= MOST || value.text.to_lowercase().contains(&typed);
        let one = |value: &Value| {
            let is_number = kind == CompletionKind::Port && value.text.bytes().all(|b| b.is_ascii_digit());
            let insert = if is_number { value.text.clone() } else { self.scalar(&value.text) };
            self.completion(&value.text, kind, &value.detail, format!("{}{insert}", self.space()), false)
        };
        values.iter().filter(fits).map(one).collect()
    }

    /// A whole policy, instead of what is typed.
    fn whole(&self, snippet: snippets::Snippet) -> Completion {
        self.completion(snippet.label, CompletionKind::Snippet, snippet.summary, snippet.text, true)
    }

    fn completion(
        &self,
        label: &str,
        kind: CompletionKind,
        detail: &str,
        insert: String,
        snippet: bool,
    ) -> Completion {
        let (label, detail) = (label.to_owned(), detail.to_owned());
        Completion { label, kind, detail, replace: self.context.typed, insert, snippet }
    }

    fn is_flow(&self) -> bool {
        self.context.flow || self.json
    }

    fn space(&self) -> &'static str {
        if self.context.needs_space { " " } else { "" }
    }

    /// Whether a colon follows what is typed already.
    fn has_colon(&self) -> bool {
        let rest = self.text.get(self.context.typed.end as usize..).unwrap_or_default();
        rest.trim_start_matches(['"', '\'', ' ']).starts_with(':')
    }

    /// A key.
    fn name(&self, key: &str) -> String {
        if self.json && !self.context.quoted { format!("\"{key}\"") } else { self.scalar(key) }
    }

    /// A string, in quotes where it needs them and doesn't stand in some.
    fn scalar(&self, value: &str) -> String {
        match (self.context.quoted, self.json) {
            (true, _) => value.to_owned(),
            (false, true) => format!("\"{value}\""),
            (false, false) => edit::string(value).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suppressions_name_rules_and_groups() {
        let offered = |text: &str| {
            let cursor = offset(text.find("$0").unwrap());
            let text = text.replace("$0", "");
            suppressions(&text, cursor).map(|all| {
                let precision = all.iter().find(|one| one.label == "precision").unwrap();
                (all.len() > rules::all().len(), precision.replace.of(&text).to_owned())
            })
        };
        assert_eq!(offered("a: 1 # ringfence: ignore[$0"), Some((true, String::new())));
        assert_eq!(offered("# ringfence: ignore[coverage, pre$0]\n"), Some((true, "pre".to_owned())));
        assert_eq!(offered("# ringfence: ignore[coverage] pre$0"), None);
        assert_eq!(offered("a: ignore[pre$0"), None);
    }
}
