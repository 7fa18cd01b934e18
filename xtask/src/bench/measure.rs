//! One run of one command: wall time and peak memory; and many runs together.

use crate::shell::{self, Ended};
use anyhow::{Context, Result};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4;

/// How often a running command is looked at: well below what is measured.
const POLL: Duration = Duration::from_micros(500);

/// One run that ended by itself.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub(crate) wall: Duration,
    /// Peak resident memory in bytes.
    pub(crate) memory: u64,
    /// `None` where a signal ended it.
    pub(crate) code: Option<i32>,
}

/// How a run ended.
pub(crate) enum Outcome {
    Ended(Run),
    TimedOut,
}

/// Runs `command` with `input` as its last argument; what it prints is thrown away.
pub(crate) fn once(command: &[String], input: &Path, limit: Duration) -> Result<Outcome> {
    let (program, args) = command.split_first().context("no command to measure")?;
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(args)
        .arg(input)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("start {program}"))?;
    loop {
        if let Some(ended) = child.try_wait4()? {
            let wall = start.elapsed();
            return Ok(Outcome::Ended(Run { wall, memory: ended.rusage.maxrss, code: ended.status.code() }));
        }
        if start.elapsed() >= limit {
            child.kill()?;
            child.wait()?;
            return Ok(Outcome::TimedOut);
        }
        std::thread::sleep(POLL);
    }
}

/// Runs `command` with `input` as its last argument and keeps what it prints in a file; false where it was killed.
pub(crate) fn into_file(command: &[String], input: &Path, file: &Path, limit: Duration) -> Result<bool> {
    let (program, args) = command.split_first().context("no command to run")?;
    let mut command = Command::new(program);
    command.args(args).arg(input).stdout(File::create(file)?).stderr(Stdio::null());
    Ok(matches!(shell::bounded(&mut command, limit)?, Ended::Exited(_)))
}

/// The runs of one command on one input.
#[derive(Default)]
pub(crate) struct Series {
    walls: Vec<Duration>,
    /// Largest peak memory of a run, in bytes.
    pub(crate) memory: u64,
    /// Whether a run was killed at the limit; then no further run was made.
    pub(crate) timed_out: bool,
}

impl Series {
    /// Adds a run.
    pub(crate) fn add(&mut self, run: Run) {
        self.memory = self.memory.max(run.memory);
        self.walls.push(run.wall);
        self.walls.sort_unstable();
    }

    /// The fastest run.
    pub(crate) fn best(&self) -> Option<Duration> {
        self.walls.first().copied()
    }

    /// The run in the middle; of an even number the slower one.
    pub(crate) fn median(&self) -> Option<Duration> {
        self.walls.get(self.walls.len() / 2).copied()
    }
}

/// The exponent of growth: the slope of the least-squares line through (log size, log time). `None` with fewer than two
/// different sizes, or where something is not positive.
pub(crate) fn exponent(points: &[(f64, f64)]) -> Option<f64> {
    if points.iter().any(|(size, time)| *size <= 0.0 || *time <= 0.0) {
        return None;
    }
    let logs: Vec<(f64, f64)> = points.iter().map(|(size, time)| (size.ln(), time.ln())).collect();
    let count = logs.iter().map(|_| 1.0).sum::<f64>();
    let mean_x = logs.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = logs.iter().map(|(_, y)| y).sum::<f64>() / count;
    let spread = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum::<f64>();
    let joint = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>();
    (spread > 0.0).then(|| joint / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(millis: u64, memory: u64) -> Run {
        Run { wall: Duration::from_millis(millis), memory, code: Some(0) }
    }

    #[test]
    fn a_series_knows_its_best_its_median_and_its_peak() {
        let mut series = Series::default();
        assert_eq!((series.best(), series.median()), (None, None));
        for (millis, memory) in [(30, 5), (10, 9), (20, 7)] {
            series.add(run(millis, memory));
        }
        assert_eq!(series.best(), Some(Duration::from_millis(10)));
        assert_eq!(series.median(), Some(Duration::from_millis(20)));
        assert_eq!(series.memory, 9);
    }

    #[test]
    fn growth_is_the_slope_of_the_logarithms() {
        let square: Vec<_> = [1.0, 10.0, 100.0].map(|n: f64| (n, 3.0 * n * n)).to_vec();
        assert!((exponent(&square).unwrap() - 2.0).abs() < 1e-9);
        assert_eq!(exponent(&[(1.0, 1.0)]), None);
        assert_eq!(exponent(&[(1.0, 0.0), (2.0, 1.0)]), None);
    }

    #[cfg(unix)]
    #[test]
    fn codes_memory_and_the_limit_are_seen() {
        let sh = |script: &str| ["sh", "-c", script].map(str::to_owned);
        let limit = Duration::from_secs(60);
        let Outcome::Ended(run) = once(&sh("exit 1"), Path::new("x"), limit).unwrap() else {
            panic!("timed out")
        };
        assert_eq!(run.code, Some(1));
        assert!(run.memory > 0);
        let hung = once(&sh("exec sleep 600"), Path::new("x"), Duration::from_millis(50)).unwrap();
        assert!(matches!(hung, Outcome::TimedOut));
    }
}
