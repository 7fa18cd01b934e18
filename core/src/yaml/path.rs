//! Field paths such as `spec.ingress[0].from[1].ipBlock.cidr` and `metadata.labels["app.kubernetes.io/name"]`.

use std::borrow::Cow;
use std::fmt::Write;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment<'p> {
    Key(Cow<'p, str>),
    Index(usize),
}

/// Reads a path step by step; each step comes with the length of the path up to its end. Ends early, with `None`
/// inside, where the path is malformed.
pub(super) struct Segments<'p> {
    path: &'p str,
    at: usize,
}

impl<'p> Segments<'p> {
    pub(super) fn new(path: &'p str) -> Self {
        Self { path, at: 0 }
    }

    fn bracket(rest: &'p str) -> Option<(Segment<'p>, usize)> {
        if !rest.starts_with("[\"") {
            let (digits, _) = rest.get(1..)?.split_once(']')?;
            return Some((Segment::Index(digits.parse().ok()?), digits.len() + 2));
        }
        let quoted = rest.get(2..)?;
        let mut key = String::new();
        let mut chars = quoted.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    let plain = quoted.get(..at)?;
                    let key = if plain == key { Cow::Borrowed(plain) } else { Cow::Owned(key) };
                    return quoted.get(at + 1..)?.starts_with(']').then_some((Segment::Key(key), at + 4));
                }
                '\\' => key.push(chars.next()?.1),
                _ => key.push(c),
            }
        }
        None
    }

    fn step(&self, rest: &'p str) -> Option<(Segment<'p>, usize)> {
        if rest.starts_with('[') {
            return Self::bracket(rest);
        }
        let name = match rest.strip_prefix('.') {
            Some(name) if self.at > 0 => name,
            None if self.at == 0 => rest,
            _ => return None,
        };
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let key = name.get(..end).filter(|key| !key.is_empty())?;
        Some((Segment::Key(Cow::Borrowed(key)), end + rest.len() - name.len()))
    }
}

impl<'p> Iterator for Segments<'p> {
    type Item = Option<(Segment<'p>, usize)>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.path.get(self.at..).filter(|rest| !rest.is_empty())?;
        let step = self.step(rest);
        self.at = match &step {
            Some((_, len)) => self.at + len,
            None => self.path.len(),
        };
        Some(step.map(|(segment, _)| (segment, self.at)))
    }
}

/// Appends the step to the field `key`: `.key`, or `["key"]` where the key isn't a plain name.
pub fn push_key(path: &mut String, key: &str) {
    let plain = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if plain {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
        return;
    }
    path.push_str("[\"");
    for c in key.chars() {
        if matches!(c, '"' | '\\') {
            path.push('\\');
        }
        path.push(c);
    }
    path.push_str("\"]");
}

/// Appends the step to item `index` of a list.
pub fn push_index(path: &mut String, index: usize) {
    // Writing to a string can't fail.
    let _ = write!(path, "[{index}]");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> Option<Vec<Segment<'_>>> {
        Segments::new(path).map(|step| step.map(|(segment, _)| segment)).collect()
    }

    #[test]
    fn paths_are_read_as_they_are_written() {
        let keys = ["spec", "app.kubernetes.io/name", "q\"\\", "", "0", "a-b"];
        let mut path = String::new();
        for (index, key) in keys.iter().enumerate() {
            push_key(&mut path, key);
            push_index(&mut path, index);
        }
        assert_eq!(path, r#"spec[0]["app.kubernetes.io/name"][1]["q\"\\"][2][""][3]["0"][4].a-b[5]"#);
        let expected = keys
            .iter()
            .enumerate()
            .flat_map(|(index, key)| [Segment::Key(Cow::Borrowed(*key)), Segment::Index(index)]);
        assert_eq!(read(&path), Some(expected.collect()));
        assert_eq!(read(""), Some(Vec::new()));
    }

    #[test]
    fn malformed_paths_end() {
        for path in ["a..b", ".a", "a.", "a[", "a[x]", "a[\"x]", "a[\"x\"", "a[-1]", "a[0]b"] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}
