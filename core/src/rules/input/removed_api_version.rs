//! # What it checks
//!
//! The API versions of NetworkPolicies and workloads are served by a supported Kubernetes release.
//!
//! # Why
//!
//! The API server refuses the object, so the policy isn't there. (Kubernetes deprecation guide: NetworkPolicy and
//! the workloads of `extensions/v1beta1`, `apps/v1beta1` and `apps/v1beta2` were removed in 1.16, `batch/v1beta1`
//! CronJob in 1.25.)
//!
//! # Example
//!
//! ```yaml
//! apiVersion: extensions/v1beta1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec: {podSelector: {}}
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec: {podSelector: {}}
//! ```
//!
//! # Fix
//!
//! Writes the version that is served. It changes traffic: the policy takes effect. An Ingress has to be rewritten
//! by hand.

use crate::diagnostics::{Safety, Severity};
use crate::rules::{Check, FixKind, Group, Inputs, Reporter, Rule, RuleSet, edits, faults};

pub(crate) static RULE: Rule = Rule {
    name: "removed-api-version",
    group: Group::Input,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::ChangesTraffic,
    summary: "an API version that no API server serves any more",
    options: &[],
    check: Check::Inputs(check),
};

/// Group and version, the kinds, the version to write, and the release that removed the old one.
const REMOVED: &[(&str, &[&str], &str, &str)] = &[
    ("extensions/v1beta1", &["NetworkPolicy"], "networking.k8s.io/v1", "1.16"),
    ("extensions/v1beta1", &["Deployment", "DaemonSet", "ReplicaSet"], "apps/v1", "1.16"),
    ("apps/v1beta1", &["Deployment", "StatefulSet"], "apps/v1", "1.16"),
    ("apps/v1beta2", &["Deployment", "DaemonSet", "ReplicaSet", "StatefulSet"], "apps/v1", "1.16"),
    ("batch/v1beta1", &["CronJob"], "batch/v1", "1.25"),
    ("batch/v2alpha1", &["CronJob"], "batch/v1", "1.21"),
    ("extensions/v1beta1", &["Ingress"], "networking.k8s.io/v1", "1.22"),
    ("networking.k8s.io/v1beta1", &["Ingress"], "networking.k8s.io/v1", "1.22"),
];

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    for (id, object) in faults::objects(inputs) {
        let is_source = report.source_of(id) == Some(id);
        let row = REMOVED
            .iter()
            .find(|(version, kinds, ..)| **version == *object.api_version && kinds.contains(&&*object.kind));
        if let Some((version, _, instead, release)) = row.filter(|_| is_source) {
            let message = format!(
                "`{version}` {} was removed in Kubernetes {release}: no API server takes it",
                object.kind
            );
            let mut finding = report.finding(id, "apiVersion", message).help(format!("write `{instead}`"));
            if &*object.kind != "Ingress" {
                let title = format!("write `{instead}`");
                let fix = edits::replace(report, id, "apiVersion", instead, title, Safety::ChangesTraffic);
                finding = finding.fix(fix);
            }
            report.push(finding);
        }
    }
}
