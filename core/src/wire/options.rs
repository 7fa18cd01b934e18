//! What hosts ask for: the options of every answer, as plain data.
//!
//! Words are the names of what they choose, and every field may be left out. [`crate::embed`] gives them their meaning
//! and refuses what has none.

use std::collections::BTreeMap;

use serde::Deserialize;

/// How a workspace is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct WorkspaceOptions {
    /// What a column counts: bytes (`utf-8`), code units (`utf-16`) or code points (`utf-32`). `utf-16` unless given.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::encodings"))]
    pub encoding: Option<String>,
    /// The configuration; that of no file unless given.
    pub config: Option<ConfigText>,
    /// The namespace of objects that have none, before the configured default.
    pub namespace: Option<String>,
    /// The date that suppressions expire against, `2030-12-31`.
    pub today: Option<String>,
}

/// A configuration with its place, from which its globs of paths start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfigText {
    /// Its path, such as `infra/.ringfence.yaml`.
    pub path: String,
    /// The YAML.
    pub text: String,
    /// The texts of the files that it extends, and of those that they extend, by path.
    #[serde(default)]
    pub extended: BTreeMap<String, String>,
}

/// What a check is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CheckOptions {
    /// Rules and groups to run; those that the configuration names unless given.
    pub select: Vec<String>,
    /// Rules and groups to leave out.
    pub ignore: Vec<String>,
    /// Fingerprints of findings that are known and not reported.
    pub baseline: Vec<String>,
    /// The date that suppressions expire against, instead of the workspace's.
    pub today: Option<String>,
}

/// Which flows are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FlowOptions {
    /// Workloads of which one must be at one end, `name`, `namespace/name` or `namespace/kind/name`, with `*` for
    /// anything; any unless given.
    pub workloads: Vec<String>,
    /// Workloads of which one must be at the other end, written in the same way; anybody unless given.
    pub peers: Vec<String>,
    /// Connections to the workloads or from them; both unless given.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::directions"))]
    pub direction: Option<String>,
    /// Connections to this port only: `443`, `53/UDP`.
    pub port: Option<String>,
    /// A row for every pair, instead of as few as possible.
    pub expand: bool,
    /// The overlay to look at, where overlays of one base exclude each other.
    pub overlay: Option<String>,
    /// Whether the ipBlocks of NetworkPolicies match the addresses of Pods, in which network plugins differ;
    /// `external-only` unless given.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::ip_blocks"))]
    pub ip_blocks: Option<String>,
}

/// What an explanation is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ExplainOptions {
    /// The port, `443` or `53/UDP`; every port unless given.
    pub port: Option<String>,
    /// The overlay to look at; each of them unless given.
    pub overlay: Option<String>,
    /// Whether the ipBlocks of NetworkPolicies match the addresses of Pods; `external-only` unless given.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::ip_blocks"))]
    pub ip_blocks: Option<String>,
}

/// Whose exposure is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ExposureOptions {
    /// These workloads only, `name`, `namespace/name` or `namespace/kind/name`, with `*` for anything.
    pub workloads: Vec<String>,
    /// The overlay to look at; each of them unless given.
    pub overlay: Option<String>,
    /// Whether the ipBlocks of NetworkPolicies match the addresses of Pods; `external-only` unless given.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::ip_blocks"))]
    pub ip_blocks: Option<String>,
}

/// Which changes are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DiffOptions {
    /// Workloads of which one must be at one end, as in `FlowOptions`.
    pub workloads: Vec<String>,
    /// Workloads of which one must be at the other end, as in `FlowOptions`.
    pub peers: Vec<String>,
    /// Connections to the workloads or from them; both unless given.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::directions"))]
    pub direction: Option<String>,
    /// Connections to this port only: `443`, `53/UDP`.
    pub port: Option<String>,
    /// The overlay to look at; those that both sides have unless given.
    pub overlay: Option<String>,
    /// Whether the ipBlocks of NetworkPolicies match the addresses of Pods; `external-only` unless given.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::ip_blocks"))]
    pub ip_blocks: Option<String>,
}

/// What is to be mended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FixOptions {
    /// The finding to mend, whatever the safety of its fix; every finding unless given.
    pub fingerprint: Option<String>,
    /// The fix of that finding, by its place in its `fixes`; the first unless given.
    pub fix: usize,
    /// How far the fixes of every finding may be trusted; `safe` unless given.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::safeties"))]
    pub safety: Option<String>,
    /// How to check.
    pub check: CheckOptions,
}

/// How a report looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReportOptions {
    /// How to check.
    pub check: CheckOptions,
    /// The least severity that counts as a failure, where a format knows such a thing; `error` unless given.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::severities"))]
    pub fail_on: Option<String>,
    /// ANSI colours, in text.
    pub color: bool,
    /// Line drawing and marks beyond ASCII, in text.
    pub unicode: bool,
    /// How many columns a line of text may have; 120 unless given.
    pub width: Option<u32>,
    /// Whether skipped inputs are named one by one, in text.
    pub verbose: bool,
}
