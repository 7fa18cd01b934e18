//! # What it checks
//!
//! The repository installs no network plugin that ignores NetworkPolicies: flannel without Calico, Canal, Cilium,
//! Antrea or kube-router beside it; Cilium with `enable-policy: never` or `enable-k8s-networkpolicy: "false"`; the
//! AWS VPC CNI with `enable-network-policy-controller: "false"`. Clusters whose plugin is not in the repository are
//! not judged.
//!
//! # Why
//!
//! The API server takes a NetworkPolicy whether or not anything enforces it (NetworkPolicy documentation,
//! prerequisites).
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: cilium-config, namespace: kube-system}
//! data:
//!   enable-policy: never
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: cilium-config, namespace: kube-system}
//! data:
//!   enable-policy: default
//! ```

use crate::diagnostics::Severity;
use crate::model::Body;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet};

pub(crate) static RULE: Rule = Rule {
    name: "cni-does-not-enforce",
    group: Group::Coverage,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a network plugin that doesn't enforce NetworkPolicies",
    options: &[],
    check: Check::Cluster(check),
};

/// ConfigMap, key, the value that switches enforcement off, and the plugin's name.
const SWITCHES: &[(&str, &str, &str, &str)] = &[
    ("cilium-config", "enable-policy", "never", "Cilium"),
    ("cilium-config", "enable-k8s-networkpolicy", "false", "Cilium"),
    ("amazon-vpc-cni", "enable-network-policy-controller", "false", "the AWS VPC CNI"),
];

/// Parts of the names of DaemonSets that enforce NetworkPolicies, also beside flannel.
const ENFORCERS: [&str; 5] = ["calico", "canal", "cilium", "antrea", "kube-router"];

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let repository = cx.cluster.repository;
    let objects = || cx.cluster.objects.iter().filter_map(|(id, _)| Some((*id, repository.object(*id)?)));
    for (id, object) in objects().filter(|(_, object)| object.body == Body::ConfigMap) {
        for (_, key, off, plugin) in SWITCHES.iter().filter(|(name, ..)| **name == *object.name) {
            let field = format!("data.{key}");
            let value = repository.node(id).and_then(|node| node.at(&field)?.value_text());
            if value == Some(off) {
                let message = format!("{plugin} enforces no NetworkPolicy with `{key}: {off}`");
                let finding =
                    report.finding(id, &field, message).help("switch enforcement on, or remove the line");
                report.push(finding);
            }
        }
    }
    let daemons = || objects().filter(|(_, object)| &*object.kind == "DaemonSet");
    if daemons().any(|(_, object)| ENFORCERS.iter().any(|part| object.name.contains(part))) {
        return;
    }
    if let Some((id, _)) = daemons().find(|(_, object)| object.name.starts_with("kube-flannel")) {
        let message = "flannel gives Pods a network and enforces no NetworkPolicy";
        let finding = report
            .finding(id, "", message)
            .help("run a plugin that enforces policies, such as Calico beside flannel (Canal) or Cilium instead of it");
        report.push(finding);
    }
}
