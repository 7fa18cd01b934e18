//! The npm packages: who imports whom, what a manifest has to say, what a lock file must not.

use super::Violation;
use crate::repo::SourceFile;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

const PACKAGES: &str = "js/packages/";
const APPS: &str = "js/apps/";
const LICENSE: &str = "MIT OR Apache-2.0";

/// Endings of files that can import.
pub(super) const SCRIPTS: [&str; 8] = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/// All checks of this module over the files of the checkout.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Violation> {
    let apps: BTreeSet<String> =
        files.iter().filter(|file| is_manifest(file, APPS)).filter_map(package_name).collect();
    let mut violations = Vec::new();
    for file in files {
        if file.path.ends_with("package-lock.json") {
            violations.extend(hosts(file));
        }
        let Some(home) = Home::of(&file.path) else { continue };
        if home.folder.len() + "package.json".len() == file.path.len() && file.path.ends_with("package.json")
        {
            violations.extend(manifest(file, &home, &apps));
        }
        if SCRIPTS.iter().any(|ending| file.path.ends_with(ending)) {
            violations.extend(imports(file, &home, &apps));
        }
    }
    violations
}

/// The package or application that a file belongs to.
struct Home<'a> {
    /// With the last `/`.
    folder: &'a str,
    /// How the messages call it.
    kind: &'static str,
}

impl<'a> Home<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let (room, kind) = [(PACKAGES, "a package"), (APPS, "an application")]
            .into_iter()
            .find(|(room, _)| path.starts_with(room))?;
        let name = path.strip_prefix(room)?.split_once('/')?.0;
        Some(Self { folder: path.get(..room.len() + name.len() + 1)?, kind })
    }

    /// What is wrong with knowing the package `name`, if it is an application: those are imported by nobody.
    fn fault(&self, name: &str, apps: &BTreeSet<String>) -> Option<String> {
        apps.contains(name).then(|| format!("{} must not know the application `{name}`", self.kind))
    }
}

fn is_manifest(file: &SourceFile, room: &str) -> bool {
    Home::of(&file.path).is_some_and(|home| {
        file.path.starts_with(room) && file.path.strip_prefix(home.folder) == Some("package.json")
    })
}

fn package_name(manifest: &SourceFile) -> Option<String> {
    let manifest: Value = serde_json::from_str(&manifest.text).ok()?;
    Some(manifest.get("name")?.as_str()?.to_owned())
}

/// The addresses of a lock file: they name the registry of one machine.
fn hosts(lock: &SourceFile) -> Vec<Violation> {
    let has_host = |line: &str| line.trim_start().starts_with("\"resolved\":") && line.contains("://");
    let message =
        "`resolved` names a registry: install with omit-lockfile-registry-resolved, as js/.npmrc says";
    let lines = lock.text.lines().enumerate().filter(|(_, line)| has_host(line));
    lines.map(|(i, _)| Violation::new(lock, i + 1, message)).collect()
}

/// What a manifest depends on, and its licence.
fn manifest(file: &SourceFile, home: &Home<'_>, apps: &BTreeSet<String>) -> Vec<Violation> {
    let manifest: Map<String, Value> = match serde_json::from_str(&file.text) {
        Ok(manifest) => manifest,
        Err(error) => return vec![Violation::new(file, error.line(), format!("is no manifest: {error}"))],
    };
    let mut violations = Vec::new();
    if manifest.get("license").and_then(Value::as_str) != Some(LICENSE) {
        violations.push(Violation::new(file, 1, format!("the licence is not \"{LICENSE}\"")));
    }
    for kind in ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] {
        for name in manifest.get(kind).and_then(Value::as_object).into_iter().flat_map(Map::keys) {
            if let Some(fault) = home.fault(name, apps) {
                let key = format!("\"{name}\":");
                let line = file.text.lines().position(|line| line.trim_start().starts_with(&key));
                violations.push(Violation::new(file, line.map_or(1, |at| at + 1), fault));
            }
        }
    }
    violations
}

/// The imports of a script that leave its package by a path, or lead to an application.
fn imports(file: &SourceFile, home: &Home<'_>, apps: &BTreeSet<String>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (i, line) in file.text.lines().enumerate() {
        for specifier in specifiers(line) {
            let fault = if specifier.starts_with('.') {
                leaves(&file.path, home, specifier)
                    .then(|| format!("`{specifier}` leaves {}: import it by its name", home.kind))
            } else {
                home.fault(&package_of(specifier), apps)
            };
            violations.extend(fault.map(|fault| Violation::new(file, i + 1, fault)));
        }
    }
    violations
}

/// The package that a bare specifier names: `@a/b/c` is of `@a/b`.
fn package_of(specifier: &str) -> String {
    let segments = if specifier.starts_with('@') { 2 } else { 1 };
    specifier.split('/').take(segments).collect::<Vec<_>>().join("/")
}

/// Whether a relative specifier climbs out of the home of the file.
fn leaves(path: &str, home: &Home<'_>, specifier: &str) -> bool {
    let inner = path.strip_prefix(home.folder).unwrap_or(path);
    let mut depth = inner.matches('/').count();
    for segment in specifier.split('/') {
        match segment {
            "." | "" => {}
            ".." => match depth.checked_sub(1) {
                Some(up) => depth = up,
                None => return true,
            },
            _ => depth += 1,
        }
    }
    false
}

/// What a line imports: strings after `from`, `import` and `require`.
fn specifiers(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, quote) in line.match_indices(['"', '\'']) {
        let before = line.get(..at).unwrap_or_default().trim_end();
        let is_import = ["from", "import", "import(", "require("].iter().any(|word| {
            before
                .strip_suffix(word)
                .is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        });
        let rest = line.get(at + quote.len()..).unwrap_or_default();
        if let Some((specifier, _)) = rest.split_once(quote)
            && is_import
        {
            found.push(specifier);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    const APP: &str = "{\n  \"name\": \"@x/app\",\n  \"license\": \"MIT OR Apache-2.0\"\n}\n";

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        let files = [file("js/apps/app/package.json", APP), file(path, text)];
        check(&files).into_iter().map(|violation| (violation.line, violation.message)).collect()
    }

    #[test]
    fn packages_do_not_import_applications() {
        let text = "import { a } from \"@x/app/deep\";\nimport \"ringfence\";\nawait import('@x/app');\n";
        let message = "a package must not know the application `@x/app`".to_owned();
        assert_eq!(found("js/packages/p/src/a.ts", text), [(1, message.clone()), (3, message)]);
        assert_eq!(found("js/apps/other/src/a.ts", "import \"@x/app\";\n").len(), 1);
        assert_eq!(found("js/apps/other/src/a.ts", "import \"ringfence\";\n"), []);
        assert_eq!(found("tests/a.mjs", text), []);
    }

    #[test]
    fn paths_stay_in_the_package() {
        let path = "js/packages/p/src/deep/a.ts";
        assert_eq!(found(path, "import { a } from \"../../wasm/a.js\";\n"), []);
        assert_eq!(found(path, "export * from \"./b.js\";\n"), []);
        assert_eq!(found(path, "const a = require(\"../../../q/b.js\");\n").len(), 1);
        assert_eq!(found(path, "const text = \"../../../q/b.js\"; // xfrom \"../../../x\"\n"), []);
    }

    #[test]
    fn manifests_have_the_licence_and_know_no_application() {
        let manifest = |license: &str, dependency: &str| {
            format!(
                "{{\n\"license\": \"{license}\",\n\"dependencies\": {{\n\"{dependency}\": \"1\"\n}}\n}}\n"
            )
        };
        let path = "js/packages/p/package.json";
        assert_eq!(found(path, &manifest(LICENSE, "b")), []);
        assert_eq!(found(path, &manifest("MIT", "b")).len(), 1);
        assert_eq!(
            found(path, &manifest(LICENSE, "@x/app")),
            [(4, "a package must not know the application `@x/app`".to_owned())]
        );
        assert_eq!(found(path, "[]").len(), 1);
        assert_eq!(found("js/packages/p/test/data/package.json", "[]"), []);
    }

    #[test]
    fn lock_files_name_no_host() {
        let text =
            "{\n  \"resolved\": \"packages/ringfence\",\n  \"resolved\": \"https://a.example/b.tgz\"\n}\n";
        let lines: Vec<usize> =
            found("js/package-lock.json", text).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [3]);
    }
}
