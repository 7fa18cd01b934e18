//! What suppressions say: the words in comments and in annotations.

use crate::rules::Date;

/// A suppression as its text says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Wording {
    /// The names, each with its offset in the text.
    pub(super) names: Vec<(String, usize)>,
    pub(super) reason: String,
    pub(super) until: Option<Date>,
    /// Why it can't be read.
    pub(super) fault: Option<String>,
}

/// The word that begins every comment which is addressed to Ringfence.
pub(super) const ADDRESS: &str = "ringfence:";

const NO_NAME: &str = "it names no rule";

/// Reads a comment, from its `#`: `# ringfence: ignore[rule, group] reason (until 2027-01-31)`. None for a comment that
/// is for people.
pub(super) fn comment(text: &str) -> Option<Wording> {
    let address = text.trim_start_matches(['#', ' ', '\t']).strip_prefix(ADDRESS)?.trim_start();
    let verb = address.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let rest = address.get(verb.len()..)?.trim_start();
    match (verb, rest.strip_prefix('[')) {
        ("ignore", Some(list)) => Some(match list.split_once(']') {
            Some((names, rest)) => read(names, text.len() - list.len(), rest),
            None => faulty("`[` is never closed"),
        }),
        ("ignore", None) => Some(faulty(NO_NAME)),
        (other, Some(_)) => Some(faulty(format!("`{other}` is not `ignore`"))),
        _ => None,
    }
}

/// Reads the value of an annotation: `rule, group: reason (until 2027-01-31)`.
pub(super) fn annotation(text: &str) -> Wording {
    let end = text.find([':', '(']).unwrap_or(text.len());
    let (names, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    read(names, 0, rest)
}

fn read(names: &str, start: usize, rest: &str) -> Wording {
    let mut wording = Wording::default();
    let mut at = start;
    for piece in names.split(',') {
        let name = piece.trim();
        if !name.is_empty() {
            wording.names.push((name.to_owned(), at + piece.len() - piece.trim_start().len()));
        }
        at += piece.len() + 1;
    }
    if wording.names.is_empty() {
        wording.fault = Some(NO_NAME.to_owned());
    }
    let mut reason = rest.to_owned();
    if let Some((before, dated)) = rest.split_once("(until ")
        && let Some((date, after)) = dated.split_once(')')
    {
        reason = format!("{} {}", before.trim(), after.trim());
        let date = date.trim();
        wording.until = is_iso(date).then(|| date.parse().ok()).flatten();
        if wording.until.is_none() {
            wording.fault = Some(format!("`{date}` is no date"));
        }
    }
    wording.reason = reason.trim_matches([' ', '\t', ':', '-', '–', '—']).to_owned();
    wording
}

/// Whether a text has the form of a date, `2027-01-31`.
fn is_iso(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() })
}

fn faulty(fault: impl Into<String>) -> Wording {
    Wording { fault: Some(fault.into()), ..Wording::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Option<Date> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_comment_has_names_a_reason_and_a_date() {
        let text = "# ringfence: ignore[rule-a, group-b] the agents: not yet (until 2027-01-31)";
        let wording = comment(text).unwrap();
        assert_eq!((&*wording.reason, wording.until), ("the agents: not yet", date("2027-01-31")));
        for (name, at) in &wording.names {
            assert_eq!(text.get(*at..at + name.len()), Some(name.as_str()));
        }
        assert_eq!(wording.names.len(), 2);
        let bare = comment("#ringfence:ignore [ a ]").unwrap();
        assert_eq!(bare, Wording { names: vec![("a".to_owned(), 20)], ..Wording::default() });
    }

    #[test]
    fn an_annotation_has_them_too() {
        let wording = annotation("rule-a, rule-b: see #12: ok (until 2027-01-31)");
        assert_eq!(wording.names, [("rule-a".to_owned(), 0), ("rule-b".to_owned(), 8)]);
        assert_eq!((&*wording.reason, wording.until), ("see #12: ok", date("2027-01-31")));
        let dated = annotation("rule-a (until 2027-01-31)");
        assert_eq!((dated.names.len(), &*dated.reason, dated.until), (1, "", date("2027-01-31")));
    }

    #[test]
    fn comments_for_people_are_left_alone() {
        for text in ["# ringfence is great", "# see ringfence: the docs", "# ringfence: nothing to do here"] {
            assert_eq!(comment(text), None, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let cases = [
            ("# ringfence: ignore", NO_NAME),
            ("# ringfence: ignore because", NO_NAME),
            ("# ringfence: ignore[ ]", NO_NAME),
            ("# ringfence: ignore[a", "`[` is never closed"),
            ("# ringfence: disable[a]", "`disable` is not `ignore`"),
            ("# ringfence: ignore[a] x (until 2027-02-30)", "`2027-02-30` is no date"),
            ("# ringfence: ignore[a] x (until spring)", "`spring` is no date"),
        ];
        for (text, fault) in cases {
            assert_eq!(comment(text).unwrap().fault.as_deref(), Some(fault), "{text}");
        }
        assert_eq!(annotation(": why").fault.as_deref(), Some(NO_NAME));
    }
}
