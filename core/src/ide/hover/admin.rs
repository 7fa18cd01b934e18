//! Cluster-wide policies: whom they apply to, and what their rules do.

use super::policy::kind_of;
use super::{Member, Section, SectionKind, Snapshot, peer, selected_now};
use crate::cluster::{AdminInfo, ObjectId};
use crate::ide::place::{self, Place};
use crate::ide::spot::Step;
use crate::model::{AdminPeer, AdminPort, AdminRule, Direction, PodScope, Tier};
use crate::rules::wording;

/// What is to be said of a place in a cluster-wide policy.
pub(super) fn sections(
    snapshot: &Snapshot<'_, '_>,
    object: ObjectId,
    steps: &[Step<'_>],
) -> Option<Vec<Section>> {
    let info = snapshot.cluster().admin.iter().find(|info| info.object == object)?;
    let at = |direction: Direction, rule: usize| info.policy.rules(direction).get(rule);
    match place::of_policy(steps) {
        Place::Object => Some(whole(snapshot, info)),
        Place::Subject => Some(subject(snapshot, info)),
        Place::Half(direction) => Some(vec![half(info, direction)]),
        Place::Rule(direction, index) => Some(vec![rule(at(direction, index)?, direction)]),
        Place::Peer(direction, rule, peer) | Place::Block(direction, rule, peer, _) => {
            peer_sections(snapshot, at(direction, rule)?.peers.get(peer)?)
        }
        Place::Ports(direction, rule, _) => {
            Some(vec![Section::new(SectionKind::Ports, ports(at(direction, rule)?))])
        }
        Place::Namespace | Place::Types | Place::Other => None,
    }
}

fn whole(snapshot: &Snapshot<'_, '_>, info: &AdminInfo<'_>) -> Vec<Section> {
    let policy = info.policy;
    let order = match policy.tier {
        Tier::Admin => format!("asked before every NetworkPolicy, with priority {}", policy.priority),
        Tier::Baseline => "asked for Pods that no NetworkPolicy selects".to_owned(),
    };
    let who = policy.subject.as_ref().map_or_else(|| "an invalid subject".to_owned(), scope_words);
    let text = format!("{} applies to {who}; it is {order}", snapshot.scene.object_title(info.object));
    let mut sections = vec![Section::new(SectionKind::Meaning, text)];
    if policy.refused {
        let text = "the API server refuses it; what depends on it is unknown";
        sections.push(Section::new(SectionKind::Note, text));
    }
    sections.push(selected_now(snapshot, &info.subject, "applies to"));
    sections.extend(Direction::BOTH.map(|direction| half(info, direction)));
    sections
}

fn subject(snapshot: &Snapshot<'_, '_>, info: &AdminInfo<'_>) -> Vec<Section> {
    let Some(scope) = &info.policy.subject else {
        let text = "the API server refuses this subject, and the policy with it";
        return vec![Section::new(SectionKind::Note, text)];
    };
    scope_sections(snapshot, scope, |now| selected_now(snapshot, now, "selects"), &info.subject)
}

fn scope_sections(
    snapshot: &Snapshot<'_, '_>,
    scope: &PodScope,
    show: impl Fn(&crate::cluster::Selection) -> Section,
    now: &crate::cluster::Selection,
) -> Vec<Section> {
    vec![
        Section::new(SectionKind::Meaning, scope_words(scope)),
        peer::namespaces_now(snapshot, &scope.namespaces),
        show(now),
        peer::future(snapshot, crate::cluster::NamespaceId(0), Some(&scope.namespaces), scope.pods.as_ref()),
    ]
}

fn scope_words(scope: &PodScope) -> String {
    format!("{} of {}", peer::pods_words(scope.pods.as_ref()), peer::namespaces_words(&scope.namespaces))
}

fn half(info: &AdminInfo<'_>, direction: Direction) -> Section {
    let rules = info.policy.rules(direction);
    let text = match rules.len() {
        0 => "the policy says nothing about this direction".to_owned(),
        count => {
            format!("{}, of which the first that matches decides", wording::count(count, "rule", "rules"))
        }
    };
    let member = |(index, found): (usize, &AdminRule)| Member {
        name: found.name.clone().unwrap_or_else(|| format!("rule {}", index + 1)),
        note: rule_words(found, direction),
        location: None,
    };
    Section::new(kind_of(direction), text).with(rules.iter().enumerate().map(member))
}

fn rule(rule: &AdminRule, direction: Direction) -> Section {
    Section::new(SectionKind::Meaning, rule_words(rule, direction))
}

fn rule_words(rule: &AdminRule, direction: Direction) -> String {
    let peers: Vec<String> = rule.peers.iter().map(peer_words).collect();
    let way = match direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    };
    format!("{}s connections {way} {}; on {}", verb(rule), peers.join(" **or** "), ports(rule))
}

/// `accept`, `deny` or `passe`, for an `s` to follow.
fn verb(rule: &AdminRule) -> &'static str {
    match rule.action {
        crate::model::Action::Accept => "accept",
        crate::model::Action::Deny => "denie",
        crate::model::Action::Pass => "passe",
    }
}

fn peer_words(peer: &AdminPeer) -> String {
    match peer {
        AdminPeer::Pods(scope) => scope_words(scope),
        AdminPeer::Nodes(selector) if selector.is_everything() => "every node".to_owned(),
        AdminPeer::Nodes(selector) => format!("nodes with `{selector}`"),
        AdminPeer::Networks(nets) => {
            let names: Vec<String> = nets.iter().map(ToString::to_string).collect();
            format!("addresses in {}", wording::names(&names, 5))
        }
        AdminPeer::DomainNames(names) => format!("hosts called {}", wording::names(names, 5)),
        AdminPeer::Unknown => "a peer of a newer version of the API".to_owned(),
    }
}

fn peer_sections(snapshot: &Snapshot<'_, '_>, peer: &AdminPeer) -> Option<Vec<Section>> {
    let AdminPeer::Pods(scope) = peer else {
        return Some(vec![Section::new(SectionKind::Meaning, peer_words(peer))]);
    };
    let now = snapshot.cluster().select_scope(scope);
    Some(scope_sections(snapshot, scope, |now| selected_now(snapshot, now, "selects"), &now))
}

fn ports(rule: &AdminRule) -> String {
    let Some(ports) = &rule.ports else { return "every port of every protocol, as none is named".to_owned() };
    let words = ports.iter().map(|port| match port {
        AdminPort::Range { protocol, first: 1, last: u16::MAX } => format!("every port of {protocol}"),
        AdminPort::Range { protocol, first, last } if first == last => format!("{protocol} {first}"),
        AdminPort::Range { protocol, first, last } => format!("{protocol} {first} to {last}"),
        AdminPort::Named(name) => format!("the container port that is called `{name}` at the destination"),
        AdminPort::Unknown => "a port of a newer version of the API".to_owned(),
    });
    words.collect::<Vec<_>>().join(", ")
}
