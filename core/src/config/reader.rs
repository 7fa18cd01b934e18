//! Values → [`ConfigFile`], strictly: what isn't known or has the wrong type is a mistake with the path where it stands.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::{ConfigFile, Level, Override, globs};
use crate::model::{Controller, CustomWorkload, nearest};
use crate::rules::{self, Group, OptionValue, Rule, RuleSet};
use crate::yaml;

/// Something wrong at a path of the file.
pub(super) struct Mistake {
    pub(super) path: String,
    /// Whether the key is wrong, not its value.
    pub(super) on_key: bool,
    pub(super) message: String,
}

/// Reads the value of a whole file.
pub(super) fn read(root: &Value) -> Result<ConfigFile, Vec<Mistake>> {
    let mut reader = Reader { mistakes: Vec::new() };
    let file = reader.file(root);
    if reader.mistakes.is_empty() { Ok(file) } else { Err(reader.mistakes) }
}

/// A value and where it stands.
#[derive(Clone)]
struct At<'v> {
    value: &'v Value,
    path: String,
}

impl<'v> At<'v> {
    fn key(&self, key: &str, value: &'v Value) -> Self {
        let mut path = self.path.clone();
        yaml::push_key(&mut path, key);
        At { value, path }
    }

    fn item(&self, index: usize, value: &'v Value) -> Self {
        let mut path = self.path.clone();
        yaml::push_index(&mut path, index);
        At { value, path }
    }

    /// What the value is called in messages.
    fn shown(&self) -> Cow<'static, str> {
        match self.value {
            Value::Null => "nothing".into(),
            Value::Bool(value) => format!("`{value}`").into(),
            Value::Number(number) => format!("the number `{number}`").into(),
            Value::String(text) => format!("`{text}`").into(),
            Value::Array(_) => "a list".into(),
            Value::Object(_) => "a mapping".into(),
        }
    }
}

struct Reader {
    mistakes: Vec<Mistake>,
}

impl Reader {
    fn wrong(&mut self, at: &At<'_>, message: String) {
        self.mistakes.push(Mistake { path: at.path.clone(), on_key: false, message });
    }

    fn wrong_key(&mut self, at: &At<'_>, message: String) {
        self.mistakes.push(Mistake { path: at.path.clone(), on_key: true, message });
    }

    fn file(&mut self, root: &Value) -> ConfigFile {
        let mut file = ConfigFile::default();
        let root = At { value: root, path: String::new() };
        for (key, at) in self.known_entries(&root, "the configuration", KEYS) {
            match key {
                "extends" => file.extends = self.one_or_more(&at, key),
                "set" => file.set = self.set(&at),
                "defaultNamespace" => file.default_namespace = self.namespace(&at, key),
                "include" => file.include = Some(self.globs(&at, key)),
                "exclude" => file.exclude = self.globs(&at, key),
                "rules" => self.rules(&at, &mut file),
                "overrides" => file.overrides = self.list(&at, key, Self::an_override),
                "ingressControllers" => {
                    file.ingress_controllers = self.list(&at, key, Self::ingress_controller);
                }
                "workloadKinds" => file.workload_kinds = self.list(&at, key, Self::workload_kind),
                _ => {}
            }
        }
        file
    }

    /// The entries of a mapping with known keys; those without a value count as not written.
    fn known_entries<'v>(&mut self, at: &At<'v>, owner: &str, known: &[&str]) -> Vec<(&'v str, At<'v>)> {
        let mut entries = self.entries(at, owner);
        entries.retain(|(key, at)| {
            let is_known = known.contains(key);
            if !is_known {
                self.unknown_key(at, key, owner, known);
            }
            is_known && !at.value.is_null()
        });
        entries
    }

    fn entries<'v>(&mut self, at: &At<'v>, what: &str) -> Vec<(&'v str, At<'v>)> {
        match at.value {
            Value::Null => Vec::new(),
            Value::Object(map) => map.iter().map(|(key, value)| (key.as_str(), at.key(key, value))).collect(),
            _ => {
                self.wrong(at, format!("{what} takes keys with values, not {}", at.shown()));
                Vec::new()
            }
        }
    }

    fn unknown_key(&mut self, at: &At<'_>, key: &str, owner: &str, known: &[&str]) {
        let message = match nearest(key, known.iter().copied()) {
            Some(near) => format!("{owner} has no key `{key}`: did you mean `{near}`?"),
            None => format!("{owner} has no key `{key}`: it has {}", quoted(known)),
        };
        self.wrong_key(at, message);
    }

    fn list<T>(&mut self, at: &At<'_>, key: &str, read: fn(&mut Self, &At<'_>) -> Option<T>) -> Vec<T> {
        let Value::Array(items) = at.value else {
            self.wrong(at, format!("`{key}` takes a list, not {}", at.shown()));
            return Vec::new();
        };
        items.iter().enumerate().filter_map(|(i, value)| read(self, &at.item(i, value))).collect()
    }

    fn strings(&mut self, at: &At<'_>, key: &str) -> Vec<(String, usize)> {
        let Value::Array(items) = at.value else {
            self.wrong(at, format!("`{key}` takes a list of strings, not {}", at.shown()));
            return Vec::new();
        };
        let mut found = Vec::new();
        for (i, value) in items.iter().enumerate() {
            match value {
                Value::String(text) => found.push((text.clone(), i)),
                _ => {
                    let item = at.item(i, value);
                    self.wrong(&item, format!("`{key}` takes strings, not {}", item.shown()));
                }
            }
        }
        found
    }

    fn plain_strings(&mut self, at: &At<'_>, key: &str) -> Vec<String> {
        self.strings(at, key).into_iter().map(|(text, _)| text).collect()
    }

    fn one_or_more(&mut self, at: &At<'_>, key: &str) -> Vec<String> {
        match at.value {
            Value::String(one) => vec![one.clone()],
            _ => self.plain_strings(at, key),
        }
    }

    fn globs(&mut self, at: &At<'_>, key: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (glob, i) in self.strings(at, key) {
            match globs::fault(&glob) {
                None => found.push(glob),
                Some(fault) => self.wrong(&at.item(i, at.value), format!("`{glob}` is no glob: {fault}")),
            }
        }
        found
    }

    fn string(&mut self, at: &At<'_>, key: &str) -> Option<String> {
        let text = at.value.as_str();
        if text.is_none() {
            self.wrong(at, format!("`{key}` takes a string, not {}", at.shown()));
        }
        text.map(str::to_owned)
    }

    fn namespace(&mut self, at: &At<'_>, key: &str) -> Option<String> {
        let name = self.string(at, key)?;
        let is_name = !name.is_empty()
            && name.len() <= 63
            && !name.starts_with('-')
            && !name.ends_with('-')
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_name {
            let message = "is no name of a namespace: write at most 63 lower-case letters, digits and `-`";
            self.wrong(at, format!("`{name}` {message}"));
        }
        is_name.then_some(name)
    }

    /// One of some words, each with its meaning.
    fn word<T: Copy>(&mut self, at: &At<'_>, what: &str, words: &[(&str, T)]) -> Option<T> {
        let text = at.value.as_str();
        let found = words.iter().find(|(word, _)| Some(*word) == text);
        if found.is_none() {
            let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            let help = match text.and_then(|text| nearest(text, known.iter().copied())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write one of {}", quoted(&known)),
            };
            self.wrong(at, format!("{} is no {what}: {help}", at.shown()));
        }
        found.map(|(_, value)| *value)
    }

    fn set(&mut self, at: &At<'_>) -> Option<RuleSet> {
        let sets = [RuleSet::Default, RuleSet::Recommended, RuleSet::Strict];
        self.word(at, "set of rules", &sets.map(|set| (set.name(), set)))
    }

    fn level(&mut self, at: &At<'_>) -> Option<Level> {
        self.word(at, "level", &Level::ALL.map(|(word, level, _)| (word, level)))
    }

    fn rules(&mut self, at: &At<'_>, file: &mut ConfigFile) {
        for (name, at) in self.entries(at, "`rules`") {
            let Some(target) = self.target(name, &at) else { continue };
            if !at.value.is_object() {
                if let Some(level) = self.level(&at) {
                    file.levels.insert(name.to_owned(), level);
                }
                continue;
            }
            for (key, at) in self.entries(&at, name) {
                if key == "level" {
                    if let Some(level) = self.level(&at) {
                        file.levels.insert(name.to_owned(), level);
                    }
                } else if let Some(value) = self.option(target, name, key, &at) {
                    file.options.entry(name.to_owned()).or_default().insert(key.to_owned(), value);
                }
            }
        }
    }

    /// The rule of a name, or that it is a group.
    fn target(&mut self, name: &str, at: &At<'_>) -> Option<Target> {
        let rule = rules::find(name).map(Target::Rule);
        let group = || Group::ALL.iter().any(|group| group.name() == name).then_some(Target::Group);
        let found = rule.or_else(group);
        if found.is_none() {
            let help = match nearest(name, rules::known_names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`ringfence rules` lists them".to_owned(),
            };
            self.wrong_key(at, format!("no rule and no group is called `{name}`: {help}"));
        }
        found
    }

    fn option(&mut self, target: Target, name: &str, key: &str, at: &At<'_>) -> Option<Value> {
        let Target::Rule(rule) = target else {
            self.wrong_key(
                at,
                format!("`{name}` is a group and has no option `{key}`: options belong to a rule"),
            );
            return None;
        };
        let Some(option) = rule.options.iter().find(|option| option.name == key) else {
            let known: Vec<_> = rule.options.iter().map(|option| option.name).chain(["level"]).collect();
            self.unknown_key(at, key, &format!("the rule `{name}`"), &known);
            return None;
        };
        let before = self.mistakes.len();
        match option.default {
            OptionValue::Strings(_) => {
                self.strings(at, key);
            }
            OptionValue::Integer(_) => {
                if at.value.as_u64().and_then(|number| u32::try_from(number).ok()).is_none() {
                    let message =
                        format!("`{key}` takes a whole number from 0 to {}, not {}", u32::MAX, at.shown());
                    self.wrong(at, message);
                }
            }
        }
        (self.mistakes.len() == before).then(|| at.value.clone())
    }

    fn an_override(&mut self, at: &At<'_>) -> Option<Override> {
        let mut found = Override::default();
        let mut has_rules = false;
        for (key, at) in self.known_entries(at, "an item of `overrides`", OVERRIDE_KEYS) {
            match key {
                "paths" => found.paths = self.globs(&at, key),
                "namespaces" => found.namespaces = self.globs(&at, key),
                "kinds" => found.kinds = self.plain_strings(&at, key),
                "rules" => {
                    has_rules = true;
                    found.levels = self.levels(&at);
                }
                _ => {}
            }
        }
        if !has_rules {
            self.wrong(
                at,
                "this item of `overrides` changes nothing: say with `rules` what it changes".to_owned(),
            );
        }
        Some(found)
    }

    fn levels(&mut self, at: &At<'_>) -> BTreeMap<String, Level> {
        let mut levels = BTreeMap::new();
        for (name, at) in self.entries(at, "`rules`") {
            if self.target(name, &at).is_none() {
                continue;
            }
            if at.value.is_object() {
                let message =
                    "an override takes a level only: options are the same for all objects".to_owned();
                self.wrong(&at, message);
            } else if let Some(level) = self.level(&at) {
                levels.insert(name.to_owned(), level);
            }
        }
        levels
    }

    fn workload_kind(&mut self, at: &At<'_>) -> Option<CustomWorkload> {
        let (mut group, mut kind, mut templates, mut labels, mut exact) =
            (String::new(), None, Vec::new(), Vec::new(), false);
        for (key, at) in self.known_entries(at, "an item of `workloadKinds`", WORKLOAD_KEYS) {
            match key {
                "apiGroup" => group = self.string(&at, key).unwrap_or_default(),
                "kind" => kind = self.string(&at, key),
                "templates" => templates = self.plain_strings(&at, key),
                "labels" => {
                    for (label, at) in self.entries(&at, "`labels`") {
                        labels.extend(self.string(&at, label).map(|value| (label.to_owned(), value)));
                    }
                }
                "exact" => exact = self.word_bool(&at, key),
                _ => {}
            }
        }
        let Some(kind) = kind else {
            if !matches!(at.value, Value::Object(map) if map.contains_key("kind")) {
                self.wrong(at, "an item of `workloadKinds` needs a `kind`".to_owned());
            }
            return None;
        };
        Some(CustomWorkload { group, kind, templates, labels, exact })
    }

    fn ingress_controller(&mut self, at: &At<'_>) -> Option<Controller> {
        let (mut name, mut namespace, mut controller) = (None, None, None);
        let mut labels: Vec<(String, String)> = Vec::new();
        for (key, at) in self.known_entries(at, "an item of `ingressControllers`", CONTROLLER_KEYS) {
            match key {
                "name" => name = self.string(&at, key),
                "namespace" => namespace = self.namespace(&at, key),
                "pods" => {
                    for (label, at) in self.entries(&at, "`pods`") {
                        labels.extend(self.string(&at, label).map(|value| (label.to_owned(), value)));
                    }
                }
                "controller" => controller = self.string(&at, key),
                _ => {}
            }
        }
        for key in ["name", "namespace"] {
            if !matches!(at.value, Value::Object(map) if map.contains_key(key)) {
                self.wrong(at, format!("an item of `ingressControllers` needs a `{key}`"));
            }
        }
        Some(Controller {
            name: name?,
            namespace: namespace?,
            pods: labels.into_iter().collect(),
            controller,
        })
    }

    fn word_bool(&mut self, at: &At<'_>, key: &str) -> bool {
        let value = at.value.as_bool();
        if value.is_none() {
            self.wrong(at, format!("`{key}` takes `true` or `false`, not {}", at.shown()));
        }
        value.unwrap_or_default()
    }
}

/// What a name under `rules` stands for.
#[derive(Clone, Copy)]
enum Target {
    Rule(&'static Rule),
    Group,
}

const KEYS: &[&str] = &[
    "extends",
    "set",
    "defaultNamespace",
    "include",
    "exclude",
    "rules",
    "overrides",
    "workloadKinds",
    "ingressControllers",
];
const OVERRIDE_KEYS: &[&str] = &["paths", "namespaces", "kinds", "rules"];
const CONTROLLER_KEYS: &[&str] = &["name", "namespace", "pods", "controller"];
const WORKLOAD_KEYS: &[&str] = &["apiGroup", "kind", "templates", "labels", "exact"];

fn quoted(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        all => all.concat(),
    }
}
