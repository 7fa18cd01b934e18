//! The pairs that a focus asks for.

use super::units::Unit;
use super::{Focus, Pattern, Scene};
use crate::model::Direction;

/// For each unit whether it can stand at either end of a pair that the focus asks for.
pub(crate) struct Ends {
    direction: Option<Direction>,
    workload: Vec<bool>,
    peer: Vec<bool>,
    /// Whether an address can be the other end.
    addresses: bool,
}

impl Ends {
    pub(crate) fn new(scene: &Scene<'_>, focus: &Focus) -> Self {
        let matching = |patterns: &[Pattern]| {
            let matches = |unit: &Unit| patterns.iter().any(|p| p.matches(scene.namespace_of(unit), unit));
            scene.units.all.iter().map(|unit| patterns.is_empty() || matches(unit)).collect()
        };
        Self {
            direction: focus.direction,
            workload: matching(&focus.workloads),
            peer: matching(&focus.peers),
            addresses: focus.peers.is_empty(),
        }
    }

    /// The ends of two scenes as one: for each workload its positions there.
    pub(crate) fn joined(
        places: &[[Option<usize>; 2]],
        [old, new]: [&Self; 2],
        direction: Option<Direction>,
    ) -> Self {
        let either = |of: &dyn Fn(&Self) -> &Vec<bool>| -> Vec<bool> {
            let holds = |ends: &Self, place: Option<usize>| {
                place.is_some_and(|place| of(ends).get(place).copied().unwrap_or(false))
            };
            places.iter().map(|[a, b]| holds(old, *a) || holds(new, *b)).collect()
        };
        Self {
            direction,
            workload: either(&|ends| &ends.workload),
            peer: either(&|ends| &ends.peer),
            addresses: new.addresses,
        }
    }

    /// Whether the focus asks for a pair of units; none stands for an address.
    pub(crate) fn wants(&self, from: Option<usize>, to: Option<usize>) -> bool {
        let outward = || self.is_workload(from) && self.is_peer(to);
        let inward = || self.is_workload(to) && self.is_peer(from);
        match self.direction {
            Some(Direction::Egress) => outward(),
            Some(Direction::Ingress) => inward(),
            None => outward() || inward(),
        }
    }

    /// Whether a pair of units is one that goes out from a workload of the focus.
    pub(crate) fn outward(&self, from: usize, to: usize) -> bool {
        self.direction != Some(Direction::Ingress) && self.is_workload(Some(from)) && self.is_peer(Some(to))
    }

    /// What a unit can be: one of the workloads, one of the peers.
    pub(crate) fn roles(&self, unit: usize) -> (bool, bool) {
        (self.is_workload(Some(unit)), self.is_peer(Some(unit)))
    }

    /// Whether the focus asks for any pair with this unit as its source.
    pub(crate) fn may_connect(&self, unit: usize) -> bool {
        match self.direction {
            Some(Direction::Egress) => self.is_workload(Some(unit)),
            Some(Direction::Ingress) => self.is_peer(Some(unit)),
            None => self.is_workload(Some(unit)) || self.is_peer(Some(unit)),
        }
    }

    fn is_workload(&self, unit: Option<usize>) -> bool {
        unit.is_some_and(|unit| self.workload.get(unit).copied().unwrap_or(false))
    }

    fn is_peer(&self, unit: Option<usize>) -> bool {
        unit.map_or(self.addresses, |unit| self.peer.get(unit).copied().unwrap_or(false))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{pod, with_scene};
    use super::*;

    /// The pairs of `a`, `b`, `c` and the outside that a focus asks for.
    fn wanted(workloads: &[&str], peers: &[&str], direction: Option<Direction>) -> String {
        let patterns = |names: &[&str]| names.iter().map(|name| Pattern::new(name)).collect();
        let focus = Focus { workloads: patterns(workloads), peers: patterns(peers), direction, port: None };
        with_scene(&["x/a", "x/b", "x/c"].map(pod).concat(), |scene| {
            let ends = Ends::new(scene, &focus);
            let mut pairs = Vec::new();
            let all = [(Some(0), "a"), (Some(1), "b"), (Some(2), "c"), (None, "*")];
            for (from, a) in all {
                for (to, b) in all {
                    if a != b && ends.wants(from, to) {
                        pairs.push(format!("{a}{b}"));
                    }
                }
                if let Some(from) = from {
                    let asks = pairs.iter().any(|pair| pair.starts_with(a));
                    assert!(!asks || ends.may_connect(from), "{a} connects");
                }
            }
            pairs.join(" ")
        })
    }

    #[test]
    fn a_pair_has_a_workload_at_one_end_and_a_peer_at_the_other() {
        let (out, inward) = (Some(Direction::Egress), Some(Direction::Ingress));
        for (workloads, peers, direction, expected) in [
            (&[][..], &[][..], None, "ab ac a* ba bc b* ca cb c* *a *b *c"),
            (&["a"], &[], None, "ab ac a* ba ca *a"),
            (&["a"], &[], out, "ab ac a*"),
            (&["a"], &[], inward, "ba ca *a"),
            (&["a"], &["b"], None, "ab ba"),
            (&["a"], &["b"], out, "ab"),
            (&["a"], &["b"], inward, "ba"),
            (&["a", "b"], &["b", "c"], out, "ab ac bc"),
            (&[], &["c"], inward, "ca cb"),
            (&["nobody"], &[], None, ""),
        ] {
            assert_eq!(
                wanted(workloads, peers, direction),
                expected,
                "{workloads:?} {peers:?} {direction:?}"
            );
        }
    }
}
