//! The operating system as a host.

mod disk;
mod files;
mod progress;
mod snapshot;
mod tools;

use std::io::{IsTerminal, Write};

use rayon::prelude::*;
use ringfence::model::File;
use ringfence::workspace::Date;

use crate::host::{
    Host, Listing, MakeFile, PathKind, Snapshot, SnapshotTrouble, TOOL_TIME, Terminal, ToolOutput, ToolRun,
    Trouble,
};
use crate::walk;
use disk::NativeDisk;
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
        disk::slashes(&std::env::current_dir().unwrap_or_default())
    }

    fn slashes(&self, path: &str) -> String {
        if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
    }

    fn kind(&mut self, path: &str) -> Result<PathKind, Trouble> {
        disk::kind(path.as_ref())
    }

    fn list(&mut self, folder: &str, wanted: &dyn Fn(&str) -> bool) -> Listing {
        walk::list(&mut NativeDisk, folder, wanted)
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
        files::write(path.as_ref(), bytes)
    }

    fn run(&mut self, tool: &ToolRun) -> Result<ToolOutput, Trouble> {
        tools::run(tool, TOOL_TIME)
    }

    fn run_all(&mut self, runs: &[ToolRun]) -> Vec<Result<ToolOutput, Trouble>> {
        self.on_threads(|| runs.par_iter().map(|run| tools::run(run, TOOL_TIME)).collect())
    }

    fn snapshot(&mut self, folder: &str, revision: &str) -> Result<Snapshot, SnapshotTrouble> {
        let current = self.current_folder();
        let (place, repository) = snapshot::take(&current, folder, revision)?;
        let found = Snapshot { folder: disk::slashes(place.path()), repository };
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
        Terminal {
            stdout: std::io::stdout().is_terminal(),
            stderr: std::io::stderr().is_terminal(),
            width: terminal_size::terminal_size().map(|(width, _)| width.0),
            ..Terminal::of_environment(cfg!(windows), &|name| std::env::var(name).ok())
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
