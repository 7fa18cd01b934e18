//! Baselines: the fingerprints of findings that are known.

use std::collections::BTreeSet;

use ringfence::workspace::Outcome;
use serde_json::Value;

use crate::Failure;
use crate::console::Console;

/// Reads a list of fingerprints, or the findings of a JSON report.
pub(crate) fn read(console: &mut Console<'_>, path: &str) -> Result<BTreeSet<String>, Failure> {
    let bytes = console.host.read(path).map_err(|trouble| Failure::usage(format!("{path}: {trouble}")))?;
    fingerprints(&bytes).map_err(|reason| Failure::usage(format!("{path}: {reason}")))
}

/// The text of a baseline that knows every finding of `outcome`.
pub(crate) fn text(outcome: &Outcome) -> String {
    let known: BTreeSet<&str> = outcome.findings.iter().map(|found| found.fingerprint.as_str()).collect();
    format!("{:#}\n", Value::from_iter(known))
}

fn fingerprints(bytes: &[u8]) -> Result<BTreeSet<String>, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("not JSON: {error}"))?;
    let wrong = || "neither a list of fingerprints nor a report of `--format json`".to_owned();
    let known: Option<BTreeSet<String>> = match &value {
        Value::Array(list) => list.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        report => report.get("findings").and_then(Value::as_array).and_then(|findings| {
            findings.iter().map(|found| found.get("fingerprint")?.as_str().map(str::to_owned)).collect()
        }),
    };
    known.ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_reports_are_read_and_nothing_else() {
        let expected = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
        assert_eq!(fingerprints(br#"["b", "a"]"#), Ok(expected.clone()));
        let report = br#"{"version": 1, "findings": [{"fingerprint": "a"}, {"fingerprint": "b"}]}"#;
        assert_eq!(fingerprints(report), Ok(expected));
        for wrong in ["{}", "[1]", r#"{"findings": [{}]}"#, "[", "3"] {
            assert!(fingerprints(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
