//! The files of a git revision, written into a temporary folder.

use std::fs;
use std::io::{BufReader, ErrorKind, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::git::{self, Git, TreeFile};
use crate::host::{SnapshotTrouble, Trouble};

/// Writes the revision of the repository that holds `folder`, seen from `current`; the folder with the files, and the
/// repository's own.
pub(super) fn take(
    current: &str,
    folder: &str,
    revision: &str,
) -> Result<(tempfile::TempDir, String), SnapshotTrouble> {
    let (repository, files) = git::files(&mut NativeGit, (current, folder), revision, cfg!(windows))?;
    let place = tempfile::Builder::new().prefix("ringfence-").tempdir().map_err(failed)?;
    write(&repository, &files, place.path())?;
    Ok((place, repository))
}

struct NativeGit;

impl Git for NativeGit {
    fn ask(&mut self, folder: &str, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, SnapshotTrouble> {
        let output = start(folder, arguments, Stdio::null())?.wait_with_output().map_err(failed)?;
        Ok(if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        })
    }
}

fn write(repository: &str, files: &[TreeFile], place: &Path) -> Result<(), SnapshotTrouble> {
    let mut git = start(repository, &git::PRINT_OBJECTS, Stdio::piped())?;
    let names = git::names(files);
    let stdin = git.stdin.take();
    let asking = thread::spawn(move || {
        // git says itself why it stopped listening.
        let _ = stdin.map(|mut stdin| stdin.write_all(names.as_bytes()));
    });
    let mut put = |file: &TreeFile, bytes: &[u8]| {
        let path = place.join(&file.path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        if file.is_link { link(&path, bytes) } else { fs::write(&path, bytes) }
    };
    let written = match git.stdout.take() {
        Some(stdout) => git::contents(files, &mut BufReader::new(stdout), &mut put),
        None => Ok(()),
    };
    // Both end with the pipes.
    let _ = asking.join();
    let _ = git.wait();
    written.map_err(failed)
}

#[cfg(unix)]
fn link(path: &Path, target: &[u8]) -> std::io::Result<()> {
    std::os::unix::fs::symlink(String::from_utf8_lossy(target).as_ref(), path)
}

/// Elsewhere git itself writes a link as a file with its target, unless told otherwise.
#[cfg(not(unix))]
fn link(path: &Path, target: &[u8]) -> std::io::Result<()> {
    fs::write(path, target)
}

fn start(folder: &str, arguments: &[&str], stdin: Stdio) -> Result<Child, SnapshotTrouble> {
    let started = Command::new("git")
        .args(["-C", folder])
        .args(arguments)
        .envs(git::ENVIRONMENT)
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    started.map_err(|error| match error.kind() {
        ErrorKind::NotFound => SnapshotTrouble::NoGit,
        _ => failed(error),
    })
}

fn failed(error: std::io::Error) -> SnapshotTrouble {
    SnapshotTrouble::Other(Trouble::from(error).to_string())
}
