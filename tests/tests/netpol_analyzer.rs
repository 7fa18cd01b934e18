//! The recorded answers of netpol-analyzer: one trial for each case.
//!
//! `tests/conformance/netpol-analyzer.txt` lists the cases that are known to differ, each with its reason. A listed case
//! that agrees fails too.

#![allow(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::{Arguments, Failed, Trial};
use ringfence_tests::netpol_analyzer::{case, deviations, differences};
use ringfence_tests::{conformance, corpus};

const CORPUS: &str = "netpol-analyzer";
const LIST: &str = include_str!("../conformance/netpol-analyzer.txt");

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let Some(folder) = corpus(CORPUS) else { return ExitCode::SUCCESS };
    let cases = case::load(&folder).expect("the list of cases can be read");
    let mut listed = deviations::parse(LIST).expect("the list of deviations can be read");
    let deviating = Arc::new(AtomicUsize::new(0));
    let count = cases.len();
    let mut trials = Vec::new();
    for case in cases {
        let (folder, reason) = (folder.clone(), listed.remove(&case.name));
        let deviating = Arc::clone(&deviating);
        trials.push(Trial::test(case.name.clone(), move || {
            let found = differences(&folder, &case).map_err(|error| Failed::from(format!("{error:#}")))?;
            if deviations::judge(&found, reason.as_ref())? {
                deviating.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        }));
    }
    if let Some(name) = listed.keys().next() {
        eprintln!("listed as a deviation, but no case: {name}");
        return ExitCode::FAILURE;
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    conformance::exit(&conclusion, CORPUS, count, deviating.load(Ordering::Relaxed))
}
