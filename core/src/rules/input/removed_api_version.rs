//! # What it checks
//!
//! The API versions of NetworkPolicies and workloads are served by a supported Kubernetes release.
//!
//! # Why
//!
//! The API server refuses the object, so the policy isn't there. (Kubernetes deprecation guide: NetworkPolicy and
//! the workloads of `extensions/v1beta1`, `apps/v1beta1` and `apps/v1beta2` were removed in 1.16, `batch/v1beta1`
//! CronJob in 1.25.) AdminNetworkPolicy and BaselineAdminNetworkPolicy of `policy.networking.k8s.io/v1alpha1` are a
//! warning: that API goes on as ClusterNetworkPolicy of `v1alpha2`, and plugins leave the old kinds.
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
//! Writes the version that is served. It changes traffic: the policy takes effect. An Ingress and an
//! AdminNetworkPolicy have to be rewritten by hand.

use crate::cluster::ObjectId;
use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::model::{Body, Object, group};
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

/// The groups of built-in kinds that are read, with the one version that API servers serve.
const SERVED: &[(&str, &str)] =
    &[("networking.k8s.io", "networking.k8s.io/v1"), ("apps", "apps/v1"), ("batch", "batch/v1")];

/// The kinds of the policy API's first version, with the tier of the ClusterNetworkPolicy that stands for each.
const SUCCEEDED: &[(&str, &str, &str)] = &[
    ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "Admin"),
    ("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy", "Baseline"),
];

fn check(inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    for (id, object) in faults::objects(inputs) {
        let finding = removed(id, object, report).or_else(|| succeeded(id, object, report));
        // What a written object says is told there.
        if finding.is_some() && report.source_of(id).is_none_or(|source| source == id) {
            report.extend(finding);
        }
    }
}

fn removed(id: ObjectId, object: &Object, report: &Reporter<'_>) -> Option<Diagnostic> {
    let (message, instead) = judge(object)?;
    let finding = report.finding(id, "apiVersion", message).help(format!("write `{instead}`"));
    // An Ingress of an old version has other fields.
    let fix = (&*object.kind != "Ingress").then(|| {
        let title = format!("write `{instead}`");
        edits::replace(report, id, "apiVersion", instead, title, Safety::ChangesTraffic)
    });
    Some(finding.fix(fix))
}

fn succeeded(id: ObjectId, object: &Object, report: &Reporter<'_>) -> Option<Diagnostic> {
    let (version, kind) = (&*object.api_version, &*object.kind);
    let (.., tier) = SUCCEEDED.iter().find(|(old, known, _)| (*old, *known) == (version, kind))?;
    let message = format!(
        "`{version}` {kind} was succeeded by ClusterNetworkPolicy of `v1alpha2`: newer plugins don't read it"
    );
    let finding = report.finding(id, "apiVersion", message).severity(Severity::Warning);
    Some(
        finding.help(format!(
            "rewrite it as a ClusterNetworkPolicy with `tier: {tier}`, if the plugin serves it"
        )),
    )
}

/// What is wrong with an object's API version, and what to write instead.
fn judge(object: &Object) -> Option<(String, &'static str)> {
    let (version, kind) = (&*object.api_version, &*object.kind);
    if SERVED.iter().any(|(_, served)| *served == version) {
        return None;
    }
    let removed = REMOVED.iter().find(|(removed, kinds, ..)| *removed == version && kinds.contains(&kind));
    if let Some((_, _, instead, release)) = removed {
        let message =
            format!("`{version}` {kind} was removed in Kubernetes {release}: no API server takes it");
        return Some((message, instead));
    }
    let is_built_in = matches!(object.body, Body::Workloads(_) | Body::NetworkPolicy(_));
    let (_, served) = SERVED.iter().find(|(known, _)| is_built_in && group(version) == *known)?;
    let message = format!("`{version}` is no known API version of {kind}: API servers serve `{served}`");
    (*served != version).then_some((message, served))
}
