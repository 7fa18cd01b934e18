//! What fixing comes to.

use serde::Serialize;

use super::VERSION;
use crate::workspace::AppliedFix;

/// New texts of files, and what they mend. Nothing is written anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FixReport {
    /// The version of this format.
    pub version: u32,
    /// The files that change, by path.
    pub files: Vec<FixedFile>,
    /// What was done, in order.
    pub applied: Vec<AppliedRepair>,
    /// How many fixes are still to be done, because they overlap others.
    pub skipped: u32,
}

/// A file that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FixedFile {
    /// The path.
    pub path: String,
    /// The whole new text.
    pub text: String,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AppliedRepair {
    /// The rule of the finding.
    pub rule: String,
    /// The fingerprint of the finding.
    pub fingerprint: String,
    /// What the fix does.
    pub title: String,
}

impl FixReport {
    /// The report of new texts by path, and of what was done to them.
    pub fn new(
        files: impl IntoIterator<Item = (String, String)>,
        applied: &[AppliedFix],
        skipped: u32,
    ) -> Self {
        let repair = |fix: &AppliedFix| AppliedRepair {
            rule: fix.rule.to_owned(),
            fingerprint: fix.fingerprint.clone(),
            title: fix.title.clone(),
        };
        Self {
            version: VERSION,
            files: files.into_iter().map(|(path, text)| FixedFile { path, text }).collect(),
            applied: applied.iter().map(repair).collect(),
            skipped,
        }
    }
}
