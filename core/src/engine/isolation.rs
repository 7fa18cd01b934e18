//! Which Pods are isolated, per direction.

use super::{Engine, by_direction};
use crate::cluster::{AdminId, ClassId, NamespaceId, PolicyId, PolicyInfo};
use crate::model::Direction;
use crate::sets::IdSet;

/// Whether the Pods of a class are isolated in a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// At least one NetworkPolicy selects them.
    Isolated,
    /// No NetworkPolicy selects them, but this cluster-wide policy denies all that none before it accepts.
    Denied(AdminId),
    /// No NetworkPolicy selects them: what cluster-wide policies don't deny is allowed.
    Open,
    /// It hangs on something that the manifests don't show.
    Unknown(Doubt),
    /// They share the node's network, so that no policy can isolate them.
    HostNetwork,
}

/// Why an answer is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The API server refuses this policy, so nobody knows what will be there in its place.
    Refused(PolicyId),
    /// The policy asks for labels that only a controller knows.
    HiddenLabels(PolicyId),
    /// A policy of another API, or a generator, acts here: the index in `Cluster::foreign`.
    Foreign(u32),
}

/// The classes that are isolated in one direction.
#[derive(Debug)]
pub(super) struct Isolated {
    certain: IdSet,
    possible: IdSet,
}

impl Engine<'_> {
    fn isolated(&self, direction: Direction) -> &Isolated {
        by_direction(&self.isolation, direction).get_or_init(|| {
            let mut isolated = Isolated { certain: IdSet::new(), possible: IdSet::new() };
            for policy in &self.cluster.policies {
                if !may_affect(policy, direction) {
                    continue;
                }
                if !policy.policy.refused {
                    isolated.certain.union_with(&policy.subject.certain);
                }
                isolated.possible.union_with(&policy.subject.possible);
            }
            isolated
        })
    }

    /// Whether the Pods of a class are isolated in a direction.
    pub fn isolation(&self, direction: Direction, class: ClassId) -> Isolation {
        let Some(info) = self.cluster.class(class) else { return Isolation::Open };
        if info.host_network {
            return Isolation::HostNetwork;
        }
        let isolated = self.isolated(direction);
        if isolated.certain.contains(class.0) {
            return Isolation::Isolated;
        }
        if let Some(foreign) = self.foreign_in(info.namespace) {
            return Isolation::Unknown(Doubt::Foreign(foreign));
        }
        if !isolated.possible.contains(class.0) {
            return self.denied_by_default(direction, class).map_or(Isolation::Open, Isolation::Denied);
        }
        let doubtful = self
            .cluster
            .policy_ids()
            .find(|(_, policy)| may_affect(policy, direction) && policy.subject.possible.contains(class.0));
        doubtful.map_or(Isolation::Open, |(id, policy)| {
            Isolation::Unknown(if policy.policy.refused {
                Doubt::Refused(id)
            } else {
                Doubt::HiddenLabels(id)
            })
        })
    }

    /// A policy of another API, or a generator, that acts in a namespace: its index in `Cluster::foreign`.
    pub fn foreign_in(&self, namespace: NamespaceId) -> Option<u32> {
        self.foreign_acting(Some(namespace)).next()
    }

    /// All of them by index; without a namespace those that act everywhere, as in one that the cluster doesn't have.
    pub(super) fn foreign_acting(&self, namespace: Option<NamespaceId>) -> impl Iterator<Item = u32> {
        let acts = move |found: Option<NamespaceId>| found.is_none() || found == namespace;
        let foreign = self.cluster.foreign.iter().zip(0u32..);
        foreign.filter(move |(foreign, _)| acts(foreign.namespace)).map(|(_, id)| id)
    }

    /// Whether what acts in a namespace is a policy itself, and may so deny; a generator only makes NetworkPolicies.
    pub(super) fn foreign_may_deny(&self, namespace: Option<NamespaceId>) -> bool {
        let mut acting =
            self.foreign_acting(namespace).filter_map(|id| self.cluster.foreign.get(id as usize));
        acting.any(|foreign| !foreign.api.is_generator())
    }
}

/// Whether a policy isolates in this direction, or might if somebody mended it.
pub(super) fn may_affect(policy: &PolicyInfo<'_>, direction: Direction) -> bool {
    let names_none = Direction::BOTH.iter().all(|direction| !policy.affects(*direction));
    policy.affects(direction) || (policy.policy.refused && names_none)
}
