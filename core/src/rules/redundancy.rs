//! Policies and rules that others make needless, proven for every Pod that could appear.
//!
//! They are taken out one after the other, the last first, each only because of what is still left. So all of them can
//! go at once, and of two equal ones the first stays.

use std::collections::BTreeSet;

use super::containment::{Allowance, Containment, RuleRef};
use super::neighbours::{self, Neighbour, Neighbours};
use super::{Context, Reporter, world};
use crate::cluster::{ObjectId, Origin, PolicyId};
use crate::model::Direction;
use crate::sets::{Cover, LabelSelector, cover_within};

/// In larger neighbourhoods only policies that isolate all of another's Pods alone count, not those that share them.
const MOST_TOGETHER: usize = 64;

/// All that is needless in a root.
#[derive(Default)]
pub struct Needless {
    /// Policies, with those that make them so; in the repository's order.
    pub(super) policies: Vec<NeedlessPolicy>,
    /// Rules of the policies that are left, with those that make them so; in the repository's order.
    pub(super) rules: Vec<NeedlessRule>,
}

/// A policy whose removal changes nothing.
pub(super) struct NeedlessPolicy {
    /// The policy.
    pub(super) id: PolicyId,
    /// The policies that isolate the same Pods and allow all that it allows.
    pub(super) by: BTreeSet<PolicyId>,
    /// Whether it is contained in a rule for the whole world, which it isn't itself.
    pub(super) by_world: bool,
}

/// A rule whose removal changes nothing.
pub(super) struct NeedlessRule {
    /// The rule.
    pub(super) at: RuleRef,
    /// The rules that allow all that it allows.
    pub(super) by: BTreeSet<RuleRef>,
    /// Whether one of them is for the whole world, which it isn't itself.
    pub(super) by_world: bool,
}

/// All that is needless, found once for all rules that ask.
pub(super) fn find<'c>(cx: &Context<'c>) -> &'c Needless {
    cx.needless.get_or_init(|| search(cx))
}

fn search(cx: &Context<'_>) -> Needless {
    let mut needless = Needless::default();
    for group in neighbours::all(cx) {
        Search::new(cx, &group).run(&mut needless);
    }
    needless.policies.sort_by_key(|found| found.id);
    needless.rules.sort_by_key(|found| found.at);
    needless
}

/// Whether edits of an object mean in every cluster what they mean in this one: it is deployed as it is written, and
/// there are no overlays in which its neighbours differ.
pub(super) fn is_written_here(cx: &Context<'_>, report: &Reporter<'_>, object: ObjectId) -> bool {
    let origin = report.repository().entry(object.file).map(|entry| &entry.origin);
    origin == Some(&Origin::Written) && cx.root.name.is_empty()
}

struct Search<'s, 'c> {
    group: &'s Neighbours<'c>,
    containment: Containment,
    /// By policy and direction the rules.
    rules: Vec<[Vec<Allowance<'c>>; 2]>,
    gone: BTreeSet<usize>,
    gone_rules: BTreeSet<RuleRef>,
}

impl<'s, 'c> Search<'s, 'c> {
    fn new(cx: &Context<'c>, group: &'s Neighbours<'c>) -> Self {
        let namespace =
            group.policies.first().map_or("", |one| cx.cluster.namespace_name(one.info.namespace));
        let rules = group.policies.iter().map(|policy| {
            Direction::BOTH.map(|direction| {
                let rules = policy.info.policy.half(direction).rules.iter().enumerate();
                let rules = rules.filter(|_| policy.info.affects(direction));
                rules
                    .map(|(index, rule)| {
                        Allowance::new(RuleRef { policy: policy.id, direction, index }, rule)
                    })
                    .collect()
            })
        });
        Self {
            group,
            containment: Containment::new(namespace),
            rules: rules.collect(),
            gone: BTreeSet::new(),
            gone_rules: BTreeSet::new(),
        }
    }

    fn run(mut self, needless: &mut Needless) {
        let holding: Vec<_> =
            self.group.policies.iter().map(|policy| self.group.holding(policy.selector)).collect();
        for (at, policy) in self.group.policies.iter().enumerate().rev() {
            let Some(holding) = holding.get(at) else { continue };
            if let Some(found) = self.policy(at, policy, holding) {
                self.gone.insert(at);
                needless.policies.push(found);
            }
        }
        for (at, _) in self.group.policies.iter().enumerate().rev() {
            let Some(holding) = holding.get(at).filter(|_| !self.gone.contains(&at)) else { continue };
            for direction in Direction::BOTH {
                for index in (0..self.of(at, direction).len()).rev() {
                    let Some(rule) = self.of(at, direction).get(index) else { continue };
                    let others = self.others(at, direction, holding, Some(rule.at));
                    if let Some(by) = self.containment.covering(rule, &others) {
                        let by_world = is_by_world(rule, &others, &by);
                        let found = NeedlessRule { at: rule.at, by, by_world };
                        self.gone_rules.insert(found.at);
                        needless.rules.push(found);
                    }
                }
            }
        }
    }

    fn of(&self, at: usize, direction: Direction) -> &[Allowance<'c>] {
        let [ingress, egress] = match self.rules.get(at) {
            Some(halves) => halves,
            None => return &[],
        };
        match direction {
            Direction::Ingress => ingress,
            Direction::Egress => egress,
        }
    }

    fn policy(&self, at: usize, policy: &Neighbour<'c>, holding: &[usize]) -> Option<NeedlessPolicy> {
        let mut found = NeedlessPolicy { id: policy.id, by: BTreeSet::new(), by_world: false };
        let affected = || Direction::BOTH.into_iter().filter(|direction| policy.info.affects(*direction));
        // A policy that only denies is a statement of its own: it goes only for another one that only denies.
        let only_denies = affected().all(|direction| self.of(at, direction).is_empty());
        for direction in affected() {
            let isolates = |other: &usize| {
                *other != at
                    && !self.gone.contains(other)
                    && self.info(*other).is_some_and(|info| info.affects(direction))
                    && (!only_denies || self.of(*other, direction).is_empty())
            };
            let others = self.others(at, direction, holding, None);
            for rule in self.of(at, direction) {
                let by = self.containment.covering(rule, &others)?;
                found.by_world |= is_by_world(rule, &others, &by);
                found.by.extend(by.iter().map(|rule| rule.policy));
            }
            let alone: Vec<usize> = holding.iter().copied().filter(isolates).collect();
            let ids = |at: &usize| self.group.policies.get(*at).map(|policy| policy.id);
            if alone.iter().filter_map(ids).any(|id| found.by.contains(&id)) {
                continue;
            }
            match alone.iter().find_map(ids) {
                Some(id) => {
                    found.by.insert(id);
                }
                None => found.by.extend(self.together(policy.selector, isolates)?),
            }
        }
        Some(found)
    }

    fn info(&self, at: usize) -> Option<&'c crate::model::NetworkPolicy> {
        self.group.policies.get(at).map(|policy| policy.info.policy)
    }

    /// Policies that together isolate every Pod that a selector selects.
    fn together(&self, selector: &LabelSelector, isolates: impl Fn(&usize) -> bool) -> Option<Vec<PolicyId>> {
        if self.group.policies.len() > MOST_TOGETHER {
            return None;
        }
        let others = self.group.policies.iter().enumerate().filter(|(at, _)| isolates(at));
        let (ids, selectors): (Vec<_>, Vec<_>) =
            others.map(|(_, policy)| (policy.id, policy.selector)).unzip();
        match cover_within(selector, &selectors) {
            Cover::Proven(used) => Some(used.iter().filter_map(|at| ids.get(*at).copied()).collect()),
            _ => None,
        }
    }

    /// The rules that are left and that apply to all Pods of a policy; without `but`, none of the policy itself.
    fn others(
        &self,
        at: usize,
        direction: Direction,
        holding: &[usize],
        but: Option<RuleRef>,
    ) -> Vec<&Allowance<'c>> {
        let left = holding.iter().filter(|other| !self.gone.contains(other));
        let others = left.filter(|other| **other != at || but.is_some());
        let rules = others.flat_map(|other| self.of(*other, direction));
        rules.filter(|rule| Some(rule.at) != but && !self.gone_rules.contains(&rule.at)).collect()
    }
}

fn is_by_world(rule: &Allowance<'_>, others: &[&Allowance<'_>], by: &BTreeSet<RuleRef>) -> bool {
    let mut by = others.iter().filter(|other| by.contains(&other.at));
    !world::is_world(rule.rule) && by.any(|other| world::is_world(other.rule))
}
