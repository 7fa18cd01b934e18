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

use crate::cluster::ObjectId;
use crate::diagnostics::Severity;
use crate::model::{Body, group};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet};
use crate::sets::FastMap;
use crate::yaml::{Node, NodeKind};

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
    let mut first: FastMap<_, ObjectId> = FastMap::default();
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
        let nodes = (repository.node(earlier), repository.node(*id));
        let same = matches!(nodes, (Some(earlier), Some(later)) if is_same(earlier, later));
        let difference = if same { "the two are the same" } else { "the two differ" };
        let finding = report
            .finding(*id, "", format!("{} `{}` is defined twice, and {difference}", object.kind, object.name))
            .related("the first definition", report.place(earlier, ""))
            .help("keep one of them: which one a cluster ends up with hangs on the order of files");
        report.push(finding);
    }
}

/// Whether two values are equal but for comments, style and the order of fields. The front end bounds the depth.
fn is_same(one: Node<'_>, other: Node<'_>) -> bool {
    if one.kind() != other.kind() {
        return false;
    }
    match one.kind() {
        NodeKind::Scalar => one.scalar() == other.scalar(),
        NodeKind::Sequence => {
            one.items().count() == other.items().count()
                && one.items().zip(other.items()).all(|(one, other)| is_same(one, other))
        }
        NodeKind::Mapping => {
            one.entries().count() == other.entries().count()
                && one.entries().all(|entry| {
                    let counterpart = entry.key.key_name().and_then(|key| other.get(&key));
                    counterpart.is_some_and(|value| is_same(entry.value, value))
                })
        }
    }
}
