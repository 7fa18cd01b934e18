//! The engine against the oracle for a bounded time: `cargo xtask fuzz engine` runs it.
//!
//! A run is the same for the same seed. What they disagree on is shrunk and printed as a reach case, with the oracle's
//! answers as expectations.

use std::cell::Cell;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use ringfence_tests::ask::WAYS;
use ringfence_tests::oracle::compare::{Case, Expectation, compare};
use ringfence_tests::oracle::generate;

/// Time between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(30);

struct Args {
    seconds: u64,
    seed: u64,
}

fn main() -> ExitCode {
    match args().and_then(|args| run(&args)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn args() -> Result<Args> {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().context("the clock stands before 1970")?;
    let mut args = Args { seconds: 60, seed: u64::from(since.subsec_nanos()) ^ since.as_secs() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        match &*word {
            "--seconds" => args.seconds = value.parse().context("--seconds")?,
            "--seed" => args.seed = value.parse().context("--seed")?,
            _ => bail!("no such argument: {word}"),
        }
    }
    Ok(args)
}

/// Whether both agreed until the time was up.
fn run(args: &Args) -> Result<bool> {
    println!("seed {}", args.seed);
    let (start, limit) = (Instant::now(), Duration::from_secs(args.seconds));
    let (clusters, pairs) = (Cell::new(0_usize), Cell::new(0_usize));
    let totals = || {
        let seconds = start.elapsed().as_secs_f64();
        let rate = pairs.get() as f64 / seconds.max(f64::EPSILON);
        format!(
            "{} clusters, {} pairs in {seconds:.0} s: {rate:.0} pairs a second",
            clusters.get(),
            pairs.get()
        )
    };
    let (addresses, ports) = (generate::addresses(), generate::ports());
    let check = |case: Case| {
        for (way, ask) in WAYS {
            let compared = compare(&case, &addresses, &ports, ask)
                .map_err(|error| TestCaseError::fail(format!("by {way}: {error:#}")))?;
            pairs.set(pairs.get() + compared.pairs);
            if !compared.wrong.is_empty() {
                return Err(TestCaseError::fail(format!("by {way} they disagree")));
            }
        }
        clusters.set(clusters.get() + 1);
        Ok(())
    };
    let config = Config { failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng(args.seed));
    let mut next_line = PROGRESS;
    while start.elapsed() < limit {
        let tree = generate::full().new_tree(&mut runner).map_err(|reason| anyhow!("{reason}"))?;
        match runner.run_one(tree, check) {
            Ok(_) => {}
            Err(TestError::Abort(reason)) => bail!("{reason}"),
            Err(TestError::Fail(reason, case)) => {
                println!("{}\n{reason}; the smallest cluster:\n", totals());
                print_case(&case)?;
                return Ok(false);
            }
        }
        if start.elapsed() >= next_line {
            println!("{}", totals());
            next_line = start.elapsed() + PROGRESS;
        }
    }
    println!("{}", totals());
    Ok(true)
}

fn print_case(case: &Case) -> Result<()> {
    let (addresses, ports) = (generate::addresses(), generate::ports());
    let mut said = Vec::new();
    let mut expected: Vec<Expectation> = Vec::new();
    for (way, ask) in WAYS {
        let found = compare(case, &addresses, &ports, ask).map(|compared| compared.wrong);
        for (line, found) in found.unwrap_or_default() {
            said.push(format!("by {way} the engine says {}: {line}", found.name()));
            if !expected.contains(&line) {
                expected.push(line);
            }
        }
    }
    println!("{}\n{}", case.reach_case(&expected)?, said.join("\n"));
    Ok(())
}

fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    for (byte, value) in bytes.iter_mut().zip(seed.to_le_bytes()) {
        *byte = value;
    }
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}
