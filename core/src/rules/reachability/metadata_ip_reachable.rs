//! # What it checks
//!
//! No egress rule lets Pods reach a metadata address on TCP port 80: 169.254.169.254 and fd00:ec2::254 (AWS, Azure,
//! Google Cloud), 169.254.170.2 (ECS tasks), 169.254.170.23 (EKS Pod identity), 100.100.100.200 (Alibaba Cloud).
//!
//! An address that cluster-wide policies of the Admin tier deny to all these Pods is not reported.
//!
//! # Why
//!
//! The metadata service hands out the node's credentials to whoever asks. A rule for "the internet" includes it
//! unless it is excepted.
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
//!     - ipBlock: {cidr: 0.0.0.0/0}
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
//!     - ipBlock:
//!         cidr: 0.0.0.0/0
//!         except: [169.254.0.0/16, 100.100.100.200/32]
//! ```
//!
//! # Fix
//!
//! Excepts the addresses in each block that holds them. Where the rule has no `to`, the suggestion writes one for every
//! Pod and every address but these.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value, json};

use crate::cluster::ClassId;
use crate::diagnostics::{Diagnostic, Fix, Safety, Severity};
use crate::engine::Endpoint;
use crate::model::{Direction, Peer};
use crate::rules::peers::{self, RuleSite};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet, edits, wording, world};
use crate::sets::Protocol;
use crate::yaml::edit;

pub(crate) static RULE: Rule = Rule {
    name: "metadata-ip-reachable",
    group: Group::Reachability,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::ChangesTraffic,
    summary: "a policy lets Pods out to the cloud's metadata service",
    options: &[],
    check: Check::Cluster(check),
};

/// The metadata addresses of the large clouds.
const ADDRESSES: [&str; 5] =
    ["169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "fd00:ec2::254"];

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let metadata: Vec<IpAddr> = ADDRESSES.iter().filter_map(|address| address.parse().ok()).collect();
    for site in peers::rules(cx).filter(|site| site.direction == Direction::Egress) {
        if site.policy.subject.certain.is_empty() || !site.rule.numbers().contains(Protocol::Tcp, 80) {
            continue;
        }
        let allowed = world::addresses(site.rule);
        let opened = metadata.iter().filter(|address| allowed.contains(**address));
        let reached: Vec<_> = opened.filter(|address| is_left(cx, &site, **address)).collect();
        if !reached.is_empty() {
            let finding = finding(&site, &reached, report);
            report.push(finding);
        }
    }
}

/// Whether cluster-wide policies leave the address to some Pod that the policy selects.
fn is_left(cx: &Context<'_>, site: &RuleSite<'_>, address: IpAddr) -> bool {
    let mut classes = site.policy.subject.certain.iter().map(ClassId);
    cx.cluster.admin.is_empty()
        || classes.any(|class| {
            let [widest, _] = cx.engine.before_policies(Direction::Egress, class, Endpoint::Address(address));
            widest.possible.contains(Protocol::Tcp, 80)
        })
}

fn finding(site: &RuleSite<'_>, reached: &[&IpAddr], report: &Reporter<'_>) -> Diagnostic {
    let names: Vec<_> = reached.iter().map(ToString::to_string).collect();
    let message = format!(
        "policy `{}` lets Pods out to the cloud's metadata service at {}",
        site.policy.name,
        wording::names(&names, 5)
    );
    let finding = world::finding(site, message, report);
    if site.rule.peers.is_none() {
        return finding
            .help("list what is needed under `to`, or the world without these addresses")
            .fix(all_but(site, reached, report));
    }
    finding.help("except these addresses").fix(except(site, reached, report))
}

/// Each block that holds one of the addresses excepts it.
fn except(site: &RuleSite<'_>, reached: &[&IpAddr], report: &Reporter<'_>) -> Fix {
    let object = site.policy.object;
    let mut fix = Fix {
        title: "except the metadata addresses".to_owned(),
        safety: Safety::ChangesTraffic,
        edits: Vec::new(),
    };
    for (i, peer) in site.rule.peers.iter().flatten().enumerate() {
        let Peer::Block(block) = peer else { continue };
        let inside = reached.iter().filter(|address| block.contains(***address));
        let holes: Vec<_> = inside.map(|address| hole(**address)).collect();
        if holes.is_empty() {
            continue;
        }
        let field = format!("{}.to[{i}].ipBlock", site.field);
        let added = edits::fix(report, object, "", Safety::ChangesTraffic, |node| {
            let node = node.at(&field)?;
            match node.get("except") {
                Some(list) if list.items().next().is_some() => edit::append_items(list, &holes),
                Some(list) => edit::replace_with(list, &Value::Array(holes)),
                None => edit::insert_entry(node, "except", &Value::Array(holes), Some("cidr")),
            }
        });
        fix.edits.extend(added.edits);
    }
    fix
}

/// A `to` for everybody but the addresses: every Pod, and each family without its holes.
fn all_but(site: &RuleSite<'_>, reached: &[&IpAddr], report: &Reporter<'_>) -> Fix {
    let without = |cidr: &str, is_family: fn(&IpAddr) -> bool| {
        let holes: Vec<_> = reached.iter().filter(|ip| is_family(ip)).map(|ip| hole(**ip)).collect();
        json!({"ipBlock": {"cidr": cidr, "except": holes}})
    };
    let peers = json!([
        {"namespaceSelector": {}},
        without("0.0.0.0/0", IpAddr::is_ipv4),
        without("::/0", IpAddr::is_ipv6),
    ]);
    let title = "let Pods out to everybody but the metadata addresses";
    edits::fix(report, site.policy.object, title, Safety::Suggestion, |node| {
        let rule = node.at(&site.field)?;
        match rule.get("to") {
            Some(empty) => edit::replace_with(empty, &peers),
            None => edit::insert_entry(rule, "to", &peers, None),
        }
    })
}

/// One address, as an entry of `except`.
fn hole(address: IpAddr) -> Value {
    json!(IpNet::from(address).to_string())
}
