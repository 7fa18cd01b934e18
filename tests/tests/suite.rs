//! The suite: every case below `tests/suite`, with the findings that its comments expect.
//!
//! On the fixtures below `tests/suite/rules/<group>/<rule>/` only that rule runs, and those that suppressions in the
//! fixture name, because without them nothing can be said about the suppressions; elsewhere all default rules run. A
//! fixture `x.yaml` with a sibling `x.fixed.yaml` must become that text when the first fix of every finding is
//! applied.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use ringfence::diagnostics::Safety;
use ringfence_tests::{cases, root};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suite = root().join("tests/suite");
    let mut trials = Vec::new();
    for case in cases::collect(&suite) {
        let name = case.strip_prefix(&suite).unwrap_or(&case).to_string_lossy().replace('\\', "/");
        let fixed = case.with_extension("fixed.yaml");
        if fixed.is_file() {
            let (case, rule) = (case.clone(), rule_of(&name));
            trials
                .push(Trial::test(format!("{name} (fixed)"), move || fixes(&case, &fixed, rule.as_deref())));
        }
        let rule = rule_of(&name);
        trials.push(Trial::test(name, move || finds(&case, rule.as_deref())));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The rule of a fixture's folder, `rules/<group>/<rule>/…`.
fn rule_of(name: &str) -> Option<String> {
    let mut segments = name.strip_prefix("rules/")?.split('/');
    segments.nth(1).map(str::to_owned)
}

fn texts(files: &[(String, Vec<u8>)]) -> Vec<String> {
    files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect()
}

/// The rules to run on a fixture of `rule`: all default ones if there is none.
fn selection<'t>(rule: Option<&'t str>, texts: &'t [String]) -> Vec<&'t str> {
    let lists = texts.iter().flat_map(|text| text.split("ignore[").skip(1));
    let suppressed = lists.filter_map(|list| list.split(']').next()).flat_map(|names| names.split(','));
    rule.into_iter().flat_map(|rule| std::iter::once(rule).chain(suppressed.clone().map(str::trim))).collect()
}

fn finds(case: &Path, rule: Option<&str>) -> Result<(), Failed> {
    let files = cases::files(case)?;
    let mut expected = Vec::new();
    for (path, bytes) in &files {
        expected.extend(cases::expectations(path, &String::from_utf8_lossy(bytes)));
    }
    let is_ok = case.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ok-"));
    if is_ok && !expected.is_empty() {
        return Err("an `ok-` case expects a finding".into());
    }
    if !is_ok && expected.is_empty() {
        return Err("the case expects no finding: name it `ok-…` and say why".into());
    }
    let outcome = cases::check(&files, &selection(rule, &texts(&files)));
    let wrong = cases::compare(&expected, &cases::found(&outcome));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn fixes(case: &Path, fixed: &Path, rule: Option<&str>) -> Result<(), Failed> {
    let mut files = cases::files(case)?;
    let original = texts(&files);
    for _ in 0..10 {
        let outcome = cases::check(&files, &selection(rule, &original));
        let pass = cases::workspace(&files).fix(&outcome, Safety::Suggestion);
        if pass.changed.is_empty() {
            break;
        }
        for (path, text) in pass.changed {
            if let Some(file) = files.iter_mut().find(|(name, _)| *name == path) {
                file.1 = text.into_bytes();
            }
        }
    }
    let found =
        files.first().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
    let expected = std::fs::read_to_string(fixed)?;
    if found == expected { Ok(()) } else { Err(format!("fixed to:\n{found}\nexpected:\n{expected}").into()) }
}
