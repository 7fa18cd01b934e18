//! What the policies of one root mean together.
//!
//! An [`Engine`] answers over an immutable [`Cluster`]. Answers are computed when they are asked for, once, and cost
//! what the policies' sets cost, never the square of the number of workloads. Every answer is proven allowed, proven
//! denied or unknown with a reason; unknown is never passed off as one of the others.

mod admin;
mod controllers;
mod deny;
mod dns;
mod entrance;
mod exact;
mod grants;
mod isolation;
mod matching;
mod options;
mod overrides;
mod reach;
mod strangers;
#[cfg(test)]
mod testing;
mod tiers;
mod union;
mod verdict;
mod walk;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

pub use deny::DefaultDeny;
pub use dns::{DnsAccess, DnsPath};
pub use entrance::{Sender, Senders};
pub use exact::UNSTABLE;
pub use grants::{Grant, Openness, PodPeers, RulePeers, peer_openness, selectors_openness};
pub use isolation::{Doubt, Isolation};
pub use matching::Match;
pub use options::{EngineOptions, IpBlocks};
pub use overrides::Override;
pub use reach::{CompiledList, CompiledPart, CompiledRank, Flow, FlowId, PeerId, Reach};
pub use union::RuleId;
pub use verdict::Verdict;
pub use walk::{Endpoint, ForeignPod, Hidden, PolicyRef, Potential, RuleStep, Step, Walk};

use crate::cluster::{ClassId, Cluster, NamespaceId, PolicyId};
use crate::model::{Controller, Direction, Peer};
use crate::sets::{FastMap, LabelSelector};

type RulePeersKey<'c> = (NamespaceId, Option<&'c [Peer]>);

type PeerKey<'c> = (Option<NamespaceId>, Option<&'c LabelSelector>, Option<&'c LabelSelector>);

/// The same by the addresses of the selectors, 0 for none.
type PeerPlace = (Option<NamespaceId>, usize, usize);

/// The answers over one cluster.
pub struct Engine<'c> {
    cluster: &'c Cluster<'c>,
    options: EngineOptions,
    controllers: &'c [Controller],
    reach: OnceCell<Reach<'c>>,
    scratch: RefCell<reach::Scratch>,
    isolation: [OnceCell<isolation::Isolated>; 2],
    selected_by: [OnceCell<Vec<Vec<PolicyId>>>; 2],
    default_deny: [Vec<OnceCell<DefaultDeny>>; 2],
    peers: RefCell<FastMap<PeerKey<'c>, Rc<PodPeers>>>,
    peers_by_place: RefCell<FastMap<PeerPlace, Rc<PodPeers>>>,
    peer_lists: RefCell<FastMap<RulePeersKey<'c>, Rc<RulePeers>>>,
    grants: RefCell<FastMap<usize, Grant>>,
    let_through: [union::ByPolicy; 2],
    dns: Vec<OnceCell<DnsAccess>>,
    dns_paths: Vec<OnceCell<DnsPath>>,
}

impl<'c> Engine<'c> {
    /// An engine that has computed nothing yet, with the default options.
    pub fn new(cluster: &'c Cluster<'c>) -> Self {
        Self::with_options(cluster, EngineOptions::default())
    }

    /// An engine that has computed nothing yet.
    pub fn with_options(cluster: &'c Cluster<'c>, options: EngineOptions) -> Self {
        let cells = || cluster.namespaces.iter().map(|_| OnceCell::new()).collect();
        Self {
            cluster,
            options,
            controllers: &[],
            reach: OnceCell::new(),
            scratch: RefCell::default(),
            isolation: Default::default(),
            selected_by: Default::default(),
            default_deny: [cells(), cells()],
            peers: RefCell::default(),
            peers_by_place: RefCell::default(),
            peer_lists: RefCell::default(),
            grants: RefCell::default(),
            let_through: [0, 1].map(|_| cluster.policies.iter().map(|_| OnceCell::new()).collect()),
            dns: cluster.policies.iter().map(|_| OnceCell::new()).collect(),
            dns_paths: cluster.classes.iter().map(|_| OnceCell::new()).collect(),
        }
    }

    /// The inventory that it answers over.
    pub fn cluster(&self) -> &'c Cluster<'c> {
        self.cluster
    }

    /// How the answers are computed.
    pub fn options(&self) -> EngineOptions {
        self.options
    }

    /// Who can reach whom, for everybody at once.
    pub fn reach(&self) -> &Reach<'c> {
        self.reach.get_or_init(|| Reach::new(self))
    }

    /// The policies that certainly select a class and that the API server takes, in the repository's order.
    pub fn policies_of(&self, direction: Direction, class: ClassId) -> &[PolicyId] {
        let lists = by_direction(&self.selected_by, direction).get_or_init(|| {
            let mut lists = vec![Vec::new(); self.cluster.classes.len()];
            for (id, policy) in self.cluster.policy_ids() {
                if policy.affects(direction) && !policy.policy.refused {
                    for class in policy.subject.certain.iter() {
                        if let Some(list) = lists.get_mut(class as usize) {
                            list.push(id);
                        }
                    }
                }
            }
            lists
        });
        lists.get(class.index()).map_or(&[], Vec::as_slice)
    }
}

/// The half of a pair that belongs to a direction.
fn by_direction<T>(pair: &[T; 2], direction: Direction) -> &T {
    let [ingress, egress] = pair;
    match direction {
        Direction::Ingress => ingress,
        Direction::Egress => egress,
    }
}
