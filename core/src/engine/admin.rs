//! What the rules of admin policies and of NetworkPolicies have in common: ports at a destination, scopes, nodes.

use std::rc::Rc;

use super::matching::Match;
use super::{Engine, PodPeers};
use crate::cluster::{Class, NamespaceId};
use crate::model::{AdminPort, AdminRule, PodScope, Port, Rule};
use crate::sets::{ConnectionSet, LabelSelector, Operator, Protocol};

/// Labels that every node has, whatever their values.
const NODE_LABELS: [&str; 3] = ["kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch"];

/// The ports of a rule: numbers, which are the same at every destination, and names, which are not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PortsOf<'r> {
    pub(super) numbers: ConnectionSet,
    /// Names of container ports; without a protocol any of that name.
    pub(super) names: Vec<(Option<Protocol>, &'r str)>,
}

impl<'r> PortsOf<'r> {
    /// The ports of a rule of a NetworkPolicy.
    pub(super) fn rule(rule: &'r Rule) -> Self {
        let names = rule.ports.iter().flatten().filter_map(|port| match port {
            Port::Named { protocol, name } => Some((Some(*protocol), &**name)),
            Port::Range { .. } | Port::Invalid => None,
        });
        Self { numbers: rule.numbers(), names: names.collect() }
    }

    /// The ports of a rule of an admin policy.
    pub(super) fn admin_rule(rule: &'r AdminRule) -> Self {
        let names = rule.ports.iter().flatten().filter_map(|port| match port {
            AdminPort::Named(name) => Some((None, &**name)),
            AdminPort::Range { .. } | AdminPort::Unknown => None,
        });
        Self { numbers: rule.numbers(), names: names.collect() }
    }

    /// The connections that they stand for at the Pods of a class.
    pub(super) fn at(&self, destination: &Class<'_>) -> ConnectionSet {
        self.resolved(|protocol, name| {
            let protocols = Protocol::ALL.into_iter().filter(move |of| protocol.is_none_or(|p| p == *of));
            let ports = protocols
                .flat_map(|of| destination.example.resolve(of, name).map(move |number| (of, number)));
            if destination.host_network { Vec::new() } else { ports.collect() }
        })
    }

    /// The connections that they stand for, given what a name stands for.
    pub(super) fn resolved(
        &self,
        resolve: impl Fn(Option<Protocol>, &str) -> Vec<(Protocol, u16)>,
    ) -> ConnectionSet {
        let mut all = self.numbers.clone();
        for (protocol, name) in &self.names {
            for (of, number) in resolve(*protocol, name) {
                all.insert(of, number, number);
            }
        }
        all
    }
}

/// Whether a rule asks for a container port by its name.
pub(super) fn names_a_port(rule: &AdminRule) -> bool {
    rule.ports.iter().flatten().any(|port| matches!(port, AdminPort::Named(_)))
}

impl<'c> Engine<'c> {
    /// The Pods in the scope of an admin policy or of one of its peers.
    pub(super) fn scope(&self, scope: &'c PodScope) -> Rc<PodPeers> {
        self.pod_peers(NamespaceId(0), Some(&scope.namespaces), scope.pods.as_ref())
    }

    /// Whether Pods on their node's network are on a node that a selector selects. Which node that is, only its name
    /// tells; without it the selector must select every Node of the repository.
    pub(super) fn node_match(&self, class: &Class<'_>, selector: &LabelSelector) -> Match {
        let nodes = &self.cluster().nodes;
        let on = class.example.node_name.as_deref();
        if let Some(node) = on.and_then(|name| nodes.iter().find(|node| node.name == name)) {
            return selector.matches(node.labels).into();
        }
        let needs_no_label = selector.requirements().iter().all(|requirement| {
            requirement.operator == Operator::Exists && NODE_LABELS.contains(&&*requirement.key)
        });
        if needs_no_label {
            return Match::Yes;
        }
        let selected = nodes.iter().filter(|node| selector.matches(node.labels)).count();
        match selected {
            0 if !nodes.is_empty() && on.is_none() => Match::No,
            all if all == nodes.len() && all > 0 && on.is_none() => Match::Yes,
            _ => Match::Maybe,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{class_of, pod, with_engine};
    use super::*;
    use crate::sets::Requirement;

    const NODES: &str = "\
{apiVersion: v1, kind: Node, metadata: {name: a, labels: {pool: fast}}}
---
{apiVersion: v1, kind: Node, metadata: {name: b, labels: {pool: slow}}}
";

    #[test]
    fn what_a_node_is_its_name_tells_or_all_nodes_together() {
        let has = |key: &str| LabelSelector::new([Requirement::new(key, Operator::Exists, [""; 0])]);
        let is = |value: &str| LabelSelector::new([Requirement::new("pool", Operator::In, [value])]);
        for (nodes, on, selector, expected) in [
            (NODES, "a", is("fast"), Match::Yes),
            (NODES, "a", is("slow"), Match::No),
            (NODES, "", is("fast"), Match::Maybe),
            (NODES, "", has("pool"), Match::Yes),
            (NODES, "", is("huge"), Match::No),
            // A Node that no manifest shows may have any labels.
            (NODES, "c", is("huge"), Match::Maybe),
            (NODES, "c", has("pool"), Match::Maybe),
            ("", "", is("fast"), Match::Maybe),
            // What every node has.
            ("", "", has("kubernetes.io/hostname"), Match::Yes),
            (NODES, "c", has("kubernetes.io/os"), Match::Yes),
            (NODES, "c", LabelSelector::everything(), Match::Yes),
        ] {
            let text =
                format!("{nodes}{}", pod("p", &format!("{{hostNetwork: true, nodeName: '{on}'}}"), "{}"));
            with_engine(&text, |engine| {
                let class = engine.cluster().class(class_of(engine, "p")).unwrap();
                assert_eq!(engine.node_match(class, &selector), expected, "{on:?} {selector:?}");
            });
        }
    }

    #[test]
    fn a_name_is_what_the_destination_calls_so() {
        let ports = "{containers: [{name: c, ports: [{name: web, containerPort: 80}, \
                     {name: dns, containerPort: 53, protocol: UDP}, {name: dns, containerPort: 53}]}]}";
        let host = ports.replacen('{', "{hostNetwork: true, ", 1);
        let text = [pod("p", ports, "{}"), pod("node", &host, "{}")].concat();
        with_engine(&text, |engine| {
            for (name, asked, expected) in [
                ("p", (Some(Protocol::Tcp), "web"), "TCP 80,8080"),
                ("p", (Some(Protocol::Udp), "web"), "TCP 8080"),
                ("p", (None, "dns"), "TCP 53,8080; UDP 53"),
                ("p", (None, "grpc"), "TCP 8080"),
                ("node", (None, "web"), "TCP 8080"),
            ] {
                let class = engine.cluster().class(class_of(engine, name)).unwrap();
                let numbers = ConnectionSet::of(Protocol::Tcp, 8080, 8080);
                let found = PortsOf { numbers, names: vec![asked] }.at(class);
                let all = found.to_string();
                assert_eq!(all, expected, "{name} {asked:?}");
            }
        });
    }
}
