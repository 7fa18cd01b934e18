//! Generated clusters, as objects of the API that its server takes.
//!
//! Names, labels, ports and addresses come from small sets, so that rules meet, shadow and contradict each other.

#![allow(clippy::indexing_slicing, reason = "an index into a JSON object adds the field")]

mod admin;

use std::net::IpAddr;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use ringfence::model::NAME_LABEL;
use serde_json::{Value, json};

use self::admin::cluster_policies;
use super::Labels;
use super::compare::{Case, Port};

/// The namespaces.
pub const NAMESPACES: [&str; 3] = ["a", "b", "c"];
/// The values of labels.
pub const VALUES: [&str; 3] = ["x", "y", ""];
/// The protocols.
pub const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];
/// Ports that rules and Pods name, and between them some that they don't.
pub const PORTS: [u16; 5] = [53, 80, 81, 443, 8080];
/// Addresses outside the cluster.
pub const ADDRESSES: [&str; 5] = ["10.9.0.1", "10.1.200.3", "192.0.2.7", "fd00::99:1", "2001:db8::5"];

const KEYS: [&str; 2] = ["app", "tier"];
const NAMES: [&str; 2] = ["web", "dns"];
const NODES: [&str; 3] = ["node-1", "node-2", "node-3"];
/// They tell Pods (10.1.0.0/24, fd00::/120), nodes (10.0.0.0/24) and outside addresses apart.
const CIDRS: [&str; 9] = [
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/8",
    "10.0.0.0/31",
    "10.1.0.0/30",
    "10.1.0.2/32",
    "fd00::/126",
    "192.0.2.0/24",
    "2001:db8::/32",
];

/// The outside addresses, parsed.
pub fn addresses() -> Vec<IpAddr> {
    ADDRESSES.iter().filter_map(|address| address.parse().ok()).collect()
}

/// Every port with every protocol.
pub fn ports() -> Vec<Port> {
    PROTOCOLS.iter().flat_map(|protocol| PORTS.map(|port| ((*protocol).to_owned(), port))).collect()
}

fn labels() -> impl Strategy<Value = Labels> {
    let pair = (select(&KEYS[..]), select(&VALUES[..]));
    prop::collection::vec(pair, 0..3)
        .prop_map(|pairs| pairs.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
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

fn block() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => select(&CIDRS[..]).prop_map(|cidr| json!({"cidr": cidr})),
        1 => Just(json!({"cidr": "0.0.0.0/0", "except": ["10.1.0.0/30"]})),
        1 => Just(json!({"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]})),
        1 => Just(json!({"cidr": "::/0", "except": ["fd00::/8"]})),
    ]
}

fn peer() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => selector().prop_map(|pods| json!({"podSelector": pods})),
        2 => namespace_selector().prop_map(|namespaces| json!({"namespaceSelector": namespaces})),
        2 => (namespace_selector(), selector())
            .prop_map(|(namespaces, pods)| json!({"namespaceSelector": namespaces, "podSelector": pods})),
        2 => block().prop_map(|block| json!({"ipBlock": block})),
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

fn network_policy() -> impl Strategy<Value = Value> {
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
                "metadata": {"namespace": namespace},
                "spec": {"podSelector": selector, "policyTypes": types, "ingress": ingress, "egress": egress},
            })
        },
    )
}

/// The addresses of a Pod that its status shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Nothing,
    V4,
    V6,
    Both,
}

/// Pods; with `placed` some of them show their addresses and their nodes.
fn pods(placed: bool) -> impl Strategy<Value = Vec<Value>> {
    let port = (select(&NAMES[..]), select(&PROTOCOLS[..]), select(&PORTS[..])).prop_map(
        |(name, protocol, port)| json!({"name": name, "protocol": protocol, "containerPort": port}),
    );
    let shown = select(&[Shown::Nothing, Shown::V4, Shown::V4, Shown::V6, Shown::Both][..]);
    let place = (0..NODES.len(), any::<bool>(), any::<bool>(), shown);
    let pod = (
        select(&NAMESPACES[..]),
        labels(),
        prop::collection::vec(port, 0..3),
        prop::bool::weighted(0.15),
        place,
    );
    prop::collection::vec(pod, 1..6).prop_map(move |pods| {
        let pod = |(i, (namespace, labels, ports, host_network, place)): (usize, (&str, _, _, bool, _))| {
            let (node, names_node, shows_node, shown): (usize, bool, bool, Shown) = place;
            let mut pod = json!({
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": format!("pod-{i}"), "namespace": namespace, "labels": labels},
                "spec": {
                    "hostNetwork": host_network,
                    "containers": [{"name": "c", "image": "i", "ports": ports}],
                },
            });
            if !placed {
                return pod;
            }
            let host = format!("10.0.0.{}", node + 1);
            let (v4, v6) = (format!("10.1.0.{}", i + 1), format!("fd00::{}", i + 1));
            let ips = match shown {
                Shown::Nothing => vec![],
                _ if host_network => vec![host.clone()],
                Shown::V4 => vec![v4],
                Shown::V6 => vec![v6],
                Shown::Both => vec![v4, v6],
            };
            if shows_node || (host_network && !ips.is_empty()) {
                pod["status"]["hostIP"] = host.into();
            }
            if !ips.is_empty() {
                pod["status"]["podIPs"] = ips.into_iter().map(|ip| json!({"ip": ip})).collect();
            }
            if names_node {
                pod["spec"]["nodeName"] = NODES.get(node).copied().into();
            }
            pod
        };
        pods.into_iter().enumerate().map(pod).collect()
    })
}

fn nodes() -> impl Strategy<Value = Vec<Value>> {
    let node = (select(&NODES[..]), prop::option::of(select(&["x", "y"][..])));
    prop::collection::btree_map(
        node.clone().prop_map(|(name, _)| name),
        node.prop_map(|(_, pool)| pool),
        0..3,
    )
    .prop_map(|nodes| {
        let node = |(name, pool): (&str, Option<&str>)| {
            let mut labels = json!({
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
            });
            if let Some(pool) = pool {
                labels["pool"] = pool.into();
            }
            json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}})
        };
        nodes.into_iter().map(node).collect()
    })
}

fn namespaces() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::btree_map(select(&NAMESPACES[..]), labels(), 0..3).prop_map(|declared| {
        let namespace = |(name, labels): (&str, Labels)| {
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
        };
        declared.into_iter().map(namespace).collect()
    })
}

fn network_policies() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(network_policy(), 0..6).prop_map(|mut policies| {
        for (i, policy) in policies.iter_mut().enumerate() {
            policy["metadata"]["name"] = json!(format!("policy-{i}"));
        }
        policies
    })
}

/// A cluster with NetworkPolicies only, whose Pods show neither addresses nor nodes.
pub fn plain() -> impl Strategy<Value = Case> {
    (namespaces(), pods(false), network_policies()).prop_map(|(namespaces, pods, policies)| Case {
        objects: [namespaces, pods, policies].concat(),
        match_pod_ips: false,
    })
}

/// A cluster with policies of every kind.
pub fn full() -> impl Strategy<Value = Case> {
    (namespaces(), nodes(), pods(true), network_policies(), cluster_policies(), any::<bool>()).prop_map(
        |(namespaces, nodes, pods, policies, cluster_policies, match_pod_ips)| Case {
            objects: [namespaces, nodes, pods, policies, cluster_policies].concat(),
            match_pod_ips,
        },
    )
}
