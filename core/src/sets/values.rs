//! What one label may be: absent, or one of a set of values.
//!
//! There are infinitely many values, so the set is finite or lacks finitely many. That is closed under all operations
//! and decides every requirement of a label selector exactly.

use super::{Operator, Requirement};
use std::collections::BTreeSet;

/// The possible states of one label: whether it may be absent, and which values it may have. Values are borrowed from
/// the selectors.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ValueSet<'a> {
    absent: bool,
    values: Values<'a>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Values<'a> {
    Only(BTreeSet<&'a str>),
    AllBut(BTreeSet<&'a str>),
}

use Values::{AllBut, Only};

impl<'a> ValueSet<'a> {
    /// Any state.
    pub const fn full() -> Self {
        Self { absent: true, values: AllBut(BTreeSet::new()) }
    }

    /// No state.
    pub const fn empty() -> Self {
        Self { absent: false, values: Only(BTreeSet::new()) }
    }

    /// The states that meet `requirement`.
    pub fn of(requirement: &'a Requirement) -> Self {
        let listed = || requirement.values.iter().map(String::as_str).collect();
        match requirement.operator {
            Operator::In => Self { absent: false, values: Only(listed()) },
            Operator::NotIn => Self { absent: true, values: AllBut(listed()) },
            Operator::Exists => Self { absent: false, values: AllBut(BTreeSet::new()) },
            Operator::DoesNotExist => Self { absent: true, values: Only(BTreeSet::new()) },
        }
    }

    /// The states that are not in this set.
    pub fn complement(&self) -> Self {
        let values = match &self.values {
            Only(values) => AllBut(values.clone()),
            AllBut(values) => Only(values.clone()),
        };
        Self { absent: !self.absent, values }
    }

    /// Keeps the states that are in `other` too. To take a few values out costs only these few.
    pub fn intersect_with(&mut self, other: &Self) {
        self.absent &= other.absent;
        match (&mut self.values, &other.values) {
            (Only(mine), Only(theirs)) => mine.retain(|value| theirs.contains(value)),
            (Only(mine), AllBut(theirs)) => {
                for value in theirs {
                    mine.remove(value);
                }
            }
            (AllBut(mine), AllBut(theirs)) => mine.extend(theirs),
            (AllBut(mine), Only(theirs)) => self.values = Only(theirs - mine),
        }
    }

    /// The states in both sets.
    pub fn intersect(&self, other: &Self) -> Self {
        let mut result = self.clone();
        result.intersect_with(other);
        result
    }

    /// The states in either set.
    pub fn union(&self, other: &Self) -> Self {
        self.complement().intersect(&other.complement()).complement()
    }

    /// Whether the set has the state: a value, or absence.
    pub fn contains(&self, state: Option<&str>) -> bool {
        match (state, &self.values) {
            (None, _) => self.absent,
            (Some(value), Only(values)) => values.contains(value),
            (Some(value), AllBut(values)) => !values.contains(value),
        }
    }

    /// Whether every state of this set is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        let values = match (&self.values, &other.values) {
            (Only(mine), Only(theirs)) => mine.is_subset(theirs),
            (Only(mine), AllBut(theirs)) => mine.is_disjoint(theirs),
            (AllBut(mine), AllBut(theirs)) => theirs.is_subset(mine),
            (AllBut(_), Only(_)) => false,
        };
        values && (!self.absent || other.absent)
    }

    /// Whether the sets share no state.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        let values = match (&self.values, &other.values) {
            (Only(mine), Only(theirs)) => mine.is_disjoint(theirs),
            (Only(few), AllBut(out)) | (AllBut(out), Only(few)) => few.is_subset(out),
            (AllBut(_), AllBut(_)) => false,
        };
        values && !(self.absent && other.absent)
    }

    /// Whether there is no state.
    pub fn is_empty(&self) -> bool {
        *self == Self::empty()
    }

    /// Whether there is every state.
    pub fn is_full(&self) -> bool {
        *self == Self::full()
    }

    /// A state of the set: `Some(None)`, absence, where that is allowed; else the first value, or a made-up valid one
    /// where all but some are allowed; `None` for the empty set.
    pub fn witness(&self) -> Option<Option<String>> {
        if self.absent {
            return Some(None);
        }
        match &self.values {
            Only(values) => values.first().map(|value| Some((*value).to_owned())),
            AllBut(out) => {
                let numbered = (2..).map(|n: u32| format!("other-{n}"));
                let mut names = std::iter::once("other".to_owned()).chain(numbered);
                names.find(|name| !out.contains(name.as_str())).map(Some)
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::sets::validate_value;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    /// All states that requirements over the values of [`requirements`] can tell apart; the last is a fresh value.
    pub(in crate::sets) const STATES: [Option<&str>; 5] =
        [None, Some(""), Some("x"), Some("other"), Some("fresh")];

    /// Requirements over three keys and three values.
    pub(in crate::sets) fn requirements(keys: &'static [&'static str]) -> impl Strategy<Value = Requirement> {
        let values = subsequence(vec!["", "x", "other"], 0..=3);
        (select(keys), select(&Operator::ALL[..]), values)
            .prop_map(|(key, operator, values)| Requirement::new(key, operator, values))
    }

    type Model = BTreeSet<Option<&'static str>>;

    fn model(set: &ValueSet<'_>) -> Model {
        STATES.into_iter().filter(|state| set.contains(*state)).collect()
    }

    proptest! {
        #[test]
        fn operations_agree_with_the_model(
            list in proptest::collection::vec(requirements(&["k"]), 4),
            flip: bool,
        ) {
            let sets: Vec<_> = list.iter().map(ValueSet::of).collect();
            let (a, b) = (sets[0].union(&sets[1]), sets[2].intersect(&sets[3]));
            let a = if flip { a.complement() } else { a };
            let (left, right) = (model(&a), model(&b));
            prop_assert_eq!(model(&a.union(&b)), &left | &right);
            prop_assert_eq!(model(&a.intersect(&b)), &left & &right);
            prop_assert_eq!(model(&a.complement()), &Model::from(STATES) - &left);
            prop_assert_eq!(a.is_subset(&b), left.is_subset(&right));
            prop_assert_eq!(a.is_disjoint(&b), left.is_disjoint(&right));
            prop_assert_eq!(a == b, left == right);
            prop_assert_eq!(a.is_empty(), left.is_empty());
            prop_assert_eq!(a.is_full(), left.len() == STATES.len());
            let witness = a.witness();
            prop_assert_eq!(witness.is_none(), a.is_empty());
            if let Some(state) = witness {
                prop_assert!(a.contains(state.as_deref()));
                prop_assert_eq!(state.is_none(), a.contains(None));
                prop_assert!(state.is_none_or(|value| validate_value(&value).is_ok()));
            }
        }

        #[test]
        fn a_requirement_is_the_states_that_meet_it(requirement in requirements(&["k"])) {
            let set = ValueSet::of(&requirement);
            for state in STATES {
                let labels = state.into_iter().map(|value| ("k", value)).collect();
                prop_assert_eq!(set.contains(state), requirement.matches(&labels));
            }
        }
    }
}
