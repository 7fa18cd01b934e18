//! A table in GitHub's Markdown.

use std::fmt::Write as _;

use super::cells::{Cells, Unknown};
use crate::report::markdown::escape;
use crate::report::plain::one_line;
use crate::workspace::FlowTable;

pub(super) fn render(table: &FlowTable) -> String {
    let cells = Cells::of(table);
    let mut text = String::new();
    if cells.rows.is_empty() {
        text.push_str("No connections.\n");
    } else {
        text.push_str("| From | To | Ports |\n| --- | --- | --- |\n");
    }
    for row in &cells.rows {
        let ports = row.allow.iter().map(|ports| escape(ports)).chain(row.unknown.as_ref().map(unknown));
        let ports: Vec<_> = ports.collect();
        let _ = writeln!(text, "| {} | {} | {} |", list(&row.from), list(&row.to), ports.join("<br>"));
    }
    if !cells.reasons.is_empty() {
        text.push_str("\n`?` can't be told from the manifests:\n\n");
    }
    for (i, reason) in cells.reasons.iter().enumerate() {
        let _ = writeln!(text, "{}. {}", i + 1, escape(reason));
    }
    if !table.notes.is_empty() {
        text.push('\n');
    }
    for note in &table.notes {
        let _ = writeln!(text, "- {}", escape(&one_line(note)));
    }
    text
}

fn list(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| escape(name)).collect();
    names.join("<br>")
}

fn unknown(unknown: &Unknown) -> String {
    let reasons: String = unknown.reasons.iter().map(|number| format!(" ({number})")).collect();
    format!("`?` {}{reasons}", escape(&unknown.ports))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn cells_hold_lists() {
        let text = render(&sample::shop());
        assert!(text.contains("| TCP 5432<br>`?` TCP 9090 (1) |\n"), "{text}");
        assert!(
            text.contains("\n1. the CNI decides on node traffic\n\n- ICMP is outside the API\n"),
            "{text}"
        );
        assert_eq!(render(&FlowTable::default()), "No connections.\n");
    }

    #[test]
    fn no_name_breaks_the_table() {
        let text = render(&sample::hostile());
        let rows: Vec<_> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 2 + sample::hostile().rows.len());
        assert!(rows.iter().all(|row| row.matches('|').count() == 4), "{text}");
        assert!(!text.contains("<i>") && !text.contains("</script>"));
    }
}
