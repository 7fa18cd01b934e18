//! What cluster-wide policies deny, for findings about NetworkPolicies: how open Pods are hangs on both.

use std::collections::BTreeSet;

use super::peers::RuleSite;
use super::{Context, Reporter, world};
use crate::cluster::{AdminId, ClassId};
use crate::diagnostics::Diagnostic;
use crate::engine::Isolation;
use crate::model::{Direction, Port, Tier};
use crate::sets::IdSet;

/// The kind and the name of a cluster-wide policy: "AdminNetworkPolicy `x`".
pub(super) fn name(cx: &Context<'_>, id: AdminId) -> String {
    let Some(info) = cx.cluster.admin_policy(id) else { return String::new() };
    let kind = cx.cluster.repository.object(info.object).map_or("policy", |object| &object.kind);
    format!("{kind} `{}`", info.name)
}

/// Rules of cluster-wide policies that deny something to Pods: policy and index, without an index where the API server
/// refuses the policy.
pub(super) struct Denials {
    direction: Direction,
    rules: Vec<(AdminId, Option<usize>)>,
}

impl Denials {
    /// Those that count for a class: where NetworkPolicies isolate it, only those that are asked before them.
    pub(super) fn of(cx: &Context<'_>, direction: Direction, class: ClassId) -> Option<Self> {
        let isolated = cx.engine.isolation(direction, class) == Isolation::Isolated;
        let tiers: &[Tier] = if isolated { &[Tier::Admin] } else { &[Tier::Admin, Tier::Baseline] };
        Self::in_tiers(cx, direction, [class], tiers)
    }

    /// Those of all tiers that may apply to some of these classes.
    pub(super) fn of_any(cx: &Context<'_>, direction: Direction, classes: &IdSet) -> Option<Self> {
        Self::in_tiers(cx, direction, classes.iter().map(ClassId), &[Tier::Admin, Tier::Baseline])
    }

    fn in_tiers(
        cx: &Context<'_>,
        direction: Direction,
        classes: impl IntoIterator<Item = ClassId>,
        tiers: &[Tier],
    ) -> Option<Self> {
        if cx.cluster.admin.is_empty() {
            return None;
        }
        let mut seen = BTreeSet::new();
        let all = classes.into_iter().flat_map(|class| cx.engine.denying_rules(direction, class, tiers));
        let rules: Vec<_> = all.filter(|rule| seen.insert(*rule)).collect();
        (!rules.is_empty()).then_some(Self { direction, rules })
    }

    /// Whose they are: the policy if it is one, or "cluster-wide policies".
    pub(super) fn who(&self, cx: &Context<'_>) -> String {
        let policies: BTreeSet<_> = self.rules.iter().map(|(policy, _)| *policy).collect();
        match (policies.len(), policies.first()) {
            (1, Some(policy)) => name(cx, *policy),
            _ => "cluster-wide policies".to_owned(),
        }
    }

    /// "denies" or "deny", after [`Self::who`].
    pub(super) fn verb(&self) -> &'static str {
        let policies: BTreeSet<_> = self.rules.iter().map(|(policy, _)| *policy).collect();
        if policies.len() == 1 { "denies" } else { "deny" }
    }

    /// How open Pods are that no NetworkPolicy isolates.
    pub(super) fn leave(&self, cx: &Context<'_>) -> String {
        if self.rules.iter().all(|(_, rule)| rule.is_none()) {
            return format!("what {} will deny is unknown", self.who(cx));
        }
        format!("it is open but for what {} {}", self.who(cx), self.verb())
    }

    /// Shows the first three of them at a finding.
    pub(super) fn show(
        &self,
        cx: &Context<'_>,
        mut finding: Diagnostic,
        report: &Reporter<'_>,
    ) -> Diagnostic {
        for (policy, rule) in self.rules.iter().take(3) {
            let Some(info) = cx.cluster.admin_policy(*policy) else { continue };
            let (what, field) = match rule {
                Some(rule) => ("denies here", format!("spec.{}[{rule}]", self.direction.name())),
                None => ("is refused by the API server: what it will deny is unknown", String::new()),
            };
            let place = report.place(info.object, &field);
            finding = finding.related(format!("{} {what}", name(cx, *policy)), place);
        }
        finding
    }
}

/// Adds to a finding about a rule of a NetworkPolicy what cluster-wide policies deny before it.
pub(super) fn limits(
    cx: &Context<'_>,
    site: &RuleSite<'_>,
    finding: Diagnostic,
    report: &Reporter<'_>,
) -> Diagnostic {
    let subjects = site.policy.subject.certain.iter().map(ClassId);
    match Denials::in_tiers(cx, site.direction, subjects, &[Tier::Admin]) {
        Some(denials) => {
            let note = format!(
                "{} {} some connections before NetworkPolicies are asked",
                denials.who(cx),
                denials.verb()
            );
            denials.show(cx, finding.note(note), report)
        }
        None => finding,
    }
}

/// Whether cluster-wide policies leave anything of what a rule opens to the addresses of its blocks, or to everybody
/// where it has no peers.
pub(super) fn leave_something(cx: &Context<'_>, site: &RuleSite<'_>) -> bool {
    let by_name = site.rule.ports.iter().flatten().any(|port| matches!(port, Port::Named { .. }));
    let subjects = &site.policy.subject.certain;
    let denied = |class| !cx.engine.denying_rules(site.direction, ClassId(class), &[Tier::Admin]).is_empty();
    if cx.cluster.admin.is_empty() || by_name || !subjects.iter().all(denied) {
        return true;
    }
    let reach = cx.engine.reach();
    let (ports, addresses) = (site.rule.numbers(), world::addresses(site.rule));
    let peers: BTreeSet<u32> = match site.rule.peers {
        None => (0..reach.peers()).collect(),
        Some(_) => {
            let opened = reach.atoms().filter(|(_, atom)| !atom.is_disjoint(&addresses));
            opened.map(|(peer, _)| peer.0).collect()
        }
    };
    let lists: BTreeSet<_> =
        subjects.iter().map(|class| (reach.list_of(site.direction, ClassId(class)), class)).collect();
    let mut last = None;
    let mut firsts = lists.into_iter().filter(|(list, _)| last.replace(*list) != Some(*list));
    firsts.any(|(_, class)| {
        let flows = reach.side(site.direction, ClassId(class));
        let mut open = flows.iter().zip(0u32..).filter(|(_, peer)| peers.contains(peer));
        open.any(|(flow, _)| !reach.flow(*flow).possible.intersect(&ports).is_empty())
    })
}
