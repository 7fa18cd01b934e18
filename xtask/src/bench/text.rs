//! Numbers as the tables show them, and the machine that they come from.

use super::measure::Series;
use std::time::Duration;

/// The best time of a series, or the limit that it went over.
pub(crate) fn seconds(series: &Series, limit: Duration) -> String {
    match series.best() {
        Some(best) if !series.timed_out => time(best),
        _ => format!("> {} s", limit.as_secs()),
    }
}

/// The time in the middle of a series.
pub(crate) fn median(series: &Series) -> String {
    series.median().map_or_else(|| "–".to_owned(), time)
}

fn time(duration: Duration) -> String {
    if duration.as_secs() >= 10 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{:.3} s", duration.as_secs_f64())
    }
}

/// The peak memory of a series.
pub(crate) fn memory(series: &Series) -> String {
    if series.memory == 0 { "–".to_owned() } else { format!("{:.0} MB", megabytes(series.memory)) }
}

/// Millions of bytes.
#[expect(clippy::cast_precision_loss, reason = "sizes of files and processes are far below 2^52")]
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The size of a text: in MB, or in kB where that would show as nothing.
pub(crate) fn size(bytes: u64) -> String {
    let megabytes = megabytes(bytes);
    if megabytes < 0.1 { format!("{:.1} kB", megabytes * 1e3) } else { format!("{megabytes:.1} MB") }
}

/// A number with commas between the thousands.
pub(crate) fn grouped(number: u32) -> String {
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

/// What the numbers of a section were measured on, and how often.
pub(crate) fn conditions(runs: u32) -> String {
    let times = if runs == 1 { "1 run".to_owned() } else { format!("{runs} runs") };
    format!("{}, {}, {times} of each.", processor(), std::env::consts::OS)
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
    use super::*;

    #[test]
    fn small_sizes_are_not_nothing() {
        assert_eq!([420, 99_900, 100_000, 80_000_000].map(size), ["0.4 kB", "99.9 kB", "0.1 MB", "80.0 MB"]);
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([7, 1_000, 100_000, 1_234_567].map(grouped), ["7", "1,000", "100,000", "1,234,567"]);
    }
}
