//! `cargo xtask wasm-check`: the core compiles for WebAssembly.

use crate::{setup, shell};
use anyhow::Result;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(1200);

/// Compiles the core with the toolchain that `setup` finds. Its own target folder keeps native artifacts valid.
pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let toolchain = setup::ensure(root)?;
    let mut cargo = shell::cargo(root);
    toolchain.apply(&mut cargo);
    cargo.args([
        "build",
        "--package",
        "ringfence",
        "--lib",
        "--target",
        setup::TARGET,
        "--target-dir",
        "target/wasm",
    ]);
    shell::must(&mut cargo, LIMIT)?;
    println!("the core compiles for {} ({toolchain})", setup::TARGET);
    Ok(ExitCode::SUCCESS)
}
