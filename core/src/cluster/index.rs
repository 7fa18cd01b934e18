//! Selectors → sets of classes, through an inverted index from labels.
//!
//! A selector is compiled once, however many policies share it, and never matched against every Pod. Where labels
//! exist that no manifest shows, a selection has two sets: what is certainly selected and what possibly is.

use std::cell::RefCell;
use std::rc::Rc;

use crate::model::Workload;
use crate::sets::{FastMap, IdSet, LabelSelector, Operator, Requirement};

/// How many selections are kept; a repository of 100,000 workloads has fewer selectors.
const MAX_COMPILED: usize = 1 << 18;

/// What a selector selects, as class ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Selected whatever labels a controller may add.
    pub certain: IdSet,
    /// Selected under some labels that a controller may add; holds `certain`.
    pub possible: IdSet,
}

impl Selection {
    /// A selection without doubt.
    pub fn exactly(set: IdSet) -> Self {
        Self { possible: set.clone(), certain: set }
    }

    /// Nothing.
    pub fn nothing() -> Self {
        Self::exactly(IdSet::new())
    }

    /// What both select.
    #[must_use]
    pub fn within(&self, set: &IdSet) -> Self {
        let certain = self.certain.intersect(set);
        if self.certain == self.possible {
            return Self::exactly(certain);
        }
        Self { certain, possible: self.possible.intersect(set) }
    }

    /// What either selects.
    pub fn add(&mut self, other: &Self) {
        self.certain.union_with(&other.certain);
        self.possible.union_with(&other.possible);
    }
}

#[derive(Debug, Default)]
struct Postings {
    with_key: Vec<u32>,
    by_value: FastMap<String, Vec<u32>>,
}

/// The inverted index over the classes of a cluster.
#[derive(Debug)]
pub struct LabelIndex {
    keys: FastMap<String, Postings>,
    /// Every class that a selector can select.
    universe: IdSet,
    /// Classes whose Pods may carry labels under any key.
    open: Vec<u32>,
    /// For each key that a controller adds, the classes to whose Pods it adds it.
    runtime: FastMap<&'static str, Vec<u32>>,
    compiled: RefCell<FastMap<LabelSelector, Rc<Selection>>>,
}

/// Changes the value under a key, which is copied only where it is new.
fn change<T: Default>(map: &mut FastMap<String, T>, key: &str, change: impl FnOnce(&mut T)) {
    match map.get_mut(key) {
        Some(value) => change(value),
        None => {
            let mut value = T::default();
            change(&mut value);
            map.insert(key.to_owned(), value);
        }
    }
}

impl LabelIndex {
    /// Indexes the classes, by one workload of each; those on the node's network are never selected and stay out.
    pub fn new<'r>(examples: impl Iterator<Item = &'r Workload> + Clone) -> Self {
        let mut index = Self {
            keys: FastMap::default(),
            universe: IdSet::new(),
            open: Vec::new(),
            runtime: FastMap::default(),
            compiled: RefCell::default(),
        };
        let selectable = examples.zip(0u32..).filter(|(class, _)| !class.host_network);
        index.universe = selectable.clone().map(|(_, id)| id).collect();
        for (class, id) in selectable {
            for (key, value) in class.labels.iter() {
                change(&mut index.keys, key, |postings| {
                    postings.with_key.push(id);
                    change(&mut postings.by_value, value, |ids: &mut Vec<u32>| ids.push(id));
                });
            }
            if class.open_labels {
                index.open.push(id);
            }
            for key in class.runtime_labels {
                if class.labels.get(key).is_none() {
                    index.runtime.entry(key).or_default().push(id);
                }
            }
        }
        index
    }

    /// Every class that a selector can select.
    pub fn universe(&self) -> &IdSet {
        &self.universe
    }

    /// What the selector selects in the whole cluster, whatever the namespace.
    pub fn select(&self, selector: &LabelSelector) -> Rc<Selection> {
        if let Some(known) = self.compiled.borrow().get(selector) {
            return Rc::clone(known);
        }
        let selection = Rc::new(self.compile(selector));
        let mut compiled = self.compiled.borrow_mut();
        // An index may outlive the policies that asked, and every key of an editor can make a new selector.
        if compiled.len() >= MAX_COMPILED {
            compiled.clear();
        }
        compiled.insert(selector.clone(), Rc::clone(&selection));
        selection
    }

    fn compile(&self, selector: &LabelSelector) -> Selection {
        let mut selected: Option<IdSet> = None;
        for requirement in selector.requirements() {
            let matching = self.matching(requirement);
            selected = Some(match selected {
                Some(so_far) => so_far.intersect(&matching),
                None => matching,
            });
        }
        let certain = selected.unwrap_or_else(|| self.universe.clone());
        self.with_doubt(selector, certain)
    }

    fn matching(&self, requirement: &Requirement) -> IdSet {
        let postings = self.keys.get(&requirement.key);
        let listed = || {
            let mut set = IdSet::new();
            for value in &requirement.values {
                if let Some(ids) = postings.and_then(|postings| postings.by_value.get(value)) {
                    set.union_with(&ids.iter().copied().collect());
                }
            }
            set
        };
        let with_key = || postings.map(|p| p.with_key.iter().copied().collect()).unwrap_or_default();
        match requirement.operator {
            Operator::In => listed(),
            Operator::NotIn => self.universe.subtract(&listed()),
            Operator::Exists => with_key(),
            Operator::DoesNotExist => self.universe.subtract(&with_key()),
        }
    }

    /// Moves the classes whose answer hangs on labels that nobody can see between the two sets.
    fn with_doubt(&self, selector: &LabelSelector, certain: IdSet) -> Selection {
        let added = selector.requirements().iter().filter_map(|r| self.runtime.get(&*r.key)).flatten();
        let mut doubtful: Vec<u32> = added.chain(&self.open).copied().collect();
        if doubtful.is_empty() || selector.is_everything() {
            return Selection::exactly(certain);
        }
        doubtful.sort_unstable();
        doubtful.dedup();
        let (mut always, mut sometimes) = (Vec::new(), Vec::new());
        for &id in &doubtful {
            let (shown, hidden): (Vec<_>, Vec<_>) =
                selector.requirements().iter().partition(|requirement| !self.is_hidden(requirement, id));
            if shown.iter().all(|requirement| self.matches_known(requirement, id)) {
                sometimes.push(id);
                if hidden.is_empty() {
                    always.push(id);
                }
            }
        }
        let settled = certain.subtract(&doubtful.into_iter().collect());
        Selection {
            certain: settled.union(&always.into_iter().collect()),
            possible: settled.union(&sometimes.into_iter().collect()),
        }
    }

    fn matches_known(&self, requirement: &Requirement, id: u32) -> bool {
        let has = |ids: &[u32]| ids.binary_search(&id).is_ok();
        let postings = self.keys.get(&requirement.key);
        let with_key = postings.is_some_and(|postings| has(&postings.with_key));
        let listed = || {
            let ids = |value| postings.and_then(|postings| postings.by_value.get(value));
            requirement.values.iter().filter_map(ids).any(|ids| has(ids))
        };
        match requirement.operator {
            Operator::In => listed(),
            Operator::NotIn => !listed(),
            Operator::Exists => with_key,
            Operator::DoesNotExist => !with_key,
        }
    }

    /// Whether the label that the requirement asks for may be there although no manifest shows it.
    fn is_hidden(&self, requirement: &Requirement, id: u32) -> bool {
        let has = |ids: &[u32]| ids.binary_search(&id).is_ok();
        let shown = self.keys.get(&requirement.key).is_some_and(|postings| has(&postings.with_key));
        !shown && (has(&self.open) || self.runtime.get(&*requirement.key).is_some_and(|ids| has(ids)))
    }
}
