//! The same command on both hosts: the native binary, and WebAssembly on Node. Both must print the same bytes, leave
//! the same files and end with the same status.
//!
//! `cases.txt` has the command lines, and says how one is written; `scenes` makes the folders that they run in.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod case;
mod run;
mod scenes;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Trial};

use case::Case;
use run::Hosts;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let cases = case::all(include_str!("cases.txt"));
    let Some(node) = node() else {
        println!("skipped {} cases: `node` is not on PATH, so there is no second host", cases.len());
        return ExitCode::SUCCESS;
    };
    let script = root.join("js/packages/ringfence/bin/ringfence.js");
    if let Some(lost) = unbuilt(&root) {
        eprintln!("error: {} is not built; run `cargo xtask build-wasm`", lost.display());
        return ExitCode::FAILURE;
    }
    let hosts = Hosts { native: env!("CARGO_BIN_EXE_ringfence").into(), node, script };
    let trial = |case: Case| {
        let hosts = hosts.clone();
        Trial::test(case.line.clone(), move || run::compare(&hosts, &case).map_err(Into::into))
    };
    libtest_mimic::run(&arguments, cases.into_iter().map(trial).collect()).exit_code()
}

/// Where Node is.
fn node() -> Option<PathBuf> {
    let asked = Command::new("node").args(["-p", "process.execPath"]).stderr(Stdio::null()).output().ok()?;
    Some(String::from_utf8(asked.stdout).ok()?.trim().into())
}

/// The first file that a build would have made and that is not there.
fn unbuilt(root: &Path) -> Option<PathBuf> {
    let package = root.join("js/packages/ringfence");
    let built = ["dist/cli/main.js", "wasm-cli/ringfence_cli_wasm.js", "wasm-cli/ringfence_cli_wasm_bg.wasm"];
    built.iter().map(|path| package.join(path)).find(|path| !path.is_file())
}
