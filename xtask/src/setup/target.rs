//! A standard library for wasm32-unknown-unknown.
//!
//! Three ways, the first that works is taken: the target is there already; rustup adds it; on a Debian-like system,
//! as root, the distribution's compiler builds it from its own library source. The last one exists because rustup
//! hangs where its downloads are blocked.

use crate::{repo, shell};
use anyhow::{Context, Result, bail, ensure};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The target of every WebAssembly build.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

const RUSTUP_LIMIT: Duration = Duration::from_secs(30);
const APT_LIMIT: Duration = Duration::from_secs(600);
const BUILD_LIMIT: Duration = Duration::from_secs(1200);

const PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "lld-22"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld-22";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";
const LINKED_NAME: &str = "debian";

/// What compiles for [`TARGET`] on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The toolchain that runs by default has the target.
    Default,
    /// The distribution's compiler, with a library built from its source.
    Debian,
}

impl Toolchain {
    /// Makes `command` use this toolchain: cargo, or a tool that starts cargo and asks `rustc` by itself.
    pub(crate) fn apply(self, command: &mut Command) {
        if self == Self::Debian {
            command.env("RUSTC", DEBIAN_RUSTC);
            command.env("RUSTUP_TOOLCHAIN", LINKED_NAME);
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER);
        }
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "the default toolchain",
            Self::Debian => "the distribution's compiler",
        })
    }
}

/// The toolchain for [`TARGET`], made if need be.
pub(crate) fn ensure(root: &Path) -> Result<Toolchain> {
    if has_library(&default_library()?)? {
        return Ok(Toolchain::Default);
    }
    if Path::new(DEBIAN_LINKER).is_file() && has_library(Path::new(DEBIAN_LIBRARY))? {
        link_for_rustup()?;
        return Ok(Toolchain::Debian);
    }
    if rustup_adds()? {
        return Ok(Toolchain::Default);
    }
    build_from_distribution(root)?;
    Ok(Toolchain::Debian)
}

/// Where the default compiler looks for the target's library, whether it exists or not.
fn default_library() -> Result<PathBuf> {
    let path = shell::output_of(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    path.map(PathBuf::from).context("`rustc --print target-libdir` failed: is rustc on PATH?")
}

fn has_library(folder: &Path) -> Result<bool> {
    let files = repo::entries(folder)?;
    Ok(files
        .iter()
        .map(|path| repo::file_name(path))
        .any(|name| name.starts_with("libstd-") && is_rlib(name)))
}

fn is_rlib(name: &str) -> bool {
    name.strip_suffix(".rlib").is_some()
}

fn rustup_adds() -> Result<bool> {
    if !shell::on_path("rustup") {
        println!("rustup is not on PATH");
        return Ok(false);
    }
    let seconds = RUSTUP_LIMIT.as_secs();
    println!("rustup target add {TARGET} (at most {seconds} s)");
    match shell::bounded(Command::new("rustup").args(["target", "add", TARGET]), RUSTUP_LIMIT)? {
        shell::Ended::Exited(status) if status.success() => Ok(true),
        shell::Ended::Exited(status) => {
            println!("rustup could not add the target: {status}");
            Ok(false)
        }
        shell::Ended::TimedOut => {
            println!(
                "rustup was still running after {seconds} s and was ended: its downloads seem to be blocked"
            );
            Ok(false)
        }
    }
}

fn build_from_distribution(root: &Path) -> Result<()> {
    let is_root = shell::output_of(Command::new("id").arg("-u")).as_deref() == Some("0");
    if !shell::on_path("apt-get") || !is_root {
        bail!(
            "no way is left to get {TARGET}: run `rustup target add {TARGET}` where downloads work, or run this \
             command as root on a Debian-like system"
        );
    }
    install_packages()?;
    let built = build_library(root)?;
    install_library(&built)?;
    link_for_rustup()
}

/// Gives the distribution's compiler a name by which rustup's `rustc` finds it.
fn link_for_rustup() -> Result<()> {
    let Some(known) = shell::output_of(Command::new("rustup").args(["toolchain", "list"])) else {
        return Ok(());
    };
    if known.lines().any(|line| line.split_whitespace().next() == Some(LINKED_NAME)) {
        return Ok(());
    }
    println!("rustup toolchain link {LINKED_NAME} /usr");
    shell::must(Command::new("rustup").args(["toolchain", "link", LINKED_NAME, "/usr"]), RUSTUP_LIMIT)
}

fn install_packages() -> Result<()> {
    println!("apt-get install {}", PACKAGES.join(" "));
    let mut update = apt();
    shell::must(update.arg("update"), APT_LIMIT)?;
    let mut install = apt();
    shell::must(install.args(["install", "--yes", "--no-install-recommends"]).args(PACKAGES), APT_LIMIT)
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    // Another installation may hold the lock for a while.
    command.args(["-qq", "-o", "DPkg::Lock::Timeout=120"]);
    // dpkg tells of every package that it unpacks; errors go to the other stream.
    command.stdout(Stdio::null());
    command
}

/// Builds the library beside an empty crate, and returns the folder of its artifacts. The bitcode is embedded, or a
/// later build with link-time optimisation would fail.
fn build_library(root: &Path) -> Result<PathBuf> {
    let folder = root.join("target/setup-std");
    std::fs::create_dir_all(folder.join("src"))?;
    std::fs::write(folder.join("Cargo.toml"), EMPTY_MANIFEST)?;
    std::fs::write(folder.join("src/lib.rs"), "")?;
    println!("building the standard library for {TARGET} (about half a minute of CPU)");
    let mut cargo = shell::cargo(&folder);
    Toolchain::Debian.apply(&mut cargo);
    cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Cembed-bitcode=yes");
    cargo.args(["build", "--release", "--quiet", "-Zbuild-std=std,panic_abort", "--target", TARGET]);
    cargo.args(["--target-dir", "target"]);
    shell::must(&mut cargo, BUILD_LIMIT)?;
    Ok(folder.join("target").join(TARGET).join("release/deps"))
}

const EMPTY_MANIFEST: &str = r#"[package]
name = "empty"
edition = "2024"

[lib]
crate-type = ["cdylib"]

[profile.release]
panic = "abort"

[workspace]
"#;

/// Copies the library into the compiler's own folder. Libraries of an earlier build go first: a mix of two builds does
/// not link.
fn install_library(built: &Path) -> Result<()> {
    let target = Path::new(DEBIAN_LIBRARY);
    std::fs::create_dir_all(target).with_context(|| format!("create {DEBIAN_LIBRARY}"))?;
    for old in repo::entries(target)?.iter().filter(|path| is_rlib(repo::file_name(path))) {
        std::fs::remove_file(old)?;
    }
    let libraries: Vec<_> = repo::entries(built)?
        .into_iter()
        .filter(|path| is_rlib(repo::file_name(path)) && !repo::file_name(path).starts_with("libempty"))
        .collect();
    ensure!(!libraries.is_empty(), "the build left no library in {}", built.display());
    // `libstd` goes last: its presence tells the next call that the copy is complete.
    let (std, others): (Vec<_>, Vec<_>) =
        libraries.into_iter().partition(|path| repo::file_name(path).starts_with("libstd-"));
    for library in others.iter().chain(&std) {
        std::fs::copy(library, target.join(repo::file_name(library)))
            .with_context(|| format!("copy {}", library.display()))?;
    }
    println!("copied {} libraries to {DEBIAN_LIBRARY}", others.len() + std.len());
    Ok(())
}
