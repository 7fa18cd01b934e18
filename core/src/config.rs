//! The configuration, as data. Reading it is a host's matter: see [`Config::parse`].

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostics::Severity;
use crate::model::CustomWorkload;
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
        }
    }
}
