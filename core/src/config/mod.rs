//! The configuration: what a `.ringfence.yaml` says, as data.
//!
//! Reading is strict: an unknown key, rule, option or level is an error that names the nearest known one, never a
//! setting that silently does nothing. A host finds and reads files; this room only sees their text.

mod globs;
mod load;
mod parse;
mod reader;
mod schema;
mod template;

use std::collections::BTreeMap;

use serde_json::Value;

pub use globs::matches;
pub(crate) use globs::matches_name;
pub use load::load;

use crate::diagnostics::Severity;
use crate::model::{Controller, CustomWorkload};
use crate::rules::RuleSet;

/// What a `.ringfence.yaml` says; every field has a default, so that an empty file is a good one.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The rules that run without being named.
    pub set: RuleSet,
    /// The namespace of objects that nobody gives one; `default` unless configured.
    pub default_namespace: String,
    /// Globs of the files to read; empty for every YAML and JSON file.
    pub include: Vec<String>,
    /// Globs of the files to leave out.
    pub exclude: Vec<String>,
    /// Levels by rule or group name; a rule's own level wins over its group's.
    pub levels: BTreeMap<String, Level>,
    /// Options by rule and key.
    pub options: BTreeMap<String, BTreeMap<String, Value>>,
    /// Levels for some objects only; later ones win.
    pub overrides: Vec<Override>,
    /// Custom resources that make Pods.
    pub workload_kinds: Vec<CustomWorkload>,
    /// The controllers that serve Ingresses and Gateways.
    pub ingress_controllers: Vec<Controller>,
    /// Where the globs of paths start; the host sets it.
    pub base: Base,
}

/// What a rule's findings become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The rule doesn't run.
    Off,
    /// The rule runs with its own severities.
    On,
    /// The rule runs and every finding has this severity.
    As(Severity),
}

/// Levels for some objects. A finding is concerned where every list that is not empty matches it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Override {
    /// Globs of paths.
    pub paths: Vec<String>,
    /// Globs of namespaces.
    pub namespaces: Vec<String>,
    /// Kinds.
    pub kinds: Vec<String>,
    /// Levels by rule or group name.
    pub levels: BTreeMap<String, Level>,
}

/// How a path of the host reads from the folder of the configuration file, where globs of paths start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// The folder as the host names it, taken off the paths below it: `infra` where the file is `infra/.ringfence.yaml`.
    pub folder: String,
    /// The way from the folder to where the host's other paths start, put before them: `apps/shop` where the file lies
    /// two levels above the working directory.
    pub below: String,
}

/// One configuration file as read: what it says itself, before the files that it extends are taken in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigFile {
    /// The files that it builds on, as written: relative to its own folder. Later ones win over earlier ones.
    pub extends: Vec<String>,
    set: Option<RuleSet>,
    default_namespace: Option<String>,
    include: Option<Vec<String>>,
    exclude: Vec<String>,
    levels: BTreeMap<String, Level>,
    options: BTreeMap<String, BTreeMap<String, Value>>,
    overrides: Vec<Override>,
    workload_kinds: Vec<CustomWorkload>,
    ingress_controllers: Vec<Controller>,
}

/// What is wrong with a configuration file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{source_name}{}: {message}", place(*.line, *.column))]
pub struct ConfigError {
    /// The file, as the host names it.
    pub source_name: String,
    /// The line, from 1, where it is known.
    pub line: Option<u32>,
    /// The column, from 1, in code points, where it is known.
    pub column: Option<u32>,
    /// What is wrong, and what to write instead.
    pub message: String,
}

fn place(line: Option<u32>, column: Option<u32>) -> String {
    [line, column].into_iter().flatten().map(|number| format!(":{number}")).collect()
}

impl Level {
    /// The words of configuration, with what they mean.
    pub const ALL: [(&'static str, Self, &'static str); 5] = [
        ("off", Self::Off, "the rule doesn't run"),
        ("on", Self::On, "the rule runs with its own severities"),
        ("info", Self::As(Severity::Info), "the rule runs and every finding is an info"),
        ("warning", Self::As(Severity::Warning), "the rule runs and every finding is a warning"),
        ("error", Self::As(Severity::Error), "the rule runs and every finding is an error"),
    ];
}

impl Default for Config {
    fn default() -> Self {
        Self {
            set: RuleSet::Default,
            default_namespace: "default".to_owned(),
            include: Vec::new(),
            exclude: Vec::new(),
            levels: BTreeMap::new(),
            options: BTreeMap::new(),
            overrides: Vec::new(),
            workload_kinds: Vec::new(),
            ingress_controllers: Vec::new(),
            base: Base::default(),
        }
    }
}

impl Config {
    /// Reads the text of one file; `source_name` is its path in errors.
    pub fn parse(text: &str, source_name: &str) -> Result<ConfigFile, Vec<ConfigError>> {
        parse::parse(text, source_name)
    }

    /// The JSON Schema of the file, draft 2020-12.
    pub fn json_schema() -> Value {
        schema::json_schema()
    }

    /// A file to start from: every key with an explanation, all commented out, so that it changes nothing.
    pub fn template() -> String {
        template::template()
    }

    /// Whether `include` and `exclude` let a file in.
    pub fn takes(&self, path: &str) -> bool {
        let path = self.base.seen(path);
        let listed = |globs: &[String]| globs.iter().any(|glob| matches(glob, &path));
        (self.include.is_empty() || listed(&self.include)) && !listed(&self.exclude)
    }
}

impl Base {
    /// The path as it reads from the folder of the configuration file.
    pub fn seen(&self, path: &str) -> String {
        let path = path.strip_prefix("./").unwrap_or(path);
        let inner = path.strip_prefix(&*self.folder).and_then(|rest| rest.strip_prefix('/'));
        match inner.filter(|_| !self.folder.is_empty()) {
            Some(inner) => inner.to_owned(),
            None if self.below.is_empty() || path.starts_with('/') => path.to_owned(),
            None => format!("{}/{path}", self.below),
        }
    }
}

impl ConfigFile {
    /// What this file and a file that it extends say together. This file's set, namespace, `include`, levels and
    /// options win; `exclude` adds up; the base's overrides come first, so that this file's win.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        let mut options = base.options;
        for (rule, own) in self.options {
            options.entry(rule).or_default().extend(own);
        }
        let own_kind = |kind: &CustomWorkload| {
            self.workload_kinds.iter().any(|own| own.group == kind.group && own.kind == kind.kind)
        };
        let inherited: Vec<_> = base.workload_kinds.into_iter().filter(|kind| !own_kind(kind)).collect();
        let own_controller =
            |controller: &Controller| self.ingress_controllers.iter().any(|own| own.name == controller.name);
        let controllers: Vec<_> =
            base.ingress_controllers.into_iter().filter(|controller| !own_controller(controller)).collect();
        Self {
            extends: self.extends,
            set: self.set.or(base.set),
            default_namespace: self.default_namespace.or(base.default_namespace),
            include: self.include.or(base.include),
            exclude: base.exclude.into_iter().chain(self.exclude).collect(),
            levels: base.levels.into_iter().chain(self.levels).collect(),
            options,
            overrides: base.overrides.into_iter().chain(self.overrides).collect(),
            workload_kinds: self.workload_kinds.into_iter().chain(inherited).collect(),
            ingress_controllers: self.ingress_controllers.into_iter().chain(controllers).collect(),
        }
    }
}

impl From<ConfigFile> for Config {
    /// The configuration with defaults for what the file doesn't say; its `extends` are taken to be taken in.
    fn from(file: ConfigFile) -> Self {
        let default = Self::default();
        Self {
            set: file.set.unwrap_or(default.set),
            default_namespace: file.default_namespace.unwrap_or(default.default_namespace),
            include: file.include.unwrap_or_default(),
            exclude: file.exclude,
            levels: file.levels,
            options: file.options,
            overrides: file.overrides,
            workload_kinds: file.workload_kinds,
            ingress_controllers: file.ingress_controllers,
            base: default.base,
        }
    }
}

#[cfg(test)]
mod tests;
