//! The one place where the suites ask the engine for pairs; its answers in the oracle's words.
//!
//! The engine answers in two ways that must not differ: from the compiled lists of everybody, and by a walk through
//! the policies for one pair.

use anyhow::{Context, Result};
use ringfence::cluster::{ClassId, Cluster};
use ringfence::engine::{Endpoint, Engine, EngineOptions, Flow, IpBlocks, PeerId};
use ringfence::sets::Protocol;

use crate::oracle::Answer;
use crate::oracle::compare::{Ask, End, Pair, Port};
use crate::snapshot::with_cluster;

/// The ways to ask, by name.
pub const WAYS: [(&str, Ask); 2] = [("lists", by_lists), ("walk", by_walk)];

fn by_lists(text: &str, match_pod_ips: bool, pairs: &[Pair], ports: &[Port]) -> Result<Vec<Vec<Answer>>> {
    let flow = |engine: &Engine<'_>, (from, to): &Pair| {
        let reach = engine.reach();
        let peer = |end: &End| match end {
            End::Pod(path) => Ok(PeerId::from(class(engine.cluster(), path)?)),
            End::Address(address) => reach.atom_of(*address).context("an address in no atom"),
        };
        Ok(reach.flow(reach.between(peer(from)?, peer(to)?)))
    };
    ask(text, match_pod_ips, pairs, ports, flow)
}

fn by_walk(text: &str, match_pod_ips: bool, pairs: &[Pair], ports: &[Port]) -> Result<Vec<Vec<Answer>>> {
    let flow = |engine: &Engine<'_>, (from, to): &Pair| {
        let end = |end: &End| match end {
            End::Pod(path) => Ok::<_, anyhow::Error>(Endpoint::Class(class(engine.cluster(), path)?)),
            End::Address(address) => Ok(Endpoint::Address(*address)),
        };
        Ok(engine.flow(end(from)?, end(to)?))
    };
    ask(text, match_pod_ips, pairs, ports, flow)
}

fn ask(
    text: &str,
    match_pod_ips: bool,
    pairs: &[Pair],
    ports: &[Port],
    flow: impl Fn(&Engine<'_>, &Pair) -> Result<Flow>,
) -> Result<Vec<Vec<Answer>>> {
    let ip_blocks = if match_pod_ips { IpBlocks::MatchPodIps } else { IpBlocks::ExternalOnly };
    let ports = ports.iter().map(|(protocol, port)| Ok((protocol.parse::<Protocol>()?, *port)));
    let ports = ports.collect::<Result<Vec<_>>>()?;
    with_cluster(&[("case.yaml", text)], |cluster| {
        let engine = Engine::with_options(cluster, EngineOptions { ip_blocks });
        let row = |pair: &Pair| {
            let flow = flow(&engine, pair)?;
            let answer = |(protocol, port): &(Protocol, u16)| {
                Answer::new(flow.certain.contains(*protocol, *port), flow.possible.contains(*protocol, *port))
            };
            Ok(ports.iter().map(answer).collect())
        };
        pairs.iter().map(row).collect()
    })
}

fn class(cluster: &Cluster<'_>, path: &str) -> Result<ClassId> {
    let found = cluster.workload_ids().find(|(id, info)| {
        format!("{}/{}", cluster.namespace_name(info.namespace), cluster.workload_name(*id)) == path
    });
    Ok(found.with_context(|| format!("no workload {path}"))?.1.class)
}
