//! The recorded answers of netpol-analyzer against those of the command, as sets and not as text.
//!
//! What is compared, by kind of case:
//! - `list`: the connections of every pair. Addresses are first cut at every bound that either side uses. A workload
//!   with itself is left out, and so are IPv6 addresses, which the recorded side doesn't know. `{ingress-controller}`
//!   is a peer like any other.
//! - `exposure`: the list, which workloads no policy protects, and for each workload and direction the connections of
//!   Pods that could appear (see [`exposure`]).
//! - `explain`: what is allowed and denied for every pair, and that each policy that the recorded side names as
//!   deciding in a direction is named by the command too.
//! - `diff`: the connections before and after, for every pair whose connections changed.
//! - `evaluate`: the verdict on one connection.
//! - Where an error or a warning was recorded: that the fault is found, whatever its wording (see [`faults`]).
//!
//! What is unknown to the command is a difference.

pub mod case;
pub mod connections;
pub mod deviations;
pub mod expected;
pub mod explain;
pub mod exposure;
pub mod faults;
pub mod focus;
pub mod ours;
pub mod pairs;
pub mod peer;
pub mod potential;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};

use case::{Case, Kind};
use expected::Expected;
use ours::Command;
use pairs::Pairs;
use peer::Peer;

use crate::cases::files;
use crate::snapshot::with_cluster;

/// Runs a case of the corpus at `folder` and tells where the two sides differ.
///
/// # Errors
/// Where the recorded text can't be read, or the command fails where it should not.
pub fn differences(folder: &Path, case: &Case) -> Result<Vec<String>> {
    let command = Command::new(folder);
    Ok(match case.kind {
        _ if !case.messages.is_empty() => faults::compare(&command, case)?,
        Kind::Evaluate => evaluate(&command, case)?,
        Kind::Diff => diff(&command, case, &recorded(folder, case)?)?,
        Kind::List => list(&command, case, &recorded(folder, case)?)?,
        Kind::Explain => {
            let recorded = recorded(folder, case)?;
            let mut found = explain::compare(&command, case, &recorded)?;
            if case.has("--exposure") {
                found.extend(exposure::compare(&command, folder, case, &recorded)?);
            }
            found
        }
        Kind::Exposure => {
            let recorded = recorded(folder, case)?;
            let mut found = list(&command, case, &recorded)?;
            found.extend(exposure::compare(&command, folder, case, &recorded)?);
            found
        }
    })
}

/// The workloads of a case whose Pods are on their node's network, under the names of the recorded side.
///
/// # Errors
/// Where its folders can't be read.
pub fn on_nodes(folder: &Path, case: &Case) -> Result<BTreeSet<Peer>> {
    let mut found = BTreeSet::new();
    for dir in &case.dirs {
        let files = files(&folder.join(dir))?;
        let texts: Vec<_> =
            files.iter().map(|(path, bytes)| (path.as_str(), String::from_utf8_lossy(bytes))).collect();
        let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, text.as_ref())).collect();
        with_cluster(&texts, |cluster| {
            for (_, info) in cluster.workload_ids().filter(|(_, info)| info.pods.host_network) {
                let Some(object) = cluster.repository.object(info.object) else { continue };
                let owner = object.owner.as_ref().map(|owner| (&*owner.name, &*owner.kind));
                let (name, kind) = owner.unwrap_or((&*object.name, &*object.kind));
                let namespace = cluster.namespace_name(info.namespace);
                found.insert(Peer::Workload(format!("{namespace}/{name}[{kind}]")));
            }
        });
    }
    Ok(found)
}

fn recorded(folder: &Path, case: &Case) -> Result<Expected> {
    let path = folder.join(&case.expected);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    expected::parse(&text).with_context(|| path.display().to_string())
}

fn list(command: &Command, case: &Case, recorded: &Expected) -> Result<Vec<String>> {
    let ours = case.focus.flows(command.flows(case.dir()?)?);
    let (theirs, ours) = Pairs::refined(&recorded.flows, &ours);
    Ok(theirs.differences(&ours))
}

fn diff(command: &Command, case: &Case, recorded: &Expected) -> Result<Vec<String>> {
    let [old, new] = case.dirs.as_slice() else { bail!("a diff of {} folders", case.dirs.len()) };
    let changes = command.diff(old, new)?;
    let mut found = Vec::new();
    let sides = [
        ("before", Pairs::refined(&recorded.before(), &ours::before(&changes))),
        ("after", Pairs::refined(&recorded.after(), &ours::after(&changes))),
    ];
    for (side, (theirs, ours)) in sides {
        found.extend(theirs.differences(&ours).into_iter().map(|line| format!("{side}: {line}")));
    }
    Ok(found)
}

fn evaluate(command: &Command, case: &Case) -> Result<Vec<String>> {
    let expected = case.result.context("no recorded verdict")?;
    let asked = case.evaluated()?;
    let flows = command.flows(case.dir()?)?;
    let between = flows.iter().filter(|flow| asked.from.is(&flow.from) && asked.to.is(&flow.to));
    let (mut allowed, mut unknown) = (false, false);
    for flow in between {
        allowed |= flow.allow.contains(asked.protocol, asked.port);
        unknown |= flow.unknown.contains(asked.protocol, asked.port);
    }
    let mut found = Vec::new();
    if unknown {
        found.push("the verdict is unknown".to_owned());
    } else if allowed != expected {
        found.push(format!("allowed is {allowed}, recorded is {expected}"));
    }
    Ok(found)
}
