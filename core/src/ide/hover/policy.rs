//! NetworkPolicies: whom they isolate, whom they let in and out.

use super::peer::{self, RuleAt};
use super::{Section, SectionKind, Snapshot, ports, selected_now, workloads};
use crate::cluster::{NamespaceSource, ObjectId, PolicyInfo};
use crate::engine::Engine;
use crate::ide::place::{self, Place};
use crate::ide::spot::Step;
use crate::model::{Direction, Rule};
use crate::rules::wording;
use crate::sets::{AddressSet, IdSet};
use crate::workspace::addresses_name;

/// So many blocks of addresses and one more are named.
const FEW_BLOCKS: usize = 3;

/// What is to be said of a place in a NetworkPolicy.
pub(super) fn sections(
    snapshot: &Snapshot<'_, '_>,
    object: ObjectId,
    steps: &[Step<'_>],
) -> Option<Vec<Section>> {
    let policy = snapshot.cluster().policies.iter().find(|policy| policy.object == object)?;
    let at = |direction, index| {
        let rule = policy.policy.half(direction).rules.get(index)?;
        Some(RuleAt { policy, direction, rule })
    };
    match place::of_policy(steps) {
        Place::Object => Some(whole(snapshot, policy)),
        Place::Namespace => namespace(snapshot, policy),
        Place::Types => Some(types(snapshot, policy)),
        Place::Subject => Some(subject(snapshot, policy)),
        Place::Half(direction) => Some(vec![half(snapshot, policy, direction)]),
        Place::Rule(direction, rule) => Some(self::rule(snapshot, at(direction, rule)?)),
        Place::Peer(direction, rule, peer) => peer::sections(snapshot, at(direction, rule)?, peer),
        Place::Block(direction, rule, peer, hole) => {
            let at = at(direction, rule)?;
            match (at.rule.peers.as_ref()?.get(peer)?, hole) {
                (crate::model::Peer::Block(block), Some(hole)) => {
                    Some(peer::block_sections(block, Some(hole)))
                }
                _ => peer::sections(snapshot, at, peer),
            }
        }
        Place::Ports(direction, rule, port) => ports::sections(snapshot, at(direction, rule)?, port),
        Place::Other => None,
    }
}

fn whole<'c>(snapshot: &Snapshot<'_, 'c>, policy: &'c PolicyInfo<'c>) -> Vec<Section> {
    let own = snapshot.cluster().namespace_name(policy.namespace);
    let pods = peer::pods_words(policy.policy.pod_selector.as_ref());
    let title = format!("NetworkPolicy `{own}/{}` applies to {pods} of namespace `{own}`", policy.name);
    let mut sections = vec![Section::new(SectionKind::Meaning, title)];
    if policy.policy.refused {
        sections.extend(refusal(snapshot, policy));
        sections.push(selected_now(snapshot, &policy.subject, "selects"));
        return sections;
    }
    sections.push(selected_now(snapshot, &policy.subject, "isolates"));
    sections.extend(Direction::BOTH.map(|direction| half(snapshot, policy, direction)));
    sections
}

/// That the API server refuses the policy, and the first reason.
fn refusal(snapshot: &Snapshot<'_, '_>, policy: &PolicyInfo<'_>) -> Option<Section> {
    let object = snapshot.repository().object(policy.object)?;
    let why = object.faults.iter().find(|fault| fault.refused).map(|fault| format!(": {}", fault.message));
    let text = format!("the API server refuses it{}; what depends on it is unknown", why.unwrap_or_default());
    Some(Section::new(SectionKind::Note, text))
}

fn namespace(snapshot: &Snapshot<'_, '_>, policy: &PolicyInfo<'_>) -> Option<Vec<Section>> {
    let info = snapshot.cluster().namespace(policy.namespace)?;
    let text = format!("namespace `{}` has {}", info.name, workloads(info.workloads.len()));
    let mut sections = vec![Section::new(SectionKind::Meaning, text)];
    if policy.namespace_source != NamespaceSource::Explicit {
        let note = wording::namespace_note(&info.name, policy.namespace_source);
        sections.extend(note.map(|note| Section::new(SectionKind::Note, note)));
    }
    Some(sections)
}

fn subject(snapshot: &Snapshot<'_, '_>, policy: &PolicyInfo<'_>) -> Vec<Section> {
    let Some(selector) = &policy.policy.pod_selector else {
        let text = "the API server refuses this selector, and the policy with it";
        return vec![Section::new(SectionKind::Note, text)];
    };
    let own = snapshot.cluster().namespace_name(policy.namespace);
    let text = format!("{} of namespace `{own}`", peer::pods_words(Some(selector)));
    let future = match selector.is_everything() {
        true => format!("every Pod that anybody deploys to namespace `{own}`"),
        false => format!("Pods of namespace `{own}` that get these labels"),
    };
    vec![
        Section::new(SectionKind::Meaning, text),
        selected_now(snapshot, &policy.subject, "selects"),
        Section::new(SectionKind::Future, future),
    ]
}

fn types(snapshot: &Snapshot<'_, '_>, policy: &PolicyInfo<'_>) -> Vec<Section> {
    let count = snapshot.units_of(&policy.subject.certain).len();
    let side = |direction: Direction| {
        let what = match direction {
            Direction::Ingress => "connections to",
            Direction::Egress => "connections from",
        };
        let text = match policy.policy.affects(direction) {
            true => format!("{what} {} are denied unless a rule allows them", workloads(count)),
            false => format!("the policy says nothing about {what} its Pods"),
        };
        Section::new(kind_of(direction), text)
    };
    let mut sections: Vec<_> = Direction::BOTH.map(side).into();
    if !policy.policy.types_written {
        let text =
            "`policyTypes` is left out: `Ingress` holds always, and `Egress` where there are egress rules";
        sections.push(Section::new(SectionKind::Note, text));
    }
    sections
}

/// The kind of section for a direction.
pub(super) fn kind_of(direction: Direction) -> SectionKind {
    match direction {
        Direction::Ingress => SectionKind::Ingress,
        Direction::Egress => SectionKind::Egress,
    }
}

/// Whom one half lets through, all its rules together.
fn half<'c>(snapshot: &Snapshot<'_, 'c>, policy: &'c PolicyInfo<'c>, direction: Direction) -> Section {
    let half = policy.policy.half(direction);
    let kind = kind_of(direction);
    if !half.effective {
        return Section::new(kind, "the policy says nothing about this direction");
    }
    let granted = Granted::of(snapshot, policy, direction, &half.rules);
    let text = format!("lets {} {}", way(direction), granted.words(snapshot));
    let members = granted.units(snapshot).into_iter().map(|unit| snapshot.member(unit));
    Section::new(kind, text).with(members)
}

/// `in` or `out to`.
pub(super) fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "in",
        Direction::Egress => "out to",
    }
}

fn rule<'c>(snapshot: &Snapshot<'_, 'c>, at: RuleAt<'c>) -> Vec<Section> {
    let own = snapshot.cluster().namespace_name(at.policy.namespace);
    let who = match at.rule.peers.as_deref() {
        None => "everybody, as no peer is named".to_owned(),
        Some([only]) => peer::words(only, own),
        Some(several) => {
            let words: Vec<String> = several.iter().map(|peer| peer::words(peer, own)).collect();
            words.join(" **or** ")
        }
    };
    let ports = ports::words(at.rule.ports.as_deref());
    let granted = Granted::of(snapshot, at.policy, at.direction, std::slice::from_ref(at.rule));
    let members = granted.units(snapshot).into_iter().map(|unit| snapshot.member(unit));
    let mut sections = vec![
        Section::new(SectionKind::Meaning, format!("lets {} {who}; on {ports}", way(at.direction))),
        Section::new(SectionKind::Now, format!("that is {}", granted.words(snapshot))).with(members),
        Section::new(
            SectionKind::Future,
            format!("openness of the rule: {}", Engine::openness(at.rule).name()),
        ),
    ];
    sections.extend(peer::surplus(snapshot, at));
    if !at.policy.policy.affects(at.direction) {
        let text = format!("it has no effect, as `policyTypes` leaves out `{}`", at.direction.policy_type());
        sections.push(Section::new(SectionKind::Note, text));
    }
    sections
}

/// Whom rules let through together.
pub(in crate::ide) struct Granted {
    /// Some rule names no peers.
    everybody: bool,
    classes: IdSet,
    addresses: AddressSet,
}

impl Granted {
    pub(in crate::ide) fn of<'c>(
        snapshot: &Snapshot<'_, 'c>,
        policy: &PolicyInfo<'c>,
        direction: Direction,
        rules: &'c [Rule],
    ) -> Self {
        let mut sum = Self { everybody: false, classes: IdSet::new(), addresses: AddressSet::empty() };
        let effective = policy.policy.affects(direction);
        for rule in rules.iter().filter(|_| effective) {
            let peers = snapshot.engine().peers_of(policy.namespace, rule);
            sum.everybody |= rule.peers.is_none();
            sum.classes.union_with(&peers.classes);
            sum.addresses = sum.addresses.union(&peers.addresses);
        }
        sum
    }

    /// Whether some rule names no peers.
    pub(in crate::ide) fn is_everybody(&self) -> bool {
        self.everybody
    }

    /// The workloads of today among them.
    pub(in crate::ide) fn units(&self, snapshot: &Snapshot<'_, '_>) -> Vec<usize> {
        snapshot.units_of(&self.classes)
    }

    /// `everybody`, `nobody`, `3 workloads and 10.0.0.0/8`.
    fn words(&self, snapshot: &Snapshot<'_, '_>) -> String {
        if self.everybody {
            return "everybody".to_owned();
        }
        let addresses = address_words(&self.addresses);
        match (self.units(snapshot).len(), addresses.is_empty()) {
            (0, true) => "nobody".to_owned(),
            (0, false) => addresses,
            (count, true) => workloads(count),
            (count, false) => format!("{} and {addresses}", workloads(count)),
        }
    }
}

/// Addresses by their blocks where these are few.
pub(super) fn address_words(addresses: &AddressSet) -> String {
    if *addresses == AddressSet::all() {
        return "every address outside".to_owned();
    }
    let families = [AddressSet::all_ipv4(), AddressSet::all_ipv6()];
    let named = families.iter().filter_map(|family| {
        let part = addresses.intersect(family);
        (!part.is_empty()).then(|| addresses_name(&part, family))
    });
    let all = named.collect::<Vec<_>>().join(", ");
    match all.matches(", ").count() {
        0..=FEW_BLOCKS => all,
        more => format!("{} blocks of addresses", more + 1),
    }
}
