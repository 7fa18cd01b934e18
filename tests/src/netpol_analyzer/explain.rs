//! Explanations: the verdicts of every pair, and the policies that decide.

use std::collections::BTreeSet;

use anyhow::Result;
use ringfence::sets::ConnectionSet;

use super::case::Case;
use super::expected::{Expected, Explained, allowed};
use super::ours::Command;
use super::pairs::Pairs;
use super::peer::{Flow, Peer};

/// For how many pairs of a case the command is asked for its reasons; they are spread evenly.
const ASKED: usize = 24;

/// Compares the verdicts of all pairs, and the policies of some.
///
/// # Errors
/// Where the command fails.
pub fn compare(command: &Command, case: &Case, recorded: &Expected) -> Result<Vec<String>> {
    let flows = case.focus.flows(command.flows(case.dir()?)?);
    let mut found = verdicts(case, recorded, &flows);
    let step = recorded.explained.len().div_ceil(ASKED).max(1);
    for pair in recorded.explained.iter().step_by(step).filter(|pair| !pair.policies.is_empty()) {
        let named = command.policies(case.dir()?, &pair.from, &pair.to)?;
        for (direction, kind, name) in pair.policies.difference(&named) {
            let Explained { from, to, .. } = pair;
            found.push(format!("{from} => {to}: {} doesn't name {kind} {name}", direction.name()));
        }
    }
    Ok(found)
}

/// With `--explain-only` one half of the verdicts is recorded, and a pair that isn't there has nothing of it.
fn verdicts(case: &Case, recorded: &Expected, flows: &[Flow]) -> Vec<String> {
    let only = case.value("--explain-only").filter(|_| case.has("--explain"));
    let all = || case.focus.connections(&ConnectionSet::all());
    let mut theirs: Vec<Flow> = Vec::new();
    for pair in &recorded.explained {
        let allow = if only == Some("deny") { all().subtract(&pair.denied) } else { pair.allowed.clone() };
        theirs.push(allowed(&pair.from, &pair.to, case.focus.connections(&allow)));
    }
    theirs.extend(recorded.by_default.iter().map(|(from, to)| allowed(from, to, all())));
    let mut found = halves(recorded, only);
    if only == Some("deny") {
        theirs.extend(unmentioned(recorded, flows).into_iter().map(|(from, to)| allowed(&from, &to, all())));
    }
    let (theirs, ours) = Pairs::refined(&theirs, flows);
    found.extend(theirs.differences(&ours));
    found
}

/// Where both halves are recorded they must be halves.
fn halves(recorded: &Expected, only: Option<&str>) -> Vec<String> {
    if only.is_some() {
        return Vec::new();
    }
    let broken = recorded.explained.iter().filter(|pair| {
        let both = pair.allowed.union(&pair.denied);
        !both.is_all() || !pair.allowed.intersect(&pair.denied).is_empty()
    });
    broken.map(|pair| format!("{} => {}: recorded are no halves", pair.from, pair.to)).collect()
}

/// The pairs of the command that aren't recorded; a range of addresses counts as recorded if any part of it is.
fn unmentioned(recorded: &Expected, flows: &[Flow]) -> BTreeSet<(Peer, Peer)> {
    let mentioned = |flow: &Flow| {
        recorded.explained.iter().any(|pair| overlap(&pair.from, &flow.from) && overlap(&pair.to, &flow.to))
    };
    let missing = flows.iter().filter(|flow| !mentioned(flow));
    missing.map(|flow| (flow.from.clone(), flow.to.clone())).collect()
}

fn overlap(one: &Peer, other: &Peer) -> bool {
    match (one, other) {
        (Peer::Outside(low, high), Peer::Outside(from, to)) => low <= to && from <= high,
        _ => one == other,
    }
}
