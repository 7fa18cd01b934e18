//! What the command needs from the machine that it runs on.
//!
//! Everything outside the process goes through [`Host`], so that the same command runs natively, on Node, and in
//! tests against files in memory. Paths are strings with `/` between segments, relative to the current folder unless
//! they are absolute.

use std::fmt;
use std::time::Duration;

use ringfence::model::File;
use ringfence::workspace::Date;

/// The largest file that is read, in bytes. Real manifests are a thousand times smaller.
pub const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// The longest that a program may run.
pub const TOOL_TIME: Duration = Duration::from_secs(60);
/// How much of a program's complaints is kept, in bytes.
pub const TOOL_STDERR_BYTES: u64 = 64 * 1024;

/// Why something could not be read, written or run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is not there.
    NotFound,
    /// It is there, but: the reason, lowercase and without a final stop.
    Other(String),
}

impl Trouble {
    /// The reason that something is larger than [`MAX_BYTES`].
    pub fn too_large() -> Self {
        Self::Other(format!("larger than {} MiB", MAX_BYTES / 1024 / 1024))
    }

    /// The reason that a program was running for longer than it may.
    pub fn too_slow(program: &str, limit: Duration) -> Self {
        Self::Other(format!("`{program}` was stopped after {} s", limit.as_secs()))
    }

    /// The reason that a program printed more than [`MAX_BYTES`].
    pub fn too_wordy(program: &str) -> Self {
        Self::Other(format!("`{program}` printed more than {} MiB", MAX_BYTES / 1024 / 1024))
    }

    /// The reason of an error in the words of the system, which may start with a capital letter.
    pub fn in_words(text: &str) -> Self {
        let mut rest = text.chars();
        let first = rest.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
        Self::Other(first + rest.as_str())
    }

    /// The reason that a folder can't be written as a file.
    pub fn is_folder() -> Self {
        Self::Other("it is a folder".to_owned())
    }

    /// The reason that a file must not be written.
    pub fn is_read_only() -> Self {
        Self::Other("it is read-only".to_owned())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("no such file or folder"),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    /// Something that can be read from start to end.
    File,
    /// Something that holds files.
    Folder,
}

/// The files below a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The wanted files, sorted.
    pub files: Vec<String>,
    /// Entries that could not be looked at, with the reason, sorted.
    pub troubles: Vec<(String, Trouble)>,
}

/// A program to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolRun {
    /// The program's name, looked for on PATH.
    pub program: &'static str,
    /// Its arguments.
    pub args: Vec<String>,
    /// The folder that is its current one; none for ours.
    pub folder: Option<String>,
}

/// What a program did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolOutput {
    /// Whether it reported success.
    pub success: bool,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it complained about.
    pub stderr: String,
}

/// The files of a revision, in a folder that nobody else writes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Where they are, absolute.
    pub folder: String,
    /// The folder of the repository that they stand for, absolute.
    pub repository: String,
}

/// Why there is no snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotTrouble {
    /// The host has no git.
    NoGit,
    /// The folder is in no repository.
    NoRepository,
    /// The repository has no such revision.
    UnknownRevision,
    /// Something else: the reason, lowercase and without a final stop.
    Other(String),
}

/// What is known of the terminal and of what the user wants to see there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Whether standard output is one.
    pub stdout: bool,
    /// Whether standard error is one.
    pub stderr: bool,
    /// Its width in columns, where known.
    pub width: Option<u16>,
    /// Whether it shows characters outside ASCII.
    pub unicode: bool,
    /// `NO_COLOR` is set, or the terminal is a dumb one.
    pub no_color: bool,
    /// `CLICOLOR_FORCE` is set.
    pub force_color: bool,
}

impl Terminal {
    /// What the environment says, on a system that is Windows or not; that of streams and the width is left open.
    pub fn of_environment(is_windows: bool, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM");
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name)).unwrap_or_default();
        let locale = locale.to_lowercase();
        let modern = if is_windows {
            set("WT_SESSION").is_some() || set("TERM_PROGRAM").is_some()
        } else {
            locale.contains("utf-8") || locale.contains("utf8")
        };
        Self {
            unicode: modern && term.as_deref() != Some("linux"),
            no_color: set("NO_COLOR").is_some() || term.as_deref() == Some("dumb"),
            force_color: set("CLICOLOR_FORCE").is_some_and(|value| value != "0"),
            ..Self::default()
        }
    }
}

/// Makes a file of the model from a path and its bytes; hosts with threads call it on many.
pub type MakeFile<'a> = dyn Fn(&str, &[u8]) -> File + Sync + 'a;

/// The machine.
pub trait Host {
    /// The absolute path of the current folder.
    fn current_folder(&mut self) -> String;

    /// A path as people write it on this system, with `/` between segments.
    fn slashes(&self, path: &str) -> String {
        path.to_owned()
    }

    /// What `path` leads to, through symbolic links.
    ///
    /// # Errors
    /// Where nothing is there, or it can't be looked at.
    fn kind(&mut self, path: &str) -> Result<PathKind, Trouble>;

    /// The files below `folder` for which `wanted` holds, as git would see them: ignored and hidden ones are left
    /// out, symbolic links are not followed. The paths start with `folder`, except below `.`.
    fn list(&mut self, folder: &str, wanted: &dyn Fn(&str) -> bool) -> Listing;

    /// The bytes of a file.
    ///
    /// # Errors
    /// Where it can't be read, or is larger than [`MAX_BYTES`].
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Trouble>;

    /// Reads many files and makes something of each, in the order of `paths`.
    fn read_files(&mut self, paths: &[String], make: &MakeFile<'_>) -> Vec<Result<File, Trouble>> {
        paths.iter().map(|path| self.read(path).map(|bytes| make(path, &bytes))).collect()
    }

    /// The bytes on standard input, up to [`MAX_BYTES`].
    ///
    /// # Errors
    /// Where it can't be read to its end.
    fn stdin(&mut self) -> Result<Vec<u8>, Trouble>;

    /// Puts a file in place as a whole: at any time there are either the old bytes or the new ones.
    ///
    /// # Errors
    /// Where the folder is missing or can't be written to; the old file is then untouched.
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Trouble>;

    /// Runs a program to its end, with limits on its time and output.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] where there is no such program; otherwise where it didn't come to an end.
    fn run(&mut self, tool: &ToolRun) -> Result<ToolOutput, Trouble>;

    /// Runs many programs; the answers are in the order of `tools`.
    fn run_all(&mut self, tools: &[ToolRun]) -> Vec<Result<ToolOutput, Trouble>> {
        tools.iter().map(|tool| self.run(tool)).collect()
    }

    /// The files of a revision of the repository that holds `folder`, exactly as they were committed. Neither the work
    /// tree nor the index is touched. The files stay until the host goes.
    ///
    /// # Errors
    /// Where there is no git, no repository or no such revision.
    fn snapshot(&mut self, folder: &str, revision: &str) -> Result<Snapshot, SnapshotTrouble> {
        let _ = (folder, revision);
        Err(SnapshotTrouble::NoGit)
    }

    /// Makes `count` texts; they are in order.
    fn make_all(&mut self, count: usize, make: &(dyn Fn(usize) -> String + Sync)) -> Vec<String> {
        (0..count).map(make).collect()
    }

    /// Today's local date; none without a clock.
    fn today(&mut self) -> Option<Date>;

    /// The terminal.
    fn terminal(&mut self) -> Terminal;

    /// Writes to standard output. That nobody reads on (`| head`) is no trouble.
    ///
    /// # Errors
    /// Where the text didn't arrive: a full disk, say.
    fn print(&mut self, text: &str) -> Result<(), Trouble>;

    /// Writes to standard error, as far as possible.
    fn eprint(&mut self, text: &str);

    /// Shows what takes so long, or takes that away again; only a terminal shows it.
    fn progress(&mut self, message: Option<&str>);

    /// How many threads to use, where the host has threads; at least 1.
    fn set_threads(&mut self, count: usize);
}
