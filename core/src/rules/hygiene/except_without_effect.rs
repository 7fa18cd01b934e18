//! # What it checks
//!
//! What an `ipBlock` excepts is not allowed by anything else to the same Pods on the same ports: not by another peer of
//! the rule, nor by another rule of the policy or of a policy that selects all of its Pods. Where what allows it is a
//! part of the exception by itself, it is only worth knowing: it looks like an exception from the exception.
//!
//! # Why
//!
//! Policies add up: `except` makes a hole in one block and denies nothing. Whatever else allows the addresses wins.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Egress]
//!   egress:
//!   - to:
//!     - ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}
//!     ports: [{port: 443}, {port: 80}]
//!   - ports: [{port: 80}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Egress]
//!   egress:
//!   - to:
//!     - ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}
//!     ports: [{port: 443}, {port: 80}]
//! ```

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::cluster::PolicyId;
use crate::diagnostics::{Diagnostic, Severity};
use crate::model::{Direction, IpBlock, Peer};
use crate::rules::containment::{Allowance, RuleRef};
use crate::rules::neighbours::{self, Neighbours};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, wording};
use crate::sets::{AddressSet, ConnectionSet, IdSet};

pub(crate) static RULE: Rule = Rule {
    name: "except-without-effect",
    group: Group::Hygiene,
    severity: Severity::Warning,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "an excepted range that another rule allows all the same",
    options: &[],
    check: Check::Cluster(check),
};

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    for group in neighbours::all(cx) {
        let places: BTreeMap<PolicyId, usize> =
            group.policies.iter().enumerate().map(|(at, policy)| (policy.id, at)).collect();
        for at in 0..group.policies.len() {
            for direction in Direction::BOTH {
                check_half(cx, &group, &places, (at, direction), report);
            }
        }
    }
}

fn check_half<'c>(
    cx: &Context<'c>,
    group: &Neighbours<'c>,
    places: &BTreeMap<PolicyId, usize>,
    (at, direction): (usize, Direction),
    report: &mut Reporter<'_>,
) {
    let own = allowances(group, at, direction);
    if !own.iter().any(|rule| holes(rule).next().is_some()) {
        return;
    }
    let others: Vec<_> = sharing(cx, group, places, (at, direction))
        .into_iter()
        .flat_map(|other| allowances(group, other, direction))
        .collect();
    for rule in &own {
        for (place, block, hole) in holes(rule) {
            let opened = Opened::of(rule, block, hole, own.iter().chain(&others));
            if !opened.by.is_empty() {
                let finding = finding(cx, rule, &place, hole, &opened, report);
                report.extend(finding);
            }
        }
    }
}

fn allowances<'c>(group: &Neighbours<'c>, at: usize, direction: Direction) -> Vec<Allowance<'c>> {
    let Some(policy) = group.policies.get(at).filter(|policy| policy.info.affects(direction)) else {
        return Vec::new();
    };
    let rules = policy.info.policy.half(direction).rules.iter().enumerate();
    rules.map(|(index, rule)| Allowance::new(RuleRef { policy: policy.id, direction, index }, rule)).collect()
}

/// The other policies that select all Pods of one: whatever Pods there will be, or all that are there.
fn sharing(
    cx: &Context<'_>,
    group: &Neighbours<'_>,
    places: &BTreeMap<PolicyId, usize>,
    (at, direction): (usize, Direction),
) -> Vec<usize> {
    let Some(policy) = group.policies.get(at) else { return Vec::new() };
    let mut found = group.holding(policy.selector);
    let subject = &policy.info.subject.certain;
    if let Some(class) = subject.first() {
        let selecting = cx.engine.policies_of(direction, crate::cluster::ClassId(class)).iter();
        let selects_all = |id: &&PolicyId| {
            cx.cluster.policy(**id).is_some_and(|other| IdSet::is_subset(subject, &other.subject.certain))
        };
        found.extend(selecting.filter(selects_all).filter_map(|id| places.get(id)));
    }
    found.sort_unstable();
    found.dedup();
    found.retain(|other| *other != at);
    found
}

/// The holes of a rule's blocks, each with its field below the rule.
fn holes<'a>(rule: &'a Allowance<'_>) -> impl Iterator<Item = (String, &'a IpBlock, IpNet)> {
    let peers = rule.rule.peers.iter().flatten().enumerate();
    let blocks = peers.filter_map(|(i, peer)| match peer {
        Peer::Block(block) => Some((i, block)),
        _ => None,
    });
    let field = rule.at.direction.peers_field();
    blocks.flat_map(move |(i, block)| {
        let holes = block.except.iter().enumerate();
        holes.map(move |(j, hole)| (format!("{field}[{i}].ipBlock.except[{j}]"), block, *hole))
    })
}

/// What is open in a hole.
struct Opened {
    addresses: AddressSet,
    ports: ConnectionSet,
    by: Vec<RuleRef>,
    /// Whether only blocks inside of the hole open a part of it.
    on_purpose: bool,
}

impl Opened {
    fn of<'a, 'c: 'a>(
        rule: &Allowance<'_>,
        block: &IpBlock,
        hole: IpNet,
        others: impl Iterator<Item = &'a Allowance<'c>>,
    ) -> Self {
        let hole = AddressSet::from(hole);
        let mut opened = Self {
            addresses: AddressSet::empty(),
            ports: ConnectionSet::none(),
            by: Vec::new(),
            on_purpose: true,
        };
        for other in others {
            let addresses = other.addresses().intersect(&hole);
            let ports = rule.shared_numbers(other);
            if addresses.is_empty() || ports.is_empty() {
                continue;
            }
            opened.addresses = opened.addresses.union(&addresses);
            opened.ports = opened.ports.union(&ports);
            opened.by.push(other.at);
            let inside = other.rule.peers.as_ref().is_some_and(|peers| {
                peers.iter().all(|peer| match peer {
                    Peer::Block(other) if other != block => {
                        let other = other.addresses();
                        other.is_disjoint(&hole) || other.is_subset(&hole)
                    }
                    _ => true,
                })
            });
            opened.on_purpose &= inside;
        }
        opened.on_purpose &= opened.addresses != hole;
        opened
    }
}

fn finding(
    cx: &Context<'_>,
    rule: &Allowance<'_>,
    place: &str,
    hole: IpNet,
    opened: &Opened,
    report: &Reporter<'_>,
) -> Option<Diagnostic> {
    let policy = cx.cluster.policy(rule.at.policy)?;
    let cidrs: Vec<_> = opened.addresses.to_cidrs().iter().map(ToString::to_string).collect();
    let what = match opened.addresses == AddressSet::from(hole) {
        true => "all of it".to_owned(),
        false => wording::names(&cidrs, 3),
    };
    let ports = if opened.ports.is_all() { "every port".to_owned() } else { opened.ports.to_string() };
    let (only, first) = (opened.by.len() == 1, opened.by.first()?);
    let who = match cx.cluster.policy(first.policy)? {
        _ if only && *first == rule.at => "another peer of the rule".to_owned(),
        _ if only && first.policy == rule.at.policy => "another rule of the policy".to_owned(),
        other if only => format!("policy `{}`", other.name),
        _ => "other rules".to_owned(),
    };
    let message = format!(
        "policy `{}` excepts `{hole}` here, but {who} {} {what} on {ports} all the same",
        policy.name,
        if opened.by.len() > 1 { "allow" } else { "allows" },
    );
    let field = |rule: RuleRef| format!("spec.{}[{}]", rule.direction.name(), rule.index);
    let mut finding = report.finding(policy.object, &format!("{}.{place}", field(rule.at)), message);
    if opened.on_purpose {
        finding = finding.severity(Severity::Info);
    }
    for by in opened.by.iter().take(3) {
        let Some(other) = cx.cluster.policy(by.policy) else { continue };
        let part = format!("policy `{}` allows it here", other.name);
        finding = finding.related(part, report.place(other.object, &field(*by)));
    }
    Some(
        finding
            .note("policies add up: an exception makes a hole in its own block and denies nothing")
            .help("except the range there as well, or name there what is needed"),
    )
}
