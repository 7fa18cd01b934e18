//! Workloads: whether they are isolated, by which policies, and who is at the other end.

use super::policy::{address_words, kind_of};
use super::{Member, Section, Snapshot, is_head, workloads};
use crate::cluster::{ClassId, ObjectId};
use crate::engine::{Doubt, FlowId, Isolation, PolicyRef};
use crate::ide::spot::Step;
use crate::model::Direction;
use crate::rules::wording;
use crate::sets::AddressSet;

/// What is to be said of a workload at its kind, its name or its metadata.
pub(super) fn sections(
    snapshot: &Snapshot<'_, '_>,
    object: ObjectId,
    steps: &[Step<'_>],
) -> Option<Vec<Section>> {
    let cluster = snapshot.cluster();
    let info = cluster.workloads.iter().find(|info| info.object == object).filter(|_| is_head(steps))?;
    let unit = *snapshot
        .units_by_class
        .get(info.class.index())?
        .iter()
        .find(|unit| snapshot.scene.unit_object(**unit) == Some(object))?;
    let mut sections = Vec::new();
    for direction in Direction::BOTH {
        sections.push(isolation(snapshot, direction, info.class));
        sections.push(partners(snapshot, direction, unit));
    }
    Some(sections)
}

/// Whether the Pods are isolated, and by which policies.
fn isolation(snapshot: &Snapshot<'_, '_>, direction: Direction, class: ClassId) -> Section {
    let policies = snapshot.engine().policies_of(direction, class);
    let text = isolation_words(snapshot, direction, class);
    let member = |policy: &crate::cluster::PolicyId| {
        let info = snapshot.cluster().policy(*policy)?;
        let name = format!("{}/{}", snapshot.cluster().namespace_name(info.namespace), info.name);
        let location = Some(snapshot.place_of(info.object, "spec.podSelector"));
        Some(Member { name, note: String::new(), location })
    };
    Section::new(kind_of(direction), text).with(policies.iter().filter_map(member))
}

fn isolation_words(snapshot: &Snapshot<'_, '_>, direction: Direction, class: ClassId) -> String {
    let title = |policy| snapshot.scene.policy_title(policy);
    match snapshot.engine().isolation(direction, class) {
        Isolation::Isolated => {
            let count = snapshot.engine().policies_of(direction, class).len();
            format!("isolated by {}", wording::count(count, "policy", "policies"))
        }
        Isolation::Denied(admin) => format!("denied by default by {}", title(PolicyRef::Admin(admin))),
        Isolation::Open => "open, as no NetworkPolicy selects it".to_owned(),
        Isolation::HostNetwork => "on its node's network, where no policy applies".to_owned(),
        Isolation::Unknown(Doubt::Refused(policy)) => {
            format!("unknown, as the API server refuses {}", title(PolicyRef::Network(policy)))
        }
        Isolation::Unknown(Doubt::HiddenLabels(policy)) => {
            let title = title(PolicyRef::Network(policy));
            format!("unknown, as {title} selects by labels that only a controller knows")
        }
        Isolation::Unknown(Doubt::Foreign(foreign)) => {
            let foreign = snapshot.cluster().foreign.get(foreign as usize);
            let object = foreign.map(|foreign| snapshot.scene.object_title(foreign.object));
            format!("unknown, as {} acts here and is not read", object.unwrap_or_default())
        }
    }
}

/// Who can connect, or to whom.
fn partners(snapshot: &Snapshot<'_, '_>, direction: Direction, unit: usize) -> Section {
    let found = snapshot.scene.partners(unit, direction);
    let flow = |id: FlowId| snapshot.scene.flow(id);
    let (mut sure, mut unsure) = (Vec::new(), Vec::new());
    for (other, id) in &found.units {
        let flow = flow(*id);
        let is_sure = !flow.certain.is_empty();
        let ports = if is_sure { flow.certain } else { flow.possible };
        let note = if ports.is_all() { "every port".to_owned() } else { ports.to_string() };
        let note = if is_sure { note } else { format!("{note}, perhaps") };
        let member = Member { note, ..snapshot.member(*other) };
        if is_sure { sure.push(member) } else { unsure.push(member) }
    }
    let mut outside = AddressSet::empty();
    for (id, addresses) in &found.addresses {
        if !flow(*id).certain.is_empty() {
            outside = outside.union(addresses);
        }
    }
    let perhaps = if unsure.is_empty() { String::new() } else { format!(" (perhaps {} more)", unsure.len()) };
    let mut text = match direction {
        Direction::Ingress => format!("{}{perhaps} can connect to it", workloads(sure.len())),
        Direction::Egress => format!("it can connect to {}{perhaps}", workloads(sure.len())),
    };
    if !outside.is_empty() {
        let who = address_words(&outside);
        text.push_str(&match direction {
            Direction::Ingress => format!(", and so can {who}"),
            Direction::Egress => format!(", and to {who}"),
        });
    }
    Section::new(kind_of(direction), text).with(sure.into_iter().chain(unsure))
}
