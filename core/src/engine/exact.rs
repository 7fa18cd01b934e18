//! The smallest selector that selects exactly these Pods and no others of those around them.

use std::collections::{BTreeMap, BTreeSet};

use super::Engine;
use crate::cluster::ClassId;
use crate::sets::{IdSet, LabelSelector, Labels, Operator, Requirement};

/// Keys that say what a Pod is, best first. Other keys say what it belongs to, and later Pods will carry them too.
const IDENTITY: [&str; 6] =
    ["app.kubernetes.io/name", "app", "k8s-app", "app.kubernetes.io/component", "component", "name"];

/// A selector that lists more values than this is no help to anybody.
const MOST_VALUES: usize = 12;

/// Keys whose values change with every release: a selector must not hang on them.
pub const UNSTABLE: [&str; 10] = [
    "pod-template-hash",
    "controller-revision-hash",
    "pod-template-generation",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "helm.sh/chart",
    "chart",
    "version",
    "app.kubernetes.io/version",
    "release-revision",
];

impl Engine<'_> {
    /// The smallest selector that selects all classes of `wanted` and no other class of `within`: one label that all
    /// have, else one key with the values that they have, else two labels. Keys that say what a Pod is come before
    /// all others. None where no such selector exists, or where labels that no manifest shows could spoil it.
    pub fn exact_selector(&self, wanted: &IdSet, within: &IdSet) -> Option<LabelSelector> {
        let labels_of = |ids: &IdSet| -> Vec<&Labels> {
            ids.iter().filter_map(|id| self.cluster.class(ClassId(id))).map(|class| class.labels).collect()
        };
        let others = within.subtract(wanted);
        if wanted.is_empty() || self.has_open_labels(&others) {
            return None;
        }
        let (wanted, others) = (labels_of(wanted), labels_of(&others));
        let fits = |selector: &LabelSelector| {
            wanted.iter().all(|labels| selector.matches(labels))
                && !others.iter().any(|labels| selector.matches(labels))
        };
        let shared = shared_labels(&wanted);
        let one = shared.iter().map(|label| equals(*label));
        let mut single: Vec<_> = one.chain(listed_keys(&wanted)).collect();
        single.sort_by_key(|requirement| !IDENTITY.contains(&&*requirement.key));
        let single = single.into_iter().map(|requirement| LabelSelector::new([requirement]));
        let pairs = shared.iter().enumerate().flat_map(|(i, first)| {
            let later = shared.iter().skip(i + 1);
            later.map(|second| LabelSelector::new([equals(*first), equals(*second)]))
        });
        single.chain(pairs).find(fits)
    }

    fn has_open_labels(&self, classes: &IdSet) -> bool {
        classes.iter().filter_map(|id| self.cluster.class(ClassId(id))).any(|class| class.open_labels)
    }
}

fn equals((key, value): (&str, &str)) -> Requirement {
    Requirement::new(key, Operator::In, [value])
}

/// The stable labels that all have, the most telling first.
fn shared_labels<'l>(all: &[&'l Labels]) -> Vec<(&'l str, &'l str)> {
    let Some((first, rest)) = all.split_first() else { return Vec::new() };
    let stable = first.iter().filter(|(key, _)| !UNSTABLE.contains(key));
    let mut shared: Vec<_> =
        stable.filter(|(key, value)| rest.iter().all(|labels| labels.get(key) == Some(value))).collect();
    shared.sort_by_key(|(key, _)| rank(key));
    shared
}

/// The stable keys that all have, with every value that occurs; few values first.
fn listed_keys(all: &[&Labels]) -> Vec<Requirement> {
    let mut values: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for (key, value) in all.iter().flat_map(|labels| labels.iter()) {
        let (count, seen) = values.entry(key).or_default();
        *count += 1;
        seen.insert(value);
    }
    let everywhere = |(key, (count, seen)): (&'_ str, (usize, BTreeSet<&str>))| {
        let stable = count == all.len() && seen.len() <= MOST_VALUES && !UNSTABLE.contains(&key);
        stable.then(|| (rank(key), Requirement::new(key, Operator::In, seen.into_iter().collect::<Vec<_>>())))
    };
    let mut found: Vec<_> = values.into_iter().filter_map(everywhere).collect();
    found.sort_by(|a, b| (a.0, a.1.values.len(), &a.1.key).cmp(&(b.0, b.1.values.len(), &b.1.key)));
    found.into_iter().map(|(_, requirement)| requirement).collect()
}

fn rank(key: &str) -> usize {
    IDENTITY.iter().position(|known| *known == key).unwrap_or(IDENTITY.len())
}
