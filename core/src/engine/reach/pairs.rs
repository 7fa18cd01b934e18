//! Flows by id, and the flow through two lists: an intersection that is computed once for each pair of answers.

use super::conns::{ConnId, Conns};
use super::eval::Bounds;
use crate::sets::FastMap;

/// More flows than this keep their intersections in a map, fewer in a square table.
const SQUARE: usize = 2048;
const OPEN: u32 = u32::MAX;

/// The flows of one computation; 0 is none.
pub(super) struct Pairs {
    all: Vec<Bounds>,
    ids: FastMap<Bounds, u32>,
    /// Row by row; `side` to a row.
    table: Vec<u32>,
    side: usize,
    further: FastMap<(u32, u32), u32>,
}

impl Pairs {
    pub(super) fn new() -> Self {
        let mut pairs = Self {
            all: Vec::new(),
            ids: FastMap::default(),
            table: Vec::new(),
            side: 0,
            further: FastMap::default(),
        };
        pairs.intern(Bounds { certain: ConnId::NONE, possible: ConnId::NONE });
        pairs.intern(Bounds::ALL);
        pairs
    }

    pub(super) fn intern(&mut self, bounds: Bounds) -> u32 {
        let all = &mut self.all;
        *self.ids.entry(bounds).or_insert_with(|| {
            all.push(bounds);
            crate::text::offset(all.len() - 1)
        })
    }

    pub(super) fn bounds(&self, id: u32) -> Bounds {
        let none = Bounds { certain: ConnId::NONE, possible: ConnId::NONE };
        self.all.get(id as usize).copied().unwrap_or(none)
    }

    /// What both let through.
    pub(super) fn intersect(&mut self, a: u32, b: u32, conns: &mut Conns) -> u32 {
        match (a, b) {
            (1, other) | (other, 1) => return other,
            (0, _) | (_, 0) => return 0,
            _ if a == b => return a,
            _ => {}
        }
        let place = a as usize * self.side + b as usize;
        let inside = (a as usize) < self.side && (b as usize) < self.side;
        let known = if inside { self.table.get(place) } else { self.further.get(&(a, b)) };
        match known {
            Some(known) if *known != OPEN => *known,
            _ => self.compute(a, b, conns),
        }
    }

    fn compute(&mut self, a: u32, b: u32, conns: &mut Conns) -> u32 {
        let both = self.bounds(a).intersect(self.bounds(b), conns);
        let id = self.intern(both);
        if self.all.len() > self.side && self.side < SQUARE {
            self.widen();
        }
        let inside = (a as usize) < self.side && (b as usize) < self.side;
        match self.table.get_mut(a as usize * self.side + b as usize) {
            Some(place) if inside => *place = id,
            _ => {
                self.further.insert((a, b), id);
            }
        }
        id
    }

    fn widen(&mut self) {
        let side = (self.all.len() * 2).min(SQUARE);
        let mut table = vec![OPEN; side * side];
        if self.side > 0 {
            for (old, new) in self.table.chunks(self.side).zip(table.chunks_mut(side)) {
                for (old, new) in old.iter().zip(new) {
                    *new = *old;
                }
            }
        }
        (self.table, self.side) = (table, side);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sets::{ConnectionSet, Protocol};

    #[test]
    fn a_growing_table_keeps_its_answers() {
        let (mut conns, mut pairs) = (Conns::new(), Pairs::new());
        let mut ids = Vec::new();
        for port in 1..40 {
            let set = conns.intern(ConnectionSet::of(Protocol::Tcp, port, port + 1));
            ids.push(pairs.intern(Bounds { certain: set, possible: set }));
        }
        for _ in 0..2 {
            for (first, a) in ids.iter().enumerate() {
                for (second, b) in ids.iter().enumerate() {
                    let both = pairs.intersect(*a, *b, &mut conns);
                    let set = conns.get(pairs.bounds(both).possible);
                    assert_eq!(set.is_empty(), first.abs_diff(second) > 1);
                    assert_eq!(both == *a, first == second);
                }
            }
        }
    }
}
