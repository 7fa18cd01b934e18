//! What a WebAssembly module is made of: its sections, and whose code fills them.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::ops::Range;
use wasmparser::{KnownCustom, Name, Parser, Payload};

/// The custom section that a later wasm-opt needs; every other one serves debuggers.
const KEPT: &str = "target_features";

/// The module without the custom sections that no engine needs, above all the names of functions.
pub(super) fn without_names(module: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(module.len());
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::Version { range, .. } = &payload {
            bytes.extend_from_slice(slice(module, range)?);
        }
        let is_left_out = matches!(&payload, Payload::CustomSection(custom) if custom.name() != KEPT);
        if let Some((id, range)) = payload.as_section().filter(|_| !is_left_out) {
            bytes.push(id);
            let content = slice(module, &range)?;
            push_leb128(&mut bytes, content.len());
            bytes.extend_from_slice(content);
        }
    }
    Ok(bytes)
}

fn slice<'a>(module: &'a [u8], range: &Range<u64>) -> Result<&'a [u8]> {
    let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
    module.get(range).context("a section reaches beyond the module")
}

fn length(range: &Range<u64>) -> u64 {
    range.end.saturating_sub(range.start)
}

/// Seven bits a byte, the lowest first; the highest bit tells that more follow.
fn push_leb128(bytes: &mut Vec<u8>, mut value: usize) {
    while value > 0x7f {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// How many bytes of a module, named or not, are whose.
pub(crate) type Contributors = BTreeMap<String, u64>;

/// The bytes of a module with names by contributor: code by the crate it was written in, which is not always the one it
/// was instantiated for; of our own crate by module. What is no code goes by its kind.
pub(crate) fn contributors(module: &[u8]) -> Result<Contributors> {
    let mut names = BTreeMap::new();
    let mut imported = 0;
    let mut bodies = Vec::new();
    let mut sums = Contributors::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    imported += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(length(&body.range())),
            Payload::CustomSection(custom) => {
                if let KnownCustom::Name(sections) = custom.as_known() {
                    for section in sections {
                        if let Name::Function(functions) = section? {
                            for naming in functions {
                                let naming = naming?;
                                names.insert(naming.index, naming.name);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
        if let Some(kind) = kind(&payload)
            && let Some((_, range)) = payload.as_section()
        {
            *sums.entry(kind.to_owned()).or_default() += length(&range);
        }
    }
    for (index, size) in (imported..).zip(bodies) {
        let owner = names.get(&index).map_or("(code without a name)".to_owned(), |name| owner(name));
        *sums.entry(owner).or_default() += size;
    }
    Ok(sums)
}

/// What a section holds, if it ships and is no code.
fn kind(payload: &Payload<'_>) -> Option<&'static str> {
    match payload {
        Payload::DataSection(_) => Some("(data)"),
        Payload::CustomSection(_) | Payload::CodeSectionStart { .. } => None,
        _ => Some("(other sections)"),
    }
}

/// Our own crate: its share is told by module.
const OWN: &str = "ringfence";

/// The crate in which a function was written, by its demangled name; `<T as Trait>::f` counts for the trait's crate
/// where the type has no path.
fn owner(name: &str) -> String {
    let path = name.split(" as ").find_map(path).unwrap_or_default();
    match path.as_slice() {
        [OWN, module, _, ..] => format!("{OWN}::{module}"),
        [krate, ..] => (*krate).to_owned(),
        [] => "(runtime)".to_owned(),
    }
}

/// The segments of the path that `text` begins with, after `<`, `&` and the like; `None` where it has fewer than two.
fn path(text: &str) -> Option<Vec<&str>> {
    let mut text = text;
    loop {
        let bare = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
        let bare = ["mut ", "const ", "dyn "].iter().find_map(|word| bare.strip_prefix(word)).unwrap_or(bare);
        if bare.len() == text.len() {
            break;
        }
        text = bare;
    }
    let mut segments = Vec::new();
    for part in text.split("::") {
        let end = part.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(part.len());
        let (segment, rest) = part.split_at_checked(end)?;
        if segment.is_empty() {
            break;
        }
        segments.push(segment);
        if !rest.is_empty() {
            break;
        }
    }
    (segments.len() > 1).then_some(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `\0asm`, version 1.
    const HEADER: [u8; 8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![id];
        push_leb128(&mut bytes, content.len());
        bytes.extend_from_slice(content);
        bytes
    }

    fn text(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        push_leb128(&mut bytes, text.len());
        bytes.extend_from_slice(text.as_bytes());
        bytes
    }

    fn custom(name: &str, content: &[u8]) -> Vec<u8> {
        section(0, &[text(name), content.to_vec()].concat())
    }

    /// A module that imports one function and has two, of 2 and 4 bytes.
    fn module() -> Vec<u8> {
        let import = [&[1][..], &text("m"), &text("f"), &[0, 0]].concat();
        [
            HEADER.to_vec(),
            section(1, &[1, 0x60, 0, 0]),
            section(2, &import),
            section(3, &[2, 0, 0]),
            section(10, &[2, 2, 0, 0x0b, 4, 0, 1, 1, 0x0b]),
        ]
        .concat()
    }

    #[test]
    fn names_go_and_features_stay() {
        let features = custom(KEPT, &[0]);
        let full = [module(), custom("name", &[0; 300]), features.clone()].concat();
        let bare = without_names(&full).unwrap();
        assert_eq!(bare, [module(), features].concat());
        assert!(without_names(b"no module").is_err());
    }

    #[test]
    fn code_counts_for_the_crate_that_its_name_tells() {
        let entries = [&[2, 1][..], &text("ringfence::engine::walk"), &[2], &text("memcpy")].concat();
        let names = [&[1][..], &[u8::try_from(entries.len()).unwrap()], &entries].concat();
        let sums = contributors(&[module(), custom("name", &names)].concat()).unwrap();
        let other = 4 + 7 + 3;
        let expected = [("(other sections)", other), ("(runtime)", 4), ("ringfence::engine", 2)];
        assert_eq!(sums, expected.map(|(name, size)| (name.to_owned(), size)).into());
    }

    #[test]
    fn owners() {
        for (name, expected) in [
            ("ringfence::engine::walk::ask", "ringfence::engine"),
            ("ringfence::main", "ringfence"),
            ("core::ptr::drop_in_place<ringfence::text::Span>", "core"),
            ("<ringfence::yaml::Tree as core::fmt::Debug>::fmt", "ringfence::yaml"),
            ("<&mut T as serde_core::de::Deserializer>::any", "serde_core"),
            ("<dyn alloc::a::B>::c", "alloc"),
            ("core::fmt::num::<impl core::fmt::Debug for u32>::fmt", "core"),
            ("__rust_alloc", "(runtime)"),
        ] {
            assert_eq!(owner(name), expected, "{name}");
        }
    }
}
