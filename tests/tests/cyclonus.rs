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

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use ringfence::cluster::ClassId;
use ringfence::engine::{Endpoint, Engine, EngineOptions, IpBlocks, Verdict};
use ringfence::model::Direction;
use ringfence::sets::Protocol;
use ringfence_tests::ask::WAYS;
use ringfence_tests::conformance::{self, Tally};
use ringfence_tests::corpus;
use ringfence_tests::oracle::Answer;
use ringfence_tests::oracle::compare::{End, Pair, Port};
use ringfence_tests::snapshot::with_cluster;
use serde_json::Value;

/// Cases whose tables hold only where a CIDR matches Pod addresses.
const POD_IP_CASES: [&str; 20] = [
    "021", "031", "040", "048", "066", "070", "073", "075", "077", "085", "093", "111", "115", "118", "120",
    "122", "205", "207", "209", "211",
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut tally = Tally::new("cyclonus");
    let trials = trials(&mut tally);
    conformance::run(&arguments, trials, &[tally])
}

fn trials(tally: &mut Tally) -> Vec<Trial> {
    let Some(folder) = corpus("cyclonus") else { return Vec::new() };
    let entries = std::fs::read_dir(folder).expect("the corpus can be listed");
    let mut cases: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    let trial = |case: PathBuf| {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        tally.trial(name, move || run(&case).map(|()| false))
    };
    cases.into_iter().map(trial).collect()
}

/// A connection with what the table says: ingress, egress, both together.
struct Cell {
    from: String,
    to: String,
    port: Port,
    open: [bool; 3],
}

fn run(case: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(case.join("all.yaml"))?;
    let table = table(&std::fs::read_to_string(case.join("expected.json"))?)?;
    let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let match_pod_ips = POD_IP_CASES.iter().any(|number| name.starts_with(&format!("case{number}-")));
    let ip_blocks = if match_pod_ips { IpBlocks::MatchPodIps } else { IpBlocks::ExternalOnly };
    let mut wrong = with_cluster(&[("all.yaml", &text)], |cluster| {
        halves(&Engine::with_options(cluster, EngineOptions { ip_blocks }), &table)
    })?;
    wrong.extend(combined(&text, match_pod_ips, &table)?);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn table(text: &str) -> Result<Vec<Cell>, Failed> {
    let expected: Value = serde_json::from_str(text)?;
    let pairs = expected["truth_table(ingress,egress,combined)"].as_object().ok_or("no truth table")?;
    let mut cells = Vec::new();
    for (pair, ports) in pairs {
        let (from, to) = pair.split_once(" -> ").ok_or("a pair without an arrow")?;
        for (port, marks) in ports.as_object().ok_or("no ports")?.iter().filter(|_| from != to) {
            let (protocol, number) = port.split_once('/').ok_or("a port without a protocol")?;
            let marks: Vec<char> = marks.as_str().ok_or("no marks")?.chars().collect();
            let marks: [char; 3] = marks.try_into().map_err(|_| "not three marks")?;
            if marks.iter().any(|mark| !matches!(mark, '.' | 'X')) {
                return Err(format!("{pair} {port}: an unknown mark").into());
            }
            let port = (protocol.to_owned(), number.parse()?);
            let (from, to) = (from.to_owned(), to.to_owned());
            cells.push(Cell { from, to, port, open: marks.map(|mark| mark == '.') });
        }
    }
    if cells.is_empty() { Err("nothing to compare".into()) } else { Ok(cells) }
}

/// The directions of which the engine says something else than the table.
fn halves(engine: &Engine<'_>, table: &[Cell]) -> Result<Vec<String>, Failed> {
    let mut wrong = Vec::new();
    for Cell { from, to, port: (protocol, number), open: [ingress, egress, _] } in table {
        let (source, destination) = (class(engine, from)?, class(engine, to)?);
        let kind: Protocol = protocol.parse()?;
        for (direction, subject, peer, open) in [
            (Direction::Ingress, destination, source, ingress),
            (Direction::Egress, source, destination, egress),
        ] {
            let expected = if *open { Verdict::Allowed } else { Verdict::Denied };
            let found = engine.verdict(direction, subject, Endpoint::Class(peer), kind, *number);
            if found != expected {
                let direction = direction.name();
                wrong.push(format!(
                    "{from} -> {to} {protocol}/{number} {direction}: {found:?}, not {expected:?}"
                ));
            }
        }
    }
    Ok(wrong)
}

/// The connections of which one of the ways to ask says something else than the table.
fn combined(text: &str, match_pod_ips: bool, table: &[Cell]) -> Result<Vec<String>, Failed> {
    let pair = |cell: &Cell| (End::Pod(cell.from.clone()), End::Pod(cell.to.clone()));
    let mut pairs: Vec<Pair> = table.iter().map(pair).collect();
    let mut ports: Vec<Port> = table.iter().map(|cell| cell.port.clone()).collect();
    pairs.dedup();
    ports.sort();
    ports.dedup();
    let mut wrong = Vec::new();
    for (way, ask) in WAYS {
        let answers = ask(text, match_pod_ips, &pairs, &ports)?;
        for cell in table {
            let Cell { from, to, port, open: [.., open] } = cell;
            let row = pairs.iter().position(|known| *known == pair(cell)).ok_or("a pair is lost")?;
            let column = ports.iter().position(|known| known == port).ok_or("a port is lost")?;
            let expected = if *open { Answer::Allowed } else { Answer::Denied };
            let found = answers[row][column];
            if found != expected {
                wrong.push(format!(
                    "{from} -> {to} {}/{} by {way}: {}, not {}",
                    port.0,
                    port.1,
                    found.name(),
                    expected.name()
                ));
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
