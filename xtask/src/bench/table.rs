//! The report: one table, and the commands that make it again on any machine.

use super::measure::{Series, exponent};
use super::{GENERATOR, files, pairs};
use std::fmt::Write;
use std::time::Duration;

/// One size.
pub(crate) struct Row {
    pub(crate) objects: u32,
    pub(crate) bytes: u64,
    pub(crate) own: Series,
    /// `None` where there is no peer, or it gave up on a smaller input.
    pub(crate) peer: Option<Series>,
}

/// The whole text of docs/benchmarks.md.
pub(crate) fn report(rows: &[Row], peer: Option<&str>, runs: u32, limit: Duration) -> String {
    let mut text = String::from("# Benchmarks\n\n");
    text.push_str("Wall time of the whole process, and its peak resident memory, over generated manifests: half of the\n");
    text.push_str(
        "objects are Deployments, half are NetworkPolicies, spread over 50 namespaces. Written by\n",
    );
    text.push_str("`cargo xtask bench`.\n\n");
    // Writing to a String does not fail, here and below.
    let _ = writeln!(text, "{}, {}, {runs} runs of each size.\n", processor(), std::env::consts::OS);

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
            row.own.median().map_or_else(|| "–".to_owned(), time),
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
    text.push_str("\n## Again\n\n```sh\n");
    let _ = write!(text, "cargo xtask bench --generators DIR --runs {runs}");
    if let Some(peer) = peer {
        let _ = write!(text, " --peer '{peer}'");
    }
    let _ = writeln!(text, "\n```\n\nDIR holds the generator `{GENERATOR}`. By hand:\n\n```sh");
    text.push_str("cargo build --release --package ringfence-cli\n");
    for row in rows {
        let (pairs, files) = (pairs(row.objects), files(row.objects));
        let _ = writeln!(text, "python3 DIR/{GENERATOR} {pairs} target/bench/{} {files}", row.objects);
    }
    if let Some(row) = rows.last() {
        let _ =
            writeln!(text, "time target/release/ringfence check target/bench/{} > /dev/null", row.objects);
    }
    text.push_str("```\n");
    text
}

fn growth<'a>(series: impl Iterator<Item = (u32, &'a Series)>) -> Option<f64> {
    let points =
        series.filter_map(|(objects, series)| Some((f64::from(objects), series.best()?.as_secs_f64())));
    exponent(&points.collect::<Vec<_>>())
}

/// The best time of a series, or the limit that it went over.
pub(crate) fn seconds(series: &Series, limit: Duration) -> String {
    match series.best() {
        Some(best) if !series.timed_out => time(best),
        _ => format!("> {} s", limit.as_secs()),
    }
}

fn time(duration: Duration) -> String {
    if duration.as_secs() >= 10 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{:.3} s", duration.as_secs_f64())
    }
}

fn memory(series: &Series) -> String {
    if series.memory == 0 { "–".to_owned() } else { format!("{:.0} MB", megabytes(series.memory)) }
}

/// Millions of bytes.
#[expect(clippy::cast_precision_loss, reason = "sizes of files and processes are far below 2^52")]
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The processor as the system names it, and how many threads it runs.
fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("processor unknown", |(_, name)| name.trim());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{model}, {threads} hardware threads")
}

#[cfg(test)]
mod tests {
    use super::super::measure::Run;
    use super::*;

    fn series(millis: &[u64]) -> Series {
        let mut series = Series::default();
        for millis in millis {
            series.add(Run { wall: Duration::from_millis(*millis), memory: 12_000_000, code: Some(0) });
        }
        series
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
        let text = report(&rows, Some("other lint"), 2, limit);
        assert!(
            text.contains("| 1,000 | 0.8 MB | 0.020 s | 0.025 s | 12 MB | 2.000 s | 12 MB |\n"),
            "{text}"
        );
        assert!(text.contains("| 100,000 | 77.5 MB | 2.000 s | 12.5 s | 12 MB | > 300 s | – |\n"), "{text}");
        assert!(text.contains("to the power of 1.00."), "{text}");
        assert!(text.contains("--runs 2 --peer 'other lint'\n"), "{text}");
        assert!(text.contains("python3 DIR/gen_manifests.py 50000 target/bench/100000 500\n"), "{text}");
        let text = report(&rows, None, 2, limit);
        assert!(
            !text.contains("peer") && text.contains("| 1,000 | 0.8 MB | 0.020 s | 0.025 s | 12 MB |\n"),
            "{text}"
        );
    }
}
