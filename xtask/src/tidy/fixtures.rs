//! Every rule has fixtures: one that expects it, and one that says why something like it is good.

use super::Violation;
use crate::codegen::{self, RULES, groups::kebab};
use crate::repo::SourceFile;

/// The rules without enough fixtures. `files` are the files of the checkout.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Violation> {
    files
        .iter()
        .filter_map(|file| Some((file, rule(file)?)))
        .flat_map(|(file, rule)| faults(file, &rule, files))
        .collect()
}

/// Group and name of the rule that a file holds.
fn rule(file: &SourceFile) -> Option<(String, String)> {
    let path = file.path.strip_prefix(RULES)?.strip_prefix('/')?.strip_suffix(".rs")?;
    let (group, name) = path.split_once('/')?;
    let is_rule = name != "mod" && !name.contains('/') && !codegen::is_generated(&file.text);
    is_rule.then(|| (kebab(group), kebab(name)))
}

fn faults(file: &SourceFile, (group, name): &(String, String), files: &[SourceFile]) -> Vec<Violation> {
    let folder = format!("tests/suite/rules/{group}/{name}/");
    let mut fixtures =
        files.iter().filter_map(|file| Some((file.path.strip_prefix(&folder)?, &file.text))).peekable();
    if fixtures.peek().is_none() {
        return vec![Violation::new(file, 1, format!("the rule has no fixtures in {folder}"))];
    }
    let (good, bad): (Vec<_>, Vec<_>) = fixtures.partition(|(path, _)| path.starts_with("ok-"));
    let mut violations = Vec::new();
    if good.is_empty() {
        violations.push(Violation::new(file, 1, format!("no file `ok-…` in {folder} says what is good")));
    }
    if !bad.iter().any(|(_, text)| text.lines().any(|line| expects(line, name))) {
        violations.push(Violation::new(
            file,
            1,
            format!("no file in {folder} expects the rule (`# error: [{name}]`)"),
        ));
    }
    violations
}

/// Whether a line carries a comment that expects the rule.
fn expects(line: &str, name: &str) -> bool {
    let expected = |severity: &&str| line.contains(&format!("{severity}: [{name}]"));
    line.contains('#') && ["error", "warning", "info"].iter().any(expected)
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn messages(files: &[SourceFile]) -> Vec<String> {
        check(files).into_iter().map(|violation| violation.message).collect()
    }

    #[test]
    fn a_rule_needs_a_bad_and_a_good_fixture() {
        let rule = || file("core/src/rules/default_deny/no_deny.rs", "//! x\n");
        let fixture =
            |name: &str, text: &str| file(&format!("tests/suite/rules/default-deny/no-deny/{name}"), text);
        assert_eq!(
            messages(&[rule()]),
            ["the rule has no fixtures in tests/suite/rules/default-deny/no-deny/"]
        );
        let bad = || fixture("bad.yaml", "kind: A # error: [no-deny]\n");
        assert_eq!(messages(&[rule(), bad()]).len(), 1);
        assert_eq!(messages(&[rule(), fixture("ok-x.yaml", "kind: A # error: [no-deny]\n")]).len(), 1);
        assert_eq!(messages(&[rule(), bad(), fixture("ok-x/a.yaml", "")]), Vec::<String>::new());
    }

    #[test]
    fn only_rule_files_are_rules() {
        let generated = format!("//! x; {}.\n", codegen::MARKER);
        assert!(rule(&file("core/src/rules/input/mod.rs", &generated)).is_none());
        assert!(rule(&file("core/src/rules/registry.rs", "//! x\n")).is_none());
        assert_eq!(
            rule(&file("core/src/rules/input/a_b.rs", "//! x\n")),
            Some(("input".to_owned(), "a-b".to_owned()))
        );
    }

    #[test]
    fn expectations_name_the_whole_rule() {
        assert!(expects("a: 1 # warning: [x-y] words", "x-y"));
        assert!(expects("# ringfence: ignore[z] why # error: [w]; info: [x-y]", "x-y"));
        assert!(!expects("# ringfence: ignore[x-y] why", "x-y"));
        assert!(!expects("a: 1 # warning: [x-y-z]", "x-y"));
        assert!(!expects("a: [x-y]", "x-y"));
    }
}
