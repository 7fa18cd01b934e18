//! Ports of rules: what names resolve to, and what is left out.

use super::peer::RuleAt;
use super::{Member, Section, SectionKind, Snapshot, workloads};
use crate::cluster::ClassId;
use crate::model::{Direction, Port};
use crate::sets::{IdSet, Protocol};

/// What is to be said of the ports of a rule, or of one of them.
pub(super) fn sections<'c>(
    snapshot: &Snapshot<'_, 'c>,
    at: RuleAt<'c>,
    index: Option<usize>,
) -> Option<Vec<Section>> {
    let Some(index) = index else {
        return Some(vec![Section::new(SectionKind::Ports, words(at.rule.ports.as_deref()))]);
    };
    let port = at.rule.ports.as_ref()?.get(index)?;
    let mut sections = vec![Section::new(SectionKind::Ports, port_words(port))];
    if let Port::Named { protocol, name } = port {
        sections.push(resolved(snapshot, at, *protocol, name));
    }
    Some(sections)
}

/// The ports of a rule in one line.
pub(super) fn words(ports: Option<&[Port]>) -> String {
    let Some(ports) = ports else { return "every port of every protocol, as none is named".to_owned() };
    let all: Vec<String> = ports.iter().map(port_words).collect();
    all.join(", ")
}

fn port_words(port: &Port) -> String {
    match port {
        Port::Range { protocol, first: 1, last: u16::MAX } => format!("every port of {protocol}"),
        Port::Range { protocol, first, last } if first == last => format!("{protocol} {first}"),
        Port::Range { protocol, first, last } => format!("{protocol} {first} to {last}"),
        Port::Named { protocol, name } => {
            format!("the container port of {protocol} that is called `{name}` at the destination")
        }
        Port::Invalid => "a port that the API server refuses".to_owned(),
    }
}

/// What a name stands for at each workload that the rule lets connections to.
fn resolved<'c>(snapshot: &Snapshot<'_, 'c>, at: RuleAt<'c>, protocol: Protocol, name: &str) -> Section {
    let destinations: IdSet = match at.direction {
        Direction::Ingress => at.policy.subject.certain.clone(),
        Direction::Egress => snapshot.engine().peers_of(at.policy.namespace, at.rule).classes.clone(),
    };
    let (mut found, mut without) = (Vec::new(), 0);
    for unit in snapshot.units_of(&destinations) {
        let numbers = numbers(snapshot, unit, protocol, name);
        if numbers.is_empty() {
            without += 1;
        } else {
            found
                .push(Member { note: format!("{protocol} {}", numbers.join(", ")), ..snapshot.member(unit) });
        }
    }
    let missing = match without {
        0 => String::new(),
        count => format!(", and missing at {}", workloads(count)),
    };
    let text = format!("`{name}` is known at {}{missing}", workloads(found.len()));
    Section::new(SectionKind::Now, text).with(found)
}

/// The numbers that a name stands for at the Pods of a workload.
fn numbers(snapshot: &Snapshot<'_, '_>, unit: usize, protocol: Protocol, name: &str) -> Vec<String> {
    let classes = snapshot.scene.unit_classes(unit).iter();
    let of_class = |id: &ClassId| snapshot.cluster().class(*id).map(|class| class.example);
    let mut numbers: Vec<u16> =
        classes.filter_map(of_class).flat_map(|pods| pods.resolve(protocol, name)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.iter().map(u16::to_string).collect()
}
