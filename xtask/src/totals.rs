//! The totals of a test run, read from the closing lines of the suites.

use crate::shell;
use anyhow::{Context, Result};
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Sums over all suites of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed.
    pub(crate) failed: u64,
    /// Tests that were there but did not run.
    pub(crate) skipped: u64,
}

impl Totals {
    /// Runs `command` while its output passes through; whether it succeeded, and what it reported.
    pub(crate) fn of(command: &mut Command) -> Result<(bool, Self)> {
        let line = shell::line(command);
        let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("start {line}"))?;
        let stdout = child.stdout.take().with_context(|| format!("{line} has no output"))?;
        let totals = Self::read(BufReader::new(stdout), &mut std::io::stdout().lock())
            .with_context(|| format!("read the output of {line}"))?;
        Ok((child.wait()?.success(), totals))
    }

    /// Copies `input` line by line and sums what it reports.
    fn read(input: impl BufRead, output: &mut impl Write) -> Result<Self> {
        let mut totals = Self::default();
        for line in input.split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            totals.add_line(&line);
            writeln!(output, "{line}")?;
        }
        Ok(totals)
    }

    /// Adds what `line` reports, if it is among the closing lines of a suite.
    fn add_line(&mut self, line: &str) {
        if let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) {
            self.add_cargo(counts);
        } else if let Some(count) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) {
            self.add_node(count);
        }
    }

    /// Adds the counts of cargo test: `3 passed; 0 failed; 1 ignored; …`.
    fn add_cargo(&mut self, counts: &str) {
        for part in counts.split(';') {
            let mut words = part.split_whitespace();
            let (Some(Ok(count)), Some(kind)) = (words.next().map(str::parse::<u64>), words.next()) else {
                continue;
            };
            match kind {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.skipped += count,
                _ => {}
            }
        }
    }

    /// Adds one count of Node's test runner, which gives each a line: `pass 3`.
    fn add_node(&mut self, count: &str) {
        let Some((kind, Ok(count))) = count.split_once(' ').map(|(kind, count)| (kind, count.parse::<u64>()))
        else {
            return;
        };
        match kind {
            "pass" => self.passed += count,
            "fail" | "cancelled" => self.failed += count,
            "skipped" | "todo" => self.skipped += count,
            _ => {}
        }
    }
}

impl std::ops::AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_summed_and_other_lines_ignored() {
        let mut totals = Totals::default();
        for line in [
            "running 3 tests",
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.01s",
            "test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
            "note: test result: ok. 9 passed; 9 failed",
        ] {
            totals.add_line(line);
        }
        assert_eq!(totals, Totals { passed: 15, failed: 2, skipped: 1 });
        assert_eq!(totals.to_string(), "15 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn both_forms_of_nodes_closing_lines_are_summed() {
        let mut totals = Totals::default();
        for line in [
            "▶ reports (1.2ms)",
            "ℹ tests 10",
            "ℹ suites 2",
            "ℹ pass 5",
            "ℹ fail 1",
            "ℹ cancelled 1",
            "ℹ skipped 2",
            "ℹ todo 1",
            "ℹ duration_ms 12.5",
            "# pass 7",
            "# Subtest: pass 9",
            "pass 9",
            "ℹ pass on",
        ] {
            totals.add_line(line);
        }
        assert_eq!(totals, Totals { passed: 12, failed: 2, skipped: 3 });
    }

    #[test]
    fn output_passes_through_while_it_is_summed() {
        let text = "ℹ pass 2\nwords\nℹ fail 1\n";
        let mut copy = Vec::new();
        let totals = Totals::read(text.as_bytes(), &mut copy).unwrap();
        assert_eq!(totals, Totals { passed: 2, failed: 1, skipped: 0 });
        assert_eq!(String::from_utf8(copy).unwrap(), text);
    }

    #[test]
    fn skipped_is_named_only_where_there_is_one() {
        assert_eq!(Totals { passed: 4, failed: 0, skipped: 0 }.to_string(), "4 passed, 0 failed");
    }
}
