//! What a WebAssembly module is made of: its sections, and whose code fills them.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::ops::Range;
use wasmparser::{CustomSectionReader, KnownCustom, Name, Parser, Payload, TypeRef};

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

/// Sizes in bytes by name.
pub(crate) type Sizes = BTreeMap<String, u64>;

/// What fills a module.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Code by the crate that it was written in, of our own crate by module; what is no code by its kind.
    pub(crate) contributors: Sizes,
    /// Code by function; those of one name, which are instances for several types, together.
    pub(crate) functions: Sizes,
}

/// Reads a module that has the names of its functions.
pub(crate) fn contents(module: &[u8]) -> Result<Contents> {
    let mut names = BTreeMap::new();
    let mut imported = 0;
    let mut bodies = Vec::new();
    let mut contents = Contents::default();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(length(&body.range())),
            Payload::CustomSection(custom) => names.extend(function_names(custom)?),
            _ => {}
        }
        if let (Some(kind), Some((_, range))) = (kind(&payload), payload.as_section()) {
            *contents.contributors.entry(kind.to_owned()).or_default() += length(&range);
        }
    }
    for (index, size) in (imported..).zip(bodies) {
        let name = without_hashes(names.get(&index).unwrap_or(&"(without a name)"));
        *contents.contributors.entry(owner(&name)).or_default() += size;
        *contents.functions.entry(name).or_default() += size;
    }
    Ok(contents)
}

/// The names that a custom section gives to functions, by index.
fn function_names<'a>(custom: &CustomSectionReader<'a>) -> Result<BTreeMap<u32, &'a str>> {
    let mut names = BTreeMap::new();
    let KnownCustom::Name(sections) = custom.as_known() else {
        return Ok(names);
    };
    for section in sections {
        if let Name::Function(functions) = section? {
            for naming in functions {
                let naming = naming?;
                names.insert(naming.index, naming.name);
            }
        }
    }
    Ok(names)
}

/// A demangled name without what makes it unique: `a::f::h0123456789abcdef`, `a[0123456789abcdef]::f`.
fn without_hashes(name: &str) -> String {
    let is_hash = |text: &str| text.len() >= 8 && text.chars().all(|c| c.is_ascii_hexdigit());
    let name = name.rsplit_once("::h").filter(|(_, hash)| is_hash(hash)).map_or(name, |(name, _)| name);
    let mut plain = String::with_capacity(name.len());
    for (i, part) in name.split('[').enumerate() {
        match part.split_once(']') {
            Some((hash, rest)) if i > 0 && is_hash(hash) => plain.push_str(rest),
            _ => {
                plain.push_str(if i > 0 { "[" } else { "" });
                plain.push_str(part);
            }
        }
    }
    plain
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

/// The crate in which a function was written, by its demangled name. `<T as Trait>::f` counts for the trait's crate
/// where the type has no path, and what drops a value for the crate of the value.
fn owner(name: &str) -> String {
    let name = name.strip_prefix("core::ptr::drop_in_place<").unwrap_or(name);
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
        let contents = contents(&[module(), custom("name", &names)].concat()).unwrap();
        let other = 4 + 7 + 3;
        let sizes =
            |sizes: &[(&str, u64)]| sizes.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect();
        let contributors = [("(other sections)", other), ("(runtime)", 4), ("ringfence::engine", 2)];
        let functions = [("memcpy", 4), ("ringfence::engine::walk", 2)];
        let expected = Contents { contributors: sizes(&contributors), functions: sizes(&functions) };
        assert_eq!(contents, expected);
    }

    #[test]
    fn hashes_go() {
        assert_eq!(without_hashes("a::f::h0123456789abcdef"), "a::f");
        assert_eq!(without_hashes("<a[0123456789abcdef]::B as c[fedcba98]::D>::e"), "<a::B as c::D>::e");
        assert_eq!(without_hashes("<[u8] as a::has>::host"), "<[u8] as a::has>::host");
    }

    #[test]
    fn owners() {
        for (name, expected) in [
            ("ringfence::engine::walk::ask", "ringfence::engine"),
            ("ringfence::main", "ringfence"),
            ("core::ptr::drop_in_place<ringfence::text::Span>", "ringfence::text"),
            ("core::ptr::drop_in_place<alloc::vec::Vec<ringfence::text::Span>>", "alloc"),
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
