//! Namespaces, Services, and the ways in through Ingresses and routes.

use super::policy::kind_of;
use super::{Member, Section, SectionKind, Snapshot, is_head, selected_now, workloads};
use crate::cluster::{ObjectId, ServiceInfo};
use crate::ide::spot::Step;
use crate::model::{Direction, Target};
use crate::rules::wording;

/// What is to be said of a Namespace.
pub(super) fn namespace(
    snapshot: &Snapshot<'_, '_>,
    object: ObjectId,
    steps: &[Step<'_>],
) -> Option<Vec<Section>> {
    let cluster = snapshot.cluster();
    let (id, info) = cluster.namespace_ids().find(|(_, info)| info.object == Some(object))?;
    if !is_head(steps) {
        return None;
    }
    let text = format!(
        "namespace `{}` has {} and {}",
        info.name,
        workloads(info.workloads.len()),
        wording::count(info.policies.len(), "NetworkPolicy", "NetworkPolicies")
    );
    let policy = |id: &crate::cluster::PolicyId| {
        let info = cluster.policy(*id)?;
        let location = Some(snapshot.place_of(info.object, ""));
        Some(Member { name: info.name.to_owned(), note: String::new(), location })
    };
    let mut sections =
        vec![Section::new(SectionKind::Meaning, text).with(info.policies.iter().filter_map(policy))];
    for direction in Direction::BOTH {
        let word = snapshot.engine().default_deny(direction, id).word();
        sections.push(Section::new(kind_of(direction), format!("default deny is {word}")));
    }
    Some(sections)
}

/// What is to be said of a Service.
pub(super) fn service(
    snapshot: &Snapshot<'_, '_>,
    object: ObjectId,
    steps: &[Step<'_>],
) -> Option<Vec<Section>> {
    let info = snapshot.cluster().services.iter().find(|service| service.object == object)?;
    let key = |at: usize| steps.get(at).map_or("", Step::key);
    match (key(0), key(1), steps.get(2)) {
        _ if is_head(steps) => Some(vec![sends_to(snapshot, info)]),
        ("spec", "selector", _) => Some(vec![sends_to(snapshot, info)]),
        ("spec", "ports", Some(Step::Item(port))) => port_sections(snapshot, info, *port),
        _ => None,
    }
}

fn sends_to(snapshot: &Snapshot<'_, '_>, info: &ServiceInfo<'_>) -> Section {
    selected_now(snapshot, &info.targets, "sends to")
}

fn port_sections(snapshot: &Snapshot<'_, '_>, info: &ServiceInfo<'_>, index: usize) -> Option<Vec<Section>> {
    let port = info.service.ports.iter().find(|port| port.index == index)?;
    let target = match &port.target {
        Target::Number(number) => number.to_string(),
        Target::Name(name) => format!("the container port `{name}`"),
    };
    let text = format!("{} {} goes to {target}", port.protocol, port.number);
    let classes = info.targets.certain.iter();
    let mut members = Vec::new();
    for class in classes
        .filter_map(|id| snapshot.cluster().class(crate::cluster::ClassId(id)).map(|class| (id, class)))
    {
        let (id, class) = class;
        let numbers: Vec<String> = port.resolve(class.example).iter().map(u16::to_string).collect();
        let note = match numbers.is_empty() {
            true => "has no port of this name".to_owned(),
            false => format!("{} {}", port.protocol, numbers.join(", ")),
        };
        let units = snapshot.units_by_class.get(id as usize).into_iter().flatten();
        members.extend(units.map(|unit| Member { note: note.clone(), ..snapshot.member(*unit) }));
    }
    Some(vec![Section::new(SectionKind::Ports, text).with(members)])
}

/// What is to be said of an Ingress or a route, or of one of its backends.
pub(super) fn entrance(
    snapshot: &Snapshot<'_, '_>,
    object: ObjectId,
    steps: &[Step<'_>],
) -> Option<Vec<Section>> {
    let field = crate::ide::spot::field(steps);
    let cluster = snapshot.cluster();
    let whole = is_head(steps);
    let of_object = cluster.entrances.iter().filter(|entrance| entrance.object == object);
    let meant: Vec<_> = of_object.filter(|entrance| whole || field.starts_with(&entrance.field)).collect();
    if meant.is_empty() {
        return None;
    }
    let mut sections = Vec::new();
    for entrance in meant {
        let service = cluster.services.get(entrance.service as usize)?;
        let mut members = Vec::new();
        for target in &entrance.targets {
            let flow = snapshot.engine().entrance_flow(entrance, target);
            let note = match (flow.certain.is_empty(), flow.possible.is_empty()) {
                (false, _) => format!("let in on {}", flow.certain),
                (true, true) => format!("policies deny {}", target.ports),
                (true, false) => format!("unknown on {}", target.ports),
            };
            let units = snapshot.units_by_class.get(target.class.index()).into_iter().flatten();
            members.extend(units.map(|unit| Member { note: note.clone(), ..snapshot.member(*unit) }));
        }
        let title = snapshot.scene.object_title(service.object);
        sections.push(
            Section::new(SectionKind::Ingress, format!("clients outside come in through {title}"))
                .with(members),
        );
    }
    Some(sections)
}
