//! RFC 4180: one line for each pair of groups, protocol and range of ports.

use std::fmt::Write as _;

use super::cells::name;
use crate::report::plain::one_line;
use crate::sets::ConnectionSet;
use crate::workspace::{FlowGroup, FlowRow, FlowTable};

pub(super) fn render(table: &FlowTable) -> String {
    let mut text = String::from("from,to,protocol,first_port,last_port,verdict,reason\r\n");
    for row in &table.rows {
        let reasons: Vec<_> = row.reasons.iter().map(|reason| one_line(reason)).collect();
        let reasons = field(&reasons.join("; "));
        for (from, to) in pairs(table, row) {
            lines(&mut text, [&from, &to], &row.allow, "allowed", "");
            lines(&mut text, [&from, &to], &row.unknown, "unknown", &reasons);
        }
    }
    text
}

fn lines(text: &mut String, pair: [&str; 2], connections: &ConnectionSet, verdict: &str, reason: &str) {
    let [from, to] = pair;
    for (protocol, ports) in connections.iter() {
        for (first, last) in ports.ranges() {
            let _ = write!(text, "{from},{to},{protocol},{first},{last},{verdict},{reason}\r\n");
        }
    }
}

/// The two ends of every connection of a row. Between replicas each workload goes with itself alone.
fn pairs<'t>(table: &'t FlowTable, row: &'t FlowRow) -> Box<dyn Iterator<Item = (String, String)> + 't> {
    if row.replicas {
        let workloads = table.groups_at(&row.from).flat_map(workloads);
        return Box::new(workloads.map(|workload| (field(&name(workload)), field(&name(workload)))));
    }
    let pair = move |from: &'t FlowGroup| {
        table.groups_at(&row.to).map(move |to| (field(&name(&from.name)), field(&name(&to.name))))
    };
    Box::new(table.groups_at(&row.from).flat_map(pair))
}

fn workloads(group: &FlowGroup) -> impl Iterator<Item = &str> {
    let itself = group.members.is_empty().then_some(group.name.as_str());
    itself.into_iter().chain(group.members.iter().map(String::as_str))
}

/// A field, quoted where it must be. What a spreadsheet would run as a formula gets an apostrophe in front.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn each_range_has_a_line() {
        let text = render(&sample::shop());
        let cart = "shop/cart[Deployment]";
        let db = "payments/db[StatefulSet]";
        for line in [
            format!("{cart},{db},TCP,5432,5432,allowed,"),
            format!("{cart},{db},TCP,9090,9090,unknown,the CNI decides on node traffic"),
            format!("{cart},{cart},TCP,8000,8099,allowed,"),
            "every Pod of shop,0.0.0.0/0,UDP,53,53,allowed,".to_owned(),
            "clients through Ingress shop/web,shop/frontend[Deployment],SCTP,1,65535,allowed,".to_owned(),
        ] {
            assert!(text.contains(&format!("\r\n{line}\r\n")), "{line}\n{text}");
        }
        assert_eq!(text.matches("\r\n").count(), 1 + 1 + 2 + 1 + 8 + 3);
    }

    #[test]
    fn fields_are_quoted() {
        assert_eq!(field("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(field("=1+1"), "'=1+1");
        assert_eq!(field("-2\"\n"), "\"'-2\"\"\n\"");
        let text = render(&sample::hostile());
        assert!(
            text.split("\r\n")
                .skip(1)
                .filter(|line| !line.is_empty())
                .all(|line| line.starts_with("\"'=a\"\"b"))
        );
    }
}
