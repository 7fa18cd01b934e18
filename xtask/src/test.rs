//! `cargo xtask test [ARGS]`: every suite, and one line of totals at the end.

use crate::{js, shell, totals::Totals, wasm};
use anyhow::Result;
use std::path::Path;
use std::process::ExitCode;

/// Arguments of `test`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Runs only the tests of the npm packages.
    #[arg(long, conflicts_with = "args")]
    js: bool,

    /// Handed to `cargo test`, and then only its tests run; without `--package` among them those of every crate.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Runs the suites; the last line is the totals.
pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let (success, totals) = if args.js {
        js::test(&wasm::build(root, false)?.npm)?
    } else if args.args.is_empty() {
        everything(root)?
    } else {
        crates(root, &args.args)?
    };
    println!("{totals}");
    Ok(if success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// All suites, the later ones also if an earlier one fails. Those of the crates run what the packages ship, too.
pub(crate) fn everything(root: &Path) -> Result<(bool, Totals)> {
    let setup = wasm::build(root, false)?;
    let (crates_passed, mut totals) = crates(root, &[])?;
    let (packages_passed, more) = js::test(&setup.npm)?;
    totals += more;
    Ok((crates_passed && packages_passed, totals))
}

/// The suites of the crates.
fn crates(root: &Path, args: &[String]) -> Result<(bool, Totals)> {
    let names_package = args.iter().any(|arg| arg.starts_with("-p") || arg.starts_with("--package"));
    let mut cargo = shell::cargo(root);
    cargo.args(["test", "--no-fail-fast"]).args((!names_package).then_some("--workspace")).args(args);
    Totals::of(&mut cargo)
}
