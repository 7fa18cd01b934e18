//! The engine against the brute-force evaluator, on generated clusters.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::net::IpAddr;

use k8s_openapi::api::networking::v1::NetworkPolicy;
use proptest::prelude::*;
use ringfence::engine::{DefaultDeny, Endpoint, Engine, Isolation, Verdict};
use ringfence::model::Direction;
use ringfence::sets::Protocol;
use ringfence_tests::corpus;
use ringfence_tests::oracle::generate::{self, ADDRESSES, PORTS, PROTOCOLS, VALUES};
use ringfence_tests::oracle::{Answer, Labels, Peer, Pod, View, World, selects};
use ringfence_tests::snapshot::with_engine;
use serde_json::Value;

/// The class of each Pod, by the Pod's name.
fn classes(engine: &Engine<'_>) -> BTreeMap<String, ringfence::cluster::ClassId> {
    let cluster = engine.cluster();
    cluster.workload_ids().map(|(id, info)| (cluster.workload_name(id).to_owned(), info.class)).collect()
}

/// What the policies on a Pod say to a peer.
fn verdict(world: &World, direction: Direction, pod: &Pod, peer: Peer<'_>, port: (&str, u16)) -> Verdict {
    let allowed = |view| world.allows(direction, pod, peer, port.0, port.1, view);
    match Answer::new(allowed(View::Pessimistic), allowed(View::Optimistic)) {
        Answer::Denied => Verdict::Denied,
        Answer::Unknown => Verdict::Unknown,
        Answer::Allowed => Verdict::Allowed,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn isolation_and_connections_agree(case in generate::plain()) {
        let world = case.world().unwrap();
        with_engine(&[("case.yaml", &case.text())], |engine| -> Result<(), TestCaseError> {
            let classes = classes(engine);
            prop_assert_eq!(classes.len(), world.pods.len());
            for pod in &world.pods {
                let class = classes[&pod.name];
                for direction in Direction::BOTH {
                    let expected = match (pod.host_network, world.is_isolated(direction, pod)) {
                        (true, _) => Isolation::HostNetwork,
                        (false, true) => Isolation::Isolated,
                        (false, false) => Isolation::Open,
                    };
                    prop_assert_eq!(engine.isolation(direction, class), expected);
                    for (protocol, port) in PROTOCOLS.iter().flat_map(|p| PORTS.map(|port| (*p, port))) {
                        let parsed: Protocol = protocol.parse().unwrap();
                        for peer in &world.pods {
                            let endpoint = Endpoint::Class(classes[&peer.name]);
                            let expected = verdict(&world, direction, pod, Peer::Pod(peer), (protocol, port));
                            let found = engine.verdict(direction, class, endpoint, parsed, port);
                            prop_assert_eq!(found, expected, "{:?} {} {} {}/{}", direction, pod.name, peer.name, protocol, port);
                        }
                        for address in ADDRESSES {
                            let address: IpAddr = address.parse().unwrap();
                            let expected = verdict(&world, direction, pod, Peer::Address(address), (protocol, port));
                            let found = engine.verdict(direction, class, Endpoint::Address(address), parsed, port);
                            prop_assert_eq!(found, expected, "{:?} {} {} {}/{}", direction, pod.name, address, protocol, port);
                        }
                    }
                }
            }
            Ok(())
        })?;
    }

    /// Default deny is proven exactly where no Pod with any labels would be left without a policy that denies
    /// something. The keys and values of the generator, and one value that no policy knows, stand for all labels.
    #[test]
    fn default_deny_agrees_with_all_label_assignments(case in generate::plain()) {
        let world = case.world().unwrap();
        with_engine(&[("case.yaml", &case.text())], |engine| -> Result<(), TestCaseError> {
            for (id, info) in engine.cluster().namespace_ids() {
                for direction in Direction::BOTH {
                    let denying: Vec<_> = world.policies.iter().filter(|policy| {
                        policy.metadata.namespace.as_deref() == Some(&*info.name)
                            && affects(policy, direction)
                            && !allows_everything(policy, direction)
                    }).collect();
                    let covered = all_labels().all(|labels| denying.iter().any(|policy| {
                        let selector = policy.spec.as_ref().and_then(|spec| spec.pod_selector.as_ref());
                        selector.is_none_or(|selector| selects(selector, &labels))
                    }));
                    let found = engine.default_deny(direction, id);
                    let proven = matches!(found, DefaultDeny::Proven(_) | DefaultDeny::Nullified { .. });
                    prop_assert_eq!(proven, covered, "{:?} {} {:?}", direction, info.name, found);
                }
            }
            Ok(())
        })?;
    }
}

/// The same cluster with everything shown that a generated one may hide: one IPv4 address for each Pod and its node.
fn revealed(world: &World) -> World {
    let mut world = world.clone();
    for (i, pod) in world.pods.iter_mut().enumerate() {
        let node = i % 2 + 1;
        pod.node = Some(format!("node-{node}"));
        pod.host_ips = vec![format!("10.0.0.{node}").parse().unwrap()];
        pod.ips =
            if pod.host_network { Vec::new() } else { vec![format!("10.1.0.{}", i + 1).parse().unwrap()] };
        let labels = ["kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch"];
        let labels = labels.map(|key| (key.to_owned(), "linux".to_owned()));
        world.nodes.entry(format!("node-{node}")).or_insert_with(|| labels.into_iter().collect());
    }
    world
}

/// The same cluster without any address and node.
fn hidden(world: &World) -> World {
    let mut world = world.clone();
    world.nodes.clear();
    for pod in &mut world.pods {
        (pod.node, pod.ips, pod.host_ips) = (None, Vec::new(), Vec::new());
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is proven without the addresses and the nodes stays true once they are known.
    #[test]
    fn what_becomes_known_contradicts_nothing(case in generate::full()) {
        let world = case.world().unwrap();
        let (hidden, revealed) = (hidden(&world), revealed(&world));
        let outside = generate::addresses();
        for (from, revealed_from) in hidden.pods.iter().zip(&revealed.pods) {
            let peers = hidden.pods.iter().zip(&revealed.pods).map(|(h, r)| (Peer::Pod(h), Peer::Pod(r)));
            let addresses = outside.iter().map(|address| (Peer::Address(*address), Peer::Address(*address)));
            for (to, revealed_to) in peers.chain(addresses) {
                for (protocol, port) in generate::ports() {
                    let before = hidden.answer(Peer::Pod(from), to, &protocol, port);
                    let after = revealed.answer(Peer::Pod(revealed_from), revealed_to, &protocol, port);
                    let holds = before == Answer::Unknown || before == after;
                    prop_assert!(holds, "{from:?} {to:?} {protocol}/{port}: {before:?}, then {after:?}");
                }
            }
        }
    }
}

/// The truth tables of cyclonus, in its mode: a block matches the addresses of Pods.
#[test]
fn the_oracle_agrees_with_cyclonus() {
    let Some(folder) = corpus("cyclonus") else { return };
    let mut compared = 0;
    for case in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(text) = std::fs::read_to_string(case.join("all.yaml")) else { continue };
        let world = World::from_yaml(&text, true).unwrap();
        let expected = std::fs::read_to_string(case.join("expected.json")).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let table = expected["truth_table(ingress,egress,combined)"].as_object().unwrap();
        for (pair, ports) in table {
            let (from, to) = pair.split_once(" -> ").unwrap();
            if from == to {
                continue;
            }
            let [from, to] = [from, to].map(|pod| world.peer(&pod.parse().unwrap()).unwrap());
            for (port, marks) in ports.as_object().unwrap() {
                let (protocol, number) = port.split_once('/').unwrap();
                let found = world.answer(from, to, protocol, number.parse().unwrap());
                let allowed = marks.as_str().unwrap().ends_with('.');
                assert_eq!(found, Answer::new(allowed, allowed), "{}: {pair} {port}", case.display());
                compared += 1;
            }
        }
    }
    assert!(compared > 10_000, "{compared}");
}

fn affects(policy: &NetworkPolicy, direction: Direction) -> bool {
    let probe = Pod { namespace: policy.metadata.namespace.clone().unwrap(), ..Pod::default() };
    let mut policy = policy.clone();
    policy.spec.as_mut().unwrap().pod_selector = None;
    World { policies: vec![policy], ..World::default() }.is_isolated(direction, &probe)
}

fn allows_everything(policy: &NetworkPolicy, direction: Direction) -> bool {
    let value = serde_json::to_value(policy).unwrap();
    let rules = value["spec"][direction.name()].as_array().cloned().unwrap_or_default();
    let is_empty = |value: &Value| value.as_array().is_none_or(Vec::is_empty);
    rules.iter().any(|rule| is_empty(&rule[direction.peers_field()]) && is_empty(&rule["ports"]))
}

fn all_labels() -> impl Iterator<Item = Labels> {
    let states = || [None].into_iter().chain(VALUES.into_iter().chain(["fresh"]).map(Some));
    states().flat_map(move |app| {
        states().map(move |tier| {
            let pairs = [("app", app), ("tier", tier)];
            pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned()))).collect()
        })
    })
}
