//! The suite: every case below `tests/suite`, with the findings that its comments expect.
//!
//! On the fixtures of a rule only that rule runs, and those that their suppressions name; elsewhere all default rules
//! run. A fixture `x.yaml` with a sibling `x.fixed.yaml` must become that text when the first fix of every finding is
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
use ringfence::workspace::Outcome;
use ringfence_tests::{cases, root};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suite = root().join("tests/suite");
    let mut trials = Vec::new();
    for case in cases::collect(&suite) {
        let name = case.strip_prefix(&suite).unwrap_or(&case).to_string_lossy().replace('\\', "/");
        let fixed = case.with_extension("fixed.yaml");
        if fixed.is_file() {
            let case = case.clone();
            trials.push(Trial::test(format!("{name} (fixed)"), move || fixes(&case, &fixed)));
        }
        trials.push(Trial::test(name, move || finds(&case)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check(files: &[(String, Vec<u8>)], selection: &[String]) -> Outcome {
    cases::check(files, &selection.iter().map(String::as_str).collect::<Vec<_>>())
}

fn finds(case: &Path) -> Result<(), Failed> {
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
    let outcome = check(&files, &cases::selection(case, &files));
    let wrong = cases::compare(&expected, &cases::found(&outcome));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn fixes(case: &Path, fixed: &Path) -> Result<(), Failed> {
    let mut files = cases::files(case)?;
    let selection = cases::selection(case, &files);
    for _ in 0..10 {
        let outcome = check(&files, &selection);
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
