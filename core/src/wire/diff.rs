//! Changes between two sets of manifests in JSON.

use serde::Serialize;

use super::{Border, Connections, ObjectIdentity, Place};
use crate::engine::Flow;
use crate::workspace::{Cause, ChangedFlow};

/// What `ringfence diff --format json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DiffReport {
    /// The version of this format.
    pub version: u32,
    /// The changes. A pair that no entry has is as it was.
    pub changes: Vec<Change>,
    /// Overlays that one side only has, and that are not compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alone: Vec<String>,
}

/// A pair whose connections changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// The source: a workload, a CIDR, or `{ingress}` for clients of Ingresses, Gateways and Routes.
    pub from: String,
    /// The destination, a workload or a CIDR.
    pub to: String,
    /// How the pair changed.
    #[serde(flatten)]
    pub what: ChangeOfFlow,
    /// What brought it about, the weightiest first.
    pub causes: Vec<ChangeCause>,
    /// The overlay, where there are alternatives.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub overlay: String,
    /// True between two Pods of the one workload; otherwise absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub replicas: bool,
}

/// How the connections of a pair changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeOfFlow {
    /// `opened` where connections came and none went, `closed` where connections went and none came, else `changed`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::changes"))]
    pub change: String,
    /// What was proven allowed.
    pub old: Connections,
    /// What is proven allowed.
    pub new: Connections,
    /// What is allowed now, and was not.
    pub opened: Connections,
    /// What was allowed, and is not now.
    pub closed: Connections,
    /// What can't be told; absent where that is as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<ChangeOfUnknown>,
}

/// What was and what is neither proven allowed nor proven denied.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeOfUnknown {
    /// As it was.
    pub old: Connections,
    /// As it is.
    pub new: Connections,
}

/// What brought a change about.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeCause {
    /// What happened.
    pub message: String,
    /// The object that it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectIdentity>,
    /// The place; in the old manifests where the new ones don't have the object.
    pub location: Place,
}

impl From<&ChangedFlow> for ChangeOfFlow {
    fn from(flow: &ChangedFlow) -> Self {
        let delta = flow.delta();
        let unknown = |flow: &Flow| Connections::from(&flow.unknown());
        let moved = flow.old.unknown() != flow.new.unknown();
        Self {
            change: delta.kind().name().to_owned(),
            old: Connections::from(&flow.old.certain),
            new: Connections::from(&flow.new.certain),
            opened: Connections::from(&delta.opened),
            closed: Connections::from(&delta.closed),
            unknown: moved.then(|| ChangeOfUnknown { old: unknown(&flow.old), new: unknown(&flow.new) }),
        }
    }
}

impl ChangeCause {
    pub(crate) fn new(border: &Border<'_>, cause: &Cause) -> Self {
        Self {
            message: cause.message.clone(),
            object: cause.object.as_ref().map(super::object),
            location: border.place(&cause.location),
        }
    }
}
