//! The section on `check`: findings over manifests of growing number, beside those of another linter.

use super::measure::{Series, exponent};
use super::text::{conditions, grouped, median, megabytes, memory, seconds};
use super::{Args, Bench, GENERATE_LIMIT, SCRATCH, folder_bytes, words};
use crate::shell;
use anyhow::Result;
use std::fmt::Write;
use std::time::Duration;

pub(crate) const TITLE: &str = "Findings";
pub(crate) const GENERATOR: &str = "gen_manifests.py";

/// Objects of each input. 20,000 is the size that the peers were measured with.
const SIZES: &[u32] = &[1_000, 10_000, 20_000, 100_000];
const QUICK_SIZES: &[u32] = &[100, 200];
const OBJECTS_PER_FILE: u32 = 200;

/// One size.
struct Row {
    objects: u32,
    bytes: u64,
    own: Series,
    /// `None` where there is no peer, or it gave up on a smaller input.
    peer: Option<Series>,
}

/// Measures, and writes the section.
pub(crate) fn section(bench: &Bench<'_>) -> Result<String> {
    let peer = bench.args.peer.as_deref().map(words).transpose()?;
    let mut rows: Vec<Row> = Vec::new();
    for &objects in if bench.args.quick { QUICK_SIZES } else { SIZES } {
        let input = bench.input(&objects.to_string(), |folder| {
            let mut python = bench.generator(GENERATOR);
            python.arg(pairs(objects).to_string()).arg(folder).arg(files(objects).to_string());
            shell::must(&mut python, GENERATE_LIMIT)
        })?;
        let bytes = folder_bytes(&input)?;
        println!("{objects} objects, {:.1} MB", megabytes(bytes));
        let own = bench.own(&["check"], &input)?;
        // A peer that was too slow once is not tried on a larger input.
        let gave_up = rows.iter().any(|row| row.peer.as_ref().is_some_and(|peer| peer.timed_out));
        let peer = match &peer {
            Some(command) if !gave_up => Some(bench.series("peer", command, &input)?),
            _ => None,
        };
        rows.push(Row { objects, bytes, own, peer });
    }
    Ok(write(&rows, bench.args, bench.limit))
}

/// The generator counts pairs of a workload and a policy.
fn pairs(objects: u32) -> u32 {
    objects / 2
}

fn files(objects: u32) -> u32 {
    (objects / OBJECTS_PER_FILE).max(1)
}

fn write(rows: &[Row], args: &Args, limit: Duration) -> String {
    let peer = args.peer.as_deref();
    let mut text =
        String::from("`check` over files of which half of the objects are Deployments, half are\n");
    text.push_str("NetworkPolicies, spread over 50 namespaces.\n\n");
    // Writing to a String does not fail, here and below.
    let _ = writeln!(text, "{}\n", conditions(args.runs));

    text.push_str("| objects | input | best | median | peak memory |");
    text.push_str(if peer.is_some() { " peer, best | peer, memory |\n" } else { "\n" });
    text.push_str("| ---: | ---: | ---: | ---: | ---: |");
    text.push_str(if peer.is_some() { " ---: | ---: |\n" } else { "\n" });
    for row in rows {
        let _ = write!(
            text,
            "| {} | {:.1} MB | {} | {} | {} |",
            grouped(row.objects),
            megabytes(row.bytes),
            seconds(&row.own, limit),
            median(&row.own),
            memory(&row.own)
        );
        if peer.is_some() {
            let cells = row.peer.as_ref().map(|peer| (seconds(peer, limit), memory(peer)));
            let (time, memory) = cells.unwrap_or_else(|| ("not tried".to_owned(), "–".to_owned()));
            let _ = write!(text, " {time} | {memory} |");
        }
        text.push('\n');
    }
    text.push('\n');
    let own = growth(rows.iter().map(|row| (row.objects, &row.own)));
    if let Some(exponent) = own {
        let _ = writeln!(text, "Time grows with the number of objects to the power of {exponent:.2}.");
    }
    if let Some(peer) = peer {
        let _ = write!(text, "The peer is `{peer}`");
        let growth = growth(rows.iter().filter_map(|row| Some((row.objects, row.peer.as_ref()?))));
        let _ = match growth {
            Some(exponent) => writeln!(text, "; its power is {exponent:.2}."),
            None => writeln!(text, "."),
        };
    }
    text.push_str("\n### Again\n\n```sh\n");
    let _ = write!(text, "cargo xtask bench --only check --generators DIR --runs {}", args.runs);
    if let Some(peer) = peer {
        let _ = write!(text, " --peer '{peer}'");
    }
    text.push_str("\n```\n\nBy hand:\n\n```sh\ncargo build --release --package ringfence-cli\n");
    for row in rows {
        let (pairs, files) = (pairs(row.objects), files(row.objects));
        let _ = writeln!(text, "python3 DIR/{GENERATOR} {pairs} {SCRATCH}/{} {files}", row.objects);
    }
    if let Some(row) = rows.last() {
        let _ = writeln!(text, "time target/release/ringfence check {SCRATCH}/{} > /dev/null", row.objects);
    }
    text.push_str("```\n");
    text
}

fn growth<'a>(series: impl Iterator<Item = (u32, &'a Series)>) -> Option<f64> {
    let points =
        series.filter_map(|(objects, series)| Some((f64::from(objects), series.best()?.as_secs_f64())));
    exponent(&points.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::super::measure::Run;
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Call {
        #[command(flatten)]
        args: Args,
    }

    fn args(line: &[&str]) -> Args {
        Call::parse_from([&["bench"], line].concat()).args
    }

    fn series(millis: &[u64]) -> Series {
        let mut series = Series::default();
        for millis in millis {
            series.add(Run { wall: Duration::from_millis(*millis), memory: 12_000_000, code: Some(0) });
        }
        series
    }

    #[test]
    fn sizes_count_objects() {
        assert_eq!((pairs(20_000), files(20_000)), (10_000, 100));
        assert_eq!(files(100), 1);
    }

    #[test]
    fn the_table_has_the_peer_only_if_there_is_one() {
        let limit = Duration::from_secs(300);
        let mut slow = Series::default();
        slow.timed_out = true;
        let rows = [
            Row { objects: 1_000, bytes: 775_000, own: series(&[20, 25]), peer: Some(series(&[2_000])) },
            Row { objects: 100_000, bytes: 77_500_000, own: series(&[2_000, 12_500]), peer: Some(slow) },
        ];
        let text = write(&rows, &args(&["--runs", "2", "--peer", "other lint"]), limit);
        assert!(
            text.contains("| 1,000 | 0.8 MB | 0.020 s | 0.025 s | 12 MB | 2.000 s | 12 MB |\n"),
            "{text}"
        );
        assert!(text.contains("| 100,000 | 77.5 MB | 2.000 s | 12.5 s | 12 MB | > 300 s | – |\n"), "{text}");
        assert!(text.contains("to the power of 1.00."), "{text}");
        assert!(text.contains("--runs 2 --peer 'other lint'\n"), "{text}");
        assert!(text.contains("python3 DIR/gen_manifests.py 50000 target/bench/100000 500\n"), "{text}");
        let text = write(&rows, &args(&[]), limit);
        assert!(
            !text.contains("peer") && text.contains("| 1,000 | 0.8 MB | 0.020 s | 0.025 s | 12 MB |\n"),
            "{text}"
        );
    }
}
