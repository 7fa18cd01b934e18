//! Sets of dense ids, small and large.
//!
//! Invariant: the form of a set follows from its members alone (see [`is_dense`]), never from how it was made, so that
//! equality and hashing compare the forms directly.

use std::iter::{repeat, successors};

/// A set of `u32` ids: a sorted list while they are few for their range, a bitmap when they are many. A list takes less
/// than twice the memory of the bitmap, a bitmap no more than the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct IdSet(Form);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Form {
    /// Ascending, without repetition.
    List(Vec<u32>),
    /// Bit `id % 64` of word `id / 64`; the last word is not 0. `len` counts the bits.
    Bits { words: Vec<u64>, len: usize },
}

use Form::{Bits, List};

/// Whether a set of `len` ids that fit into `words` words is kept as a bitmap: if the list would be no smaller. Rounding
/// up to a power of two keeps a growing set from changing its form over and over.
fn is_dense(len: usize, words: usize) -> bool {
    len >= words.next_power_of_two() * 2
}

const fn word_of(id: u32) -> usize {
    (id >> 6) as usize
}

const fn bit_of(id: u32) -> u64 {
    1 << (id & 63)
}

fn set_bits(words: &mut [u64], ids: &[u32]) {
    for id in ids {
        if let Some(word) = words.get_mut(word_of(*id)) {
            *word |= bit_of(*id);
        }
    }
}

/// The ids whose bits are set. A bitmap has at most 2^26 words, so that no id overflows.
fn ids_of(words: &[u64]) -> impl Iterator<Item = u32> {
    let non_zero = |word: u64| (word != 0).then_some(word);
    words.iter().enumerate().flat_map(move |(index, word)| {
        let rest = successors(non_zero(*word), move |rest| non_zero(rest & (rest - 1)));
        rest.map(move |rest| index as u32 * 64 + rest.trailing_zeros())
    })
}

impl Default for Form {
    fn default() -> Self {
        List(Vec::new())
    }
}

impl IdSet {
    /// No id.
    pub const fn new() -> Self {
        Self(List(Vec::new()))
    }

    /// The ids from 0 to `n`, without `n`.
    pub fn full(n: u32) -> Self {
        let mut words = vec![u64::MAX; word_of(n)];
        words.push(bit_of(n) - 1);
        Self::from_words(words)
    }

    /// The ids of a list that is ascending and without repetition; any other list is put in order first.
    pub fn from_sorted(mut ids: Vec<u32>) -> Self {
        if !ids.is_sorted_by(|a, b| a < b) {
            ids.sort_unstable();
            ids.dedup();
        }
        match ids.last() {
            Some(last) if is_dense(ids.len(), word_of(*last) + 1) => {
                let mut words = vec![0; word_of(*last) + 1];
                set_bits(&mut words, &ids);
                Self(Bits { words, len: ids.len() })
            }
            _ => Self(List(ids)),
        }
    }

    fn from_words(mut words: Vec<u64>) -> Self {
        let used = words.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
        words.truncate(used);
        let len = words.iter().map(|word| word.count_ones() as usize).sum();
        if is_dense(len, used) { Self(Bits { words, len }) } else { Self(List(ids_of(&words).collect())) }
    }

    /// The number of ids.
    pub fn len(&self) -> usize {
        match &self.0 {
            List(ids) => ids.len(),
            Bits { len, .. } => *len,
        }
    }

    /// Whether there is no id.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `id` is in the set.
    pub fn contains(&self, id: u32) -> bool {
        match &self.0 {
            List(ids) => ids.binary_search(&id).is_ok(),
            Bits { words, .. } => words.get(word_of(id)).is_some_and(|word| word & bit_of(id) != 0),
        }
    }

    /// The ids, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let (ids, words): (&[u32], &[u64]) = match &self.0 {
            List(ids) => (ids, &[]),
            Bits { words, .. } => (&[], words),
        };
        ids.iter().copied().chain(ids_of(words))
    }

    /// The lowest id.
    pub fn first(&self) -> Option<u32> {
        self.iter().next()
    }

    /// The highest id.
    pub fn last(&self) -> Option<u32> {
        match &self.0 {
            List(ids) => ids.last().copied(),
            Bits { words, .. } => {
                let (index, word) = words.iter().enumerate().next_back()?;
                Some(index as u32 * 64 + word.checked_ilog2()?)
            }
        }
    }

    /// Adds `id`; false if it was there. For sets that grow one by one: many ids at once are cheaper collected.
    pub fn insert(&mut self, id: u32) -> bool {
        if self.contains(id) {
            return false;
        }
        match &mut self.0 {
            Bits { words, len } if word_of(id) < words.len() => {
                set_bits(words, &[id]);
                *len += 1;
            }
            List(ids)
                if !is_dense(ids.len() + 1, word_of(ids.last().map_or(id, |last| id.max(*last))) + 1) =>
            {
                ids.insert(ids.partition_point(|one| *one < id), id);
            }
            _ => self.union_with(&Self(List(vec![id]))),
        }
        true
    }

    /// Adds all ids of `other`.
    pub fn union_with(&mut self, other: &Self) {
        let Some(last) = self.last().max(other.last()) else { return };
        let (len, size) = (self.len() + other.len(), word_of(last) + 1);
        if !is_dense(len, size) {
            let mut ids = Vec::with_capacity(len);
            ids.extend(self.iter().chain(other.iter()));
            // The stable sort finds the two ascending runs and merges them.
            ids.sort();
            ids.dedup();
            self.0 = List(ids);
            return;
        }
        let mut words = match std::mem::take(&mut self.0) {
            Bits { words, .. } => words,
            List(ids) => {
                let mut words = vec![0; size];
                set_bits(&mut words, &ids);
                words
            }
        };
        words.resize(size, 0);
        match &other.0 {
            List(ids) => set_bits(&mut words, ids),
            Bits { words: others, .. } => {
                for (word, other) in words.iter_mut().zip(others) {
                    *word |= other;
                }
            }
        }
        *self = Self::from_words(words);
    }

    /// The ids in either set.
    pub fn union(&self, other: &Self) -> Self {
        let mut result = self.clone();
        result.union_with(other);
        result
    }

    /// The ids in both sets.
    pub fn intersect(&self, other: &Self) -> Self {
        if let (Bits { words, .. }, Bits { words: others, .. }) = (&self.0, &other.0) {
            return Self::from_words(words.iter().zip(others).map(|(word, other)| word & other).collect());
        }
        let (few, many) = self.by_len(other);
        Self::from_sorted(few.iter().filter(|id| many.contains(*id)).collect())
    }

    /// The ids of this set that are not in `other`.
    pub fn subtract(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Bits { words, .. }, Bits { words: others, .. }) => {
                let others = others.iter().chain(repeat(&0));
                Self::from_words(words.iter().zip(others).map(|(word, other)| word & !other).collect())
            }
            (Bits { words, .. }, List(ids)) => {
                let mut words = words.clone();
                for id in ids {
                    if let Some(word) = words.get_mut(word_of(*id)) {
                        *word &= !bit_of(*id);
                    }
                }
                Self::from_words(words)
            }
            (List(ids), _) => {
                Self::from_sorted(ids.iter().copied().filter(|id| !other.contains(*id)).collect())
            }
        }
    }

    /// Whether every id of this set is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        if self.len() > other.len() {
            return false;
        }
        match (&self.0, &other.0) {
            (Bits { words, .. }, Bits { words: others, .. }) => {
                words.iter().zip(others.iter().chain(repeat(&0))).all(|(word, other)| word & !other == 0)
            }
            _ => self.iter().all(|id| other.contains(id)),
        }
    }

    /// Whether the sets share an id.
    pub fn intersects(&self, other: &Self) -> bool {
        if let (Bits { words, .. }, Bits { words: others, .. }) = (&self.0, &other.0) {
            return words.iter().zip(others).any(|(word, other)| word & other != 0);
        }
        let (few, many) = self.by_len(other);
        few.iter().any(|id| many.contains(id))
    }

    /// The two sets, the smaller one first.
    fn by_len<'s>(&'s self, other: &'s Self) -> (&'s Self, &'s Self) {
        if self.len() <= other.len() { (self, other) } else { (other, self) }
    }
}

impl FromIterator<u32> for IdSet {
    /// The ids in any order, with any repetition.
    fn from_iter<I: IntoIterator<Item = u32>>(ids: I) -> Self {
        Self::from_sorted(ids.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::btree_set;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::hash::{DefaultHasher, Hash, Hasher};

    type Model = BTreeSet<u32>;

    /// Sparse, dense and mixed sets, at the ends of words and far apart.
    fn models() -> impl Strategy<Value = Model> {
        prop_oneof![
            btree_set(0..2_000_u32, 0..12),
            btree_set(0..200_u32, 0..180),
            btree_set(prop_oneof![0..10_u32, 60..70_u32, 126..130_u32, Just(u32::MAX)], 0..20),
            (0..300_u32, 1..40_usize).prop_map(|(end, step)| (0..end).step_by(step).collect()),
        ]
    }

    fn set(model: &Model) -> IdSet {
        IdSet::from_sorted(model.iter().copied().collect())
    }

    fn hash(set: &IdSet) -> u64 {
        let mut hasher = DefaultHasher::new();
        set.hash(&mut hasher);
        hasher.finish()
    }

    proptest! {
        #[test]
        fn operations_agree_with_the_model(left in models(), right in models()) {
            let (a, b) = (set(&left), set(&right));
            let mut sum = a.clone();
            sum.union_with(&b);
            for (result, expected) in [
                (a.clone(), left.clone()),
                (a.union(&b), &left | &right),
                (sum, &left | &right),
                (a.intersect(&b), &left & &right),
                (a.subtract(&b), &left - &right),
            ] {
                prop_assert_eq!(result.iter().collect::<Vec<_>>(), expected.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(&result, &set(&expected));
                prop_assert_eq!(hash(&result), hash(&set(&expected)));
                prop_assert_eq!(result.len(), expected.len());
                prop_assert_eq!(result.is_empty(), expected.is_empty());
                prop_assert_eq!(result.first(), expected.first().copied());
                prop_assert_eq!(result.last(), expected.last().copied());
            }
            prop_assert_eq!(a.is_subset(&b), left.is_subset(&right));
            prop_assert_eq!(a.intersects(&b), !left.is_disjoint(&right));
            prop_assert!(a.intersect(&b).is_subset(&a) && a.is_subset(&a.union(&b)));
            prop_assert_eq!(a == b, left == right);
            prop_assert!(left.iter().chain(&right).all(|id| a.contains(*id) == left.contains(id)));
        }

        #[test]
        fn the_way_a_set_was_made_does_not_matter(ids in models().prop_map(Vec::from_iter).prop_shuffle()) {
            let model: Model = ids.iter().copied().collect();
            let mut grown = IdSet::new();
            let mut seen = Model::new();
            for id in ids.iter().chain(&ids) {
                prop_assert_eq!(grown.insert(*id), seen.insert(*id));
                prop_assert_eq!(&grown, &set(&seen));
            }
            prop_assert_eq!(&grown, &ids.iter().chain(&ids).copied().collect::<IdSet>());
            prop_assert_eq!(hash(&grown), hash(&set(&model)));
        }
    }

    #[test]
    fn full_sets_hold_every_id_below_their_size() {
        for n in [0, 1, 2, 63, 64, 65, 128, 1000] {
            assert_eq!(IdSet::full(n), (0..n).collect(), "{n}");
        }
    }

    #[test]
    fn form_follows_density() {
        assert!(matches!(IdSet::full(100_000).0, Bits { .. }));
        assert!(matches!(IdSet::from_iter([7, u32::MAX]).0, List(_)));
        let sparse: IdSet = (0..100_000).step_by(100).collect();
        assert!(matches!(sparse.0, List(_)));
        assert!(matches!(sparse.union(&IdSet::full(50_000)).0, Bits { .. }));
        assert!(matches!(IdSet::full(100_000).intersect(&sparse).0, List(_)));
    }
}
