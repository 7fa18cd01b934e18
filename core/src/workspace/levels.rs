//! Which rules run, and how bad their findings are.

use std::collections::BTreeMap;

use super::CheckOptions;
use crate::config::{self, Config, Level, Override};
use crate::diagnostics::{Diagnostic, Severity};
use crate::model::nearest;
use crate::rules::{self, Rule, RuleSet};

/// The rules of one check with their levels.
///
/// The configuration says for each rule whether it runs: by its own level, else by its group's, else by the set. Rules
/// and groups that the caller selects then run alone, also those that have to be named; but a rule that the
/// configuration turns off by its own name only runs when it is selected by its own name. What the caller ignores never
/// runs. Overrides have the last word on single findings, so a rule also runs where only an override turns it on.
pub(super) struct Levels<'a> {
    config: &'a Config,
    rules: Vec<Ran>,
}

struct Ran {
    rule: &'static Rule,
    level: Level,
    /// Whether the rule runs in this check.
    runs: bool,
    /// Whether it would run if the caller had neither selected nor ignored anything.
    configured: bool,
}

impl<'a> Levels<'a> {
    /// Decides on every rule.
    pub(super) fn new(config: &'a Config, options: &CheckOptions) -> Self {
        let decide = |rule: &'static Rule| {
            let configured = configured(config, rule);
            let selected = options.select.is_empty() || is_selected(config, options, rule);
            let level = match configured {
                Level::Off if !options.select.is_empty() && selected => Level::On,
                level => level,
            };
            let on_somewhere = |level| level != Level::Off || turned_on(config, rule);
            Ran {
                rule,
                level,
                runs: selected && !names(&options.ignore, rule) && on_somewhere(level),
                configured: on_somewhere(configured),
            }
        };
        Self { config, rules: rules::all().iter().copied().map(decide).collect() }
    }

    /// The rules that run.
    pub(super) fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.rules.iter().filter(|ran| ran.runs).map(|ran| ran.rule)
    }

    /// Whether everything has run that a name stands for and that the configuration asks for; and something has.
    pub(super) fn ran_fully(&self, name: &str) -> bool {
        let meant = || self.rules.iter().filter(|ran| is_called(ran.rule, name));
        meant().any(|ran| ran.runs) && meant().all(|ran| ran.runs || !ran.configured)
    }

    /// The severity of a finding about something in the file at `path`; none where it is turned off.
    pub(super) fn judge(&self, finding: &Diagnostic, path: &str) -> Option<Severity> {
        let ran = self.rules.iter().find(|ran| ran.rule.name == finding.rule);
        let mut level = ran.map_or(Level::On, |ran| ran.level);
        if !self.config.overrides.is_empty() {
            let path = self.config.base.seen(path);
            for item in self.config.overrides.iter().filter(|item| concerns(item, finding, &path)) {
                level = named(&item.levels, finding.rule, finding.group).unwrap_or(level);
            }
        }
        match level {
            Level::Off => None,
            Level::On => Some(finding.severity),
            Level::As(severity) => Some(severity),
        }
    }
}

impl CheckOptions {
    /// The names among `select` and `ignore` that no rule and no group has, each with the nearest one that exists.
    pub fn unknown_names(&self) -> Vec<(String, Option<&'static str>)> {
        let given = self.select.iter().chain(&self.ignore);
        let unknown = given.filter(|name| !rules::known_names().any(|known| known == name.as_str()));
        unknown.map(|name| (name.clone(), nearest(name, rules::known_names()))).collect()
    }
}

/// What the configuration says about a rule in general.
fn configured(config: &Config, rule: &Rule) -> Level {
    let in_set = rule.set <= config.set && rule.set != RuleSet::OptIn;
    let of_set = if in_set { Level::On } else { Level::Off };
    named(&config.levels, rule.name, rule.group.name()).unwrap_or(of_set)
}

fn named(levels: &BTreeMap<String, Level>, rule: &str, group: &str) -> Option<Level> {
    levels.get(rule).or_else(|| levels.get(group)).copied()
}

/// Whether an override turns a rule on for some objects.
fn turned_on(config: &Config, rule: &Rule) -> bool {
    let level = |item: &Override| named(&item.levels, rule.name, rule.group.name());
    config.overrides.iter().filter_map(level).any(|level| level != Level::Off)
}

fn is_selected(config: &Config, options: &CheckOptions, rule: &Rule) -> bool {
    let by_name = options.select.iter().any(|name| name == rule.name);
    let off_by_name = config.levels.get(rule.name) == Some(&Level::Off);
    by_name || (!off_by_name && names(&options.select, rule))
}

fn names(list: &[String], rule: &Rule) -> bool {
    list.iter().any(|name| is_called(rule, name))
}

fn is_called(rule: &Rule, name: &str) -> bool {
    name == rule.name || name == rule.group.name()
}

/// Whether an override speaks of a finding. A Namespace counts as being in the namespace that it makes.
fn concerns(item: &Override, finding: &Diagnostic, path: &str) -> bool {
    let object = finding.object.as_ref();
    let namespace = object.and_then(|object| match &object.namespace {
        None if &*object.kind == "Namespace" => Some(&object.name),
        namespace => namespace.as_ref(),
    });
    let any = |list: &[String], is_meant: &dyn Fn(&str) -> bool| {
        list.is_empty() || list.iter().any(|glob| is_meant(glob))
    };
    any(&item.paths, &|glob| config::matches(glob, path))
        && any(&item.namespaces, &|glob| namespace.is_some_and(|name| config::matches_name(glob, name)))
        && any(&item.kinds, &|kind| object.is_some_and(|object| &*object.kind == kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Location, ObjectRef};
    use crate::text::FileId;

    const RULE: &str = "namespace-wide-peer";

    fn config(text: &str) -> Config {
        Config::from(Config::parse(text, "x").unwrap())
    }

    fn runs(text: &str, select: &[&str], ignore: &[&str]) -> bool {
        let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let options =
            CheckOptions { select: strings(select), ignore: strings(ignore), ..CheckOptions::default() };
        Levels::new(&config(text), &options).rules().any(|rule| rule.name == RULE)
    }

    #[test]
    fn a_rule_level_beats_its_group_and_its_group_the_set() {
        assert!(runs("", &[], &[]));
        assert!(!runs("rules: {precision: off}", &[], &[]));
        assert!(runs("rules: {precision: off, namespace-wide-peer: info}", &[], &[]));
        assert!(!runs("rules: {precision: error, namespace-wide-peer: off}", &[], &[]));
    }

    #[test]
    fn selection_runs_alone_and_ignored_rules_never() {
        assert!(runs("", &["precision"], &[]) && runs("", &[RULE], &[]));
        assert!(!runs("", &["coverage"], &[]));
        assert!(!runs("", &[RULE], &["precision"]));
        assert!(runs("rules: {precision: off}", &["precision"], &[]));
        let off = "rules: {namespace-wide-peer: off}";
        assert!(!runs(off, &["precision"], &[]) && runs(off, &[RULE], &[]));
    }

    #[test]
    fn a_rule_runs_where_only_an_override_turns_it_on() {
        let text = "rules: {precision: off}\noverrides: [{paths: [prod], rules: {precision: warning}}]\n";
        assert!(runs(text, &[], &[]));
        let config = config(text);
        let levels = Levels::new(&config, &CheckOptions::default());
        assert_eq!(levels.judge(&finding("a"), "prod/x.yaml"), Some(Severity::Warning));
        assert_eq!(levels.judge(&finding("a"), "dev/x.yaml"), None);
    }

    #[test]
    fn every_list_of_an_override_must_match_and_later_ones_win() {
        let config = config(
            "overrides:\n- {paths: [dev], namespaces: [a*], kinds: [Pod], rules: {precision: error}}\n\
             - {namespaces: [ab], rules: {namespace-wide-peer: off}}\n",
        );
        let levels = Levels::new(&config, &CheckOptions::default());
        assert_eq!(levels.judge(&finding("a"), "dev/x.yaml"), Some(Severity::Error));
        assert_eq!(levels.judge(&finding("b"), "dev/x.yaml"), Some(Severity::Info));
        assert_eq!(levels.judge(&finding("a"), "prod/x.yaml"), Some(Severity::Info));
        assert_eq!(levels.judge(&finding("ab"), "dev/x.yaml"), None);
        let mut of_namespace = finding("a");
        of_namespace.object = Some(object("Namespace", None, "ab"));
        assert_eq!(levels.judge(&of_namespace, "x.yaml"), None);
    }

    #[test]
    fn a_name_has_run_when_all_of_it_has() {
        let config = Config::default();
        let select = |name: &str| CheckOptions { select: vec![name.to_owned()], ..CheckOptions::default() };
        let all = Levels::new(&config, &CheckOptions::default());
        assert!(all.ran_fully(RULE) && all.ran_fully("precision") && !all.ran_fully("nonsense"));
        let one = Levels::new(&config, &select("coverage"));
        assert!(!one.ran_fully(RULE) && !one.ran_fully("precision") && one.ran_fully("coverage"));
    }

    #[test]
    fn unknown_names_come_with_the_nearest() {
        let options = CheckOptions {
            select: vec!["precison".to_owned(), RULE.to_owned()],
            ignore: vec!["zzz".to_owned()],
            ..CheckOptions::default()
        };
        let unknown = options.unknown_names();
        assert_eq!(unknown, [("precison".to_owned(), Some("precision")), ("zzz".to_owned(), None)]);
    }

    fn object(kind: &str, namespace: Option<&str>, name: &str) -> ObjectRef {
        ObjectRef {
            api_version: "v1".into(),
            kind: kind.into(),
            namespace: namespace.map(Into::into),
            name: name.into(),
        }
    }

    fn finding(namespace: &str) -> Diagnostic {
        let location = Location { file: FileId(0), span: None, field: String::new() };
        let object = Some(object("Pod", Some(namespace), "x"));
        Diagnostic { object, ..Diagnostic::new((RULE, "precision"), Severity::Info, location, "no") }
    }
}
