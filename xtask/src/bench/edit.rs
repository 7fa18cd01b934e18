//! The edit of one file in a workspace that stays open, as the benchmarks of `tests/benches/edit.rs` time it.

use super::{Bench, profile};
use crate::shell;
use anyhow::{Result, ensure};

/// What was asked again after each edit, with the times as the benchmark prints them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) name: String,
    pub(crate) fastest: String,
    pub(crate) median: String,
}

/// Runs the benchmarks.
pub(crate) fn measure(bench: &Bench<'_>) -> Result<Vec<Edit>> {
    let (name, _) = profile(bench.args.quick);
    let profile = if bench.args.quick { name } else { "bench" };
    let mut cargo = shell::cargo(bench.root);
    cargo.args(["bench", "--profile", profile, "--package", "ringfence-tests", "--bench", "edit"]);
    if bench.args.quick {
        cargo.args(["--", "--sample-count", "1"]);
    }
    println!("{}", shell::line(&cargo));
    let output = cargo.stderr(std::process::Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{}: {}", shell::line(&cargo), output.status);
    let edits = parse(&String::from_utf8_lossy(&output.stdout));
    ensure!(!edits.is_empty(), "{}: no table of times was printed", shell::line(&cargo));
    Ok(edits)
}

/// Reads the tree that divan prints: a line for each benchmark, of which the columns are the fastest, the slowest, the
/// median and the mean time.
fn parse(output: &str) -> Vec<Edit> {
    let edit = |line: &str| {
        let line = line.strip_prefix("├─ ").or_else(|| line.strip_prefix("╰─ "))?;
        let mut cells = line.split('│');
        let (name, fastest) = cells.next()?.trim().split_once(char::is_whitespace)?;
        let median = cells.nth(1)?.trim();
        let name = name.replace('_', " ");
        Some(Edit { name, fastest: fastest.trim().to_owned(), median: median.to_owned() })
    };
    output.lines().filter_map(edit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_divan_is_read() {
        let output = "\
Timer precision: 20 ns
edit                   fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ findings_and_flows  2.871 ms      │ 9.1 ms        │ 3.012 ms      │ 3.4 ms        │ 100     │ 100
╰─ flows               812.4 µs      │ 1.2 ms        │ 900.1 µs      │ 1 ms          │ 100     │ 100

";
        let edit = |name: &str, fastest: &str, median: &str| Edit {
            name: name.to_owned(),
            fastest: fastest.to_owned(),
            median: median.to_owned(),
        };
        let expected =
            [edit("findings and flows", "2.871 ms", "3.012 ms"), edit("flows", "812.4 µs", "900.1 µs")];
        assert_eq!(parse(output), expected);
        assert_eq!(parse("running 0 tests\n"), []);
    }
}
