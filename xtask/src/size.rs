//! `cargo xtask size`: how much the modules and packages weigh, whose code it is, and whether they keep to their budgets.

use crate::wasm::{self, MODULES};
use crate::{repo, shell};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Kibibytes, in bytes.
const KIB: u64 = 1024;

/// Something that crosses a network, and how many bytes it may have there.
struct Budget {
    what: &'static str,
    /// From the root: a file, or a folder of which every `.js` counts.
    path: &'static str,
    /// After brotli.
    limit: u64,
}

/// The one place where budgets are stated.
const BUDGETS: [Budget; 4] = [
    Budget {
        what: "embedding module",
        path: "js/packages/ringfence/wasm/ringfence_bg.wasm",
        limit: 350 * KIB,
    },
    Budget { what: "its glue", path: "js/packages/ringfence/wasm", limit: 8 * KIB },
    Budget { what: "package ringfence", path: "js/packages/ringfence/dist", limit: 16 * KIB },
    Budget {
        what: "command module",
        path: "js/packages/ringfence/wasm-cli/ringfence_cli_bg.wasm",
        limit: 700 * KIB,
    },
];

/// How many contributors to a module are named.
const NAMED: usize = 12;

/// Builds what ships, prints the table and the contributors, and fails where a budget is exceeded.
pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    wasm::build(root, false)?;
    report(root)
}

/// Like [`run`], of what is built already.
pub(crate) fn report(root: &Path) -> Result<ExitCode> {
    let mut excesses = Vec::new();
    println!("{:<20} {:>10} {:>10} {:>10} {:>10}  bytes", "", "raw", "gzip", "brotli", "budget");
    for budget in &BUDGETS {
        let sizes = measure(root, budget)?;
        println!(
            "{:<20} {:>10} {:>10} {:>10} {:>10}",
            budget.what, sizes.raw, sizes.gzip, sizes.brotli, budget.limit
        );
        excesses.extend(excess(budget, sizes));
    }
    for module in &MODULES {
        println!("\n{}", module.shipped());
        print_contributors(&module.with_names(root))?;
    }
    for excess in &excesses {
        println!("\nerror: {excess}");
    }
    Ok(if excesses.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Bytes of one file or of several.
#[derive(Clone, Copy, Default)]
struct Sizes {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

fn excess(budget: &Budget, sizes: Sizes) -> Option<String> {
    let over = sizes.brotli.checked_sub(budget.limit).filter(|over| *over > 0)?;
    Some(format!("{} ({}) is {over} bytes over its budget", budget.what, budget.path))
}

/// The sum over the files of a budget, each compressed by itself.
fn measure(root: &Path, budget: &Budget) -> Result<Sizes> {
    let files = files(&root.join(budget.path))?;
    ensure!(!files.is_empty(), "{} holds nothing to measure", budget.path);
    let mut node = Command::new("node");
    node.arg(root.join("xtask/src/size/compress.mjs")).args(&files);
    let text = shell::output_of(&mut node).with_context(|| format!("measure {}", budget.path))?;
    let sizes: Vec<(u64, u64, u64)> = serde_json::from_str(&text)?;
    Ok(sizes.iter().fold(Sizes::default(), |sum, (raw, gzip, brotli)| Sizes {
        raw: sum.raw + raw,
        gzip: sum.gzip + gzip,
        brotli: sum.brotli + brotli,
    }))
}

/// The file itself, or all scripts of a folder and of the folders in it.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut found = Vec::new();
    for entry in repo::entries(path)? {
        if entry.is_dir() || entry.extension().is_some_and(|extension| extension == "js") {
            found.extend(files(&entry)?);
        }
    }
    Ok(found)
}

fn print_contributors(module: &Path) -> Result<()> {
    let bytes = std::fs::read(module).with_context(|| format!("read {}", module.display()))?;
    let mut contributors: Vec<(String, u64)> = wasm::contributors(&bytes)?.into_iter().collect();
    contributors.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let total: u64 = contributors.iter().map(|(_, size)| size).sum();
    let rest = contributors.split_off(contributors.len().min(NAMED));
    if !rest.is_empty() {
        contributors.push((format!("({} others)", rest.len()), rest.iter().map(|(_, size)| size).sum()));
    }
    for (name, size) in &contributors {
        println!("  {size:>9} {:>3} %  {name}", size * 100 / total.max(1));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_exceeded_by_the_first_byte_beyond_it() {
        let budget = Budget { what: "a", path: "b", limit: 10 };
        let of = |brotli| excess(&budget, Sizes { raw: 1000, gzip: 1000, brotli });
        assert_eq!(of(10), None);
        assert_eq!(of(12).as_deref(), Some("a (b) is 2 bytes over its budget"));
    }

    #[test]
    fn a_folder_counts_with_all_its_scripts() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("deep")).unwrap();
        for name in ["a.js", "a.d.ts", "a.js.map", "deep/b.js"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = files(folder.path()).unwrap();
        assert_eq!(found, ["a.js", "deep/b.js"].map(|name| folder.path().join(name)));
        assert_eq!(files(&found[1]).unwrap(), [found[1].clone()]);
    }
}
