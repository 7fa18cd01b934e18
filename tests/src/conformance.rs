//! The table of `docs/conformance.md`: what each corpus comes to.
//!
//! A runner counts in a [`Tally`] while it runs; the row is compared with the committed table, or written there where
//! `UPDATE_CONFORMANCE` is set. So no corpus is run twice. Rows stand in the order of
//! [`CORPORA`]; a new corpus is one line there.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use libtest_mimic::{Arguments, Failed, Trial};

use crate::root;

/// The corpora, each with its runner in `tests/tests` and what it holds.
pub const CORPORA: [(&str, &str, &str); 6] = [
    (
        "cyclonus",
        "cyclonus",
        "clusters with truth tables for ingress, egress and both, from the project of that name; the cases whose \
         tables hold only where a CIDR matches the addresses of Pods run with `--ip-blocks match-pod-ips`",
    ),
    (
        "netpol-analyzer",
        "netpol_analyzer",
        "recorded lists, explanations, exposure, diffs, verdicts and errors of the project of that name",
    ),
    (
        "semantic-probes",
        "semantic_probes",
        "one trap of NetworkPolicy each, with the verdict that the documentation of the API gives for one direction",
    ),
    (
        "semantic-probes-pairs",
        "reach",
        "the same manifests, and those of AdminNetworkPolicy and ClusterNetworkPolicy, with verdicts on whole \
         connections",
    ),
    (
        "cluster-network-policy",
        "reach",
        "ClusterNetworkPolicy: the scenarios of the network-policy-api project written again as cases of our own in \
         `tests/reach`, and further traps",
    ),
    (
        "reach",
        "reach",
        "the other cases in `tests/reach`: CIDRs of a NetworkPolicy and Pods, Pods on their node's network, \
         AdminNetworkPolicy",
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
`tests/tests`; a run that comes to something else fails. The corpora of other projects are read from
`../shared/corpora` beside the checkout; a runner that doesn't find its corpus says so and compares nothing.

- To run one again: `cargo test -p ringfence-tests --test RUNNER`, with a part of a case's name to run only that one.
- To write the table again: `UPDATE_CONFORMANCE=1 cargo test -p ringfence-tests`.

What the columns mean:

- agree: every answer of the case is the expected one. An answer that is unknown to Ringfence where the corpus has a
  definite one doesn't agree.
- deviate: some answers differ, and for a reason that is listed with the case in `tests/conformance/CORPUS.txt`, by
  the item of the semantics where the other answer is wrong, or as a matter of the other program's own command line.
  Where the reason is Pods on their node's network, the runner checks that only pairs with such Pods differ. A listed
  case that agrees counts as failing.
- failing: everything else.

| corpus | cases | agree | deviate | failing |
| --- | ---: | ---: | ---: | ---: |
"
    .to_owned();
    let rows = CORPORA.iter().filter_map(|(name, ..)| rows.iter().find(|row| row.corpus == *name));
    for row in rows {
        text.push_str(&row.line());
        text.push('\n');
    }
    text.push('\n');
    for (name, runner, holds) in CORPORA {
        text.push_str(&format!("- {name} (`{runner}`): {holds}.\n"));
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
    if !CORPORA.iter().any(|(name, ..)| *name == row.corpus) {
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

/// Counts what the trials of one corpus come to.
#[derive(Debug)]
pub struct Tally {
    corpus: &'static str,
    cases: usize,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    agree: AtomicUsize,
    deviate: AtomicUsize,
    failing: AtomicUsize,
}

impl Tally {
    /// Nothing so far.
    pub fn new(corpus: &'static str) -> Self {
        Self { corpus, cases: 0, counts: Arc::default() }
    }

    /// A trial for one more case; it says whether the case deviates as listed.
    pub fn trial(
        &mut self,
        name: impl Into<String>,
        run: impl FnOnce() -> Result<bool, Failed> + Send + 'static,
    ) -> Trial {
        self.cases += 1;
        let counts = Arc::clone(&self.counts);
        Trial::test(name, move || {
            let deviates = run();
            let count = match deviates {
                Ok(false) => &counts.agree,
                Ok(true) => &counts.deviate,
                Err(_) => &counts.failing,
            };
            count.fetch_add(1, Ordering::Relaxed);
            deviates.map(|_| ())
        })
    }

    /// The row, where every case has run.
    fn row(&self) -> Option<Row> {
        let [agree, deviate, failing] = [&self.counts.agree, &self.counts.deviate, &self.counts.failing]
            .map(|count| count.load(Ordering::Relaxed));
        let ran = agree + deviate + failing;
        let corpus = self.corpus.to_owned();
        (ran == self.cases && ran > 0).then_some(Row { corpus, cases: ran, deviate, failing })
    }
}

/// Runs trials and compares the row of each tally; one of which a filter left cases out has none.
pub fn run(arguments: &Arguments, trials: Vec<Trial>, tallies: &[Tally]) -> ExitCode {
    let mut code = libtest_mimic::run(arguments, trials).exit_code();
    for row in tallies.iter().filter_map(Tally::row) {
        if let Err(error) = conclude(&row) {
            eprintln!("{error:#}");
            code = ExitCode::FAILURE;
        }
    }
    code
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
    fn a_row_counts_where_every_case_ran() {
        let mut tally = Tally::new("cyclonus");
        assert_eq!(tally.row(), None);
        let arguments = |filter: Option<&str>| Arguments {
            filter: filter.map(str::to_owned),
            quiet: true,
            // What these trials print is no result of this run.
            logfile: Some(format!(
                "{}/ringfence-tally-{}",
                std::env::temp_dir().display(),
                std::process::id()
            )),
            ..Arguments::default()
        };
        let trials = |tally: &mut Tally| {
            vec![
                tally.trial("agrees", || Ok(false)),
                tally.trial("deviates", || Ok(true)),
                tally.trial("fails", || Err("it differs".into())),
            ]
        };
        let all = trials(&mut tally);
        let _ = libtest_mimic::run(&arguments(Some("agrees")), all);
        assert_eq!(tally.row(), None);
        let mut tally = Tally::new("cyclonus");
        let all = trials(&mut tally);
        let _ = libtest_mimic::run(&arguments(None), all);
        let row = Row { corpus: "cyclonus".to_owned(), cases: 3, deviate: 1, failing: 1 };
        assert_eq!(tally.row(), Some(row));
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
