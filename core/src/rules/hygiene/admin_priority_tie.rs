//! # What it checks
//!
//! No two cluster-wide policies of the same tier and the same priority do different things with the same connections:
//! their subjects, peers and ports overlap and their actions differ. That is decided over every Pod that could be made,
//! not only over those of the repository. What an earlier rule of one of the policies decides is left out.
//!
//! # Why
//!
//! The smaller priority number wins; at equal numbers the Network Policy API leaves open which policy does, so the
//! network plugin decides, perhaps otherwise after its next update. Ringfence calls such connections unknown.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: policy.networking.k8s.io/v1alpha2
//! kind: ClusterNetworkPolicy
//! metadata: {name: monitoring}
//! spec:
//!   tier: Admin
//!   priority: 10
//!   subject: {namespaces: {}}
//!   ingress:
//!   - action: Accept
//!     from: [{namespaces: {matchLabels: {team: monitoring}}}]
//! ---
//! apiVersion: policy.networking.k8s.io/v1alpha2
//! kind: ClusterNetworkPolicy
//! metadata: {name: payments}
//! spec:
//!   tier: Admin
//!   priority: 10
//!   subject: {namespaces: {matchLabels: {team: payments}}}
//!   ingress:
//!   - action: Deny
//!     from: [{namespaces: {}}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: policy.networking.k8s.io/v1alpha2
//! kind: ClusterNetworkPolicy
//! metadata: {name: monitoring}
//! spec:
//!   tier: Admin
//!   priority: 10
//!   subject: {namespaces: {}}
//!   ingress:
//!   - action: Accept
//!     from: [{namespaces: {matchLabels: {team: monitoring}}}]
//! ---
//! apiVersion: policy.networking.k8s.io/v1alpha2
//! kind: ClusterNetworkPolicy
//! metadata: {name: payments}
//! spec:
//!   tier: Admin
//!   priority: 20
//!   subject: {namespaces: {matchLabels: {team: payments}}}
//!   ingress:
//!   - action: Deny
//!     from: [{namespaces: {}}]
//! ```
//!
//! # Fix
//!
//! The suggestion takes the next priority that no policy of the tier has, so that the other policy wins.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::{AdminId, AdminInfo};
use crate::diagnostics::{Diagnostic, Safety, Severity};
use crate::model::{Action, AdminPeer, AdminPort, AdminRule, Direction, PodScope, Tier};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits, tiers};
use crate::sets::{AddressSet, ConnectionSet, LabelSelector, disjoint, implies};

pub(crate) static RULE: Rule = Rule {
    name: "admin-priority-tie",
    group: Group::Hygiene,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "cluster-wide policies of one priority that contradict each other",
    options: &[],
    check: Check::Cluster(check),
};

/// The greatest priority number.
const LAST: u32 = 1000;

/// Two rules that contradict each other, by their indices.
struct Conflict {
    direction: Direction,
    earlier: usize,
    later: usize,
}

type Policy<'c> = (AdminId, &'c AdminInfo<'c>);

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let mut groups: BTreeMap<(Tier, u32), Vec<Policy<'_>>> = BTreeMap::new();
    for (id, info) in cx.cluster.admin_ids().filter(|(_, info)| !info.policy.refused) {
        groups.entry((info.policy.tier, info.policy.priority)).or_default().push((id, info));
    }
    let ranked = groups.iter().filter(|((_, priority), _)| *priority <= LAST);
    for policies in ranked.map(|(_, policies)| policies) {
        for (at, later) in policies.iter().enumerate() {
            let before = policies.iter().take(at);
            let conflicts: Vec<_> =
                before.filter_map(|earlier| Some((*earlier, conflict(earlier.1, later.1)?))).collect();
            if !conflicts.is_empty() {
                let finding = finding(cx, *later, &conflicts, report);
                report.push(finding);
            }
        }
    }
}

fn finding(
    cx: &Context<'_>,
    (_, info): Policy<'_>,
    conflicts: &[(Policy<'_>, Conflict)],
    report: &Reporter<'_>,
) -> Diagnostic {
    let others: Vec<_> = conflicts.iter().take(3).map(|((other, _), _)| tiers::name(cx, *other)).collect();
    let more = conflicts.len().saturating_sub(others.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!(
        "priority {} is also that of {}{more}: they do different things with the same connections, and nobody knows \
         which wins",
        info.policy.priority,
        others.join(", "),
    );
    let mut finding = report.finding(info.object, "spec.priority", message);
    for ((other, other_info), conflict) in conflicts.iter().take(3) {
        let field = |index| format!("spec.{}[{index}].action", conflict.direction.name());
        let actions = (
            action(info, conflict.direction, conflict.later),
            action(other_info, conflict.direction, conflict.earlier),
        );
        let place = report.place(info.object, &field(conflict.later));
        finding = finding.related(format!("this rule {}", actions.0), place).related(
            format!("this rule of {} {} the same", tiers::name(cx, *other), actions.1),
            report.place(other_info.object, &field(conflict.earlier)),
        );
    }
    let fix = free_priority(cx, info).map(|free| {
        let title = format!("take priority {free}, the next that is free");
        edits::replace(report, info.object, "spec.priority", &free.to_string(), title, Safety::Suggestion)
    });
    finding.help("give each policy a priority of its own; the smallest number comes first").fix(fix)
}

fn action(info: &AdminInfo<'_>, direction: Direction, index: usize) -> &'static str {
    match info.policy.rules(direction).get(index).map(|rule| rule.action) {
        Some(Action::Accept) => "accepts",
        Some(Action::Pass) => "passes on",
        Some(Action::Deny) | None => "denies",
    }
}

/// The next priority of the tier that no policy has, the last before it where there is none after it.
fn free_priority(cx: &Context<'_>, info: &AdminInfo<'_>) -> Option<u32> {
    let same_tier = cx.cluster.admin.iter().filter(|other| other.policy.tier == info.policy.tier);
    let taken: BTreeSet<u32> = same_tier.map(|other| other.policy.priority).collect();
    let own = info.policy.priority;
    let mut candidates = (own..=LAST).chain((0..own).rev());
    candidates.find(|priority| !taken.contains(priority))
}

/// The first pair of rules that do different things with a connection that both may be asked about.
fn conflict(earlier: &AdminInfo<'_>, later: &AdminInfo<'_>) -> Option<Conflict> {
    let (a, b) = (earlier.policy, later.policy);
    let (Some(a_subject), Some(b_subject)) = (&a.subject, &b.subject) else { return None };
    if !scopes_meet(a_subject, b_subject) {
        return None;
    }
    Direction::BOTH.into_iter().find_map(|direction| {
        let (a, b) = (a.rules(direction), b.rules(direction));
        a.iter().enumerate().find_map(|(i, first)| {
            let others = b.iter().enumerate().filter(|(_, second)| second.action != first.action);
            let mut colliding = others.filter(|(j, second)| {
                let before = a.iter().take(i).chain(b.iter().take(*j));
                collide(first, second, &before.collect::<Vec<_>>())
            });
            colliding.next().map(|(j, _)| Conflict { direction, earlier: i, later: j })
        })
    })
}

/// Whether two rules match a connection that no rule before them, in its own policy, surely decides.
fn collide(a: &AdminRule, b: &AdminRule, before: &[&AdminRule]) -> bool {
    let pairs = a.peers.iter().flat_map(|first| b.peers.iter().map(move |second| (first, second)));
    let mut meeting = pairs.filter(|(first, second)| peers_meet((a, first), (b, second)));
    meeting.any(|(first, second)| {
        let covering = before
            .iter()
            .filter(|rule| rule.peers.iter().any(|peer| covers(peer, first) || covers(peer, second)));
        let decided = covering.fold(ConnectionSet::none(), |sum, rule| sum.union(&rule.numbers()));
        let both = a.numbers().intersect(&b.numbers()).subtract(&decided);
        !both.is_empty() || (!decided.is_all() && names_meet(a, b))
    })
}

/// Whether both ask for a container port of one name, or one of them by name and the other for every port.
fn names_meet(a: &AdminRule, b: &AdminRule) -> bool {
    let names = |rule: &AdminRule| -> BTreeSet<String> {
        let ports = rule.ports.iter().flatten();
        ports
            .filter_map(|port| match port {
                AdminPort::Named(name) => Some(name.clone()),
                AdminPort::Range { .. } | AdminPort::Unknown => None,
            })
            .collect()
    };
    let (of_a, of_b) = (names(a), names(b));
    !of_a.is_disjoint(&of_b)
        || (a.numbers().is_all() && !of_b.is_empty())
        || (b.numbers().is_all() && !of_a.is_empty())
}

/// Whether something could be both peers. A network that is not the whole family is taken to hold no Pods and no nodes,
/// and a domain name to be nowhere but in such a whole.
fn peers_meet((a, first): (&AdminRule, &AdminPeer), (b, second): (&AdminRule, &AdminPeer)) -> bool {
    match (first, second) {
        (AdminPeer::Unknown, _) => a.action != Action::Accept,
        (_, AdminPeer::Unknown) => b.action != Action::Accept,
        (AdminPeer::Pods(first), AdminPeer::Pods(second)) => scopes_meet(first, second),
        (AdminPeer::Nodes(first), AdminPeer::Nodes(second)) => !disjoint(first, second),
        (AdminPeer::Networks(first), AdminPeer::Networks(second)) => {
            let second: AddressSet = second.iter().copied().collect();
            !first.iter().copied().collect::<AddressSet>().is_disjoint(&second)
        }
        (AdminPeer::Networks(networks), _) | (_, AdminPeer::Networks(networks)) => {
            let networks: AddressSet = networks.iter().copied().collect();
            networks.is_all_ipv4() || networks.is_all_ipv6()
        }
        (AdminPeer::DomainNames(first), AdminPeer::DomainNames(second)) => {
            first.iter().any(|name| second.contains(name))
        }
        _ => false,
    }
}

fn scopes_meet(a: &PodScope, b: &PodScope) -> bool {
    let pods = a.pods.as_ref().zip(b.pods.as_ref());
    !disjoint(&a.namespaces, &b.namespaces) && !pods.is_some_and(|(a, b)| disjoint(a, b))
}

/// Whether everything that is `inner` is `outer` too.
fn covers(outer: &AdminPeer, inner: &AdminPeer) -> bool {
    match (outer, inner) {
        (AdminPeer::Pods(outer), AdminPeer::Pods(inner)) => {
            let everything = LabelSelector::everything();
            let [inner_pods, outer_pods] =
                [inner, outer].map(|scope| scope.pods.as_ref().unwrap_or(&everything));
            implies(&inner.namespaces, &outer.namespaces) && implies(inner_pods, outer_pods)
        }
        (AdminPeer::Nodes(outer), AdminPeer::Nodes(inner)) => implies(inner, outer),
        (AdminPeer::Networks(outer), AdminPeer::Networks(inner)) => {
            let outer: AddressSet = outer.iter().copied().collect();
            inner.iter().copied().collect::<AddressSet>().is_subset(&outer)
        }
        _ => false,
    }
}
