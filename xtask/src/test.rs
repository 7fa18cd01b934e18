//! `cargo xtask test [ARGS]`: every suite, and one line of totals at the end.

use crate::{shell, totals::Totals};
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ExitCode, Stdio};

/// Arguments of `test`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Handed to `cargo test`; without `--package` among them every crate is tested.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Runs the suites; the last line is the totals.
pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let (success, totals) = suites(root, &args.args)?;
    println!("{totals}");
    Ok(if success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs the suites while their output passes through; all of them run even if one fails.
pub(crate) fn suites(root: &Path, args: &[String]) -> Result<(bool, Totals)> {
    let names_package = args.iter().any(|arg| arg.starts_with("-p") || arg.starts_with("--package"));
    let mut child = shell::cargo(root)
        .args(["test", "--no-fail-fast"])
        .args((!names_package).then_some("--workspace"))
        .args(args)
        .stdout(Stdio::piped())
        .spawn()
        .context("start cargo test")?;
    let stdout = child.stdout.take().context("cargo test has no output")?;
    let mut totals = Totals::default();
    let mut out = std::io::stdout().lock();
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line.context("read the output of cargo test")?;
        let line = String::from_utf8_lossy(&line);
        totals.add_line(&line);
        writeln!(out, "{line}")?;
    }
    Ok((child.wait()?.success(), totals))
}
