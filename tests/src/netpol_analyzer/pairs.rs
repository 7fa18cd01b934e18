//! Connections by pair, with the addresses cut so that both sides speak of the same ranges.

use std::collections::{BTreeMap, BTreeSet};

use ringfence::sets::ConnectionSet;

use super::peer::{Flow, Peer};

/// What is allowed and what is unknown, by pair. A pair without either has no entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(BTreeMap<(Peer, Peer), (ConnectionSet, ConnectionSet)>);

impl Pairs {
    /// Both sides over the same ranges of addresses. A workload with itself is left out.
    pub fn refined(theirs: &[Flow], ours: &[Flow]) -> (Self, Self) {
        let cuts = Cuts::new(theirs.iter().chain(ours).flat_map(|flow| [&flow.from, &flow.to]));
        (Self::new(theirs, &cuts), Self::new(ours, &cuts))
    }

    fn new(flows: &[Flow], cuts: &Cuts) -> Self {
        let mut pairs = Self::default();
        for flow in flows.iter().filter(|flow| flow.from != flow.to) {
            if flow.allow.is_empty() && flow.unknown.is_empty() {
                continue;
            }
            for from in cuts.of(&flow.from) {
                for to in cuts.of(&flow.to) {
                    let (allow, unknown) = pairs.0.entry((from.clone(), to)).or_default();
                    *allow = allow.union(&flow.allow);
                    *unknown = unknown.union(&flow.unknown);
                }
            }
        }
        pairs
    }

    /// Every pair on which the command (`ours`) says something else, with both answers.
    pub fn differences(&self, ours: &Self) -> Vec<String> {
        let none = (ConnectionSet::none(), ConnectionSet::none());
        let all: BTreeSet<_> = self.0.keys().chain(ours.0.keys()).collect();
        let mut found = Vec::new();
        for (from, to) in all {
            let pair = (from.clone(), to.clone());
            let (theirs, _) = self.0.get(&pair).unwrap_or(&none);
            let (allow, unknown) = ours.0.get(&pair).unwrap_or(&none);
            if !unknown.is_empty() {
                found.push(format!("{from} => {to}: {unknown} unknown, recorded is {theirs}"));
            } else if allow != theirs {
                found.push(format!("{from} => {to}: {allow}, recorded is {theirs}"));
            }
        }
        found
    }

    /// The pairs with what is allowed and what is unknown.
    pub fn iter(&self) -> impl Iterator<Item = (&Peer, &Peer, &ConnectionSet, &ConnectionSet)> {
        self.0.iter().map(|((from, to), (allow, unknown))| (from, to, allow, unknown))
    }

    /// What is allowed and what is unknown for a pair.
    pub fn get(&self, from: &Peer, to: &Peer) -> (ConnectionSet, ConnectionSet) {
        self.0.get(&(from.clone(), to.clone())).cloned().unwrap_or_default()
    }
}

/// The places where ranges of addresses begin, and one past the last.
#[derive(Clone, Debug)]
pub struct Cuts(BTreeSet<u64>);

impl Cuts {
    /// The cuts at every bound of these peers.
    pub fn new<'p>(peers: impl IntoIterator<Item = &'p Peer>) -> Self {
        let bounds = |peer: &Peer| match peer {
            Peer::Outside(low, high) => Some([u64::from(*low), u64::from(*high) + 1]),
            _ => None,
        };
        Self(peers.into_iter().filter_map(bounds).flatten().collect())
    }

    /// The peer in pieces: a range without cuts inside each, or the peer itself.
    pub fn of(&self, peer: &Peer) -> Vec<Peer> {
        let Peer::Outside(low, high) = peer else { return vec![peer.clone()] };
        let (first, past) = (u64::from(*low), u64::from(*high) + 1);
        let mut starts: Vec<u64> = vec![first];
        starts.extend(self.0.range(first + 1..past));
        let ends = starts.iter().skip(1).copied().chain([past]);
        let piece = |(start, end): (&u64, u64)| {
            let bound = |number| u32::try_from(number).unwrap_or(u32::MAX);
            Peer::Outside(bound(*start), bound(end - 1))
        };
        starts.iter().zip(ends).map(piece).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use ringfence::sets::Protocol;

    fn flow(from: &str, to: &str, allow: ConnectionSet) -> Flow {
        let peer = |text: &str| Peer::recorded(text).or_else(|_| Peer::ours(text).map(Option::unwrap));
        Flow { from: peer(from).unwrap(), to: peer(to).unwrap(), allow, unknown: ConnectionSet::none() }
    }

    fn differences(theirs: &[Flow], ours: &[Flow]) -> Vec<String> {
        let (theirs, ours) = Pairs::refined(theirs, ours);
        theirs.differences(&ours)
    }

    #[test]
    fn ranges_agree_however_they_are_cut() {
        let all = ConnectionSet::all;
        let theirs = [flow("0.0.0.0-255.255.255.255[External]", "a/b[Pod]", all())];
        let ours = [flow("0.0.0.0/1", "a/b[Pod]", all()), flow("128.0.0.0/1", "a/b[Pod]", all())];
        assert_eq!(differences(&theirs, &ours), Vec::<String>::new());
        let found = differences(&theirs, ours.get(..1).unwrap());
        assert_eq!(found, ["128.0.0.0-255.255.255.255 => a/b[Pod]: none, recorded is all"]);
    }

    #[test]
    fn parts_of_one_pair_add_up() {
        let port = |port| ConnectionSet::of(Protocol::Tcp, port, port);
        let theirs = [flow("a/a[Pod]", "a/b[Pod]", port(80).union(&port(90)))];
        let ours = [flow("a/a[Pod]", "a/b[Pod]", port(80)), flow("a/a[Pod]", "a/b[Pod]", port(90))];
        assert!(differences(&theirs, &ours).is_empty());
        assert_eq!(differences(&ours, &[]).len(), 1);
    }

    #[test]
    fn itself_is_left_out_and_the_unknown_is_not() {
        let itself = flow("a/a[Pod]", "a/a[Pod]", ConnectionSet::all());
        assert!(differences(&[], &[itself]).is_empty());
        let unknown =
            Flow { unknown: ConnectionSet::all(), ..flow("a/a[Pod]", "a/b[Pod]", ConnectionSet::none()) };
        assert_eq!(differences(&[], &[unknown]), ["a/a[Pod] => a/b[Pod]: all unknown, recorded is none"]);
    }
}
