//! # What it checks
//!
//! What a rule allows by naming Pods is allowed by the policies at the other end too, on one port at least. A
//! connection needs both: the source's egress and the destination's ingress. The finding lists the workloads at the other end
//! with which nothing gets through; where the rule names labels of Pods of certain namespaces, also if something gets
//! through with others.
//!
//! Only what is certain is reported. A block of private addresses at the other end may hold the addresses of Pods, so
//! that it counts as letting them through.
//!
//! # Why
//!
//! Half of an allowance allows nothing: the connection times out, and the policy reads as if it worked.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1"}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: db, namespace: shop, labels: {app: db}}
//! spec: {containers: [{name: db, image: "db:1", ports: [{name: sql, containerPort: 5432}]}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Egress]
//!   egress:
//!   - to: [{podSelector: {matchLabels: {app: db}}}]
//!     ports: [{port: 5432}]
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: db, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: db}}
//!   policyTypes: [Ingress]
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
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: db, namespace: shop, labels: {app: db}}
//! spec: {containers: [{name: db, image: "db:1", ports: [{name: sql, containerPort: 5432}]}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Egress]
//!   egress:
//!   - to: [{podSelector: {matchLabels: {app: db}}}]
//!     ports: [{port: 5432}]
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: db, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: db}}
//!   policyTypes: [Ingress]
//!   ingress:
//!   - from: [{podSelector: {matchLabels: {app: web}}}]
//!     ports: [{port: 5432}]
//! ```
//!
//! # Fix
//!
//! The suggestion adds the other half: a rule of the policy that selects only these Pods at the other end, or a policy of
//! its own.

use std::borrow::Cow;

use crate::cluster::ClassId;
use crate::diagnostics::{Diagnostic, Severity};
use crate::engine::Engine;
use crate::model::{Direction, Peer};
use crate::rules::other_end::{self, Asked, OtherEnds};
use crate::rules::peers::{self, RuleSite};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, other_half, wording};
use crate::sets::{ConnectionSet, IdSet};

pub(crate) static RULE: Rule = Rule {
    name: "one-sided-allow",
    group: Group::Reachability,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::Suggestion,
    summary: "a rule names Pods whose own policies let nothing of it through",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let ends = Direction::BOTH.map(|direction| OtherEnds::new(cx, direction.opposite()));
    for site in peers::rules(cx).filter(|site| !site.policy.policy.refused) {
        let [ingress, egress] = &ends;
        let ends = match site.direction {
            Direction::Ingress => ingress,
            Direction::Egress => egress,
        };
        if let Some(denied) = denied(cx, &site, ends) {
            let finding = finding(cx, &site, ends, &denied, report);
            report.push(finding);
        }
    }
}

/// The other ends with which nothing of a rule gets through.
struct Denied {
    classes: IdSet,
    first: ClassId,
    /// How the classes are named, if by one peer only.
    peer: Option<usize>,
    /// Whether something gets through with other ends that the rule names.
    others_pass: bool,
}

fn denied<'c>(cx: &Context<'c>, site: &RuleSite<'c>, ends: &OtherEnds<'_, 'c>) -> Option<Denied> {
    let near = &site.policy.subject.certain;
    if near.is_empty() {
        return None;
    }
    let named: Vec<(usize, &Peer)> =
        site.rule.peers.iter().flatten().enumerate().filter(|(_, peer)| peers::names_pods(peer)).collect();
    let by_name = other_end::is_by_name(site.rule);
    let by_far = by_name && site.direction == Direction::Egress;
    let same = if by_far { ConnectionSet::none() } else { other_end::ports_at(cx, site.rule, near) };
    let mut asked = Asked::new(site.policy, site.rule);
    let (mut failing, mut others_pass) = (Vec::new(), false);
    for (index, peer) in named {
        let exactly = peers::names_pods_exactly(peer);
        let Peer::Pods { namespaces, pods } = peer else { continue };
        let found = cx.engine.pod_peers(site.policy.namespace, namespaces.as_ref(), pods.as_ref());
        for id in found.selection.possible.iter() {
            if others_pass && !exactly {
                break;
            }
            let far = ClassId(id);
            let Some(class) = cx.cluster.class(far) else { continue };
            // A Pod can always reach itself.
            if near.len() == 1 && near.contains(id) && class.members.len() == 1 {
                continue;
            }
            let on = match by_far {
                true => Cow::Owned(Engine::rule_ports(site.rule, class)),
                false => Cow::Borrowed(&same),
            };
            if on.is_empty() {
                continue;
            }
            if ends.lets_through(far, &on, &mut asked) {
                others_pass = true;
            } else if found.selection.certain.contains(id) {
                let listens = match site.direction {
                    Direction::Ingress => true,
                    Direction::Egress => {
                        let useful = cx.cluster.useful_ports(far);
                        useful.is_empty() || !useful.intersect(&on).is_empty()
                    }
                };
                failing.push((far, index, exactly && listens));
            }
        }
    }
    failing.retain(|(.., telling)| *telling || !others_pass);
    let (first, index, _) = *failing.first()?;
    let one_peer = failing.iter().all(|(_, other, _)| *other == index);
    Some(Denied {
        classes: failing.iter().map(|(class, ..)| class.0).collect(),
        first,
        peer: one_peer.then_some(index),
        others_pass,
    })
}

fn finding<'c>(
    cx: &Context<'c>,
    site: &RuleSite<'c>,
    ends: &OtherEnds<'_, 'c>,
    denied: &Denied,
    report: &Reporter<'_>,
) -> Diagnostic {
    let (policy, opposite) = (site.policy, site.direction.opposite());
    let names = |classes: &IdSet| {
        wording::workloads(cx.cluster, cx.cluster.members(classes), cx.cluster.count_workloads(classes))
    };
    let (near, far) = (names(&policy.subject.certain), names(&denied.classes));
    let on = peers::on_ports(site.rule);
    let message = match site.direction {
        Direction::Egress => {
            format!("policy `{}` lets {near} out to {far}{on}, but nothing there lets them in", policy.name)
        }
        Direction::Ingress => {
            format!("policy `{}` lets {far} in to {near}{on}, but nothing there lets them out", policy.name)
        }
    };
    let field = match denied.peer {
        Some(index) => format!("{}.{}[{index}]", site.field, site.direction.peers_field()),
        None => format!("{}.{}", site.field, site.direction.peers_field()),
    };
    let mut finding = report.finding(policy.object, &field, message);
    if denied.peer.is_none() {
        finding.location = report.key_place(policy.object, &field);
    }
    let isolating = cx.engine.policies_of(opposite, denied.first).iter();
    for other in isolating.filter_map(|id| cx.cluster.policy(*id)).take(3) {
        let what = format!("policy `{}` isolates the other end for {}", other.name, opposite.name());
        finding = finding.related(what, report.place(other.object, ""));
    }
    if let Some((id, ports)) = ends.on_other_ports(denied.first, &Asked::new(policy, site.rule))
        && let Some(other) = cx.cluster.policy(id)
    {
        finding = finding.note(format!("policy `{}` allows it on other ports: {ports}", other.name));
    }
    finding = finding.note(match denied.others_pass {
        true => "with other workloads that the rule names, something gets through",
        false => "the rule lets nothing through with any workload that it names",
    });
    let help = format!("allow the {} there as well, or remove what is allowed here", opposite.name());
    let peer = denied.peer.and_then(|index| site.rule.peers.as_ref()?.get(index));
    let fix = peer.and_then(|peer| other_half::propose(cx, report, site, (peer, &denied.classes)));
    finding.help(help).fix(fix)
}
