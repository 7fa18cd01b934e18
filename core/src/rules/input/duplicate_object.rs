//! # What it checks
//!
//! No two objects that are deployed together have the same group, kind, namespace and name. Overlays that exclude
//! each other are judged apart.
//!
//! # Why
//!
//! The one that is applied last wins, and which that is hangs on file names and tools.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec: {podSelector: {}}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec: {podSelector: {matchLabels: {app: web}}}
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec: {podSelector: {}}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: store}
//! spec: {podSelector: {matchLabels: {app: web}}}
//! ```

use std::collections::BTreeMap;

use crate::cluster::ObjectId;
use crate::diagnostics::Severity;
use crate::model::{Body, group};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet};

pub(crate) static RULE: Rule = Rule {
    name: "duplicate-object",
    group: Group::Input,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "two objects with the same identity",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let mut first: BTreeMap<_, ObjectId> = BTreeMap::new();
    let repository = cx.cluster.repository;
    for (id, namespace) in &cx.cluster.objects {
        let Some(object) = repository.object(*id) else { continue };
        if object.name.is_empty() || object.generated_name || matches!(object.body, Body::Kustomization(_)) {
            continue;
        }
        let key = (group(&object.api_version), &*object.kind, *namespace, &*object.name);
        let Some(earlier) = first.get(&key).copied() else {
            first.insert(key, *id);
            continue;
        };
        let text = |id| repository.node(id).map(|node| node.raw());
        let difference = if text(earlier) == text(*id) { "the two are the same" } else { "the two differ" };
        let finding = report
            .finding(*id, "", format!("{} `{}` is defined twice, and {difference}", object.kind, object.name))
            .related("the first definition", report.place(earlier, ""))
            .help("keep one of them: which one a cluster ends up with hangs on the order of files");
        report.push(finding);
    }
}
