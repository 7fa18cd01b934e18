//! Namespaces without a proven default deny, for either direction.

use super::tiers::Denials;
use super::{Context, Reporter, proposals, wording};
use crate::cluster::{NamespaceId, NamespaceInfo, PolicyInfo};
use crate::diagnostics::{Diagnostic, Location};
use crate::engine::DefaultDeny;
use crate::model::{Direction, Rule as PolicyRule};
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
    let first = info.policies.first().and_then(|id| cx.cluster.policy(*id));
    if let Some(policy) = first.filter(|_| info.object.is_none())
        && let Some(note) = wording::namespace_note(&info.name, policy.namespace_source)
    {
        finding = finding.note(note);
    }
    if let Some(denials) = Denials::of_any(cx, direction, &info.classes) {
        let note = format!("{} {} only some connections there", denials.who(cx), denials.verb());
        finding = denials.show(cx, finding.note(note), report);
    }
    let nearest = Nearest::of(cx, direction, info);
    if let Some(nearest) = &nearest {
        let (why, place) = nearest.relation(direction, report);
        finding = finding.related(why, place);
    }
    if let Some(Nearest::AllowsEverything(policy, _)) = nearest {
        return Some(finding.help(format!(
            "policies add up, so a deny beside policy `{}` denies nothing: let its rule name the peers and ports that \
             are needed",
            policy.name
        )));
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
enum Nearest<'c> {
    /// It selects every Pod, and the rule of this index allows everything.
    AllowsEverything(&'c PolicyInfo<'c>, usize),
    /// It selects every Pod, but not for this direction.
    OtherDirection(&'c PolicyInfo<'c>),
    /// It is called a deny, but its selector is narrower.
    Narrower(&'c PolicyInfo<'c>, &'c LabelSelector),
}

impl<'c> Nearest<'c> {
    fn of(cx: &Context<'c>, direction: Direction, info: &NamespaceInfo) -> Option<Self> {
        let all = info.policies.iter().filter_map(|id| cx.cluster.policies.get(id.index()));
        let near = all.filter(|policy| !policy.policy.refused).filter_map(|policy| {
            let selector = policy.policy.pod_selector.as_ref()?;
            match (selector.is_everything(), policy.affects(direction)) {
                (true, true) => {
                    let mut rules = policy.policy.half(direction).rules.iter();
                    Some(Self::AllowsEverything(policy, rules.position(PolicyRule::allows_everything)?))
                }
                (true, false) => Some(Self::OtherDirection(policy)),
                (false, true) => policy.name.contains("deny").then_some(Self::Narrower(policy, selector)),
                (false, false) => None,
            }
        });
        near.min_by_key(Self::distance)
    }

    fn distance(&self) -> u8 {
        match self {
            Self::AllowsEverything(..) => 0,
            Self::OtherDirection(_) => 1,
            Self::Narrower(..) => 2,
        }
    }

    fn relation(&self, direction: Direction, report: &Reporter<'_>) -> (String, Location) {
        match self {
            Self::AllowsEverything(policy, rule) => (
                format!("policy `{}` selects every Pod, but allows everything", policy.name),
                report.place(policy.object, &format!("spec.{}[{rule}]", direction.name())),
            ),
            Self::OtherDirection(policy) => (
                format!("policy `{}` selects every Pod, but not for {}", policy.name, direction.name()),
                report.place(policy.object, "spec.policyTypes"),
            ),
            Self::Narrower(policy, selector) => (
                format!("policy `{}` selects only `{selector}`", policy.name),
                report.place(policy.object, "spec.podSelector"),
            ),
        }
    }
}
