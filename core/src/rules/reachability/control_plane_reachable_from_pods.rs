//! # What it checks
//!
//! No egress rule with blocks, or without `to`, lets Pods out to private addresses (RFC 1918, RFC 6598, RFC 4193) on
//! the ports of etcd (TCP 2379 and 2380) or of kubelets (TCP 10250 and 10255), unless it names single hosts.
//!
//! A rule for the world on every port is a matter of world-open-egress, a rule without `ports` for blocks of /16 and
//! smaller one of all-ports-allowed. Ports that cluster-wide policies of the Admin tier deny, at these addresses or at
//! every node, are not reported. Pods without egress isolation are a matter of pod-not-covered-egress.
//!
//! # Why
//!
//! Nodes have private addresses. Who reaches etcd reads every Secret, and who reaches a kubelet may run commands in
//! every Pod of its node; only a credential stands between. Pods have no need of either.
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Egress]
//!   egress:
//!   - to:
//!     - ipBlock: {cidr: 10.0.0.0/8}
//!     ports: [{port: 1024, endPort: 32767}]
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! spec: {containers: [{name: web, image: "web:1"}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Egress]
//!   egress:
//!   - to:
//!     - ipBlock: {cidr: 10.0.0.0/8}
//!     ports: [{port: 5432}]
//! ```
//!
//! # Options
//!
//! `exemptNamespaces` lists namespaces whose policies are not reported: by default those of the cluster's own
//! components, `kube-system`, `kube-public` and `kube-node-lease`.

use std::sync::LazyLock;

use crate::cluster::ClassId;
use crate::diagnostics::Severity;
use crate::engine::Endpoint;
use crate::model::{AdminPeer, Direction, Tier};
use crate::rules::peers::{self, RuleSite};
use crate::rules::uncovered::EXEMPT_NAMESPACES;
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, tiers, world};
use crate::sets::{AddressSet, Protocol};

pub(crate) static RULE: Rule = Rule {
    name: "control-plane-reachable-from-pods",
    group: Group::Reachability,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a policy lets Pods out to etcd or to kubelets",
    options: EXEMPT_NAMESPACES,
    check: Check::Cluster(check),
};

/// The ports that only the cluster's own components need to reach.
const PORTS: [(u16, &str); 4] =
    [(2379, "etcd"), (2380, "etcd"), (10250, "the kubelet"), (10255, "the kubelet")];

/// Where nodes have their addresses (RFC 1918, RFC 6598, RFC 4193).
static PRIVATE: LazyLock<AddressSet> = LazyLock::new(|| {
    world::ranges(&["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"])
});

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let exempt = cx.strings("exemptNamespaces");
    for site in peers::rules(cx).filter(|site| site.direction == Direction::Egress) {
        let namespace = cx.cluster.namespace_name(site.policy.namespace);
        if site.policy.policy.refused || exempt.iter().any(|name| name == namespace) || is_told(&site) {
            continue;
        }
        let addresses = world::addresses(site.rule).intersect(&PRIVATE);
        if is_narrow(&addresses) {
            continue;
        }
        let numbers = site.rule.numbers();
        let opened = PORTS.into_iter().filter(|(port, _)| numbers.contains(Protocol::Tcp, *port));
        let left: Vec<_> = opened.filter(|(port, _)| is_left(cx, &site, &addresses, *port)).collect();
        if !left.is_empty() {
            let names: Vec<_> = left.iter().map(|(port, who)| format!("{who} (TCP {port})")).collect();
            let message = format!(
                "policy `{}` lets Pods out to private addresses on ports of the control plane: {}",
                site.policy.name,
                names.join(", ")
            );
            let finding = world::finding(&site, message, report);
            let finding = tiers::limits(cx, &site, finding, report)
                .help("name only the ports that are needed, or list the nodes' range in `except`");
            report.push(finding);
        }
    }
}

/// Whether another rule tells of it: `world-open-egress` where the world is open on every port, and
/// `all-ports-allowed` where a few addresses are.
fn is_told(site: &RuleSite<'_>) -> bool {
    let blocks = world::addresses(site.rule);
    let all_ports = site.rule.numbers().ports(Protocol::Tcp).is_all();
    all_ports && (world::is_world(site.rule) || (site.rule.ports.is_none() && !world::is_broad(&blocks)))
}

/// No address, or a single host of each family.
fn is_narrow(addresses: &AddressSet) -> bool {
    addresses.to_cidrs().iter().all(|cidr| cidr.prefix_len() == cidr.max_prefix_len())
}

/// Whether cluster-wide policies leave the port at some of the addresses, nodes among them, to some of the Pods.
fn is_left(cx: &Context<'_>, site: &RuleSite<'_>, addresses: &AddressSet, port: u16) -> bool {
    let mut subjects = site.policy.subject.certain.iter().map(ClassId);
    if cx.cluster.admin.is_empty() {
        return subjects.next().is_some();
    }
    let atoms: Vec<_> = cx
        .engine
        .reach()
        .atoms()
        .filter_map(|(_, atom)| atom.intersect(addresses).ranges().next().map(|(low, _)| low))
        .collect();
    subjects.any(|class| {
        let mut ends = atoms.iter().map(|address| Endpoint::Address(*address));
        !nodes_are_denied(cx, class, port)
            && ends.any(|end| {
                let [widest, _] = cx.engine.before_policies(Direction::Egress, class, end);
                widest.possible.contains(Protocol::Tcp, port)
            })
    })
}

/// Whether a rule of the Admin tier denies the port at every node.
fn nodes_are_denied(cx: &Context<'_>, class: ClassId, port: u16) -> bool {
    let rules = cx.engine.denying_rules(Direction::Egress, class, &[Tier::Admin]);
    rules.into_iter().any(|(policy, index)| {
        let Some(info) = cx.cluster.admin_policy(policy) else { return false };
        let rule = index.and_then(|index| info.policy.egress.get(index));
        rule.filter(|_| info.subject.certain.contains(class.0)).is_some_and(|rule| {
            let nodes = rule
                .peers
                .iter()
                .any(|peer| matches!(peer, AdminPeer::Nodes(selector) if selector.is_everything()));
            nodes && rule.numbers().contains(Protocol::Tcp, port)
        })
    })
}
