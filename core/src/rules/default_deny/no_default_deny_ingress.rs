//! # What it checks
//!
//! In every namespace with workloads, every Pod that could ever be made, whatever its labels, is isolated for
//! ingress by a policy that doesn't allow everything.
//!
//! This is decided over all labels that the namespace's policies can tell apart and a Pod without any, not by a
//! policy's name: two policies for `app exists` and `app does not exist` are a default deny, a policy called
//! `deny-all` with a narrower selector is none. A namespace without any policy is a matter of
//! `namespace-without-policy`; where a policy of another API or a generator may act, the answer is unknown and nothing
//! is reported.
//!
//! A cluster-wide policy that denies every Pod of the namespace everything is a default deny too. In the Baseline
//! tier it is none beside a NetworkPolicy that allows everything, because the Pods of a NetworkPolicy never come to
//! that tier.
//!
//! # Why
//!
//! First deny, then allow: without a default deny, every Pod that nobody thought of starts open. CIS Kubernetes
//! Benchmark, 5.3.2.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: cart, namespace: shop, labels: {app: cart}}
//! spec: {containers: [{name: cart, image: "cart:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: deny-all, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: cart}}
//!   policyTypes: [Ingress]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: cart, namespace: shop, labels: {app: cart}}
//! spec: {containers: [{name: cart, image: "cart:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: deny-all, namespace: shop}
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress]
//! ```
//!
//! # Fix
//!
//! Adds the default deny to the file of the namespace's first policy. It changes traffic: what the workloads need
//! has to be allowed. There is no fix where a policy for every Pod allows everything: a deny beside it would deny
//! nothing.
//!
//! # Options
//!
//! `exemptNamespaces` lists namespaces that are not reported: by default those of the cluster's own components,
//! `kube-system`, `kube-public` and `kube-node-lease`.

use crate::diagnostics::Severity;
use crate::model::Direction;
use crate::rules::uncovered::EXEMPT_NAMESPACES;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, missing_deny};

pub(crate) static RULE: Rule = Rule {
    name: "no-default-deny-ingress",
    group: Group::DefaultDeny,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::ChangesTraffic,
    summary: "a namespace where some Pod would start without ingress isolation",
    options: EXEMPT_NAMESPACES,
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    missing_deny::report(cx, Direction::Ingress, report);
}
