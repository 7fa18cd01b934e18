//! The list of cases that are known to differ, each with its reason.
//!
//! A line reads `case: reason (semantics item N)`, or `case: reason (its own command line)` where only a flag of the
//! recorded command is at stake; lines that start with `#` and empty ones are left out. A reason stands for differences
//! of its own kind only (see `covers`).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use super::peer::Peer;

/// The last item of the semantics that a reason can name.
const ITEMS: u32 = 33;

/// How many differences of one case are told.
const TOLD: usize = 20;

/// Reads the list: reasons by case.
///
/// # Errors
/// Where a line is of another form, or a case is there twice.
pub fn parse(text: &str) -> Result<BTreeMap<String, String>> {
    let mut listed = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (case, reason) = line.split_once(": ").with_context(|| format!("no reason: {line}"))?;
        let source = reason.strip_suffix(')').and_then(|reason| reason.rsplit_once(" ("));
        let source = source.filter(|(reason, _)| !reason.is_empty()).map(|(_, source)| source);
        if !source.is_some_and(is_source) {
            bail!("a reason that names no item of the semantics: {line}");
        }
        if listed.insert(case.to_owned(), reason.to_owned()).is_some() {
            bail!("listed twice: {case}");
        }
    }
    Ok(listed)
}

fn is_source(text: &str) -> bool {
    let number = |item: &str| item.parse().is_ok_and(|item: u32| (1..=ITEMS).contains(&item));
    let items = text.strip_prefix("semantics item ").or_else(|| text.strip_prefix("semantics items "));
    text == "its own command line" || items.is_some_and(|items| items.split(", ").all(number))
}

/// Whether a reason can be the one for a difference, as far as the difference itself tells; `on_nodes` are the
/// workloads whose Pods are on their node's network.
fn covers(reason: &str, difference: &str, on_nodes: &BTreeSet<Peer>) -> bool {
    let items = reason.rsplit_once("(semantics item").map_or("", |(_, items)| items);
    match items.trim_start_matches(['s', ' ']).trim_end_matches(')') {
        "9, 31" => difference.ends_with(" not supported"),
        "12" => difference.contains(" is port `"),
        "18" => {
            let words = difference.split(' ').map(|word| word.trim_end_matches(':'));
            words.filter_map(|word| Peer::recorded(word).ok()).any(|peer| on_nodes.contains(&peer))
        }
        "30" => difference.contains(" egress: ") && difference.contains(": none, recorded is "),
        _ => true,
    }
}

/// What becomes of a case: whether it differs as listed.
///
/// # Errors
/// Where it differs and isn't listed, differs in more than the reason tells, or is listed and doesn't differ.
pub fn judge(differences: &[String], listed: Option<&String>, on_nodes: &BTreeSet<Peer>) -> Result<bool> {
    let Some(reason) = listed else {
        return if differences.is_empty() { Ok(false) } else { bail!(told(differences)) };
    };
    if differences.is_empty() {
        bail!("it agrees, but is listed: {reason}");
    }
    let others = differences.iter().filter(|difference| !covers(reason, difference, on_nodes));
    let others: Vec<String> = others.cloned().collect();
    if others.is_empty() { Ok(true) } else { bail!("not only {reason}:\n{}", told(&others)) }
}

fn told(differences: &[String]) -> String {
    let mut lines: Vec<String> = differences.iter().take(TOLD).cloned().collect();
    if differences.len() > TOLD {
        lines.push(format!("… and {} more", differences.len() - TOLD));
    }
    lines.join("\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_reason() {
        let text = "# why\n\na.txt: it differs (semantics item 18)\nb: too (semantics items 21, 30)\nc: a flag (its own command line)\n";
        assert_eq!(parse(text).unwrap().len(), 3);
        for text in ["a", "a: it differs", "a: (semantics item 1)", "a: b (semantics item 34)", "a: b (item)"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
        let twice = "a: b (semantics item 1)\na: c (semantics item 2)";
        assert!(parse(twice).is_err());
    }

    #[test]
    fn the_list_cannot_rot() {
        let (differs, reason) = (["x".to_owned()], "y".to_owned());
        assert!(!judge(&[], None, &BTreeSet::new()).unwrap());
        assert!(judge(&differs, Some(&reason), &BTreeSet::new()).unwrap());
        assert!(judge(&[], Some(&reason), &BTreeSet::new()).is_err());
        assert!(judge(&differs, None, &BTreeSet::new()).is_err());
    }

    #[test]
    fn a_reason_hides_nothing_else() {
        let on_nodes = BTreeSet::from([Peer::Workload("a/b[DaemonSet]".to_owned())]);
        let judge = |reason: &str, difference: &str| {
            let reason = format!("y (semantics {reason})");
            judge(&[difference.to_owned()], Some(&reason), &on_nodes).is_ok()
        };
        for (reason, difference, expected) in [
            ("item 18", "before: 0.0.0.0-7.0.0.0 => a/b[DaemonSet]: all, recorded is none", true),
            ("item 18", "a/b[DaemonSet] => c/d[Pod]: all, recorded is none", true),
            ("item 18", "a/c[DaemonSet] => c/d[Pod]: all, recorded is none", false),
            ("item 12", "a/b[Pod] egress: recorded for x is port `http`", true),
            ("item 12", "a/b[Pod] egress: Pods x in y: none, recorded is TCP 80", false),
            ("items 9, 31", "nothing says the same as: IPv6 addresses are not supported", true),
            ("items 9, 31", "nothing says the same as: port name:", false),
            ("item 30", "a/b[Pod] egress: Pods x in y: none, recorded is TCP 80", true),
            ("item 30", "a/b[Pod] ingress: Pods x in y: none, recorded is TCP 80", false),
        ] {
            assert_eq!(judge(reason, difference), expected, "{reason} {difference}");
        }
    }
}
