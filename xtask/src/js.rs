//! The checks and tests of the npm packages.

use crate::setup::Npm;
use crate::shell;
use crate::totals::Totals;
use anyhow::Result;
use std::time::Duration;

const CHECK_LIMIT: Duration = Duration::from_secs(600);

/// Format and lints, which need nothing built; false where something is wrong.
pub(crate) fn style(npm: &Npm) -> Result<bool> {
    Ok(shell::status(npm.call().args(["run", "lint", "--silent"]), CHECK_LIMIT)?.success())
}

/// Types, which need the packages to be built; false where something is wrong.
pub(crate) fn types(npm: &Npm) -> Result<bool> {
    Ok(shell::status(&mut npm.in_packages("typecheck"), CHECK_LIMIT)?.success())
}

/// The tests of all packages while their output passes through, and their totals. No test at all is a failure: it would
/// mean that the closing lines of the test runner are no longer understood.
pub(crate) fn test(npm: &Npm) -> Result<(bool, Totals)> {
    let (success, totals) = Totals::of(npm.in_packages("test").env("NO_COLOR", "1"))?;
    let has_run = totals != Totals::default();
    if !has_run {
        println!("no test of an npm package has run");
    }
    Ok((success && has_run, totals))
}
