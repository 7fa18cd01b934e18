//! What holds of every feature, on all cases of the suite.

use std::collections::BTreeMap;

use libtest_mimic::{Failed, Trial};
use ringfence::diagnostics::Edit;
use ringfence::ide::{self, Action, ActionKind, Snapshot};
use ringfence::text::{Span, offset};
use ringfence::workspace::{CheckOptions, Focus, Outcome, ReachOptions, Workspace};
use ringfence_tests::editor::ask;
use ringfence_tests::{cases, root};

type Files = Vec<(String, Vec<u8>)>;

/// The cases of the suite with the files of each.
fn suite() -> Vec<(String, Files)> {
    let folder = root().join("tests/suite");
    let read = |case: std::path::PathBuf| {
        let name = case.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        (name, cases::files(&case).unwrap())
    };
    cases::collect(&folder).into_iter().map(read).collect()
}

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("features answer everywhere, and always the same", features_answer_everywhere),
        Trial::test("half-typed files have answers, and no finding without a place", half_typed_files),
        Trial::test("a suppression that is offered silences its finding", suppressions_silence),
        Trial::test("an exact selector changes no flow", exact_selectors_change_nothing),
    ]
}

/// Everything that the features say at one offset.
fn everything(snapshot: &Snapshot<'_, '_>, path: &str, at: u32) -> String {
    format!(
        "{:?}{:?}{:?}{:?}{:?}{:?}{:?}",
        ide::hover(snapshot, path, at),
        ide::complete(snapshot, path, at),
        ide::definition(snapshot, path, at),
        ide::references(snapshot, path, at),
        ide::prepare_rename(snapshot, path, at),
        ide::rename(snapshot, path, at, "another"),
        ide::actions(snapshot, path, Span::at(at)),
    )
}

/// The offsets of a text where something begins or ends, and behind its end.
fn borders(text: &str) -> Vec<u32> {
    let is_word = |c: char| c.is_alphanumeric();
    let mut before = false;
    let mut found = Vec::new();
    for (at, c) in text.char_indices() {
        if c == '\n' || is_word(c) != before {
            found.push(offset(at));
        }
        before = is_word(c);
    }
    found.extend([offset(text.len()), offset(text.len()) + 1]);
    found
}

/// Of every third case; some are asked at every offset, also in the middle of characters, the others where words begin
/// and end. A second snapshot is asked at some of the offsets only, so that no answer hangs on what was asked before.
fn features_answer_everywhere() -> Result<(), Failed> {
    for (number, (name, files)) in suite().into_iter().step_by(3).enumerate() {
        let workspace = cases::workspace(&files);
        for (path, bytes) in &files {
            let text = String::from_utf8_lossy(bytes);
            let end = offset(text.len());
            let places = if number % 20 == 0 { (0..=end + 1).collect() } else { borders(&text) };
            let answers = |step: usize| -> BTreeMap<u32, String> {
                let at = |snapshot: &Snapshot<'_, '_>, at: &u32| (*at, everything(snapshot, path, *at));
                let places = || places.iter().step_by(step);
                ask(&workspace, |snapshot, _| places().map(|place| at(snapshot, place)).collect())
                    .unwrap_or_default()
            };
            let all = answers(1);
            for (at, answer) in answers(13) {
                assert_eq!(all.get(&at), Some(&answer), "{name}, {path} at {at}");
            }
            let whole = || {
                ask(&workspace, |snapshot, _| {
                    let inlays = ide::inlays(snapshot, path, Span::new(0, end));
                    let lenses = ide::lenses(snapshot, path);
                    format!("{lenses:?}{inlays:?}{:?}", ide::document_symbols(snapshot, path))
                })
            };
            assert_eq!(whole(), whole(), "{name}, {path}");
        }
    }
    Ok(())
}

/// The files of a case, each cut off somewhere after it was read as a whole.
fn half_typed_files() -> Result<(), Failed> {
    for (number, (name, files)) in suite().into_iter().step_by(4).enumerate() {
        let mut workspace = cases::workspace(&files);
        workspace.set_lenient(true);
        for (path, bytes) in &files {
            workspace.set(path, bytes);
            let text = String::from_utf8_lossy(bytes);
            let half: String = text.chars().take(text.chars().count() * (5 + number % 5) / 10).collect();
            workspace.set(path, format!("{half}\n  {{").as_bytes());
        }
        let asked = ask(&workspace, |snapshot, outcome| {
            for finding in &outcome.findings {
                let source = outcome.source(finding.location.file).unwrap();
                assert!(outcome.source_at(&source.path).is_some(), "{name}: {finding:?}");
                let end = finding.location.span.map_or(0, |span| span.end);
                assert!(source.text.get(..end as usize).is_some(), "{name}: {finding:?}");
            }
            for (path, _) in &files {
                let text = &outcome.source_at(path).unwrap().text;
                let places = borders(text);
                places.iter().rev().take(40).for_each(|at| drop(everything(snapshot, path, *at)));
                drop((ide::lenses(snapshot, path), ide::document_symbols(snapshot, path)));
            }
        });
        assert!(asked.is_some(), "{name}");
    }
    Ok(())
}

/// The workspace of some files after edits.
fn edited(files: &Files, outcome: &Outcome, edits: &[Edit]) -> Workspace {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    for edit in sorted {
        let source = outcome.source(edit.file).unwrap();
        let text = texts.entry(source.path.to_string()).or_insert_with(|| source.text.to_string());
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    let mut workspace = cases::workspace(files);
    for (path, text) in texts {
        workspace.set(&path, text.as_bytes());
    }
    workspace
}

/// The actions of one kind at the places of all findings, or at all offsets of the files.
fn offered(
    workspace: &Workspace,
    kind: ActionKind,
    places: &dyn Fn(&Outcome) -> Vec<(String, u32)>,
) -> Vec<Action> {
    let found = ask(workspace, |snapshot, outcome| {
        let at = |(path, at): (String, u32)| ide::actions(snapshot, &path, Span::at(at));
        let mut found: Vec<Action> = places(outcome).into_iter().flat_map(at).collect();
        found.retain(|action| action.kind == kind);
        found
    });
    let mut distinct: Vec<Action> = Vec::new();
    for action in found.unwrap_or_default() {
        if !distinct.contains(&action) {
            distinct.push(action);
        }
    }
    distinct
}

fn suppressions_silence() -> Result<(), Failed> {
    let options = CheckOptions::default();
    let mut tried = 0;
    for (name, files) in suite() {
        let workspace = cases::workspace(&files);
        let outcome = workspace.check(&options);
        let places = |outcome: &Outcome| {
            let place = |finding: &ringfence::diagnostics::Diagnostic| {
                let path = outcome.source(finding.location.file)?.path.to_string();
                Some((path, finding.location.span?.start))
            };
            outcome.findings.iter().filter_map(place).collect()
        };
        for action in offered(&workspace, ActionKind::Ignore, &places) {
            tried += 1;
            let after = edited(&files, &outcome, &action.edits).check(&options);
            let fingerprint = action.finding.clone().unwrap();
            let left = after.findings.iter().find(|finding| finding.fingerprint == fingerprint);
            assert_eq!(left, None, "{name}: {action:?}");
            assert!(after.suppressed > outcome.suppressed, "{name}: {action:?}");
            let review = |outcome: &Outcome| outcome.findings.iter().filter(|f| f.group == "review").count();
            assert_eq!(review(&after), review(&outcome), "{name}: {action:?}");
        }
    }
    assert!(tried > 100, "{tried} suppressions");
    Ok(())
}

/// The flows of a workspace, pair by pair.
fn flows(workspace: &Workspace) -> Vec<String> {
    let mut found = Vec::new();
    workspace.scenes(&ReachOptions::default(), &mut |scene| {
        found.push(format!("{:?}", scene.pairs(&Focus::default()).rows));
    });
    found
}

fn exact_selectors_change_nothing() -> Result<(), Failed> {
    let mut tried = 0;
    for (name, files) in suite() {
        let workspace = cases::workspace(&files);
        let outcome = workspace.check(&CheckOptions::default());
        let places = |_: &Outcome| {
            let all = files.iter().flat_map(|(path, bytes)| {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let keys = text.match_indices("Selector").map(|(at, _)| offset(at)).collect::<Vec<_>>();
                keys.into_iter().map(move |at| (path.clone(), at))
            });
            all.collect()
        };
        for action in offered(&workspace, ActionKind::ExactSelector, &places) {
            tried += 1;
            let after = edited(&files, &outcome, &action.edits);
            assert_eq!(flows(&workspace), flows(&after), "{name}: {}", action.title);
        }
    }
    assert!(tried > 20, "{tried} selectors");
    Ok(())
}
