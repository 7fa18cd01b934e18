//! Rows as the formats with tables show them: names and ports as text, reasons as numbered footnotes.

use crate::report::plain::one_line;
use crate::sets::ConnectionSet;
use crate::workspace::FlowTable;

/// What stands for the other end of a row between replicas.
const REPLICAS: &str = "other Pods of the same workload";

/// A row as text.
pub(super) struct Row {
    pub(super) from: Vec<String>,
    pub(super) to: Vec<String>,
    pub(super) allow: Option<String>,
    pub(super) unknown: Option<Unknown>,
}

/// What can't be told.
pub(super) struct Unknown {
    pub(super) ports: String,
    /// Numbers of the footnotes that say why, from 1.
    pub(super) reasons: Vec<usize>,
}

/// The rows, and the footnotes that they refer to.
pub(super) struct Cells {
    pub(super) rows: Vec<Row>,
    pub(super) reasons: Vec<String>,
}

impl Cells {
    pub(super) fn of(table: &FlowTable) -> Self {
        let mut cells = Self { rows: Vec::with_capacity(table.rows.len()), reasons: Vec::new() };
        for row in &table.rows {
            let names = |places: &[u32]| table.groups_at(places).map(|group| name(&group.name)).collect();
            let unknown = (!row.unknown.is_empty()).then(|| Unknown {
                ports: ports(&row.unknown),
                reasons: row.reasons.iter().map(|reason| cells.number(&one_line(reason))).collect(),
            });
            cells.rows.push(Row {
                from: names(&row.from),
                to: if row.replicas { vec![REPLICAS.to_owned()] } else { names(&row.to) },
                allow: (!row.allow.is_empty()).then(|| ports(&row.allow)),
                unknown,
            });
        }
        cells
    }

    /// The number of a footnote; equal reasons share one.
    fn number(&mut self, reason: &str) -> usize {
        let known = self.reasons.iter().position(|known| known == reason);
        1 + known.unwrap_or_else(|| {
            self.reasons.push(reason.to_owned());
            self.reasons.len() - 1
        })
    }
}

/// A name on one line, without anything that a terminal obeys; never empty.
pub(in crate::report) fn name(name: &str) -> String {
    let name = one_line(name);
    if name.is_empty() { "(no name)".to_owned() } else { name.into_owned() }
}

/// The ports as text; never empty.
pub(in crate::report) fn ports(connections: &ConnectionSet) -> String {
    if connections.is_all() { "all ports".to_owned() } else { connections.to_string() }
}
