//! Namespaces without a proven default deny, for either direction.

use super::{Context, Reporter, proposals, wording};
use crate::cluster::{NamespaceId, NamespaceInfo, PolicyInfo};
use crate::diagnostics::{Diagnostic, Location};
use crate::engine::DefaultDeny;
use crate::model::Direction;
use crate::sets::{LabelSelector, Labels};

/// Reports each namespace in which a Pod with some labels would start open in a direction.
pub(super) fn report(cx: &Context<'_>, direction: Direction, report: &mut Reporter<'_>) {
    let exempt = cx.strings("exemptNamespaces");
    for (id, info) in cx.cluster.namespace_ids() {
        let concerned = !info.policies.is_empty() && !info.classes.is_empty();
        if !concerned || exempt.iter().any(|name| **name == *info.name) {
            continue;
        }
        if let DefaultDeny::Refuted(witness) = cx.engine.default_deny(direction, id) {
            let finding = finding(cx, direction, (id, info), &witness, report);
            report.extend(finding);
        }
    }
}

fn finding(
    cx: &Context<'_>,
    direction: Direction,
    (id, info): (NamespaceId, &NamespaceInfo),
    witness: &Labels,
    report: &Reporter<'_>,
) -> Option<Diagnostic> {
    let anchor = cx.cluster.anchor(id)?;
    let message = format!(
        "namespace `{}` has no default deny for {}: a Pod with {} would start open",
        info.name,
        direction.name(),
        wording::labels(witness)
    );
    let mut finding = report.finding(anchor, "", message);
    if let Some((why, place)) = nearest_policy(cx, direction, info, report) {
        finding = finding.related(why, place);
    }
    let with_dns = direction == Direction::Egress;
    let title = format!(
        "add a default deny for {}{}",
        direction.name(),
        if with_dns { ", with an allowance for DNS" } else { "" }
    );
    let fix = proposals::add(cx, report, id, title, |namespace, free| {
        let name = free(&format!("default-deny-{}", direction.name()));
        let mut added = vec![proposals::default_deny(&name, namespace, &[direction])];
        if with_dns {
            added.push(proposals::allow_dns(&free("allow-dns"), namespace));
        }
        added
    });
    let help = format!(
        "add a policy with `podSelector: {{}}` and `policyTypes: [{}]`, then allow what is needed{}",
        direction.policy_type(),
        if with_dns { ", DNS first" } else { "" }
    );
    Some(finding.help(help).fix(fix))
}

/// The policy that somebody may take for a default deny, and why it is none.
fn nearest_policy(
    cx: &Context<'_>,
    direction: Direction,
    info: &NamespaceInfo,
    report: &Reporter<'_>,
) -> Option<(String, Location)> {
    let policies = || info.policies.iter().filter_map(|id| cx.cluster.policy(*id));
    let selects_all = |policy: &PolicyInfo<'_>| {
        policy.policy.pod_selector.as_ref().is_some_and(LabelSelector::is_everything)
    };
    if let Some(policy) = policies().find(|policy| selects_all(policy)) {
        let name = policy.name;
        let (why, field) = if policy.affects(direction) {
            let opens =
                policy.policy.half(direction).rules.iter().position(|rule| rule.allows_everything())?;
            (
                format!("policy `{name}` selects every Pod, but allows everything"),
                format!("spec.{}[{opens}]", direction.name()),
            )
        } else {
            (
                format!("policy `{name}` selects every Pod, but not for {}", direction.name()),
                "spec.policyTypes".to_owned(),
            )
        };
        return Some((why, report.place(policy.object, &field)));
    }
    let policy = policies().find(|policy| policy.affects(direction) && policy.name.contains("deny"))?;
    let selector = policy.policy.pod_selector.as_ref()?;
    let why = format!("policy `{}` selects only `{selector}`", policy.name);
    Some((why, report.place(policy.object, "spec.podSelector")))
}
