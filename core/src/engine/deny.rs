//! Proven default deny: whether every Pod that could ever be made in a namespace starts isolated.
//!
//! That is decided over all label assignments that the policies can tell apart, not by a policy's name. A policy
//! with a rule that allows everything isolates by the letter of the API, but denies nothing; it proves nothing here.

use super::isolation::{Doubt, may_affect};
use super::{Engine, by_direction};
use crate::cluster::{AdminId, NamespaceId, PolicyId, PolicyInfo};
use crate::model::Direction;
use crate::sets::{Cover, LabelSelector, Labels, cover};

/// Whether a namespace has default deny in a direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultDeny {
    /// These policies together select every possible Pod.
    Proven(Vec<PolicyId>),
    /// There is a default deny, but a policy that selects every Pod allows everything.
    Nullified {
        /// The default deny.
        deny: Vec<PolicyId>,
        /// The policy that undoes it.
        by: PolicyId,
    },
    /// No NetworkPolicies do, but this cluster-wide policy denies every possible Pod all that none before it accepts.
    Denied(AdminId),
    /// A Pod with these labels would not be denied anything.
    Refuted(Labels),
    /// It hangs on something that the manifests don't show.
    Unknown(Doubt),
    /// There are too many combinations of labels to decide.
    Undecided,
}

impl DefaultDeny {
    /// The word in reports: `proven`, `refuted` or `unknown`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Proven(_) | Self::Denied(_) => "proven",
            Self::Nullified { .. } | Self::Refuted(_) => "refuted",
            Self::Unknown(_) | Self::Undecided => "unknown",
        }
    }
}

impl Engine<'_> {
    /// Whether a namespace has default deny in a direction.
    pub fn default_deny(&self, direction: Direction, namespace: NamespaceId) -> DefaultDeny {
        let cells = by_direction(&self.default_deny, direction);
        let decide = || self.decide_default_deny(direction, namespace);
        cells.get(namespace.index()).map_or_else(decide, |cell| cell.get_or_init(decide).clone())
    }

    fn decide_default_deny(&self, direction: Direction, namespace: NamespaceId) -> DefaultDeny {
        match self.denied_by_policies(direction, namespace) {
            DefaultDeny::Proven(deny) => DefaultDeny::Proven(deny),
            other => self.namespace_denied(direction, namespace).map_or(other, DefaultDeny::Denied),
        }
    }

    fn denied_by_policies(&self, direction: Direction, namespace: NamespaceId) -> DefaultDeny {
        let policies = || {
            let ids = self.cluster.namespace(namespace).map_or(&[][..], |info| &info.policies);
            ids.iter().filter_map(|id| Some((*id, self.cluster.policy(*id)?)))
        };
        let affecting: Vec<_> = policies().filter(|(_, policy)| may_affect(policy, direction)).collect();
        let taken = |(_, policy): &&(PolicyId, &PolicyInfo<'_>)| !policy.policy.refused;
        let allows_all = |policy: &PolicyInfo<'_>| {
            policy.policy.half(direction).rules.iter().any(|r| r.allows_everything())
        };
        let denying: Vec<_> =
            affecting.iter().filter(taken).filter(|(_, policy)| !allows_all(policy)).copied().collect();
        match covering(&denying) {
            Cover::Proven(used) => {
                let deny = used.into_iter().filter_map(|i| denying.get(i).map(|(id, _)| *id)).collect();
                let undoes = |policy: &PolicyInfo<'_>| {
                    allows_all(policy)
                        && policy.policy.pod_selector.as_ref().is_some_and(|s| s.is_everything())
                };
                let by = affecting.iter().filter(taken).find(|(_, policy)| undoes(policy));
                match by {
                    Some((by, _)) => DefaultDeny::Nullified { deny, by: *by },
                    None => DefaultDeny::Proven(deny),
                }
            }
            Cover::Refuted(witness) => {
                let refused = affecting.iter().find(|(_, policy)| policy.policy.refused);
                match (refused, self.foreign_in(namespace)) {
                    (Some((id, _)), _) => DefaultDeny::Unknown(Doubt::Refused(*id)),
                    (None, Some(foreign)) => DefaultDeny::Unknown(Doubt::Foreign(foreign)),
                    (None, None) => DefaultDeny::Refuted(witness),
                }
            }
            Cover::Unknown => DefaultDeny::Undecided,
        }
    }
}

fn covering(policies: &[(PolicyId, &PolicyInfo<'_>)]) -> Cover {
    let selectors: Vec<&LabelSelector> =
        policies.iter().filter_map(|(_, policy)| policy.policy.pod_selector.as_ref()).collect();
    cover(&selectors)
}
