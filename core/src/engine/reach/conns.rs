//! Sets of connections, each stored once under an id, and the operations on ids, each computed once.

use crate::sets::{ConnectionSet, FastMap, Pool};

/// A set of connections in a [`Conns`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ConnId(u32);

impl ConnId {
    /// No connection.
    pub(super) const NONE: Self = Self(0);
    /// Every connection.
    pub(super) const ALL: Self = Self(1);
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Operation {
    Union,
    Intersect,
    Subtract,
}

/// The sets of one computation.
pub(super) struct Conns {
    pool: Pool<ConnectionSet>,
    results: FastMap<(Operation, ConnId, ConnId), ConnId>,
}

impl Conns {
    /// None and all, which are always there.
    pub(super) fn new() -> Self {
        let mut pool = Pool::new();
        pool.intern(ConnectionSet::none());
        pool.intern(ConnectionSet::all());
        Self { pool, results: FastMap::default() }
    }

    /// The id of a set.
    pub(super) fn intern(&mut self, set: ConnectionSet) -> ConnId {
        ConnId(self.pool.intern(set))
    }

    /// The set with this id.
    pub(super) fn get(&self, id: ConnId) -> ConnectionSet {
        self.pool.get(id.0).cloned().unwrap_or_default()
    }

    /// The connections in either.
    pub(super) fn union(&mut self, a: ConnId, b: ConnId) -> ConnId {
        match (a, b) {
            (ConnId::NONE, other) | (other, ConnId::NONE) => other,
            (ConnId::ALL, _) | (_, ConnId::ALL) => ConnId::ALL,
            _ if a == b => a,
            _ => self.compute(Operation::Union, a.min(b), a.max(b)),
        }
    }

    /// The connections in both.
    pub(super) fn intersect(&mut self, a: ConnId, b: ConnId) -> ConnId {
        match (a, b) {
            (ConnId::ALL, other) | (other, ConnId::ALL) => other,
            (ConnId::NONE, _) | (_, ConnId::NONE) => ConnId::NONE,
            _ if a == b => a,
            _ => self.compute(Operation::Intersect, a.min(b), a.max(b)),
        }
    }

    /// The connections of `a` that are not in `b`.
    pub(super) fn subtract(&mut self, a: ConnId, b: ConnId) -> ConnId {
        match (a, b) {
            (ConnId::NONE, _) | (_, ConnId::ALL) => ConnId::NONE,
            (other, ConnId::NONE) => other,
            _ if a == b => ConnId::NONE,
            _ => self.compute(Operation::Subtract, a, b),
        }
    }

    fn compute(&mut self, operation: Operation, a: ConnId, b: ConnId) -> ConnId {
        if let Some(known) = self.results.get(&(operation, a, b)) {
            return *known;
        }
        let (left, right) = (self.get(a), self.get(b));
        let result = self.intern(match operation {
            Operation::Union => left.union(&right),
            Operation::Intersect => left.intersect(&right),
            Operation::Subtract => left.subtract(&right),
        });
        self.results.insert((operation, a, b), result);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sets::Protocol;

    #[test]
    fn ids_are_equal_where_sets_are() {
        let mut conns = Conns::new();
        let web = conns.intern(ConnectionSet::of(Protocol::Tcp, 80, 443));
        let low = conns.intern(ConnectionSet::of(Protocol::Tcp, 1, 200));
        let both = conns.intersect(web, low);
        assert_eq!(conns.get(both), ConnectionSet::of(Protocol::Tcp, 80, 200));
        assert_eq!(conns.intersect(low, web), both);
        let rest = conns.subtract(web, low);
        assert_eq!(conns.union(both, rest), web);
        assert_eq!(conns.subtract(web, web), ConnId::NONE);
        let other = conns.subtract(ConnId::ALL, web);
        assert_eq!(conns.union(other, web), ConnId::ALL);
    }
}
