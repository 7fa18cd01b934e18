//! `cargo xtask bench`: the release binary over generated manifests, as a table in docs/benchmarks.md.
//!
//! The inputs come from a generator outside of this repository (`--generators`), so that other tools can be held
//! against the same bytes. Each run is a process of its own: what a person waits for is what is measured.

mod measure;
mod table;

use crate::shell;
use anyhow::{Context, Result, bail, ensure};
use measure::{Outcome, Series};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Objects of each input. 20,000 is the size that the peers were measured with.
const SIZES: [u32; 4] = [1_000, 10_000, 20_000, 100_000];
const OBJECTS_PER_FILE: u32 = 200;
const GENERATOR: &str = "gen_manifests.py";
const REPORT: &str = "docs/benchmarks.md";

const BUILD_LIMIT: Duration = Duration::from_secs(3600);
const GENERATE_LIMIT: Duration = Duration::from_secs(300);

/// Arguments of `bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder with gen_manifests.py.
    #[arg(long, value_name = "DIR", default_value = "../shared/bench")]
    generators: PathBuf,
    /// Runs of each size.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Another tool to time over the same folders, for example 'kube-linter lint'; the folder is added at its end.
    #[arg(long, value_name = "COMMAND")]
    peer: Option<String>,
    /// Seconds after which one run is killed.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    limit: u64,
}

/// Builds, generates, measures, and writes the report.
pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let generator = root.join(&args.generators).join(GENERATOR);
    if !generator.is_file() {
        eprintln!("error: {} is not there; name its folder with `--generators DIR`", generator.display());
        return Ok(ExitCode::from(2));
    }
    let peer = args.peer.as_deref().map(words).transpose()?;
    shell::must(shell::cargo(root).args(["build", "--release", "--package", "ringfence-cli"]), BUILD_LIMIT)?;
    let binary = root.join("target/release").join(format!("ringfence{}", std::env::consts::EXE_SUFFIX));
    ensure!(binary.is_file(), "the build left no {}", binary.display());
    let ours = [binary.to_string_lossy().into_owned(), "check".to_owned()];

    let limit = Duration::from_secs(args.limit);
    let mut rows = Vec::new();
    for objects in SIZES {
        let input = generate(root, &generator, objects)?;
        let bytes = folder_bytes(&input)?;
        println!("{objects} objects, {:.1} MB", table::megabytes(bytes));
        let own = series("ringfence", &ours, &input, args.runs, limit)?;
        // A peer that was too slow once is not tried on a larger input.
        let gave_up =
            rows.iter().any(|row: &table::Row| row.peer.as_ref().is_some_and(|peer| peer.timed_out));
        let peer = match &peer {
            Some(command) if !gave_up => Some(series("peer", command, &input, args.runs, limit)?),
            _ => None,
        };
        rows.push(table::Row { objects, bytes, own, peer });
    }
    let report = table::report(&rows, args.peer.as_deref(), args.runs, limit);
    std::fs::create_dir_all(root.join("docs"))?;
    std::fs::write(root.join(REPORT), report).with_context(|| format!("write {REPORT}"))?;
    println!("wrote {REPORT}");
    Ok(ExitCode::SUCCESS)
}

fn words(command: &str) -> Result<Vec<String>> {
    let words = shlex::split(command).with_context(|| format!("`{command}`: a quote is not closed"))?;
    ensure!(!words.is_empty(), "`--peer` names no command");
    Ok(words)
}

/// The folder with an input of this size; the generator gives the same bytes each time, so it is kept.
fn generate(root: &Path, generator: &Path, objects: u32) -> Result<PathBuf> {
    let folder = root.join("target/bench").join(objects.to_string());
    if folder.is_dir() {
        return Ok(folder);
    }
    // Made beside its place and moved when complete: a run that was broken off leaves nothing that looks finished.
    let partial = folder.with_extension("partial");
    if partial.exists() {
        std::fs::remove_dir_all(&partial)?;
    }
    std::fs::create_dir_all(partial.parent().context("target/bench has no parent folder")?)?;
    let mut python = Command::new("python3");
    python.arg(generator).arg(pairs(objects).to_string()).arg(&partial).arg(files(objects).to_string());
    shell::must(&mut python, GENERATE_LIMIT)?;
    std::fs::rename(&partial, &folder)?;
    Ok(folder)
}

/// The generator counts pairs of a workload and a policy.
fn pairs(objects: u32) -> u32 {
    objects / 2
}

fn files(objects: u32) -> u32 {
    (objects / OBJECTS_PER_FILE).max(1)
}

fn folder_bytes(folder: &Path) -> Result<u64> {
    crate::repo::entries(folder)?.iter().map(|path| Ok(path.metadata()?.len())).sum()
}

fn series(name: &str, command: &[String], input: &Path, runs: u32, limit: Duration) -> Result<Series> {
    let mut series = Series::default();
    for _ in 0..runs {
        match measure::once(command, input, limit)? {
            Outcome::Ended(run) if matches!(run.code, Some(0 | 1)) => series.add(run),
            // A peer says by other codes that it found something; of our own binary they are errors.
            Outcome::Ended(run) if name != "ringfence" && run.code.is_some() => series.add(run),
            Outcome::Ended(run) => bail!("{name} ended with {:?} on {}", run.code, input.display()),
            Outcome::TimedOut => {
                series.timed_out = true;
                break;
            }
        }
    }
    println!("  {name}: {}", table::seconds(&series, limit));
    Ok(series)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_count_objects() {
        assert_eq!((pairs(20_000), files(20_000)), (10_000, 100));
        assert_eq!(files(100), 1);
    }

    #[test]
    fn a_peer_is_split_as_a_shell_does() {
        assert_eq!(words("tool lint --config 'a b.yaml'").unwrap(), ["tool", "lint", "--config", "a b.yaml"]);
        assert!(words("tool 'x").is_err());
        assert!(words(" ").is_err());
    }
}
