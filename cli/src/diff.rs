//! `ringfence diff`: which connections a change opens and closes.

use ringfence::report::{DiffFormat, diff_json, render_diff};
use ringfence::text::PositionEncoding;
use ringfence::workspace::{Diff, diff as compare, diff_texts};

use crate::args::{DiffArgs, FailOnChange};
use crate::console::Console;
use crate::flows::{focus, known, options_among};
use crate::load::{Loaded, configuration, load, load_with};
use crate::revision::AtRevision;
use crate::{ExitCode, Failure, output, paths};

/// Compares two sets of manifests.
pub(crate) fn diff(console: &mut Console<'_>, arguments: &DiffArgs) -> Result<ExitCode, Failure> {
    let [old, new] = match &arguments.base {
        Some(base) => revisions(console, arguments, base)?,
        None => folders(console, arguments)?,
    };
    let sides = [&old.workspace, &new.workspace];
    let mut overlays: Vec<String> = sides.iter().flat_map(|side| side.overlays()).collect();
    overlays.sort();
    overlays.dedup();
    let options = options_among(&arguments.reach, &arguments.inputs, &overlays)?;
    let focus = focus(&arguments.focus);
    known(&sides, &options, &focus)?;
    let inputs = verdict(console, arguments, [&old, &new]);

    console.progress("comparing");
    let mut diffs: Vec<Diff> = Vec::new();
    let alone = compare(sides, &options, &focus, &mut |diff| diffs.push(diff));
    for overlay in &alone {
        console.warning(&format!("overlay `{overlay}` is on one side only and not compared"));
    }
    let colored = arguments.format == DiffFormat::Text;
    let style = output::style(console, arguments.output.is_some(), colored, arguments.verbose);
    let texts = diff_texts(sides);
    let text = match arguments.format {
        DiffFormat::Json => diff_json(&diffs, &alone, &texts, PositionEncoding::CodePoints),
        format => render_diff(&diffs, &texts, format, &style),
    };
    output::deliver(console, arguments.output.as_deref(), &text)?;
    let fails = match arguments.fail_on {
        FailOnChange::Opened => diffs.iter().any(Diff::opens),
        FailOnChange::Closed => diffs.iter().any(Diff::closes),
        FailOnChange::Any => diffs.iter().any(|diff| !diff.pairs.is_empty()),
        FailOnChange::Never => false,
    };
    Ok(if fails { inputs.max(ExitCode::Findings) } else { inputs })
}

/// The two sides as files and folders.
fn folders(console: &mut Console<'_>, arguments: &DiffArgs) -> Result<[Loaded; 2], Failure> {
    let [old, new] = arguments.paths.as_slice() else {
        return Err(Failure::usage(
            "two paths are compared, the old one first; `--base REVISION` compares with a git revision instead",
        ));
    };
    if old == "-" && new == "-" {
        return Err(Failure::usage("standard input can be one side only"));
    }
    let mut side = |path: &String| load(console, std::slice::from_ref(path), &arguments.inputs);
    Ok([side(old)?, side(new)?])
}

/// The two sides as revisions of a repository, or its work tree.
fn revisions(console: &mut Console<'_>, arguments: &DiffArgs, base: &str) -> Result<[Loaded; 2], Failure> {
    let cleaned = arguments.paths.iter().map(|path| paths::clean(&console.host.slashes(path)));
    let mut given: Vec<String> = cleaned.collect();
    if given.is_empty() {
        given.push(".".to_owned());
    }
    if given.iter().any(|path| path == "-") {
        return Err(Failure::usage("standard input is in no git revision"));
    }
    let mut side = |revision: Option<&str>| -> Result<Loaded, Failure> {
        let config = configuration(console, &given, &arguments.inputs)?;
        let Some(revision) = revision else {
            return Ok(load_with(console, given.clone(), &arguments.inputs, config));
        };
        console.progress(&format!("reading revision {revision}"));
        let voice = console.voice();
        let first = given.first().map_or(".", String::as_str);
        let mut host = AtRevision::new(console.host, first, revision)?;
        Ok(load_with(&mut voice.through(&mut host), given.clone(), &arguments.inputs, config))
    };
    let sides = [side(Some(base))?, side(arguments.head.as_deref())?];
    let [old, new] = &sides;
    for path in old.missing.iter().filter(|path| new.missing.contains(path)) {
        console.error(&format!("{path}: no such file or folder on either side"));
    }
    Ok(sides)
}

/// Whether the inputs as such make the run fail: what one side of a repository doesn't have, a change may have added
/// or removed.
fn verdict(console: &mut Console<'_>, arguments: &DiffArgs, sides: [&Loaded; 2]) -> ExitCode {
    let [old, new] = sides;
    let summaries = sides.map(|side| side.workspace.inputs());
    for (side, summary) in sides.into_iter().zip(&summaries) {
        side.name_lost(console, summary);
    }
    let [before, after] = &summaries;
    if before.objects == 0 && after.objects == 0 {
        console.error("no Kubernetes object was found on either side");
        return ExitCode::Inputs;
    }
    let lost_path = match arguments.base {
        Some(_) => old.missing.iter().any(|path| new.missing.contains(path)),
        None => !old.missing.is_empty() || !new.missing.is_empty(),
    };
    if !lost_path && arguments.base.is_none() {
        for (_, path) in summaries.iter().zip(&arguments.paths).filter(|(summary, _)| summary.objects == 0) {
            console.warning(&format!("no Kubernetes object was found in {path}"));
        }
    }
    let lost = |side: &Loaded, skipped: &str| !side.missing.iter().any(|path| path == skipped);
    let lost = sides
        .into_iter()
        .zip(&summaries)
        .flat_map(|(side, summary)| {
            summary.skipped.iter().filter(move |one| one.lost && lost(side, &one.path))
        })
        .count();
    if arguments.inputs.strict_inputs && lost > 0 {
        let what = crate::count(lost, "input");
        console.error(&format!("{what} could not be read or rendered, and --strict-inputs asks for all"));
        return ExitCode::Inputs;
    }
    if lost_path { ExitCode::Inputs } else { ExitCode::Clean }
}
