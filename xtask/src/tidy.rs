//! `cargo xtask tidy`: what no compiler and no linter checks.

mod crates;
mod fixtures;
mod layers;
mod links;
mod npm;
mod text;

use crate::repo::{self, SourceFile};
use anyhow::Result;
use std::path::Path;
use std::process::ExitCode;

/// One place that breaks a rule of this repository.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    path: String,
    /// From 1.
    line: usize,
    message: String,
}

impl Violation {
    fn new(file: &SourceFile, line: usize, message: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, message: message.into() }
    }
}

/// Prints every violation as `path:line: message` and fails if there is one.
pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let files = repo::text_files(root)?;
    let mut violations = Vec::new();
    for file in &files {
        violations.extend(text::check(file));
        violations.extend(layers::check(file));
        violations.extend(crates::check(file));
        violations.extend(links::check(file, &files));
    }
    violations.extend(fixtures::check(&files));
    violations.extend(npm::check(&files));
    violations.sort_unstable();
    for violation in &violations {
        println!("{}:{}: {}", violation.path, violation.line, violation.message);
    }
    for file in &files {
        if let Some(warning) = text::long_file(file) {
            println!("warning: {warning}");
        }
    }
    println!("tidy: {} files, {} violations", files.len(), violations.len());
    Ok(if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.to_owned(), text: text.to_owned() }
}
