//! Policies that stand in one namespace for certain, and which of them select all that another one selects.

use std::collections::BTreeMap;

use super::Context;
use crate::cluster::{NamespaceId, NamespaceSource, PolicyId, PolicyInfo};
use crate::sets::{LabelSelector, Operator, implies};

/// Policies of one namespace that the API server takes and that no other of the same name replaces.
///
/// Where nothing names a namespace, policies of different folders may end up in different ones, so that only those of
/// one folder stand together.
pub(super) struct Neighbours<'c> {
    /// The policies, in the repository's order.
    pub(super) policies: Vec<Neighbour<'c>>,
    /// The policies with a requirement that lists a label's values, by each of these labels.
    by_label: BTreeMap<(&'c str, &'c str), Vec<usize>>,
    /// All other policies.
    wide: Vec<usize>,
}

/// A policy among its neighbours.
pub(super) struct Neighbour<'c> {
    /// Its id.
    pub(super) id: PolicyId,
    /// The policy.
    pub(super) info: &'c PolicyInfo<'c>,
    /// Which Pods it selects.
    pub(super) selector: &'c LabelSelector,
}

/// The neighbourhoods of a root.
pub(super) fn all<'c>(cx: &Context<'c>) -> Vec<Neighbours<'c>> {
    let mut groups: BTreeMap<(NamespaceId, &str), Vec<Neighbour<'c>>> = BTreeMap::new();
    let mut names: BTreeMap<(NamespaceId, &str), usize> = BTreeMap::new();
    for (id, info) in cx.cluster.policy_ids() {
        *names.entry((info.namespace, info.name)).or_default() += 1;
        let Some(selector) = info.policy.pod_selector.as_ref().filter(|_| !info.policy.refused) else {
            continue;
        };
        let folder = match info.namespace_source {
            NamespaceSource::Default => folder(cx.cluster.repository.path(info.object.file)),
            _ => "",
        };
        groups.entry((info.namespace, folder)).or_default().push(Neighbour { id, info, selector });
    }
    let alone = |one: &Neighbour<'c>| names.get(&(one.info.namespace, one.info.name)) == Some(&1);
    groups.into_values().map(|group| Neighbours::new(group.into_iter().filter(alone).collect())).collect()
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

impl<'c> Neighbours<'c> {
    fn new(policies: Vec<Neighbour<'c>>) -> Self {
        let mut by_label: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        let mut wide = Vec::new();
        for (at, policy) in policies.iter().enumerate() {
            let mut requirements = policy.selector.requirements().iter();
            match requirements.find(|one| one.operator == Operator::In) {
                Some(listed) => {
                    for value in &listed.values {
                        by_label.entry((&*listed.key, &**value)).or_default().push(at);
                    }
                }
                None => wide.push(at),
            }
        }
        Self { policies, by_label, wide }
    }

    /// The policies that select every Pod that a selector selects, whatever Pods there will be; by index, ascending.
    pub(super) fn holding(&self, selector: &LabelSelector) -> Vec<usize> {
        let listed = selector.requirements().iter().filter(|one| one.operator == Operator::In);
        // Whoever selects all of these Pods lists each of the values, so one of them finds it.
        let first = listed.filter_map(|one| Some((&*one.key, &**one.values.first()?)));
        let found = first.filter_map(|label| self.by_label.get(&label)).flatten();
        let mut found: Vec<usize> = found.chain(&self.wide).copied().collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|at| self.policies.get(*at).is_some_and(|policy| within(selector, policy.selector)));
        found
    }
}

/// Whether every object that `inner` selects is selected by `outer`, with the cheap answers first. False where `inner`
/// contradicts itself.
pub(super) fn within(inner: &LabelSelector, outer: &LabelSelector) -> bool {
    if outer.is_everything() || inner == outer {
        return true;
    }
    let asks = |key: &str| inner.requirements().iter().any(|one| one.key == key);
    let mut listed = outer.requirements().iter().filter(|one| one.operator == Operator::In);
    listed.all(|one| asks(&one.key)) && implies(inner, outer)
}
