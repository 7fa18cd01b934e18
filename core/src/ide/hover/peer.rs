//! Peers and selectors in words.

use super::{Member, Section, SectionKind, Snapshot, selected_now, workloads};
use crate::cluster::{NamespaceId, PolicyInfo, named_namespaces};
use crate::engine::{Openness, selectors_openness};
use crate::model::{Direction, IpBlock, Peer, Rule};
use crate::rules::wording;
use crate::sets::LabelSelector;

/// A rule of a NetworkPolicy, and whose it is.
#[derive(Clone, Copy)]
pub(super) struct RuleAt<'c> {
    pub(super) policy: &'c PolicyInfo<'c>,
    pub(super) direction: Direction,
    pub(super) rule: &'c Rule,
}

/// What is to be said of one peer of a rule.
pub(super) fn sections<'c>(
    snapshot: &Snapshot<'_, 'c>,
    at: RuleAt<'c>,
    index: usize,
) -> Option<Vec<Section>> {
    let all = at.rule.peers.as_deref()?;
    let peer = all.get(index)?;
    let own = at.policy.namespace;
    let mut sections =
        vec![Section::new(SectionKind::Meaning, words(peer, snapshot.cluster().namespace_name(own)))];
    match peer {
        Peer::Pods { namespaces, pods } => {
            if namespaces.is_some() && pods.as_ref().is_some_and(|pods| !pods.is_everything()) {
                let text = "`namespaceSelector` **and** `podSelector` of one item must both match";
                sections.push(Section::new(SectionKind::Note, text));
            }
            sections.extend(namespaces.as_ref().map(|selector| namespaces_now(snapshot, selector)));
            let now = snapshot.engine().pod_peers(own, namespaces.as_ref(), pods.as_ref());
            sections.push(selected_now(snapshot, &now.selection, "selects"));
            sections.push(future(snapshot, own, namespaces.as_ref(), pods.as_ref()));
        }
        Peer::Block(block) => sections.extend(block_sections(block, None)),
        Peer::Invalid => {
            let text = "the API server refuses this peer, and the policy with it";
            sections.push(Section::new(SectionKind::Note, text));
        }
    }
    if all.len() > 1 {
        let text = format!(
            "this is one of {} peers of the rule: a connection needs to match only **one** of them",
            all.len()
        );
        sections.push(Section::new(SectionKind::Note, text));
    }
    sections.extend(surplus(snapshot, at));
    Some(sections)
}

/// How much of what a rule grants nothing uses.
pub(super) fn surplus<'c>(snapshot: &Snapshot<'_, 'c>, at: RuleAt<'c>) -> Option<Section> {
    let share = snapshot.engine().grant(at.direction, at.policy, at.rule).surplus()?;
    let percent = (share * 100.0).round();
    (percent > 0.0).then(|| {
        let text = format!("nothing uses {percent:.0} % of the (peer, port) pairs that the rule grants");
        Section::new(SectionKind::Note, text)
    })
}

/// A peer as a person would say it; `own` is the policy's namespace.
pub(super) fn words(peer: &Peer, own: &str) -> String {
    match peer {
        Peer::Pods { namespaces: None, pods } => {
            format!("{} of namespace `{own}`", pods_words(pods.as_ref()))
        }
        Peer::Pods { namespaces: Some(namespaces), pods } => {
            format!("{} of {}", pods_words(pods.as_ref()), namespaces_words(namespaces))
        }
        Peer::Block(block) if block.except.is_empty() => format!("addresses in `{}`", block.cidr),
        Peer::Block(block) => {
            let holes: Vec<String> = block.except.iter().map(|hole| format!("`{hole}`")).collect();
            format!("addresses in `{}` except {}", block.cidr, holes.join(", "))
        }
        Peer::Invalid => "no valid peer".to_owned(),
    }
}

/// `every Pod`, or `Pods with …`.
pub(super) fn pods_words(pods: Option<&LabelSelector>) -> String {
    match pods.filter(|pods| !pods.is_everything()) {
        Some(pods) => format!("Pods with `{pods}`"),
        None => "every Pod".to_owned(),
    }
}

/// Namespaces as a selector asks for them.
pub(super) fn namespaces_words(selector: &LabelSelector) -> String {
    match named_namespaces(selector) {
        Some([name]) => format!("namespace `{name}`"),
        Some(names) => format!("namespaces {}", wording::names(names, names.len())),
        None if selector.is_everything() => "every namespace".to_owned(),
        None => format!("the namespaces with `{selector}`"),
    }
}

/// The namespaces that a selector selects today, each with its workloads.
pub(super) fn namespaces_now(snapshot: &Snapshot<'_, '_>, selector: &LabelSelector) -> Section {
    let cluster = snapshot.cluster();
    let ids = cluster.select_namespaces(selector);
    let text = match ids.len() {
        0 => "no namespace of the repository is selected".to_owned(),
        count => format!("{} selected", wording::count(count, "is", "are")),
    };
    let members = ids.iter().filter_map(|id| cluster.namespace(*id)).map(|info| Member {
        name: info.name.to_string(),
        note: workloads(info.workloads.len()),
        location: info.object.map(|object| snapshot.place_of(object, "")),
    });
    Section::new(SectionKind::Namespaces, text).with(members)
}

/// Whom a peer would select beyond the Pods of today.
pub(super) fn future(
    snapshot: &Snapshot<'_, '_>,
    own: NamespaceId,
    namespaces: Option<&LabelSelector>,
    pods: Option<&LabelSelector>,
) -> Section {
    let all_pods = pods.is_none_or(LabelSelector::is_everything);
    let openness = match namespaces {
        Some(namespaces) => selectors_openness(namespaces, pods),
        None if all_pods => Openness::NamespaceWide,
        None => Openness::Exact,
    };
    let place = match namespaces {
        None => format!("namespace `{}`", snapshot.cluster().namespace_name(own)),
        Some(selector) if selector.is_everything() => "any namespace, also those to come".to_owned(),
        Some(selector) => match named_namespaces(selector) {
            Some(names) => wording::names(names, 3),
            None => format!("any namespace that has `{selector}` by then"),
        },
    };
    let text = match all_pods {
        true => format!("every Pod that anybody deploys to {place}"),
        false => format!("Pods that get these labels in {place}"),
    };
    Section::new(SectionKind::Future, format!("{text} ({})", openness.name()))
}

/// What a block of addresses covers; `hole` is the exception that is asked about.
pub(super) fn block_sections(block: &IpBlock, hole: Option<usize>) -> Vec<Section> {
    let size = |net: &ipnet::IpNet| format!("{} ({} to {})", addresses(net), net.network(), net.broadcast());
    let mut sections = Vec::new();
    if let Some(net) = hole.and_then(|hole| block.except.get(hole)) {
        let text = format!("`{net}` is left out of `{}`: {}", block.cidr, size(net));
        sections.push(Section::new(SectionKind::Addresses, text));
        return sections;
    }
    sections.push(Section::new(SectionKind::Addresses, size(&block.cidr)));
    if !block.except.is_empty() {
        let left = block.addresses().to_cidrs();
        let text =
            format!("without the exceptions {} left", wording::count(left.len(), "block is", "blocks are"));
        let member =
            |net: &ipnet::IpNet| Member { name: net.to_string(), note: addresses(net), location: None };
        sections.push(Section::new(SectionKind::Now, text).with(left.iter().map(member)));
    }
    if block.host_bits {
        let text = format!(
            "the address that is written has bits beyond its prefix; what counts is `{}`",
            block.cidr
        );
        sections.push(Section::new(SectionKind::Note, text));
    }
    if block.cidr.prefix_len() == 0 {
        let family = if block.cidr.addr().is_ipv4() { "IPv4" } else { "IPv6" };
        sections.push(Section::new(
            SectionKind::Note,
            format!("this is every {family} address, the internet included"),
        ));
    }
    let text = "whether blocks match the addresses of Pods is up to the network plugin";
    sections.push(Section::new(SectionKind::Note, text));
    sections
}

/// `256 addresses`.
fn addresses(net: &ipnet::IpNet) -> String {
    match net.max_prefix_len() - net.prefix_len() {
        0 => "1 address".to_owned(),
        bits @ 1..=32 => format!("{} addresses", thousands(1u64 << bits)),
        bits => format!("2^{bits} addresses"),
    }
}

/// A number with a comma after each three digits.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_counted() {
        let net = |text: &str| addresses(&text.parse().unwrap());
        assert_eq!(net("10.0.0.0/8"), "16,777,216 addresses");
        assert_eq!(net("192.0.2.1/32"), "1 address");
        assert_eq!(net("fd00::/64"), "2^64 addresses");
        assert_eq!(net("0.0.0.0/0"), "4,294,967,296 addresses");
    }
}
