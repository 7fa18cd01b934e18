//! One finding for each place, however many overlays it was found in.

use std::collections::BTreeMap;

use crate::diagnostics::{Diagnostic, Location};

/// Merges findings of different overlays about the same thing: the same rule at the same place, about an object of the
/// same kind, in the same words but for names and numbers. Where no bytes tell the place, the names must be the same. The first overlay's finding stays, with the worst
/// severity, and names the others; where their words differ it quotes them.
pub(super) fn merge(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if findings.iter().all(|finding| finding.overlay.is_empty()) {
        return findings;
    }
    let mut merged: Vec<Merged> = Vec::with_capacity(findings.len());
    let mut by_key: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for finding in findings {
        let known = by_key.entry(Key::new(&finding)).or_default();
        let in_known = |is_meant: &dyn Fn(&Merged) -> bool| {
            let free = |i: &usize| {
                merged.get(*i).is_some_and(|other| !other.is_in(&finding.overlay) && is_meant(other))
            };
            known.iter().copied().find(free)
        };
        let other = in_known(&|other| other.first.message == finding.message).or_else(|| in_known(&|_| true));
        match other.and_then(|i| merged.get_mut(i)) {
            Some(other) => other.add(finding),
            None => {
                known.push(merged.len());
                merged.push(Merged { first: finding, same: Vec::new(), different: Vec::new() });
            }
        }
    }
    merged.into_iter().map(Merged::into_finding).collect()
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rule: &'static str,
    location: Location,
    kind: String,
    name: String,
    shape: String,
}

impl Key {
    fn new(finding: &Diagnostic) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            rule: finding.rule,
            location: finding.location.clone(),
            kind: text(finding.object.as_ref().map(|object| &*object.kind)),
            name: text(object_name(finding)),
            shape: shape(&finding.message),
        }
    }
}

/// The name of the object, where it has to tell findings apart: overlays may put prefixes before it.
fn object_name(finding: &Diagnostic) -> Option<&str> {
    let object = finding.object.as_ref().filter(|_| finding.location.span.is_none());
    object.map(|object| &*object.name)
}

/// A message without what stands in backticks and without numbers.
fn shape(message: &str) -> String {
    let outside = message.split('`').step_by(2);
    outside.collect::<Vec<_>>().join("`").chars().filter(|c| !c.is_ascii_digit()).collect()
}

struct Merged {
    first: Diagnostic,
    /// The overlays with the same message.
    same: Vec<String>,
    /// The other overlays, with their message.
    different: Vec<(String, String)>,
}

impl Merged {
    fn is_in(&self, overlay: &str) -> bool {
        self.first.overlay == overlay
            || self.same.iter().any(|same| same == overlay)
            || self.different.iter().any(|(different, _)| different == overlay)
    }

    fn add(&mut self, finding: Diagnostic) {
        self.first.severity = self.first.severity.max(finding.severity);
        if finding.message == self.first.message {
            self.same.push(finding.overlay);
        } else {
            self.different.push((finding.overlay, finding.message));
        }
    }

    fn into_finding(self) -> Diagnostic {
        let mut finding = self.first;
        let also: Vec<_> = self.same.iter().map(|overlay| format!("`{overlay}`")).collect();
        match also.as_slice() {
            [] => {}
            [one] => finding.notes.push(format!("also in overlay {one}")),
            several => finding.notes.push(format!("also in overlays {}", several.join(", "))),
        }
        let quoted =
            self.different.iter().map(|(overlay, message)| format!("in overlay `{overlay}`: {message}"));
        finding.notes.extend(quoted);
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Severity;
    use crate::text::FileId;

    fn finding(overlay: &str, message: &str) -> Diagnostic {
        let location = Location { file: FileId(0), span: None, field: "spec".to_owned() };
        let finding = Diagnostic::new(("r", "g"), Severity::Info, location, message);
        Diagnostic { overlay: overlay.to_owned(), ..finding }
    }

    fn notes(findings: Vec<Diagnostic>) -> Vec<(String, Vec<String>)> {
        merge(findings).into_iter().map(|finding| (finding.message, finding.notes)).collect()
    }

    #[test]
    fn equal_findings_of_overlays_become_one() {
        let worse = finding("prod", "no `a`").severity(Severity::Error);
        let merged = merge(vec![finding("dev", "no `a`"), worse, finding("test", "no `a`")]);
        assert_eq!((merged.len(), merged[0].severity), (1, Severity::Error));
        assert_eq!(merged[0].notes, ["also in overlays `prod`, `test`"]);
    }

    #[test]
    fn other_names_and_numbers_are_quoted() {
        let found = notes(vec![finding("dev", "2 Pods in `dev`"), finding("prod", "31 Pods in `prod`")]);
        assert_eq!(
            found,
            [("2 Pods in `dev`".to_owned(), vec!["in overlay `prod`: 31 Pods in `prod`".to_owned()])]
        );
    }

    #[test]
    fn findings_of_one_overlay_stay_apart() {
        let found = notes(vec![
            finding("dev", "port `a`"),
            finding("dev", "port `b`"),
            finding("prod", "port `b`"),
            finding("prod", "for egress"),
        ]);
        let also = |names: &[&str]| names.iter().map(|note| (*note).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            found,
            [
                ("port `a`".to_owned(), also(&[])),
                ("port `b`".to_owned(), also(&["also in overlay `prod`"])),
                ("for egress".to_owned(), also(&[])),
            ]
        );
    }
}
