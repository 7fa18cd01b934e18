//! Generated policies of the cluster, in both versions of their API.

#![allow(clippy::indexing_slicing, reason = "an index into a JSON object adds the field")]

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::{CIDRS, NAMES, PORTS, PROTOCOLS, namespace_selector, selector};

/// The two versions of the cluster-wide API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V1Alpha1,
    V1Alpha2,
}

fn namespaced_pods(version: Version) -> impl Strategy<Value = Value> {
    (namespace_selector(), selector(), prop::bool::weighted(0.2)).prop_map(
        move |(namespaces, pods, anywhere)| {
            // The later version lets the selector of namespaces out: all of them.
            if anywhere && version == Version::V1Alpha2 {
                json!({"pods": {"podSelector": pods}})
            } else {
                json!({"pods": {"namespaceSelector": namespaces, "podSelector": pods}})
            }
        },
    )
}

fn pod_peer(version: Version) -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => namespace_selector().prop_map(|namespaces| json!({"namespaces": namespaces})),
        2 => namespaced_pods(version),
    ]
}

fn node_selector() -> impl Strategy<Value = Value> {
    let selectors = [
        json!({}),
        json!({"matchLabels": {"pool": "x"}}),
        json!({"matchLabels": {"kubernetes.io/os": "linux"}}),
        json!({"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "Exists"}]}),
        json!({"matchExpressions": [{"key": "pool", "operator": "Exists"}]}),
        json!({"matchExpressions": [{"key": "pool", "operator": "NotIn", "values": ["x"]}]}),
    ];
    select(selectors.to_vec())
}

fn cluster_peer(version: Version, egress: bool) -> BoxedStrategy<Value> {
    let unknown = Just(json!({"planet": {}}));
    if !egress {
        return prop_oneof![30 => pod_peer(version), 1 => unknown].boxed();
    }
    prop_oneof![
        14 => pod_peer(version),
        10 => subsequence(&CIDRS[..], 1..4).prop_map(|cidrs| json!({"networks": cidrs})),
        5 => node_selector().prop_map(|nodes| json!({"nodes": nodes})),
        2 => Just(json!({"domainNames": ["*.example.com"]})),
        1 => unknown,
    ]
    .boxed()
}

fn cluster_port(version: Version) -> impl Strategy<Value = Value> {
    let number =
        (select(&PROTOCOLS[..]), select(&PORTS[..])).prop_map(move |(protocol, port)| match version {
            Version::V1Alpha1 => json!({"portNumber": {"protocol": protocol, "port": port}}),
            Version::V1Alpha2 => json!({protocol.to_lowercase(): {"destinationPort": {"number": port}}}),
        });
    let range = select(&PROTOCOLS[..]).prop_map(move |protocol| match version {
        Version::V1Alpha1 => json!({"portRange": {"protocol": protocol, "start": 80, "end": 443}}),
        Version::V1Alpha2 => {
            json!({protocol.to_lowercase(): {"destinationPort": {"range": {"start": 80, "end": 443}}}})
        }
    });
    let named = select(&NAMES[..]).prop_map(move |name| match version {
        Version::V1Alpha1 => json!({"namedPort": name}),
        Version::V1Alpha2 => json!({"destinationNamedPort": name}),
    });
    prop_oneof![3 => number, 2 => range, 2 => named]
}

fn cluster_rule(version: Version, egress: bool, pass: bool) -> impl Strategy<Value = Value> {
    let accept = if version == Version::V1Alpha1 { "Allow" } else { "Accept" };
    let actions: &[&'static str] = if pass { &["Accept", "Deny", "Pass"] } else { &["Accept", "Deny"] };
    let peers = prop::collection::vec(cluster_peer(version, egress), 1..3);
    let ports = prop::option::of(prop::collection::vec(cluster_port(version), 1..3));
    (select(actions.to_vec()), peers, ports).prop_map(move |(action, mut peers, ports)| {
        // Domain names can only be accepted, and not by a BaselineAdminNetworkPolicy; only Pods have named ports.
        for peer in &mut peers {
            let takes_names = action == "Accept" && (pass || version == Version::V1Alpha2);
            if !takes_names && peer.get("domainNames").is_some() {
                *peer = json!({"namespaces": {}});
            }
        }
        let has = |value: &Value, fields: &[&str]| fields.iter().any(|field| value.get(field).is_some());
        let nameless = peers.iter().any(|peer| has(peer, &["networks", "nodes", "domainNames"]));
        let is_named = |port: &Value| has(port, &["namedPort", "destinationNamedPort"]);
        let ports: Vec<Value> =
            ports.into_iter().flatten().filter(|port| !nameless || !is_named(port)).collect();
        let action = if action == "Accept" { accept } else { action };
        let mut rule = json!({"action": action, (if egress { "to" } else { "from" }): peers});
        let field = if version == Version::V1Alpha1 { "ports" } else { "protocols" };
        if let (false, Some(fields)) = (ports.is_empty(), rule.as_object_mut()) {
            fields.insert(field.to_owned(), ports.into());
        }
        rule
    })
}

fn cluster_policy(version: Version, baseline: bool) -> impl Strategy<Value = Value> {
    let pass = !baseline || version == Version::V1Alpha2;
    let rules = move |egress| prop::collection::vec(cluster_rule(version, egress, pass), 0..4);
    (pod_peer(version), 0..3, rules(false), rules(true)).prop_map(
        move |(subject, priority, ingress, egress)| {
            let mut spec = json!({"subject": subject, "ingress": ingress, "egress": egress});
            let (kind, extra) = match (version, baseline) {
                (Version::V1Alpha1, false) => ("AdminNetworkPolicy", json!({"priority": priority})),
                (Version::V1Alpha1, true) => ("BaselineAdminNetworkPolicy", json!({})),
                (Version::V1Alpha2, _) => {
                    let tier = if baseline { "Baseline" } else { "Admin" };
                    ("ClusterNetworkPolicy", json!({"tier": tier, "priority": priority}))
                }
            };
            if let (Some(spec), Some(extra)) = (spec.as_object_mut(), extra.as_object()) {
                spec.extend(extra.clone());
            }
            let version = if version == Version::V1Alpha1 { "v1alpha1" } else { "v1alpha2" };
            json!({
                "apiVersion": format!("policy.networking.k8s.io/{version}"),
                "kind": kind,
                "metadata": {},
                "spec": spec,
            })
        },
    )
}

/// Admin and Baseline policies of one version or the other; the order of two versions in one tier is not defined.
pub(super) fn cluster_policies() -> impl Strategy<Value = Vec<Value>> {
    let of = |version, baseline, most| prop::collection::vec(cluster_policy(version, baseline), 0..most);
    prop_oneof![
        (of(Version::V1Alpha1, false, 4), of(Version::V1Alpha1, true, 2)),
        (of(Version::V1Alpha2, false, 4), of(Version::V1Alpha2, true, 3)),
    ]
    .prop_map(|(admin, baseline)| {
        let name = |(i, mut policy): (usize, Value)| {
            let single = policy["kind"] == "BaselineAdminNetworkPolicy";
            policy["metadata"]["name"] =
                if single { json!("default") } else { json!(format!("cluster-{i}")) };
            policy
        };
        admin.into_iter().chain(baseline).enumerate().map(name).collect()
    })
}
