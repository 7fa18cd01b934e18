//! Questions about all labels that could ever be, not only about those that are there.
//!
//! A selector is a box: for each key the states that it accepts, independently of the other keys. Whether one box lies
//! in another, or meets it, is decided key by key. Whether boxes together cover everything is decided by cutting them
//! out of the space one after the other until nothing is left, or a rest that none of them touches. That is exact; as
//! the problem is NP-hard in general, the search stops after a fixed number of steps and says so.

use super::{LabelSelector, Labels, ValueSet};
use std::collections::{BTreeMap, BTreeSet};

/// How often [`cover`] may hold a selector against a box before it gives up. Real repositories need a few per selector;
/// the limit is a fraction of a second.
const STEPS: usize = 500_000;

/// Whether selectors together match every object that could exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cover {
    /// They do. These of them suffice, by index, ascending; none could be left out, unless the search for that ran out
    /// of steps.
    Proven(Vec<usize>),
    /// They don't: none of them matches an object with these labels.
    Refuted(Labels),
    /// The search ran out of steps.
    Unknown,
}

/// Decides whether every object, whatever its labels, is matched by at least one of `selectors`. An object without
/// labels is the witness wherever it can be one.
pub fn cover(selectors: &[&LabelSelector]) -> Cover {
    if let Some(everything) = selectors.iter().position(|selector| selector.is_everything()) {
        return Cover::Proven(vec![everything]);
    }
    let unlabelled = Labels::default();
    if !selectors.iter().any(|selector| selector.matches(&unlabelled)) {
        return Cover::Refuted(unlabelled);
    }
    let boxes: Vec<_> = selectors.iter().map(|selector| Region::of(selector)).collect();
    let all: Vec<_> = boxes.iter().enumerate().collect();
    let mut steps = STEPS;
    match search(all.clone(), &mut steps) {
        Cover::Proven(used) => Cover::Proven(minimise(all, &used, &mut steps)),
        open => open,
    }
}

/// Decides whether every object that `within` matches, whatever its other labels, is matched by at least one of
/// `selectors`. A witness against it is matched by `within`.
pub fn cover_within(within: &LabelSelector, selectors: &[&LabelSelector]) -> Cover {
    // What misses a requirement of `within` is covered by that requirement's opposite.
    let outside: Vec<_> =
        within.requirements().iter().map(|one| LabelSelector::new([one.negated()])).collect();
    let all: Vec<_> = selectors.iter().copied().chain(&outside).collect();
    match cover(&all) {
        Cover::Proven(mut used) => {
            used.retain(|index| *index < selectors.len());
            Cover::Proven(used)
        }
        open => open,
    }
}

/// Whether any object could match.
pub fn satisfiable(selector: &LabelSelector) -> bool {
    !Region::of(selector).is_empty()
}

/// The labels of an object that matches, as few as possible; none where no object could.
pub fn witness(selector: &LabelSelector) -> Option<Labels> {
    let region = Region::of(selector);
    (!region.is_empty()).then(|| region.witness())
}

/// Whether no object could match both.
pub fn disjoint(a: &LabelSelector, b: &LabelSelector) -> bool {
    let (a, b) = (Region::of(a), Region::of(b));
    a.is_empty() || !a.meets(&b)
}

/// Whether every object that matches `a`, whatever its other labels, matches `b`.
pub fn implies(a: &LabelSelector, b: &LabelSelector) -> bool {
    let (a, b) = (Region::of(a), Region::of(b));
    a.is_empty() || a.ways_out(&b).next().is_none()
}

/// A box of label assignments: the states that each key may have. A key that is not listed may have any.
#[derive(Clone)]
struct Region<'a>(BTreeMap<&'a str, ValueSet<'a>>);

/// What a key that a box doesn't list may be.
static ANY: ValueSet<'static> = ValueSet::full();

impl<'a> Region<'a> {
    fn of(selector: &'a LabelSelector) -> Self {
        let mut region = Self(BTreeMap::new());
        for requirement in selector.requirements() {
            region.narrow(&requirement.key, &ValueSet::of(requirement));
        }
        region
    }

    fn states(&self, key: &str) -> &ValueSet<'a> {
        self.0.get(key).unwrap_or(&ANY)
    }

    fn narrow(&mut self, key: &'a str, to: &ValueSet<'a>) {
        self.0.entry(key).or_insert_with(ValueSet::full).intersect_with(to);
    }

    fn is_empty(&self) -> bool {
        self.0.values().any(ValueSet::is_empty)
    }

    /// Whether the boxes share an assignment; this box must not be empty.
    fn meets(&self, other: &Self) -> bool {
        other.0.iter().all(|(key, states)| !self.states(key).is_disjoint(states))
    }

    /// The keys that let an assignment of this box, which must not be empty, lie outside `other`.
    fn ways_out<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = &'a str> + 's {
        other.0.iter().filter(|(key, states)| !self.states(key).is_subset(states)).map(|(key, _)| *key)
    }

    /// The assignment of this box, which must not be empty, with the fewest labels.
    fn witness(&self) -> Labels {
        self.0.iter().filter_map(|(key, states)| Some((*key, states.witness()??))).collect()
    }
}

/// A selector's index and box.
type Candidate<'s, 'a> = (usize, &'s Region<'a>);

/// Cuts the candidates out of the whole space. Boxes on the stack are not empty and don't overlap; each goes with the
/// candidates that may still meet it. What is left of a box without a candidate is cut along one key after the other, so
/// that the pieces don't overlap either. A proof names the candidates that were cut out or held a whole box.
fn search<'a>(candidates: Vec<Candidate<'_, 'a>>, steps: &mut usize) -> Cover {
    let mut used = BTreeSet::new();
    let mut open = vec![(Region(BTreeMap::new()), candidates)];
    while let Some((mut space, mut candidates)) = open.pop() {
        match cut(&mut space, &mut candidates, &mut used, steps) {
            None => return Cover::Unknown,
            Some(Rest::Nothing) => continue,
            Some(Rest::Something) => {}
        }
        let Some((index, chosen)) = candidates.iter().copied().min_by_key(|(_, c)| space.ways_out(c).count())
        else {
            return Cover::Refuted(space.witness());
        };
        used.insert(index);
        let keys: Vec<&'a str> = space.ways_out(chosen).collect();
        for key in keys {
            let mut outside = space.clone();
            outside.narrow(key, &chosen.states(key).complement());
            open.push((outside, candidates.clone()));
            space.narrow(key, chosen.states(key));
        }
    }
    Cover::Proven(used.into_iter().collect())
}

/// What is left of a box.
enum Rest {
    Nothing,
    Something,
}

/// Cuts out of `space` the candidates that leave a single box, until there are no more: those with one way out narrow
/// it, those that don't meet it are dropped, those with more ways out remain. `None` when the steps ran out.
fn cut<'a>(
    space: &mut Region<'a>,
    candidates: &mut Vec<Candidate<'_, 'a>>,
    used: &mut BTreeSet<usize>,
    steps: &mut usize,
) -> Option<Rest> {
    loop {
        let mut narrowed = false;
        let mut remaining = Vec::new();
        for (index, candidate) in std::mem::take(candidates) {
            *steps = steps.checked_sub(1)?;
            if !space.meets(candidate) {
                continue;
            }
            let (first, second) = {
                let mut ways = space.ways_out(candidate);
                (ways.next(), ways.next())
            };
            match (first, second) {
                (None, _) => {
                    used.insert(index);
                    return Some(Rest::Nothing);
                }
                (Some(key), None) => {
                    used.insert(index);
                    space.narrow(key, &candidate.states(key).complement());
                    narrowed = true;
                }
                _ => remaining.push((index, candidate)),
            }
        }
        *candidates = remaining;
        if !narrowed {
            return Some(Rest::Something);
        }
    }
}

/// Leaves out of a proof what it doesn't need: halves first, then ever smaller parts, at last single candidates.
fn minimise(all: Vec<Candidate<'_, '_>>, used: &[usize], steps: &mut usize) -> Vec<usize> {
    let only = |mut some: Vec<_>, used: &[usize]| {
        some.retain(|(index, _): &Candidate<'_, '_>| used.binary_search(index).is_ok());
        some
    };
    let mut kept = only(all, used);
    let mut size = kept.len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < kept.len() && *steps > 0 {
            let part = start..start + size;
            let without = kept.iter().enumerate().filter(|(i, _)| !part.contains(i)).map(|(_, c)| *c);
            let without: Vec<_> = without.collect();
            match search(without.clone(), steps) {
                Cover::Proven(used) => kept = only(without, &used),
                _ => start += size,
            }
        }
        size /= 2;
    }
    kept.into_iter().map(|(index, _)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sets::values::tests::{STATES, requirements};
    use crate::sets::{Operator, Requirement};
    use proptest::prelude::*;

    const KEYS: [&str; 3] = ["a", "b", "c"];

    fn one(key: &str, operator: Operator, values: &[&str]) -> LabelSelector {
        LabelSelector::new([Requirement::new(key, operator, values.iter().copied())])
    }

    fn cover_of(selectors: &[LabelSelector]) -> Cover {
        cover(&selectors.iter().collect::<Vec<_>>())
    }

    /// One assignment for each combination of states of the three keys.
    fn universe() -> Vec<Labels> {
        let each = |key: &'static str| STATES.map(|state| state.map(|value| (key, value)));
        let [a, b, c] = KEYS.map(each);
        let rows = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
        rows.flat_map(|(a, b)| c.iter().map(move |c| [a, b, c].into_iter().flatten().copied().collect()))
            .collect()
    }

    fn selectors(length: std::ops::Range<usize>) -> impl Strategy<Value = LabelSelector> {
        proptest::collection::vec(requirements(&KEYS), length).prop_map(LabelSelector::new)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

        #[test]
        fn cover_agrees_with_brute_force(selectors in proptest::collection::vec(selectors(1..4), 0..8)) {
            let universe = universe();
            let covered = |used: &[usize]| {
                universe.iter().all(|labels| used.iter().any(|i| selectors[*i].matches(labels)))
            };
            match cover_of(&selectors) {
                Cover::Proven(used) => {
                    prop_assert!(covered(&used) && used.is_sorted());
                    for left_out in &used {
                        let fewer: Vec<_> = used.iter().copied().filter(|i| i != left_out).collect();
                        prop_assert!(!covered(&fewer), "{} is not needed", left_out);
                    }
                }
                Cover::Refuted(labels) => {
                    prop_assert!(!selectors.iter().any(|selector| selector.matches(&labels)), "{}", labels);
                    let unlabelled = Labels::default();
                    let nicer = selectors.iter().any(|selector| selector.matches(&unlabelled));
                    prop_assert!(nicer || labels.is_empty());
                }
                Cover::Unknown => prop_assert!(false, "so few selectors are decided"),
            }
        }

        #[test]
        fn covers_are_found(selector in selectors(0..4), keep in 0..4_usize) {
            let mut parts: Vec<_> = selector
                .requirements()
                .iter()
                .map(|requirement| LabelSelector::new([requirement.negated()]))
                .collect();
            parts.insert(keep.min(parts.len()), selector);
            prop_assert!(matches!(cover_of(&parts), Cover::Proven(_)));
        }

        #[test]
        fn cover_within_agrees_with_brute_force(
            within in selectors(0..3),
            selectors in proptest::collection::vec(selectors(1..3), 0..6),
        ) {
            let list: Vec<_> = selectors.iter().collect();
            let covered = |used: &[usize], labels: &Labels| used.iter().any(|i| selectors[*i].matches(labels));
            match cover_within(&within, &list) {
                Cover::Proven(used) => {
                    for labels in universe().iter().filter(|labels| within.matches(labels)) {
                        prop_assert!(covered(&used, labels), "{}", labels);
                    }
                }
                Cover::Refuted(labels) => {
                    prop_assert!(within.matches(&labels));
                    prop_assert!(!list.iter().any(|selector| selector.matches(&labels)));
                }
                Cover::Unknown => prop_assert!(false, "so few selectors are decided"),
            }
        }

        #[test]
        fn pairs_agree_with_brute_force(a in selectors(0..4), b in selectors(0..4)) {
            let universe = universe();
            prop_assert_eq!(satisfiable(&a), universe.iter().any(|labels| a.matches(labels)));
            prop_assert_eq!(witness(&a).map(|labels| a.matches(&labels)), satisfiable(&a).then_some(true));
            prop_assert_eq!(disjoint(&a, &b), !universe.iter().any(|l| a.matches(l) && b.matches(l)));
            prop_assert_eq!(implies(&a, &b), universe.iter().all(|l| !a.matches(l) || b.matches(l)));
        }
    }

    #[test]
    fn selectors_that_complement_each_other_are_a_cover() {
        let (exists, absent) = (one("app", Operator::Exists, &[]), one("app", Operator::DoesNotExist, &[]));
        let (is_a, not_a) = (one("app", Operator::In, &["a"]), one("app", Operator::NotIn, &["a"]));
        let noise = one("app", Operator::In, &["b"]);
        assert_eq!(cover_of(&[exists.clone(), absent.clone()]), Cover::Proven(vec![0, 1]));
        assert_eq!(cover_of(&[noise.clone(), is_a.clone(), not_a]), Cover::Proven(vec![1, 2]));
        assert_eq!(cover_of(&[noise, is_a, LabelSelector::everything()]), Cover::Proven(vec![2]));
        let witness = |labels: &[(&str, &str)]| Cover::Refuted(labels.iter().copied().collect());
        assert_eq!(cover_of(&[]), witness(&[]));
        assert_eq!(cover_of(&[one("app", Operator::In, &["a"])]), witness(&[]));
        assert_eq!(cover_of(&[exists, one("x", Operator::NotIn, &["y"])]), witness(&[("x", "y")]));
        assert_eq!(cover_of(&[absent]), witness(&[("app", "other")]));
    }

    #[test]
    fn many_selectors_of_one_key_are_decided() {
        let mut list: Vec<_> = (0..5_000).map(|i| one("app", Operator::In, &[&format!("app-{i}")])).collect();
        list.push(one("app", Operator::DoesNotExist, &[]));
        assert_eq!(cover_of(&list), Cover::Refuted(Labels::from_iter([("app", "other")])));
        list.push(one("app", Operator::Exists, &[]));
        assert_eq!(cover_of(&list), Cover::Proven(vec![5_000, 5_001]));
    }

    /// Pigeons that each sit in a hole, no two in the same one: impossible with fewer holes, and exponentially long to
    /// prove by cutting boxes.
    fn pigeons(pigeons: usize, holes: usize) -> Vec<LabelSelector> {
        let name = |i: usize| format!("p{i}");
        let hole = |i: usize| format!("h{i}");
        let sits = |pigeon, in_hole| Requirement::new(name(pigeon), Operator::In, [hole(in_hole)]);
        let outside =
            |i| LabelSelector::new([Requirement::new(name(i), Operator::NotIn, (0..holes).map(hole))]);
        let pairs = (0..pigeons).flat_map(|b| (0..b).map(move |a| (a, b)));
        let shared =
            pairs.flat_map(|(a, b)| (0..holes).map(move |h| LabelSelector::new([sits(a, h), sits(b, h)])));
        (0..pigeons).map(outside).chain(shared).collect()
    }

    #[test]
    fn a_search_that_takes_too_long_ends_unknown() {
        assert!(matches!(cover_of(&pigeons(4, 3)), Cover::Proven(_)));
        assert!(matches!(cover_of(&pigeons(4, 4)), Cover::Refuted(_)));
        assert_eq!(cover_of(&pigeons(12, 11)), Cover::Unknown);
    }
}
