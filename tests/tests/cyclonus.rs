//! The clusters and truth tables of cyclonus: every connection of every case, ingress and egress.
//!
//! Self pairs are left out: a Pod always reaches itself. In the cases that hold an `ipBlock` over Pod addresses the
//! tables hold only where a CIDR matches Pods, so there only what follows from isolation is compared.

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
    let by_isolation = POD_IP_CASES.iter().any(|number| name.starts_with(&format!("case{number}-")));
    let wrong = with_engine(&[("all.yaml", &text)], |engine| compare(engine, &table, by_isolation))?;
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn compare(
    engine: &Engine<'_>,
    table: &Map<String, Value>,
    by_isolation: bool,
) -> Result<Vec<String>, Failed> {
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (pair, ports) in table {
        let (from, to) = pair.split_once(" -> ").ok_or("a pair without an arrow")?;
        if from == to {
            continue;
        }
        let (source, destination) = (class(engine, from)?, class(engine, to)?);
        for (port, marks) in ports.as_object().ok_or("no ports")? {
            let (protocol, number) = port.split_once('/').ok_or("a port without a protocol")?;
            let (protocol, number) = (protocol.parse::<Protocol>()?, number.parse()?);
            let marks = marks.as_str().ok_or("no marks")?;
            let halves = [
                (Direction::Ingress, destination, source, marks.chars().next()),
                (Direction::Egress, source, destination, marks.chars().nth(1)),
            ];
            for (direction, subject, peer, mark) in halves {
                let expected = if mark == Some('.') { Verdict::Allowed } else { Verdict::Denied };
                let isolated = engine.isolation(direction, subject) != Isolation::Open;
                let found = if by_isolation && isolated {
                    continue;
                } else {
                    engine.verdict(direction, subject, Endpoint::Class(peer), protocol, number)
                };
                compared += 1;
                if found != expected {
                    wrong.push(format!("{pair} {port} {}: {found:?}, not {expected:?}", direction.name()));
                }
            }
        }
    }
    if compared == 0 && !by_isolation {
        wrong.push("nothing was compared".to_owned());
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
