//! wasm-bindgen and wasm-pack, each at one version.
//!
//! A tool on PATH or in cargo's own folder is taken if its version fits. Otherwise it is built into a folder of the user's
//! cache that is named after the version: nobody's own installation is replaced, and all checkouts share the build.

use crate::{repo, shell};
use anyhow::{Context, Result, ensure};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const WASM_PACK_VERSION: &str = "0.15.1";

/// Both take minutes on one core.
const INSTALL_LIMIT: Duration = Duration::from_secs(1800);

/// A program of a known version.
pub(crate) struct Tool {
    name: &'static str,
    version: String,
    /// The program's file.
    pub(crate) path: PathBuf,
}

impl Tool {
    /// The folder that makes the tool known if it stands in PATH.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.name, self.version, self.path.display())
    }
}

/// `wasm-bindgen`, at the version of the crate of this name in Cargo.lock: a module is only read by its own version.
pub(crate) fn wasm_bindgen(root: &Path) -> Result<Tool> {
    let version = locked_version(&repo::read(root, "Cargo.lock")?, "wasm-bindgen")?;
    // Without TLS, which only the test runner would need, the build takes half the time. The lock file of the package
    // names a crate that was yanked: hence no `--locked`.
    let package = ["wasm-bindgen-cli", "--no-default-features", "--bin", "wasm-bindgen"];
    find_or_install(root, "wasm-bindgen", version, &package)
}

/// `wasm-pack`.
pub(crate) fn wasm_pack(root: &Path) -> Result<Tool> {
    find_or_install(root, "wasm-pack", WASM_PACK_VERSION.to_owned(), &["wasm-pack", "--locked"])
}

fn find_or_install(root: &Path, name: &'static str, version: String, package: &[&str]) -> Result<Tool> {
    let folder = cache()?.join(format!("{name}-{version}"));
    let installed = program(&folder.join("bin"), name);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let candidates = std::env::split_paths(&path).chain(cargo_bin()).map(|folder| program(&folder, name));
    if let Some(path) = candidates.chain([installed.clone()]).find(|path| has_version(path, &version)) {
        return Ok(Tool { name, version, path });
    }
    println!("building {name} {version} into {} (some minutes)", folder.display());
    let mut cargo = shell::cargo(root);
    cargo.arg("install").args(package).args(["--version", &version, "--quiet", "--root"]).arg(&folder);
    for setting in QUICK_PROFILE {
        cargo.args(["--config", setting]);
    }
    shell::must(&mut cargo, INSTALL_LIMIT)?;
    ensure!(has_version(&installed, &version), "{} is not {name} {version}", installed.display());
    Ok(Tool { name, version, path: installed })
}

/// The tools run for a second or two; what counts is the time that a bare machine waits for them.
const QUICK_PROFILE: [&str; 3] =
    ["profile.release.opt-level=0", "profile.release.codegen-units=16", "profile.release.lto='off'"];

fn program(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn has_version(path: &Path, version: &str) -> bool {
    path.is_file()
        && shell::output_of(Command::new(path).arg("--version"))
            .is_some_and(|text| text.split_whitespace().nth(1) == Some(version))
}

/// Where `cargo install` puts programs.
fn cargo_bin() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    Some(home.or_else(|| Some(std::env::home_dir()?.join(".cargo")))?.join("bin"))
}

/// The folder for what is built once for all checkouts.
fn cache() -> Result<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let cache = cache.or_else(|| Some(std::env::home_dir()?.join(".cache")));
    Ok(cache.context("neither XDG_CACHE_HOME nor a home folder is known")?.join("ringfence"))
}

/// The version of a package in the text of a Cargo.lock.
fn locked_version(lock: &str, package: &str) -> Result<String> {
    let lock: Lock = toml::from_str(lock).context("Cargo.lock is not TOML")?;
    let found = lock.package.into_iter().find(|entry| entry.name == package);
    Ok(found.with_context(|| format!("Cargo.lock names no `{package}`"))?.version)
}

#[derive(serde::Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(serde::Deserialize)]
struct Locked {
    name: String,
    version: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_the_very_package_is_read() {
        let lock = "version = 4\n\n[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\ndependencies = [\"x\"]\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").unwrap(), "0.2.130");
        let error = locked_version(lock, "wasm").unwrap_err();
        assert_eq!(error.to_string(), "Cargo.lock names no `wasm`");
    }

    #[cfg(unix)]
    #[test]
    fn a_tool_is_known_by_the_version_that_it_prints() {
        // `rustc --version` prints name and version like the tools do.
        let rustc = Path::new(env!("CARGO")).with_file_name("rustc");
        let text = shell::output_of(Command::new(&rustc).arg("--version")).unwrap();
        assert!(has_version(&rustc, text.split_whitespace().nth(1).unwrap()));
        assert!(!has_version(&rustc, "0.0.0"));
        assert!(!has_version(Path::new("no/such/file"), "0.0.0"));
    }
}
