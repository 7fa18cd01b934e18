//! Policies that fixes add, as text.

use ipnet::IpNet;
use serde_json::Value;

use super::{Context, Reporter, edits};
use crate::cluster::NamespaceId;
use crate::diagnostics::{Fix, Safety};
use crate::model::{Direction, NAME_LABEL};
use crate::sets::{ConnectionSet, Labels};
use crate::yaml::edit;

/// A policy that isolates every Pod of its namespace in these directions and allows nothing.
pub(crate) fn default_deny(name: &str, namespace: Option<&str>, directions: &[Direction]) -> String {
    let types: Vec<_> = directions.iter().map(|direction| direction.policy_type()).collect();
    format!("{}  podSelector: {{}}\n  policyTypes: [{}]\n", head(name, namespace), types.join(", "))
}

/// A policy for the Pods that a selector selects, with one rule in one direction.
pub(super) fn with_rule(
    (name, namespace): (&str, Option<&str>),
    pods: &Value,
    direction: Direction,
    rule: &Value,
) -> String {
    let rules = Value::Array(vec![rule.clone()]);
    format!(
        "{}{}  policyTypes: [{}]\n{}",
        head(name, namespace),
        edit::lines("podSelector", pods, 2),
        direction.policy_type(),
        edit::lines(direction.name(), &rules, 2)
    )
}

/// A policy that lets every Pod of its namespace ask the cluster's DNS servers, over UDP and TCP.
pub(crate) fn allow_dns(name: &str, namespace: Option<&str>) -> String {
    let head = head(name, namespace);
    format!(
        "{head}  podSelector: {{}}
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              k8s-app: kube-dns
      ports:
        - {{protocol: UDP, port: 53}}
        - {{protocol: TCP, port: 53}}
"
    )
}

/// Somebody whom a policy lets in.
pub(super) enum AllowedPeer {
    /// Pods of a namespace with these labels; every Pod of it without labels.
    Pods(String, Labels),
    /// Addresses.
    Block(IpNet),
}

/// A policy that lets some peers in at the Pods with these labels, on these ports.
pub(super) fn allow_ingress(
    name: &str,
    namespace: Option<&str>,
    pods: &Labels,
    peers: &[AllowedPeer],
    ports: &ConnectionSet,
) -> String {
    let mut text = head(name, namespace);
    text.push_str("  podSelector:\n    matchLabels:\n");
    labels(&mut text, 6, pods.iter());
    text.push_str("  policyTypes: [Ingress]\n  ingress:\n    - from:\n");
    for peer in peers {
        match peer {
            AllowedPeer::Pods(namespace, pods) => {
                text.push_str("        - namespaceSelector:\n            matchLabels:\n");
                labels(&mut text, 14, [(NAME_LABEL, &**namespace)].into_iter());
                if !pods.is_empty() {
                    text.push_str("          podSelector:\n            matchLabels:\n");
                    labels(&mut text, 14, pods.iter());
                }
            }
            AllowedPeer::Block(cidr) => {
                text.push_str(&format!("        - ipBlock: {{cidr: {}}}\n", edit::string(&cidr.to_string())));
            }
        }
    }
    text.push_str("      ports:\n");
    for (protocol, numbers) in ports.iter() {
        for (first, last) in numbers.ranges() {
            let end = if first == last { String::new() } else { format!(", endPort: {last}") };
            text.push_str(&format!("        - {{protocol: {protocol}, port: {first}{end}}}\n"));
        }
    }
    text
}

fn labels<'l>(text: &mut String, indent: usize, labels: impl Iterator<Item = (&'l str, &'l str)>) {
    for (key, value) in labels {
        text.push_str(&format!("{:indent$}{}: {}\n", "", edit::string(key), edit::string(value)));
    }
}

fn head(name: &str, namespace: Option<&str>) -> String {
    let namespace =
        namespace.map_or_else(String::new, |namespace| format!("  namespace: {}\n", edit::string(namespace)));
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {name}\n{namespace}spec:\n"
    )
}

/// A fix that adds policies to a namespace, beside its first policy or else its anchor, so that several findings that
/// ask for the same policy ask for the same edit. `write` gets the namespace to write into each, which is none where
/// the neighbour leaves its own to a kustomization or a controller, and a namer that avoids the names that are taken.
pub(super) fn add(
    cx: &Context<'_>,
    report: &Reporter<'_>,
    namespace: NamespaceId,
    title: impl Into<String>,
    write: impl FnOnce(Option<&str>, &dyn Fn(&str) -> String) -> Vec<String>,
) -> Option<Fix> {
    let info = cx.cluster.namespace(namespace)?;
    let policies = || info.policies.iter().filter_map(|id| cx.cluster.policy(*id));
    let first = policies().next().map(|policy| policy.object);
    let beside = first.or_else(|| cx.cluster.anchor(namespace))?;
    let source = report.source_of(beside)?;
    let explicit = cx.cluster.repository.object(source).is_some_and(|object| object.namespace.is_some());
    let written = (explicit || info.object == Some(beside)).then_some(&*info.name);
    let free = |wanted: &str| {
        let mut name = wanted.to_owned();
        let mut number = 1;
        while policies().any(|policy| policy.name == name) {
            number += 1;
            name = format!("{wanted}-{number}");
        }
        name
    };
    let documents = write(written, &free);
    Some(edits::append_document(report, beside, &documents.join("---\n"), title, Safety::ChangesTraffic))
}
