//! What the API server accepts as label keys, label values and selector requirements.
//!
//! Each check reports the first thing that is wrong, and what to write instead.

use super::{Operator, UnknownOperator};

/// Longest name and longest value, in bytes.
const NAME_LIMIT: usize = 63;
/// Longest prefix of a key, in bytes.
const PREFIX_LIMIT: usize = 253;

/// What is wrong with a name or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// A character that is not allowed anywhere.
    #[error("contains `{}`: write letters, digits, `-`, `_` and `.` only", .0.escape_debug())]
    Character(char),
    /// The first or last character is `-`, `_` or `.`.
    #[error("must start and end with a letter or a digit")]
    Edge,
    /// Longer than 63 characters.
    #[error("is {0} characters long: write at most {NAME_LIMIT}")]
    TooLong(usize),
}

/// Why a label key is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is nothing, or nothing after the prefix.
    #[error("label key `{key}` has no name: write one such as `{key}app`")]
    NoName {
        /// The key.
        key: String,
    },
    /// There is a `/` and nothing before it.
    #[error(
        "label key `{key}` has an empty prefix: drop the `/` or write a domain such as `example.com` before it"
    )]
    NoPrefix {
        /// The key.
        key: String,
    },
    /// More than one `/`.
    #[error("label key `{key}` has more than one `/`: write `prefix/name` or `name`")]
    ManySlashes {
        /// The key.
        key: String,
    },
    /// The prefix is longer than 253 characters.
    #[error("the prefix of label key `{key}` is {length} characters long: write at most {PREFIX_LIMIT}")]
    LongPrefix {
        /// The key.
        key: String,
        /// The length of the prefix.
        length: usize,
    },
    /// The prefix is no DNS subdomain.
    #[error(
        "the prefix of label key `{key}` is not a domain: write lower-case letters, digits and `-`, in parts \
         separated by `.` that start and end with a letter or a digit, such as `example.com`"
    )]
    BadPrefix {
        /// The key.
        key: String,
    },
    /// The name is wrong.
    #[error("the name of label key `{key}` {fault}")]
    BadName {
        /// The key.
        key: String,
        /// What is wrong.
        fault: NameFault,
    },
}

/// Why a label value is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("label value `{value}` {fault}")]
pub struct ValueError {
    /// The value.
    pub value: String,
    /// What is wrong.
    pub fault: NameFault,
}

/// Why a selector requirement is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequirementError {
    /// The operator is unknown.
    #[error(transparent)]
    Operator(#[from] UnknownOperator),
    /// The operator compares with values and there are none.
    #[error("operator `{0}` needs at least one value: add `values`, or write `{instead}`", instead = valueless(*.0))]
    NoValues(Operator),
    /// The operator takes no values and there are some.
    #[error("operator `{0}` takes no values: drop `values`, or write `{instead}`", instead = with_values(*.0))]
    Values(Operator),
}

fn valueless(operator: Operator) -> Operator {
    if operator == Operator::NotIn { Operator::DoesNotExist } else { Operator::Exists }
}

fn with_values(operator: Operator) -> Operator {
    if operator == Operator::DoesNotExist { Operator::NotIn } else { Operator::In }
}

/// Checks a label key: a name of at most 63 characters, with an optional DNS subdomain and a `/` before it.
///
/// # Errors
/// The key is not one that the API server accepts.
pub fn validate_key(key: &str) -> Result<(), KeyError> {
    let owned = || key.to_owned();
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if name.contains('/') {
        return Err(KeyError::ManySlashes { key: owned() });
    }
    if let Some(prefix) = prefix {
        if prefix.is_empty() {
            return Err(KeyError::NoPrefix { key: owned() });
        }
        if !prefix.split('.').all(is_domain_part) {
            return Err(KeyError::BadPrefix { key: owned() });
        }
        if prefix.len() > PREFIX_LIMIT {
            return Err(KeyError::LongPrefix { key: owned(), length: prefix.len() });
        }
    }
    if name.is_empty() {
        return Err(KeyError::NoName { key: owned() });
    }
    check_name(name).map_err(|fault| KeyError::BadName { key: owned(), fault })
}

/// Checks a label value: empty, or a name of at most 63 characters.
///
/// # Errors
/// The value is not one that the API server accepts.
pub fn validate_value(value: &str) -> Result<(), ValueError> {
    check_name(value).map_err(|fault| ValueError { value: value.to_owned(), fault })
}

/// Checks the operator of a requirement, and the number of its values against it.
///
/// # Errors
/// The operator is unknown, lacks values or has some that it doesn't take.
pub fn validate_requirement(operator: &str, values: usize) -> Result<Operator, RequirementError> {
    let operator: Operator = operator.parse()?;
    match (operator.takes_values(), values) {
        (true, 0) => Err(RequirementError::NoValues(operator)),
        (false, 1..) => Err(RequirementError::Values(operator)),
        _ => Ok(operator),
    }
}

fn check_name(name: &str) -> Result<(), NameFault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if let Some(character) = name.chars().find(|c| !allowed(*c)) {
        return Err(NameFault::Character(character));
    }
    if name.starts_with(['-', '_', '.']) || name.ends_with(['-', '_', '.']) {
        return Err(NameFault::Edge);
    }
    if name.len() > NAME_LIMIT {
        return Err(NameFault::TooLong(name.len()));
    }
    Ok(())
}

/// Whether `part` may stand between the dots of a DNS subdomain.
fn is_domain_part(part: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !part.is_empty() && part.bytes().all(allowed) && !part.starts_with('-') && !part.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_keys_and_values_pass() {
        let longest = format!("{}/{}", vec!["a".repeat(50); 5].join(".").get(..253).unwrap(), "n".repeat(63));
        for key in ["app", "A", "a_b.c-d", "app.kubernetes.io/name", "1.2-3/9", &longest] {
            assert_eq!(validate_key(key), Ok(()), "{key}");
        }
        for value in ["", "a", "A.b_c-9", &"v".repeat(63)] {
            assert_eq!(validate_value(value), Ok(()), "{value}");
        }
    }

    #[test]
    fn refused_keys_say_why() {
        let key = |text: &str| validate_key(text).unwrap_err().to_string();
        assert_eq!(key(""), "label key `` has no name: write one such as `app`");
        assert_eq!(
            key("example.com/"),
            "label key `example.com/` has no name: write one such as `example.com/app`"
        );
        assert_eq!(key("a/b/c"), "label key `a/b/c` has more than one `/`: write `prefix/name` or `name`");
        assert_eq!(
            key("/app"),
            "label key `/app` has an empty prefix: drop the `/` or write a domain such as `example.com` before it"
        );
        assert_eq!(
            key("my app"),
            "the name of label key `my app` contains ` `: write letters, digits, `-`, `_` and `.` only"
        );
        assert_eq!(key("x/-a"), "the name of label key `x/-a` must start and end with a letter or a digit");
        for prefix in ["Example.com", "a..b", "-a", "a-", "a_b", ".a", "é"] {
            let key = format!("{prefix}/app");
            assert_eq!(validate_key(&key), Err(KeyError::BadPrefix { key: key.clone() }));
        }
        let key = format!("{}/app", "a".repeat(254));
        assert_eq!(validate_key(&key), Err(KeyError::LongPrefix { key: key.clone(), length: 254 }));
    }

    #[test]
    fn refused_values_say_why() {
        let value = |text: &str| validate_value(text).unwrap_err().to_string();
        assert_eq!(
            value("a/b"),
            "label value `a/b` contains `/`: write letters, digits, `-`, `_` and `.` only"
        );
        assert_eq!(
            value("é\n"),
            "label value `é\n` contains `é`: write letters, digits, `-`, `_` and `.` only"
        );
        assert_eq!(value("v1."), "label value `v1.` must start and end with a letter or a digit");
        let long = "v".repeat(64);
        assert_eq!(value(&long), format!("label value `{long}` is 64 characters long: write at most 63"));
    }

    #[test]
    fn requirements_need_the_right_number_of_values() {
        assert_eq!(validate_requirement("In", 1), Ok(Operator::In));
        assert_eq!(validate_requirement("Exists", 0), Ok(Operator::Exists));
        let message = |operator, values| validate_requirement(operator, values).unwrap_err().to_string();
        assert_eq!(
            message("NotIn", 0),
            "operator `NotIn` needs at least one value: add `values`, or write `DoesNotExist`"
        );
        assert_eq!(message("Exists", 2), "operator `Exists` takes no values: drop `values`, or write `In`");
        assert_eq!(
            message("exists", 0),
            "unknown operator `exists`: operators are case-sensitive, write `Exists`"
        );
    }
}
