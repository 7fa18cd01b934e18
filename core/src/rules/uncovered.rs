//! Pods that no policy isolates, for either direction.

use super::tiers::Denials;
use super::{Context, OptionValue, Reporter, RuleOption, wording};
use crate::cluster::{WorkloadId, WorkloadInfo};
use crate::diagnostics::{Diagnostic, Location};
use crate::engine::Isolation;
use crate::model::Direction;

/// The option of rules that leave the cluster's own components to its installer.
pub(super) const EXEMPT_NAMESPACES: &[RuleOption] = &[RuleOption {
    name: "exemptNamespaces",
    summary: "namespaces that are not reported; the coverage table still counts their workloads",
    default: OptionValue::Strings(&["kube-system", "kube-public", "kube-node-lease"]),
}];

/// Reports each workload that is proven open in a direction.
pub(super) fn report(cx: &Context<'_>, direction: Direction, report: &mut Reporter<'_>) {
    let exempt = cx.strings("exemptNamespaces");
    for (id, workload) in cx.cluster.workload_ids() {
        let namespace = cx.cluster.namespace_name(workload.namespace);
        if cx.engine.isolation(direction, workload.class) == Isolation::Open
            && !exempt.iter().any(|e| e == namespace)
        {
            let finding = finding(cx, direction, id, workload, report);
            report.push(finding);
        }
    }
}

fn finding(
    cx: &Context<'_>,
    direction: Direction,
    id: WorkloadId,
    workload: &WorkloadInfo<'_>,
    report: &Reporter<'_>,
) -> Diagnostic {
    let namespace = cx.cluster.namespace_name(workload.namespace);
    let name = cx.cluster.workload_name(id);
    let denials = Denials::of(cx, direction, workload.class);
    let way = match (&denials, direction) {
        (Some(denials), _) => denials.leave(cx),
        (None, Direction::Ingress) => "every Pod of the cluster can reach it on every port".to_owned(),
        (None, Direction::Egress) => "it can reach every Pod and every address on every port".to_owned(),
    };
    let message = format!("no NetworkPolicy isolates `{name}` for {}: {way}", direction.name());
    let mut finding = report
        .finding(workload.object, "", message)
        .label(format!("its Pods have {}", wording::labels(&workload.pods.labels)));
    if let Some(note) = wording::namespace_note(namespace, workload.namespace_source) {
        finding = finding.note(note);
    }
    if let Some((policy, location)) = near_miss(cx, direction, workload, report) {
        finding = finding.related(policy, location);
    }
    if let Some(denials) = denials {
        finding = denials.show(cx, finding, report);
    }
    finding.help(format!(
        "select it in a policy of namespace `{namespace}` with `policyTypes: [{}]`, or add a default deny there",
        direction.policy_type()
    ))
}

/// A policy of another namespace that selects nothing there and would isolate the workload if it were in its own.
fn near_miss(
    cx: &Context<'_>,
    direction: Direction,
    workload: &WorkloadInfo<'_>,
    report: &Reporter<'_>,
) -> Option<(String, Location)> {
    let (_, policy) = cx.cluster.policy_ids().find(|(_, policy)| {
        let selector = policy.policy.pod_selector.as_ref().filter(|selector| !selector.is_everything());
        policy.namespace != workload.namespace
            && policy.subject.possible.is_empty()
            && policy.affects(direction)
            && selector.is_some_and(|selector| selector.matches(&workload.pods.labels))
    })?;
    let elsewhere = cx.cluster.namespace_name(policy.namespace);
    let message = format!("policy `{}` would select it, but is in namespace `{elsewhere}`", policy.name);
    Some((message, report.place(policy.object, "metadata.namespace")))
}
