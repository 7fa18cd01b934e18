//! What a list says to one peer.
//!
//! The answer hangs only on which of the list's sets hold the peer, so it is computed once for each combination.
//! It is computed twice at a time: `certain` takes every doubt for the worse, `possible` for the better.

use super::conns::{ConnId, Conns};
use super::lists::{EVERYBODY, List, NOBODY, Part, Rank, SetId};
use crate::model::Action;
use crate::sets::FastMap;

/// A pair of sets of connections: what is proven allowed, and what is not proven denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Bounds {
    pub(super) certain: ConnId,
    pub(super) possible: ConnId,
}

impl Bounds {
    pub(super) const ALL: Self = Self { certain: ConnId::ALL, possible: ConnId::ALL };

    pub(super) fn intersect(self, other: Self, conns: &mut Conns) -> Self {
        Self {
            certain: conns.intersect(self.certain, other.certain),
            possible: conns.intersect(self.possible, other.possible),
        }
    }
}

/// Which of the sets of a list hold a peer: the bit at a set's position. Lists with more sets keep no answers.
pub(super) type Mask = u128;

/// The answers of one list that are known.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) sets: Vec<SetId>,
    known: FastMap<Mask, Bounds>,
}

impl Answers {
    pub(super) fn of(list: &List) -> Self {
        Self { sets: list.sets(), known: FastMap::default() }
    }

    /// Whether a mask has a bit for every set.
    pub(super) fn fits(&self) -> bool {
        self.sets.len() <= Mask::BITS as usize
    }

    /// The answer to the peers of a mask.
    pub(super) fn get(&mut self, list: &List, mask: Mask, conns: &mut Conns) -> Bounds {
        if let Some(known) = self.known.get(&mask) {
            return *known;
        }
        let sets = &self.sets;
        let holds = |set: SetId| sets.binary_search(&set).is_ok_and(|bit| mask >> bit & 1 == 1);
        let answer = evaluate(list, &holds, conns);
        self.known.insert(mask, answer);
        answer
    }
}

/// What a list allows a peer that these of its sets hold.
pub(super) fn evaluate(list: &List, holds: &dyn Fn(SetId) -> bool, conns: &mut Conns) -> Bounds {
    if list.node {
        return Bounds::ALL;
    }
    let holds = |set: SetId| set == EVERYBODY || (set != NOBODY && holds(set));
    // From the end: what is allowed where nothing before it decides.
    let baseline = tier(&list.baseline, Bounds::ALL, &holds, conns);
    let policies = policies(list, baseline, &holds, conns);
    tier(&list.admin, policies, &holds, conns)
}

/// One tier of admin policies before `rest`, which is also where Pass leads.
fn tier(ranks: &[Rank], rest: Bounds, holds: &dyn Fn(SetId) -> bool, conns: &mut Conns) -> Bounds {
    ranks.iter().rev().fold(rest, |below, rank| {
        let may = rank_outcomes(rank, holds, conns);
        // Better: accepted by some order, or passed on to something that allows, or left to what comes below.
        let passed = conns.intersect(may.pass, rest.possible);
        let left = conns.intersect(may.none, below.possible);
        let possible = conns.union(may.accept, passed);
        let possible = conns.union(possible, left);
        // Worse: the same for being denied.
        let passed = conns.subtract(may.pass, rest.certain);
        let left = conns.subtract(may.none, below.certain);
        let denied = conns.union(may.deny, passed);
        let denied = conns.union(denied, left);
        Bounds { certain: conns.subtract(ConnId::ALL, denied), possible }
    })
}

/// What may become of a connection at one rank.
struct Outcomes {
    accept: ConnId,
    deny: ConnId,
    pass: ConnId,
    none: ConnId,
}

/// Policies of one priority stand in no order: each may come first, and one that doesn't match never counts.
fn rank_outcomes(rank: &Rank, holds: &dyn Fn(SetId) -> bool, conns: &mut Conns) -> Outcomes {
    let mut all =
        Outcomes { accept: ConnId::NONE, deny: ConnId::NONE, pass: ConnId::NONE, none: ConnId::ALL };
    for rules in &rank.0 {
        let mut open = ConnId::ALL;
        for rule in rules {
            let possible = matched(&rule.parts, |part| holds(part.possible), conns);
            let reached = conns.intersect(open, possible);
            let outcome = match rule.action {
                Action::Accept => &mut all.accept,
                Action::Deny => &mut all.deny,
                Action::Pass => &mut all.pass,
            };
            *outcome = conns.union(*outcome, reached);
            let certain = matched(&rule.parts, |part| holds(part.certain), conns);
            open = conns.subtract(open, certain);
        }
        all.none = conns.intersect(all.none, open);
    }
    all
}

fn policies(list: &List, baseline: Bounds, holds: &dyn Fn(SetId) -> bool, conns: &mut Conns) -> Bounds {
    let policies = &list.policies;
    let mut certain = matched(&policies.parts, |part| holds(part.certain), conns);
    let mut possible = matched(&policies.parts, |part| holds(part.possible), conns);
    for parts in &policies.doubtful {
        let further = matched(parts, |part| holds(part.possible), conns);
        possible = conns.union(possible, further);
    }
    if !policies.isolated {
        // Any of the doubtful policies may be the only one that isolates, and none of them may.
        possible = conns.union(possible, baseline.possible);
        certain = policies.doubtful.iter().fold(baseline.certain, |all, parts| {
            let alone = matched(parts, |part| holds(part.certain), conns);
            conns.intersect(all, alone)
        });
        if policies.more {
            certain = ConnId::NONE;
        }
    }
    if policies.more {
        possible = ConnId::ALL;
    }
    if policies.less {
        certain = ConnId::NONE;
    }
    Bounds { certain, possible }
}

fn matched(parts: &[Part], holds: impl Fn(&Part) -> bool, conns: &mut Conns) -> ConnId {
    let held = parts.iter().filter(|part| holds(part));
    held.fold(ConnId::NONE, |sum, part| conns.union(sum, part.conns))
}
