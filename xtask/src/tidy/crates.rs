//! Which of our own crates a crate may build on, by the room that it stands in.

use super::Violation;
use crate::repo::SourceFile;
use toml::{Table, Value};

/// Every room with a crate, and what it may build on. What a crate needs only for its tests is free.
const ROOMS: [(&str, Allowed); 7] = [
    ("core/", Allowed::Only(&[])),
    ("cli/", Allowed::Only(&["ringfence"])),
    // Glue between a host and one of these.
    ("wasm/", Allowed::Only(&["ringfence", "ringfence-cli"])),
    ("tests/", Allowed::All),
    // Prints what is generated from the linked core.
    ("xtask/docs/", Allowed::Only(&["ringfence"])),
    // Developer commands run while the product does not compile.
    ("xtask/", Allowed::Only(&[])),
    // The workspace itself.
    ("Cargo.toml", Allowed::All),
];

#[derive(Clone, Copy)]
enum Allowed {
    All,
    Only(&'static [&'static str]),
}

/// The dependencies of a manifest that its room does not allow.
pub(crate) fn check(file: &SourceFile) -> Vec<Violation> {
    if file.path != "Cargo.toml" && !file.path.ends_with("/Cargo.toml") {
        return Vec::new();
    }
    let Some((room, allowed)) = ROOMS.iter().find(|(room, _)| file.path.starts_with(room)) else {
        return vec![Violation::new(file, 1, "the crate has no room: add it in xtask/src/tidy/crates.rs")];
    };
    let Allowed::Only(allowed) = allowed else {
        return Vec::new();
    };
    let manifest = match toml::from_str::<Table>(&file.text) {
        Ok(manifest) => manifest,
        Err(error) => return vec![Violation::new(file, 1, format!("is not TOML: {}", error.message()))],
    };
    let own = dependencies(&manifest).into_iter().filter(|(_, name)| name.starts_with("ringfence"));
    own.filter(|(_, name)| !allowed.contains(&name.as_str()))
        .map(|(key, name)| {
            Violation::new(file, line_of(file, &key), format!("`{room}` must not know `{name}`"))
        })
        .collect()
}

/// Key and name of every crate that the product is built from, those of single targets among them.
fn dependencies(manifest: &Table) -> Vec<(String, String)> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let mut found = Vec::new();
    for table in std::iter::once(manifest).chain(targets) {
        for kind in ["dependencies", "build-dependencies"] {
            for (key, value) in table.get(kind).and_then(Value::as_table).into_iter().flatten() {
                let renamed = value.get("package").and_then(Value::as_str);
                found.push((key.clone(), renamed.unwrap_or(key).to_owned()));
            }
        }
    }
    found
}

/// The first line that begins with the key, or the header of its own table.
fn line_of(file: &SourceFile, key: &str) -> usize {
    let names = |line: &str| {
        let line = line.trim_start();
        let rest = line.strip_prefix(key).or_else(|| line.split_once("dependencies.")?.1.strip_prefix(key));
        rest.is_some_and(|rest| rest.starts_with(['.', ' ', '=', ']']))
    };
    file.text.lines().position(names).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        check(&file(path, text)).into_iter().map(|violation| (violation.line, violation.message)).collect()
    }

    #[test]
    fn glue_builds_on_core_and_command_alone() {
        let text = "[dependencies]\nringfence.workspace = true\nringfence-cli = \"1\"\nserde = \"1\"\n";
        assert_eq!(found("wasm/a/Cargo.toml", text), []);
        let text = "[dependencies]\nringfence-wasm = { path = \"../bindgen\" }\n";
        assert_eq!(
            found("wasm/a/Cargo.toml", text),
            [(2, "`wasm/` must not know `ringfence-wasm`".to_owned())]
        );
    }

    #[test]
    fn every_way_to_depend_counts_and_tests_are_free() {
        for text in [
            "[dependencies.ringfence]\npath = \"x\"\n",
            "[build-dependencies]\nringfence = \"1\"\n",
            "[target.'cfg(unix)'.dependencies]\nringfence = \"1\"\n",
            "[dependencies]\nx = { package = \"ringfence\", version = \"1\" }\n",
        ] {
            assert_eq!(found("core/Cargo.toml", text).len(), 1, "{text}");
            assert_eq!(found("tests/Cargo.toml", text), []);
        }
        assert_eq!(found("core/Cargo.toml", "[dev-dependencies]\nringfence-tests = \"1\"\n"), []);
    }

    #[test]
    fn inner_rooms_have_rules_of_their_own() {
        let text = "[dependencies]\nringfence = \"1\"\n";
        assert_eq!(found("xtask/docs/Cargo.toml", text), []);
        assert_eq!(found("xtask/Cargo.toml", text).len(), 1);
        assert_eq!(found("elsewhere/Cargo.toml", text).len(), 1);
        assert_eq!(found("wasm/a/Cargo.toml", "[").len(), 1);
    }
}
