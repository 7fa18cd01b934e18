//! `cargo xtask build-wasm`: the WebAssembly modules, in the npm packages that ship them, and the packages built.
//!
//! wasm-pack compiles and binds into `target/`; the optimised module and its glue are copied from there, and only what
//! differs is written. So a second call changes no file of a package.

mod module;
mod optimise;

pub(crate) use module::{Sizes, contents};

use crate::setup::{self, Setup};
use crate::{repo, shell};
use anyhow::{Context, Result, anyhow, ensure};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Arguments of `build-wasm`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Compiles quickly, with debug assertions and without optimisation.
    #[arg(long)]
    dev: bool,
}

/// A crate that is compiled for a WebAssembly host, and where the result goes.
pub(crate) struct Module {
    /// The folder of the crate, from the root.
    krate: &'static str,
    /// What the files are called: `NAME_bg.wasm`, `NAME.js`.
    name: &'static str,
    /// The profile of Cargo.toml that it is compiled with.
    profile: &'static str,
    /// What wasm-pack calls the host.
    host: &'static str,
    /// The folder of the package that ships it, from the root.
    folder: &'static str,
}

/// Every module that ships.
pub(crate) const MODULES: [Module; 2] = [
    Module {
        krate: "wasm/bindgen",
        name: "ringfence_wasm",
        profile: "wasm",
        host: "web",
        folder: "js/packages/ringfence/wasm",
    },
    Module {
        krate: "wasm/cli",
        name: "ringfence_cli_wasm",
        profile: "wasm-cli",
        host: "web",
        folder: "js/packages/ringfence/wasm-cli",
    },
];

/// Everything that the builds leave, apart from the native artifacts, which stay valid.
const TARGET_DIR: &str = "target/wasm";

const COMPILE_LIMIT: Duration = Duration::from_secs(1800);
const PACKAGES_LIMIT: Duration = Duration::from_secs(600);

impl Module {
    fn file_name(&self) -> String {
        format!("{}_bg.wasm", self.name)
    }

    /// The optimised module with the names of its functions, which the shipped one leaves out.
    pub(crate) fn with_names(&self, root: &Path) -> PathBuf {
        root.join(TARGET_DIR).join("optimised").join(self.file_name())
    }

    /// The module as it ships, from the root.
    pub(crate) fn shipped(&self) -> String {
        format!("{}/{}", self.folder, self.file_name())
    }
}

/// Builds all modules and packages.
pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    build(root, args.dev)?;
    Ok(ExitCode::SUCCESS)
}

/// Makes everything ready, builds all modules and packages, and hands over what they were built with.
pub(crate) fn build(root: &Path, dev: bool) -> Result<Setup> {
    let setup = setup::ensure(root)?;
    std::thread::scope(|scope| {
        let mut optimisations = Vec::new();
        for module in &MODULES {
            let bound = bind(root, &setup, module, dev)?;
            // Linking and wasm-opt take one core each: the next module is compiled meanwhile.
            let setup = &setup;
            optimisations.push(scope.spawn(move || {
                if !dev {
                    optimise::run(root, setup, module, &bound)?;
                }
                deliver(root, module, &bound, dev)
            }));
        }
        for optimisation in optimisations {
            optimisation.join().map_err(|_| anyhow!("the thread of wasm-opt panicked"))??;
        }
        anyhow::Ok(())
    })?;
    println!("npm run build");
    shell::must(&mut setup.npm.in_packages("build"), PACKAGES_LIMIT)?;
    Ok(setup)
}

/// Compiles and binds; returns the folder with the files.
fn bind(root: &Path, setup: &Setup, module: &Module, dev: bool) -> Result<PathBuf> {
    let target = root.join(TARGET_DIR);
    let bound = target.join("bound").join(module.name);
    // Nothing of an earlier binding may stay.
    if bound.exists() {
        std::fs::remove_dir_all(&bound)?;
    }
    println!("wasm-pack build {}", module.krate);
    let mut wasm_pack = setup.wasm_pack()?;
    wasm_pack.current_dir(root).arg(module.krate);
    wasm_pack.args(["--target", module.host, "--out-name", module.name]).arg("--out-dir").arg(&bound);
    wasm_pack.args(["--no-pack", "--no-gitignore", "--no-opt"]);
    if dev {
        wasm_pack.arg("--dev");
    } else {
        wasm_pack.args(["--profile", module.profile]);
    }
    wasm_pack.arg("--").arg("--locked").arg("--target-dir").arg(&target);
    shell::must(&mut wasm_pack, COMPILE_LIMIT)?;
    Ok(bound)
}

/// Copies the module and its glue into the package, and removes what else is in that folder.
fn deliver(root: &Path, module: &Module, bound: &Path, dev: bool) -> Result<()> {
    let folder = root.join(module.folder);
    std::fs::create_dir_all(&folder)?;
    let files = repo::entries(bound)?;
    for file in &files {
        ensure!(file.is_file(), "{} is no file: the package would not ship it", file.display());
        let name = repo::file_name(file);
        let bytes = if name == module.file_name() && !dev {
            module::without_names(&read(&module.with_names(root))?)?
        } else {
            read(file)?
        };
        write_if_changed(&folder.join(name), &bytes)?;
    }
    for old in repo::entries(&folder)? {
        if !files.iter().any(|file| file.file_name() == old.file_name()) {
            std::fs::remove_file(&old).with_context(|| format!("remove {}", old.display()))?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("read {}", path.display()))
}

fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if std::fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    std::fs::write(path, bytes).with_context(|| format!("write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_gets_what_was_bound_and_loses_what_was_not() {
        let root = tempfile::tempdir().unwrap();
        let bound = root.path().join("bound");
        let module = Module { krate: "wasm/a", name: "a", profile: "wasm", host: "web", folder: "js/a" };
        let shipped = root.path().join(module.folder);
        std::fs::create_dir_all(&bound).unwrap();
        std::fs::create_dir_all(&shipped).unwrap();
        std::fs::write(bound.join("a.js"), "new").unwrap();
        std::fs::write(bound.join("a_bg.wasm"), "module").unwrap();
        std::fs::write(shipped.join("old.js"), "old").unwrap();
        deliver(root.path(), &module, &bound, true).unwrap();
        let names: Vec<String> =
            repo::entries(&shipped).unwrap().iter().map(|path| repo::file_name(path).to_owned()).collect();
        assert_eq!(names, ["a.js", "a_bg.wasm"]);
        assert_eq!(std::fs::read(root.path().join(module.shipped())).unwrap(), b"module");
    }

    #[test]
    fn files_that_would_not_change_are_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "same").unwrap();
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        let before = std::fs::metadata(&path).unwrap().modified().unwrap();
        write_if_changed(&path, b"same").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), before);
    }
}
