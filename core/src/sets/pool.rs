//! Equal values stored once, under dense ids.
//!
//! Invariant: ids count from 0 in the order of first insertion, so that they are the same on every run.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

use super::FastMap;

/// A pool of distinct values. `T` may be unsized: a `Pool<str>` takes `&str` and allocates only for new strings.
#[derive(Clone, Debug)]
pub struct Pool<T: ?Sized> {
    values: Vec<Arc<T>>,
    ids: FastMap<Arc<T>, u32>,
}

impl<T: ?Sized> Default for Pool<T> {
    fn default() -> Self {
        Self { values: Vec::new(), ids: FastMap::default() }
    }
}

impl<T: ?Sized + Eq + Hash> Pool<T> {
    /// A pool without values.
    pub fn new() -> Self {
        Self::default()
    }

    /// The id of `value`, which is added if no equal one is there. A pool holds fewer than 2^32 values; memory ends
    /// long before.
    pub fn intern(&mut self, value: impl Into<Arc<T>> + Borrow<T>) -> u32 {
        if let Some(id) = self.find(value.borrow()) {
            return id;
        }
        let id = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let value = value.into();
        self.values.push(Arc::clone(&value));
        self.ids.insert(value, id);
        id
    }

    /// The id of an equal value that is there.
    pub fn find(&self, value: &T) -> Option<u32> {
        self.ids.get(value).copied()
    }

    /// The value with this id; none for an id of another pool.
    pub fn get(&self, id: u32) -> Option<&T> {
        self.values.get(id as usize).map(AsRef::as_ref)
    }

    /// The number of values, which is the next id.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Ids and values, by id.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(self.values.iter().map(AsRef::as_ref))
    }
}

impl<T: Clone> Pool<T> {
    /// The values, by id.
    pub fn into_values(self) -> Vec<T> {
        drop(self.ids);
        self.values.into_iter().map(Arc::unwrap_or_clone).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_are_dense_in_the_order_of_first_insertion(words in proptest::collection::vec("[a-c]{0,2}", 0..30)) {
            let mut pool: Pool<str> = Pool::new();
            let mut order: Vec<&str> = Vec::new();
            for word in &words {
                let known = order.iter().position(|one| one == word);
                prop_assert_eq!(pool.find(word).map(|id| id as usize), known);
                prop_assert_eq!(pool.intern(word.as_str()) as usize, known.unwrap_or(order.len()));
                if known.is_none() {
                    order.push(word);
                }
            }
            prop_assert_eq!(pool.len(), order.len());
            prop_assert_eq!(pool.is_empty(), words.is_empty());
            prop_assert_eq!(pool.iter().map(|(_, word)| word).collect::<Vec<_>>(), &order[..]);
            prop_assert!(pool.iter().all(|(id, word)| pool.get(id) == Some(word)));
            prop_assert_eq!(pool.get(u32::try_from(order.len()).unwrap()), None);
        }
    }

    #[test]
    fn sized_values_are_moved_in() {
        let mut pool: Pool<Vec<u8>> = Pool::new();
        assert_eq!(pool.intern(vec![1]), 0);
        assert_eq!(pool.intern(vec![]), 1);
        assert_eq!(pool.intern(vec![1]), 0);
        assert_eq!(pool.get(1), Some(&vec![]));
        assert_eq!(pool.into_values(), [vec![1], vec![]]);
    }
}
