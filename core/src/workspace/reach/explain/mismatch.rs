//! Why a peer of a rule doesn't match: which selector, which label, which range.

use crate::cluster::NamespaceId;
use crate::engine::{Endpoint, PolicyRef};
use crate::model::{AdminPeer, Direction, Peer, PodScope};
use crate::sets::{LabelSelector, Labels, Operator};
use crate::workspace::reach::Scene;

/// Asks why rules don't match one peer.
pub(super) struct Mismatches<'s, 'c> {
    pub(super) scene: &'s Scene<'c>,
    pub(super) peer: Endpoint<'s>,
}

/// Why a peer doesn't match; the larger the nearer it was.
type Reason = (u8, String);

impl Mismatches<'_, '_> {
    /// Why a rule doesn't match, from the peer that is nearest to matching: how near, the reason, and that peer's field
    /// below the rule.
    pub(super) fn of(
        &self,
        direction: Direction,
        policy: PolicyRef,
        index: usize,
    ) -> (u8, String, Option<String>) {
        let cluster = self.scene.cluster();
        let reasons: Vec<Reason> = match policy {
            PolicyRef::Network(id) => {
                let info = cluster.policy(id);
                let rule = info.and_then(|info| info.policy.half(direction).rules.get(index));
                let own = info.map_or(NamespaceId(0), |info| info.namespace);
                let peers = rule.and_then(|rule| rule.peers.as_deref()).unwrap_or_default();
                peers.iter().map(|peer| self.peer(peer, own)).collect()
            }
            PolicyRef::Admin(id) => {
                let info = cluster.admin_policy(id);
                let rule = info.and_then(|info| info.policy.rules(direction).get(index));
                rule.map_or(&[][..], |rule| &rule.peers).iter().map(|peer| self.admin_peer(peer)).collect()
            }
        };
        let nearest =
            reasons.iter().enumerate().max_by_key(|(at, (near, _))| (*near, std::cmp::Reverse(*at)));
        match nearest {
            None => (0, "it names nobody".to_owned(), None),
            Some((at, (near, reason))) => {
                let others = match reasons.len() {
                    1 => String::new(),
                    n => format!(" (the nearest of {n} peers)"),
                };
                (*near, format!("{reason}{others}"), Some(format!("{}[{at}]", direction.peers_field())))
            }
        }
    }

    fn peer(&self, peer: &Peer, own: NamespaceId) -> Reason {
        match peer {
            Peer::Invalid => (0, "the API server refuses the peer".to_owned()),
            Peer::Block(block) => match self.peer {
                Endpoint::Address(address) if block.cidr.contains(&address) => {
                    let hole = block.except.iter().find(|hole| hole.contains(&address));
                    (
                        2,
                        hole.map_or_else(String::new, |hole| {
                            format!("{hole} is excepted from {}", block.cidr)
                        }),
                    )
                }
                Endpoint::Address(_) => (1, format!("{} doesn't hold it", block.cidr)),
                _ => (0, format!("{} stands for addresses outside the cluster", block.cidr)),
            },
            Peer::Pods { namespaces, pods } => {
                let everything = LabelSelector::everything();
                let pods = pods.as_ref().unwrap_or(&everything);
                match namespaces {
                    Some(namespaces) => self.pods(Some(namespaces), pods, None),
                    None => self.pods(None, pods, Some(own)),
                }
            }
        }
    }

    fn admin_peer(&self, peer: &AdminPeer) -> Reason {
        match peer {
            AdminPeer::Pods(PodScope { namespaces, pods }) => {
                let everything = LabelSelector::everything();
                self.pods(Some(namespaces), pods.as_ref().unwrap_or(&everything), None)
            }
            AdminPeer::Nodes(_) => (0, "it is about nodes".to_owned()),
            AdminPeer::Networks(networks) => {
                let list: Vec<String> = networks.iter().map(ToString::to_string).collect();
                (1, format!("no network of {} holds it", list.join(", ")))
            }
            AdminPeer::DomainNames(names) => (0, format!("it is about the names {}", names.join(", "))),
            AdminPeer::Unknown => (0, "the peer is of a kind that is not known".to_owned()),
        }
    }

    fn pods(
        &self,
        namespaces: Option<&LabelSelector>,
        pods: &LabelSelector,
        own: Option<NamespaceId>,
    ) -> Reason {
        let cluster = self.scene.cluster();
        let (namespace, namespace_labels, labels): (&str, Option<&Labels>, &Labels) = match self.peer {
            Endpoint::Address(_) => return (0, "it selects Pods, and this is an address".to_owned()),
            Endpoint::Potential(_) => return (0, "it doesn't select all of them".to_owned()),
            Endpoint::Class(id) => match cluster.class(id) {
                None => return (0, String::new()),
                Some(class) if class.host_network => {
                    return (0, "Pods on their node's network are no Pods to a selector".to_owned());
                }
                Some(class) => {
                    let info = cluster.namespace(class.namespace);
                    (cluster.namespace_name(class.namespace), info.map(|info| &info.labels), class.labels)
                }
            },
            Endpoint::Pod(pod) => (&pod.namespace, Some(&pod.namespace_labels), &pod.labels),
        };
        let pods_match = pods.matches(labels);
        let in_namespace = match (namespaces, own) {
            (Some(selector), _) => namespace_labels.is_some_and(|labels| selector.matches(labels)),
            (None, own) => own.is_some_and(|own| cluster.namespace_name(own) == namespace),
        };
        if in_namespace {
            return (4, missing("podSelector", "the Pods", pods, labels));
        }
        let near = if pods_match { 3 } else { 1 };
        let reason = match (namespaces, own) {
            (Some(selector), _) => {
                let empty = Labels::default();
                let whose = format!("the namespace `{namespace}`");
                missing("namespaceSelector", &whose, selector, namespace_labels.unwrap_or(&empty))
            }
            (None, Some(own)) => format!(
                "without `namespaceSelector` it is for Pods of `{}`, and these are in `{namespace}`",
                cluster.namespace_name(own)
            ),
            (None, None) => String::new(),
        };
        (near, reason)
    }
}

/// The first requirement that labels don't meet.
fn missing(field: &str, whose: &str, selector: &LabelSelector, labels: &Labels) -> String {
    let unmet = selector.requirements().iter().find(|requirement| !requirement.matches(labels));
    let Some(requirement) = unmet else { return format!("`{field}` hangs on labels that no manifest shows") };
    let has = match (labels.get(&requirement.key), requirement.operator) {
        (Some(value), Operator::In | Operator::NotIn) => format!("have `{}={value}`", requirement.key),
        (Some(_), _) => format!("have `{}`", requirement.key),
        (None, _) => format!("have no `{}`", requirement.key),
    };
    let has = if whose.starts_with("the namespace") { has.replacen("have", "has", 1) } else { has };
    format!("`{field}` asks for `{requirement}`, {whose} {has}")
}
