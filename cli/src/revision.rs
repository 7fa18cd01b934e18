//! A revision of the repository in the place of its work tree.
//!
//! [`AtRevision`] is the host as it would be if the work tree were at the revision: paths mean the same as before and
//! are printed the same, but files come from a snapshot.

use ringfence::model::File;
use ringfence::workspace::Date;

use crate::host::{
    Host, Listing, MakeFile, PathKind, Snapshot, SnapshotTrouble, Terminal, ToolOutput, ToolRun, Trouble,
};
use crate::{ExitCode, Failure, paths};

/// A host whose repository is at a revision.
pub(crate) struct AtRevision<'h> {
    host: &'h mut dyn Host,
    snapshot: Snapshot,
    current: String,
}

impl<'h> AtRevision<'h> {
    /// The host with the repository that holds `path` at `revision`.
    pub(crate) fn new(host: &'h mut dyn Host, path: &str, revision: &str) -> Result<Self, Failure> {
        let current = host.current_folder();
        let folder = match host.kind(path) {
            Ok(PathKind::Folder) => path,
            _ => paths::parent(path).unwrap_or("."),
        };
        let snapshot =
            host.snapshot(folder, revision).map_err(|trouble| refused(folder, revision, trouble))?;
        Ok(Self { host, snapshot, current })
    }

    /// Where a path of the repository really is; others stay.
    fn real(&self, path: &str) -> String {
        let absolute = paths::absolute(&self.current, path);
        match paths::below(&self.snapshot.repository, &absolute) {
            Some(rest) => paths::join(&self.snapshot.folder, rest),
            None => path.to_owned(),
        }
    }

    /// A path below the real form of `folder`, as it reads from `folder`.
    fn shown(real: &str, folder: &str, path: &str) -> String {
        paths::below(real, path).map_or_else(|| path.to_owned(), |rest| paths::join(folder, rest))
    }
}

fn refused(folder: &str, revision: &str, trouble: SnapshotTrouble) -> Failure {
    let here = if folder == "." { "the current folder".to_owned() } else { format!("`{folder}`") };
    let (code, message) = match trouble {
        SnapshotTrouble::NoGit => {
            (ExitCode::Inputs, format!("`git` is not to be had here, so revision `{revision}` can't be read"))
        }
        SnapshotTrouble::NoRepository => (ExitCode::Usage, format!("{here} is in no git repository")),
        SnapshotTrouble::UnknownRevision => {
            (ExitCode::Usage, format!("the repository of {here} has no revision `{revision}`"))
        }
        SnapshotTrouble::Other(reason) => {
            (ExitCode::Inputs, format!("revision `{revision}` can't be read: {reason}"))
        }
    };
    Failure { code, messages: vec![message] }
}

impl Host for AtRevision<'_> {
    fn current_folder(&mut self) -> String {
        self.current.clone()
    }

    fn slashes(&self, path: &str) -> String {
        self.host.slashes(path)
    }

    fn kind(&mut self, path: &str) -> Result<PathKind, Trouble> {
        let real = self.real(path);
        self.host.kind(&real)
    }

    fn list(&mut self, folder: &str, wanted: &dyn Fn(&str) -> bool) -> Listing {
        let real = self.real(folder);
        let shown = |path: &str| Self::shown(&real, folder, path);
        let mut listing = self.host.list(&real, &|path| wanted(&shown(path)));
        for path in listing.files.iter_mut().chain(listing.troubles.iter_mut().map(|(path, _)| path)) {
            *path = shown(path);
        }
        listing
    }

    fn read(&mut self, path: &str) -> Result<Vec<u8>, Trouble> {
        let real = self.real(path);
        self.host.read(&real)
    }

    fn read_files(&mut self, files: &[String], make: &MakeFile<'_>) -> Vec<Result<File, Trouble>> {
        let mut real: Vec<(String, &String)> = files.iter().map(|path| (self.real(path), path)).collect();
        let paths: Vec<String> = real.iter().map(|(real, _)| real.clone()).collect();
        real.sort();
        let shown = |path: &str| {
            let at = real.binary_search_by(|(real, _)| real.as_str().cmp(path)).ok();
            at.and_then(|at| real.get(at)).map(|(_, shown)| shown.as_str())
        };
        self.host.read_files(&paths, &|path, bytes| make(shown(path).unwrap_or(path), bytes))
    }

    fn stdin(&mut self) -> Result<Vec<u8>, Trouble> {
        self.host.stdin()
    }

    fn write(&mut self, _: &str, _: &[u8]) -> Result<(), Trouble> {
        Err(Trouble::Other("it belongs to a revision".to_owned()))
    }

    fn run(&mut self, tool: &ToolRun) -> Result<ToolOutput, Trouble> {
        let tool = self.there(tool);
        self.host.run(&tool)
    }

    fn run_all(&mut self, tools: &[ToolRun]) -> Vec<Result<ToolOutput, Trouble>> {
        let tools: Vec<ToolRun> = tools.iter().map(|tool| self.there(tool)).collect();
        self.host.run_all(&tools)
    }

    fn make_all(&mut self, count: usize, make: &(dyn Fn(usize) -> String + Sync)) -> Vec<String> {
        self.host.make_all(count, make)
    }

    fn today(&mut self) -> Option<Date> {
        self.host.today()
    }

    fn terminal(&mut self) -> Terminal {
        self.host.terminal()
    }

    fn print(&mut self, text: &str) -> Result<(), Trouble> {
        self.host.print(text)
    }

    fn eprint(&mut self, text: &str) {
        self.host.eprint(text);
    }

    fn progress(&mut self, message: Option<&str>) {
        self.host.progress(message);
    }

    fn set_threads(&mut self, count: usize) {
        self.host.set_threads(count);
    }
}

impl AtRevision<'_> {
    /// The tool with the revision's form of the current folder as its own.
    fn there(&self, tool: &ToolRun) -> ToolRun {
        ToolRun { folder: Some(self.real(tool.folder.as_deref().unwrap_or("."))), ..tool.clone() }
    }
}
