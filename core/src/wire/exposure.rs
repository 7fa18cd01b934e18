//! Exposure in JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Connections, Every, VERSION};
use crate::sets::{LabelSelector, Operator};
use crate::workspace::{ExposedSide, Exposure, PotentialPeer};

/// What `ringfence exposure --format json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExposureReport {
    /// The version of this format.
    pub version: u32,
    /// The workloads, by name.
    pub workloads: Vec<ExposedWorkload>,
}

/// One workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExposedWorkload {
    /// The overlay, where there are alternatives.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub overlay: String,
    /// `namespace/name[Kind]`.
    pub workload: String,
    /// Who could reach it.
    pub ingress: ExposedDirection,
    /// Whom it could reach.
    pub egress: ExposedDirection,
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExposedDirection {
    /// Whether a policy of any tier certainly selects the workload.
    pub protected: bool,
    /// The most general descriptions of Pods that could appear. A Pod that several fit gets what all of them give, and
    /// nothing where one of them gives nothing.
    pub peers: Vec<ExposedPeer>,
    /// The addresses outside, by what flows.
    pub addresses: Vec<ExposedAddresses>,
    /// Names of ports that only a Pod that exists could resolve, so that they are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub named_ports: Vec<String>,
}

/// Pods that could appear.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExposedPeer {
    /// Their namespaces.
    pub namespaces: Selected,
    /// The Pods there.
    pub pods: Selected,
    /// What is proven allowed.
    pub allow: Connections,
    /// What can't be told; absent where everything is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Connections>,
    /// How many workloads of the repository fit the description already.
    pub workloads: u64,
}

/// Addresses outside.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExposedAddresses {
    /// The CIDRs.
    pub cidrs: Vec<String>,
    /// What is proven allowed.
    pub allow: Connections,
    /// What can't be told; absent where everything is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Connections>,
}

/// What a selector selects.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Selected {
    /// Everything.
    All(Every),
    /// One namespace by its name.
    Name {
        /// The name.
        name: String,
    },
    /// Whatever a LabelSelector of the API selects.
    Labels(Selector),
}

/// A LabelSelector of the API.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Selector {
    /// Labels with one value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<String, String>,
    /// Other requirements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub match_expressions: Vec<SelectorRequirement>,
}

/// A requirement of a LabelSelector.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SelectorRequirement {
    /// The label's key.
    pub key: String,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::operators"))]
    pub operator: String,
    /// The values, for `In` and `NotIn`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

impl From<&[Exposure]> for ExposureReport {
    fn from(exposures: &[Exposure]) -> Self {
        let workload = |one: &Exposure| ExposedWorkload {
            overlay: one.overlay.clone(),
            workload: one.workload.clone(),
            ingress: direction(&one.ingress),
            egress: direction(&one.egress),
        };
        Self { version: VERSION, workloads: exposures.iter().map(workload).collect() }
    }
}

fn direction(side: &ExposedSide) -> ExposedDirection {
    let addresses = side.addresses.iter().map(|(set, flow)| ExposedAddresses {
        cidrs: set.to_cidrs().iter().map(ToString::to_string).collect(),
        allow: Connections::from(&flow.certain),
        unknown: super::unknown(flow),
    });
    ExposedDirection {
        protected: side.protected,
        peers: side.peers.iter().map(peer).collect(),
        addresses: addresses.collect(),
        named_ports: side.named_ports.clone(),
    }
}

fn peer(peer: &PotentialPeer) -> ExposedPeer {
    let namespaces = match &peer.namespace {
        Some(name) => Selected::Name { name: name.clone() },
        None => selected(&peer.pods.namespaces),
    };
    ExposedPeer {
        namespaces,
        pods: selected(&peer.pods.pods),
        allow: Connections::from(&peer.flow.certain),
        unknown: super::unknown(&peer.flow),
        workloads: peer.workloads,
    }
}

fn selected(selector: &LabelSelector) -> Selected {
    if selector.is_everything() {
        return Selected::All(Every::All);
    }
    let mut written = Selector::default();
    for requirement in selector.requirements() {
        match (requirement.operator, requirement.values.as_slice()) {
            (Operator::In, [only]) if !written.match_labels.contains_key(&requirement.key) => {
                written.match_labels.insert(requirement.key.clone(), only.clone());
            }
            (operator, values) => written.match_expressions.push(SelectorRequirement {
                key: requirement.key.clone(),
                operator: operator.name().to_owned(),
                values: values.to_vec(),
            }),
        }
    }
    Selected::Labels(written)
}
