//! Line-by-line checks: headers, lengths, markers, machine paths, line ends.

use super::{Violation, npm::SCRIPTS};
use crate::codegen;
use crate::repo::SourceFile;

/// A file beyond this is split.
const MAX_LINES: usize = 800;
/// A file beyond this is looked at.
const MANY_LINES: usize = 400;

/// Folders whose files are inputs of tests: they may hold anything.
const FIXTURES: [&str; 4] = ["tests/suite/", "tests/corpora/", "tests/fuzz/corpus/", "tests/fixtures/"];

/// Endings of files, besides scripts, in which a marker is a note to oneself.
const SOURCES: [&str; 5] = [".rs", ".py", ".go", ".sh", ".toml"];

/// What must not be in a source, with the reason. Written in two halves, or this file would find itself.
const MARKERS: [(&str, &str); 5] = [
    (concat!("TO", "DO"), "finish it or leave it out"),
    (concat!("FIX", "ME"), "finish it or leave it out"),
    (concat!("XX", "X"), "finish it or leave it out"),
    (concat!("db", "g!"), "left over from debugging"),
    (concat!("#[ign", "ore"), "a test runs or is deleted"),
];

/// Where the paths of one person's machine begin.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// All checks of this module.
pub(crate) fn check(file: &SourceFile) -> Vec<Violation> {
    let mut violations = Vec::new();
    let is_rust = file.path.ends_with(".rs");
    if is_rust && !file.text.starts_with("//!") {
        violations.push(Violation::new(file, 1, "a module opens with `//!`: why it exists, its invariant"));
    }
    if has_limit(file) && lines(file) > MAX_LINES {
        let message = format!("{} lines; split what is beyond {MAX_LINES}", lines(file));
        violations.push(Violation::new(file, MAX_LINES + 1, message));
    }
    if FIXTURES.iter().any(|folder| file.path.starts_with(folder)) {
        return violations;
    }
    let is_source = is_script(file)
        || SOURCES.iter().any(|ending| file.path.ends_with(ending))
        || file.path.starts_with(".ci/");
    for (i, line) in file.text.split('\n').enumerate() {
        if is_source {
            for (marker, reason) in MARKERS.iter().filter(|(marker, _)| has_word(line, marker)) {
                violations.push(Violation::new(file, i + 1, format!("`{marker}`: {reason}")));
            }
        }
        for prefix in MACHINE_PATHS.iter().filter(|prefix| has_path(line, prefix)) {
            violations.push(Violation::new(file, i + 1, format!("`{prefix}`: a path of one machine")));
        }
        if line.ends_with('\r') {
            violations.push(Violation::new(file, i + 1, "the line ends with CR LF"));
        }
    }
    violations
}

/// A remark on a file that grows too long, which is no violation yet.
pub(crate) fn long_file(file: &SourceFile) -> Option<String> {
    let count = lines(file);
    let long = has_limit(file) && (MANY_LINES + 1..=MAX_LINES).contains(&count);
    long.then(|| format!("{}: {count} lines", file.path))
}

fn lines(file: &SourceFile) -> usize {
    file.text.lines().count()
}

/// Whether the file may only have so many lines: code that a person wrote, and no test.
fn has_limit(file: &SourceFile) -> bool {
    let is_test =
        file.path.starts_with("tests/") || file.path.contains("/test/") || file.path.ends_with("/tests.rs");
    let is_code = file.path.ends_with(".rs") || is_script(file);
    is_code && !is_test && !codegen::is_generated(&file.text)
}

fn is_script(file: &SourceFile) -> bool {
    SCRIPTS.iter().any(|ending| file.path.ends_with(ending))
}

/// Whether `word` stands in `line` and is not a part of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        let joined = before.is_some_and(is_word) || (word.ends_with(is_word) && after.is_some_and(is_word));
        !joined
    })
}

/// Whether an absolute path begins with `prefix` in `line`: inside a longer path or an address it is no match.
fn has_path(line: &str, prefix: &str) -> bool {
    line.match_indices(prefix).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|c| is_word(c) || "./-~}*$".contains(c))
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        check(&file(path, text)).into_iter().map(|violation| (violation.line, violation.message)).collect()
    }

    #[test]
    fn markers_are_found_as_words_in_sources_only() {
        let text = format!("//! x\nlet a = {}!(1); // {}: later\n", concat!("db", "g"), concat!("TO", "DO"));
        let lines: Vec<_> = found("core/src/a.rs", &text).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [2, 2]);
        assert_eq!(found("docs/a.md", &text), []);
        assert_eq!(found("core/src/a.rs", &format!("//! {}S\n", concat!("XX", "XX"))), []);
        assert_eq!(
            found("core/src/a.rs", &format!("//! x\n{} = \"slow\"]\n", concat!("#[ign", "ore"))).len(),
            1
        );
    }

    #[test]
    fn machine_paths_are_found_where_a_path_begins() {
        let [work, root, ..] = MACHINE_PATHS;
        assert_eq!(found("README.md", &format!("see {work}x\nand `{root}y`\n")).len(), 2);
        assert_eq!(
            found("README.md", &format!("see docs{work}x and ..{work}y and https://a.example{root}z\n")),
            []
        );
        assert_eq!(found("tests/suite/a.yaml", &format!("path: {root}x\r\n")), []);
    }

    #[test]
    fn headers_lengths_and_line_ends() {
        assert_eq!(found("a.rs", "use x;\n").len(), 1);
        let long = format!("//! x\n{}", "\n".repeat(MAX_LINES));
        assert_eq!(found("a.rs", &long), [(801, "801 lines; split what is beyond 800".to_owned())]);
        assert_eq!(found("tests/tests/a.rs", &long), []);
        assert_eq!(found("js/packages/a/src/a.ts", &long).len(), 1);
        assert_eq!(found("js/packages/a/test/a.test.ts", &long), []);
        assert_eq!(found("core/src/a.rs", &format!("//! x; {}.\n{long}", codegen::MARKER)), []);
        assert_eq!(found("a.md", "a\r\nb\n"), [(1, "the line ends with CR LF".to_owned())]);
        assert!(long_file(&file("a.rs", &"\n".repeat(401))).is_some());
        assert!(long_file(&file("a.rs", &"\n".repeat(400))).is_none());
    }
}
