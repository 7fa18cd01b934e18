//! The places that set a label or ask for it.

use std::collections::BTreeSet;

use super::label::{Label, namespaces_beside};
use super::{Refusal, refuse};
use crate::cluster::{NamespaceId, ObjectId};
use crate::diagnostics::Edit;
use crate::ide::Snapshot;
use crate::model::{Body, Direction};
use crate::yaml::{Node, edit, push_index, push_key};

/// A half of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Key,
    Value,
}

/// Whose labels are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Those of the Pods of these namespaces.
    Pods(BTreeSet<NamespaceId>),
    /// Those of namespaces.
    Namespaces,
}

/// A place with labels or with a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    /// The object, as it is deployed.
    pub(super) object: ObjectId,
    /// The field of the labels or of the selector.
    field: String,
    form: Form,
    /// The namespaces whose Pods it is about; empty for labels of namespaces.
    namespaces: BTreeSet<NamespaceId>,
}

/// What stands at a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Labels that are set.
    Labels,
    /// Labels that are asked for, without `matchLabels`.
    Flat,
    /// A selector.
    Selector,
    /// The selector of a workload for its own Pods.
    Own,
}

/// The sites that set the label or ask for it, and belong together.
pub(super) fn of_label(snapshot: &Snapshot<'_, '_>, label: &Label) -> Vec<Site> {
    let mut sites = match &label.scope {
        Scope::Namespaces => namespace_sites(snapshot),
        Scope::Pods(_) => pod_sites(snapshot),
    };
    sites.retain(|site| site.mentions(snapshot, &label.key, Some(&label.value)));
    let Scope::Pods(start) = &label.scope else { return sites };
    let holding: BTreeSet<NamespaceId> = sites
        .iter()
        .filter(|site| site.form == Form::Labels)
        .flat_map(|site| &site.namespaces)
        .copied()
        .collect();
    let mut concerned = start.clone();
    loop {
        let before = concerned.len();
        for site in &sites {
            if !site.namespaces.is_disjoint(&concerned) {
                concerned.extend(site.namespaces.intersection(&holding));
            }
        }
        if concerned.len() == before {
            break;
        }
    }
    sites.retain(|site| !site.namespaces.is_disjoint(&concerned));
    sites
}

/// Refuses a label that others have or ask for already, and another key where expressions ask for the old one in a way
/// that no key alone says.
pub(super) fn collisions(
    snapshot: &Snapshot<'_, '_>,
    label: &Label,
    sites: &[Site],
    (key, value): (&str, &str),
) -> Result<(), Refusal> {
    let namespaces: BTreeSet<NamespaceId> = sites.iter().flat_map(|site| &site.namespaces).copied().collect();
    let all = match &label.scope {
        Scope::Namespaces => namespace_sites(snapshot),
        Scope::Pods(_) => pod_sites(snapshot),
    };
    let title = |site: &Site| snapshot.scene.object_title(site.object);
    let near = |site: &Site| site.namespaces.is_empty() || !site.namespaces.is_disjoint(&namespaces);
    // Where the key changes, whatever asks for the new key in any way could change its meaning.
    let wanted = (key == label.key).then_some(value);
    let taken = |site: &&Site| near(site) && site.mentions(snapshot, key, wanted);
    if let Some(site) = all.iter().find(taken) {
        let verb = if site.form == Form::Labels { "has" } else { "asks for" };
        let what = wanted.map_or_else(|| format!("a label `{key}`"), |value| format!("`{key}={value}`"));
        return refuse(format!("{} {verb} {what} already, and two labels would become one", title(site)));
    }
    if key != label.key {
        let asks = |site: &&Site| {
            near(site) && site.form != Form::Labels && site.asks_beyond(snapshot, &label.key, &label.value)
        };
        if let Some(site) = all.iter().find(asks) {
            return refuse(format!(
                "{} asks for `{}` with other values or none: give it another key by hand",
                title(site),
                label.key
            ));
        }
    }
    Ok(())
}

/// Every place that sets labels of namespaces or asks for some.
fn namespace_sites(snapshot: &Snapshot<'_, '_>) -> Vec<Site> {
    let cluster = snapshot.cluster();
    let site = |object, field: String, form| Site { object, field, form, namespaces: BTreeSet::new() };
    let declared = cluster.namespaces.iter().filter_map(|info| info.object);
    let mut sites: Vec<Site> =
        declared.map(|object| site(object, "metadata.labels".to_owned(), Form::Labels)).collect();
    let policies = cluster.policies.iter().map(|policy| policy.object);
    for object in policies.chain(cluster.admin.iter().map(|info| info.object)) {
        let fields =
            selectors(snapshot, object, &["namespaceSelector", "namespaces", "pods.namespaceSelector"]);
        sites.extend(fields.into_iter().map(|field| site(object, field, Form::Selector)));
    }
    sites
}

/// Every place that sets labels of Pods or asks for some.
fn pod_sites(snapshot: &Snapshot<'_, '_>) -> Vec<Site> {
    let cluster = snapshot.cluster();
    let mut sites = Vec::new();
    for info in &cluster.workloads {
        let namespaces = BTreeSet::from([info.namespace]);
        let site =
            |field: String, form| Site { object: info.object, field, form, namespaces: namespaces.clone() };
        sites.push(site(info.pods.field("metadata.labels"), Form::Labels));
        sites.push(site("spec.selector".to_owned(), Form::Own));
    }
    for service in &cluster.services {
        let namespaces = BTreeSet::from([service.namespace]);
        sites.push(Site {
            object: service.object,
            field: "spec.selector".to_owned(),
            form: Form::Flat,
            namespaces,
        });
    }
    let policies = cluster.policies.iter().map(|policy| policy.object);
    for object in policies.chain(cluster.admin.iter().map(|info| info.object)) {
        let Some(node) = snapshot.repository().node(object) else { continue };
        for field in selectors(snapshot, object, &["podSelector", "pods.podSelector"]) {
            let around = field.rsplit_once('.').map_or("", |(around, _)| around);
            let namespaces = namespaces_beside(snapshot, object, node, around).unwrap_or_default();
            sites.push(Site { object, field, form: Form::Selector, namespaces });
        }
    }
    sites
}

/// The fields of a policy's selectors that end with one of these names: in its subject and in its peers.
fn selectors(snapshot: &Snapshot<'_, '_>, object: ObjectId, names: &[&str]) -> Vec<String> {
    let repository = snapshot.repository();
    let (Some(node), Some(found)) = (repository.node(object), repository.object(object)) else {
        return Vec::new();
    };
    let mut places = match &found.body {
        Body::AdminPolicy(_) => vec!["spec.subject".to_owned()],
        _ => vec!["spec".to_owned()],
    };
    for direction in Direction::BOTH {
        let rules = format!("spec.{}", direction.name());
        for (i, rule) in node.at(&rules).into_iter().flat_map(Node::items).enumerate() {
            let mut peers = rules.clone();
            push_index(&mut peers, i);
            push_key(&mut peers, direction.peers_field());
            let count = rule.get(direction.peers_field()).map_or(0, |list| list.items().count());
            places.extend((0..count).map(|j| {
                let mut peer = peers.clone();
                push_index(&mut peer, j);
                peer
            }));
        }
    }
    let fields = places.iter().flat_map(|place| names.iter().map(move |name| format!("{place}.{name}")));
    fields.filter(|field| node.at(field).is_some()).collect()
}

impl Site {
    /// Whether changing it takes a new object.
    pub(super) fn is_immutable(&self) -> bool {
        self.form == Form::Own
    }

    /// Whether it sets the label or asks for it; without a value whether it speaks of the key in any way.
    fn mentions(&self, snapshot: &Snapshot<'_, '_>, key: &str, value: Option<&str>) -> bool {
        let Some(node) = snapshot.repository().node(self.object).and_then(|node| node.at(&self.field)) else {
            return false;
        };
        let is_meant = |found: Node<'_>| value.is_none_or(|value| found.as_str() == Some(value));
        self.labels(node).and_then(|labels| labels.get(key)).is_some_and(is_meant)
            || self.expressions(node, key).any(|(_, item)| {
                value.is_none() || item.get("values").into_iter().flat_map(Node::items).any(is_meant)
            })
    }

    /// Whether an expression asks for the key in another way than for the one value.
    fn asks_beyond(&self, snapshot: &Snapshot<'_, '_>, key: &str, value: &str) -> bool {
        let node = snapshot.repository().node(self.object).and_then(|node| node.at(&self.field));
        node.is_some_and(|node| {
            self.expressions(node, key).any(|(_, item)| {
                let is_in = item.get("operator").and_then(Node::as_str) == Some("In");
                let values: Vec<_> =
                    item.get("values").into_iter().flat_map(Node::items).map(Node::as_str).collect();
                !is_in || (values.contains(&Some(value)) && values.len() > 1)
            })
        })
    }

    /// The mapping with the labels that it sets, or asks for one by one.
    fn labels<'n>(&self, node: Node<'n>) -> Option<Node<'n>> {
        match self.form {
            Form::Labels | Form::Flat => Some(node),
            Form::Selector => node.get("matchLabels"),
            // The selector of a ReplicationController is flat.
            Form::Own => node.get("matchLabels").or(Some(node)),
        }
    }

    /// The expressions about a key, by index.
    fn expressions<'n>(&self, node: Node<'n>, key: &str) -> impl Iterator<Item = (usize, Node<'n>)> {
        let is_selector = matches!(self.form, Form::Selector | Form::Own);
        let list = node.get("matchExpressions").filter(|_| is_selector);
        let items = list.into_iter().flat_map(Node::items).enumerate();
        items.filter(move |(_, item)| item.get("key").and_then(Node::as_str) == Some(key))
    }

    /// The edits that give the label its new name here, with the object that somebody wrote.
    pub(super) fn edits(
        &self,
        snapshot: &Snapshot<'_, '_>,
        label: &Label,
        (key, value): (&str, &str),
    ) -> Result<(ObjectId, Vec<Edit>), Refusal> {
        let repository = snapshot.repository();
        let title = || snapshot.scene.object_title(self.object);
        let Some(written) = snapshot.scene.origins().source_of(self.object) else {
            return refuse(format!(
                "{} is rendered by a tool, and nobody wrote it: rename the label there",
                title()
            ));
        };
        let is_lossy = repository.file(written.file).is_none_or(|file| file.source.lossy);
        let whole = Site { object: written, ..self.clone() };
        let node = repository.node(written).and_then(|node| node.at(&self.field));
        let Some(node) =
            node.filter(|_| !is_lossy && whole.mentions(snapshot, &label.key, Some(&label.value)))
        else {
            return refuse(format!(
                "{} gets the label from a tool, not from its own text: rename it there",
                title()
            ));
        };
        let mut edits = Vec::new();
        let mut change = |node: Node<'_>, text: &str| {
            if node.is_alias() {
                return refuse(format!("{} takes the label from an anchor: rename it by hand", title()));
            }
            let edit = edit::replace_value(node, &written_like(node, text));
            match edit {
                Some(edit) => edits.push(Edit { file: written.file, span: edit.span, text: edit.text }),
                None => {
                    return refuse(format!("{} is written in a way that can't be edited safely", title()));
                }
            }
            Ok(())
        };
        let entry = self.labels(node).and_then(|labels| labels.entry(&label.key));
        if let Some(entry) = entry.filter(|entry| entry.value.as_str() == Some(&label.value)) {
            if key != label.key {
                change(entry.key, key)?;
            }
            if value != label.value {
                change(entry.value, value)?;
            }
        }
        for (_, item) in self.expressions(node, &label.key) {
            let values: Vec<_> = item.get("values").into_iter().flat_map(Node::items).collect();
            let Some(found) = values.iter().find(|found| found.as_str() == Some(&label.value)) else {
                continue;
            };
            if value != label.value {
                change(*found, value)?;
            }
            if let Some(name) = item.get("key").filter(|_| key != label.key) {
                change(name, key)?;
            }
        }
        Ok((written, edits))
    }
}

/// A string in the quotes of the one that it replaces.
fn written_like(node: Node<'_>, text: &str) -> String {
    match node.raw().chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{text}{quote}"),
        _ => edit::string(text).into_owned(),
    }
}
