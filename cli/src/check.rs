//! `ringfence check`: from paths to a report.

use ringfence::config::Config;
use ringfence::diagnostics::Severity;
use ringfence::model::read_file;
use ringfence::report::{self, Format, Style};
use ringfence::workspace::{CheckOptions, Outcome, Workspace};

use crate::args::{CheckArgs, FixSafety};
use crate::config::{self, Source};
use crate::console::Console;
use crate::discover::{self, Discovery, STDIN};
use crate::{ExitCode, Failure, baseline, count, fix, paths, render};

/// The most inputs that are named one by one on standard error; the report has them all.
const NAMED: usize = 10;
/// The width of a report that no terminal shows.
const WIDTH: u16 = 120;

/// Checks, mends, and reports.
pub(crate) fn check(console: &mut Console<'_>, arguments: &CheckArgs) -> Result<ExitCode, Failure> {
    let given: Vec<String> = arguments.paths.iter().map(|path| paths::clean(&slashes(path))).collect();
    let safety = match arguments.fix {
        None if arguments.diff => Some(FixSafety::Safe),
        safety => safety,
    };
    if safety.is_some() && !arguments.diff && given.iter().any(|path| path == "-") {
        return Err(Failure::usage("--fix can't write to standard input; --diff prints a patch"));
    }
    if let Some(threads) = arguments.threads {
        console.host.set_threads(threads.into());
    }
    let config = config::load(console, source(arguments), &given)?;
    let options = check_options(console, arguments)?;
    let rendering = render::Options {
        enabled: !arguments.no_render,
        values: arguments.values.iter().map(|path| slashes(path)).collect(),
        namespace: arguments.namespace.clone(),
    };

    let (mut workspace, found) = read(console, &given, config);
    let jobs = workspace.jobs();
    render::render(console, &mut workspace, jobs, &rendering);
    console.progress("checking");
    let outcome = workspace.check(&options);
    console.done();

    let inputs = inputs(console, arguments, &given, &found, &outcome);
    if let Some(path) = &arguments.write_baseline {
        put(console, path, &baseline::text(&outcome))?;
        console.note(&format!("{path} now knows {}", count(outcome.findings.len(), "finding")));
        return Ok(inputs);
    }
    let outcome = match safety {
        None => outcome,
        Some(safety) => {
            let before = arguments.diff.then(|| outcome.clone());
            let write = !arguments.diff;
            let how = fix::Options { safety: safety.into(), write, check: &options, render: &rendering };
            let fixed = fix::fix(console, &mut workspace, outcome, &how)?;
            match before {
                Some(before) => {
                    deliver(console, arguments, &fix::patch(&workspace, &fixed.originals))?;
                    return Ok(inputs.max(findings(arguments, &before)));
                }
                None => fixed.outcome,
            }
        }
    };
    // What was read is not needed any more, and its memory is, for the report.
    drop(workspace);
    let text = report(console, arguments, &outcome);
    deliver(console, arguments, &text)?;
    Ok(inputs.max(findings(arguments, &outcome)))
}

/// Reads what the given paths lead to.
fn read(console: &mut Console<'_>, given: &[String], config: Config) -> (Workspace, Discovery) {
    console.progress("looking for manifests");
    let found = discover::discover(console.host, given, &config);
    let mut workspace = Workspace::new(config);
    let mut unread: Vec<(String, String)> =
        found.unread.iter().map(|(path, trouble)| (path.clone(), trouble.to_string())).collect();
    if found.stdin {
        match console.host.stdin() {
            Ok(bytes) => workspace.set(STDIN, &bytes),
            Err(trouble) => unread.push((STDIN.to_owned(), trouble.to_string())),
        }
    }
    let files: Vec<String> = found.files.iter().cloned().collect();
    console.progress(&format!("reading {}", count(files.len(), "file")));
    let options = workspace.read_options().clone();
    let read = console.host.read_files(&files, &|path, bytes| read_file(path, bytes, &options));
    for (path, file) in files.into_iter().zip(read) {
        match file {
            Ok(file) => workspace.set_file(file),
            Err(trouble) => unread.push((path, trouble.to_string())),
        }
    }
    for path in &found.missing {
        console.error(&format!("{path}: no such file or folder"));
        workspace.set_unread(path, "no such file or folder");
    }
    for (path, reason) in unread.iter().take(NAMED) {
        console.warning(&format!("{path} is not read: {reason}"));
    }
    if unread.len() > NAMED {
        console.warning(&format!("{} more can't be read; --verbose names them", unread.len() - NAMED));
    }
    for (path, reason) in unread {
        workspace.set_unread(&path, reason);
    }
    (workspace, found)
}

fn source(arguments: &CheckArgs) -> Source<'_> {
    match &arguments.config {
        Some(path) => Source::File(path),
        None if arguments.no_config => Source::Nothing,
        None => Source::Nearest,
    }
}

fn check_options(console: &mut Console<'_>, arguments: &CheckArgs) -> Result<CheckOptions, Failure> {
    let mut options = CheckOptions {
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        namespace: arguments.namespace.clone(),
        today: console.host.today(),
        ..CheckOptions::default()
    };
    let unknown = options.unknown_names().into_iter().map(|(name, meant)| match meant {
        Some(meant) => format!("there is no rule or group `{name}`; did you mean `{meant}`?"),
        None => format!("there is no rule or group `{name}`; `ringfence rules` lists them"),
    });
    let messages: Vec<String> = unknown.collect();
    if !messages.is_empty() {
        return Err(Failure { code: ExitCode::Usage, messages });
    }
    if let Some(path) = &arguments.baseline {
        options.baseline = baseline::read(console, path)?;
    }
    Ok(options)
}

/// Whether the inputs as such make the run fail.
fn inputs(
    console: &mut Console<'_>,
    arguments: &CheckArgs,
    given: &[String],
    found: &Discovery,
    outcome: &Outcome,
) -> ExitCode {
    if outcome.inputs.objects == 0 {
        console.error(&format!("no Kubernetes object was found in {}", given.join(", ")));
        return ExitCode::Inputs;
    }
    let lost = outcome.inputs.skipped.iter().filter(|skipped| skipped.lost).count();
    if arguments.strict_inputs && lost > 0 {
        let what = count(lost, "input");
        console.error(&format!("{what} could not be read or rendered, and --strict-inputs asks for all"));
        return ExitCode::Inputs;
    }
    if found.missing.is_empty() { ExitCode::Clean } else { ExitCode::Inputs }
}

/// Whether the findings make the run fail.
fn findings(arguments: &CheckArgs, outcome: &Outcome) -> ExitCode {
    let fails = |severity: Severity| arguments.fail_on.severity().is_some_and(|least| severity >= least);
    if outcome.findings.iter().any(|found| fails(found.severity)) {
        ExitCode::Findings
    } else {
        ExitCode::Clean
    }
}

fn report(console: &mut Console<'_>, arguments: &CheckArgs, outcome: &Outcome) -> String {
    let to_file = arguments.output.is_some();
    let shown = console.terminal.stdout && !to_file;
    let width = console.terminal.width.filter(|_| shown).unwrap_or(WIDTH);
    let style = Style {
        color: arguments.format == Format::Text && console.colors(to_file),
        unicode: shown && console.terminal.unicode,
        width: width.into(),
        verbose: arguments.verbose,
    };
    let fail_on = arguments.fail_on.severity().unwrap_or(Severity::Error);
    report::render_in_parts(outcome, arguments.format, &style, fail_on, &mut |count, make| {
        console.host.make_all(count, make)
    })
}

/// Puts a result where the user wants it.
fn deliver(console: &mut Console<'_>, arguments: &CheckArgs, text: &str) -> Result<(), Failure> {
    match &arguments.output {
        Some(path) => put(console, path, text),
        None => console.print(text).map_err(|trouble| Failure::output(&trouble)),
    }
}

fn put(console: &mut Console<'_>, path: &str, text: &str) -> Result<(), Failure> {
    let written = console.host.write(&slashes(path), text.as_bytes());
    written.map_err(|trouble| Failure::usage(format!("{path} can't be written: {trouble}")))
}

/// A path as people write it on this system, with `/` between segments.
fn slashes(path: &str) -> String {
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}
