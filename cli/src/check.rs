//! `ringfence check`: from paths to a report.

use ringfence::diagnostics::Severity;
use ringfence::report::{self, Format};
use ringfence::workspace::{CheckOptions, InMemory, Outcome};

use crate::args::{CheckArgs, FixSafety};
use crate::console::Console;
use crate::load::{Loaded, load};
use crate::{ExitCode, Failure, baseline, count, fix, output};

/// Checks, mends, and reports.
pub(crate) fn check(console: &mut Console<'_>, arguments: &CheckArgs) -> Result<ExitCode, Failure> {
    let safety = match arguments.fix {
        None if arguments.diff => Some(FixSafety::Safe),
        safety => safety,
    };
    if safety.is_some() && !arguments.diff && arguments.paths.iter().any(|path| path == "-") {
        return Err(Failure::usage("--fix can't write to standard input; --diff prints a patch"));
    }
    let options = check_options(console, arguments)?;
    let mut loaded = load(console, &arguments.paths, &arguments.inputs)?;
    console.progress("checking");
    let outcome = loaded.workspace.check(&options);
    console.done();

    let inputs = loaded.verdict(console, &arguments.inputs, &outcome.inputs);
    if let Some(path) = &arguments.write_baseline {
        output::put(console, path, &baseline::text(&outcome))?;
        console.note(&format!("{path} now knows {}", count(outcome.findings.len(), "finding")));
        return Ok(inputs);
    }
    let outcome = match safety {
        None => outcome,
        Some(safety) if arguments.diff => {
            let workspace = &mut loaded.workspace;
            let Ok(fixed) = workspace.fix_all(outcome.clone(), &options, safety.into(), &mut InMemory);
            let patch = fix::patch(workspace, &fixed.originals);
            output::deliver(console, arguments.output.as_deref(), &patch)?;
            return Ok(inputs.max(findings(arguments, &outcome)));
        }
        Some(safety) => {
            let Loaded { workspace, rendering, .. } = &mut loaded;
            let mut host = fix::InPlace { console, rendering };
            let fixed = workspace.fix_all(outcome, &options, safety.into(), &mut host)?;
            if !fixed.originals.is_empty() {
                let paths: Vec<&str> = fixed.originals.keys().map(String::as_str).collect();
                console.note(&format!("changed {}", paths.join(", ")));
            }
            fixed.outcome
        }
    };
    // What was read is not needed any more, and its memory is, for the report.
    drop(loaded);
    let text = report(console, arguments, &outcome);
    output::deliver(console, arguments.output.as_deref(), &text)?;
    Ok(inputs.max(findings(arguments, &outcome)))
}

fn check_options(console: &mut Console<'_>, arguments: &CheckArgs) -> Result<CheckOptions, Failure> {
    let mut options = CheckOptions {
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        namespace: arguments.inputs.namespace.clone(),
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
    let colored = arguments.format == Format::Text;
    let style = output::style(console, arguments.output.is_some(), colored, arguments.verbose);
    let fail_on = arguments.fail_on.severity().unwrap_or(Severity::Error);
    report::render_in_parts(outcome, arguments.format, &style, fail_on, &mut |count, make| {
        console.host.make_all(count, make)
    })
}
