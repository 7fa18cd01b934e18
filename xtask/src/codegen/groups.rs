//! The groups of rules, as `enum Group` and the module list of the core declare them.

use super::RULES;
use super::rule_file::RuleFile;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;
use std::path::Path;

/// What the hand-written part of the core says about groups.
pub(crate) struct Groups {
    /// Kebab-case names in the order of the variants of `enum Group`.
    pub(crate) names: Vec<String>,
    /// The modules that `rules/mod.rs` declares.
    modules: BTreeSet<String>,
}

impl Groups {
    /// Reads the enumeration from whichever file beside the groups holds it.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut groups = Self { names: Vec::new(), modules: BTreeSet::new() };
        for path in crate::repo::entries(&root.join(RULES))? {
            let name = crate::repo::file_name(&path);
            if name.ends_with(".rs") {
                let text =
                    std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
                let file = syn::parse_file(&text).with_context(|| format!("parse {RULES}/{name}"))?;
                groups.take(&file, name == "mod.rs");
            }
        }
        ensure!(!groups.names.is_empty(), "{RULES}: no file declares `enum Group`");
        Ok(groups)
    }

    fn take(&mut self, file: &syn::File, is_root: bool) {
        for item in &file.items {
            match item {
                syn::Item::Enum(item) if item.ident == "Group" => {
                    self.names =
                        item.variants.iter().map(|variant| kebab(&variant.ident.to_string())).collect();
                }
                syn::Item::Mod(item) if is_root => {
                    self.modules.insert(item.ident.to_string());
                }
                _ => {}
            }
        }
    }

    /// Sorts by the order of the groups, then by name.
    pub(crate) fn sort(&self, rules: &mut [RuleFile]) -> Result<()> {
        for rule in rules.iter() {
            ensure!(
                self.names.contains(&rule.group),
                "{RULES}/{}: `enum Group` has no variant for `{}`; it has {}",
                rule.group_module(),
                rule.group,
                self.names.join(", ")
            );
        }
        let order = |rule: &RuleFile| self.names.iter().position(|name| *name == rule.group);
        rules.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.name.cmp(&b.name)));
        Ok(())
    }

    /// Fails if `rules/mod.rs` does not declare a module that is generated.
    pub(crate) fn check_declared(&self, rules: &[RuleFile]) -> Result<()> {
        let needed = ["pages".to_owned(), "registry".to_owned()].into_iter();
        let needed: BTreeSet<String> = needed.chain(rules.iter().map(RuleFile::group_module)).collect();
        let missing: Vec<String> =
            needed.difference(&self.modules).map(|module| format!("`mod {module};`")).collect();
        ensure!(missing.is_empty(), "{RULES}/mod.rs: declare {}", missing.join(", "));
        Ok(())
    }
}

/// `DefaultDeny` or `default_deny` as `default-deny`.
pub(crate) fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for (i, c) in name.chars().enumerate() {
        if c == '_' {
            kebab.push('-');
        } else {
            if c.is_uppercase() && i > 0 {
                kebab.push('-');
            }
            kebab.extend(c.to_lowercase());
        }
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::super::rule_file::tests::sample;
    use super::*;

    fn groups() -> Groups {
        let file =
            syn::parse_file("mod pages; mod registry; mod input; enum Group { Input, DefaultDeny }").unwrap();
        let mut groups = Groups { names: Vec::new(), modules: BTreeSet::new() };
        groups.take(&file, true);
        groups
    }

    fn rule(group: &str, name: &str) -> RuleFile {
        let (folder, stem) = (group.replace('-', "_"), name.replace('-', "_"));
        RuleFile::parse(&folder, &stem, &sample(group, name)).unwrap()
    }

    #[test]
    fn rules_come_in_the_order_of_the_enumeration() {
        let mut rules = vec![rule("default-deny", "a"), rule("input", "z"), rule("input", "b")];
        groups().sort(&mut rules).unwrap();
        assert_eq!(rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["b", "z", "a"]);
    }

    #[test]
    fn an_unknown_group_and_a_missing_module_are_named() {
        let error = groups().sort(&mut [rule("coverage", "a")]).unwrap_err().to_string();
        assert!(error.contains("no variant for `coverage`"), "{error}");
        let error = groups().check_declared(&[rule("default-deny", "a")]).unwrap_err().to_string();
        assert_eq!(error, "core/src/rules/mod.rs: declare `mod default_deny;`");
    }

    #[test]
    fn names_become_kebab_case() {
        assert_eq!(kebab("DefaultDeny"), "default-deny");
        assert_eq!(kebab("pod_not_covered"), "pod-not-covered");
    }
}
