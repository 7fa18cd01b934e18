//! Changed pairs in few rows: those with the same change and the same causes, sources with the same destinations
//! together, or destinations with the same sources.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::grouped::Party;
use super::super::naming::{Groups, Named};
use super::align::{Aligned, Both};
use super::{ChangedEnd, ChangedRow, Delta, Diff};
use crate::text::offset;

/// Pairs with one change and one set of causes.
type Pairs = BTreeMap<u32, BTreeSet<u32>>;

/// Fills in the rows and the groups of a diff; `units` says which workload an end is.
pub(super) fn fill(diff: &mut Diff, aligned: &Aligned<'_>, units: &HashMap<u32, usize>) {
    let mut deltas: Vec<Delta> = Vec::new();
    let mut known: HashMap<Delta, u32> = HashMap::new();
    let of_flow: Vec<u32> = diff
        .flows
        .iter()
        .map(|flow| {
            *known.entry(flow.delta()).or_insert_with_key(|delta| {
                deltas.push(delta.clone());
                offset(deltas.len() - 1)
            })
        })
        .collect();
    let mut by_change: BTreeMap<(u32, u32), Pairs> = BTreeMap::new();
    for pair in &diff.pairs {
        let delta = of_flow.get(pair.flow as usize).copied().unwrap_or_default();
        let pairs = by_change.entry((pair.causes, delta)).or_default();
        pairs.entry(pair.from).or_default().insert(pair.to);
    }
    let unit = |end: u32| units.get(&end).and_then(|unit| Some((*unit, aligned.units.get(*unit)?)));
    let mut groups = Groups::among(aligned.units.iter().map(named).collect());
    let mut rows = Vec::new();
    for ((causes, delta), mut pairs) in by_change {
        let delta = deltas.get(delta as usize).cloned().unwrap_or_default();
        let parties = |ends: &[u32]| -> Vec<Party> {
            let party = |end: &u32| match diff.ends.get(*end as usize)? {
                ChangedEnd::Addresses(set) => Some(Party::Addresses(set.clone())),
                ChangedEnd::Ingress => Some(Party::Ingress),
                ChangedEnd::Workload(_) => unit(*end).map(|(unit, _)| Party::Units(vec![unit])),
            };
            ends.iter().filter_map(party).collect()
        };
        complete(&mut pairs, &|end| unit(end).is_some_and(|(_, both)| !both.replicas));
        let mut alone = Vec::new();
        for (from, to) in blocks(&pairs) {
            match (from.as_slice(), to.as_slice()) {
                ([a], [b]) if a == b => alone.extend(unit(*a).filter(|(_, both)| both.replicas).map(|_| *a)),
                _ => {
                    let [from, to] = [from, to].map(|ends| groups.of(&parties(&ends)));
                    rows.push(ChangedRow { from, to, delta: delta.clone(), causes, replicas: false });
                }
            }
        }
        if !alone.is_empty() {
            let all = groups.of(&parties(&alone));
            rows.push(ChangedRow { from: all.clone(), to: all, delta, causes, replicas: true });
        }
    }
    diff.groups = groups.finish();
    let name = |ids: &[u32]| {
        let first = ids.first().and_then(|id| diff.groups.get(*id as usize));
        first.map(|group| (group.kind, group.name.clone()))
    };
    let key = |row: &ChangedRow| {
        let place = diff.causes_of(row.causes).next().map(|cause| cause.location.clone());
        (place.is_none(), place, row.causes, row.delta.kind(), row.replicas, name(&row.to), name(&row.from))
    };
    rows.sort_by_cached_key(key);
    diff.rows = rows;
}

fn named<'n>(both: &Both<'n>) -> Named<'n> {
    let mark = match both.places {
        [None, _] => " (new)",
        [_, None] => " (gone)",
        _ => "",
    };
    Named { name: both.name, namespace: both.namespace, is_node: both.is_node, mark }
}

/// Adds the pairs of bare Pods with themselves, which don't exist, where they make the pairs a block.
fn complete(pairs: &mut Pairs, bare: &dyn Fn(u32) -> bool) {
    let targets: BTreeSet<u32> = pairs.values().flatten().copied().collect();
    for (from, to) in pairs.iter_mut().filter(|(from, _)| targets.contains(from) && bare(**from)) {
        to.insert(*from);
    }
}

/// The pairs as few sets of sources with sets of destinations.
fn blocks(pairs: &Pairs) -> Vec<(Vec<u32>, Vec<u32>)> {
    let mut turned = Pairs::new();
    for (from, to) in pairs {
        for to in to {
            turned.entry(*to).or_default().insert(*from);
        }
    }
    let [by_source, by_destination] = [gather(pairs), gather(&turned)];
    if by_destination.len() < by_source.len() {
        by_destination.into_iter().map(|(to, from)| (from, to)).collect()
    } else {
        by_source
    }
}

fn gather(pairs: &Pairs) -> Vec<(Vec<u32>, Vec<u32>)> {
    let mut groups: BTreeMap<&BTreeSet<u32>, Vec<u32>> = BTreeMap::new();
    for (from, to) in pairs {
        groups.entry(to).or_default().push(*from);
    }
    groups.into_iter().map(|(to, from)| (from, to.iter().copied().collect())).collect()
}
