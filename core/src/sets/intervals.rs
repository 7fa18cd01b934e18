//! Sets of numbers as intervals: the common ground of ports and addresses.
//!
//! Invariant: the intervals are inclusive, sorted, disjoint and not adjacent. A set therefore has exactly one form, and
//! every operation is one pass over its operands.

use std::fmt::Debug;

/// A number that intervals can be made of: a finite, totally ordered line of points.
pub trait Point: Copy + Ord + Debug + Into<u128> {
    /// The first point.
    const MIN: Self;
    /// The last point.
    const MAX: Self;
    /// The point after this one; none after the last.
    fn next(self) -> Option<Self>;
    /// The point before this one; none before the first.
    fn previous(self) -> Option<Self>;
}

macro_rules! points {
    ($($number:ty),+) => {$(
        impl Point for $number {
            const MIN: Self = Self::MIN;
            const MAX: Self = Self::MAX;

            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }

            fn previous(self) -> Option<Self> {
                self.checked_sub(1)
            }
        }
    )+};
}

points!(u16, u32, u128);

/// A set of points. The order between sets is total but means nothing beyond being the same on every run.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Intervals<T> {
    ranges: Vec<(T, T)>,
}

impl<T: Point> Intervals<T> {
    /// The points from `low` to `high`, both included; none where `low` lies above `high`.
    pub fn new(low: T, high: T) -> Self {
        Self::from_ranges([(low, high)])
    }

    /// No point.
    pub const fn empty() -> Self {
        Self { ranges: Vec::new() }
    }

    /// Every point.
    pub fn full() -> Self {
        Self::new(T::MIN, T::MAX)
    }

    /// The points of all `ranges` (inclusive), which may come in any order and overlap; those that end before they
    /// start hold nothing.
    pub fn from_ranges(ranges: impl IntoIterator<Item = (T, T)>) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().filter(|(low, high)| low <= high).collect();
        ranges.sort_unstable();
        Self::merged(ranges)
    }

    /// Joins ranges, sorted by their start, that overlap or touch.
    fn merged(sorted: impl IntoIterator<Item = (T, T)>) -> Self {
        let mut ranges: Vec<(T, T)> = Vec::new();
        for (low, high) in sorted {
            match ranges.last_mut() {
                Some((_, end)) if end.next().is_none_or(|after| low <= after) => *end = high.max(*end),
                _ => ranges.push((low, high)),
            }
        }
        Self { ranges }
    }

    /// Adds the points from `low` to `high`, both included; none where `low` lies above `high`.
    pub fn insert(&mut self, low: T, high: T) {
        if low > high {
            return;
        }
        // Ranges before `from` end before `low` with a gap, those from `to` on start after `high` with a gap.
        let from = self.ranges.partition_point(|(_, end)| end.next().is_some_and(|after| after < low));
        let to =
            self.ranges.partition_point(|(start, _)| start.previous().is_none_or(|before| before <= high));
        let touched = self.ranges.get(from..to).unwrap_or_default();
        let low = touched.first().map_or(low, |(start, _)| low.min(*start));
        let high = touched.last().map_or(high, |(_, end)| high.max(*end));
        self.ranges.splice(from..to, [(low, high)]);
    }

    /// The points in either set.
    pub fn union(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.iter().peekable(), other.iter().peekable());
        Self::merged(std::iter::from_fn(|| match (left.peek(), right.peek()) {
            (Some(a), Some(b)) if a <= b => left.next(),
            (_, Some(_)) => right.next(),
            _ => left.next(),
        }))
    }

    /// The points in both sets.
    pub fn intersect(&self, other: &Self) -> Self {
        Self { ranges: self.overlaps(other).collect() }
    }

    /// The points of this set that are not in `other`.
    pub fn subtract(&self, other: &Self) -> Self {
        self.intersect(&other.complement())
    }

    /// The points that are not in this set.
    pub fn complement(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut start = Some(T::MIN);
        for (low, high) in self.iter() {
            ranges.extend(start.zip(low.previous()).filter(|(start, end)| start <= end));
            start = high.next();
        }
        ranges.extend(start.map(|start| (start, T::MAX)));
        Self { ranges }
    }

    /// The intersection, range by range. As both sides are merged, so is the result.
    pub(super) fn overlaps(&self, other: &Self) -> impl Iterator<Item = (T, T)> {
        let (mut left, mut right) = (self.iter().peekable(), other.iter().peekable());
        std::iter::from_fn(move || {
            loop {
                let (&(low_a, high_a), &(low_b, high_b)) = left.peek().zip(right.peek())?;
                if high_a < high_b {
                    left.next()
                } else {
                    right.next()
                };
                let (low, high) = (low_a.max(low_b), high_a.min(high_b));
                if low <= high {
                    return Some((low, high));
                }
            }
        })
    }

    /// Whether `point` is in the set.
    pub fn contains(&self, point: T) -> bool {
        let after = self.ranges.partition_point(|(_, high)| *high < point);
        self.ranges.get(after).is_some_and(|(low, _)| *low <= point)
    }

    /// Whether every point of this set is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.overlaps(other).eq(self.iter())
    }

    /// Whether the sets share no point.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.overlaps(other).next().is_none()
    }

    /// Whether the set holds nothing.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether the set holds every point.
    pub fn is_full(&self) -> bool {
        self.ranges == [(T::MIN, T::MAX)]
    }

    /// The maximal ranges (inclusive), ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (T, T)> + ExactSizeIterator {
        self.ranges.iter().copied()
    }

    /// The number of points, at most `u128::MAX`: all 2^128 points of the longest line count one less.
    pub fn count(&self) -> u128 {
        let size = |(low, high): (T, T)| (high.into() - low.into()).saturating_add(1);
        self.iter().map(size).fold(0, u128::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// A line of eight points, short enough to try every set on it, and every pair of sets.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
    struct Octal(u8);

    impl From<Octal> for u128 {
        fn from(point: Octal) -> Self {
            point.0.into()
        }
    }

    impl Point for Octal {
        const MIN: Self = Self(0);
        const MAX: Self = Self(7);

        fn next(self) -> Option<Self> {
            (self.0 < 7).then(|| Self(self.0 + 1))
        }

        fn previous(self) -> Option<Self> {
            self.0.checked_sub(1).map(Self)
        }
    }

    type Model = BTreeSet<Octal>;

    fn line() -> impl Iterator<Item = Octal> {
        (0..8).map(Octal)
    }

    fn model(set: &Intervals<Octal>) -> Model {
        set.iter().flat_map(|(low, high)| (low.0..=high.0).map(Octal)).collect()
    }

    fn every_set() -> Vec<(Intervals<Octal>, Model)> {
        (0..=255_u8)
            .map(|bits| line().filter(|point| bits >> point.0 & 1 == 1).collect::<Model>())
            .map(|model| (Intervals::from_ranges(model.iter().map(|point| (*point, *point))), model))
            .collect()
    }

    fn is_canonical<T: Point>(set: &Intervals<T>) -> bool {
        set.iter().all(|(low, high)| low <= high)
            && set.ranges.windows(2).all(|pair| pair[0].1.next().is_some_and(|after| after < pair[1].0))
    }

    #[test]
    fn every_set_of_a_short_line_agrees_with_its_model() {
        for (set, expected) in every_set() {
            assert!(is_canonical(&set));
            assert_eq!(model(&set), expected);
            assert_eq!(model(&set.complement()), line().filter(|p| !expected.contains(p)).collect());
            assert!(is_canonical(&set.complement()));
            assert!(line().all(|point| set.contains(point) == expected.contains(&point)));
            assert_eq!(set.is_empty(), expected.is_empty());
            assert_eq!(set.is_full(), expected.len() == 8);
            assert_eq!(set.count(), expected.len() as u128);
        }
    }

    #[test]
    fn an_inserted_range_is_united() {
        for (set, _) in every_set() {
            for (low, high) in line().flat_map(|low| line().map(move |high| (low, high))) {
                let mut inserted = set.clone();
                inserted.insert(low, high);
                assert_eq!(inserted, set.union(&Intervals::new(low, high)));
            }
        }
    }

    #[test]
    fn every_pair_of_sets_of_a_short_line_agrees_with_its_models() {
        let sets = every_set();
        for (a, left) in &sets {
            for (b, right) in &sets {
                let results = [
                    (a.union(b), left | right),
                    (a.intersect(b), left & right),
                    (a.subtract(b), left - right),
                ];
                for (set, expected) in results {
                    assert!(is_canonical(&set));
                    assert_eq!(model(&set), expected);
                }
                assert_eq!(a.is_subset(b), left.is_subset(right));
                assert_eq!(a.is_disjoint(b), left.is_disjoint(right));
                assert_eq!(a == b, left == right);
            }
        }
    }

    #[test]
    fn the_ends_of_the_line_do_not_overflow() {
        fn check<T: Point>(count: u128) {
            let full = Intervals::<T>::full();
            assert!(full.is_full() && full.complement().is_empty());
            assert!(Intervals::<T>::empty().complement().is_full());
            assert_eq!(full.count(), count);
            let last = Intervals::new(T::MAX, T::MAX);
            assert_eq!(full.subtract(&last).union(&last), full);
            assert_eq!(full.union(&last), full);
        }
        check::<u16>(1 << 16);
        check::<u32>(1 << 32);
        check::<u128>(u128::MAX);
    }

    proptest! {
        #[test]
        fn ranges_in_any_order_give_their_union(ranges in proptest::collection::vec((0..8_u8, 0..8_u8), 0..6)) {
            let set = Intervals::from_ranges(ranges.iter().map(|(low, high)| (Octal(*low), Octal(*high))));
            prop_assert!(is_canonical(&set));
            for point in line() {
                let expected = ranges.iter().any(|(low, high)| (*low..=*high).contains(&point.0));
                prop_assert_eq!(set.contains(point), expected);
            }
        }
    }
}
