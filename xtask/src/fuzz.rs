//! `cargo xtask fuzz [TARGET]`: hostile bytes for a bounded time.
//!
//! With a C++ compiler the targets of tests/fuzz run under libFuzzer, guided by coverage; a stable rustc is enough,
//! because the instrumentation is a pass of LLVM and the core has no unsafe code for an address sanitizer to watch.
//! Without one, and in the continuous integration, the replay runs instead: each file of the corpus, then a fixed
//! number of mutations that are the same on every machine.
//!
//! `cargo xtask fuzz engine` is another matter: it compares the engine with the oracle on generated clusters.

use crate::{repo, shell};
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Mutations of each file of the corpus that the continuous integration runs.
pub(crate) const CI_MUTATIONS: u32 = 500;

/// The workspace of the fuzz targets.
pub(crate) const MANIFEST: &str = "tests/fuzz/Cargo.toml";
const CORPUS: &str = "tests/fuzz/corpus";
const TARGET_FOLDER: &str = "tests/fuzz/target";
const BUILD_LIMIT: Duration = Duration::from_secs(1800);
const REPLAY_LIMIT: Duration = Duration::from_secs(1800);

const SHRINK_LIMIT: Duration = Duration::from_secs(900);

/// The target that needs no bytes.
const ENGINE: &str = "engine";

/// What cargo-fuzz hands to the compiler, without a sanitizer.
const INSTRUMENT: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions --cfg fuzzing";

/// Arguments of `fuzz`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The target; all of them where none is named. `engine` compares the engine with the oracle.
    target: Option<String>,
    /// How long each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The same in minutes.
    #[arg(long, conflicts_with = "seconds")]
    minutes: Option<u64>,
    /// Where the clusters of `engine` start; a run prints its own.
    #[arg(long)]
    seed: Option<u64>,
    /// Runs the corpus and this many mutations of each of its files, without libFuzzer.
    #[arg(long, value_name = "MUTATIONS")]
    replay: Option<u32>,
}

/// Fuzzes, or replays where the machine or the caller asks for it.
pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let seconds = args.minutes.map_or(args.seconds, |minutes| minutes * 60);
    if args.target.as_deref() == Some(ENGINE) {
        ensure!(args.replay.is_none(), "`{ENGINE}` has no corpus to replay");
        engine(root, seconds, args.seed)?;
        return Ok(ExitCode::SUCCESS);
    }
    ensure!(args.seed.is_none(), "only `{ENGINE}` has a seed");
    let targets = targets(root, args.target.as_deref())?;
    if let Some(mutations) = args.replay {
        build_and_replay(root, &targets, &["--mutations", &mutations.to_string()])?;
        return Ok(ExitCode::SUCCESS);
    }
    match build(root, &targets) {
        Ok(binaries) => {
            for target in &targets {
                fuzz(root, &binaries, target, seconds)?;
            }
        }
        Err(reason) => {
            println!("libFuzzer is not to be had here ({reason:#})");
            println!("falling back to replaying the corpus with mutations, which no coverage guides");
            build_and_replay(root, &targets, &["--seconds", &seconds.to_string()])?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Replays the corpus of every target with a fixed number of mutations of each file.
pub(crate) fn replay(root: &Path, mutations: u32) -> Result<()> {
    build_and_replay(root, &targets(root, None)?, &["--mutations", &mutations.to_string()])
}

/// The targets are the folders of the corpus.
fn targets(root: &Path, wanted: Option<&str>) -> Result<Vec<String>> {
    let folders = repo::entries(&root.join(CORPUS))?;
    let all: Vec<String> = folders.iter().map(|path| repo::file_name(path).to_owned()).collect();
    ensure!(!all.is_empty(), "{CORPUS} has no folder");
    match wanted {
        None => Ok(all),
        Some(name) if all.iter().any(|target| target == name) => Ok(vec![name.to_owned()]),
        Some(name) => bail!("there is no fuzz target `{name}`; there are {ENGINE}, {}", all.join(", ")),
    }
}

/// Compares the engine with the oracle, in the release profile.
fn engine(root: &Path, seconds: u64, seed: Option<u64>) -> Result<()> {
    let mut build = shell::cargo(root);
    let binary = ["--package", "ringfence-tests", "--bin", "fuzz_engine"];
    shell::must(
        build.args(["build", "--quiet", "--release", "--target-dir", "target"]).args(binary),
        BUILD_LIMIT,
    )?;
    let mut run = Command::new(root.join("target/release/fuzz_engine"));
    run.current_dir(root).args(["--seconds", &seconds.to_string()]);
    if let Some(seed) = seed {
        run.args(["--seed", &seed.to_string()]);
    }
    // Shrinking starts where the time may be up.
    shell::must(&mut run, Duration::from_secs(seconds) + SHRINK_LIMIT)
}

fn build_and_replay(root: &Path, targets: &[String], bound: &[&str]) -> Result<()> {
    let mut cargo = shell::cargo(root);
    cargo.args(["build", "--quiet", "--manifest-path", MANIFEST, "--no-default-features", "--bin", "replay"]);
    // The folder of the workspace: most dependencies are built there already.
    shell::must(cargo.args(["--target-dir", "target"]), BUILD_LIMIT)?;
    let mut replay = Command::new(root.join("target/debug/replay"));
    shell::must(replay.current_dir(root).args(bound).arg(CORPUS).args(targets), REPLAY_LIMIT)
}

/// Builds the instrumented binaries and returns their folder. Naming the target triple keeps the instrumentation out of
/// build scripts.
fn build(root: &Path, targets: &[String]) -> Result<PathBuf> {
    ensure!(
        ["c++", "clang++", "g++"].iter().any(|compiler| shell::on_path(compiler)),
        "no C++ compiler on PATH"
    );
    let version = shell::output_of(Command::new("rustc").arg("-vV")).context("rustc -vV failed")?;
    let triple =
        version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let mut cargo = shell::cargo(root);
    cargo.env("RUSTFLAGS", INSTRUMENT);
    cargo.args(["build", "--quiet", "--release", "--manifest-path", MANIFEST, "--target", triple]);
    cargo.args(targets.iter().flat_map(|target| ["--bin", target]));
    shell::must(cargo.args(["--target-dir", TARGET_FOLDER]), BUILD_LIMIT)?;
    Ok(root.join(TARGET_FOLDER).join(triple).join("release"))
}

fn fuzz(root: &Path, binaries: &Path, target: &str, seconds: u64) -> Result<()> {
    let grown = format!("{TARGET_FOLDER}/corpus/{target}");
    let artifacts = format!("tests/fuzz/artifacts/{target}");
    for folder in [&grown, &artifacts] {
        std::fs::create_dir_all(root.join(folder))?;
    }
    println!("{target}: {seconds} s of libFuzzer");
    let mut command = Command::new(binaries.join(target));
    command.current_dir(root);
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-artifact_prefix={artifacts}/"));
    command.args([
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-max_len=65536",
        "-print_final_stats=1",
        "-verbosity=1",
    ]);
    // What is found grows the first folder; the seeds of the repository are only read.
    command.arg(&grown).arg(format!("{CORPUS}/{target}"));
    shell::must(&mut command, Duration::from_secs(seconds + 120))
        .with_context(|| format!("{target}: the input that broke it is in {artifacts}/"))
}
