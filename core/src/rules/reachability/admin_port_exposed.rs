//! # What it checks
//!
//! No workload that policies isolate lets a wide peer in on a port of administration or of a database that its
//! containers declare or that a Service sends to. Wide are:
//!
//! - all Pods of another namespace, or Pods of all namespaces;
//! - addresses in blocks that are shorter than /16 (IPv4) or /32 (IPv6), and the world.
//!
//! It counts what all policies together let through, cluster-wide ones included. Workloads that nothing isolates are
//! a matter of pod-not-covered-ingress.
//!
//! The ports are TCP: SSH 22, Docker 2375 and 2376, etcd 2379 and 2380, the API server 6443, the kubelet 10250 and
//! 10255, the controller manager 10257, the scheduler 10259, the node exporter 9100; SQL Server 1433, Oracle 1521, MySQL
//! 3306, PostgreSQL 5432, CouchDB 5984, Redis 6379, Cassandra 9042, Elasticsearch 9200 and 9300, Memcached 11211,
//! MongoDB 27017 and CockroachDB 26257.
//!
//! # Why
//!
//! Who reaches such a port and has one credential, or needs none, has all the data or the node. The few clients that
//! need it can be named; a grant for a namespace is one for every Pod that anybody starts there.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: db, namespace: data, labels: {app: db}}
//! spec: {containers: [{name: db, image: "postgres:17", ports: [{containerPort: 5432}]}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: db, namespace: data}
//! spec:
//!   podSelector: {matchLabels: {app: db}}
//!   ingress:
//!   - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}]
//!     ports: [{port: 5432}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: db, namespace: data, labels: {app: db}}
//! spec: {containers: [{name: db, image: "postgres:17", ports: [{containerPort: 5432}]}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: db, namespace: data}
//! spec:
//!   podSelector: {matchLabels: {app: db}}
//!   ingress:
//!   - from:
//!     - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}
//!       podSelector: {matchLabels: {app: cart}}
//!     ports: [{port: 5432}]
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::cluster::{Class, ClassId, NamespaceId, WorkloadId, WorkloadInfo, named_namespaces};
use crate::diagnostics::{Diagnostic, Severity};
use crate::engine::{Endpoint, ForeignPod, Isolation, Match, Openness, PolicyRef, selectors_openness};
use crate::model::{Action, AdminPeer, AdminPort, Direction, Peer, Port, Rule as PolicyRule, Tier};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, tiers, wording, world};
use crate::sets::{ConnectionSet, LabelSelector, Protocol};

pub(crate) static RULE: Rule = Rule {
    name: "admin-port-exposed",
    group: Group::Reachability,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a port of administration or of a database that is open to a wide peer",
    options: &[],
    check: Check::Cluster(check),
};

/// The ports, all of TCP, with what listens there.
const PORTS: [(u16, &str); 23] = [
    (22, "SSH"),
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (2375, "Docker"),
    (2376, "Docker"),
    (2379, "etcd"),
    (2380, "etcd"),
    (3306, "MySQL"),
    (5432, "PostgreSQL"),
    (5984, "CouchDB"),
    (6379, "Redis"),
    (6443, "the API server"),
    (9042, "Cassandra"),
    (9100, "the node exporter"),
    (9200, "Elasticsearch"),
    (9300, "Elasticsearch"),
    (10250, "the kubelet"),
    (10255, "the kubelet"),
    (10257, "the controller manager"),
    (10259, "the scheduler"),
    (11211, "Memcached"),
    (26257, "CockroachDB"),
    (27017, "MongoDB"),
];

/// A wide peer of a rule.
struct Wide {
    /// Its index; none where it is no single one.
    peer: Option<usize>,
    /// Who that is, in words.
    who: String,
    /// Some of the Pods that it stands for.
    pods: Vec<ForeignPod>,
    /// One of the addresses.
    address: Option<IpAddr>,
}

/// A rule that lets a wide peer in.
struct Grant {
    policy: PolicyRef,
    rule: usize,
    wide: Wide,
}

impl Grant {
    fn field(&self) -> String {
        let peer = self.wide.peer.map_or_else(String::new, |peer| format!(".from[{peer}]"));
        format!("spec.ingress[{}]{peer}", self.rule)
    }
}

/// What is open at the Pods of a class.
#[derive(Default)]
struct Exposure {
    ports: BTreeSet<u16>,
    grants: Vec<Grant>,
}

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let mut known: BTreeMap<ClassId, Exposure> = BTreeMap::new();
    for (id, workload) in cx.cluster.workload_ids() {
        let exposure = known.entry(workload.class).or_insert_with(|| exposure(cx, workload.class));
        if !exposure.ports.is_empty() {
            let finding = finding(cx, id, workload, exposure, report);
            report.push(finding);
        }
    }
}

fn finding(
    cx: &Context<'_>,
    id: WorkloadId,
    workload: &WorkloadInfo<'_>,
    exposure: &Exposure,
    report: &Reporter<'_>,
) -> Diagnostic {
    let listening = PORTS.iter().filter(|(port, _)| exposure.ports.contains(port));
    let ports: Vec<_> = listening.map(|(port, what)| format!("{what} (TCP {port})")).collect();
    let who: BTreeSet<&str> = exposure.grants.iter().map(|grant| &*grant.wide.who).collect();
    let more = if who.len() > 2 { " and others" } else { "" };
    let who: Vec<_> = who.into_iter().take(2).collect();
    let message = format!(
        "`{}` is open on {} to {}{more}",
        cx.cluster.workload_name(id),
        ports.join(", "),
        who.join(" and "),
    );
    let mut finding = report.finding(workload.object, "", message);
    for grant in exposure.grants.iter().take(3) {
        let found = match grant.policy {
            PolicyRef::Network(id) => {
                cx.cluster.policy(id).map(|info| (info.object, format!("policy `{}`", info.name)))
            }
            PolicyRef::Admin(id) => {
                cx.cluster.admin_policy(id).map(|info| (info.object, tiers::name(cx, id)))
            }
        };
        if let Some((object, name)) = found {
            let part = format!("{name} lets {} in here", grant.wide.who);
            finding = finding.related(part, report.place(object, &grant.field()));
        }
    }
    finding.help("name the Pods that need the port, with a namespaceSelector and a podSelector in one peer")
}

/// What wide peers reach at the Pods of a class.
fn exposure(cx: &Context<'_>, id: ClassId) -> Exposure {
    let mut found = Exposure::default();
    let useful = cx.cluster.useful_ports(id).ports(Protocol::Tcp);
    let ports: Vec<u16> = PORTS.iter().map(|(port, _)| *port).filter(|port| useful.contains(*port)).collect();
    let isolation = cx.engine.isolation(Direction::Ingress, id);
    let Some(class) = cx.cluster.class(id).filter(|_| !ports.is_empty()) else { return found };
    if !matches!(isolation, Isolation::Isolated | Isolation::Denied(_)) {
        return found;
    }
    let grants = network_grants(cx, id, class, &ports);
    for grant in grants.into_iter().chain(admin_grants(cx, id, class, isolation, &ports)) {
        let pods = grant.wide.pods.iter().map(Endpoint::Pod);
        let ends = pods.chain(grant.wide.address.map(Endpoint::Address));
        let open = ends.fold(ConnectionSet::none(), |sum, end| sum.union(&lets_in(cx, id, &grant, end)));
        let open: Vec<u16> =
            ports.iter().copied().filter(|port| open.contains(Protocol::Tcp, *port)).collect();
        if !open.is_empty() {
            found.ports.extend(open);
            found.grants.push(grant);
        }
    }
    found
}

/// The connections that the rule of a grant matches, and that all policies together certainly let in.
fn lets_in(cx: &Context<'_>, class: ClassId, grant: &Grant, end: Endpoint<'_>) -> ConnectionSet {
    let walk = cx.engine.walk(Direction::Ingress, Endpoint::Class(class), end);
    let steps = walk.steps.iter().filter(|step| step.policy == grant.policy && step.selects == Match::Yes);
    let mut rules = steps.flat_map(|step| &step.rules);
    let rule = rules.find(|rule| rule.index == grant.rule && rule.peer == Match::Yes);
    rule.map(|rule| rule.ports.intersect(&walk.flow.certain)).unwrap_or_default()
}

fn network_grants(cx: &Context<'_>, id: ClassId, class: &Class<'_>, ports: &[u16]) -> Vec<Grant> {
    let mut grants = Vec::new();
    for policy in cx.engine.policies_of(Direction::Ingress, id) {
        let Some(info) = cx.cluster.policy(*policy) else { continue };
        for (rule, written) in info.policy.ingress.rules.iter().enumerate() {
            let by_name = written.ports.iter().flatten().any(|port| matches!(port, Port::Named { .. }));
            if by_name || opens(&written.numbers(), ports) {
                let wide = wide_peers(cx, class.namespace, written);
                let policy = PolicyRef::Network(*policy);
                grants.extend(wide.into_iter().map(|wide| Grant { policy, rule, wide }));
            }
        }
    }
    grants
}

/// What cluster-wide policies grant; those of the Baseline tier count where no NetworkPolicy isolates the class.
fn admin_grants(
    cx: &Context<'_>,
    id: ClassId,
    class: &Class<'_>,
    isolation: Isolation,
    ports: &[u16],
) -> Vec<Grant> {
    let mut grants = Vec::new();
    for (policy, info) in cx.cluster.admin_ids() {
        let is_asked = info.policy.tier == Tier::Admin || isolation != Isolation::Isolated;
        if info.policy.refused || !is_asked || !info.subject.certain.contains(id.0) {
            continue;
        }
        for (rule, written) in info.policy.ingress.iter().enumerate() {
            let by_name = written.ports.iter().flatten().any(|port| matches!(port, AdminPort::Named(_)));
            if written.action != Action::Accept || !(by_name || opens(&written.numbers(), ports)) {
                continue;
            }
            for (peer, scope) in written.peers.iter().enumerate() {
                let AdminPeer::Pods(scope) = scope else { continue };
                let wide = wide_pods(cx, class.namespace, (&scope.namespaces, scope.pods.as_ref()), peer);
                let policy = PolicyRef::Admin(policy);
                grants.extend(wide.map(|wide| Grant { policy, rule, wide }));
            }
        }
    }
    grants
}

fn opens(numbers: &ConnectionSet, ports: &[u16]) -> bool {
    ports.iter().any(|port| numbers.contains(Protocol::Tcp, *port))
}

/// The wide peers of a rule of a policy in `own`.
fn wide_peers(cx: &Context<'_>, own: NamespaceId, rule: &PolicyRule) -> Vec<Wide> {
    let addresses = world::addresses(rule);
    let who = match &rule.peers {
        None => "everybody".to_owned(),
        Some(_) if world::is_world(rule) => "the whole world".to_owned(),
        Some(_) => {
            let blocks = addresses.to_cidrs();
            let broad: Vec<_> = blocks.iter().filter(|cidr| world::is_broad_cidr(cidr)).collect();
            wording::names(&broad.iter().map(ToString::to_string).collect::<Vec<_>>(), 2)
        }
    };
    let address = addresses.ranges().next().map(|(low, _)| low).filter(|_| world::is_broad(&addresses));
    let pods = match rule.peers {
        None => cx.engine.strangers(&LabelSelector::everything(), None, Some(own)),
        Some(_) => Vec::new(),
    };
    let by_address = address.map(|address| Wide { peer: None, who, pods, address: Some(address) });
    let peers = rule.peers.iter().flatten().enumerate();
    let by_labels = peers.filter_map(|(index, peer)| match peer {
        Peer::Pods { namespaces: Some(namespaces), pods } => {
            wide_pods(cx, own, (namespaces, pods.as_ref()), index)
        }
        _ => None,
    });
    by_address.into_iter().chain(by_labels).collect()
}

/// The peer with these selectors, if it is every Pod of another namespace, or Pods of all.
fn wide_pods(
    cx: &Context<'_>,
    own: NamespaceId,
    (namespaces, pods): (&LabelSelector, Option<&LabelSelector>),
    index: usize,
) -> Option<Wide> {
    if selectors_openness(namespaces, pods) < Openness::NamespaceWide {
        return None;
    }
    let which = match named_namespaces(namespaces) {
        Some(names) => {
            let own = cx.cluster.namespace_name(own);
            let others: Vec<_> = names.iter().filter(|name| *name != own).collect();
            if others.is_empty() {
                return None;
            }
            format!("namespace {}", wording::names(&others, 2))
        }
        None if namespaces.is_everything() => "all namespaces".to_owned(),
        None => format!("namespaces with `{namespaces}`"),
    };
    let who = match pods.filter(|pods| !pods.is_everything()) {
        Some(pods) => format!("Pods with `{pods}` of {which}"),
        None => format!("every Pod of {which}"),
    };
    let pods = cx.engine.strangers(namespaces, pods, Some(own));
    (!pods.is_empty()).then_some(Wide { peer: Some(index), who, pods, address: None })
}
