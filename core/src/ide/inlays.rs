//! What manifests leave out and the API fills in: policy types, namespaces, protocols.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Snapshot;
use crate::cluster::{NamespaceSource, ObjectId};
use crate::diagnostics::Edit;
use crate::model::{Body, Direction, NetworkPolicy};
use crate::rules::wording;
use crate::text::{FileId, Span};
use crate::yaml::{Node, edit};

/// Something that counts though it isn't written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inlay {
    /// The offset behind which it is shown.
    pub offset: u32,
    /// What is it.
    pub kind: InlayKind,
    /// What is shown.
    pub label: String,
    /// Why it is so.
    pub tooltip: String,
    /// What writes it into the file; none where it should not be written, or can't be.
    pub edit: Option<Edit>,
}

/// What an inlay shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InlayKind {
    /// The directions that a policy isolates.
    PolicyTypes,
    /// The namespace that an object ends up in.
    Namespace,
    /// The protocol of a port.
    Protocol,
}

impl InlayKind {
    /// Every kind.
    #[cfg(feature = "schema")]
    pub const ALL: [Self; 3] = [Self::PolicyTypes, Self::Namespace, Self::Protocol];

    /// The name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PolicyTypes => "policyTypes",
            Self::Namespace => "namespace",
            Self::Protocol => "protocol",
        }
    }
}

/// The inlays of a written file whose places lie in some bytes of it, by place.
pub fn inlays(snapshot: &Snapshot<'_, '_>, path: &str, within: Span) -> Vec<Inlay> {
    let Some(file) = snapshot.file(path) else { return Vec::new() };
    let sources = namespace_sources(snapshot);
    let mut found = Vec::new();
    for (written, object) in snapshot.repository().objects_of(file) {
        let (Some(node), Some(deployed)) =
            (snapshot.repository().node(written), snapshot.deployed(written).first().copied())
        else {
            continue;
        };
        if !node.span().overlaps(within) {
            continue;
        }
        found.extend(namespace(snapshot, (file, node), deployed, object.namespace.as_deref(), &sources));
        if let Body::NetworkPolicy(policy) = &object.body {
            found.extend(policy_types((file, node), policy));
            found.extend(protocols((file, node)));
        }
    }
    found.retain(|inlay| within.start <= inlay.offset && inlay.offset <= within.end);
    found.sort_by_key(|inlay| inlay.offset);
    found
}

/// Who decided on the namespaces of policies and workloads.
fn namespace_sources(snapshot: &Snapshot<'_, '_>) -> BTreeMap<ObjectId, NamespaceSource> {
    let cluster = snapshot.cluster();
    let policies = cluster.policies.iter().map(|policy| (policy.object, policy.namespace_source));
    let workloads = cluster.workloads.iter().map(|info| (info.object, info.namespace_source));
    policies.chain(workloads).collect()
}

fn written(file: FileId, edit: crate::yaml::TextEdit) -> Edit {
    Edit { file, span: edit.span, text: edit.text }
}

fn namespace(
    snapshot: &Snapshot<'_, '_>,
    (file, node): (FileId, Node<'_>),
    deployed: ObjectId,
    written: Option<&str>,
    sources: &BTreeMap<ObjectId, NamespaceSource>,
) -> Option<Inlay> {
    let cluster = snapshot.cluster();
    let name = cluster.namespace_name(cluster.namespace_of(deployed)?);
    let metadata = node.get("metadata")?;
    let source = sources.get(&deployed).copied();
    let tooltip = match source.and_then(|source| wording::namespace_note(name, source)) {
        Some(note) => note,
        None => format!("the namespace is `{name}`"),
    };
    let (place, label, edit) = match (written, metadata.get("namespace")) {
        (Some(own), Some(place)) if own != name => (place, format!("→ {name}"), None),
        (None, None) => {
            let may_write = matches!(source, Some(NamespaceSource::Default | NamespaceSource::Flag));
            let edit = may_write
                .then(|| edit::insert_entry(metadata, "namespace", &json!(name), Some("name")))
                .flatten();
            (metadata.get("name")?, format!("namespace: {name}"), edit)
        }
        _ => return None,
    };
    let edit = edit.map(|edit| self::written(file, edit));
    Some(Inlay { offset: place.span().end, kind: InlayKind::Namespace, label, tooltip, edit })
}

fn policy_types((file, node): (FileId, Node<'_>), policy: &NetworkPolicy) -> Option<Inlay> {
    if policy.types_written || policy.refused {
        return None;
    }
    let spec = node.get("spec")?;
    let types: Vec<&str> = Direction::BOTH
        .into_iter()
        .filter(|direction| policy.affects(*direction))
        .map(Direction::policy_type)
        .collect();
    let value = Value::from(types.clone());
    let tooltip =
        "where `policyTypes` is left out, `Ingress` holds always, and `Egress` where there are egress rules";
    let (offset, label, edit) = match spec.get("policyTypes") {
        Some(empty) => (empty.span().end, types.join(", "), edit::replace_with(empty, &value)),
        None => {
            let key = node.key_at("spec")?.span();
            let offset = if key.end < spec.span().start { key.end + 1 } else { key.end };
            let after = spec.get("podSelector").map(|_| "podSelector");
            let edit = edit::insert_entry(spec, "policyTypes", &value, after);
            (offset, format!("policyTypes: [{}]", types.join(", ")), edit)
        }
    };
    Some(Inlay {
        offset,
        kind: InlayKind::PolicyTypes,
        label,
        tooltip: tooltip.to_owned(),
        edit: edit.map(|edit| written(file, edit)),
    })
}

fn protocols<'n>((file, node): (FileId, Node<'n>)) -> impl Iterator<Item = Inlay> + use<'n> {
    let rules =
        Direction::BOTH.into_iter().filter_map(move |direction| node.at("spec")?.get(direction.name()));
    let ports = rules.flat_map(Node::items).filter_map(|rule| rule.get("ports")).flat_map(Node::items);
    ports.filter(|port| port.get("protocol").is_none()).filter_map(move |port| {
        let value = port.get("port")?;
        let edit = edit::insert_entry(port, "protocol", &json!("TCP"), None);
        Some(Inlay {
            offset: value.span().end,
            kind: InlayKind::Protocol,
            label: "TCP".to_owned(),
            tooltip: "a port without `protocol` is one of TCP".to_owned(),
            edit: edit.map(|edit| written(file, edit)),
        })
    })
}
