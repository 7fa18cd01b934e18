//! Policies that fixes add, as text.

use super::{Context, Reporter, edits};
use crate::cluster::NamespaceId;
use crate::diagnostics::{Fix, Safety};
use crate::model::Direction;
use crate::yaml::edit;

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
