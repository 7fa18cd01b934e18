//! The `ringfence` command as a library over a host.
//!
//! [`run`] does all that the command does; only a [`Host`] touches the machine. The native binary implements it on the
//! operating system, other hosts on whatever they have, and all print the same bytes.

mod args;
mod baseline;
mod catalogue;
mod check;
mod config;
mod console;
mod diff;
mod discover;
mod explain;
mod exposure;
mod fix;
mod flows;
pub mod git;
mod host;
mod init;
mod load;
mod markdown;
#[cfg(feature = "native")]
mod native;
mod output;
mod paths;
mod render;
mod revision;
pub mod walk;

use std::ffi::OsString;

pub use host::{
    Host, Listing, MAX_BYTES, MakeFile, PathKind, Snapshot, SnapshotTrouble, TOOL_STDERR_BYTES, TOOL_TIME,
    Terminal, ToolOutput, ToolRun, Trouble,
};
#[cfg(feature = "native")]
pub use native::NativeHost;

use args::{ColorChoice, Command};
use console::Console;

/// What the command comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitCode {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    /// Findings.
    Findings = 1,
    /// Wrong usage or configuration, or a result that could not be written.
    Usage = 2,
    /// An input could not be read or rendered.
    Inputs = 3,
}

impl ExitCode {
    /// The status of the process.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
struct Failure {
    code: ExitCode,
    messages: Vec<String>,
}

impl Failure {
    fn usage(message: impl Into<String>) -> Self {
        Self { code: ExitCode::Usage, messages: vec![message.into()] }
    }

    fn output(trouble: &Trouble) -> Self {
        Self::usage(format!("standard output can't be written: {trouble}"))
    }
}

/// Runs the command with its arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>, host: &mut dyn Host) -> ExitCode {
    let width = host.terminal().width;
    let parsed = match args::parse(arguments, width) {
        Ok(parsed) => parsed,
        Err(error) => return refuse(&error, host),
    };
    let mut console = Console::new(host, parsed.color, parsed.quiet);
    let done = match &parsed.command {
        Command::Check(arguments) => check::check(&mut console, arguments),
        Command::Flows(arguments) => flows::flows(&mut console, arguments),
        Command::Diff(arguments) => diff::diff(&mut console, arguments),
        Command::Explain(arguments) => explain::explain(&mut console, arguments),
        Command::Exposure(arguments) => exposure::exposure(&mut console, arguments),
        Command::Rules(arguments) => catalogue::rules(&mut console, arguments),
        Command::Init(arguments) => init::init(&mut console, arguments),
        Command::Schema => catalogue::schema(&mut console),
        Command::Completions { shell } => catalogue::completions(&mut console, *shell),
        Command::Man { command } => catalogue::manual(&mut console, command.as_deref()),
    };
    console.done();
    done.unwrap_or_else(|failure| {
        for message in &failure.messages {
            console.error(message);
        }
        failure.code
    })
}

/// Prints help, the version, or what is wrong with the arguments.
fn refuse(error: &clap::Error, host: &mut dyn Host) -> ExitCode {
    let terminal = host.terminal();
    let shown = if error.use_stderr() { terminal.stderr } else { terminal.stdout };
    let text = error.render();
    let text = if console::colors(ColorChoice::Auto, &terminal, shown) {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    if error.use_stderr() {
        host.eprint(&text);
        return ExitCode::Usage;
    }
    match host.print(&text) {
        Ok(()) => ExitCode::Clean,
        Err(_) => ExitCode::Usage,
    }
}

/// A number of things, in words: `1 file`, `2 files`.
fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}
