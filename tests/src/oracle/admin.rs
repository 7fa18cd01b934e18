//! The policies of the cluster: AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy.

use std::collections::BTreeMap;

use ipnet::IpNet;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use ringfence::model::Direction;
use serde::Deserialize;

use super::address::{Block, in_blocks};
use super::{Connection, Match, Peer, Pod, View, World};

/// Behind every priority that the API takes: a BaselineAdminNetworkPolicy has none.
const LAST: i64 = i64::MAX;

/// Before and behind the NetworkPolicies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Tier {
    Admin,
    Baseline,
}

/// A policy of the cluster, of either version of the API.
#[derive(Clone, Debug, Deserialize)]
pub struct ClusterPolicy {
    kind: String,
    spec: Spec,
}

#[derive(Clone, Debug, Deserialize)]
struct Spec {
    tier: Option<Tier>,
    priority: Option<i64>,
    subject: Subject,
    ingress: Option<Vec<Rule>>,
    egress: Option<Vec<Rule>>,
}

/// A set of Pods, as a subject and as a peer name it.
#[derive(Clone, Debug, Deserialize)]
struct Subject {
    namespaces: Option<LabelSelector>,
    pods: Option<NamespacedPods>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamespacedPods {
    namespace_selector: Option<LabelSelector>,
    pod_selector: Option<LabelSelector>,
}

#[derive(Clone, Debug, Deserialize)]
struct Rule {
    action: Action,
    from: Option<Vec<PolicyPeer>>,
    to: Option<Vec<PolicyPeer>>,
    #[serde(alias = "protocols")]
    ports: Option<Vec<Port>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Action {
    #[serde(alias = "Allow")]
    Accept,
    Deny,
    Pass,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PolicyPeer {
    #[serde(flatten)]
    selected: Subject,
    nodes: Option<LabelSelector>,
    networks: Option<Vec<IpNet>>,
    domain_names: Option<Vec<String>>,
}

impl PolicyPeer {
    fn is_known(&self) -> bool {
        self.selected.namespaces.is_some()
            || self.selected.pods.is_some()
            || self.nodes.is_some()
            || self.networks.is_some()
            || self.domain_names.is_some()
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Port {
    port_number: Option<PortNumber>,
    port_range: Option<PortRange>,
    #[serde(alias = "destinationNamedPort")]
    named_port: Option<String>,
    tcp: Option<Transport>,
    udp: Option<Transport>,
    sctp: Option<Transport>,
}

#[derive(Clone, Debug, Deserialize)]
struct PortNumber {
    protocol: Option<String>,
    port: u16,
}

#[derive(Clone, Debug, Deserialize)]
struct PortRange {
    protocol: Option<String>,
    start: u16,
    end: u16,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transport {
    destination_port: Option<DestinationPort>,
}

#[derive(Clone, Debug, Deserialize)]
struct DestinationPort {
    number: Option<u16>,
    range: Option<PortRange>,
}

impl World {
    /// What the policies of one tier decide, and behind them `next`.
    ///
    /// Policies of one priority decide together: whichever of them matches may be the one that is asked, and one that
    /// doesn't match says nothing as long as another does.
    pub(super) fn tier(&self, tier: Tier, connection: &Connection<'_>, next: &dyn Fn() -> bool) -> bool {
        let mut levels = BTreeMap::<i64, Vec<&ClusterPolicy>>::new();
        for policy in &self.cluster_policies {
            if policy.tier() == tier && self.is_subject(&policy.spec.subject, connection.subject) {
                levels.entry(policy.spec.priority.unwrap_or(LAST)).or_default().push(policy);
            }
        }
        let levels: Vec<_> = levels.into_values().collect();
        self.levels(&levels, connection, next)
    }

    fn levels(
        &self,
        levels: &[Vec<&ClusterPolicy>],
        connection: &Connection<'_>,
        next: &dyn Fn() -> bool,
    ) -> bool {
        let Some((level, rest)) = levels.split_first() else { return next() };
        let matches: Vec<Vec<Option<Action>>> =
            level.iter().map(|policy| self.first_matches(policy, connection)).collect();
        let decide = |action: &Action| match action {
            Action::Accept => true,
            Action::Deny => false,
            Action::Pass => next(),
        };
        let mut outcomes: Vec<bool> = matches.iter().flatten().flatten().map(decide).collect();
        if matches.iter().all(|own| own.contains(&None)) {
            outcomes.push(self.levels(rest, connection, next));
        }
        connection.view.choose(&outcomes)
    }

    /// What the first matching rule of a policy may be. A rule that may match counts where that is worse, or better, as
    /// the view has it; a Pass is either.
    fn first_matches(&self, policy: &ClusterPolicy, connection: &Connection<'_>) -> Vec<Option<Action>> {
        let mut found = Vec::new();
        for rule in policy.rules(connection.direction) {
            match (self.rule_matches(rule, connection), rule.action, connection.view) {
                (Match::No, ..)
                | (Match::Maybe, Action::Accept, View::Pessimistic)
                | (Match::Maybe, Action::Deny, View::Optimistic) => {}
                (Match::Maybe, Action::Pass, _) => found.push(Some(Action::Pass)),
                (Match::Yes | Match::Maybe, action, _) => {
                    found.push(Some(action));
                    return found;
                }
            }
        }
        found.push(None);
        found
    }

    fn rule_matches(&self, rule: &Rule, connection: &Connection<'_>) -> Match {
        let by_port =
            rule.ports.as_ref().is_none_or(|ports| ports.iter().any(|port| port.matches(connection)));
        if !by_port {
            return Match::No;
        }
        let peers = match connection.direction {
            Direction::Ingress => &rule.from,
            Direction::Egress => &rule.to,
        };
        let one = |peer: &PolicyPeer| self.peer_matches(peer, rule.action, connection.peer);
        peers.iter().flatten().map(one).max().unwrap_or(Match::No)
    }

    /// A peer that this version of the API doesn't know fails closed.
    fn peer_matches(&self, written: &PolicyPeer, action: Action, peer: Peer<'_>) -> Match {
        if !written.is_known() {
            return (action != Action::Accept).into();
        }
        let selected = matches!(peer, Peer::Pod(pod) if self.is_subject(&written.selected, pod));
        let named = written.domain_names.is_some() && matches!(peer, Peer::Address(_));
        let on_node = written.nodes.as_ref().map_or(Match::No, |nodes| self.is_on_node(nodes, peer));
        let by_name = if named { Match::Maybe } else { Match::No };
        let block = |cidr: &IpNet| Block { cidr: *cidr, except: Vec::new() };
        let blocks: Vec<Block> = written.networks.iter().flatten().map(block).collect();
        Match::from(selected).max(by_name).max(on_node).max(in_blocks(&blocks, peer))
    }

    fn is_subject(&self, subject: &Subject, pod: &Pod) -> bool {
        let by_namespace = subject.namespaces.as_ref().is_some_and(|s| self.selects(Some(s), None, pod));
        let by_pod = subject.pods.as_ref().is_some_and(|pods| {
            self.selects(pods.namespace_selector.as_ref(), pods.pod_selector.as_ref(), pod)
        });
        by_namespace || by_pod
    }
}

impl ClusterPolicy {
    fn tier(&self) -> Tier {
        match (self.spec.tier, &*self.kind) {
            (Some(tier), _) => tier,
            (None, "BaselineAdminNetworkPolicy") => Tier::Baseline,
            (None, _) => Tier::Admin,
        }
    }

    fn rules(&self, direction: Direction) -> &[Rule] {
        let rules = match direction {
            Direction::Ingress => &self.spec.ingress,
            Direction::Egress => &self.spec.egress,
        };
        rules.as_deref().unwrap_or_default()
    }
}

impl Port {
    fn matches(&self, connection: &Connection<'_>) -> bool {
        let is = |protocol: &Option<String>| protocol.as_deref().unwrap_or("TCP") == connection.protocol;
        let within = |range: &PortRange| (range.start..=range.end).contains(&connection.port);
        let transport = match connection.protocol {
            "TCP" => &self.tcp,
            "UDP" => &self.udp,
            _ => &self.sctp,
        };
        let by_transport = transport.as_ref().is_some_and(|transport| {
            transport.destination_port.as_ref().is_none_or(|port| {
                port.number.is_some_and(|number| number == connection.port)
                    || port.range.as_ref().is_some_and(within)
            })
        });
        self.port_number.as_ref().is_some_and(|one| is(&one.protocol) && one.port == connection.port)
            || self.port_range.as_ref().is_some_and(|range| is(&range.protocol) && within(range))
            || self.named_port.as_ref().is_some_and(|name| connection.has_port_name(name))
            || by_transport
    }
}
