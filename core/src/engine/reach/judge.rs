//! A list about one peer that is already known: from matches to a flow, by the same evaluation as for everybody.

use std::collections::BTreeMap;

use super::Flow;
use super::conns::{ConnId, Conns};
use super::eval::evaluate;
use super::lists::{Allowed, EVERYBODY, List, NOBODY, Part, Rank, Verdicts};
use crate::engine::Match;
use crate::model::{Action, Tier};
use crate::sets::ConnectionSet;

/// Sets of connections that are worth keeping between judgements.
pub(in crate::engine) struct Scratch(Conns);

impl Default for Scratch {
    fn default() -> Self {
        Self(Conns::new())
    }
}

/// Policies with their rules, as far as they are known.
#[derive(Default)]
pub(in crate::engine) struct Judge<'w> {
    admin: [Ranks<'w>; 2],
    policies: Vec<(bool, Vec<Matched<'w>>)>,
    more: bool,
    less: bool,
}

/// The policies of one tier by priority, the refused ones first; for each its rules in order.
type Ranks<'w> = BTreeMap<(bool, u32), Vec<Vec<Matched<'w>>>>;

type Matched<'w> = (Action, Match, &'w ConnectionSet);

impl<'w> Judge<'w> {
    /// Nothing yet; `foreign` says whether something else acts here, and whether it may deny.
    pub(in crate::engine) fn new(foreign: Option<bool>) -> Self {
        Self { more: foreign.is_some(), less: foreign == Some(true), ..Self::default() }
    }

    /// An admin policy; its rules in order, each with its match and its connections.
    pub(in crate::engine) fn admin(
        &mut self,
        tier: Tier,
        priority: u32,
        rules: impl Iterator<Item = Matched<'w>>,
    ) {
        self.ranks(tier).entry((true, priority)).or_default().push(rules.collect());
    }

    /// An admin policy that the API server refuses.
    pub(in crate::engine) fn refused_admin(&mut self, tier: Tier) {
        static ALL: std::sync::OnceLock<ConnectionSet> = std::sync::OnceLock::new();
        let all = ALL.get_or_init(ConnectionSet::all);
        let rules = [Action::Accept, Action::Deny].map(|action| (action, Match::Maybe, all));
        self.ranks(tier).entry((false, 0)).or_default().push(rules.into());
    }

    /// A NetworkPolicy that certainly selects, or possibly does.
    pub(in crate::engine) fn policy(
        &mut self,
        selects: bool,
        rules: impl Iterator<Item = (Match, &'w ConnectionSet)>,
    ) {
        let rules = rules.map(|(matches, ports)| (Action::Accept, matches, ports));
        self.policies.push((selects, rules.collect()));
    }

    /// A NetworkPolicy that the API server refuses.
    pub(in crate::engine) fn refused(&mut self) {
        self.more = true;
    }

    fn ranks(&mut self, tier: Tier) -> &mut Ranks<'w> {
        let [admin, baseline] = &mut self.admin;
        match tier {
            Tier::Admin => admin,
            Tier::Baseline => baseline,
        }
    }

    /// What it all comes to.
    pub(in crate::engine) fn flow(self, scratch: &mut Scratch) -> Flow {
        let conns = &mut scratch.0;
        let mut policies = Allowed { more: self.more, less: self.less, ..Allowed::default() };
        for (selects, rules) in self.policies {
            let parts = rules.into_iter().filter_map(|rule| part(rule, conns));
            if selects {
                policies.isolated = true;
                policies.parts.extend(parts);
            } else {
                policies.doubtful.push(parts.collect());
            }
        }
        let [admin, baseline] = self.admin.map(|ranks| -> Vec<Rank> {
            let verdicts = |rule: Matched<'_>, conns: &mut Conns| Verdicts {
                action: rule.0,
                parts: part(rule, conns).into_iter().collect(),
            };
            let rank = |policies: Vec<Vec<Matched<'_>>>, conns: &mut Conns| -> Rank {
                let policy = |rules: Vec<Matched<'_>>, conns: &mut Conns| {
                    rules.into_iter().map(|rule| verdicts(rule, conns)).collect()
                };
                Rank(policies.into_iter().map(|rules| policy(rules, conns)).collect())
            };
            ranks.into_values().map(|policies| rank(policies, conns)).collect()
        });
        let bounds = evaluate(&List { node: false, admin, policies, baseline }, &|_| false, conns);
        Flow { certain: conns.get(bounds.certain), possible: conns.get(bounds.possible) }
    }
}

fn part((_, matches, ports): Matched<'_>, conns: &mut Conns) -> Option<Part> {
    let certain = if matches == Match::Yes { EVERYBODY } else { NOBODY };
    let possible = if matches == Match::No { NOBODY } else { EVERYBODY };
    let conns = conns.intern(ports.clone());
    (possible != NOBODY && conns != ConnId::NONE).then_some(Part { certain, possible, conns })
}
