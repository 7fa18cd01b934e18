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
use proptest::sample::{select, subsequence};
use ringfence::engine::{DefaultDeny, Endpoint, Engine, Isolation, Verdict};
use ringfence::model::{Direction, NAME_LABEL};
use ringfence::sets::Protocol;
use ringfence_tests::oracle::{Labels, Peer, Pod, World, selects};
use ringfence_tests::snapshot::with_engine;
use serde_json::{Value, json};

const NAMESPACES: [&str; 3] = ["a", "b", "c"];
const KEYS: [&str; 2] = ["app", "tier"];
const VALUES: [&str; 3] = ["x", "y", ""];
const PORTS: [u16; 5] = [53, 80, 81, 443, 8080];
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];
const NAMES: [&str; 2] = ["web", "dns"];
const ADDRESSES: [&str; 5] = ["10.0.0.1", "10.1.2.3", "192.0.2.7", "fd00::1", "2001:db8::5"];

fn labels() -> impl Strategy<Value = Labels> {
    let pair = (select(&KEYS[..]), select(&VALUES[..]));
    prop::collection::vec(pair, 0..3)
        .prop_map(|pairs| pairs.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
}

fn pods() -> impl Strategy<Value = Vec<Pod>> {
    let port = (select(&NAMES[..]), select(&PROTOCOLS[..]), select(&PORTS[..]))
        .prop_map(|(name, protocol, port)| (name.to_owned(), protocol.to_owned(), port));
    let pod =
        (select(&NAMESPACES[..]), labels(), prop::collection::vec(port, 0..3), prop::bool::weighted(0.1));
    prop::collection::vec(pod, 1..6).prop_map(|pods| {
        let pod = |(i, (namespace, labels, ports, host_network)): (usize, (&str, _, _, _))| Pod {
            namespace: namespace.to_owned(),
            name: format!("pod-{i}"),
            labels,
            ports,
            host_network,
        };
        pods.into_iter().enumerate().map(pod).collect()
    })
}

fn requirement() -> impl Strategy<Value = Value> {
    let values = subsequence(&VALUES[..], 1..3);
    (select(&KEYS[..]), select(&["In", "NotIn", "Exists", "DoesNotExist"][..]), values).prop_map(
        |(key, operator, values)| match operator {
            "In" | "NotIn" => json!({"key": key, "operator": operator, "values": values}),
            _ => json!({"key": key, "operator": operator}),
        },
    )
}

fn selector() -> impl Strategy<Value = Value> {
    let spelled = (labels(), prop::collection::vec(requirement(), 0..3))
        .prop_map(|(labels, expressions)| json!({"matchLabels": labels, "matchExpressions": expressions}));
    prop_oneof![2 => Just(json!({})), 5 => spelled]
}

fn namespace_selector() -> impl Strategy<Value = Value> {
    let named = select(&NAMESPACES[..]).prop_map(|name| json!({"matchLabels": {NAME_LABEL: name}}));
    prop_oneof![1 => named, 1 => selector()]
}

fn peer() -> impl Strategy<Value = Value> {
    let block = prop_oneof![
        Just(json!({"cidr": "0.0.0.0/0"})),
        Just(json!({"cidr": "::/0", "except": ["fd00::/8"]})),
        Just(json!({"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]})),
        Just(json!({"cidr": "192.0.2.0/24"})),
    ];
    prop_oneof![
        2 => selector().prop_map(|pods| json!({"podSelector": pods})),
        2 => namespace_selector().prop_map(|namespaces| json!({"namespaceSelector": namespaces})),
        2 => (namespace_selector(), selector())
            .prop_map(|(namespaces, pods)| json!({"namespaceSelector": namespaces, "podSelector": pods})),
        1 => block.prop_map(|block| json!({"ipBlock": block})),
    ]
}

fn port() -> impl Strategy<Value = Value> {
    let protocol = select(&PROTOCOLS[..]);
    prop_oneof![
        protocol.clone().prop_map(|protocol| json!({"protocol": protocol})),
        (protocol.clone(), select(&PORTS[..]))
            .prop_map(|(protocol, port)| json!({"protocol": protocol, "port": port})),
        (protocol, select(&NAMES[..]))
            .prop_map(|(protocol, port)| json!({"protocol": protocol, "port": port})),
        Just(json!({"port": 80, "endPort": 443})),
    ]
}

fn rule(peers: &'static str) -> impl Strategy<Value = Value> {
    let lists = (prop::collection::vec(peer(), 0..3), prop::collection::vec(port(), 0..3));
    lists.prop_map(move |(who, ports)| json!({peers: who, "ports": ports}))
}

fn policy() -> impl Strategy<Value = Value> {
    let types = prop_oneof![
        Just(json!(null)),
        Just(json!([])),
        Just(json!(["Ingress"])),
        Just(json!(["Egress"])),
        Just(json!(["Egress", "Ingress"])),
    ];
    let rules = |peers| prop::option::of(prop::collection::vec(rule(peers), 0..3));
    (select(&NAMESPACES[..]), prop::option::of(selector()), types, rules("from"), rules("to")).prop_map(
        |(namespace, selector, types, ingress, egress)| {
            json!({
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": "p", "namespace": namespace},
                "spec": {"podSelector": selector, "policyTypes": types, "ingress": ingress, "egress": egress},
            })
        },
    )
}

#[derive(Debug)]
struct Case {
    world: World,
    pods: Vec<Pod>,
    text: String,
}

fn case() -> impl Strategy<Value = Case> {
    let declared = prop::collection::btree_map(select(&NAMESPACES[..]), labels(), 0..3);
    (declared, pods(), prop::collection::vec(policy(), 0..6)).prop_map(|(declared, pods, mut policies)| {
        let mut objects = Vec::new();
        let mut world = World::default();
        for name in NAMESPACES {
            let mut labels = declared.get(name).cloned().unwrap_or_default();
            if declared.contains_key(name) {
                objects.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}));
            }
            labels.insert(NAME_LABEL.to_owned(), name.to_owned());
            world.namespaces.insert(name.to_owned(), labels);
        }
        for pod in &pods {
            let port = |(name, protocol, port): &(String, String, u16)| {
                json!({"name": name, "protocol": protocol, "containerPort": port})
            };
            objects.push(json!({
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": pod.name, "namespace": pod.namespace, "labels": pod.labels},
                "spec": {
                    "hostNetwork": pod.host_network,
                    "containers": [{"name": "c", "ports": pod.ports.iter().map(port).collect::<Vec<_>>()}],
                },
            }));
        }
        for (i, policy) in policies.iter_mut().enumerate() {
            policy["metadata"]["name"] = json!(format!("policy-{i}"));
            world.policies.push(serde_json::from_value::<NetworkPolicy>(policy.clone()).unwrap());
            objects.push(policy.clone());
        }
        let text = objects.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n");
        Case { world, pods, text }
    })
}

/// The class of each Pod, by the Pod's name.
fn classes(engine: &Engine<'_>) -> BTreeMap<String, ringfence::cluster::ClassId> {
    let cluster = engine.cluster();
    cluster.workload_ids().map(|(id, info)| (cluster.workload_name(id).to_owned(), info.class)).collect()
}

fn verdict(allowed: bool) -> Verdict {
    if allowed { Verdict::Allowed } else { Verdict::Denied }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn isolation_and_connections_agree(case in case()) {
        with_engine(&[("case.yaml", &case.text)], |engine| -> Result<(), TestCaseError> {
            let classes = classes(engine);
            prop_assert_eq!(classes.len(), case.pods.len());
            for pod in &case.pods {
                let class = classes[&pod.name];
                for direction in Direction::BOTH {
                    let expected = match (pod.host_network, case.world.is_isolated(direction, pod)) {
                        (true, _) => Isolation::HostNetwork,
                        (false, true) => Isolation::Isolated,
                        (false, false) => Isolation::Open,
                    };
                    prop_assert_eq!(engine.isolation(direction, class), expected);
                    for (protocol, port) in PROTOCOLS.iter().flat_map(|p| PORTS.map(|port| (*p, port))) {
                        let parsed: Protocol = protocol.parse().unwrap();
                        for peer in &case.pods {
                            let endpoint = Endpoint::Class(classes[&peer.name]);
                            let expected = case.world.allows(direction, pod, Peer::Pod(peer), protocol, port);
                            let found = engine.verdict(direction, class, endpoint, parsed, port);
                            prop_assert_eq!(found, verdict(expected), "{:?} {} {} {}/{}", direction, pod.name, peer.name, protocol, port);
                        }
                        for address in ADDRESSES {
                            let address: IpAddr = address.parse().unwrap();
                            let expected = case.world.allows(direction, pod, Peer::Address(address), protocol, port);
                            let found = engine.verdict(direction, class, Endpoint::Address(address), parsed, port);
                            prop_assert_eq!(found, verdict(expected), "{:?} {} {} {}/{}", direction, pod.name, address, protocol, port);
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
    fn default_deny_agrees_with_all_label_assignments(case in case()) {
        with_engine(&[("case.yaml", &case.text)], |engine| -> Result<(), TestCaseError> {
            for (id, info) in engine.cluster().namespace_ids() {
                for direction in Direction::BOTH {
                    let denying: Vec<_> = case.world.policies.iter().filter(|policy| {
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

fn affects(policy: &NetworkPolicy, direction: Direction) -> bool {
    let probe = Pod {
        namespace: policy.metadata.namespace.clone().unwrap(),
        name: String::new(),
        labels: Labels::new(),
        ports: Vec::new(),
        host_network: false,
    };
    let mut policy = policy.clone();
    policy.spec.as_mut().unwrap().pod_selector = None;
    World { namespaces: BTreeMap::new(), policies: vec![policy] }.is_isolated(direction, &probe)
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
