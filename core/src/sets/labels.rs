//! Labels and label selectors, as Kubernetes matches them.
//!
//! Invariant: a selector is canonical. However its parts were written (`matchLabels` or `matchExpressions`, in any
//! order, with repetitions), selectors that ask the same in the same terms are equal. Only the syntax is canonical: two
//! selectors may have one meaning and differ; [`implies`](super::implies) decides meaning.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// The labels of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Labels(BTreeMap<String, String>);

impl From<BTreeMap<String, String>> for Labels {
    fn from(labels: BTreeMap<String, String>) -> Self {
        Self(labels)
    }
}

impl Labels {
    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Sets the value under `key` and gives back the one that was there.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) -> Option<String> {
        self.0.insert(key.into(), value.into())
    }

    /// The number of labels.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no label.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Labels {
    /// The last value of a repeated key wins.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(labels: I) -> Self {
        Self(labels.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl fmt::Display for Labels {
    /// `app=cart,tier=backend`, or `<none>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("<none>");
        }
        for (i, (key, value)) in self.iter().enumerate() {
            write!(f, "{}{key}={value}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

/// How a requirement compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// The key is there and its value is one of those given.
    In,
    /// The key is not there, or its value is none of those given.
    NotIn,
    /// The key is there.
    Exists,
    /// The key is not there.
    DoesNotExist,
}

impl Operator {
    /// Every operator.
    pub const ALL: [Self; 4] = [Self::In, Self::NotIn, Self::Exists, Self::DoesNotExist];

    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "In",
            Self::NotIn => "NotIn",
            Self::Exists => "Exists",
            Self::DoesNotExist => "DoesNotExist",
        }
    }

    /// Whether the operator compares with values: it needs at least one, and the others allow none.
    pub const fn takes_values(self) -> bool {
        matches!(self, Self::In | Self::NotIn)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An operator that the API server refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownOperator {
    /// Only the case is wrong.
    #[error("unknown operator `{text}`: operators are case-sensitive, write `{meant}`")]
    Case {
        /// What was written.
        text: String,
        /// What it would be in the right case.
        meant: Operator,
    },
    /// Not an operator of the API.
    #[error("unknown operator `{text}`: write `In`, `NotIn`, `Exists` or `DoesNotExist`")]
    Other {
        /// What was written.
        text: String,
    },
}

impl FromStr for Operator {
    type Err = UnknownOperator;

    /// Reads the name as the API server does: in this case only.
    fn from_str(text: &str) -> Result<Self, UnknownOperator> {
        let meant = Self::ALL.into_iter().find(|operator| operator.name().eq_ignore_ascii_case(text));
        match meant {
            Some(operator) if operator.name() == text => Ok(operator),
            Some(meant) => Err(UnknownOperator::Case { text: text.to_owned(), meant }),
            None => Err(UnknownOperator::Other { text: text.to_owned() }),
        }
    }
}

/// One condition on one key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requirement {
    /// The label's key.
    pub key: String,
    /// How to compare.
    pub operator: Operator,
    /// What to compare with; of no meaning for `Exists` and `DoesNotExist`.
    pub values: Vec<String>,
}

impl Requirement {
    /// A requirement with its values sorted and without repetition, and without values that the operator ignores.
    pub fn new<V: Into<String>>(
        key: impl Into<String>,
        operator: Operator,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self { key: key.into(), operator, values: values.into_iter().map(Into::into).collect() }.canonical()
    }

    fn canonical(mut self) -> Self {
        if self.operator.takes_values() {
            self.values.sort_unstable();
            self.values.dedup();
        } else {
            self.values.clear();
        }
        self
    }

    /// Whether an object with these labels meets the requirement. `In` without values is never met, `NotIn` without
    /// values always; the API server refuses both.
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        let listed = || value.is_some_and(|value| self.values.iter().any(|one| one == value));
        match self.operator {
            Operator::In => listed(),
            Operator::NotIn => !listed(),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }

    /// The requirement that exactly the objects meet which don't meet this one.
    #[must_use]
    pub fn negated(&self) -> Self {
        let operator = match self.operator {
            Operator::In => Operator::NotIn,
            Operator::NotIn => Operator::In,
            Operator::Exists => Operator::DoesNotExist,
            Operator::DoesNotExist => Operator::Exists,
        };
        Self { operator, ..self.clone() }
    }
}

impl fmt::Display for Requirement {
    /// As `kubectl` takes it: `app=cart`, `app!=cart`, `app in (a,b)`, `app notin (a,b)`, `app`, `!app`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        match (self.operator, self.values.as_slice()) {
            (Operator::In, [value]) => write!(f, "{key}={value}"),
            (Operator::NotIn, [value]) => write!(f, "{key}!={value}"),
            (Operator::In, values) => write!(f, "{key} in ({})", values.join(",")),
            (Operator::NotIn, values) => write!(f, "{key} notin ({})", values.join(",")),
            (Operator::Exists, _) => f.write_str(key),
            (Operator::DoesNotExist, _) => write!(f, "!{key}"),
        }
    }
}

/// A label selector: all of its requirements must be met. Without requirements it selects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelSelector {
    requirements: Vec<Requirement>,
}

impl LabelSelector {
    /// A selector with these requirements.
    pub fn new(requirements: impl IntoIterator<Item = Requirement>) -> Self {
        let mut requirements: Vec<_> = requirements.into_iter().map(Requirement::canonical).collect();
        requirements.sort_unstable();
        requirements.dedup();
        Self { requirements }
    }

    /// A selector from the two fields of the API: each of `match_labels` is a requirement `In` with one value.
    pub fn from_parts<K: Into<String>, V: Into<String>>(
        match_labels: impl IntoIterator<Item = (K, V)>,
        match_expressions: impl IntoIterator<Item = Requirement>,
    ) -> Self {
        let equal = |(key, value)| Requirement::new(key, Operator::In, [value]);
        Self::new(match_labels.into_iter().map(equal).chain(match_expressions))
    }

    /// The selector that selects everything.
    pub const fn everything() -> Self {
        Self { requirements: Vec::new() }
    }

    /// Whether nothing is required.
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty()
    }

    /// The requirements, sorted by key, operator and values.
    pub fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }

    /// Whether an object with these labels is selected.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.requirements.iter().all(|requirement| requirement.matches(labels))
    }
}

impl fmt::Display for LabelSelector {
    /// As `kubectl` takes it, `app=cart,tier in (a,b),!debug`; `<all>` for the selector of everything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_everything() {
            return f.write_str("<all>");
        }
        for (i, requirement) in self.requirements.iter().enumerate() {
            write!(f, "{}{requirement}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(key: &str, operator: Operator, values: &[&str]) -> LabelSelector {
        LabelSelector::new([Requirement::new(key, operator, values.iter().copied())])
    }

    #[test]
    fn operators_match_as_in_kubernetes() {
        let absent = Labels::default();
        let [empty, a, b] = ["", "a", "b"].map(|value| Labels::from_iter([("app", value)]));
        for (operator, values, expected) in [
            (Operator::In, &["a"][..], [false, false, true, false]),
            (Operator::In, &[""], [false, true, false, false]),
            (Operator::In, &[], [false, false, false, false]),
            (Operator::NotIn, &["a"], [true, true, false, true]),
            (Operator::NotIn, &["a", ""], [true, false, false, true]),
            (Operator::NotIn, &[], [true, true, true, true]),
            (Operator::Exists, &[], [false, true, true, true]),
            (Operator::DoesNotExist, &[], [true, false, false, false]),
        ] {
            let selector = one("app", operator, values);
            assert_eq!(
                [&absent, &empty, &a, &b].map(|labels| selector.matches(labels)),
                expected,
                "{selector}"
            );
        }
    }

    #[test]
    fn requirements_are_anded() {
        let selector = LabelSelector::from_parts(
            [("app", "cart")],
            [Requirement::new("debug", Operator::DoesNotExist, [""; 0])],
        );
        assert!(selector.matches(&Labels::from_iter([("app", "cart"), ("tier", "x")])));
        assert!(!selector.matches(&Labels::from_iter([("app", "cart"), ("debug", "")])));
        assert!(!selector.matches(&Labels::default()));
        assert!(LabelSelector::everything().matches(&Labels::default()));
    }

    #[test]
    fn spelling_does_not_matter() {
        let raw = |key: &str, operator, values: &[&str]| Requirement {
            key: key.to_owned(),
            operator,
            values: values.iter().copied().map(str::to_owned).collect(),
        };
        let long = LabelSelector::new([
            raw("tier", Operator::In, &["b", "a", "b"]),
            raw("app", Operator::In, &["cart"]),
            raw("app", Operator::In, &["cart"]),
            raw("z", Operator::Exists, &["ignored"]),
        ]);
        let short = LabelSelector::from_parts(
            [("app", "cart")],
            [
                Requirement::new("z", Operator::Exists, [""; 0]),
                Requirement::new("tier", Operator::In, ["a", "b"]),
            ],
        );
        assert_eq!(long, short);
        assert_eq!(long.to_string(), "app=cart,tier in (a,b),z");
        assert_eq!(LabelSelector::from_parts([("", ""); 0], []), LabelSelector::everything());
    }

    #[test]
    fn display_is_what_kubectl_takes() {
        assert_eq!(one("app", Operator::NotIn, &["a"]).to_string(), "app!=a");
        assert_eq!(one("app", Operator::NotIn, &["a", "b"]).to_string(), "app notin (a,b)");
        assert_eq!(one("app", Operator::DoesNotExist, &[]).to_string(), "!app");
        assert_eq!(one("app", Operator::In, &[""]).to_string(), "app=");
        assert_eq!(LabelSelector::everything().to_string(), "<all>");
        assert_eq!(Labels::from_iter([("tier", "x"), ("app", "cart")]).to_string(), "app=cart,tier=x");
        assert_eq!(Labels::default().to_string(), "<none>");
    }

    #[test]
    fn operators_are_case_sensitive() {
        for operator in Operator::ALL {
            assert_eq!(operator.to_string().parse(), Ok(operator));
        }
        let message = |text: &str| text.parse::<Operator>().unwrap_err().to_string();
        assert_eq!(message("notin"), "unknown operator `notin`: operators are case-sensitive, write `NotIn`");
        assert_eq!(
            message("Equals"),
            "unknown operator `Equals`: write `In`, `NotIn`, `Exists` or `DoesNotExist`"
        );
    }
}
