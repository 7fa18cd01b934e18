//! What a scalar means.
//!
//! Kubernetes reads YAML with the rules of go-yaml v2, which follow YAML 1.1: `yes`, `on` and `y` are booleans, `0777` is
//! octal, `1_000` is a number. Anything quoted is a string.

use std::borrow::Cow;

/// The value of a scalar as Kubernetes resolves it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// Nothing, `~` or `null`.
    Null,
    /// `true`, `yes`, `on`, `y` and their opposites.
    Bool(bool),
    /// A whole number that fits.
    Int(i64),
    /// Any other number; also a whole number beyond `i64`.
    Float(f64),
    /// Text.
    Str(&'a str),
}

/// What an explicit tag asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tag {
    #[default]
    None,
    /// `!!str`, `!`, and every tag that Kubernetes doesn't know.
    Str,
    Int,
    Float,
    Bool,
    Null,
}

impl Tag {
    /// The tag with this full name, such as `tag:yaml.org,2002:int`.
    pub(super) fn from_parts(handle: &str, suffix: &str) -> Self {
        const CORE: &str = "tag:yaml.org,2002:";
        let name = if handle == CORE { suffix } else { suffix.strip_prefix(CORE).unwrap_or("") };
        match name {
            "int" => Self::Int,
            "float" => Self::Float,
            "bool" => Self::Bool,
            "null" => Self::Null,
            _ => Self::Str,
        }
    }
}

/// Resolves the value `text` of a scalar; `plain` is whether it stands without quotes.
pub(super) fn resolve(text: &str, plain: bool, tag: Tag) -> Scalar<'_> {
    match (tag, plain) {
        (Tag::None, true) => resolve_plain(text),
        (Tag::None, false) | (Tag::Str, _) => Scalar::Str(text),
        _ => match (tag, resolve_plain(text)) {
            (Tag::Float, Scalar::Int(int)) => Scalar::Float(int as f64),
            (Tag::Float, value @ Scalar::Float(_))
            | (Tag::Int, value @ Scalar::Int(_))
            | (Tag::Bool, value @ Scalar::Bool(_))
            | (Tag::Null, value @ Scalar::Null) => value,
            _ => Scalar::Str(text),
        },
    }
}

/// The name that a key becomes in a Kubernetes object: `on: 1` sets the field `true`. Null is no name.
pub(super) fn key_name(key: Scalar<'_>) -> Option<Cow<'_, str>> {
    match key {
        Scalar::Null => None,
        Scalar::Bool(value) => Some(Cow::Borrowed(if value { "true" } else { "false" })),
        Scalar::Int(value) => Some(Cow::Owned(value.to_string())),
        Scalar::Float(value) => Some(Cow::Owned(value.to_string())),
        Scalar::Str(text) => Some(Cow::Borrowed(text)),
    }
}

fn resolve_plain(text: &str) -> Scalar<'_> {
    let Some(first) = text.bytes().next() else { return Scalar::Null };
    match first {
        b'~' | b'n' | b'N' | b'y' | b'Y' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' if text.len() <= 5 => {
            word(text)
        }
        b'0'..=b'9' => number(text).unwrap_or(Scalar::Str(text)),
        b'+' | b'-' | b'.' => special_float(text).or_else(|| number(text)).unwrap_or(Scalar::Str(text)),
        _ => Scalar::Str(text),
    }
}

fn word(text: &str) -> Scalar<'_> {
    match text {
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "y" | "Y" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "n" | "N" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        _ => Scalar::Str(text),
    }
}

fn special_float(text: &str) -> Option<Scalar<'_>> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(Scalar::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(Scalar::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => Some(Scalar::Float(f64::NEG_INFINITY)),
        _ => None,
    }
}

fn number(text: &str) -> Option<Scalar<'static>> {
    // A number that begins with its point takes no underscores.
    let digits = if text.contains('_') && !text.starts_with('.') {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    };
    if let Some(int) = whole(&digits) {
        return i64::try_from(int).ok().map(Scalar::Int).or(Some(Scalar::Float(int as f64)));
    }
    if !is_decimal(&digits) {
        return None;
    }
    digits.parse::<f64>().ok().filter(|value| value.is_finite()).map(Scalar::Float)
}

/// A whole number in any base, within `i64` and `u64`.
fn whole(text: &str) -> Option<i128> {
    let (negative, unsigned) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let (base, digits) = match unsigned.get(..2) {
        Some("0x" | "0X") => (16, unsigned.get(2..)?),
        Some("0o" | "0O") => (8, unsigned.get(2..)?),
        Some("0b" | "0B") => (2, unsigned.get(2..)?),
        Some(prefix) if prefix.starts_with('0') => (8, unsigned.get(1..)?),
        _ => (10, unsigned),
    };
    if !digits.starts_with(|c: char| c.is_digit(base)) {
        return None;
    }
    let value = i128::from(u64::from_str_radix(digits, base).ok()?);
    let value = if negative { -value } else { value };
    (value >= i128::from(i64::MIN)).then_some(value)
}

/// Whether `text` is a decimal number: digits with at most one point, and perhaps an exponent.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    !(before.is_empty() && after.is_empty())
        && all_digits(before)
        && all_digits(after)
        && exponent.is_none_or(|digits| !digits.is_empty() && all_digits(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Scalar<'_> {
        resolve(text, true, Tag::None)
    }

    /// Every expectation is what `kubectl` makes of the same text.
    #[test]
    fn plain_scalars_resolve_as_kubernetes_does() {
        for (text, value) in [
            ("", Scalar::Null),
            ("~", Scalar::Null),
            ("Null", Scalar::Null),
            ("nULL", Scalar::Str("nULL")),
            ("y", Scalar::Bool(true)),
            ("On", Scalar::Bool(true)),
            ("NO", Scalar::Bool(false)),
            ("oN", Scalar::Str("oN")),
            ("0777", Scalar::Int(511)),
            ("0o17", Scalar::Int(15)),
            ("0x1F", Scalar::Int(31)),
            ("-0b11", Scalar::Int(-3)),
            ("08", Scalar::Float(8.0)),
            ("1_000", Scalar::Int(1000)),
            ("+1", Scalar::Int(1)),
            ("-9223372036854775808", Scalar::Int(i64::MIN)),
            ("9223372036854775808", Scalar::Float(9_223_372_036_854_775_808.0)),
            ("99999999999999999999", Scalar::Float(1e20)),
            ("1e3", Scalar::Float(1000.0)),
            ("1.", Scalar::Float(1.0)),
            (".5", Scalar::Float(0.5)),
            ("-.inf", Scalar::Float(f64::NEG_INFINITY)),
            ("1e400", Scalar::Str("1e400")),
            ("._1", Scalar::Str("._1")),
            (".", Scalar::Str(".")),
            ("-", Scalar::Str("-")),
            ("+-1", Scalar::Str("+-1")),
            ("0x", Scalar::Str("0x")),
            ("0x+1", Scalar::Str("0x+1")),
            ("2001-01-01", Scalar::Str("2001-01-01")),
            ("10.0.0.0/8", Scalar::Str("10.0.0.0/8")),
            ("0é", Scalar::Str("0é")),
        ] {
            assert_eq!(plain(text), value, "{text}");
        }
        assert!(matches!(plain(".NaN"), Scalar::Float(value) if value.is_nan()));
    }

    #[test]
    fn quotes_and_tags_decide() {
        assert_eq!(resolve("1", false, Tag::None), Scalar::Str("1"));
        assert_eq!(resolve("1", true, Tag::Str), Scalar::Str("1"));
        assert_eq!(resolve("7", false, Tag::Int), Scalar::Int(7));
        assert_eq!(resolve("7", false, Tag::Float), Scalar::Float(7.0));
        assert_eq!(resolve("x", true, Tag::Int), Scalar::Str("x"));
        assert_eq!(Tag::from_parts("tag:yaml.org,2002:", "int"), Tag::Int);
        assert_eq!(Tag::from_parts("", "tag:yaml.org,2002:bool"), Tag::Bool);
        assert_eq!(Tag::from_parts("!", "int"), Tag::Str);
    }

    #[test]
    fn keys_become_names() {
        assert_eq!(key_name(plain("on")).as_deref(), Some("true"));
        assert_eq!(key_name(plain("0x10")).as_deref(), Some("16"));
        assert_eq!(key_name(plain("~")), None);
    }
}
