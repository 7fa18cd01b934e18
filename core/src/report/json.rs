//! The report for programs: [`crate::wire`] as JSON.

use crate::text::PositionEncoding;
use crate::wire::CheckReport;
use crate::workspace::Outcome;

pub(super) fn render(outcome: &Outcome) -> String {
    super::pretty(&CheckReport::new(outcome, PositionEncoding::CodePoints))
}
