//! `cargo xtask new-rule GROUP/NAME`: a rule that compiles and reports nothing, with its fixtures.

use crate::codegen::{self, RULES, groups::Groups, groups::kebab};
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::ExitCode;

/// Arguments of `new-rule`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Group and name in kebab-case, for example `coverage/pod-not-covered-ingress`. A name says the problem.
    #[arg(value_name = "GROUP/NAME")]
    rule: String,
}

/// Writes the files, then generates what depends on them.
pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let Some((group, name)) = args.rule.split_once('/') else {
        bail!("`{}`: write GROUP/NAME, for example `coverage/pod-not-covered-ingress`", args.rule);
    };
    for part in [group, name] {
        ensure!(
            is_kebab(part),
            "`{part}` is not kebab-case: lower-case words and digits joined by single hyphens"
        );
    }
    ensure!(root.join(RULES).is_dir(), "{RULES} is not there");
    let groups = Groups::read(root)?;
    ensure!(
        groups.names.iter().any(|known| known == group),
        "there is no group `{group}`; there are {}",
        groups.names.join(", ")
    );
    if let Some(rule) = codegen::rule_files(root, &groups)?.iter().find(|rule| rule.name == name) {
        bail!("the rule `{name}` exists in the group `{}`", rule.group);
    }
    let fixtures = format!("tests/suite/rules/{group}/{name}");
    let files = [
        (format!("{RULES}/{}/{}.rs", group.replace('-', "_"), name.replace('-', "_")), source(group, name)),
        (format!("{fixtures}/bad.yaml"), BAD.replace("NAME", name)),
        (format!("{fixtures}/ok-reason.yaml"), OK.to_owned()),
    ];
    for (path, _) in &files {
        ensure!(!root.join(path).exists(), "{path} exists");
    }
    for (path, text) in &files {
        let full = root.join(path);
        std::fs::create_dir_all(full.parent().context("a file has no folder")?)?;
        std::fs::write(&full, text).with_context(|| format!("write {path}"))?;
        println!("wrote {path}");
    }
    let code = codegen::run(root, &codegen::Args { check: false })?;
    println!(
        "next: write the check and the page, name the reason in `ok-reason.yaml`, run `cargo xtask test`"
    );
    Ok(code)
}

fn is_kebab(name: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('-').all(word)
}

fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>())
    };
    name.split('-').filter_map(capital).collect()
}

fn source(group: &str, name: &str) -> String {
    debug_assert_eq!(kebab(&camel(group)), group);
    SOURCE.replace("GROUP", &camel(group)).replace("NAME", name).replace("VERSION", env!("CARGO_PKG_VERSION"))
}

const SOURCE: &str = r#"//! # What it checks
//!
//! Say in one or two sentences what is found.
//!
//! # Why
//!
//! Say what goes wrong where it is found.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata:
//!   name: example
//!   namespace: shop
//! spec:
//!   podSelector: {}
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata:
//!   name: example
//!   namespace: shop
//! spec:
//!   podSelector: {}
//! ```

use crate::diagnostics::Severity;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet};

pub(crate) static RULE: Rule = Rule {
    name: "NAME",
    group: Group::GROUP,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "VERSION",
    fix: FixKind::None,
    summary: "say the problem in a few words",
    options: &[],
    check: Check::Cluster(check),
};

fn check(_cx: &Context<'_>, _report: &mut Reporter<'_>) {}
"#;

const BAD: &str = "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy # warning: [NAME]
metadata:
  name: example
  namespace: shop
spec:
  podSelector: {}
";

const OK: &str = "# Say here why this is no finding, and name the file after the reason.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: example
  namespace: shop
spec:
  podSelector: {}
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::rule_file::RuleFile;

    #[test]
    fn what_is_scaffolded_keeps_to_the_form() {
        let text = source("default-deny", "no-deny-2");
        let rule = RuleFile::parse("default_deny", "no_deny_2", &text).unwrap();
        assert_eq!((rule.group.as_str(), rule.name.as_str()), ("default-deny", "no-deny-2"));
        assert!(text.contains("group: Group::DefaultDeny,"));
    }

    #[test]
    fn names_are_kebab_case() {
        for good in ["a", "pod-not-covered", "x-509"] {
            assert!(is_kebab(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "Pod", "a_b", "5-a", "é"] {
            assert!(!is_kebab(bad), "{bad}");
        }
    }
}
