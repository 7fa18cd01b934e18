//! Every changed pair as JSON. What many pairs share is written once and copied.

use serde::Serialize;

use crate::text::PositionEncoding;
use crate::wire::{Border, ChangeCause, ChangeOfFlow};
use crate::workspace::{ChangedEnd, Diff, Outcome};

/// The changes as [`crate::wire::DiffReport`], with columns in the given encoding; `alone` are the overlays that one
/// side only has.
pub fn diff_json(diffs: &[Diff], alone: &[String], texts: &Outcome, encoding: PositionEncoding) -> String {
    let mut text = String::from("{\"version\":1,\"changes\":[");
    let mut first = true;
    for diff in diffs {
        changes(diff, &Border { outcome: texts, encoding }, &mut first, &mut text);
    }
    text.push(']');
    if !alone.is_empty() {
        text.push_str(&format!(",\"alone\":{}", json(alone)));
    }
    text.push_str("}\n");
    text
}

fn changes(diff: &Diff, border: &Border<'_>, first: &mut bool, text: &mut String) {
    let causes: Vec<ChangeCause> = diff.causes.iter().map(|cause| ChangeCause::new(border, cause)).collect();
    let sets: Vec<String> = diff
        .cause_sets
        .iter()
        .map(|set| json(&set.iter().filter_map(|id| causes.get(*id as usize)).collect::<Vec<_>>()))
        .collect();
    let flows: Vec<String> = diff
        .flows
        .iter()
        .map(|flow| {
            let object = json(&ChangeOfFlow::from(flow));
            let fields = object.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            fields.unwrap_or_default().to_owned()
        })
        .collect();
    let ends: Vec<Vec<String>> = diff.ends.iter().map(names).collect();
    let overlay = match diff.overlay.as_str() {
        "" => String::new(),
        name => format!(",\"overlay\":{}", json(name)),
    };
    for pair in &diff.pairs {
        let of = |end: u32| ends.get(end as usize).map_or(&[][..], Vec::as_slice);
        let flow = flows.get(pair.flow as usize).map_or("", String::as_str);
        let causes = sets.get(pair.causes as usize).map_or("[]", String::as_str);
        let replicas = if pair.from == pair.to { ",\"replicas\":true" } else { "" };
        for from in of(pair.from) {
            for to in of(pair.to) {
                text.push_str(if *first { "\n" } else { ",\n" });
                *first = false;
                let pieces = ["{\"from\":", from, ",\"to\":", to, ",", flow, ",\"causes\":", causes];
                for piece in pieces.into_iter().chain([overlay.as_str(), replicas, "}"]) {
                    text.push_str(piece);
                }
            }
        }
    }
}

/// The names of an end, as JSON: a workload's, a CIDR each, or the word for clients of controllers.
fn names(end: &ChangedEnd) -> Vec<String> {
    match end {
        ChangedEnd::Workload(name) => vec![json(name.as_str())],
        ChangedEnd::Ingress => vec![json("{ingress}")],
        ChangedEnd::Addresses(set) => set.to_cidrs().iter().map(|cidr| json(&cidr.to_string())).collect(),
    }
}

/// The types written here have string keys only, so writing them can't fail.
fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
