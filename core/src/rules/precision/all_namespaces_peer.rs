//! # What it checks
//!
//! No peer has an empty `namespaceSelector` (in any spelling: `{}`, empty `matchLabels`, empty `matchExpressions`)
//! without a `podSelector` that names Pods. Where a `podSelector` names Pods, `spoofable-cross-namespace-peer` is the
//! rule that tells: never both for one peer.
//!
//! The finding shows how wide the rule is (its openness), which share of what it grants nothing uses (its surplus), and
//! how many workloads it means today.
//!
//! # Why
//!
//! Such a peer admits every Pod of the cluster, whoever deploys it, today and tomorrow.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - namespaceSelector: {}
//!     ports: [{port: 80}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from:
//!     - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}
//!       podSelector: {matchLabels: {app: gateway}}
//!     ports: [{port: 80}]
//! ```

use crate::diagnostics::Severity;
use crate::model::Peer;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, peers, wording};
use crate::sets::LabelSelector;

pub(crate) static RULE: Rule = Rule {
    name: "all-namespaces-peer",
    group: Group::Precision,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a peer admits every Pod of every namespace",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for site in peers::all(cx) {
        if let Peer::Pods { namespaces: Some(namespaces), pods } = site.peer
            && namespaces.is_everything()
            && pods.as_ref().is_none_or(LabelSelector::is_everything)
        {
            let now = cx.engine.pod_peers(site.policy.namespace, Some(namespaces), None);
            let message = format!(
                "policy `{}` {} every Pod of every namespace",
                site.policy.name,
                peers::verb(site.direction)
            );
            let finding = report
                .finding(site.policy.object, &site.field, message)
                .label(format!("{} today", wording::count(now.workloads as usize, "workload", "workloads")))
                .note(peers::width(cx, site.direction, site.policy, site.rule))
                .help(
                    "name the namespaces by `kubernetes.io/metadata.name`, and the Pods by a `podSelector`",
                );
            report.push(finding);
        }
    }
}
