//! Rules that let the whole world through.

use std::sync::LazyLock;

use ipnet::IpNet;

use super::peers::{self, RuleSite};
use super::{Context, Reporter, tiers};
use crate::diagnostics::Diagnostic;
use crate::model::{Direction, Peer, Rule};
use crate::sets::AddressSet;

/// The rules of a direction that let everybody through, of policies that select something, as far as cluster-wide
/// policies leave anything of it.
pub(super) fn rules<'c>(cx: &Context<'c>, direction: Direction) -> impl Iterator<Item = RuleSite<'c>> {
    peers::rules(cx).filter(move |site| {
        site.direction == direction
            && is_world(site.rule)
            && !site.policy.subject.certain.is_empty()
            && tiers::leave_something(cx, site)
    })
}

/// Whether a rule has no peers, or blocks that together hold every public address of a family. Holes for private,
/// local and reserved ranges leave it as open as it was.
pub(super) fn is_world(rule: &Rule) -> bool {
    rule.peers.as_ref().is_none_or(|peers| {
        let has_block = peers.iter().any(|peer| matches!(peer, Peer::Block(_)));
        has_block && {
            let allowed = addresses(rule);
            PUBLIC_IPV4.is_subset(&allowed) || PUBLIC_IPV6.is_subset(&allowed)
        }
    })
}

/// The addresses that a rule's blocks hold; every address where it has no peers.
pub(super) fn addresses(rule: &Rule) -> AddressSet {
    let Some(peers) = &rule.peers else { return AddressSet::all() };
    let blocks = peers.iter().filter_map(|peer| match peer {
        Peer::Block(block) => Some(block.addresses()),
        _ => None,
    });
    blocks.fold(AddressSet::empty(), |sum, block| sum.union(&block))
}

/// Whether addresses hold a block that is more than one network: shorter than /16 for IPv4, and /32 for IPv6.
pub(super) fn is_broad(addresses: &AddressSet) -> bool {
    addresses.to_cidrs().iter().any(is_broad_cidr)
}

/// Whether a block is more than one network.
pub(super) fn is_broad_cidr(cidr: &IpNet) -> bool {
    cidr.prefix_len() < if cidr.addr().is_ipv4() { 16 } else { 32 }
}

/// The ranges that Pods usually have their addresses in: private and shared ones.
pub(super) fn pod_ranges() -> AddressSet {
    ranges(&["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"])
}

/// Where to point for a rule's peers: the list, or the rule where there is none.
pub(super) fn place(site: &RuleSite<'_>) -> String {
    match site.rule.peers {
        Some(_) => format!("{}.{}", site.field, site.direction.peers_field()),
        None => site.field.clone(),
    }
}

/// The start of a finding about a rule's peers.
pub(super) fn finding(site: &RuleSite<'_>, message: String, report: &Reporter<'_>) -> Diagnostic {
    let field = place(site);
    let mut finding = report.finding(site.policy.object, &field, message);
    if site.rule.peers.is_some() {
        finding.location = report.key_place(site.policy.object, &field);
        return finding;
    }
    finding.label(format!("no `{}` here: that means everybody", site.direction.peers_field()))
}

/// IPv4 without the ranges that no public host has: private, local, reserved and for documentation (RFC 6890, and
/// RFC 7526 for what was 6to4).
static PUBLIC_IPV4: LazyLock<AddressSet> = LazyLock::new(|| {
    AddressSet::all_ipv4().subtract(&ranges(&[
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    ]))
});

/// The global unicast addresses of IPv6 (RFC 4291), without those for protocols, documentation and 6to4.
static PUBLIC_IPV6: LazyLock<AddressSet> = LazyLock::new(|| {
    let special = ranges(&["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]);
    ranges(&["2000::/3"]).subtract(&special)
});

/// A set of addresses, as CIDRs.
pub(super) fn ranges(cidrs: &[&str]) -> AddressSet {
    cidrs.iter().filter_map(|cidr| cidr.parse::<IpNet>().ok()).collect()
}
