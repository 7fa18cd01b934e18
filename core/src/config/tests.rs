//! Reading, the schema and the template agree with each other.

use serde_json::Value;

use super::*;
use crate::rules::{self, Group};

fn read(text: &str) -> Config {
    Config::from(Config::parse(text, "x.yaml").unwrap())
}

fn errors(text: &str) -> Vec<String> {
    let errors = Config::parse(text, "x.yaml").unwrap_err();
    errors.iter().map(|error| error.to_string().replace("x.yaml:", "")).collect()
}

#[test]
fn an_empty_file_changes_nothing() {
    for text in ["", "# nothing\n", "---\n", "rules:\nset:\n", "~\n"] {
        assert_eq!(read(text), Config::default(), "{text:?}");
    }
}

#[test]
fn every_key_is_read() {
    let config = read(
        "set: strict\ndefaultNamespace: shop\ninclude: [a]\nexclude: [b/**]\nrules:\n  precision: off\n  \
         pod-not-covered-ingress: {level: warning, exemptNamespaces: [kube-system]}\noverrides:\n- paths: ['dev/*']\n  \
         namespaces: [dev]\n  kinds: [Pod]\n  rules: {coverage: on}\nworkloadKinds:\n- apiGroup: example.com\n  kind: \
         Site\n  templates: [spec.template]\n  labels: {a: '{name}'}\n  exact: true\ningressControllers:\n- name: \
         public\n  namespace: edge\n  pods: {app: proxy}\n  controller: example.com/proxy\n",
    );
    assert_eq!((config.set, &*config.default_namespace), (RuleSet::Strict, "shop"));
    assert_eq!((config.include, config.exclude), (vec!["a".to_owned()], vec!["b/**".to_owned()]));
    assert_eq!(config.levels["precision"], Level::Off);
    assert_eq!(config.levels["pod-not-covered-ingress"], Level::As(Severity::Warning));
    let option = &config.options["pod-not-covered-ingress"]["exemptNamespaces"];
    assert_eq!(option, &serde_json::json!(["kube-system"]));
    let [over] = config.overrides.as_slice() else { panic!("one override") };
    assert_eq!((&*over.paths[0], &*over.namespaces[0], &*over.kinds[0]), ("dev/*", "dev", "Pod"));
    assert_eq!(over.levels["coverage"], Level::On);
    let [kind] = config.workload_kinds.as_slice() else { panic!("one kind") };
    assert_eq!((&*kind.group, &*kind.kind, &*kind.templates[0]), ("example.com", "Site", "spec.template"));
    assert!(kind.exact && kind.labels == [("a".to_owned(), "{name}".to_owned())]);
    let [controller] = config.ingress_controllers.as_slice() else { panic!("one controller") };
    assert_eq!((&*controller.name, &*controller.namespace), ("public", "edge"));
    assert_eq!(controller.pods.get("app"), Some("proxy"));
    assert_eq!(controller.controller.as_deref(), Some("example.com/proxy"));
}

#[test]
fn mistakes_name_the_key_and_the_nearest_name() {
    let cases = [
        ("sett: strict", "1:1: the configuration has no key `sett`: did you mean `set`?"),
        ("set: strikt", "1:6: `strikt` is no set of rules: did you mean `strict`?"),
        (
            "set: [strict]",
            "1:6: a list is no set of rules: write one of `default`, `recommended` and `strict`",
        ),
        (
            "rules:\n  precison: off",
            "2:3: no rule and no group is called `precison`: did you mean `precision`?",
        ),
        ("rules:\n  zzz: off", "2:3: no rule and no group is called `zzz`: `ringfence rules` lists them"),
        (
            "rules: {precision: warn}",
            "1:20: `warn` is no level: write one of `off`, `on`, `info`, `warning` and `error`",
        ),
        ("rules: {precision: eror}", "1:20: `eror` is no level: did you mean `error`?"),
        (
            "rules: {precision: }",
            "1:19: nothing is no level: write one of `off`, `on`, `info`, `warning` and `error`",
        ),
        (
            "rules: {precision: {limit: 3}}",
            "1:21: `precision` is a group and has no option `limit`: options belong to a rule",
        ),
        (
            "rules:\n  namespace-wide-peer:\n    levle: off",
            "3:5: the rule `namespace-wide-peer` has no key `levle`: did you mean `level`?",
        ),
        (
            "rules:\n  pod-not-covered-ingress: {exemptNamespaces: kube-system}",
            "2:47: `exemptNamespaces` takes a list of strings, not `kube-system`",
        ),
        ("include: deploy", "1:10: `include` takes a list of strings, not `deploy`"),
        ("exclude: [a, 3]", "1:14: `exclude` takes strings, not the number `3`"),
        ("include: [a, '{b']", "1:14: `{b` is no glob: `{` is never closed"),
        (
            "defaultNamespace: Shop",
            "1:19: `Shop` is no name of a namespace: write at most 63 lower-case letters, digits and `-`",
        ),
        (
            "overrides: [{paths: [a]}]",
            "1:13: this item of `overrides` changes nothing: say with `rules` what it changes",
        ),
        (
            "overrides: [{rules: {precision: {level: off}}}]",
            "1:33: an override takes a level only: options are the same for all objects",
        ),
        ("workloadKinds: [{apiGroup: x}]", "1:17: an item of `workloadKinds` needs a `kind`"),
        ("workloadKinds: [{kind: X, exact: maybe}]", "1:34: `exact` takes `true` or `false`, not `maybe`"),
        ("ingressControllers: [{name: edge}]", "1:22: an item of `ingressControllers` needs a `namespace`"),
        (
            "ingressControllers: [{name: edge, namespace: edge, pods: {app: 1}}]",
            "1:64: `app` takes a string, not the number `1`",
        ),
        ("- set", "1:1: the configuration takes keys with values, not a list"),
    ];
    for (text, error) in cases {
        assert_eq!(errors(text), [error], "{text}");
    }
}

#[test]
fn every_mistake_is_reported_in_order() {
    assert_eq!(
        errors("rules:\n  precision: x\nsett: 1\nexclude: 2\n"),
        [
            "2:14: `x` is no level: write one of `off`, `on`, `info`, `warning` and `error`",
            "3:1: the configuration has no key `sett`: did you mean `set`?",
            "4:10: `exclude` takes a list of strings, not the number `2`",
        ]
    );
}

#[test]
fn what_is_no_yaml_is_said_at_its_place() {
    assert!(
        errors("set: [strict\nrules: {}\n")[0].starts_with("1:")
            || errors("set: [strict\n")[0].starts_with("2:")
    );
    assert!(errors("set: strict\nset: default\n")[0].starts_with("2:1: "));
    assert!(
        errors("set: strict\n---\nset: default\n")[0].starts_with("2:1: a configuration is one document")
    );
}

#[test]
fn own_settings_win_over_the_base() {
    let file = |text: &str| Config::parse(text, "x.yaml").unwrap();
    let base = file(
        "set: strict\nrules: {precision: off, pod-not-covered-ingress: {level: info, exemptNamespaces: [a]}}\n\
         overrides: [{rules: {precision: on}}]\nworkloadKinds: [{kind: A}, {kind: B}]\ningressControllers: [{name: a, \
         namespace: one}, {name: b, namespace: two}]\n",
    );
    let own = file(
        "rules: {pod-not-covered-ingress: error}\noverrides: [{rules: {precision: off}}]\nworkloadKinds: [{kind: B, exact: \
         true}]\ningressControllers: [{name: b, namespace: three}]\n",
    );
    let config = Config::from(own.over(base));
    assert_eq!(config.set, RuleSet::Strict);
    assert_eq!(config.levels["pod-not-covered-ingress"], Level::As(Severity::Error));
    assert_eq!(config.levels["precision"], Level::Off);
    assert_eq!(config.options["pod-not-covered-ingress"]["exemptNamespaces"], serde_json::json!(["a"]));
    let levels: Vec<_> = config.overrides.iter().map(|over| over.levels["precision"]).collect();
    assert_eq!(levels, [Level::On, Level::Off]);
    let kinds: Vec<_> = config.workload_kinds.iter().map(|kind| (&*kind.kind, kind.exact)).collect();
    assert_eq!(kinds, [("B", true), ("A", false)]);
    let controllers = config.ingress_controllers.iter();
    let controllers: Vec<_> = controllers.map(|own| (&*own.name, &*own.namespace)).collect();
    assert_eq!(controllers, [("b", "three"), ("a", "one")]);
}

#[test]
fn the_template_changes_nothing_and_its_examples_are_valid() {
    let template = Config::template();
    assert!(template.starts_with("# yaml-language-server: $schema=https://"));
    assert_eq!(read(&template), Config::default());
    let is_prose = |line: &&str| line.starts_with("# ") && !line.starts_with("#  ");
    let examples: Vec<_> =
        template.lines().filter(|line| !is_prose(line)).map(|line| line.trim_start_matches('#')).collect();
    let file = Config::parse(&examples.join("\n"), "template").unwrap();
    assert_eq!(file.extends, ["../ringfence-base.yaml"]);
    let config = Config::from(file);
    assert_eq!((config.levels.len(), config.overrides.len(), config.workload_kinds.len()), (2, 1, 1));
    assert_eq!(config.ingress_controllers.len(), 1);
}

#[test]
fn the_schema_knows_every_key_and_describes_it() {
    let schema = Config::json_schema();
    let template = Config::template();
    let properties = schema["properties"].as_object().unwrap();
    for key in properties.keys() {
        assert!(template.contains(&format!("\n#{key}:")), "{key} is not in the template");
    }
    assert_eq!(properties.len(), 9);
    let rules = schema["properties"]["rules"]["properties"].as_object().unwrap();
    assert_eq!(rules.len(), rules::all().len() + Group::ALL.len());
    for rule in rules::all() {
        let options = rules[rule.name]["anyOf"][1]["properties"].as_object().unwrap();
        assert_eq!(options.len(), rule.options.len() + 1, "{}", rule.name);
    }
    assert_described(&schema, "the schema");
}

/// Every property has a description, or refers to a definition that has one.
fn assert_described(schema: &Value, path: &str) {
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        assert!(inner["description"].is_string() || inner["$ref"] == "#/$defs/level", "{path}");
        assert_described(inner, &path);
        assert_described(&inner["items"], &path);
        for choice in inner["anyOf"].as_array().into_iter().flatten() {
            assert_described(choice, &path);
        }
    }
}

#[test]
fn paths_are_seen_from_the_folder_of_the_file() {
    let base = |folder: &str, below: &str| Base { folder: folder.to_owned(), below: below.to_owned() };
    assert_eq!(base("", "").seen("./a/b.yaml"), "a/b.yaml");
    assert_eq!(base("infra", "").seen("infra/a.yaml"), "a.yaml");
    assert_eq!(base("infra", "").seen("infrared/a.yaml"), "infrared/a.yaml");
    assert_eq!(base("/srv/repo", "apps").seen("/srv/repo/apps/a.yaml"), "apps/a.yaml");
    assert_eq!(base("/srv/repo", "apps").seen("a.yaml"), "apps/a.yaml");
}

#[test]
fn include_and_exclude_decide_on_files() {
    let read = |text: &str| Config::from(Config::parse(text, "x").unwrap());
    let config = read("include: [deploy]\nexclude: ['*.gen.yaml', deploy/vendor/]\n");
    assert!(config.takes("deploy/web.yaml") && config.takes("shop/deploy/a/b.json"));
    assert!(!config.takes("docs/web.yaml"));
    assert!(!config.takes("deploy/x.gen.yaml") && !config.takes("deploy/vendor/x.yaml"));
    assert!(Config::default().takes("anything.yaml"));
}

#[test]
fn errors_name_their_place() {
    let error = |line, column| ConfigError {
        source_name: "a.yaml".to_owned(),
        line,
        column,
        message: "no".to_owned(),
    };
    assert_eq!(error(Some(2), Some(3)).to_string(), "a.yaml:2:3: no");
    assert_eq!(error(None, None).to_string(), "a.yaml: no");
}
