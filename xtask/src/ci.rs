//! `cargo xtask ci`: everything that a change must pass, in the order of what fails soonest.

use crate::{codegen, fuzz, js, setup::Npm, shell, size, test, tidy, totals::Totals, wasm};
use anyhow::Result;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Runs the steps, stops at the first that fails. The last line of a good run is the totals of the tests.
pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let mut totals = Totals::default();
    let steps: Vec<Step<'_>> = vec![
        ("fmt", Box::new(|| cargo(root, &["fmt", "--all", "--check"], None))),
        // A workspace of its own.
        (
            "fmt of the fuzz targets",
            Box::new(|| cargo(root, &["fmt", "--manifest-path", fuzz::MANIFEST, "--check"], None)),
        ),
        ("tidy", Box::new(|| tidy::run(root).map(is_success))),
        ("style of the packages", Box::new(|| js::style(&Npm::ready(root)?))),
        (
            "clippy",
            Box::new(|| {
                cargo(root, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], None)
            }),
        ),
        ("codegen", Box::new(|| codegen::run(root, &codegen::Args { check: true }).map(is_success))),
        (
            "doc",
            Box::new(|| {
                cargo(
                    root,
                    &["doc", "--workspace", "--no-deps", "--quiet"],
                    Some(("RUSTDOCFLAGS", "-D warnings")),
                )
            }),
        ),
        ("wasm", Box::new(|| wasm::build(root, false).map(|_| true))),
        ("types of the packages", Box::new(|| js::types(&Npm::ready(root)?))),
        ("size", Box::new(|| size::run(root, &size::Args::of_ci()).map(is_success))),
        ("fuzz", Box::new(|| fuzz::replay(root, fuzz::CI_MUTATIONS).map(|()| true))),
        (
            "test",
            Box::new(|| {
                let (success, sum) = test::everything(root)?;
                totals = sum;
                Ok(success)
            }),
        ),
    ];
    for (name, step) in steps {
        println!("== {name}");
        let start = Instant::now();
        let outcome = step();
        let seconds = start.elapsed().as_secs_f64();
        match outcome {
            Ok(true) => println!("== {name}: good after {seconds:.1} s"),
            Ok(false) => return Ok(failed(name, seconds)),
            Err(error) => {
                eprintln!("error: {error:#}");
                return Ok(failed(name, seconds));
            }
        }
    }
    println!("{totals}");
    Ok(ExitCode::SUCCESS)
}

type Step<'a> = (&'static str, Box<dyn FnOnce() -> Result<bool> + 'a>);

fn failed(name: &str, seconds: f64) -> ExitCode {
    println!("== {name}: FAILED after {seconds:.1} s; the later steps did not run");
    ExitCode::FAILURE
}

fn is_success(code: ExitCode) -> bool {
    code == ExitCode::SUCCESS
}

fn cargo(root: &Path, args: &[&str], env: Option<(&str, &str)>) -> Result<bool> {
    let mut command: Command = shell::cargo(root);
    Ok(command.args(args).envs(env).status()?.success())
}
