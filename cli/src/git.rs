//! What git is asked about a revision, and what its answers mean: the same on every host.
//!
//! Files come from the object database through `git cat-file`, byte for byte: no attribute hides a file or changes its
//! line ends. git is only ever asked to read, so the work tree and the index stay as they are.

use std::io::{self, BufRead, Read};

use crate::host::{MAX_BYTES, SnapshotTrouble};
use crate::paths;

/// What keeps git from asking people, from waiting for locks, and from speaking anything but English.
pub const ENVIRONMENT: [(&str, &str); 3] =
    [("GIT_OPTIONAL_LOCKS", "0"), ("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C")];

/// The arguments that make git print the objects that standard input names, for [`contents`].
pub const PRINT_OBJECTS: [&str; 2] = ["cat-file", "--batch"];

/// A way to run git.
pub trait Git {
    /// What git prints in a folder for these arguments; where it fails, its complaint as the inner error.
    ///
    /// # Errors
    /// Where git can't be run.
    fn ask(&mut self, folder: &str, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, SnapshotTrouble>;
}

/// One file of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// The name of its content.
    pub object: String,
    /// Its path from the repository's own folder.
    pub path: String,
    /// Whether it is a symbolic link, with its target as the content.
    pub is_link: bool,
}

/// The repository that holds a folder, absolute, and the files of its `revision`; `folder` as it reads from the current
/// one, which is absolute.
///
/// Submodules have no files here, names that are not UTF-8 can't be paths of ours, and no name may lead out of the
/// folder that the files are written to.
///
/// # Errors
/// Where there is no git, no repository or no such revision.
pub fn files(
    git: &mut dyn Git,
    (current, folder): (&str, &str),
    revision: &str,
    is_windows: bool,
) -> Result<(String, Vec<TreeFile>), SnapshotTrouble> {
    let folder = paths::absolute(current, folder);
    let up = git.ask(&folder, &["rev-parse", "--show-cdup"])?.map_err(|said| {
        if said.contains("not a git repository") { SnapshotTrouble::NoRepository } else { other(&said) }
    })?;
    let repository = paths::absolute(&folder, String::from_utf8_lossy(&up).trim_end_matches('\n'));
    let wanted = format!("{revision}^{{tree}}");
    let verify = ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted];
    let tree = git.ask(&repository, &verify)?.map_err(|said| {
        if said.trim().is_empty() { SnapshotTrouble::UnknownRevision } else { other(&said) }
    })?;
    let tree = String::from_utf8_lossy(&tree).trim().to_owned();
    let list = ["ls-tree", "-r", "-z", "--full-tree", &tree];
    let listed = git.ask(&repository, &list)?.map_err(|said| other(&said))?;
    let files = listed.split(|byte| *byte == 0).filter_map(|line| tree_file(line, is_windows)).collect();
    Ok((repository, files))
}

/// A line of a listing: `100644 blob OBJECT<tab>PATH`.
fn tree_file(line: &[u8], is_windows: bool) -> Option<TreeFile> {
    let (head, path) = std::str::from_utf8(line).ok()?.split_once('\t')?;
    let mut head = head.split(' ');
    let (mode, kind, object) = (head.next()?, head.next()?, head.next()?);
    let is_inside = path.split('/').all(|segment| {
        let is_name = !matches!(segment, "" | "." | "..") && !segment.eq_ignore_ascii_case(".git");
        is_name && !(is_windows && segment.contains(['\\', ':']))
    });
    (kind == "blob" && is_inside).then(|| TreeFile {
        object: object.to_owned(),
        path: path.to_owned(),
        is_link: mode == "120000",
    })
}

/// What git says about the first line of a complaint.
fn other(said: &str) -> SnapshotTrouble {
    let line = said.trim().lines().next().unwrap_or("git failed without a word");
    SnapshotTrouble::Other(line.strip_prefix("fatal: ").unwrap_or(line).to_owned())
}

/// What [`PRINT_OBJECTS`] is told on standard input.
pub fn names(files: &[TreeFile]) -> String {
    files.iter().map(|file| format!("{}\n", file.object)).collect()
}

/// Hands over the contents of `files`, as git prints them: links last, so that nothing is written through one. What
/// is larger than [`MAX_BYTES`] is left out.
///
/// # Errors
/// Where git's output ends early, or a content can't be put anywhere.
pub fn contents(
    files: &[TreeFile],
    from: &mut dyn BufRead,
    put: &mut dyn FnMut(&TreeFile, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut links = Vec::new();
    for file in files {
        match content(from)? {
            Some(target) if file.is_link => links.push((file, target)),
            Some(bytes) => put(file, &bytes)?,
            None => {}
        }
    }
    links.into_iter().try_for_each(|(file, target)| put(file, &target))
}

/// The next content, after a line `OBJECT blob SIZE`.
fn content(from: &mut dyn BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut head = String::new();
    from.read_line(&mut head)?;
    let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
    let missing = || io::Error::other(format!("git has no such object: {}", head.trim_end()));
    let size = size.ok_or_else(missing)?;
    let mut content = from.take(size);
    let bytes = if size > MAX_BYTES {
        io::copy(&mut content, &mut io::sink())?;
        None
    } else {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        Some(bytes)
    };
    from.read_exact(&mut [0])?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_inside_are_taken() {
        let path = |line: &str, is_windows| tree_file(line.as_bytes(), is_windows).map(|file| file.path);
        for name in ["a.yaml", "a/b c.yaml", "..a/.gitignore", "a:b", r"a\b"] {
            assert_eq!(path(&format!("100644 blob 12\t{name}"), false).as_deref(), Some(name));
        }
        for name in ["", "/a", "a/../b", "../a", "./a", ".git/config", "a/.GIT/x"] {
            assert_eq!(path(&format!("100644 blob 12\t{name}"), false), None, "{name}");
        }
        for name in ["C:/a", r"a\..\b"] {
            assert_eq!(path(&format!("100644 blob 12\t{name}"), true), None, "{name}");
        }
        assert_eq!(path("160000 commit 12\tmodule", false), None);
    }

    #[test]
    fn links_come_last_and_a_missing_object_is_said() {
        let file = |path: &str, is_link| TreeFile { object: "12".into(), path: path.into(), is_link };
        let files = [file("to", true), file("a", false)];
        let read = |printed: &str| {
            let mut put = Vec::new();
            let mut keep = |file: &TreeFile, bytes: &[u8]| {
                put.push(format!("{}={}", file.path, String::from_utf8_lossy(bytes)));
                Ok(())
            };
            contents(&files, &mut printed.as_bytes(), &mut keep).map(|()| put)
        };
        assert_eq!(read("12 blob 1\na\n12 blob 3\nb\nc\n").unwrap(), ["a=b\nc", "to=a"]);
        let error = read("12 missing\n").unwrap_err();
        assert_eq!(error.to_string(), "git has no such object: 12 missing");
        assert!(read("12 blob 1\na\n12 blob 3\nb").is_err());
    }
}
