//! What one change would allow what is denied.

use super::super::question::{NamedEnd, What};
use super::{Conclusion, NAMES_THE_PEER, PolicyLine, Side, said};
use crate::engine::Endpoint;
use crate::model::{Action, Direction, NAME_LABEL, Tier};
use crate::sets::{ConnectionSet, Labels};
use crate::workspace::reach::Scene;

impl Scene<'_> {
    /// What would allow what was asked about, as an instruction; none where a side that lets something through would have to
    /// change.
    pub(super) fn nearest_change(
        &self,
        sides: &[Side; 2],
        (from, to): (Endpoint<'_>, &NamedEnd),
        asked: &ConnectionSet,
    ) -> Option<String> {
        let denied = |side: &&Side| side.conclusion == Conclusion::Denied;
        let changes: Vec<String> = sides
            .iter()
            .filter(denied)
            .filter_map(|side| {
                let other = match side.direction {
                    Direction::Ingress => self.peer_yaml(from),
                    Direction::Egress => match &to.what {
                        What::Address(_) => None,
                        _ => self.endpoint(to).and_then(|end| self.peer_yaml(end)),
                    },
                };
                self.change_of(side, other, asked)
            })
            .collect();
        match changes.as_slice() {
            [] => None,
            [one] => Some(format!("to allow it, {one}")),
            several => Some(format!("to allow it, both sides must change: {}", several.join("; and "))),
        }
    }

    fn change_of(&self, side: &Side, other: Option<String>, asked: &ConnectionSet) -> Option<String> {
        let wanted = asked.subtract(&side.flow.possible);
        let denying = side.policies.iter().find_map(|policy| {
            let rule =
                policy.rules.iter().find(|rule| rule.action == Action::Deny && !rule.decides.is_empty())?;
            Some((policy, rule))
        });
        if let Some((policy, rule)) = denying {
            let reach = match policy.tier {
                Some(Tier::Baseline) => "a NetworkPolicy that selects the Pods would decide in its place",
                _ => "it comes before every NetworkPolicy",
            };
            return Some(format!(
                "change {} rule {} of {}: {reach}",
                side.direction.name(),
                rule.index + 1,
                policy.title
            ));
        }
        let ports = |all: &ConnectionSet| if all.is_all() { "every port".to_owned() } else { said(all) };
        let network: Vec<&PolicyLine> = side.policies.iter().filter(|policy| policy.tier.is_none()).collect();
        // The fewer workloads a policy selects, the less a change of it opens besides.
        let width = |policy: &PolicyLine| std::cmp::Reverse(policy.workloads);
        let rules = network.iter().flat_map(|policy| policy.rules.iter().map(move |rule| (*policy, rule)));
        let nearest = rules.max_by_key(|(policy, rule)| (rule.near, width(policy)));
        if let Some((policy, rule)) = nearest.filter(|(_, rule)| rule.near == NAMES_THE_PEER) {
            return Some(format!(
                "add {} to `ports` of {} rule {} of {}",
                ports(&wanted),
                side.direction.name(),
                rule.index + 1,
                policy.title
            ));
        }
        let policy = network.iter().max_by_key(|policy| width(policy))?;
        let peer = other.map_or_else(|| "its address as an `ipBlock`".to_owned(), |yaml| format!("`{yaml}`"));
        let (what, field) = match side.direction {
            Direction::Ingress => ("from", "ingress"),
            Direction::Egress => ("to", "egress"),
        };
        Some(format!("add a rule to `spec.{field}` of {}: {what} {peer} on {}", policy.title, ports(&wanted)))
    }

    /// A peer for exactly the Pods of an end, as flow YAML; none for an address.
    fn peer_yaml(&self, end: Endpoint<'_>) -> Option<String> {
        let (namespace, labels): (&str, &Labels) = match end {
            Endpoint::Address(_) | Endpoint::Potential(_) => return None,
            Endpoint::Class(id) => {
                let class = self.cluster().class(id).filter(|class| !class.host_network)?;
                (self.cluster().namespace_name(class.namespace), class.labels)
            }
            Endpoint::Pod(pod) => (&pod.namespace, &pod.labels),
        };
        let best = ["app.kubernetes.io/name", "app", "k8s-app"]
            .iter()
            .find_map(|key| Some((*key, labels.get(key)?)));
        let pods: Vec<String> = match best {
            Some((key, value)) => vec![format!("{key}: {value}")],
            None => labels.iter().map(|(key, value)| format!("{key}: {value}")).collect(),
        };
        Some(format!(
            "{{namespaceSelector: {{matchLabels: {{{NAME_LABEL}: {namespace}}}}}, podSelector: {{matchLabels: {{{}}}}}}}",
            pods.join(", ")
        ))
    }
}
