//! One page that needs nothing else: the flows as a table, and the picture where it is small enough to read.
//!
//! The page loads nothing, and says so to the browser. Without scripts it is a plain table; with them it can be
//! searched. What the script searches is [`FlowReport`], which stands in the page for programs as well.

use std::fmt::Write as _;

use super::cells::{Cells, Row, name};
use super::svg;
use crate::report::junit::escape;
use crate::report::plain::count;
use crate::wire::FlowReport;
use crate::workspace::{FlowGroup, FlowTable};

/// The most groups of a picture.
const MOST_GROUPS: usize = 60;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

pub(super) fn render(table: &FlowTable) -> String {
    let cells = Cells::of(table);
    let mut text = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Network flows</title>\n",
    );
    let _ = write!(text, "<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>Network flows</h1>\n");
    let _ = writeln!(text, "<p>{}</p>\n</header>\n<main>", summary(table));
    text.push_str(&picture(table));
    text.push_str(CONTROLS);
    text.push_str(&rows(&cells));
    text.push_str(&reasons(&cells.reasons));
    text.push_str(&groups(table));
    text.push_str(&notes(table));
    let _ = write!(
        text,
        "</main>\n<script type=\"application/json\" id=\"flows-data\">{}</script>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        data(table)
    );
    text
}

/// Hidden until the script shows it: it does nothing alone.
const CONTROLS: &str = "\
<form id=\"controls\" hidden>\n\
<label>Search <input type=\"search\" id=\"search\" placeholder=\"name, address or port\" autocomplete=\"off\"></label>\n\
<label>In <select id=\"column\"><option value=\"\">everything</option><option value=\"from\">from</option>\
<option value=\"to\">to</option><option value=\"ports\">ports</option></select></label>\n\
<label><input type=\"checkbox\" id=\"unknown\"> only what can't be told</label>\n\
<output id=\"shown\" for=\"search column unknown\"></output>\n\
</form>\n";

fn summary(table: &FlowTable) -> String {
    let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let unknown = table.rows.iter().filter(|row| !row.unknown.is_empty()).count();
    let rows = count(number(table.rows.len()), "row", "rows");
    let groups = count(number(table.groups.len()), "group", "groups");
    let doubt =
        if unknown > 0 { format!("; {unknown} with connections that can't be told") } else { String::new() };
    format!("{rows} over {groups}{doubt}. What no row allows is denied.")
}

fn picture(table: &FlowTable) -> String {
    let drawn =
        (table.groups.len() <= MOST_GROUPS && !table.rows.is_empty()).then(|| svg::inner(table)).flatten();
    drawn.map_or_else(String::new, |(width, svg)| {
        format!(
            "<details open><summary>Picture</summary>\n<div class=\"picture\" style=\"--width:{width}px\" \
             tabindex=\"0\">\n{svg}</div>\n</details>\n"
        )
    })
}

fn rows(cells: &Cells) -> String {
    let mut text = String::from(
        "<table id=\"flows\">\n<thead><tr><th scope=\"col\">From</th><th scope=\"col\">To</th>\
         <th scope=\"col\">Ports</th></tr></thead>\n<tbody>\n",
    );
    for row in &cells.rows {
        let unknown = if row.unknown.is_some() { " class=\"unknown\"" } else { "" };
        let _ = writeln!(
            text,
            "<tr{unknown}><td data-name=\"From\">{}</td><td data-name=\"To\">{}</td><td data-name=\"Ports\">{}</td></tr>",
            list(&row.from),
            list(&row.to),
            ports(row)
        );
    }
    text.push_str("</tbody>\n</table>\n");
    text
}

fn list(names: &[String]) -> String {
    let items: String = names.iter().map(|name| format!("<li>{}</li>", escape(name))).collect();
    format!("<ul>{items}</ul>")
}

fn ports(row: &Row) -> String {
    let allow = row.allow.iter().map(|ports| format!("<div>{}</div>", escape(ports)));
    let unknown = row.unknown.iter().map(|unknown| {
        let link = |number: &usize| format!(" <a href=\"#reason-{number}\">[{number}]</a>");
        let reasons: String = unknown.reasons.iter().map(link).collect();
        format!("<div class=\"doubt\">? {}{reasons}</div>", escape(&unknown.ports))
    });
    allow.chain(unknown).collect()
}

fn reasons(reasons: &[String]) -> String {
    if reasons.is_empty() {
        return String::new();
    }
    let item =
        |(i, reason): (usize, &String)| format!("<li id=\"reason-{}\">{}</li>\n", i + 1, escape(reason));
    let items: String = reasons.iter().enumerate().map(item).collect();
    format!("<h2>Why it can't be told</h2>\n<ol>\n{items}</ol>\n")
}

/// The members of the groups whose names don't say them.
fn groups(table: &FlowTable) -> String {
    let told = |group: &&FlowGroup| group.members.iter().any(|member| *member != group.name);
    let one = |group: &FlowGroup| {
        let members: Vec<_> = group.members.iter().map(|member| name(member)).collect();
        format!("<details><summary>{}</summary>{}</details>\n", escape(&name(&group.name)), list(&members))
    };
    let groups: String = table.groups.iter().filter(told).map(one).collect();
    if groups.is_empty() { groups } else { format!("<h2>Groups</h2>\n{groups}") }
}

fn notes(table: &FlowTable) -> String {
    if table.notes.is_empty() {
        return String::new();
    }
    let notes: Vec<_> = table.notes.iter().map(|note| name(note)).collect();
    format!("<h2>Notes</h2>\n{}\n", list(&notes))
}

/// JSON that can stand in a script: nothing in it ends the element or opens a comment.
fn data(table: &FlowTable) -> String {
    let json = serde_json::to_string(&FlowReport::from(table)).unwrap_or_default();
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{7f}'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let _ = write!(safe, "\\u{:04x}", u32::from(c));
            }
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_page_needs_nothing_else() {
        let page = render(&sample::shop());
        let page = page.replace("http://www.w3.org/2000/svg", "");
        for outside in ["http:", "https:", "src=", "@import", "url(h", "fetch("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn no_name_is_markup() {
        let page = render(&sample::hostile());
        assert_eq!(page.matches("</script>").count(), 2);
        assert_eq!(page.matches("<i>").count(), 0);
        assert!(page.contains("a&quot;b'&lt;i&gt;"));
        let (_, rest) = page.split_once("id=\"flows-data\">").unwrap();
        let (json, _) = rest.split_once("</script>").unwrap();
        let read: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(read["groups"][0]["name"], sample::NASTY);
    }

    #[test]
    fn large_graphs_have_no_picture() {
        let mut table = sample::shop();
        assert!(render(&table).contains("<svg "));
        let more = table.groups[0].clone();
        table.groups.resize(MOST_GROUPS + 1, more);
        assert!(!render(&table).contains("<svg "));
    }

    #[test]
    fn rows_and_footnotes_are_linked() {
        let page = render(&sample::shop());
        assert!(page.contains("<div class=\"doubt\">? TCP 9090 <a href=\"#reason-1\">[1]</a></div>"));
        assert!(page.contains("<li id=\"reason-1\">the CNI decides on node traffic</li>"));
        assert_eq!(page.matches("<tr").count(), 1 + sample::shop().rows.len());
    }
}
