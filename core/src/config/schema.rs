//! The JSON Schema of the configuration, for editors: built from the rules, so that it can't say anything else than
//! what is read.

use serde_json::{Map, Value, json};

use super::Level;
use crate::rules::{self, Group, OptionValue, Rule, RuleOption, RuleSet};

/// The identifier of the schema.
pub(super) const ID: &str = "https://ringfence.dev/schema/config.schema.json";

/// The schema, draft 2020-12.
pub(super) fn json_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "Ringfence configuration",
        "description": "What `.ringfence.yaml` says: which files are read, which rules run and how bad their findings are.",
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": {
            "extends": {
                "description": "Configuration files that this one builds on, relative to this file. Later ones win over earlier ones, and this file over all of them; `exclude` and `overrides` add up.",
                "anyOf": [{"type": "string", "minLength": 1}, strings()],
            },
            "set": set(),
            "defaultNamespace": {
                "description": "The namespace of objects that nothing else gives one.",
                "type": "string",
                "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
                "default": "default",
            },
            "include": globs("The files to read; every YAML and JSON file where it is left out. A glob without a slash means a name in any folder, and a folder means everything in it."),
            "exclude": globs("The files to leave out, even if `include` names them."),
            "rules": rules_schema(),
            "overrides": overrides(),
            "workloadKinds": workload_kinds(),
            "ingressControllers": ingress_controllers(),
        },
        "$defs": {"level": level()},
    })
}

fn strings() -> Value {
    json!({"type": "array", "items": {"type": "string", "minLength": 1}})
}

fn globs(description: &str) -> Value {
    let mut schema = strings();
    describe(&mut schema, description);
    schema
}

fn describe(schema: &mut Value, description: &str) {
    if let Value::Object(map) = schema {
        map.insert("description".to_owned(), description.into());
    }
}

/// One of some words, each with its meaning.
fn words(description: &str, words: impl IntoIterator<Item = (&'static str, String)>) -> Value {
    let choices = words.into_iter().map(|(word, meaning)| json!({"const": word, "description": meaning}));
    json!({"description": description, "oneOf": choices.collect::<Vec<_>>()})
}

fn level() -> Value {
    words(
        "What becomes of a rule's findings.",
        Level::ALL.map(|(word, _, meaning)| (word, meaning.to_owned())),
    )
}

fn set() -> Value {
    let mut schema = words(
        "The rules that run without being named.",
        [
            (RuleSet::Default.name(), "rules for everybody: silent on good repositories".to_owned()),
            (RuleSet::Recommended.name(), "the default ones, and those that advise".to_owned()),
            (RuleSet::Strict.name(), "every rule but those that have to be named".to_owned()),
        ],
    );
    if let Value::Object(map) = &mut schema {
        map.insert("default".to_owned(), RuleSet::Default.name().into());
    }
    schema
}

fn rules_schema() -> Value {
    let groups = Group::ALL.map(|group| {
        let description = format!("Every rule about this: {}.", group.summary());
        (group.name().to_owned(), with_level(&description, &[]))
    });
    let rules = rules::all().iter().map(|rule| (rule.name.to_owned(), rule_schema(rule)));
    json!({
        "description": "Levels and options of rules, and levels of groups. A rule's own level wins over its group's.",
        "type": "object",
        "additionalProperties": false,
        "properties": groups.into_iter().chain(rules).collect::<Map<_, _>>(),
    })
}

fn rule_schema(rule: &Rule) -> Value {
    let description = format!(
        "{} ({}, set `{}`, severity {}).",
        rule.summary,
        rule.group.name(),
        rule.set.name(),
        rule.severity.name()
    );
    with_level(&description, rule.options)
}

/// A level, or a mapping with a level and options.
fn with_level(description: &str, options: &[RuleOption]) -> Value {
    let level = json!({"$ref": "#/$defs/level"});
    let mut properties = Map::from_iter([("level".to_owned(), level.clone())]);
    properties.extend(options.iter().map(|option| (option.name.to_owned(), option_schema(option))));
    json!({
        "description": description,
        "anyOf": [level, {"type": "object", "additionalProperties": false, "properties": properties}],
    })
}

fn option_schema(option: &RuleOption) -> Value {
    let mut schema = match option.default {
        OptionValue::Strings(default) => {
            json!({"type": "array", "items": {"type": "string"}, "default": default})
        }
        OptionValue::Integer(default) => {
            json!({"type": "integer", "minimum": 0, "maximum": u32::MAX, "default": default})
        }
    };
    describe(&mut schema, option.summary);
    schema
}

fn overrides() -> Value {
    let levels: Map<_, _> =
        rules::known_names().map(|name| (name.to_owned(), json!({"$ref": "#/$defs/level"}))).collect();
    json!({
        "description": "Levels for some objects only. A finding is concerned where every list that is written matches it; later items win.",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["rules"],
            "properties": {
                "paths": globs("Globs of the paths of files."),
                "namespaces": globs("Globs of the names of namespaces."),
                "kinds": globs("Kinds of objects, as they are written in manifests."),
                "rules": {
                    "description": "Levels of rules and groups for these objects.",
                    "type": "object",
                    "additionalProperties": false,
                    "properties": levels,
                },
            },
        },
    })
}

fn workload_kinds() -> Value {
    json!({
        "description": "Custom resources whose controller runs Pods, beyond those that are known.",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["kind"],
            "properties": {
                "apiGroup": {
                    "description": "The API group: what stands before the slash of `apiVersion`.",
                    "type": "string",
                    "default": "",
                },
                "kind": {"description": "The kind.", "type": "string", "minLength": 1},
                "templates": globs("Field paths of Pod templates, such as `spec.template`; `[*]` stands for each item of a list."),
                "labels": {
                    "description": "Labels that the controller sets on the Pods beyond those of the template; `{name}` stands for the object's name.",
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                },
                "exact": {
                    "description": "Whether these are all labels of the Pods. Otherwise a policy that asks for further ones may select them, or not.",
                    "type": "boolean",
                    "default": false,
                },
            },
        },
    })
}

fn ingress_controllers() -> Value {
    json!({
        "description": "The controllers that serve Ingresses, Gateways and their routes; they come before the well-known ones.",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["name", "namespace"],
            "properties": {
                "name": {
                    "description": "What it is called. It serves the classes of this name where no IngressClass or GatewayClass of the repository says who does.",
                    "type": "string",
                    "minLength": 1,
                },
                "namespace": {"description": "The namespace of its Pods.", "type": "string", "minLength": 1},
                "pods": {
                    "description": "Labels that its Pods have; they may have more.",
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                },
                "controller": {
                    "description": "What `spec.controller` of an IngressClass or `spec.controllerName` of a GatewayClass calls it.",
                    "type": "string",
                    "minLength": 1,
                },
            },
        },
    })
}
