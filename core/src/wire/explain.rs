//! Explanations in JSON.

use serde::Serialize;

use super::{Border, Connections, ObjectIdentity, Place, VERSION};
use crate::model::Tier;
use crate::workspace::{Explanation, Outcome, PolicyLine, RuleLine, Side};

/// The names of the tiers, in the order in which they are asked.
pub(super) const TIERS: [&str; 3] = ["admin", "network", "baseline"];

/// What `ringfence explain --format json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExplainReport {
    /// The version of this format.
    pub version: u32,
    /// One for each pair that the two ends stand for.
    pub explanations: Vec<ExplainedPair>,
}

/// Whether one end can reach the other, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExplainedPair {
    /// The overlay, where there are alternatives.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub overlay: String,
    /// The source.
    pub from: String,
    /// The destination.
    pub to: String,
    /// The port that was asked about, `TCP/443`; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// `allowed`, `denied`, `partly` or `unknown`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::conclusions"))]
    pub verdict: String,
    /// What is proven allowed, of what was asked about.
    pub allow: Connections,
    /// What can't be told; absent where everything is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Connections>,
    /// The source's policies.
    pub egress: ExplainedSide,
    /// The destination's policies.
    pub ingress: ExplainedSide,
    /// What the reader must know besides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What would allow what is denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// One side of an explanation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExplainedSide {
    /// `allowed`, `denied`, `partly` or `unknown`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::conclusions"))]
    pub verdict: String,
    /// What the side lets through for certain.
    pub allow: Connections,
    /// What can't be told; absent where everything is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Connections>,
    /// Why, where no policy decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The policies that select the end, in the order in which they are asked.
    pub policies: Vec<ExplainedPolicy>,
}

/// One policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExplainedPolicy {
    /// The object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectIdentity>,
    /// `admin`, `network` or `baseline`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::tiers"))]
    pub tier: String,
    /// Where it selects the end.
    pub location: Place,
    /// What is to be said of it as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its rules.
    pub rules: Vec<ExplainedRule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExplainedRule {
    /// Its index, from 0.
    pub index: usize,
    /// `accept`, `deny` or `pass`; rules of NetworkPolicies accept.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::actions"))]
    pub action: String,
    /// What it decides, of what was asked about and nothing before it decided.
    pub decides: Connections,
    /// Why it decides that, or nothing.
    pub text: String,
    /// The rule, or the part of it that keeps it from matching.
    pub location: Place,
}

impl ExplainReport {
    /// The report of explanations; `texts` has the files that they point into.
    pub fn new(
        explanations: &[Explanation],
        texts: &Outcome,
        encoding: crate::text::PositionEncoding,
    ) -> Self {
        let border = Border { outcome: texts, encoding };
        Self { version: VERSION, explanations: explanations.iter().map(|one| pair(&border, one)).collect() }
    }
}

fn pair(border: &Border<'_>, one: &Explanation) -> ExplainedPair {
    ExplainedPair {
        overlay: one.overlay.clone(),
        from: one.from.clone(),
        to: one.to.clone(),
        port: one.port.map(|(protocol, port)| format!("{protocol}/{port}")),
        verdict: one.conclusion().name().to_owned(),
        allow: Connections::from(&one.flow.certain),
        unknown: super::unknown(&one.flow),
        egress: side(border, &one.egress),
        ingress: side(border, &one.ingress),
        notes: one.notes.clone(),
        help: one.help.clone(),
    }
}

fn side(border: &Border<'_>, side: &Side) -> ExplainedSide {
    ExplainedSide {
        verdict: side.conclusion.name().to_owned(),
        allow: Connections::from(&side.flow.certain),
        unknown: super::unknown(&side.flow),
        default: side.default.map(str::to_owned),
        policies: side.policies.iter().map(|line| policy(border, line)).collect(),
    }
}

fn policy(border: &Border<'_>, line: &PolicyLine) -> ExplainedPolicy {
    let [admin, network, baseline] = TIERS;
    let tier = match line.tier {
        Some(Tier::Admin) => admin,
        Some(Tier::Baseline) => baseline,
        None => network,
    };
    ExplainedPolicy {
        object: line.object.as_ref().map(super::object),
        tier: tier.to_owned(),
        location: border.place(&line.location),
        note: line.note.clone(),
        rules: line.rules.iter().map(|line| rule(border, line)).collect(),
    }
}

fn rule(border: &Border<'_>, line: &RuleLine) -> ExplainedRule {
    ExplainedRule {
        index: line.index,
        action: line.action.name().to_owned(),
        decides: Connections::from(&line.decides),
        text: line.text.clone(),
        location: border.place(&line.location),
    }
}
