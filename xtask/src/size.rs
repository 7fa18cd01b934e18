//! `cargo xtask size`: how much the modules and packages weigh, whose code it is, and whether they keep to their budgets.

use crate::wasm::{self, MODULES, Sizes};
use crate::{repo, shell};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Kibibytes, in bytes.
const KIB: u64 = 1024;

/// Something that crosses a network, and how many bytes it may have there.
struct Budget {
    what: &'static str,
    /// From the root: a file, or a folder of which every `.js` counts but [`AGAIN`].
    path: &'static str,
    /// After brotli: more fails.
    limit: u64,
    /// What it is to come down to: more is said, and doesn't fail.
    goal: u64,
}

impl Budget {
    /// A budget that is kept.
    const fn kept(what: &'static str, path: &'static str, limit: u64) -> Self {
        Self { what, path, limit, goal: limit }
    }
}

/// The one place where budgets are stated.
const BUDGETS: [Budget; 3] = [
    Budget {
        what: "embedding module",
        path: "js/packages/ringfence/wasm/ringfence_wasm_bg.wasm",
        limit: 1024 * KIB,
        goal: 350 * KIB,
    },
    Budget::kept("its glue", "js/packages/ringfence/wasm/ringfence_wasm.js", 4 * KIB),
    Budget::kept("package ringfence", "js/packages/ringfence/dist", 16 * KIB),
];

/// The embedding module once more, as text for bundlers that know no WebAssembly.
const AGAIN: &str = "bytes.js";

/// How many contributors to a module are named.
const NAMED: usize = 12;

/// Arguments of `size`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Weighs what is built already, whatever it was built from.
    #[arg(long)]
    built: bool,

    /// Names the N largest functions of each module, too.
    #[arg(long, value_name = "N", default_value_t = 0)]
    functions: usize,
}

impl Args {
    /// What the continuous integration asks, which has built everything.
    pub(crate) fn of_ci() -> Self {
        Self { built: true, functions: 0 }
    }
}

/// Builds what ships, prints the table and the contributors, and fails where a budget is exceeded.
pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    if !args.built {
        wasm::build(root, false)?;
    }
    let (mut excesses, mut hopes) = (Vec::new(), Vec::new());
    println!("{:<20} {:>10} {:>10} {:>10} {:>10}  bytes", "", "raw", "gzip", "brotli", "budget");
    for budget in &BUDGETS {
        let weight = measure(root, budget)?;
        println!(
            "{:<20} {:>10} {:>10} {:>10} {:>10}",
            budget.what, weight.raw, weight.gzip, weight.brotli, budget.limit
        );
        excesses.extend(excess(budget, weight));
        hopes.extend(above_goal(budget, weight));
    }
    for module in &MODULES {
        println!("\n{}", module.shipped());
        let path = module.with_names(root);
        let bytes = std::fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        let contents = wasm::contents(&bytes)?;
        print_largest(contents.contributors, NAMED);
        if args.functions > 0 {
            println!();
            print_largest(contents.functions, args.functions);
        }
    }
    for hope in &hopes {
        println!("\nwarning: {hope}");
    }
    for excess in &excesses {
        println!("\nerror: {excess}");
    }
    Ok(if excesses.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Bytes of one file or of several.
#[derive(Clone, Copy, Default)]
struct Weight {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

fn excess(budget: &Budget, weight: Weight) -> Option<String> {
    let over = weight.brotli.checked_sub(budget.limit).filter(|over| *over > 0)?;
    Some(format!("{} ({}) is {over} bytes over its budget", budget.what, budget.path))
}

fn above_goal(budget: &Budget, weight: Weight) -> Option<String> {
    let over = weight.brotli.checked_sub(budget.goal).filter(|over| *over > 0)?;
    (weight.brotli <= budget.limit).then(|| {
        format!("{} ({}) is {over} bytes over its goal of {}", budget.what, budget.path, budget.goal)
    })
}

/// The sum over the files of a budget, each compressed by itself.
fn measure(root: &Path, budget: &Budget) -> Result<Weight> {
    let files = files(&root.join(budget.path))?;
    ensure!(!files.is_empty(), "{} holds nothing to measure", budget.path);
    let mut node = Command::new("node");
    node.arg(root.join("xtask/src/size/compress.mjs")).args(&files);
    let text = shell::output_of(&mut node).with_context(|| format!("measure {}", budget.path))?;
    let sizes: Vec<(u64, u64, u64)> = serde_json::from_str(&text)?;
    Ok(sizes.iter().fold(Weight::default(), |sum, (raw, gzip, brotli)| Weight {
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
        let is_script = entry.extension().is_some_and(|extension| extension == "js");
        if entry.is_dir() || (is_script && repo::file_name(&entry) != AGAIN) {
            found.extend(files(&entry)?);
        }
    }
    Ok(found)
}

/// Prints the largest `count` entries, and how much all others come to.
fn print_largest(sizes: Sizes, count: usize) {
    let mut entries: Vec<(String, u64)> = sizes.into_iter().collect();
    entries.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let total: u64 = entries.iter().map(|(_, size)| size).sum();
    let rest = entries.split_off(entries.len().min(count));
    if !rest.is_empty() {
        entries.push((format!("({} others)", rest.len()), rest.iter().map(|(_, size)| size).sum()));
    }
    for (name, size) in &entries {
        println!("  {size:>9} {:>3} %  {name}", size * 100 / total.max(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_exceeded_by_the_first_byte_beyond_it() {
        let budget = Budget { goal: 8, ..Budget::kept("a", "b", 10) };
        let of = |brotli| excess(&budget, Weight { raw: 1000, gzip: 1000, brotli });
        assert_eq!(of(10), None);
        assert_eq!(of(12).as_deref(), Some("a (b) is 2 bytes over its budget"));
        let hope = |brotli| above_goal(&budget, Weight { raw: 1000, gzip: 1000, brotli });
        assert_eq!(hope(8), None);
        assert_eq!(hope(9).as_deref(), Some("a (b) is 1 bytes over its goal of 8"));
        assert_eq!(hope(11), None);
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
