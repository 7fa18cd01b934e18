//! What an editor asks: every case below `tests/ide/<feature>`, with the answer beside it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod ide_laws;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use ringfence::ide::{self, Snapshot};
use ringfence::text::{PositionEncoding, SourceFile, Span, offset};
use ringfence::wire::{DocumentSymbol, IdeBorder, Place, Position, TextEdit, WorkspaceSymbol};
use ringfence::workspace::Outcome;
use ringfence_tests::editor::{Case, Cursor, ask, expect};
use ringfence_tests::root;

/// What a feature answers for one cursor, as text.
type Feature = fn(&Asked<'_, '_, '_>) -> String;

const FEATURES: [(&str, Feature); 9] = [
    ("hover", hover),
    ("lenses", lenses),
    ("inlays", inlays),
    ("completion", completion),
    ("definition", definition),
    ("references", references),
    ("symbols", symbols),
    ("rename", rename),
    ("actions", actions),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for (name, feature) in FEATURES {
        let folder = root().join("tests/ide").join(name);
        let mut cases: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        cases.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
        cases.sort();
        assert!(!cases.is_empty(), "no case of {name}");
        for case in cases {
            let title = format!("{name}/{}", case.file_stem().unwrap().to_string_lossy());
            trials.push(Trial::test(title, move || run(&case, feature)));
        }
    }
    trials.push(Trial::test("every snippet is a policy", snippets_are_policies));
    trials.extend(ide_laws::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Every snippet, with what its stops propose, is a policy that the API server takes.
fn snippets_are_policies() -> Result<(), Failed> {
    let case = Case::parse("$0\n#- a.yaml\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
    let snippets = ask(&case.workspace(), |snapshot, _| ide::complete(snapshot, "case.yaml", 0)).unwrap();
    let snippets: Vec<_> =
        snippets.into_iter().filter(|found| found.kind == ide::CompletionKind::Snippet).collect();
    assert!(snippets.len() > 5);
    for snippet in snippets {
        let text = filled(&snippet.insert);
        let mut workspace = case.workspace();
        workspace.set("case.yaml", text.as_bytes());
        let outcome = workspace.check(&ringfence::workspace::CheckOptions::default());
        let refused = outcome.findings.iter().find(|f| f.rule.starts_with("invalid") || f.group == "input");
        assert_eq!(refused, None, "{text}");
        let policies = ask(&workspace, |snapshot, _| ide::lenses(snapshot, "case.yaml").len());
        assert_eq!(policies, Some(1), "{text}");
    }
    Ok(())
}

/// A snippet with the first proposal of each of its stops.
fn filled(snippet: &str) -> String {
    let mut text = String::new();
    let mut rest = snippet;
    while let Some((before, stop)) = rest.split_once("${") {
        let (stop, after) = stop.split_once('}').unwrap();
        let proposal = stop.split([':', '|']).nth(1).unwrap();
        text += before;
        text += proposal.split(',').next().unwrap();
        rest = after;
    }
    text + rest
}

/// One question.
struct Asked<'a, 's, 'c> {
    snapshot: &'a Snapshot<'s, 'c>,
    outcome: &'a Outcome,
    cursor: &'a Cursor,
}

impl Asked<'_, '_, '_> {
    fn border(&self) -> IdeBorder<'_> {
        let source = self.outcome.source_at(&self.cursor.path).unwrap();
        IdeBorder::new(self.outcome, source, PositionEncoding::Utf16)
    }

    /// The text behind the cursor.
    fn after(&self) -> &str {
        self.text().split_at_checked(self.cursor.offset as usize).unwrap().1
    }

    fn text(&self) -> &str {
        &self.outcome.source_at(&self.cursor.path).unwrap().text
    }
}

fn run(path: &Path, feature: Feature) -> Result<(), Failed> {
    let case = Case::parse(&std::fs::read_to_string(path)?);
    let cursors = match case.cursors.as_slice() {
        [] => vec![Cursor { path: case.files[0].0.clone(), offset: 0 }],
        cursors => cursors.to_vec(),
    };
    let answer = ask(&case.workspace(), |snapshot, outcome| {
        let answers: Vec<String> =
            cursors.iter().map(|cursor| feature(&Asked { snapshot, outcome, cursor })).collect();
        answers.join("\n=====\n")
    });
    Ok(expect(path, &(answer.unwrap().trim_end().to_owned() + "\n"))?)
}

/// `line:column`.
fn at(position: Position) -> String {
    format!("{}:{}", position.line, position.column)
}

fn hover(asked: &Asked<'_, '_, '_>) -> String {
    let cursor = asked.cursor;
    let Some(found) = ide::hover(asked.snapshot, &cursor.path, cursor.offset) else {
        return "nothing".to_owned();
    };
    let info = asked.border().hover(&found);
    let text = found.span.of(asked.text());
    format!("{}-{} {text}\n{}", at(info.range.start), at(info.range.end), info.markdown)
}

fn completion(asked: &Asked<'_, '_, '_>) -> String {
    let cursor = asked.cursor;
    let found = ide::complete(asked.snapshot, &cursor.path, cursor.offset);
    let items = asked.border().completions(&found);
    let Some((first, range)) = found.first().zip(items.first()).map(|(a, b)| (a, b.range)) else {
        return "nothing".to_owned();
    };
    let mut said = format!("{}-{} {:?}\n", at(range.start), at(range.end), first.replace.of(asked.text()));
    for item in items {
        let insert = if item.insert == item.label { String::new() } else { format!(" {:?}", item.insert) };
        said += &format!("{} [{}] {}{insert}\n", item.label, item.kind, item.detail);
    }
    said
}

/// The offset of a position on the way back over the border.
fn offset_in(source: &SourceFile, position: Position) -> u32 {
    let position = ringfence::text::Position { line: position.line, column: position.column };
    source.lines().offset(&source.text, position, PositionEncoding::Utf16).unwrap()
}

/// Path, place and text.
fn place(asked: &Asked<'_, '_, '_>, place: &Place) -> String {
    let Some((start, end)) = place.start.zip(place.end) else { return place.path.clone() };
    let source = asked.outcome.source_at(&place.path).unwrap();
    let text =
        Span::new(offset_in(source, start), offset_in(source, end)).of(&source.text).replace('\n', "⏎");
    format!("{}:{} {text}", place.path, at(start))
}

fn definition(asked: &Asked<'_, '_, '_>) -> String {
    let cursor = asked.cursor;
    let Some(found) = ide::definition(asked.snapshot, &cursor.path, cursor.offset) else {
        return "nothing".to_owned();
    };
    let info = asked.border().definition(&found);
    let mut said = format!("{} {}\n", at(info.range.start), found.span.of(asked.text()));
    for target in info.targets {
        let note = if target.note.is_empty() { String::new() } else { format!(" ({})", target.note) };
        said += &format!("{}{note}: {}\n", target.name, place(asked, &target.location.unwrap()));
    }
    said
}

fn references(asked: &Asked<'_, '_, '_>) -> String {
    let cursor = asked.cursor;
    let Some((span, found)) = ide::references(asked.snapshot, &cursor.path, cursor.offset) else {
        return "nothing".to_owned();
    };
    let mut said = format!("{}\n", span.of(asked.text()));
    for reference in asked.border().references(&found) {
        said += &format!("{} {}: {}\n", reference.kind, reference.name, place(asked, &reference.location));
    }
    said
}

/// The outline of the file, then the objects of all files whose name is the word under the cursor.
fn symbols(asked: &Asked<'_, '_, '_>) -> String {
    fn outline(symbols: &[DocumentSymbol], depth: usize) -> String {
        let line = |symbol: &DocumentSymbol| {
            let (indent, range, name) = ("  ".repeat(depth), symbol.range, symbol.selection);
            let places = format!("{}-{} at {}", at(range.start), at(range.end), at(name.start));
            let own = format!("{indent}{} [{}] {} ({places})\n", symbol.name, symbol.kind, symbol.detail);
            own + &outline(&symbol.children, depth + 1)
        };
        symbols.iter().map(line).collect()
    }
    let cursor = asked.cursor;
    let own = asked.border().document_symbols(&ide::document_symbols(asked.snapshot, &cursor.path));
    let rest = asked.after();
    let query = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap();
    let found = ide::workspace_symbols(asked.snapshot, query);
    let found = WorkspaceSymbol::all(&found, asked.outcome, PositionEncoding::Utf16);
    let line = |symbol: &WorkspaceSymbol| {
        format!("{} [{}] {}: {}\n", symbol.name, symbol.kind, symbol.detail, place(asked, &symbol.location))
    };
    let found: String = found.iter().map(line).collect();
    format!("{}\n{query}?\n{found}", outline(&own, 0))
}

/// Each edit as the line that it makes.
fn edits(asked: &Asked<'_, '_, '_>, edits: &[TextEdit]) -> String {
    let show = |edit: &TextEdit| {
        let source = asked.outcome.source_at(&edit.path).unwrap();
        let span = Span::new(offset_in(source, edit.start), offset_in(source, edit.end));
        let line = source.lines().line_span(source.lines().line_of(span.start), &source.text);
        let before = Span::new(line.start, span.start).of(&source.text);
        let rest = Span::new(span.end, offset(source.text.len())).of(&source.text);
        let new = format!("{before}⟨{}⟩{}", edit.text, rest.split('\n').next().unwrap());
        format!("  {}:{} {}\n", edit.path, at(edit.start), new.replace('\n', "⏎"))
    };
    edits.iter().map(show).collect()
}

/// The new name is what follows `# to ` in the line of the cursor.
fn rename(asked: &Asked<'_, '_, '_>) -> String {
    let cursor = asked.cursor;
    let line = asked.after().lines().next().unwrap();
    let name = line.split_once("# to ").map_or("x", |(_, name)| name);
    let target = match ide::prepare_rename(asked.snapshot, &cursor.path, cursor.offset) {
        Ok(target) => asked.border().rename_target(&target),
        Err(refusal) => return format!("no: {refusal}"),
    };
    let mut said = format!("{} {}\n", at(target.range.start), target.text);
    match ide::rename(asked.snapshot, &cursor.path, cursor.offset, name) {
        Err(refusal) => said += &format!("refused: {refusal}\n"),
        Ok(rename) => {
            let rename = asked.border().rename(&rename);
            said += &format!("{}\n", rename.title);
            for group in &rename.groups {
                said += &format!("{}\n{}", group.label, edits(asked, &group.edits));
            }
            said += &rename.notes.iter().map(|note| format!("note: {note}\n")).collect::<String>();
        }
    }
    said
}

fn actions(asked: &Asked<'_, '_, '_>) -> String {
    let cursor = asked.cursor;
    let found = ide::actions(asked.snapshot, &cursor.path, Span::at(cursor.offset));
    let mut said = String::new();
    for action in asked.border().actions(&found) {
        let finding = if action.finding.is_some() { " of a finding" } else { "" };
        said += &format!("{} ({}{finding}, {})\n", action.title, action.kind, action.safety);
        said += &edits(asked, &action.edits);
        if let Some(file) = action.creates {
            said += &format!("  makes {}:\n{}", file.path, file.text);
        }
    }
    said
}

fn lenses(asked: &Asked<'_, '_, '_>) -> String {
    let lenses = asked.border().lenses(&ide::lenses(asked.snapshot, &asked.cursor.path));
    let line = |lens: &ringfence::wire::CodeLens| {
        let name = lens.object.as_ref().map_or("", |object| &object.name);
        format!("{} {name}: {}\n", at(lens.range.start), lens.title)
    };
    lenses.iter().map(line).collect()
}

fn inlays(asked: &Asked<'_, '_, '_>) -> String {
    let text = asked.text();
    let all = Span::new(0, offset(text.len()));
    let found = ide::inlays(asked.snapshot, &asked.cursor.path, all);
    let mut shown = text.to_owned();
    let mut said = String::new();
    for (inlay, hint) in found.iter().zip(asked.border().inlays(&found)).rev() {
        shown.insert_str(inlay.offset as usize, &format!("⟨{}⟩", hint.label));
        let edit = hint
            .edit
            .map_or_else(String::new, |edit| format!(" (writes {:?} at {})", edit.text, at(edit.start)));
        said = format!("{} {}: {}{edit}\n{said}", at(hint.position), hint.kind, hint.tooltip);
    }
    format!("{shown}\n{said}")
}
