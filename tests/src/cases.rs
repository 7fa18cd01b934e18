//! Cases as data: a YAML file, or a folder of files that form one repository, with the expected findings as comments.
//!
//! A comment `# error: [rule-name]` at the end of a line expects a finding of that severity and rule whose primary
//! place starts on that line; further text must be part of the message. Several expectations on one line are
//! separated by `;`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ringfence::Workspace;
use ringfence::config::Config;
use ringfence::diagnostics::Diagnostic;
use ringfence::workspace::{CheckOptions, Outcome};

use crate::root;

/// The day of every check: what expires, expires against it.
pub const TODAY: &str = "2026-06-01";

/// One expected finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// The file, relative to the case.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// The rule.
    pub rule: String,
    /// A part of the message; empty for any.
    pub message: String,
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}: [{}] {}", self.path, self.line, self.severity, self.rule, self.message)
    }
}

/// The files of a case: itself, or every file below it, with paths relative to it.
pub fn files(case: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut open = vec![case.to_path_buf()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in std::fs::read_dir(&path).with_context(|| path.display().to_string())? {
                open.push(entry?.path());
            }
        } else {
            let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
            let base = if case.is_dir() { case } else { case.parent().unwrap_or(case) };
            let name = path.strip_prefix(base).unwrap_or(&path);
            found.push((name.to_string_lossy().replace('\\', "/"), bytes));
        }
    }
    found.sort();
    Ok(found)
}

/// The workspace of a case.
pub fn workspace(files: &[(String, Vec<u8>)]) -> Workspace {
    let mut workspace = Workspace::new(Config::default());
    for (path, bytes) in files {
        workspace.set(path, bytes);
    }
    workspace
}

/// Checks files with the default rules, or with the given ones.
pub fn check(files: &[(String, Vec<u8>)], select: &[&str]) -> Outcome {
    let options = CheckOptions {
        select: select.iter().map(|name| (*name).to_owned()).collect(),
        today: TODAY.parse().ok(),
        ..CheckOptions::default()
    };
    workspace(files).check(&options)
}

/// The rules that run on a case of the suite; none stands for all default rules.
///
/// On a fixture below `tests/suite/rules/<group>/<rule>/` these are that rule and those that suppressions in the fixture
/// name, because without them nothing can be said about the suppressions.
pub fn selection(case: &Path, files: &[(String, Vec<u8>)]) -> Vec<String> {
    let below = case.strip_prefix(root().join("tests/suite/rules")).ok();
    let Some(rule) = below.and_then(|below| below.iter().nth(1)) else { return Vec::new() };
    let mut selection = vec![rule.to_string_lossy().into_owned()];
    for (_, bytes) in files {
        let text = String::from_utf8_lossy(bytes);
        let lists = text.split("ignore[").skip(1).filter_map(|list| list.split(']').next());
        selection.extend(lists.flat_map(|names| names.split(',')).map(|name| name.trim().to_owned()));
    }
    selection
}

/// The expectations in the comments of a text.
pub fn expectations(path: &str, text: &str) -> Vec<Expected> {
    let severities = ["error", "warning", "info"];
    let of_line = |(i, line): (usize, &str)| {
        let comment = severities.iter().filter_map(|s| line.find(&format!("# {s}: ["))).min();
        let comment = comment.and_then(|at| line.get(at + 1..)).unwrap_or("");
        let parse = |part: &str| {
            let (severity, rest) = part.trim().split_once(": [")?;
            let (rule, message) = rest.split_once(']')?;
            severities.contains(&severity).then(|| Expected {
                path: path.to_owned(),
                line: i + 1,
                severity: severity.to_owned(),
                rule: rule.to_owned(),
                message: message.trim().to_owned(),
            })
        };
        comment.split(';').filter_map(parse).collect::<Vec<_>>()
    };
    text.lines().enumerate().flat_map(of_line).collect()
}

/// The findings in the form of expectations, with their whole messages.
pub fn found(outcome: &Outcome) -> Vec<Expected> {
    let one = |finding: &Diagnostic| {
        let file = outcome.source(finding.location.file);
        let start = finding.location.span.map_or(0, |span| span.start);
        Expected {
            path: file.map_or_else(String::new, |file| file.path.to_string()),
            line: file.map_or(0, |file| file.lines().line_of(start) + 1),
            severity: finding.severity.name().to_owned(),
            rule: finding.rule.to_owned(),
            message: finding.message.clone(),
        }
    };
    outcome.findings.iter().map(one).collect()
}

/// Compares what was found with what was expected: one line for each finding that is missing or extra.
pub fn compare(expected: &[Expected], found: &[Expected]) -> Vec<String> {
    let mut open: Vec<&Expected> = found.iter().collect();
    let mut wrong = Vec::new();
    for want in expected {
        let fits = |have: &&Expected| {
            (&have.path, have.line, &have.severity, &have.rule)
                == (&want.path, want.line, &want.severity, &want.rule)
                && have.message.contains(&want.message)
        };
        match open.iter().position(fits) {
            Some(at) => {
                open.remove(at);
            }
            None => wrong.push(format!("missing: {want}")),
        }
    }
    wrong.extend(open.iter().map(|extra| format!("extra:   {extra}")));
    wrong
}

/// The cases below a folder: each YAML or JSON file, and each folder whose name opens with `bad`, `ok-` or `case`.
pub fn collect(folder: &Path) -> Vec<PathBuf> {
    let mut cases = BTreeSet::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let is_case = ["bad", "ok-", "case"].iter().any(|start| name.starts_with(start));
            match path.is_dir() {
                true if !is_case => open.push(path),
                true => {
                    cases.insert(path);
                }
                false if is_case && !name.contains(".fixed.") => {
                    cases.insert(path);
                }
                false => {}
            }
        }
    }
    cases.into_iter().collect()
}
