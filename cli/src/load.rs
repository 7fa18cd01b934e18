//! From paths to a workspace: what every command that analyses manifests does first.

use std::collections::BTreeSet;

use ringfence::config::Config;
use ringfence::model::read_file;
use ringfence::workspace::{InputSummary, Workspace};

use crate::args::InputArgs;
use crate::config::{self, Source};
use crate::console::Console;
use crate::discover::{self, STDIN};
use crate::{ExitCode, Failure, count, paths, render};

/// The most inputs that are named one by one on standard error; the report has them all.
const NAMED: usize = 10;

/// What the given paths lead to, read and rendered.
pub(crate) struct Loaded {
    /// The files.
    pub(crate) workspace: Workspace,
    /// How they were rendered.
    pub(crate) rendering: render::Options,
    given: Vec<String>,
    /// The paths where nothing is.
    pub(crate) missing: Vec<String>,
    /// What is there and can't be read; it is named already.
    unread: BTreeSet<String>,
}

/// Reads and renders what the paths lead to.
pub(crate) fn load(
    console: &mut Console<'_>,
    given: &[String],
    arguments: &InputArgs,
) -> Result<Loaded, Failure> {
    let given: Vec<String> = given.iter().map(|path| paths::clean(&console.host.slashes(path))).collect();
    let config = configuration(console, &given, arguments)?;
    let loaded = load_with(console, given, arguments, config);
    for path in &loaded.missing {
        console.error(&format!("{path}: no such file or folder"));
    }
    Ok(loaded)
}

/// Reads the configuration for these paths, cleaned.
pub(crate) fn configuration(
    console: &mut Console<'_>,
    given: &[String],
    arguments: &InputArgs,
) -> Result<Config, Failure> {
    let source = match &arguments.config {
        Some(path) => Source::File(path),
        None if arguments.no_config => Source::Nothing,
        None => Source::Nearest,
    };
    config::load(console, source, given)
}

/// Reads and renders what the paths, cleaned, lead to. That nothing is at some of them is left to the caller to say.
pub(crate) fn load_with(
    console: &mut Console<'_>,
    given: Vec<String>,
    arguments: &InputArgs,
    config: Config,
) -> Loaded {
    if let Some(threads) = arguments.threads {
        console.host.set_threads(threads.into());
    }
    let rendering = render::Options {
        enabled: !arguments.no_render,
        values: arguments.values.iter().map(|path| console.host.slashes(path)).collect(),
        namespace: arguments.namespace.clone(),
    };
    let (mut workspace, missing, unread) = read(console, &given, config);
    let jobs = workspace.jobs();
    render::render(console, &mut workspace, jobs, &rendering);
    Loaded { workspace, rendering, given, missing, unread }
}

impl Loaded {
    /// The same as [`Loaded::verdict`] for a command whose answer doesn't tell what was lost: it is named here.
    pub(crate) fn answerable(&self, console: &mut Console<'_>, arguments: &InputArgs) -> ExitCode {
        let inputs = self.workspace.inputs();
        self.name_lost(console, &inputs);
        self.verdict(console, arguments, &inputs)
    }

    /// Warns of what was lost and is not named yet: broken documents, and folders that could not be rendered.
    pub(crate) fn name_lost(&self, console: &mut Console<'_>, inputs: &InputSummary) {
        let is_named = |path: &String| self.unread.contains(path) || self.missing.contains(path);
        let lost = inputs.skipped.iter().filter(|skipped| skipped.lost && !is_named(&skipped.path));
        let lost: Vec<_> = lost.collect();
        for skipped in lost.iter().take(NAMED) {
            let line = skipped.line.map_or_else(String::new, |line| format!(":{line}"));
            console.warning(&format!("{}{line} takes no part: {}", skipped.path, skipped.reason));
        }
        if lost.len() > NAMED {
            let more = lost.len() - NAMED;
            console.warning(&format!("{more} more take no part; `ringfence check --verbose` names them"));
        }
    }

    /// Whether the inputs as such make the run fail.
    pub(crate) fn verdict(
        &self,
        console: &mut Console<'_>,
        arguments: &InputArgs,
        inputs: &InputSummary,
    ) -> ExitCode {
        if inputs.objects == 0 {
            console.error(&format!("no Kubernetes object was found in {}", self.given.join(", ")));
            return ExitCode::Inputs;
        }
        let lost = inputs.skipped.iter().filter(|skipped| skipped.lost).count();
        if arguments.strict_inputs && lost > 0 {
            let what = count(lost, "input");
            console.error(&format!("{what} could not be read or rendered, and --strict-inputs asks for all"));
            return ExitCode::Inputs;
        }
        if self.missing.is_empty() { ExitCode::Clean } else { ExitCode::Inputs }
    }
}

/// Reads what the given paths lead to, and gives the paths where nothing is, and those that can't be read.
fn read(
    console: &mut Console<'_>,
    given: &[String],
    config: Config,
) -> (Workspace, Vec<String>, BTreeSet<String>) {
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
        workspace.set_unread(path, "no such file or folder");
    }
    for (path, reason) in unread.iter().take(NAMED) {
        console.warning(&format!("{path} is not read: {reason}"));
    }
    if unread.len() > NAMED {
        console.warning(&format!("{} more can't be read; --verbose names them", unread.len() - NAMED));
    }
    for (path, reason) in &unread {
        workspace.set_unread(path, reason.as_str());
    }
    (workspace, found.missing, unread.into_iter().map(|(path, _)| path).collect())
}
