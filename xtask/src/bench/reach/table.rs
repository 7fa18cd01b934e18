//! The tables of the section on reachability, and the commands that fill them again.

use super::super::edit::Edit;
use super::super::text::{conditions, grouped, median, memory, seconds, size};
use super::super::{Args, SCRATCH};
use super::{GENERATOR, Job, Row, Shape};
use std::fmt::Write;
use std::time::Duration;

/// The whole text of the section.
pub(super) fn write(rows: &[Row], edits: &[Edit], args: &Args, limit: Duration) -> String {
    let mut text =
        String::from("Clusters of Deployments whose policies select by labels of Pods and namespaces, by\n");
    text.push_str("address and by named port; every namespace starts from default deny.\n\n");
    // Writing to a String does not fail, here and below.
    let _ = writeln!(text, "{}\n", conditions(args.runs));
    jobs(&mut text, rows, limit);
    peers(&mut text, rows, limit);
    edited(&mut text, edits);
    again(&mut text, rows, args);
    text
}

fn jobs(text: &mut String, rows: &[Row], limit: Duration) {
    text.push_str("| workloads | policies | input | command | best | median | peak memory | output |\n");
    text.push_str("| ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |\n");
    for row in rows {
        let output = row.output.map_or_else(|| "–".to_owned(), size);
        let _ = writeln!(
            text,
            "| {} | {} | {} | `{}` | {} | {} | {} | {output} |",
            grouped(row.shape.total()),
            grouped(row.shape.all_policies()),
            size(row.bytes),
            row.job.shown(),
            seconds(&row.own, limit),
            median(&row.own),
            memory(&row.own),
        );
    }
    if rows.iter().any(|row| row.job.compares) {
        text.push_str(
            "\n`diff` compares the cluster with a variant in which about 5 % of the policies differ.\n",
        );
    }
}

fn peers(text: &mut String, rows: &[Row], limit: Duration) {
    text.push_str("\n### Beside other analyzers\n\n");
    text.push_str("| task | workloads | ringfence | memory | other tool | time | memory | measured |\n");
    text.push_str("| --- | ---: | ---: | ---: | --- | ---: | ---: | --- |\n");
    let mut recorded = false;
    for (row, peer) in rows.iter().filter_map(|row| Some((row, row.job.peer?))) {
        let _ = write!(
            text,
            "| {} | {} | {} | {} |",
            peer.task,
            grouped(row.shape.total()),
            seconds(&row.own, limit),
            memory(&row.own),
        );
        let _ = match &row.peer {
            Some((command, series)) => {
                writeln!(
                    text,
                    " `{command}` | {} | {} | in this run |",
                    seconds(series, limit),
                    memory(series)
                )
            }
            None => {
                recorded = true;
                writeln!(text, " `{}` | {} | {} | earlier |", peer.tool, peer.time, peer.memory)
            }
        };
    }
    if recorded {
        text.push_str("\n\"Earlier\" was recorded on the same kind of machine (2 cores) over the same input, not in this run.\n");
        text.push_str(
            "`--reach-peer COMMAND` and `--explain-peer COMMAND` measure a tool in the same run instead.\n",
        );
    }
}

fn edited(text: &mut String, edits: &[Edit]) {
    text.push_str("\n### After an edit\n\n");
    text.push_str("One policy among 1,000 workloads is edited, in a workspace that stays open as it does in an editor.\n");
    text.push_str(
        "What is asked again, and how long the answer takes (`cargo bench -p ringfence-tests`):\n\n",
    );
    text.push_str("| asked again | fastest | median |\n| --- | ---: | ---: |\n");
    for Edit { name, fastest, median } in edits {
        let _ = writeln!(text, "| {name} | {fastest} | {median} |");
    }
}

fn again(text: &mut String, rows: &[Row], args: &Args) {
    text.push_str("\n### Again\n\n```sh\n");
    let _ = write!(text, "cargo xtask bench --only reach --generators DIR --runs {}", args.runs);
    for (flag, peer) in [("--reach-peer", &args.reach_peer), ("--explain-peer", &args.explain_peer)] {
        if let Some(peer) = peer {
            let _ = write!(text, " {flag} '{peer}'");
        }
    }
    text.push_str("\n```\n\nBy hand:\n\n```sh\ncargo build --release --package ringfence-cli\n");
    let mut made: Vec<String> = Vec::new();
    for row in rows {
        for varied in [false, true] {
            let line = generated(row.shape, varied);
            if (row.job.compares || !varied) && !made.contains(&line) {
                text.push_str(&line);
                made.push(line);
            }
        }
        let _ = writeln!(text, "time target/release/ringfence {} > /dev/null", called(row.job, row.shape));
    }
    text.push_str("cargo bench -p ringfence-tests --bench edit\n```\n");
}

/// The lines that generate a cluster.
fn generated(shape: Shape, varied: bool) -> String {
    let folder = format!("{SCRATCH}/{}", shape.folder(varied));
    let variant = if varied { " --variant 1" } else { "" };
    let arguments = shape.arguments().join(" ");
    format!("mkdir -p {folder}\npython3 DIR/{GENERATOR} {arguments}{variant} > {folder}/cluster.yaml\n")
}

/// The arguments of a job, with its folders.
fn called(job: &Job, shape: Shape) -> String {
    let mut words: Vec<String> = job.args.iter().map(|&arg| arg.to_owned()).collect();
    let folders: &[bool] = if job.compares { &[false, true] } else { &[false] };
    words.extend(folders.iter().map(|&varied| format!("{SCRATCH}/{}", shape.folder(varied))));
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::super::measure::{Run, Series};
    use super::super::JOBS;
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

    fn series(millis: u64) -> Series {
        let mut series = Series::default();
        series.add(Run { wall: Duration::from_millis(millis), memory: 90_000_000, code: Some(0) });
        series
    }

    fn rows() -> Vec<Row> {
        let row = |job: &'static Job| Row {
            job,
            shape: job.shape,
            bytes: 600_000,
            own: series(200),
            output: Some(80_000_000),
            peer: None,
        };
        JOBS.iter().map(row).collect()
    }

    fn edits() -> Vec<Edit> {
        vec![Edit { name: "flows".to_owned(), fastest: "0.8 ms".to_owned(), median: "0.9 ms".to_owned() }]
    }

    const LIMIT: Duration = Duration::from_secs(300);

    #[test]
    fn every_job_is_a_row_with_its_output() {
        let text = write(&rows(), &edits(), &args(&["--runs", "3"]), LIMIT);
        for line in [
            "| 1,000 | 100 | 0.6 MB | `flows --format json --expand` | 0.200 s | 0.200 s | 90 MB | 80.0 MB |\n",
            "| 100 | 40 | 0.6 MB | `explain '*' '*'` | 0.200 s | 0.200 s | 90 MB | 80.0 MB |\n",
            "| 1,000 | 100 | 0.6 MB | `diff` | 0.200 s | 0.200 s | 90 MB | 80.0 MB |\n",
            "| flows | 0.8 ms | 0.9 ms |\n",
            "cargo xtask bench --only reach --generators DIR --runs 3\n",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert_eq!(text.matches("| 90 MB | 80.0 MB |\n").count(), JOBS.len());
    }

    #[test]
    fn figures_of_another_run_are_marked() {
        let mut rows = rows();
        let text = write(&rows, &edits(), &args(&[]), LIMIT);
        let recorded = "| all connections as JSON | 1,000 | 0.200 s | 90 MB | `netpol-analyzer list -o json` | 78 s | 1.7 GB | earlier |\n";
        assert!(text.contains(recorded), "{text}");
        assert!(text.contains("not in this run"), "{text}");
        for row in &mut rows {
            row.peer = row.job.peer.map(|_| ("other list".to_owned(), series(70_000)));
        }
        let text = write(&rows, &edits(), &args(&["--reach-peer", "other list"]), LIMIT);
        let beside = "| all connections as JSON | 1,000 | 0.200 s | 90 MB | `other list` | 70.0 s | 90 MB | in this run |\n";
        assert!(text.contains(beside), "{text}");
        assert!(!text.contains("earlier") && !text.contains("not in this run"), "{text}");
        assert!(text.contains("--runs 5 --reach-peer 'other list'\n"), "{text}");
    }

    #[test]
    fn a_cluster_is_generated_once_by_hand() {
        let text = write(&rows(), &edits(), &args(&[]), LIMIT);
        let generator = "python3 DIR/gen_cluster.py 25 40 4";
        assert_eq!(text.matches(&format!("{generator} > target/bench/cluster-25-40-4/")).count(), 1);
        assert_eq!(text.matches(&format!("{generator} --variant 1 > ")).count(), 1);
        assert!(text.contains("ringfence explain '*' '*' --path target/bench/cluster-10-10-4 > "), "{text}");
        let diff = "ringfence diff target/bench/cluster-25-40-4 target/bench/cluster-25-40-4-variant > ";
        assert!(text.contains(diff), "{text}");
    }
}
