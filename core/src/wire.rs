//! The plain data that crosses every border: JSON output, JavaScript, plugins.
//!
//! Domain types derive no Serialize; these structs do, and JSON Schemas are generated from them. Positions are lines
//! and columns from 1, in the encoding that the caller asked for.

mod blocks;
mod connections;
mod diff;
mod explain;
mod exposure;
mod fix;
mod flows;
mod graph;
mod ide;
mod jobs;
mod options;
mod refusal;
mod rules;
#[cfg(feature = "schema")]
mod words;

use serde::Serialize;

pub use blocks::{Block, BlockList, BlockPart, BlockReport, BlockRule};
pub use connections::{Connections, Every, Ports};
pub use diff::{Change, ChangeCause, ChangeOfFlow, ChangeOfUnknown, DiffReport};
pub use explain::{ExplainReport, ExplainedPair, ExplainedPolicy, ExplainedRule, ExplainedSide};
pub use exposure::{
    ExposedAddresses, ExposedDirection, ExposedPeer, ExposedWorkload, ExposureReport, Selected, Selector,
    SelectorRequirement,
};
pub use fix::{AppliedRepair, FixReport, FixedFile};
pub use flows::{FlowReport, Group, GroupFlow};
pub(crate) use graph::{CERTAINTIES, KNOT};
pub use graph::{GraphArea, GraphBox, GraphEdge, GraphNode, GraphPoint, GraphReport, GraphSize};
pub use ide::{
    CodeAction, CodeLens, CodeLensPart, CompletionItem, DefinitionInfo, DocumentSymbol, HoverInfo,
    HoverSection, IdeBorder, InlayHint, NamedPlace, NewFile, Range, ReferenceInfo, RenameEditGroup,
    RenameEdits, RenameTarget, WorkspaceSymbol,
};
pub use jobs::RenderJob;
pub use options::{
    CheckOptions, ConfigText, DiffOptions, ExplainOptions, ExposureOptions, FixOptions, FlowOptions,
    ReportOptions, WorkspaceOptions,
};
pub use refusal::{ConfigProblem, Refusal, RefusalCode};
pub use rules::{RuleInfo, RuleOptionDefault, RuleOptionInfo};

use crate::diagnostics::{Diagnostic, Edit, Fix, Location, ObjectRef, Related};
use crate::engine::Flow;
use crate::text::{PositionEncoding, SourceFile};
use crate::workspace::{DirectionCounts, NamespaceCoverage, Outcome};

/// The version of the format; it grows when a reader could break.
pub const VERSION: u32 = 1;

/// What `ringfence check --format json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    /// The version of this format.
    pub version: u32,
    /// The findings, sorted by path, position and rule.
    pub findings: Vec<Finding>,
    /// Who is isolated, and how openly.
    pub coverage: Coverage,
    /// What was read.
    pub inputs: Inputs,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The rule's stable name.
    pub rule: String,
    /// The rule's group.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::rule_groups"))]
    pub group: String,
    /// `info`, `warning` or `error`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::severities"))]
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// Identity over time: it survives edits elsewhere in the file.
    pub fingerprint: String,
    /// The object, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectIdentity>,
    /// The guilty place.
    pub location: Place,
    /// What the guilty place is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Further places.
    pub related: Vec<RelatedPlace>,
    /// Facts that explain it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Edits that mend it.
    pub fixes: Vec<ProposedFix>,
}

/// The identity of an object.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ObjectIdentity {
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// The resolved namespace, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The path.
    pub path: String,
    /// The field path; empty for a whole file or object.
    pub field: String,
    /// Where it starts; absent where the object has no text of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Position>,
    /// Where it ends, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Position>,
}

/// A line and a column, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// A further place of a finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RelatedPlace {
    /// What it has to do with the finding.
    pub message: String,
    /// The place.
    pub location: Place,
}

/// A group of edits.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProposedFix {
    /// What it does.
    pub title: String,
    /// `safe`, `changes-traffic` or `suggestion`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::safeties"))]
    pub safety: String,
    /// The edits; they don't overlap.
    pub edits: Vec<TextEdit>,
}

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TextEdit {
    /// The file.
    pub path: String,
    /// Where the old text starts.
    pub start: Position,
    /// Where the old text ends, exclusive.
    pub end: Position,
    /// The new text.
    pub text: String,
}

/// Who is isolated.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// How many workloads there are.
    pub workloads: u32,
    /// Isolation of connections to them.
    pub ingress: Counts,
    /// Isolation of connections from them.
    pub egress: Counts,
    /// The same for each namespace with workloads, and for each overlay.
    pub namespaces: Vec<NamespaceRow>,
}

/// Workloads by isolation in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counts {
    /// Proven isolated.
    pub isolated: u32,
    /// Proven open; Pods on the node's network are among them.
    pub open: u32,
    /// Not to be told from the manifests.
    pub unknown: u32,
}

/// One namespace.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NamespaceRow {
    /// The overlay, where there are alternatives.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub overlay: String,
    /// The namespace's name.
    pub name: String,
    /// How many workloads it has.
    pub workloads: u32,
    /// Isolation of connections to them.
    pub ingress: Counts,
    /// Isolation of connections from them.
    pub egress: Counts,
    /// Whether every Pod that could be made there starts isolated.
    pub default_deny: DefaultDeny,
    /// The widest grant of its policies: `exact`, `namespace-wide`, `cluster-wide` or `world`; absent without rules.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::openness"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openness: Option<String>,
    /// The share of its policies' grants that nothing uses, 0 to 1; absent where nothing is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surplus: Option<f64>,
}

/// `proven`, `refuted` or `unknown`, by direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DefaultDeny {
    /// For connections to Pods.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::proofs"))]
    pub ingress: String,
    /// For connections from Pods.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::proofs"))]
    pub egress: String,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Inputs {
    /// Files read.
    pub files: u32,
    /// Kubernetes objects in them, also those of kinds that no rule reads.
    pub objects: u32,
    /// Files and documents that were not understood.
    pub skipped: Vec<Skipped>,
}

/// Something that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Skipped {
    /// The path.
    pub path: String,
    /// The line where the document starts; absent for a whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Why.
    pub reason: String,
}

impl CheckReport {
    /// The report of an outcome, with columns in the given encoding.
    pub fn new(outcome: &Outcome, encoding: PositionEncoding) -> Self {
        let border = Border { outcome, encoding };
        Self {
            version: VERSION,
            findings: outcome.findings.iter().map(|finding| border.finding(finding)).collect(),
            coverage: Coverage {
                workloads: outcome.coverage.iter().map(|row| row.workloads).sum(),
                ingress: total(&outcome.coverage, |row| row.ingress),
                egress: total(&outcome.coverage, |row| row.egress),
                namespaces: outcome.coverage.iter().map(row).collect(),
            },
            inputs: Inputs {
                files: outcome.inputs.files,
                objects: outcome.inputs.objects,
                skipped: outcome
                    .inputs
                    .skipped
                    .iter()
                    .map(|skipped| Skipped {
                        path: skipped.path.clone(),
                        line: skipped.line,
                        reason: skipped.reason.clone(),
                    })
                    .collect(),
            },
        }
    }
}

fn total(rows: &[NamespaceCoverage], of: impl Fn(&NamespaceCoverage) -> DirectionCounts) -> Counts {
    rows.iter().map(|row| counts(of(row))).fold(Counts::default(), |sum, row| Counts {
        isolated: sum.isolated + row.isolated,
        open: sum.open + row.open,
        unknown: sum.unknown + row.unknown,
    })
}

fn counts(of: DirectionCounts) -> Counts {
    Counts { isolated: of.isolated, open: of.open, unknown: of.unknown }
}

fn row(row: &NamespaceCoverage) -> NamespaceRow {
    NamespaceRow {
        overlay: row.overlay.clone(),
        name: row.name.clone(),
        workloads: row.workloads,
        ingress: counts(row.ingress),
        egress: counts(row.egress),
        default_deny: DefaultDeny {
            ingress: row.default_deny.0.to_owned(),
            egress: row.default_deny.1.to_owned(),
        },
        openness: row.openness.map(|openness| openness.name().to_owned()),
        surplus: row.grant.surplus().map(|share| (share * 1e4).round() / 1e4),
    }
}

/// What a flow leaves open; none where everything is told.
fn unknown(flow: &Flow) -> Option<Connections> {
    let unknown = flow.unknown();
    (!unknown.is_empty()).then(|| Connections::from(&unknown))
}

/// What converts places: once, on the way out.
pub(crate) struct Border<'o> {
    pub(crate) outcome: &'o Outcome,
    pub(crate) encoding: PositionEncoding,
}

impl Border<'_> {
    fn finding(&self, found: &Diagnostic) -> Finding {
        Finding {
            rule: found.rule.to_owned(),
            group: found.group.to_owned(),
            severity: found.severity.name().to_owned(),
            message: found.message.clone(),
            fingerprint: found.fingerprint.clone(),
            object: found.object.as_ref().map(object),
            location: self.place(&found.location),
            label: found.label.clone(),
            related: found.related.iter().map(|related| self.related(related)).collect(),
            notes: found.notes.clone(),
            help: found.help.clone(),
            fixes: found.fixes.iter().map(|fix| self.fix(fix)).collect(),
        }
    }

    fn place(&self, location: &Location) -> Place {
        let file = self.outcome.source(location.file);
        let position = |offset| Some(self.position(file?, offset));
        Place {
            path: file.map_or_else(String::new, |file| file.path.to_string()),
            field: location.field.clone(),
            start: location.span.and_then(|span| position(span.start)),
            end: location.span.and_then(|span| position(span.end)),
        }
    }

    fn position(&self, file: &SourceFile, offset: u32) -> Position {
        let position = file.position(offset, self.encoding);
        Position { line: position.line, column: position.column }
    }

    fn related(&self, related: &Related) -> RelatedPlace {
        RelatedPlace { message: related.message.clone(), location: self.place(&related.location) }
    }

    fn fix(&self, fix: &Fix) -> ProposedFix {
        ProposedFix {
            title: fix.title.clone(),
            safety: fix.safety.name().to_owned(),
            edits: fix.edits.iter().filter_map(|edit| self.edit(edit)).collect(),
        }
    }

    fn edit(&self, edit: &Edit) -> Option<TextEdit> {
        let file = self.outcome.source(edit.file)?;
        Some(TextEdit {
            path: file.path.to_string(),
            start: self.position(file, edit.span.start),
            end: self.position(file, edit.span.end),
            text: edit.text.clone(),
        })
    }
}

fn object(found: &ObjectRef) -> ObjectIdentity {
    ObjectIdentity {
        api_version: found.api_version.to_string(),
        kind: found.kind.to_string(),
        namespace: found.namespace.as_ref().map(ToString::to_string),
        name: found.name.to_string(),
    }
}

/// The JSON Schemas of the formats, by file name. They describe what is written: what may be left out is optional.
#[cfg(feature = "schema")]
pub fn schemas() -> Vec<(&'static str, serde_json::Value)> {
    let written = || schemars::generate::SchemaSettings::default().for_serialize().into_generator();
    vec![
        ("block-report.schema.json", written().into_root_schema_for::<BlockReport>().to_value()),
        ("check-report.schema.json", written().into_root_schema_for::<CheckReport>().to_value()),
        ("diff-report.schema.json", written().into_root_schema_for::<DiffReport>().to_value()),
        ("explain-report.schema.json", written().into_root_schema_for::<ExplainReport>().to_value()),
        ("exposure-report.schema.json", written().into_root_schema_for::<ExposureReport>().to_value()),
        ("fix-report.schema.json", written().into_root_schema_for::<FixReport>().to_value()),
        ("flow-report.schema.json", written().into_root_schema_for::<FlowReport>().to_value()),
        ("graph-report.schema.json", written().into_root_schema_for::<GraphReport>().to_value()),
        ("ide-answers.schema.json", written().into_root_schema_for::<ide::IdeAnswers>().to_value()),
    ]
}

/// The schemas of every type that crosses to a host, by name: first those of what is written, then those of what is
/// read. No name is in both.
#[cfg(feature = "schema")]
pub fn definitions() -> [serde_json::Map<String, serde_json::Value>; 2] {
    use schemars::generate::SchemaSettings;

    let mut written = SchemaSettings::default().for_serialize().into_generator();
    written.subschema_for::<CheckReport>();
    written.subschema_for::<DiffReport>();
    written.subschema_for::<ExplainReport>();
    written.subschema_for::<ExposureReport>();
    written.subschema_for::<FixReport>();
    written.subschema_for::<FlowReport>();
    written.subschema_for::<GraphReport>();
    written.subschema_for::<Refusal>();
    written.subschema_for::<RenderJob>();
    written.subschema_for::<RuleInfo>();
    let mut read = SchemaSettings::default().for_deserialize().into_generator();
    read.subschema_for::<CheckOptions>();
    read.subschema_for::<DiffOptions>();
    read.subschema_for::<ExplainOptions>();
    read.subschema_for::<ExposureOptions>();
    read.subschema_for::<FixOptions>();
    read.subschema_for::<FlowOptions>();
    read.subschema_for::<ReportOptions>();
    read.subschema_for::<WorkspaceOptions>();
    [written.take_definitions(true), read.take_definitions(true)]
}
