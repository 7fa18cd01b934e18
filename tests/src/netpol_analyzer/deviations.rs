//! The list of cases that are known to differ, each with its reason.
//!
//! A line reads `case: reason (semantics item N)`, or `case: reason (its own command line)` where only a flag of the
//! recorded command is at stake; lines that start with `#` and empty ones are left out.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

/// The last item of the semantics that a reason can name.
const ITEMS: u32 = 33;

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

/// What becomes of a case: whether it differs as listed.
///
/// # Errors
/// Where it differs and isn't listed, or is listed and doesn't differ.
pub fn judge(differences: &[String], listed: Option<&String>) -> Result<bool> {
    match (differences, listed) {
        ([], Some(reason)) => bail!("it agrees, but is listed: {reason}"),
        ([], None) => Ok(false),
        (_, Some(_)) => Ok(true),
        (differences, None) => bail!("{}", differences.join("\n")),
    }
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
        assert!(!judge(&[], None).unwrap());
        assert!(judge(&differs, Some(&reason)).unwrap());
        assert!(judge(&[], Some(&reason)).is_err());
        assert!(judge(&differs, None).is_err());
    }
}
