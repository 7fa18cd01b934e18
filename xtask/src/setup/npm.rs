//! Node.js, npm, and the packages of `js/`.

use crate::shell;
use anyhow::{Context, Result, ensure};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The folder of the npm workspaces, from the root.
pub(crate) const JS: &str = "js";

/// The oldest Node.js whose test runner and module loader the packages can use.
const OLDEST_NODE: u32 = 20;

const INSTALL_LIMIT: Duration = Duration::from_secs(900);

/// npm in the folder of the workspaces.
pub(crate) struct Npm {
    folder: PathBuf,
    /// As `node --version` prints it.
    node: String,
}

impl Npm {
    /// Node.js and npm, with all packages installed.
    pub(crate) fn ready(root: &Path) -> Result<Self> {
        let npm = Self::find(root)?;
        npm.install()?;
        Ok(npm)
    }

    /// Finds Node.js and npm, and refuses a Node.js that is too old.
    pub(super) fn find(root: &Path) -> Result<Self> {
        let node = shell::output_of(Command::new("node").arg("--version"))
            .with_context(|| format!("Node.js is not on PATH: install version {OLDEST_NODE} or newer"))?;
        ensure!(
            major(&node).is_some_and(|major| major >= OLDEST_NODE),
            "Node.js on PATH is {node}: install version {OLDEST_NODE} or newer"
        );
        ensure!(shell::on_path(NPM), "npm is not on PATH: it comes with Node.js");
        Ok(Self { folder: root.join(JS), node })
    }

    /// `npm ci`, unless the packages of the lock file are there already.
    pub(super) fn install(&self) -> Result<()> {
        let lock = self.folder.join("package-lock.json");
        // npm empties the folder before it installs, so the copy is there only if what it lists is there.
        let installed = self.folder.join("node_modules/.installed-lock.json");
        let wanted = std::fs::read(&lock).with_context(|| format!("read {}", lock.display()))?;
        if std::fs::read(&installed).is_ok_and(|there| there == wanted) {
            return Ok(());
        }
        println!("npm ci in {JS}/");
        // What a package would do by itself while it is installed, none of ours needs.
        shell::must(self.call().args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]), INSTALL_LIMIT)?;
        std::fs::write(&installed, wanted).with_context(|| format!("write {}", installed.display()))
    }

    /// npm in the folder of the workspaces, without arguments yet.
    pub(crate) fn call(&self) -> Command {
        let mut command = Command::new(NPM);
        command.current_dir(&self.folder);
        command
    }

    /// A call of the script `name` of every package and application that has one.
    pub(crate) fn in_packages(&self, name: &str) -> Command {
        let mut command = self.call();
        command.args(["run", name, "--workspaces", "--if-present", "--silent"]);
        command
    }

    /// The version of an installed package.
    pub(crate) fn version_of(&self, package: &str) -> Result<String> {
        let path = self.folder.join("node_modules").join(package).join("package.json");
        let text = std::fs::read_to_string(&path).with_context(|| format!("{package} is not installed"))?;
        Ok(serde_json::from_str::<Manifest>(&text)?.version)
    }

    /// The file of a program that a package brings.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("node_modules/.bin").join(format!("{name}{SCRIPT_SUFFIX}"))
    }
}

impl fmt::Display for Npm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node.js {}, with the packages of {JS}/", self.node)
    }
}

#[derive(serde::Deserialize)]
struct Manifest {
    version: String,
}

/// What npm and the programs of packages end in.
const SCRIPT_SUFFIX: &str = if cfg!(windows) { ".cmd" } else { "" };
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// The first number of a version like `v20.1.0`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_decides() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("v8.1.0"), Some(8));
        assert_eq!(major("20.20.2"), None);
        assert_eq!(major(""), None);
    }

    #[test]
    fn packages_that_the_lock_lists_already_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let npm = Npm { folder: folder.path().to_path_buf(), node: "v20.0.0".to_owned() };
        assert!(npm.install().is_err(), "without a lock file");
        std::fs::create_dir(folder.path().join("node_modules")).unwrap();
        std::fs::write(folder.path().join("package-lock.json"), "{").unwrap();
        std::fs::write(folder.path().join("node_modules/.installed-lock.json"), "{").unwrap();
        npm.install().expect("npm would refuse this lock file");
    }
}
