//! `cargo xtask setup`: what the WebAssembly and JavaScript builds need, beyond a Rust toolchain and Node.js.
//!
//! Three parts: the compile target, the tools of wasm-bindgen, the npm packages. Every step says what it does and has a
//! time limit; what is there already is left alone, so that a second call changes nothing.

mod npm;
mod target;
mod tools;

pub(crate) use npm::Npm;
use target::{TARGET, Toolchain};

use anyhow::Result;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

/// What the other commands build with.
pub(crate) struct Setup {
    toolchain: Toolchain,
    /// Where `wasm-pack` and `wasm-bindgen` of the right versions are.
    wasm_pack: tools::Tool,
    wasm_bindgen: tools::Tool,
    /// The packages of `js/`, installed.
    pub(crate) npm: Npm,
}

impl Setup {
    /// A call of wasm-pack that finds the target and the right `wasm-bindgen`, and downloads nothing.
    pub(crate) fn wasm_pack(&self) -> Result<Command> {
        let mut command = Command::new(&self.wasm_pack.path);
        self.toolchain.apply(&mut command);
        command.env("PATH", path_with(self.wasm_bindgen.folder())?);
        command.args(["--log-level", "warn", "build", "--mode", "no-install"]);
        Ok(command)
    }
}

/// Makes everything ready and says where it is.
pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let setup = ensure(root)?;
    println!("{TARGET}: {}", setup.toolchain);
    println!("{}", setup.wasm_bindgen);
    println!("{}", setup.wasm_pack);
    println!("{}", setup.npm);
    Ok(ExitCode::SUCCESS)
}

/// Makes everything ready.
pub(crate) fn ensure(root: &Path) -> Result<Setup> {
    // Node.js comes first: where it is missing nobody has waited for the rest.
    let npm = Npm::find(root)?;
    let toolchain = target::ensure(root)?;
    let wasm_bindgen = tools::wasm_bindgen(root)?;
    let wasm_pack = tools::wasm_pack(root)?;
    npm.install()?;
    Ok(Setup { toolchain, wasm_pack, wasm_bindgen, npm })
}

/// PATH with `folder` before everything else.
fn path_with(folder: &Path) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(folders)?)
}
