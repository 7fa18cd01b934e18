//! The recorded answers of netpol-analyzer: one trial for each case.
//!
//! `tests/conformance/netpol-analyzer.txt` lists the cases that are known to differ, each with its reason. A listed case
//! that agrees fails too, and so does one with a difference that is not of the kind of its reason.

#![allow(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed};
use ringfence_tests::conformance::{self, Tally};
use ringfence_tests::corpus;
use ringfence_tests::netpol_analyzer::{case, deviations, differences, on_nodes};

const CORPUS: &str = "netpol-analyzer";
const LIST: &str = include_str!("../conformance/netpol-analyzer.txt");

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let Some(folder) = corpus(CORPUS) else { return ExitCode::SUCCESS };
    let cases = case::load(&folder).expect("the list of cases can be read");
    let mut listed = deviations::parse(LIST).expect("the list of deviations can be read");
    let mut tally = Tally::new(CORPUS);
    let mut trials = Vec::new();
    for case in cases {
        let (folder, reason) = (folder.clone(), listed.remove(&case.name));
        trials.push(tally.trial(case.name.clone(), move || {
            let found = differences(&folder, &case).map_err(|error| Failed::from(format!("{error:#}")))?;
            let on_nodes = if reason.is_some() { on_nodes(&folder, &case)? } else { BTreeSet::new() };
            Ok(deviations::judge(&found, reason.as_ref(), &on_nodes)?)
        }));
    }
    if let Some(name) = listed.keys().next() {
        eprintln!("listed as a deviation, but no case: {name}");
        return ExitCode::FAILURE;
    }
    conformance::run(&arguments, trials, &[tally])
}
