//! The clusters and truth tables of cyclonus: every connection of every case, ingress and egress.
//!
//! Self pairs are left out: a Pod always reaches itself. The tables of some cases hold only where an `ipBlock` matches
//! the addresses of Pods; these are judged in that mode, all others in the default one. Each half of a table is compared
//! with the verdict of its direction, and the whole with both ways to ask the engine for a pair.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use ringfence::cluster::ClassId;
use ringfence::engine::{Endpoint, Engine, Isolation, Verdict};
use ringfence::model::Direction;
use ringfence::sets::Protocol;
use ringfence_tests::snapshot::with_engine;
use ringfence_tests::{conformance, corpus};
use serde_json::{Map, Value};

/// Cases whose tables hold only where a CIDR matches Pod addresses.
const POD_IP_CASES: [&str; 20] = [
    "021", "031", "040", "048", "066", "070", "073", "075", "077", "085", "093", "111", "115", "118", "120",
    "122", "205", "207", "209", "211",
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = trials();
    let cases = trials.len();
    conformance::exit(&libtest_mimic::run(&arguments, trials), "cyclonus", cases, 0)
}

fn trials() -> Vec<Trial> {
    let Some(folder) = corpus("cyclonus") else { return Vec::new() };
    let entries = std::fs::read_dir(folder).expect("the corpus can be listed");
    let mut cases: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    let trial = |case: PathBuf| {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(name, move || run(&case))
    };
    cases.into_iter().map(trial).collect()
}

fn run(case: &std::path::Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(case.join("all.yaml"))?;
    let expected: Value = serde_json::from_str(&std::fs::read_to_string(case.join("expected.json"))?)?;
    let table = expected["truth_table(ingress,egress,combined)"].as_object().ok_or("no truth table")?.clone();
    let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let match_pod_ips = POD_IP_CASES.iter().any(|number| name.starts_with(&format!("case{number}-")));
    let mut wrong = combined(&text, &table, match_pod_ips)?;
    wrong.extend(with_cluster(&[("all.yaml", &text)], |cluster| {
        let ip_blocks = if match_pod_ips { IpBlocks::MatchPodIps } else { IpBlocks::ExternalOnly };
        halves(&Engine::with_options(cluster, EngineOptions { ip_blocks }), &table)
    })?);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// What differs between the last mark of each cell and what the engine says of the whole connection.
fn combined(text: &str, table: &Map<String, Value>, match_pod_ips: bool) -> Result<Vec<String>, Failed> {
    let mut wrong = Vec::new();
    let mut cells: BTreeMap<(End, End), BTreeMap<Port, Answer>> = BTreeMap::new();
    for (from, to, port, [.., mark]) in self::cells(table)? {
        let (protocol, number) = port;
        let pair = (End::Pod(from.to_owned()), End::Pod(to.to_owned()));
        let answer = if mark == Mark::Open { Answer::Allowed } else { Answer::Denied };
        cells.entry(pair).or_default().insert((protocol.to_owned(), number), answer);
    }
    let pairs: Vec<Pair> = cells.keys().cloned().collect();
    let ports: BTreeSet<&Port> = cells.values().flat_map(BTreeMap::keys).collect();
    let ports: Vec<Port> = ports.into_iter().cloned().collect();
    for (way, ask) in WAYS {
        let answers = ask(text, match_pod_ips, &pairs, &ports)?;
        for (pair, row) in pairs.iter().zip(&answers) {
            for (port, found) in ports.iter().zip(row) {
                let expected = cells[pair].get(port).unwrap_or(found);
                if found != expected {
                    let (from, to) = pair;
                    wrong.push(format!("{from} -> {to} {port:?} by {way}: {found:?}, not {expected:?}"));
                }
            }
        }
    }
    Ok(wrong)
}
fn class(engine: &Engine<'_>, name: &str) -> Result<ClassId, Failed> {
    let (namespace, pod) = name.split_once('/').ok_or("a Pod without a namespace")?;
    let cluster = engine.cluster();
    let found = cluster.workload_ids().find(|(id, info)| {
        cluster.namespace_name(info.namespace) == namespace && cluster.workload_name(*id) == pod
    });
    Ok(found.ok_or_else(|| format!("no Pod {name}"))?.1.class)
}
