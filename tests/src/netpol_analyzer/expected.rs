//! Reads the recorded answers: lists, exposure, explanations and diffs, in any combination.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use ringfence::model::Direction;
use ringfence::sets::ConnectionSet;

use super::case::direction;
use super::connections::{Connections, explained, listed};
use super::peer::{Flow, Peer};
use super::potential::Potential;

/// A recorded answer.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The connections of pairs.
    pub flows: Vec<Flow>,
    /// What Pods that aren't there could reach, or be reached by.
    pub exposed: Vec<Exposed>,
    /// The workloads that no policy protects in a direction.
    pub unprotected: BTreeSet<(Peer, Direction)>,
    /// Pairs with reasons.
    pub explained: Vec<Explained>,
    /// Pairs with all connections because nothing speaks about them.
    pub by_default: Vec<(Peer, Peer)>,
    /// Pairs whose connections changed.
    pub changes: Vec<Change>,
}

/// Connections of a workload with Pods that could appear.
#[derive(Clone, Debug)]
pub struct Exposed {
    /// The workload.
    pub workload: Peer,
    /// Whether it is reached or reaches.
    pub direction: Direction,
    /// The Pods that could appear.
    pub potential: Potential,
    /// The connections.
    pub connections: Connections,
}

/// A pair with the policies that decide.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The client.
    pub from: Peer,
    /// The server.
    pub to: Peer,
    /// What is allowed.
    pub allowed: ConnectionSet,
    /// What is denied.
    pub denied: ConnectionSet,
    /// The policies that are named: direction, kind, and `namespace/name` or `name`.
    pub policies: BTreeSet<(Direction, String, String)>,
}

/// A pair before and after.
#[derive(Clone, Debug)]
pub struct Change {
    /// The client.
    pub from: Peer,
    /// The server.
    pub to: Peer,
    /// What was allowed.
    pub before: ConnectionSet,
    /// What is allowed now.
    pub after: ConnectionSet,
}

impl Expected {
    /// The changed pairs as they were.
    pub fn before(&self) -> Vec<Flow> {
        self.changes.iter().map(|change| allowed(&change.from, &change.to, change.before.clone())).collect()
    }

    /// The changed pairs as they are.
    pub fn after(&self) -> Vec<Flow> {
        self.changes.iter().map(|change| allowed(&change.from, &change.to, change.after.clone())).collect()
    }
}

/// A flow without anything unknown.
pub fn allowed(from: &Peer, to: &Peer, allow: ConnectionSet) -> Flow {
    Flow { from: from.clone(), to: to.clone(), allow, unknown: ConnectionSet::none() }
}

/// Where the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    List,
    Permitted,
    Exposure(Direction),
    Unprotected,
    Explanations,
    ByDefault,
}

/// Reads a recorded answer.
///
/// # Errors
/// Where a line is of no known form.
pub fn parse(text: &str) -> Result<Expected> {
    let mut found = Expected::default();
    let mut section = Section::List;
    let mut permitted = ConnectionSet::none();
    let mut gress = Direction::Egress;
    for line in text.lines() {
        let told = || format!("no known line: {line}");
        if line.is_empty() || line.starts_with("----") || line.starts_with("####") {
        } else if let Some(next) = heading(line) {
            section = next;
        } else if let Some(pair) = line.strip_prefix("Permitted connections on ") {
            section = Section::Permitted;
            permitted = listed(pair.trim_end_matches(':'))?.set;
        } else if line.starts_with("diff-type: ") {
            found.changes.push(change(line).with_context(told)?);
        } else if let Some(pair) = line.strip_prefix("Connections between ") {
            section = Section::Explanations;
            let (from, to) = arrow(pair.trim_end_matches(':')).with_context(told)?;
            let none = ConnectionSet::none;
            let policies = BTreeSet::new();
            found.explained.push(Explained { from, to, allowed: none(), denied: none(), policies });
        } else {
            match section {
                Section::List => {
                    let (pair, connections) = line.rsplit_once(" : ").with_context(told)?;
                    let (from, to) = arrow(pair)?;
                    let connections = listed(connections)?;
                    if !connections.names.is_empty() {
                        bail!("named ports between workloads: {line}");
                    }
                    found.flows.push(allowed(&from, &to, connections.set));
                }
                Section::Permitted => {
                    let (from, to) = arrow(line).with_context(told)?;
                    found.flows.push(allowed(&from, &to, permitted.clone()));
                }
                Section::Exposure(direction) => {
                    found.exposed.extend(exposed(line, direction).with_context(told)?);
                }
                Section::Unprotected => {
                    let (workload, word) = line.split_once(" is not protected on ").with_context(told)?;
                    let direction = direction(word).with_context(told)?;
                    found.unprotected.insert((Peer::recorded(workload)?, direction));
                }
                Section::ByDefault => found.by_default.push(arrow(line).with_context(told)?),
                Section::Explanations => {
                    let pair = found.explained.last_mut().with_context(told)?;
                    explanation(line, pair, &mut gress).with_context(told)?;
                }
            }
        }
    }
    Ok(found)
}

fn heading(line: &str) -> Option<Section> {
    Some(match line.trim_matches(['#', ' ']) {
        "Connectivity diff:" | "Exposure Analysis Result:" => Section::List,
        "Egress Exposure:" => Section::Exposure(Direction::Egress),
        "Ingress Exposure:" => Section::Exposure(Direction::Ingress),
        "Workloads not protected by network policies:" => Section::Unprotected,
        "Specific connections and their reasons" => Section::Explanations,
        "All Connections due to the system default (Allow all)" => Section::ByDefault,
        _ => return None,
    })
}

fn arrow(pair: &str) -> Result<(Peer, Peer)> {
    let (from, to) = pair.split_once(" => ").context("no arrow")?;
    Ok((Peer::recorded(from)?, Peer::recorded(to)?))
}

/// None for outside addresses: the list has them too.
fn exposed(line: &str, direction: Direction) -> Result<Option<Exposed>> {
    let (line, connections) = line.rsplit_once(" : ").context("no connections")?;
    let arrow = if direction == Direction::Egress { "\t=> \t" } else { "\t<= \t" };
    let (workload, potential) = line.split_once(arrow).context("no arrow")?;
    if potential.ends_with("[External]") {
        return Ok(None);
    }
    Ok(Some(Exposed {
        workload: Peer::recorded(workload)?,
        direction,
        potential: Potential::recorded(potential)?,
        connections: listed(connections)?,
    }))
}

fn change(line: &str) -> Result<Change> {
    let after = |key: &str| {
        let (_, rest) = line.split_once(key)?;
        Some(rest.split_once(", ").map_or(rest, |(value, _)| value))
    };
    let any = |keys: [&str; 3]| keys.into_iter().find_map(after).context("no connections");
    Ok(Change {
        from: Peer::recorded(after("source: ").context("no source")?)?,
        to: Peer::recorded(after("destination: ").context("no destination")?)?,
        before: listed(any([", ref1: ", ", old: ", ", dir1: "])?)?.set,
        after: listed(any([", ref2: ", ", new: ", ", dir2: "])?)?.set,
    })
}

/// A line below a pair: a verdict with its connections, a direction, or a policy.
fn explanation(line: &str, pair: &mut Explained, gress: &mut Direction) -> Result<()> {
    let text = line.trim_start_matches(['\t', '-', ' ']);
    if matches!(text, "Allowed connections:" | "Denied connections:") || text.ends_with(" list:") {
        return Ok(());
    }
    let reasons = [" due to the following policies and rules:", " due to the system default (Allow all)"];
    if let Some(verdict) = reasons.into_iter().find_map(|reason| text.strip_suffix(reason))
        && (verdict.starts_with("Allowed ") || verdict.starts_with("Denied "))
    {
        return verdict_line(verdict, pair);
    }
    if let Some(direction) = text.split_once(" (").and_then(|(word, _)| direction(word)) {
        *gress = direction;
        return Ok(());
    }
    if text == "the system default (Allow all)" {
        return Ok(());
    }
    let (kind, rest) = text.split_once(" '").context("no policy")?;
    let (name, _) = rest.split_once('\'').context("no name")?;
    if kind.ends_with("NetworkPolicy") {
        pair.policies.insert((*gress, kind.to_owned(), name.to_owned()));
    }
    Ok(())
}

fn verdict_line(verdict: &str, pair: &mut Explained) -> Result<()> {
    let (word, connections) = verdict.split_once(' ').context("no connections")?;
    let set = explained(connections)?;
    match word {
        "Allowed" => pair.allowed = pair.allowed.union(&set),
        "Denied" => pair.denied = pair.denied.union(&set),
        _ => bail!("no verdict: {word}"),
    }
    Ok(())
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]
mod tests {
    use super::*;
    use ringfence::sets::Protocol;

    fn tcp(port: u16) -> ConnectionSet {
        ConnectionSet::of(Protocol::Tcp, port, port)
    }

    #[test]
    fn a_list_with_exposure() {
        let text = "\
{ingress-controller} => a/x[Pod] : TCP 80

Exposure Analysis Result:
Egress Exposure:
a/x[Pod]      \t=> \t0.0.0.0-255.255.255.255[External] : All Connections
a/x[Pod]      \t=> \t[all namespaces]/[pod with {k8s-app=kube-dns}] : UDP 53

Ingress Exposure:
a/y[Pod]      \t<= \tentire-cluster : TCP http

Workloads not protected by network policies:
a/x[Pod] is not protected on Ingress
";
        let found = parse(text).unwrap();
        assert_eq!(found.flows, [allowed(&Peer::Clients, &Peer::recorded("a/x[Pod]").unwrap(), tcp(80))]);
        assert_eq!(found.exposed.len(), 2);
        assert_eq!(found.exposed[0].direction, Direction::Egress);
        assert_eq!(found.exposed[1].connections.names.len(), 1);
        let unprotected = (Peer::recorded("a/x[Pod]").unwrap(), Direction::Ingress);
        assert_eq!(found.unprotected, BTreeSet::from([unprotected]));
    }

    #[test]
    fn a_list_of_one_port() {
        let found = parse("Permitted connections on TCP 52:\na/x[Pod] => a/y[Pod]\n").unwrap();
        assert_eq!(found.flows[0].allow, tcp(52));
    }

    #[test]
    fn a_diff_whatever_its_sides_are_called() {
        for (old, new) in [("ref1", "ref2"), ("old", "new"), ("dir1", "dir2")] {
            let text = format!(
                "Connectivity diff:\ndiff-type: added, source: a/x[Pod], destination: a/y[Pod], \
                 {old}: No Connections, {new}: TCP 80,90, workloads-diff-info: workload a/y[Pod] added\n"
            );
            let found = parse(&text).unwrap();
            assert!(found.changes[0].before.is_empty());
            assert_eq!(found.changes[0].after, tcp(80).union(&tcp(90)));
        }
    }

    #[test]
    fn explanations() {
        let text = "
##########################################
# Specific connections and their reasons #
##########################################
----------
Connections between a/x[Pod] => a/y[Pod]:

Allowed connections:
\tAllowed TCP:[80] due to the following policies and rules:
\t\tEgress (Allowed) due to the system default (Allow all)
\t\tIngress (Allowed)
\t\t\tAdminNetworkPolicy 'pass' passes connections by Ingress rule r (x)
\t\t\tthe system default (Allow all)
\tAllowed SCTP due to the system default (Allow all)

Denied connections:
\tDenied UDP due to the following policies and rules:
\t\tEgress (Denied)
\t\t\tNetworkPolicy list:
\t\t\t\t- NetworkPolicy 'a/deny' selects a/x[Pod], but a/y[Pod] is not allowed by any Egress rule
\t\tIngress (Allowed)
\t\t\tIngress 'a/i' allows ingress connections through service s

#########################################################
# All Connections due to the system default (Allow all) #
#########################################################
a/y[Pod] => a/x[Pod]
";
        let found = parse(text).unwrap();
        let pair = &found.explained[0];
        assert_eq!(pair.allowed, tcp(80).union(&ConnectionSet::of(Protocol::Sctp, 1, u16::MAX)));
        assert_eq!(pair.denied, ConnectionSet::of(Protocol::Udp, 1, u16::MAX));
        let named = |direction, kind: &str, name: &str| (direction, kind.to_owned(), name.to_owned());
        let expected = [
            named(Direction::Ingress, "AdminNetworkPolicy", "pass"),
            named(Direction::Egress, "NetworkPolicy", "a/deny"),
        ];
        assert_eq!(pair.policies, BTreeSet::from(expected));
        assert_eq!(found.by_default.len(), 1);
    }

    #[test]
    fn every_recorded_answer_is_read() {
        let Some(folder) = crate::corpus("netpol-analyzer") else { return };
        let mut empty = Vec::new();
        for case in crate::netpol_analyzer::case::load(&folder).unwrap() {
            if case.expected.is_empty() {
                assert!(case.result.is_some() || !case.messages.is_empty(), "{}", case.name);
                continue;
            }
            let text = std::fs::read_to_string(folder.join(&case.expected)).unwrap();
            let found = parse(&text).unwrap_or_else(|error| panic!("{}: {error:#}", case.name));
            let lists =
                [found.flows.len(), found.exposed.len(), found.explained.len(), found.by_default.len()];
            if lists.iter().sum::<usize>() + found.changes.len() == 0 {
                empty.push(case.name);
            }
            for pair in &found.explained {
                assert!(pair.allowed.intersect(&pair.denied).is_empty(), "{} => {}", pair.from, pair.to);
            }
        }
        println!("without any connection: {empty:#?}");
    }

    #[test]
    fn what_is_of_no_form_is_refused() {
        for text in ["a/x[Pod] -> a/y[Pod]", "Egress Exposure:\na/x[Pod] : all", "diff-type: added"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
