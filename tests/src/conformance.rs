//! The table of `docs/conformance.md`: what each corpus comes to.
//!
//! A runner counts while it runs and hands its row to [`conclude`], which compares it with the committed table, or
//! writes it there where `UPDATE_CONFORMANCE` is set. So no corpus is run twice. Rows stand in the order of
//! [`CORPORA`]; a new corpus is one line there.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::root;

/// The corpora, each with what it holds.
pub const CORPORA: [(&str, &str); 4] = [
    ("cyclonus", "clusters with truth tables, from the project of that name"),
    ("netpol-analyzer", "recorded lists, explanations, exposure and diffs of the project of that name"),
    ("semantic-probes", "one trap each, with the verdicts of the API's documentation"),
    (
        "cluster-network-policy",
        "the scenarios of the network-policy-api project, written again as cases of our own",
    ),
];

/// What a corpus comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The corpus.
    pub corpus: String,
    /// All of its cases.
    pub cases: usize,
    /// The cases that differ for a reason that is listed.
    pub deviate: usize,
    /// The cases that differ without one, or agree though they are listed.
    pub failing: usize,
}

impl Row {
    /// The cases that agree.
    pub fn agree(&self) -> usize {
        self.cases.saturating_sub(self.deviate).saturating_sub(self.failing)
    }

    fn line(&self) -> String {
        let Self { corpus, cases, deviate, failing } = self;
        format!("| {corpus} | {cases} | {} | {deviate} | {failing} |", self.agree())
    }

    fn parse(line: &str) -> Option<Self> {
        let mut cells = line.trim_matches(['|', ' ']).split('|').map(str::trim);
        let corpus = cells.next()?.to_owned();
        let numbers = cells.map(str::parse).collect::<Result<Vec<usize>, _>>().ok()?;
        let [cases, _, deviate, failing] = numbers.try_into().ok()?;
        Some(Self { corpus, cases, deviate, failing })
    }
}

/// The document for these rows.
pub fn document(rows: &[Row]) -> String {
    let mut text = "\
# Conformance

What Ringfence says about manifests whose right answers are known. The table is written by the runners in
`tests/tests`; a run that comes to something else fails. To write it again:
`UPDATE_CONFORMANCE=1 cargo test -p ringfence-tests`.

A case that deviates is listed with its reason in `tests/conformance`; a listed case that agrees counts as failing.

| corpus | cases | agree | deviate | failing |
| --- | ---: | ---: | ---: | ---: |
"
    .to_owned();
    let rows = CORPORA.iter().filter_map(|(name, _)| rows.iter().find(|row| row.corpus == *name));
    for row in rows {
        text.push_str(&row.line());
        text.push('\n');
    }
    text.push('\n');
    for (name, holds) in CORPORA {
        text.push_str(&format!("- {name}: {holds}.\n"));
    }
    text
}

/// The rows of a document.
pub fn rows(document: &str) -> Vec<Row> {
    document.lines().filter(|line| line.starts_with("| ")).filter_map(Row::parse).collect()
}

/// Where the document lies.
pub fn path() -> PathBuf {
    root().join("docs/conformance.md")
}

/// Compares the row with the committed one, or writes it.
///
/// # Errors
/// Where it is another one, or can't be written.
pub fn conclude(row: &Row) -> Result<()> {
    if !CORPORA.iter().any(|(name, _)| *name == row.corpus) {
        bail!("no such corpus: {}", row.corpus);
    }
    let committed = fs::read_to_string(path()).unwrap_or_default();
    let mut all = rows(&committed);
    if std::env::var_os("UPDATE_CONFORMANCE").is_none() {
        let old = all.iter().find(|old| old.corpus == row.corpus);
        let told = old.map_or_else(|| "no row".to_owned(), Row::line);
        if old != Some(row) {
            bail!("docs/conformance.md has {told}, this run came to {}", row.line());
        }
        return Ok(());
    }
    all.retain(|old| old.corpus != row.corpus);
    all.push(row.clone());
    fs::write(path(), document(&all)).context("docs/conformance.md can't be written")
}

/// What the process of a runner comes to: the row counts only where no filter left cases out.
pub fn exit(conclusion: &libtest_mimic::Conclusion, corpus: &str, cases: usize, deviate: usize) -> ExitCode {
    let code = conclusion.exit_code();
    let failing = usize::try_from(conclusion.num_failed).unwrap_or(usize::MAX);
    let ran = u64::try_from(cases).is_ok_and(|cases| cases == conclusion.num_passed + conclusion.num_failed);
    if cases == 0 || !ran {
        return code;
    }
    match conclude(&Row { corpus: corpus.to_owned(), cases, deviate, failing }) {
        Ok(()) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(corpus: &str) -> Row {
        Row { corpus: corpus.to_owned(), cases: 226, deviate: 20, failing: 6 }
    }

    #[test]
    fn rows_survive_the_document_in_order() {
        let text = document(&[row("netpol-analyzer"), row("cyclonus")]);
        assert_eq!(rows(&text), [row("cyclonus"), row("netpol-analyzer")]);
        assert_eq!(row("cyclonus").agree(), 200);
    }

    #[test]
    fn an_unknown_corpus_has_no_row() {
        assert!(conclude(&row("x")).is_err());
    }

    #[test]
    fn the_committed_table_is_what_its_rows_make() {
        let text = fs::read_to_string(path()).unwrap_or_default();
        assert_eq!(text, document(&rows(&text)));
    }
}
