//! The label under a cursor, and whose it is.

use std::collections::BTreeSet;

use super::sites::{Part, Scope};
use crate::cluster::{NamespaceId, ObjectId};
use crate::ide::Snapshot;
use crate::ide::spot::{self, Spot, Step};
use crate::model::Body;
use crate::yaml::Node;

/// A label that is set or asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) key: String,
    pub(super) value: String,
    /// Which of the two the cursor is on.
    pub(super) part: Part,
    /// Whose label it is.
    pub(super) scope: Scope,
}

/// The label at a spot of a deployed object; none where there is none.
pub(super) fn at(snapshot: &Snapshot<'_, '_>, object: ObjectId, spot: &Spot<'_>) -> Option<Label> {
    let repository = snapshot.repository();
    let node = repository.node(spot.object)?;
    let field = spot::field(&spot.steps);
    let scope = scope(snapshot, object, &spot.steps, &field)?;
    let (key, value) = match spot.steps.as_slice() {
        // An item of the `values` of an expression.
        [.., Step::Key(values), Step::Item(_)] if values == "values" => {
            let expression = spot.steps.get(..spot.steps.len().checked_sub(2)?)?;
            let key = node.at(&spot::field(expression))?.get("key")?.as_str()?;
            (key.to_owned(), node.at(&field)?.as_str()?.to_owned())
        }
        [.., Step::Key(labels), Step::Key(key)]
            if matches!(&**labels, "matchLabels" | "labels" | "selector") =>
        {
            (key.to_string(), node.at(&field)?.as_str()?.to_owned())
        }
        _ => return None,
    };
    let on_key = node.key_at(&field).is_some_and(|key| key.span() == spot.span);
    Some(Label { key, value, part: if on_key { Part::Key } else { Part::Value }, scope })
}

/// Whose labels stand at a field.
fn scope(snapshot: &Snapshot<'_, '_>, object: ObjectId, steps: &[Step<'_>], field: &str) -> Option<Scope> {
    let cluster = snapshot.cluster();
    let own = || cluster.namespace_of(object).map(|id| BTreeSet::from([id]));
    let first = |wanted: &str| steps.iter().any(|step| step.key() == wanted);
    match &snapshot.repository().object(object)?.body {
        Body::Namespace => field.starts_with("metadata.labels").then_some(Scope::Namespaces),
        Body::Workloads(all) => {
            let in_template = all.iter().any(|pods| field.starts_with(&pods.field("metadata.labels")));
            (in_template || field.starts_with("spec.selector")).then(own).flatten().map(Scope::Pods)
        }
        Body::Service(_) => field.starts_with("spec.selector").then(own).flatten().map(Scope::Pods),
        Body::NetworkPolicy(_) | Body::AdminPolicy(_)
            if first("namespaceSelector") || first("namespaces") =>
        {
            Some(Scope::Namespaces)
        }
        Body::NetworkPolicy(_) | Body::AdminPolicy(_) if first("podSelector") => {
            let at = steps.iter().rposition(|step| step.key() == "podSelector")?;
            let around = spot::field(steps.get(..at)?);
            let node = snapshot.repository().node(object)?;
            Some(Scope::Pods(namespaces_beside(snapshot, object, node, &around)?))
        }
        _ => None,
    }
}

/// The namespaces that a `podSelector` is about which stands in the mapping at a field.
pub(super) fn namespaces_beside(
    snapshot: &Snapshot<'_, '_>,
    object: ObjectId,
    node: Node<'_>,
    around: &str,
) -> Option<BTreeSet<NamespaceId>> {
    let cluster = snapshot.cluster();
    let beside = node.at(around)?.get("namespaceSelector").filter(|selector| !selector.is_null());
    Some(match beside.and_then(crate::ide::completion::selector) {
        Some(selector) => cluster.select_namespaces(&selector).into_iter().collect(),
        None => cluster.namespace_of(object).into_iter().collect(),
    })
}
