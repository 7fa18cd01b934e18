//! What the rules find: one rich diagnostic with places in several files, notes, a next step and edits.
//!
//! Everything here is in byte ranges. [`crate::wire`] converts to lines and columns, once, at the border.

use std::sync::Arc;

use crate::text::{FileId, Span};

/// How bad a finding is; the order is the order of badness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Wider or weaker than it should be.
    Warning,
    /// Wrong, or open where it must not be.
    Error,
}

impl Severity {
    /// Every severity.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// The name in configuration and output: `info`, `warning` or `error`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How far a fix may be trusted; the order is the order of caution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// Changes no allowed or denied connection.
    Safe,
    /// Exact, but changes which connections are allowed.
    ChangesTraffic,
    /// A proposal that a person has to confirm.
    Suggestion,
}

impl Safety {
    /// Every safety.
    pub const ALL: [Self; 3] = [Self::Safe, Self::ChangesTraffic, Self::Suggestion];

    /// The name in output: `safe`, `changes-traffic` or `suggestion`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::ChangesTraffic => "changes-traffic",
            Self::Suggestion => "suggestion",
        }
    }
}

/// The identity of a Kubernetes object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// `apiVersion` as written.
    pub api_version: Arc<str>,
    /// `kind` as written.
    pub kind: Arc<str>,
    /// The resolved namespace; none for objects that have no namespace.
    pub namespace: Option<Arc<str>>,
    /// `metadata.name`; empty where it is missing.
    pub name: Arc<str>,
}

impl std::fmt::Display for ObjectRef {
    /// `Kind namespace/name`, or `Kind name` without a namespace.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// A place: a file, the field there, and the bytes where they are known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file.
    pub file: FileId,
    /// The bytes; none where the object has no text of its own, as in an admission request.
    pub span: Option<Span>,
    /// The field path, as `spec.ingress[0].from[1]`; empty for a whole file or document.
    pub field: String,
}

/// A further place that the finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// What this place has to do with it.
    pub message: String,
    /// The place.
    pub location: Location,
}

/// One replacement of bytes in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file to change.
    pub file: FileId,
    /// The bytes to replace; an empty range inserts.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// A named group of edits that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, as an instruction: "add a default deny for ingress".
    pub title: String,
    /// How far it may be trusted.
    pub safety: Safety,
    /// The edits; they don't overlap.
    pub edits: Vec<Edit>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable name of the rule.
    pub rule: &'static str,
    /// The rule's group.
    pub group: &'static str,
    /// How bad it is here.
    pub severity: Severity,
    /// What is wrong: lowercase, no final stop, backticks round the user's own text.
    pub message: String,
    /// What the guilty bytes are, printed beside them; empty for none.
    pub label: String,
    /// The object it is about.
    pub object: Option<ObjectRef>,
    /// The guilty place.
    pub location: Location,
    /// Further places.
    pub related: Vec<Related>,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// The next step.
    pub help: Option<String>,
    /// Edits that mend it.
    pub fixes: Vec<Fix>,
    /// The overlay that it was found in; empty where there are no alternatives. The façade sets it.
    pub overlay: String,
    /// Identity over time, see [`fingerprint`]; the façade sets it.
    pub fingerprint: String,
}

impl Diagnostic {
    /// A finding without anything beyond the message.
    pub fn new(
        (rule, group): (&'static str, &'static str),
        severity: Severity,
        location: Location,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            group,
            severity,
            message: message.into(),
            label: String::new(),
            object: None,
            location,
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
            overlay: String::new(),
            fingerprint: String::new(),
        }
    }

    /// Adds what the guilty bytes are.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Replaces the rule's own severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn related(mut self, message: impl Into<String>, location: Location) -> Self {
        self.related.push(Related { message: message.into(), location });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a fix, if there is one and it has edits.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fixes.extend(fix.into().filter(|fix| !fix.edits.is_empty()));
        self
    }
}

/// The identity of a finding over time: 16 hexadecimal digits over its parts (rule, object identity or path, field
/// path, ordinal among equals). Line numbers are no part of it, so it survives edits elsewhere in the file.
pub fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    // FNV-1a with 64 bits: stable over versions and platforms, which std's hashers don't promise.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_separate_their_parts() {
        assert_ne!(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]));
        assert_eq!(fingerprint(["ab", "c"]), fingerprint(["ab", "c"]));
        assert_eq!(fingerprint(["a"]).len(), 16);
    }

    #[test]
    fn severities_are_ordered() {
        assert!(Severity::Info < Severity::Warning && Severity::Warning < Severity::Error);
    }
}
