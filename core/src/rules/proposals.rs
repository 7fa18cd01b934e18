//! Policies that fixes add, as text.

use super::{Context, Reporter, edits};
use crate::cluster::{NamespaceId, ObjectId};
use crate::diagnostics::{Fix, Safety};
use crate::model::Direction;

/// A policy that isolates every Pod of its namespace in these directions and allows nothing.
pub(super) fn default_deny(name: &str, namespace: Option<&str>, directions: &[Direction]) -> String {
    let types: Vec<_> = directions.iter().map(|direction| direction.policy_type()).collect();
    format!("{}  podSelector: {{}}\n  policyTypes: [{}]\n", head(name, namespace), types.join(", "))
}

/// A policy that lets every Pod of its namespace ask the cluster's DNS servers, over UDP and TCP.
pub(super) fn allow_dns(name: &str, namespace: Option<&str>) -> String {
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

fn head(name: &str, namespace: Option<&str>) -> String {
    let namespace = namespace.map_or_else(String::new, |namespace| format!("  namespace: {namespace}\n"));
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {name}\n{namespace}spec:\n"
    )
}

/// A fix that adds policies to a namespace, in the file of `beside`. `write` gets the namespace to write into each,
/// which is none where `beside` leaves its own to a kustomization or a controller, and a namer that avoids the names
/// that are taken.
pub(super) fn add(
    cx: &Context<'_>,
    report: &Reporter<'_>,
    namespace: NamespaceId,
    beside: ObjectId,
    title: impl Into<String>,
    write: impl FnOnce(Option<&str>, &dyn Fn(&str) -> String) -> Vec<String>,
) -> Fix {
    let name = cx.cluster.namespace_name(namespace);
    let is_namespace = cx.cluster.namespace(namespace).is_some_and(|info| info.object == Some(beside));
    let explicit = cx.cluster.repository.object(beside).is_some_and(|object| object.namespace.is_some());
    let taken: Vec<_> = cx
        .cluster
        .namespace(namespace)
        .map_or(&[][..], |info| &info.policies)
        .iter()
        .filter_map(|id| cx.cluster.policy(*id))
        .map(|policy| policy.name)
        .collect();
    let free = |wanted: &str| {
        let mut name = wanted.to_owned();
        let mut number = 1;
        while taken.contains(&&*name) {
            number += 1;
            name = format!("{wanted}-{number}");
        }
        name
    };
    let documents = write((explicit || is_namespace).then_some(name), &free);
    edits::append_document(report, beside, &documents.join("---\n"), title, Safety::ChangesTraffic)
}
