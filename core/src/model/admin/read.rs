//! The written policy → the model, with every fault that the API server would find.

use std::collections::BTreeSet;

use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;

use super::written::{EgressPeer, NamespacedPod, Subject, WrittenRule, WrittenSpec};
use super::{Action, AdminKind, AdminPeer, AdminPolicy, AdminPort, AdminRule, PodScope, Tier, ports};
use crate::model::fault::{Fault, FaultKind};
use crate::model::fields::nearest;
use crate::model::policy::Direction;
use crate::model::selector;
use crate::sets::{LabelSelector, parse_cidr};
use crate::yaml::Node;

/// The only name that a BaselineAdminNetworkPolicy can have.
const BASELINE_NAME: &str = "default";

/// The greatest priority number.
const LAST_PRIORITY: u32 = 1000;

/// How many characters the name of a rule can have.
const NAME_LENGTH: usize = 100;

/// How many networks or domain names one peer can hold.
const PEER_LIMIT: usize = 25;

/// Reads and validates a policy; `spec` is the node that `written` came from, and `name` the object's name.
pub(in crate::model) fn compile(
    kind: AdminKind,
    written: &WrittenSpec,
    spec: Node<'_>,
    name: &str,
) -> (AdminPolicy, Vec<Fault>) {
    let mut check = Check { kind, spec, faults: Vec::new() };
    if kind == AdminKind::Baseline && name != BASELINE_NAME {
        let message = format!("a {} can't be named `{name}`", kind.name());
        let fault = refused(FaultKind::AdminPolicy, "metadata.name", message, "its only name is `default`");
        check.faults.push(fault.replacement(Some(BASELINE_NAME)));
    }
    let tier = check.tier(written.tier.as_deref());
    let priority = check.priority(written.priority);
    let subject = check.subject(written.subject.as_ref());
    let ingress = check.rules(Direction::Ingress, &written.ingress);
    let egress = check.rules(Direction::Egress, &written.egress);
    let refused = check.faults.iter().any(|fault| fault.refused);
    (AdminPolicy { tier, priority, subject, ingress, egress, refused }, check.faults)
}

/// A fault for which the API server refuses the policy, and what to do.
pub(super) fn refused(
    kind: FaultKind,
    field: impl Into<String>,
    message: impl Into<String>,
    help: &str,
) -> Fault {
    Fault::refused(kind, field, message).help(format!("the API server refuses the policy: {help}"))
}

/// What the parts of one policy are checked with.
pub(super) struct Check<'n> {
    kind: AdminKind,
    spec: Node<'n>,
    pub(super) faults: Vec<Fault>,
}

impl Check<'_> {
    fn missing(&mut self, field: &str, what: &str, help: &str) {
        self.faults.push(refused(FaultKind::WrongType, field, format!("{what} is missing"), help));
    }

    /// Whether the mapping at a field path holds anything, be it known or not.
    pub(super) fn holds_something(&self, field: &str) -> bool {
        let node = field.strip_prefix("spec.").and_then(|path| self.spec.at(path));
        node.is_some_and(|node| node.entries().any(|entry| !entry.value.is_null()))
    }

    fn tier(&mut self, written: Option<&str>) -> Tier {
        const TIERS: [(&str, Tier); 2] = [("Admin", Tier::Admin), ("Baseline", Tier::Baseline)];
        match self.kind {
            AdminKind::Admin => return Tier::Admin,
            AdminKind::Baseline => return Tier::Baseline,
            AdminKind::Cluster => {}
        }
        let Some(written) = written else {
            self.missing("spec.tier", "`tier`", "write `Admin` or `Baseline`");
            return Tier::Admin;
        };
        if let Some((_, tier)) = TIERS.iter().find(|(name, _)| *name == written) {
            return *tier;
        }
        let near = nearest(written, TIERS.map(|(name, _)| name));
        let message = format!("`{written}` is no tier");
        let fault = refused(FaultKind::AdminPolicy, "spec.tier", message, "write `Admin` or `Baseline`");
        self.faults.push(fault.replacement(near));
        Tier::Admin
    }

    fn priority(&mut self, written: Option<i64>) -> u32 {
        if self.kind == AdminKind::Baseline {
            return u32::MAX;
        }
        let Some(written) = written else {
            self.missing("spec.priority", "`priority`", "write a number from 0, which comes first, to 1000");
            return 0;
        };
        match u32::try_from(written) {
            Ok(priority) if priority <= LAST_PRIORITY => priority,
            _ => {
                let message = format!("priority `{written}` is out of range");
                let help = "priorities go from 0, which comes first, to 1000";
                self.faults.push(refused(FaultKind::AdminPolicy, "spec.priority", message, help));
                0
            }
        }
    }

    fn subject(&mut self, written: Option<&Subject>) -> Option<PodScope> {
        const FIELD: &str = "spec.subject";
        let Some(subject) = written else {
            self.missing(FIELD, "`subject`", "write `namespaces: {}` in it for every Pod of the cluster");
            return None;
        };
        match (&subject.namespaces, &subject.pods) {
            (Some(_), Some(_)) => {
                let message = "a subject is either `namespaces` or `pods`, not both";
                let help = "write the namespaces as the `namespaceSelector` of `pods`";
                self.faults.push(refused(FaultKind::AdminPolicy, FIELD, message, help));
                None
            }
            (None, None) => {
                let message = "the subject is empty: it names no Pods and no namespaces";
                let help = "write `namespaces: {}` in it for every Pod of the cluster";
                self.faults.push(refused(FaultKind::AdminPolicy, FIELD, message, help));
                None
            }
            (Some(namespaces), None) => self.whole_namespaces(namespaces, FIELD),
            (None, Some(pods)) => self.pods(pods, FIELD),
        }
    }

    fn whole_namespaces(&mut self, written: &meta::LabelSelector, parent: &str) -> Option<PodScope> {
        let namespaces = selector::compile(written, &format!("{parent}.namespaces"), &mut self.faults)?;
        Some(PodScope { namespaces, pods: None })
    }

    fn pods(&mut self, written: &NamespacedPod, parent: &str) -> Option<PodScope> {
        let namespaces = self.selector(
            written.namespace_selector.as_ref(),
            // The newer API takes a missing selector for every namespace.
            self.kind != AdminKind::Cluster,
            &format!("{parent}.pods.namespaceSelector"),
        );
        let pods = self.selector(written.pod_selector.as_ref(), true, &format!("{parent}.pods.podSelector"));
        Some(PodScope { namespaces: namespaces?, pods: Some(pods?) })
    }

    fn selector(
        &mut self,
        written: Option<&meta::LabelSelector>,
        required: bool,
        field: &str,
    ) -> Option<LabelSelector> {
        match written {
            Some(selector) => selector::compile(selector, field, &mut self.faults),
            None if required => {
                let name = field.rsplit('.').next().unwrap_or(field);
                let message = format!("`{name}` is missing");
                // The CRDs require it, yet what is meant is plain, and clients written in Go send the empty selector.
                let help =
                    "the API server refuses the policy: write `{}` for all, which is how it is taken here";
                self.faults.push(Fault::tolerated(FaultKind::WrongType, field, message).help(help));
                Some(LabelSelector::everything())
            }
            None => Some(LabelSelector::everything()),
        }
    }

    /// Checks how long a list is; `what` are its items in the plural.
    fn length(&mut self, kind: FaultKind, field: &str, what: &str, length: usize, limit: usize) {
        if length > limit {
            let message = format!("{length} {what} are too many");
            let help = format!("{limit} is the most: make two of it");
            self.faults.push(refused(kind, field, message, &help));
        }
    }

    fn rules(&mut self, direction: Direction, written: &[WrittenRule]) -> Vec<AdminRule> {
        let list = format!("spec.{}", direction.name());
        self.length(FaultKind::AdminPolicy, &list, "rules", written.len(), self.kind.limit());
        let compile = |(i, rule)| self.rule(direction, rule, &format!("{list}[{i}]"));
        written.iter().enumerate().map(compile).collect()
    }

    fn rule(&mut self, direction: Direction, written: &WrittenRule, field: &str) -> AdminRule {
        if written.name.as_ref().is_some_and(|name| name.chars().count() > NAME_LENGTH) {
            let message = format!("the rule's name has more than {NAME_LENGTH} characters");
            self.faults.push(refused(FaultKind::AdminPolicy, format!("{field}.name"), message, "shorten it"));
        }
        let action = self.action(written.action.as_deref(), field);
        let peers = self.peers(direction, written, action, field);
        let ports = self.ports(written, field);
        let by_name = ports.iter().flatten().any(|port| matches!(port, AdminPort::Named(_)));
        if by_name && !peers.iter().all(|peer| matches!(peer, AdminPeer::Pods(_) | AdminPeer::Unknown)) {
            let message = "a port by name in a rule with a peer that isn't Pods: only Pods name their ports";
            // The name matches nothing at the other peers, whether or not the rule is made two.
            let help = "the API server refuses the policy: write the number, or make two rules of it";
            let field = format!("{field}.{}", self.kind.ports_field());
            self.faults.push(Fault::tolerated(FaultKind::Port, field, message).help(help));
        }
        AdminRule { name: written.name.clone(), action: action.unwrap_or(Action::Deny), peers, ports }
    }

    fn action(&mut self, written: Option<&str>, rule: &str) -> Option<Action> {
        let field = format!("{rule}.action");
        let actions = self.kind.actions();
        let words: Vec<_> = actions.iter().map(|(word, _)| format!("`{word}`")).collect();
        let help = format!("write one of {}", words.join(", "));
        let Some(written) = written else {
            self.missing(&field, "`action`", &help);
            return None;
        };
        if let Some((_, action)) = actions.iter().find(|(word, _)| *word == written) {
            return Some(*action);
        }
        // The two API versions have different words for the same thing.
        let near = match written.to_ascii_lowercase().as_str() {
            "allow" | "accept" => {
                actions.iter().find(|(_, action)| *action == Action::Accept).map(|(word, _)| *word)
            }
            _ => nearest(written, actions.iter().map(|(word, _)| *word)),
        };
        let message = format!("`{written}` is no action of a {}", self.kind.name());
        self.faults.push(refused(FaultKind::AdminPolicy, field, message, &help).replacement(near));
        None
    }

    fn peers(
        &mut self,
        direction: Direction,
        rule: &WrittenRule,
        action: Option<Action>,
        field: &str,
    ) -> Vec<AdminPeer> {
        let name = direction.peers_field();
        let list = format!("{field}.{name}");
        let written = match &rule.peers {
            Some(peers) if !peers.is_empty() => peers,
            found => {
                let help = "write `namespaces: {}` for every Pod of the cluster";
                match found {
                    Some(_) => {
                        let message = format!("`{name}` is empty: it names nobody");
                        self.faults.push(refused(FaultKind::Peer, list, message, help));
                    }
                    None => self.missing(&list, &format!("`{name}`"), help),
                }
                return Vec::new();
            }
        };
        self.length(FaultKind::Peer, &list, "peers", written.len(), self.kind.limit());
        let compile = |(i, peer)| {
            let field = format!("{list}[{i}]");
            self.peer(peer, action, &field).unwrap_or(AdminPeer::Unknown)
        };
        written.iter().enumerate().map(compile).collect()
    }

    fn peer(&mut self, peer: &EgressPeer, action: Option<Action>, field: &str) -> Option<AdminPeer> {
        let written = [
            peer.namespaces.is_some(),
            peer.pods.is_some(),
            peer.nodes.is_some(),
            peer.networks.is_some(),
            peer.domain_names.is_some(),
        ];
        if written.iter().filter(|written| **written).count() > 1 {
            let message = "a peer has one field only";
            let help = "make a peer of each, or write namespaces as the `namespaceSelector` of `pods`";
            self.faults.push(refused(FaultKind::Peer, field, message, help));
            return None;
        }
        if let Some(namespaces) = &peer.namespaces {
            return self.whole_namespaces(namespaces, field).map(AdminPeer::Pods);
        }
        if let Some(pods) = &peer.pods {
            return self.pods(pods, field).map(AdminPeer::Pods);
        }
        if let Some(nodes) = &peer.nodes {
            let nodes = selector::compile(nodes, &format!("{field}.nodes"), &mut self.faults);
            return nodes.map(AdminPeer::Nodes);
        }
        if let Some(networks) = &peer.networks {
            return self.networks(networks, &format!("{field}.networks"));
        }
        if let Some(names) = &peer.domain_names {
            return self.domain_names(names, action, &format!("{field}.domainNames"));
        }
        if !self.holds_something(field) {
            let message = "the peer is empty: it names no Pods, no namespaces and no addresses";
            let help = "write `namespaces: {}` for every Pod of the cluster";
            self.faults.push(refused(FaultKind::Peer, field, message, help));
        }
        None
    }

    fn networks(&mut self, written: &[String], field: &str) -> Option<AdminPeer> {
        let before = self.faults.len();
        self.set(FaultKind::Cidr, written, field, "networks");
        let mut networks = Vec::with_capacity(written.len());
        for (i, text) in written.iter().enumerate() {
            match parse_cidr(text) {
                Ok(cidr) => networks.push(cidr.net),
                Err(error) => {
                    let message = format!("`{text}` is no CIDR: {error}");
                    let fault = Fault::refused(FaultKind::Cidr, format!("{field}[{i}]"), message);
                    self.faults.push(fault.help("the API server refuses the policy"));
                }
            }
        }
        (self.faults.len() == before).then_some(AdminPeer::Networks(networks))
    }

    fn domain_names(&mut self, written: &[String], action: Option<Action>, field: &str) -> Option<AdminPeer> {
        let before = self.faults.len();
        if self.kind == AdminKind::Baseline {
            let message = format!("a {} takes no domain names", self.kind.name());
            self.faults.push(refused(FaultKind::Peer, field, message, "write `networks`"));
        } else if matches!(action, Some(Action::Deny | Action::Pass)) {
            let message = "domain names can only be allowed, neither denied nor passed";
            let help = "allow the good names, and deny the `networks` in a later rule";
            self.faults.push(refused(FaultKind::Peer, field, message, help));
        }
        self.set(FaultKind::AdminPolicy, written, field, "domain names");
        for (i, name) in written.iter().enumerate() {
            if let Some(why) = domain_name_error(name) {
                let message = format!("`{name}` is no domain name: {why}");
                let help = "write a full name such as `www.example.com`, or `*.example.com`";
                self.faults.push(refused(FaultKind::AdminPolicy, format!("{field}[{i}]"), message, help));
            }
        }
        (self.faults.len() == before).then(|| AdminPeer::DomainNames(written.to_vec()))
    }

    /// Checks a list that is a set and not empty; `what` are its items in the plural.
    fn set(&mut self, kind: FaultKind, written: &[String], field: &str, what: &str) {
        if written.is_empty() {
            let message = format!("the list of {what} is empty");
            self.faults.push(refused(kind, field, message, "list one, or remove the peer"));
        }
        self.length(kind, field, what, written.len(), PEER_LIMIT);
        let mut seen = BTreeSet::new();
        for (i, text) in written.iter().enumerate().filter(|(_, text)| !seen.insert(*text)) {
            let message = format!("`{text}` stands twice");
            self.faults.push(refused(kind, format!("{field}[{i}]"), message, "remove the second one"));
        }
    }

    fn ports(&mut self, rule: &WrittenRule, field: &str) -> Option<Vec<AdminPort>> {
        let written = rule.ports.as_ref()?;
        let name = self.kind.ports_field();
        let list = format!("{field}.{name}");
        if written.is_empty() {
            let message = format!("`{name}` is empty");
            let help = format!("list a port, or remove `{name}` for every port");
            self.faults.push(refused(FaultKind::Port, &*list, message, &help));
        }
        self.length(FaultKind::Port, &list, name, written.len(), self.kind.limit());
        let compile = |(i, port)| ports::compile(self, port, &format!("{list}[{i}]"));
        Some(written.iter().enumerate().map(compile).collect())
    }
}

/// Why a text is no domain name of a peer. An underscore inside a label and a dot at the end are allowed.
fn domain_name_error(name: &str) -> Option<&'static str> {
    let plain = name.strip_prefix("*.").unwrap_or(name);
    let labels = plain.strip_suffix('.').unwrap_or(plain);
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let is_at_end = |c: char| c == '-' || c == '_';
    if plain.contains('*') {
        Some("`*` can stand only for whole labels at the beginning, as `*.`")
    } else if labels.split('.').any(str::is_empty) {
        Some("a label is empty")
    } else if !labels.contains('.') {
        Some("it needs at least two labels")
    } else if !labels.split('.').all(|label| label.bytes().all(allowed)) {
        Some("only letters, digits, `-` and `_` are allowed in a label")
    } else if labels.split('.').any(|label| label.starts_with(is_at_end) || label.ends_with(is_at_end)) {
        Some("a label begins and ends with a letter or a digit")
    } else {
        None
    }
}
