//! Expected reports, byte for byte. `UPDATE_SNAPSHOTS=1` writes them anew.

use std::fs;

use crate::root;

/// Compares with a file in `tests/snapshots`; the version of the tool is left open. The error has the report.
pub fn expect(name: &str, report: &str) -> Result<(), String> {
    let path = root().join("tests/snapshots").join(name);
    let report = report.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &report).map_err(|error| error.to_string())?;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let differs = || expected.lines().zip(report.lines()).position(|(a, b)| a != b).unwrap_or(0) + 1;
    if expected == report {
        Ok(())
    } else {
        Err(format!("{name} differs from line {} on:\n{report}", differs()))
    }
}
