//! The operating system as a host.

mod files;
mod progress;
mod snapshot;
mod tools;
mod walk;

use std::io::{IsTerminal, Write};

use rayon::prelude::*;
use ringfence::model::File;
use ringfence::workspace::Date;

use crate::host::{
    Host, Listing, MakeFile, PathKind, Snapshot, SnapshotTrouble, Terminal, ToolOutput, ToolRun, Trouble,
};
use crate::paths;
use progress::Progress;

/// As much as a main thread has: values may be nested deeply.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// The machine that the process runs on.
#[derive(Debug, Default)]
pub struct NativeHost {
    threads: usize,
    pool: Option<rayon::ThreadPool>,
    progress: Progress,
    /// Removed with the host.
    snapshots: Vec<tempfile::TempDir>,
}

impl NativeHost {
    /// The machine, with as many threads as it has cores.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `work` on the threads of this host; on those of the whole process where it can't have its own.
    fn on_threads<R: Send>(&mut self, work: impl FnOnce() -> R + Send) -> R {
        if self.pool.is_none() {
            let builder = rayon::ThreadPoolBuilder::new().num_threads(self.threads).stack_size(STACK_BYTES);
            self.pool = builder.build().ok();
        }
        match &self.pool {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }
}

impl Host for NativeHost {
    fn current_folder(&mut self) -> String {
        let folder = std::env::current_dir().unwrap_or_default();
        walk::slashes(&folder.to_string_lossy())
    }

    fn kind(&mut self, path: &str) -> Result<PathKind, Trouble> {
        let found = std::fs::metadata(path).map_err(|error| files::trouble(&error))?;
        Ok(if found.is_dir() { PathKind::Folder } else { PathKind::File })
    }

    fn list(&mut self, folder: &str, wanted: &dyn Fn(&str) -> bool) -> Listing {
        walk::list(folder, wanted)
    }

    fn read(&mut self, path: &str) -> Result<Vec<u8>, Trouble> {
        files::read(path)
    }

    fn read_files(&mut self, paths: &[String], make: &MakeFile<'_>) -> Vec<Result<File, Trouble>> {
        let one = |path: &String| files::read(path).map(|bytes| make(path, &bytes));
        self.on_threads(|| paths.par_iter().map(one).collect())
    }

    fn stdin(&mut self) -> Result<Vec<u8>, Trouble> {
        files::read_all(std::io::stdin().lock())
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Trouble> {
        files::write(path.as_ref(), bytes).map_err(|error| files::trouble(&error))
    }

    fn run(&mut self, tool: &ToolRun) -> Result<ToolOutput, Trouble> {
        tools::run(tool, tools::TIME_LIMIT)
    }

    fn run_all(&mut self, runs: &[ToolRun]) -> Vec<Result<ToolOutput, Trouble>> {
        self.on_threads(|| runs.par_iter().map(|run| tools::run(run, tools::TIME_LIMIT)).collect())
    }

    fn snapshot(&mut self, folder: &str, revision: &str) -> Result<Snapshot, SnapshotTrouble> {
        let current = self.current_folder();
        let (place, repository) = snapshot::take(&paths::absolute(&current, folder), revision)?;
        let found = Snapshot { folder: walk::slashes(&place.path().to_string_lossy()), repository };
        self.snapshots.push(place);
        Ok(found)
    }

    fn make_all(&mut self, count: usize, make: &(dyn Fn(usize) -> String + Sync)) -> Vec<String> {
        self.on_threads(|| (0..count).into_par_iter().map(make).collect())
    }

    fn today(&mut self) -> Option<Date> {
        Some(jiff::Zoned::now().date())
    }

    fn terminal(&mut self) -> Terminal {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let term = set("TERM");
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name)).unwrap_or_default();
        let locale = locale.to_lowercase();
        let modern = if cfg!(windows) {
            set("WT_SESSION").is_some() || set("TERM_PROGRAM").is_some()
        } else {
            locale.contains("utf-8") || locale.contains("utf8")
        };
        Terminal {
            stdout: std::io::stdout().is_terminal(),
            stderr: std::io::stderr().is_terminal(),
            width: terminal_size::terminal_size().map(|(width, _)| width.0),
            unicode: modern && term.as_deref() != Some("linux"),
            no_color: set("NO_COLOR").is_some() || term.as_deref() == Some("dumb"),
            force_color: set("CLICOLOR_FORCE").is_some_and(|value| value != "0"),
        }
    }

    fn print(&mut self, text: &str) -> Result<(), Trouble> {
        let mut stdout = anstream::AutoStream::always(std::io::stdout().lock());
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(files::trouble(&error)),
            _ => Ok(()),
        }
    }

    fn eprint(&mut self, text: &str) {
        // There is nowhere left to complain.
        let _ = anstream::AutoStream::always(std::io::stderr().lock()).write_all(text.as_bytes());
    }

    fn progress(&mut self, message: Option<&str>) {
        self.progress.show(message);
    }

    fn set_threads(&mut self, count: usize) {
        self.threads = count;
        self.pool = None;
    }
}
