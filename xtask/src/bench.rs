//! `cargo xtask bench`: the release binary over generated manifests, as tables in docs/benchmarks.md.
//!
//! The inputs come from generators outside of this repository (`--generators`), so that other tools can be held
//! against the same bytes. Each run is a process of its own: what a person waits for is what is measured.

mod check;
mod edit;
mod measure;
mod reach;
mod report;
mod text;

use crate::shell;
use anyhow::{Context, Result, bail, ensure};
use measure::{Outcome, Series};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

const REPORT: &str = "docs/benchmarks.md";
/// Inputs, and what a quick run writes.
const SCRATCH: &str = "target/bench";

const BUILD_LIMIT: Duration = Duration::from_secs(3600);
const GENERATE_LIMIT: Duration = Duration::from_secs(300);

/// Arguments of `bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder with the generators, gen_manifests.py and gen_cluster.py.
    #[arg(long, value_name = "DIR", default_value = "../shared/bench")]
    generators: PathBuf,
    /// Runs of each command on each input.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Measure this only, and leave the rest of the report as it is.
    #[arg(long, value_enum, value_name = "SECTION")]
    only: Option<Section>,
    /// Another tool to time over the inputs of `check`, for example 'kube-linter lint'; the folder is added at its end.
    #[arg(long, value_name = "COMMAND")]
    peer: Option<String>,
    /// Another tool that lists all connections, for example 'netpol-analyzer list -o json --dirpath'; the folder is
    /// added at its end.
    #[arg(long, value_name = "COMMAND")]
    reach_peer: Option<String>,
    /// Another tool that explains all connections; the folder is added at its end.
    #[arg(long, value_name = "COMMAND")]
    explain_peer: Option<String>,
    /// Seconds after which one run is killed.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    limit: u64,
    /// Small inputs and the debug build, with a report below target: whether the command works, not how fast.
    #[arg(long, hide = true)]
    quick: bool,
}

/// A section of the report.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Section {
    /// Findings.
    Check,
    /// Flows, explanations, differences, and the workspace of an editor.
    Reach,
}

/// What holds for all measurements of one call.
struct Bench<'a> {
    root: &'a Path,
    args: &'a Args,
    /// The folder of the generators.
    generators: PathBuf,
    /// The path of the binary that is measured.
    binary: String,
    limit: Duration,
}

/// Builds, generates, measures, and writes the report.
pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let generators = root.join(&args.generators);
    let sections = [Section::Check, Section::Reach];
    let sections: Vec<Section> =
        sections.into_iter().filter(|section| args.only.is_none_or(|only| only == *section)).collect();
    for section in &sections {
        let generator = generators.join(section.generator());
        if !generator.is_file() {
            eprintln!("error: {} is not there; name its folder with `--generators DIR`", generator.display());
            return Ok(ExitCode::from(2));
        }
    }
    // Before anything that takes long.
    for command in [&args.peer, &args.reach_peer, &args.explain_peer].into_iter().flatten() {
        words(command)?;
    }
    let binary = build(root, args.quick)?;
    let bench = Bench { root, args, generators, binary, limit: Duration::from_secs(args.limit) };
    let path = if args.quick { root.join(SCRATCH).join("report.md") } else { root.join(REPORT) };
    let old = if path.is_file() { std::fs::read_to_string(&path)? } else { String::new() };
    let mut report = report::Report::read(&old);
    for section in sections {
        match section {
            Section::Check => report.replace(check::TITLE, check::section(&bench)?),
            Section::Reach => report.replace(reach::TITLE, reach::section(&bench)?),
        }
        // After each: what was measured is kept even if the next fails.
        std::fs::create_dir_all(path.parent().context("the report has no folder")?)?;
        std::fs::write(&path, report.text()).with_context(|| format!("write {}", path.display()))?;
    }
    println!("wrote {}", path.strip_prefix(root).unwrap_or(&path).display());
    Ok(ExitCode::SUCCESS)
}

fn build(root: &Path, quick: bool) -> Result<String> {
    let (profile, folder) = profile(quick);
    let build = ["build", "--profile", profile, "--package", "ringfence-cli"];
    shell::must(shell::cargo(root).args(build), BUILD_LIMIT)?;
    let name = format!("ringfence{}", std::env::consts::EXE_SUFFIX);
    let binary = root.join("target").join(folder).join(name);
    ensure!(binary.is_file(), "the build left no {}", binary.display());
    Ok(binary.to_string_lossy().into_owned())
}

/// The profile of Cargo, and the folder that it builds into.
fn profile(quick: bool) -> (&'static str, &'static str) {
    if quick { ("dev", "debug") } else { ("release", "release") }
}

fn words(command: &str) -> Result<Vec<String>> {
    let words = shlex::split(command).with_context(|| format!("`{command}`: a quote is not closed"))?;
    ensure!(!words.is_empty(), "a peer's command is empty");
    Ok(words)
}

impl Section {
    fn generator(self) -> &'static str {
        match self {
            Self::Check => check::GENERATOR,
            Self::Reach => reach::GENERATOR,
        }
    }
}

impl Bench<'_> {
    /// The folder of this name below target; `fill` writes into it. The generators give the same bytes each time, so
    /// it is kept.
    fn input(&self, name: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let folder = self.root.join(SCRATCH).join(name);
        if folder.is_dir() {
            return Ok(folder);
        }
        // Made beside its place and moved when complete: a run that was broken off leaves nothing that looks finished.
        let partial = folder.with_extension("partial");
        if partial.exists() {
            std::fs::remove_dir_all(&partial)?;
        }
        std::fs::create_dir_all(&partial)?;
        fill(&partial)?;
        std::fs::rename(&partial, &folder)?;
        Ok(folder)
    }

    /// A call of a generator; its arguments are still to be added.
    fn generator(&self, name: &str) -> Command {
        let mut python = Command::new("python3");
        python.arg(self.generators.join(name));
        python
    }

    /// The runs of our own binary with `args` and then `input`.
    fn own(&self, args: &[&str], input: &Path) -> Result<Series> {
        self.series("ringfence", &self.command(args), input)
    }

    fn command(&self, args: &[&str]) -> Vec<String> {
        std::iter::once(self.binary.as_str()).chain(args.iter().copied()).map(str::to_owned).collect()
    }

    /// The runs of `command` on `input`; of `ringfence` only the codes 0 and 1 are good.
    fn series(&self, name: &str, command: &[String], input: &Path) -> Result<Series> {
        let mut series = Series::default();
        for _ in 0..self.args.runs {
            match measure::once(command, input, self.limit)? {
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
        println!("  {name}: {}", text::seconds(&series, self.limit));
        Ok(series)
    }
}

fn folder_bytes(folder: &Path) -> Result<u64> {
    crate::repo::entries(folder)?.iter().map(|path| Ok(path.metadata()?.len())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_split_as_a_shell_does() {
        assert_eq!(words("tool lint --config 'a b.yaml'").unwrap(), ["tool", "lint", "--config", "a b.yaml"]);
        assert!(words("tool 'x").is_err());
        assert!(words(" ").is_err());
    }
}
