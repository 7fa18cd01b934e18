//! Listing folders as git sees them.

use std::fs;
use std::path::Path;

use ignore::{DirEntry, WalkBuilder};

use super::files;
use crate::host::{Listing, Trouble};
use crate::paths;

/// The wanted files below `folder`.
///
/// `.gitignore` counts also in a plain copy of a repository, so that a copy gives the same answers.
pub(super) fn list(folder: &str, wanted: &dyn Fn(&str) -> bool) -> Listing {
    let mut listing = Listing::default();
    let root = fs::canonicalize(folder).unwrap_or_default();
    for entry in WalkBuilder::new(folder).ignore(false).require_git(false).follow_links(false).build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                listing.troubles.extend(failure(&error, folder));
                continue;
            }
        };
        let lossy = paths::clean(&slashes(&entry.path().to_string_lossy()));
        let trouble = match entry.file_type() {
            Some(kind) if kind.is_dir() => None,
            Some(kind) if kind.is_symlink() => link(&entry, &root, &lossy, wanted),
            _ if !wanted(&lossy) => None,
            _ if entry.path().to_str().is_none() => Some(Trouble::Other("its name is not UTF-8".to_owned())),
            Some(kind) if kind.is_file() => {
                listing.files.push(lossy);
                continue;
            }
            _ => Some(Trouble::Other("neither a file nor a folder".to_owned())),
        };
        listing.troubles.extend(trouble.map(|trouble| (lossy, trouble)));
    }
    listing.files.sort();
    listing.troubles.sort_by(|(a, _), (b, _)| a.cmp(b));
    listing
}

/// A path of the system with `/` between segments.
pub(super) fn slashes(path: &str) -> String {
    if cfg!(windows) { path.trim_start_matches(r"\\?\").replace('\\', "/") } else { path.to_owned() }
}

/// Why a symbolic link means that something is not read; none where its target is read anyway, or is not wanted.
fn link(entry: &DirEntry, root: &Path, shown: &str, wanted: &dyn Fn(&str) -> bool) -> Option<Trouble> {
    let say = |reason: &str| Some(Trouble::Other(reason.to_owned()));
    let found = match fs::metadata(entry.path()).map_err(|error| files::trouble(&error)) {
        Ok(found) => found,
        Err(Trouble::NotFound) if wanted(shown) => return say("a symbolic link that leads nowhere"),
        Err(Trouble::NotFound) => return None,
        Err(Trouble::Other(reason)) => {
            return say(&format!("a symbolic link that can't be followed: {reason}"));
        }
    };
    if !found.is_dir() && !wanted(shown) {
        return None;
    }
    let Ok(target) = fs::canonicalize(entry.path()) else {
        return say("a symbolic link that can't be followed");
    };
    let holder = entry.path().parent().and_then(|folder| fs::canonicalize(folder).ok());
    if found.is_dir() && holder.is_some_and(|holder| holder.starts_with(&target)) {
        return say("a symbolic link to a folder that holds it; it is not followed");
    }
    let read_there =
        target.starts_with(root) && (found.is_dir() || wanted(&slashes(&target.to_string_lossy())));
    if read_there {
        None
    } else {
        say("a symbolic link to something that is not checked; it is not followed")
    }
}

/// The path and the reason of an entry that the walk couldn't look at.
fn failure(error: &ignore::Error, folder: &str) -> Option<(String, Trouble)> {
    let mut path = Path::new(folder);
    let mut inner = error;
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = at;
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    let trouble = match inner {
        ignore::Error::Io(error) => files::trouble(error),
        // A pattern in a .gitignore that git wouldn't understand either says nothing about a file.
        ignore::Error::Glob { .. } | ignore::Error::Partial(_) => return None,
        other => Trouble::Other(other.to_string()),
    };
    Some((paths::clean(&slashes(&path.to_string_lossy())), trouble))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn listed(make: impl FnOnce(&Path)) -> (Vec<String>, Vec<(String, String)>) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("sub")).unwrap();
        make(&root);
        let name = root.to_str().unwrap();
        let short = |path: &str| path.strip_prefix(name).unwrap().trim_start_matches('/').to_owned();
        let found = list(name, &|path| path.ends_with(".yaml"));
        let troubles = found.troubles.iter().map(|(path, trouble)| (short(path), trouble.to_string()));
        (found.files.iter().map(|path| short(path)).collect(), troubles.collect())
    }

    #[test]
    fn ignored_and_hidden_files_are_left_out_without_a_git_repository() {
        let (files, troubles) = listed(|root| {
            fs::write(root.join(".gitignore"), "out/\n*.tmp.yaml\n").unwrap();
            fs::create_dir_all(root.join("out")).unwrap();
            for name in
                ["b.yaml", "a.yaml", "x.tmp.yaml", ".ringfence.yaml", "out/c.yaml", "sub/d.yaml", "e.md"]
            {
                fs::write(root.join(name), "").unwrap();
            }
        });
        assert_eq!(files, ["a.yaml", "b.yaml", "sub/d.yaml"]);
        assert_eq!(troubles, []);
    }

    #[test]
    fn links_are_not_followed_and_said_where_something_is_missed() {
        let (files, troubles) = listed(|root| {
            fs::write(root.join("a.yaml"), "").unwrap();
            fs::write(root.parent().unwrap().join("outside.yaml"), "").unwrap();
            symlink("../a.yaml", root.join("sub/inside.yaml")).unwrap();
            symlink("../outside.yaml", root.join("outside.yaml")).unwrap();
            symlink("nothing", root.join("dangling.yaml")).unwrap();
            symlink("nothing", root.join("dangling.md")).unwrap();
            symlink("..", root.join("sub/up")).unwrap();
            symlink("two", root.join("one")).unwrap();
            symlink("one", root.join("two")).unwrap();
        });
        assert_eq!(files, ["a.yaml"]);
        let circle = "a symbolic link that can't be followed: too many levels of symbolic links";
        let expected = [
            ("dangling.yaml", "a symbolic link that leads nowhere"),
            ("one", circle),
            ("outside.yaml", "a symbolic link to something that is not checked; it is not followed"),
            ("sub/up", "a symbolic link to a folder that holds it; it is not followed"),
            ("two", circle),
        ];
        assert_eq!(troubles, expected.map(|(path, reason)| (path.to_owned(), reason.to_owned())));
    }
}
