//! What is wrong with one object by itself: types, names, values that the API server would refuse.

/// What sort of fault it is; each sort is reported by one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A field that the API doesn't know: pruned with a warning.
    UnknownField,
    /// A value of the wrong type, or a required field that is missing: the object is refused.
    WrongType,
    /// `policyTypes` holds something else than `Ingress` and `Egress`.
    PolicyType,
    /// A label selector that the API server refuses.
    Selector,
    /// A peer that is empty or that mixes `ipBlock` with selectors.
    Peer,
    /// A CIDR that the API server refuses.
    Cidr,
    /// A port number, port name or protocol that the API server refuses.
    Port,
    /// An `endPort` that the API server refuses.
    EndPort,
    /// A tier, priority, subject, rule or domain name of a cluster-wide policy that the API server refuses.
    AdminPolicy,
    /// A List inside a List, or an object that has only a `generateName`.
    Shape,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The sort.
    pub kind: FaultKind,
    /// The field path of the guilty value; for an unknown field, the path that it would have.
    pub field: String,
    /// What is wrong, as a diagnostic's message.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The text that the value (or the key of an unknown field) should be replaced by, where there is one answer.
    pub replacement: Option<String>,
    /// Whether the API server refuses the object because of it. Then its effect is unknown.
    pub refused: bool,
}

impl Fault {
    /// A fault for which the API server refuses the object.
    pub fn refused(kind: FaultKind, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            field: field.into(),
            message: message.into(),
            help: None,
            replacement: None,
            refused: true,
        }
    }

    /// A fault that the API server lets pass.
    pub fn tolerated(kind: FaultKind, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { refused: false, ..Self::refused(kind, field, message) }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what the value should be.
    #[must_use]
    pub fn replacement(mut self, text: Option<impl Into<String>>) -> Self {
        self.replacement = text.map(Into::into);
        self
    }
}
