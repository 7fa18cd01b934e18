//! Every connection of a small cluster: what the engine says against what the oracle says.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Answer, Peer, World};

/// One end of a connection as the suites write it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A Pod, `namespace/name`.
    Pod(String),
    /// An address outside the cluster.
    Address(IpAddr),
}

impl FromStr for End {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        Ok(text.parse().map_or_else(|_| Self::Pod(text.to_owned()), Self::Address))
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pod(path) => f.write_str(path),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// A source and a destination.
pub type Pair = (End, End);

/// A protocol and a port of the destination.
pub type Port = (String, u16);

/// The engine: the text of the manifests, whether blocks match the addresses of Pods, pairs and ports → for each pair
/// the answers for each port.
pub type Ask = fn(&str, bool, &[Pair], &[Port]) -> Result<Vec<Vec<Answer>>>;

/// A connection and its answer; as text a line of a reach case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Where it comes from and where it goes.
    pub pair: Pair,
    /// How it gets there.
    pub port: Port,
    /// What is proven of it.
    pub answer: Answer,
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((from, to), (protocol, port)) = (&self.pair, &self.port);
        write!(f, "{from} -> {to} {protocol}/{port}: {}", self.answer.name())
    }
}

impl FromStr for Expectation {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> Result<Self> {
        let parse = || {
            let (connection, answer) = line.rsplit_once(": ")?;
            let (from, rest) = connection.split_once(" -> ")?;
            let (to, port) = rest.split_once(' ')?;
            let (protocol, number) = port.split_once('/')?;
            let answer = Answer::parse(answer.trim())?;
            let (Ok(from), Ok(to)) = (from.trim().parse(), to.parse());
            let port = (protocol.to_owned(), number.parse().ok()?);
            Some(Self { pair: (from, to), port, answer })
        };
        parse().with_context(|| format!("not `FROM -> TO PROTOCOL/PORT: ANSWER`: {line}"))
    }
}

impl World {
    /// The end of a connection with that name.
    pub fn peer(&self, end: &End) -> Option<Peer<'_>> {
        match end {
            End::Address(address) => Some(Peer::Address(*address)),
            End::Pod(path) => self.pods.iter().find(|pod| pod.path() == *path).map(Peer::Pod),
        }
    }
}

/// A cluster as objects of the API.
#[derive(Clone)]
pub struct Case {
    /// The objects.
    pub objects: Vec<Value>,
    /// Whether the blocks of a NetworkPolicy match the addresses of Pods.
    pub match_pod_ips: bool,
}

impl Case {
    /// The cluster as the oracle sees it.
    pub fn world(&self) -> Result<World> {
        World::from_objects(&self.objects, self.match_pod_ips)
    }

    /// The manifests.
    pub fn text(&self) -> String {
        self.objects.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n")
    }

    /// The manifests for a person, with a comment for each expectation: a reach case.
    pub fn reach_case(&self, expected: &[Expectation]) -> Result<String> {
        let mut text = String::new();
        if self.match_pod_ips {
            text.push_str("# mode: match-pod-ips\n");
        }
        for line in expected {
            text.push_str(&format!("# {line}\n"));
        }
        for object in &self.objects {
            text.push_str("---\n");
            text.push_str(&serde_yaml::to_string(object)?);
        }
        Ok(text)
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reach_case(&[]).map_err(|_| fmt::Error)?)
    }
}

/// What a comparison found.
#[derive(Debug, Default)]
pub struct Compared {
    /// The number of pairs.
    pub pairs: usize,
    /// The connections for which the engine says something else, with the oracle's answer and the engine's.
    pub wrong: Vec<(Expectation, Answer)>,
}

/// Asks for every connection between the Pods of a case, and between them and `addresses`.
pub fn compare(case: &Case, addresses: &[IpAddr], ports: &[Port], ask: Ask) -> Result<Compared> {
    let world = case.world()?;
    let pairs = pairs(&world, addresses);
    let answers = ask(&case.text(), case.match_pod_ips, &pairs, ports)?;
    anyhow::ensure!(answers.len() == pairs.len(), "{} answers for {} pairs", answers.len(), pairs.len());
    let mut compared = Compared { pairs: pairs.len(), wrong: Vec::new() };
    for ((from, to), row) in pairs.iter().zip(answers) {
        let ends = world.peer(from).zip(world.peer(to)).context("an end that the cluster lacks")?;
        anyhow::ensure!(row.len() == ports.len(), "{} answers for {} ports", row.len(), ports.len());
        for (port, found) in ports.iter().zip(row) {
            let answer = world.answer(ends.0, ends.1, &port.0, port.1);
            if answer != found {
                let pair = (from.clone(), to.clone());
                compared.wrong.push((Expectation { pair, port: port.clone(), answer }, found));
            }
        }
    }
    Ok(compared)
}

/// All pairs but those of a Pod with itself, and of two addresses.
fn pairs(world: &World, addresses: &[IpAddr]) -> Vec<Pair> {
    let pods: BTreeMap<String, End> =
        world.pods.iter().map(|pod| (pod.path(), End::Pod(pod.path()))).collect();
    let mut pairs = Vec::new();
    for from in pods.values() {
        pairs.extend(pods.values().filter(|to| *to != from).map(|to| (from.clone(), to.clone())));
        for address in addresses {
            pairs.push((from.clone(), End::Address(*address)));
            pairs.push((End::Address(*address), from.clone()));
        }
    }
    pairs
}
