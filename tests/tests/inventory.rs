//! What a cluster-wide policy selects, and what is known of Nodes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::net::IpAddr;

use ringfence::cluster::{AdminId, Cluster};
use ringfence::sets::IdSet;
use ringfence_tests::snapshot::with_engine;

const PODS: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: a, labels: {team: x}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: a, labels: {app: web}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: a, labels: {app: db}}
---
apiVersion: v1
kind: Pod
metadata: {name: far, namespace: b, labels: {app: web}}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: a, labels: {app: web}}
spec: {hostNetwork: true}
";

fn names(cluster: &Cluster<'_>, classes: &IdSet) -> Vec<String> {
    let mut names: Vec<_> = cluster.members(classes).map(|id| cluster.workload_name(id).to_owned()).collect();
    names.sort_unstable();
    names
}

fn policy(subject: &str) -> String {
    format!(
        "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {{name: p}}\n\
         spec: {{tier: Admin, priority: 1, subject: {subject}}}\n"
    )
}

#[test]
fn a_subject_selects_by_namespace_and_pod() {
    for (subject, expected) in [
        ("{namespaces: {}}", &["db", "far", "web"][..]),
        ("{namespaces: {matchLabels: {team: x}}}", &["db", "web"]),
        ("{namespaces: {matchLabels: {kubernetes.io/metadata.name: b}}}", &["far"]),
        ("{namespaces: {matchLabels: {team: none}}}", &[]),
        ("{pods: {podSelector: {matchLabels: {app: web}}}}", &["far", "web"]),
        (
            "{pods: {namespaceSelector: {matchLabels: {team: x}}, podSelector: {matchLabels: {app: web}}}}",
            &["web"],
        ),
    ] {
        with_engine(&[("pods.yaml", PODS), ("policy.yaml", &policy(subject))], |engine| {
            let cluster = engine.cluster();
            let info = cluster.admin_policy(AdminId(0)).unwrap();
            assert_eq!(info.name, "p");
            assert_eq!(names(cluster, &info.subject.certain), expected, "{subject}");
            assert_eq!(info.subject.certain, info.subject.possible, "{subject}");
        });
    }
}

#[test]
fn an_invalid_subject_may_be_every_pod_and_is_certainly_none() {
    for subject in ["{}", "[]"] {
        with_engine(&[("pods.yaml", PODS), ("policy.yaml", &policy(subject))], |engine| {
            let cluster = engine.cluster();
            let info = cluster.admin_policy(AdminId(0)).unwrap();
            assert!(info.policy.refused && info.subject.certain.is_empty());
            assert_eq!(names(cluster, &info.subject.possible), ["db", "far", "web"]);
        });
    }
}

#[test]
fn pods_know_their_node() {
    let pods = "
apiVersion: v1
kind: Node
metadata: {name: n1, labels: {zone: z}}
spec: {podCIDR: 10.0.0.0/24, field-of-a-provider: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: named, namespace: a}
spec: {nodeName: n1}
status: {hostIP: 192.0.2.1}
---
apiVersion: v1
kind: Pod
metadata: {name: elsewhere, namespace: a}
spec: {nodeName: n2}
---
apiVersion: v1
kind: Pod
metadata: {name: addressed, namespace: a}
status: {hostIP: 192.0.2.7}
---
apiVersion: v1
kind: Pod
metadata: {name: unbound, namespace: a}
";
    with_engine(&[("pods.yaml", pods)], |engine| {
        let cluster = engine.cluster();
        let [node] = &cluster.nodes[..] else { panic!("{:?}", cluster.nodes) };
        assert_eq!((node.name, node.labels.get("zone")), ("n1", Some("z")));
        assert!(cluster.repository.object(node.object).unwrap().faults.is_empty());
        assert_eq!(cluster.namespaces.len(), 1, "a Node lives in no namespace");
        let address = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        let found: Vec<_> = cluster
            .workloads
            .iter()
            .map(|info| (info.pods.node_name.as_deref(), info.pods.host_ip))
            .collect();
        assert_eq!(
            found,
            [
                (Some("n1"), address("192.0.2.1")),
                (Some("n2"), None),
                (None, address("192.0.2.7")),
                (None, None),
            ]
        );
        assert_eq!(cluster.classes.len(), 4, "Pods of different nodes can be told apart");
    });
}
