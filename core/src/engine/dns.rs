//! Whether isolated Pods still reach the cluster's DNS service, judged on the union of their policies.
//!
//! The DNS servers are rarely in the repository, so the question is put for each well-known place of them: kube-dns
//! and CoreDNS in `kube-system`, the DNS operator of OpenShift, and the node-local cache. A rule that names addresses
//! may mean the address of the DNS service, which no manifest tells; it is taken as meant.

use std::sync::LazyLock;

use super::walk::{Endpoint, ForeignPod};
use super::{Doubt, Engine, Isolation, Match};
use crate::cluster::{ClassId, NamespaceId, PolicyId, PolicyInfo};
use crate::model::{Direction, NAME_LABEL, Peer, Port, Rule};
use crate::sets::{ConnectionSet, Labels, Protocol};

/// Which halves of DNS a policy, or a union of policies, lets out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DnsAccess {
    /// Over UDP.
    pub udp: bool,
    /// Over TCP, which answers longer than 512 bytes need (RFC 7766).
    pub tcp: bool,
}

/// How the Pods of a class reach DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsPath {
    /// They do, or no NetworkPolicy stops them, or they don't look names up, or nothing at all is let out, so that names
    /// are of no use, or a policy for administrators denies DNS, so that no NetworkPolicy can allow it.
    Fine,
    /// They are isolated and one half or both are missing.
    Missing(DnsAccess),
    /// It hangs on something that the manifests don't show.
    Unknown,
}

impl DnsAccess {
    fn or(self, other: Self) -> Self {
        Self { udp: self.udp || other.udp, tcp: self.tcp || other.tcp }
    }

    fn is_complete(self) -> bool {
        self.udp && self.tcp
    }
}

impl Engine<'_> {
    /// How the Pods of a class reach DNS. A policy that the API server refuses for a fault elsewhere counts as it will
    /// once it is mended: until then nothing isolates because of it, and then DNS is missing.
    pub fn dns_path(&self, class: ClassId) -> DnsPath {
        let known = self.dns_paths.get(class.index());
        known.map_or(DnsPath::Fine, |cell| *cell.get_or_init(|| self.find_dns_path(class)))
    }

    fn find_dns_path(&self, class: ClassId) -> DnsPath {
        let Some(info) = self.cluster.class(class) else { return DnsPath::Fine };
        if !info.example.uses_cluster_dns {
            return DnsPath::Fine;
        }
        let policies = self.dns_policies(class);
        let isolated = match self.isolation(Direction::Egress, class) {
            Isolation::Open | Isolation::Denied(_) | Isolation::HostNetwork => return DnsPath::Fine,
            Isolation::Unknown(Doubt::Refused(_)) => !policies.is_empty(),
            Isolation::Unknown(_) => false,
            Isolation::Isolated => true,
        };
        let Some(first) = self.dns_before_policies(class) else { return DnsPath::Fine };
        let access = policies.iter().fold(first, |sum, id| sum.or(self.dns_access(*id)));
        let lets_out = |id: &PolicyId| {
            self.cluster.policy(*id).is_some_and(|policy| !policy.policy.egress.rules.is_empty())
        };
        if access.is_complete() || (isolated && !policies.iter().any(lets_out)) {
            DnsPath::Fine
        } else if isolated && self.foreign_in(info.namespace).is_none() {
            DnsPath::Missing(access)
        } else {
            DnsPath::Unknown
        }
    }

    /// Which halves of DNS the policies of a class and the egress rules of one more policy let out together, whether or
    /// not that policy isolates for egress; none where the class doesn't look names up, or is denied DNS before that.
    pub fn dns_access_with(&self, class: ClassId, further: PolicyId) -> Option<DnsAccess> {
        let asks = self.cluster.class(class).is_some_and(|info| info.example.uses_cluster_dns);
        let policies = self.dns_policies(class).into_iter().chain([further]);
        let first = if asks { self.dns_before_policies(class) } else { None };
        first.map(|first| policies.fold(first, |sum, id| sum.or(self.dns_access(id))))
    }

    /// What the Admin tier lets out to DNS, or may, whatever NetworkPolicies say; none where it denies DNS.
    fn dns_before_policies(&self, class: ClassId) -> Option<DnsAccess> {
        let mut access = DnsAccess::default();
        if self.cluster.admin.is_empty() {
            return Some(access);
        }
        let mut is_denied = false;
        for server in servers() {
            let [widest, accepted] = self.before_policies(Direction::Egress, class, Endpoint::Pod(server));
            let let_out = |set: &ConnectionSet, of: Protocol| {
                server.ports.iter().any(|(protocol, _, port)| *protocol == of && set.contains(of, *port))
            };
            let found = |set: &ConnectionSet| DnsAccess {
                udp: let_out(set, Protocol::Udp),
                tcp: let_out(set, Protocol::Tcp),
            };
            access = access.or(found(&accepted.possible));
            is_denied |= !found(&widest.possible).is_complete();
        }
        (access.is_complete() || !is_denied).then_some(access)
    }

    /// The policies that isolate a class for egress, now or once they are mended, in the repository's order.
    pub fn dns_policies(&self, class: ClassId) -> Vec<PolicyId> {
        let taken = self.policies_of(Direction::Egress, class).iter().copied();
        let mut policies: Vec<_> = taken.chain(self.mendable_policies(class)).collect();
        policies.sort_unstable();
        policies
    }

    /// The refused policies for egress that certainly select a class and whose egress rules are sound.
    fn mendable_policies(&self, class: ClassId) -> impl Iterator<Item = PolicyId> {
        let namespace = self.cluster.class(class).and_then(|info| self.cluster.namespace(info.namespace));
        let ids = namespace.map_or(&[][..], |info| &info.policies).iter().copied();
        ids.filter(move |id| {
            self.cluster.policy(*id).is_some_and(|policy| {
                policy.policy.refused
                    && policy.affects(Direction::Egress)
                    && policy.subject.certain.contains(class.0)
                    && policy.policy.egress.rules.iter().all(Rule::is_sound)
            })
        })
    }

    /// What one policy lets out to DNS.
    fn dns_access(&self, id: PolicyId) -> DnsAccess {
        let compute = || {
            self.cluster.policy(id).map_or_else(DnsAccess::default, |policy| {
                let rules = policy.policy.egress.rules.iter();
                rules.fold(DnsAccess::default(), |sum, rule| sum.or(self.rule_dns_access(policy, rule)))
            })
        };
        self.dns.get(id.index()).map_or_else(compute, |cell| *cell.get_or_init(compute))
    }

    fn rule_dns_access(&self, policy: &PolicyInfo<'_>, rule: &Rule) -> DnsAccess {
        let mut access = DnsAccess::default();
        for server in servers() {
            if self.lets_out_to(rule, policy.namespace, server) || names_addresses(rule) {
                access = access.or(DnsAccess {
                    udp: lets_out(rule, server, Protocol::Udp),
                    tcp: lets_out(rule, server, Protocol::Tcp),
                });
            }
        }
        access
    }

    /// Whether a peer of a policy in `own` names the cluster's DNS servers by their own labels, in a namespace that
    /// may well be theirs.
    pub fn names_dns(&self, own: NamespaceId, peer: &Peer) -> bool {
        let by_labels = matches!(peer, Peer::Pods { pods: Some(pods), .. } if !pods.is_everything());
        by_labels && servers().iter().any(|server| self.may_be(peer, own, server))
    }

    /// Whether a named port of a rule of a policy in `own` is one of the cluster's DNS servers, to which the rule lets
    /// out.
    pub fn resolves_at_dns(&self, own: NamespaceId, rule: &Rule, protocol: Protocol, name: &str) -> bool {
        servers().iter().any(|server| {
            server.ports.iter().any(|(of, known, _)| *of == protocol && known == name)
                && self.lets_out_to(rule, own, server)
        })
    }

    fn lets_out_to(&self, rule: &Rule, own: NamespaceId, server: &ForeignPod) -> bool {
        rule.peers.as_ref().is_none_or(|peers| peers.iter().any(|peer| self.may_be(peer, own, server)))
    }

    fn may_be(&self, peer: &Peer, own: NamespaceId, server: &ForeignPod) -> bool {
        self.peer_match(peer, own, Endpoint::Pod(server)) == Match::Yes
            || selects_by_other_labels(peer, server)
    }
}

fn names_addresses(rule: &Rule) -> bool {
    rule.peers.iter().flatten().any(|peer| matches!(peer, Peer::Block(_)))
}

/// Whether the peer selects the server's namespace by labels that the repository doesn't show, so that it may well
/// mean the server: nobody declares `kube-system` to find out.
fn selects_by_other_labels(peer: &Peer, server: &ForeignPod) -> bool {
    match peer {
        Peer::Pods { namespaces: Some(namespaces), pods } => {
            let hidden = namespaces.requirements().iter().all(|requirement| requirement.key != NAME_LABEL);
            hidden && pods.as_ref().is_none_or(|pods| pods.matches(&server.labels))
        }
        _ => false,
    }
}

fn lets_out(rule: &Rule, server: &ForeignPod, protocol: Protocol) -> bool {
    let Some(ports) = &rule.ports else { return true };
    let numbers = || server.ports.iter().filter(|(of, ..)| *of == protocol).map(|(_, _, number)| *number);
    ports.iter().any(|port| match port {
        Port::Range { protocol: of, first, last } => {
            *of == protocol && numbers().any(|number| (*first..=*last).contains(&number))
        }
        Port::Named { protocol: of, name } => {
            *of == protocol && server.ports.iter().any(|(of, known, _)| *of == protocol && known == name)
        }
        Port::Invalid => false,
    })
}

/// The well-known places of DNS servers.
fn servers() -> &'static [ForeignPod; 2] {
    static SERVERS: LazyLock<[ForeignPod; 2]> = LazyLock::new(well_known);
    &SERVERS
}

fn well_known() -> [ForeignPod; 2] {
    let pod = |namespace: &str, labels: &[(&str, &str)], port: u16| ForeignPod {
        namespace: namespace.to_owned(),
        namespace_labels: labels_of(&[(NAME_LABEL, namespace)]),
        labels: labels_of(labels),
        ports: vec![(Protocol::Udp, "dns".to_owned(), port), (Protocol::Tcp, "dns-tcp".to_owned(), port)],
        ..ForeignPod::default()
    };
    [
        pod("kube-system", &[("k8s-app", "kube-dns")], 53),
        pod("openshift-dns", &[("dns.operator.openshift.io/daemonset-dns", "default")], 5353),
    ]
}

fn labels_of(pairs: &[(&str, &str)]) -> Labels {
    let mut labels = Labels::default();
    for (key, value) in pairs {
        labels.insert(*key, *value);
    }
    labels
}
