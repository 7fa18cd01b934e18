//! The text of the generated modules of the core.
//!
//! Each group is a folder with a generated `mod.rs`, so that the rule files are found without path attributes and
//! rustfmt visits them.

use super::rule_file::RuleFile;
use super::{Generated, MARKER, RULES};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The registry, the pages, and one module a group. The rules come in the order of the registry.
pub(crate) fn files(rules: &[RuleFile]) -> Vec<Generated> {
    let mut groups: BTreeMap<String, Vec<&RuleFile>> = BTreeMap::new();
    for rule in rules {
        groups.entry(rule.group_module()).or_default().push(rule);
    }
    let mut files = vec![file("registry.rs", registry(rules)), file("pages.rs", pages(rules))];
    files.extend(groups.iter().map(|(module, rules)| file(&format!("{module}/mod.rs"), group(rules))));
    files
}

fn file(name: &str, text: String) -> Generated {
    Generated { path: format!("{RULES}/{name}"), text }
}

fn group(rules: &[&RuleFile]) -> String {
    let name = rules.first().map_or("", |rule| rule.group.as_str());
    let mut text = format!("//! The rules of the group `{name}`; {MARKER}.\n\n");
    for rule in rules {
        // Writing to a String does not fail, here and below.
        let _ = writeln!(text, "pub(super) mod {};", rule.module());
    }
    text
}

fn registry(rules: &[RuleFile]) -> String {
    let mut text = format!("//! Every rule in the order of the groups, then of the names; {MARKER}.\n\n");
    let mut imports: Vec<String> = rules.iter().map(RuleFile::group_module).collect();
    imports.dedup();
    imports.sort_unstable();
    imports.insert(0, "Rule".to_owned());
    let _ = writeln!(text, "use super::{{{}}};\n", imports.join(", "));
    text.push_str("/// All rules.\npub(super) static RULES: &[&Rule] = &[\n");
    for rule in rules {
        let _ = writeln!(text, "&{}::{}::RULE,", rule.group_module(), rule.module());
    }
    text.push_str("];\n");
    text
}

fn pages(rules: &[RuleFile]) -> String {
    let mut rules: Vec<&RuleFile> = rules.iter().collect();
    rules.sort_by(|a, b| a.name.cmp(&b.name));
    let mut text = format!("//! The pages of the rules for people, as markdown; {MARKER}.\n\n");
    text.push_str("/// The page of the rule `name`; `None` where there is no such rule.\n");
    text.push_str("pub(super) fn page(name: &str) -> Option<&'static str> {\n");
    text.push_str("PAGES.iter().find(|(rule, _)| *rule == name).map(|(_, page)| *page)\n}\n\n");
    text.push_str("static PAGES: &[(&str, &str)] = &[\n");
    for rule in rules {
        let _ = writeln!(text, "({:?}, {}),", rule.name, raw_string(&rule.page));
    }
    text.push_str("];\n");
    text
}

/// A raw string literal of `text`, with as many hashes as it needs.
fn raw_string(text: &str) -> String {
    let mut hashes = String::new();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

#[cfg(test)]
mod tests {
    use super::super::rule_file::tests::sample;
    use super::*;

    fn rule(group: &str, name: &str) -> RuleFile {
        let (folder, stem) = (group.replace('-', "_"), name.replace('-', "_"));
        RuleFile::parse(&folder, &stem, &sample(group, name)).unwrap()
    }

    fn text<'a>(files: &'a [Generated], path: &str) -> &'a str {
        &files.iter().find(|file| file.path == path).unwrap().text
    }

    #[test]
    fn every_rule_is_declared_registered_and_paged() {
        let files = files(&[
            rule("input", "unknown-field"),
            rule("default-deny", "no-deny"),
            rule("default-deny", "x"),
        ]);
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "core/src/rules/registry.rs",
                "core/src/rules/pages.rs",
                "core/src/rules/default_deny/mod.rs",
                "core/src/rules/input/mod.rs"
            ]
        );
        let registry = text(&files, "core/src/rules/registry.rs");
        assert!(registry.contains("use super::{Rule, default_deny, input};"));
        let lines: Vec<_> = registry.lines().filter(|line| line.ends_with("::RULE,")).collect();
        assert_eq!(
            lines,
            ["&input::unknown_field::RULE,", "&default_deny::no_deny::RULE,", "&default_deny::x::RULE,"]
        );
        let module = text(&files, "core/src/rules/default_deny/mod.rs");
        assert!(module.ends_with("\n\npub(super) mod no_deny;\npub(super) mod x;\n"), "{module}");
        let pages = text(&files, "core/src/rules/pages.rs");
        assert!(pages.find("(\"no-deny\"").unwrap() < pages.find("(\"unknown-field\"").unwrap());
    }

    #[test]
    fn no_rules_give_an_empty_registry() {
        let files = files(&[]);
        assert_eq!(files.len(), 2);
        assert!(text(&files, "core/src/rules/registry.rs").contains("&[&Rule] = &[\n];"));
        for file in &files {
            syn::parse_file(&file.text).unwrap();
        }
    }

    #[test]
    fn raw_strings_hold_any_text() {
        assert_eq!(raw_string("a"), "r\"a\"");
        assert_eq!(raw_string("say \"x\""), "r#\"say \"x\"\"#");
        assert_eq!(raw_string("a\"##b"), "r###\"a\"##b\"###");
    }
}
