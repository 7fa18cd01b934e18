//! The files of a git revision, written into a temporary folder.
//!
//! They come from the object database through `git cat-file`, byte for byte: no attribute hides a file or changes its
//! line ends. git is only ever asked to read, so the work tree and the index stay as they are.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Component, Path};
use std::process::{Child, Command, Stdio};
use std::thread;

use super::files;
use crate::host::{MAX_BYTES, SnapshotTrouble};
use crate::paths;

/// One file of a revision.
struct Entry {
    /// `120000` for a symbolic link.
    mode: String,
    object: String,
    path: String,
}

/// Writes the revision of the repository that holds `folder`, absolute; the folder with the files, and the
/// repository's own.
pub(super) fn take(folder: &str, revision: &str) -> Result<(tempfile::TempDir, String), SnapshotTrouble> {
    let up = ask(folder, &["rev-parse", "--show-cdup"], &|said| {
        if said.contains("not a git repository") { SnapshotTrouble::NoRepository } else { other(said) }
    })?;
    let repository = paths::absolute(folder, String::from_utf8_lossy(&up).trim_end_matches('\n'));
    let wanted = format!("{revision}^{{tree}}");
    let verify = ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted];
    let tree = ask(&repository, &verify, &|said| {
        if said.is_empty() { SnapshotTrouble::UnknownRevision } else { other(said) }
    })?;
    let tree = String::from_utf8_lossy(&tree).trim().to_owned();
    let listed = ask(&repository, &["ls-tree", "-r", "-z", "--full-tree", &tree], &other)?;
    let place = tempfile::Builder::new().prefix("ringfence-").tempdir().map_err(|error| failed(&error))?;
    write(&repository, &entries(&listed), place.path())?;
    Ok((place, repository))
}

/// The files of a listing. Submodules have none here, names that are not UTF-8 can't be paths of ours, and no name may
/// lead out of the folder.
fn entries(listed: &[u8]) -> Vec<Entry> {
    let entry = |record: &[u8]| {
        let (head, path) = std::str::from_utf8(record).ok()?.split_once('\t')?;
        let mut head = head.split(' ');
        let (mode, kind, object) = (head.next()?, head.next()?, head.next()?);
        let inside = Path::new(path).components().all(|part| match part {
            Component::Normal(name) => !name.eq_ignore_ascii_case(".git"),
            _ => false,
        });
        (kind == "blob" && inside).then(|| Entry {
            mode: mode.to_owned(),
            object: object.to_owned(),
            path: path.to_owned(),
        })
    };
    listed.split(|byte| *byte == 0).filter_map(entry).collect()
}

/// Writes the files, and last of all the links, so that nothing is written through one.
fn write(repository: &str, entries: &[Entry], place: &Path) -> Result<(), SnapshotTrouble> {
    let mut git = start(repository, &["cat-file", "--batch"], Stdio::piped())?;
    let asked: String = entries.iter().map(|entry| format!("{}\n", entry.object)).collect();
    let stdin = git.stdin.take();
    let asking = thread::spawn(move || {
        // git says itself why it stopped listening.
        let _ = stdin.map(|mut stdin| stdin.write_all(asked.as_bytes()));
    });
    let mut links = Vec::new();
    if let Some(stdout) = git.stdout.take() {
        let mut stdout = BufReader::new(stdout);
        for entry in entries {
            let Some(bytes) = blob(&mut stdout).map_err(|error| failed(&error))? else { continue };
            if entry.mode == "120000" {
                links.push((entry, bytes));
                continue;
            }
            let path = place.join(&entry.path);
            let written =
                path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, bytes));
            written.map_err(|error| failed(&error))?;
        }
    }
    // Both end with the pipes.
    let _ = asking.join();
    let _ = git.wait();
    for (entry, target) in links {
        link(&place.join(&entry.path), &String::from_utf8_lossy(&target)).map_err(|error| failed(&error))?;
    }
    Ok(())
}

/// The next object; none where it is larger than what is read at all.
fn blob(from: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut head = String::new();
    from.read_line(&mut head)?;
    let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
    let missing = || std::io::Error::other(format!("git has no such object: {}", head.trim_end()));
    let size = size.ok_or_else(missing)?;
    let mut content = from.by_ref().take(size);
    let bytes = if size > MAX_BYTES {
        std::io::copy(&mut content, &mut std::io::sink())?;
        None
    } else {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        Some(bytes)
    };
    from.read_exact(&mut [0])?;
    Ok(bytes)
}

#[cfg(unix)]
fn link(path: &Path, target: &str) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    std::os::unix::fs::symlink(target, path)
}

/// Elsewhere git itself writes a link as a file with its target, unless told otherwise.
#[cfg(not(unix))]
fn link(path: &Path, target: &str) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, target)
}

fn start(folder: &str, arguments: &[&str], stdin: Stdio) -> Result<Child, SnapshotTrouble> {
    let started = Command::new("git")
        .args(["-C", folder])
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    started.map_err(|error| match error.kind() {
        ErrorKind::NotFound => SnapshotTrouble::NoGit,
        _ => failed(&error),
    })
}

/// What git prints; where it fails, what its complaint means.
fn ask(
    folder: &str,
    arguments: &[&str],
    means: &dyn Fn(&str) -> SnapshotTrouble,
) -> Result<Vec<u8>, SnapshotTrouble> {
    let output =
        start(folder, arguments, Stdio::null())?.wait_with_output().map_err(|error| failed(&error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(means(String::from_utf8_lossy(&output.stderr).trim()))
}

fn other(said: &str) -> SnapshotTrouble {
    let line = said.lines().next().unwrap_or("git failed without a word");
    SnapshotTrouble::Other(line.strip_prefix("fatal: ").unwrap_or(line).to_owned())
}

fn failed(error: &std::io::Error) -> SnapshotTrouble {
    SnapshotTrouble::Other(files::trouble(error).to_string())
}
