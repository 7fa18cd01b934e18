//! The section on reachability: flows, explanations and differences over clusters of growing size, beside the figures
//! of other analyzers.

mod table;

use super::measure::{self, Series};
use super::{Bench, GENERATE_LIMIT, SCRATCH, edit, folder_bytes, words};
use crate::shell;
use anyhow::{Context, Result};
use std::fs::File;
use std::path::{Path, PathBuf};

pub(crate) const TITLE: &str = "Reachability";
pub(crate) const GENERATOR: &str = "gen_cluster.py";

/// What the generator is asked for.
#[derive(Clone, Copy)]
struct Shape {
    namespaces: u32,
    /// Workloads of each namespace.
    workloads: u32,
    /// Policies of each namespace.
    policies: u32,
}

const HUNDRED: Shape = Shape { namespaces: 10, workloads: 10, policies: 4 };
const THOUSAND: Shape = Shape { namespaces: 25, workloads: 40, policies: 4 };
const TEN_THOUSAND: Shape = Shape { namespaces: 250, workloads: 40, policies: 4 };
const HUNDRED_THOUSAND: Shape = Shape { namespaces: 2_500, workloads: 40, policies: 4 };

/// One command on one cluster.
struct Job {
    shape: Shape,
    /// The command line up to the cluster's folder, or up to the folder of its variant.
    args: &'static [&'static str],
    /// Whether the cluster is compared with a variant of it, in which some policies differ.
    compares: bool,
    peer: Option<&'static Peer>,
}

/// What another tool takes for the same task: its figures from the same kind of machine, which stand in the report
/// unless a flag names its command.
struct Peer {
    task: &'static str,
    tool: &'static str,
    time: &'static str,
    memory: &'static str,
    /// Whether the task is to explain the connections, not only to list them.
    explains: bool,
}

const LIST: Peer = Peer {
    task: "all connections as JSON",
    tool: "netpol-analyzer list -o json",
    time: "78 s",
    memory: "1.7 GB",
    explains: false,
};

const EXPLAIN: Peer = Peer {
    task: "every connection explained",
    tool: "netpol-analyzer list --explain",
    time: "46 s of processor time",
    memory: "288 MB",
    explains: true,
};

const JOBS: [Job; 7] = [
    job(HUNDRED, &["explain", "*", "*", "--path"]).beside(&EXPLAIN),
    job(THOUSAND, &["flows", "--format", "json", "--expand"]).beside(&LIST),
    job(THOUSAND, &["flows", "--format", "json"]),
    job(THOUSAND, &["flows"]),
    Job { compares: true, ..job(THOUSAND, &["diff"]) },
    job(TEN_THOUSAND, LARGE),
    job(HUNDRED_THOUSAND, LARGE),
];

/// What is asked of a cluster whose pairs nobody would list.
const LARGE: &[&str] = &["flows", "--format", "blocks"];

const fn job(shape: Shape, args: &'static [&'static str]) -> Job {
    Job { shape, args, compares: false, peer: None }
}

impl Job {
    const fn beside(self, peer: &'static Peer) -> Self {
        Self { peer: Some(peer), ..self }
    }

    /// The command without what names the cluster, as one types it.
    fn shown(&self) -> String {
        let args = self.args.iter().copied().filter(|arg| *arg != "--path");
        shlex::try_join(args).unwrap_or_default()
    }
}

impl Shape {
    fn quick(self) -> Self {
        Self { namespaces: self.namespaces.min(6), workloads: self.workloads.min(5), ..self }
    }

    fn total(self) -> u32 {
        self.namespaces * self.workloads
    }

    fn all_policies(self) -> u32 {
        self.namespaces * self.policies
    }

    /// The arguments of the generator.
    fn arguments(self) -> [String; 3] {
        [self.namespaces, self.workloads, self.policies].map(|number| number.to_string())
    }

    /// The name of the folder below target.
    fn folder(self, varied: bool) -> String {
        let end = if varied { "-variant" } else { "" };
        format!("cluster-{}{end}", self.arguments().join("-"))
    }
}

/// One job, measured.
struct Row {
    job: &'static Job,
    shape: Shape,
    /// Size of the cluster's files.
    bytes: u64,
    own: Series,
    /// Bytes that the command prints; `None` where it was killed.
    output: Option<u64>,
    /// The peer of the job in this run, with its command.
    peer: Option<(String, Series)>,
}

/// Measures, and writes the section.
pub(crate) fn section(bench: &Bench<'_>) -> Result<String> {
    let mut rows = Vec::new();
    for job in &JOBS {
        let shape = if bench.args.quick { job.shape.quick() } else { job.shape };
        let cluster = cluster(bench, shape, false)?;
        println!("{} workloads: {}", shape.total(), job.shown());
        let old = cluster.to_string_lossy();
        let mut args = job.args.to_vec();
        let varied;
        let input = if job.compares {
            args.push(&old);
            varied = self::cluster(bench, shape, true)?;
            &varied
        } else {
            &cluster
        };
        let own = bench.own(&args, input)?;
        let output = if own.timed_out { None } else { output_bytes(bench, &bench.command(&args), input)? };
        let peer = job.peer.and_then(|peer| peer.command(bench));
        let peer = match peer {
            Some(command) => Some((command.to_owned(), bench.series("peer", &words(command)?, &cluster)?)),
            None => None,
        };
        rows.push(Row { job, shape, bytes: folder_bytes(&cluster)?, own, output, peer });
    }
    let edits = edit::measure(bench)?;
    Ok(table::write(&rows, &edits, bench.args, bench.limit))
}

impl Peer {
    /// The command that the caller gave for this task.
    fn command<'a>(&self, bench: &Bench<'a>) -> Option<&'a str> {
        let given = if self.explains { &bench.args.explain_peer } else { &bench.args.reach_peer };
        given.as_deref()
    }
}

fn cluster(bench: &Bench<'_>, shape: Shape, varied: bool) -> Result<PathBuf> {
    bench.input(&shape.folder(varied), |folder| {
        let mut python = bench.generator(GENERATOR);
        python.args(shape.arguments());
        if varied {
            python.args(["--variant", "1"]);
        }
        shell::must(python.stdout(File::create(folder.join("cluster.yaml"))?), GENERATE_LIMIT)
    })
}

/// What `command` prints, in bytes: a run beside the timed ones, whose output goes nowhere.
fn output_bytes(bench: &Bench<'_>, command: &[String], input: &Path) -> Result<Option<u64>> {
    let path = bench.root.join(SCRATCH).join("output");
    let ended = measure::into_file(command, input, &path, bench.limit)?;
    let bytes = path.metadata().context("the output is not there")?.len();
    std::fs::remove_file(&path)?;
    Ok(ended.then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_as_typed() {
        assert_eq!(job(HUNDRED, &["explain", "*", "*", "--path"]).shown(), "explain '*' '*'");
        assert_eq!(job(THOUSAND, &["flows", "--expand"]).shown(), "flows --expand");
    }

    #[test]
    fn a_variant_has_a_folder_of_its_own() {
        assert_eq!(THOUSAND.folder(false), "cluster-25-40-4");
        assert_eq!(THOUSAND.folder(true), "cluster-25-40-4-variant");
        assert_eq!((HUNDRED_THOUSAND.total(), HUNDRED_THOUSAND.all_policies()), (100_000, 10_000));
    }
}
