//! The file system as the walk sees it.

use std::fs;
use std::path::{Path, PathBuf};

use super::files;
use crate::host::{PathKind, Trouble};
use crate::walk::{Disk, Entry, EntryKind};

/// The file systems of the machine.
pub(super) struct NativeDisk;

/// A path of the system with `/` between segments; lossy where it is not UTF-8.
pub(super) fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.trim_start_matches(r"\\?\").replace('\\', "/") } else { text.into_owned() }
}

/// What a path leads to, through symbolic links.
pub(super) fn kind(path: &Path) -> Result<PathKind, Trouble> {
    let found = fs::metadata(path)?;
    Ok(if found.is_dir() { PathKind::Folder } else { PathKind::File })
}

impl Disk for NativeDisk {
    type Place = PathBuf;

    fn place(&mut self, path: &str) -> PathBuf {
        path.into()
    }

    fn entry_kind(&mut self, place: &PathBuf) -> Result<EntryKind, Trouble> {
        let found = fs::symlink_metadata(place)?;
        Ok(entry_kind(found.file_type()))
    }

    fn kind(&mut self, place: &PathBuf) -> Result<PathKind, Trouble> {
        kind(place)
    }

    fn entries(&mut self, folder: &PathBuf) -> Result<Vec<Entry<PathBuf>>, Trouble> {
        let entry = |found: std::io::Result<fs::DirEntry>| {
            let found = found?;
            let name = found.file_name();
            Ok(Entry {
                place: found.path(),
                name: name.to_string_lossy().into_owned(),
                is_text: name.to_str().is_some(),
                is_hidden: is_hidden(&found),
                kind: entry_kind(found.file_type()?),
            })
        };
        Ok(fs::read_dir(folder)?.map(entry).collect::<std::io::Result<_>>()?)
    }

    fn real(&mut self, place: &PathBuf) -> Result<String, Trouble> {
        let real = fs::canonicalize(place)?;
        Ok(slashes(&real))
    }

    fn bytes(&mut self, place: &PathBuf) -> Result<Vec<u8>, Trouble> {
        files::read(place)
    }

    fn current_folder(&mut self) -> Option<String> {
        std::env::current_dir().ok().map(|folder| slashes(&folder))
    }

    fn variable(&mut self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn home(&mut self) -> Option<String> {
        std::env::home_dir().map(|folder| slashes(&folder))
    }
}

fn entry_kind(kind: fs::FileType) -> EntryKind {
    if kind.is_symlink() {
        EntryKind::Link
    } else if kind.is_dir() {
        EntryKind::Folder
    } else if kind.is_file() {
        EntryKind::File
    } else {
        EntryKind::Other
    }
}

/// Whether the system hides a file; elsewhere its name alone says so.
#[cfg(windows)]
fn is_hidden(entry: &fs::DirEntry) -> bool {
    use std::os::windows::fs::MetadataExt;
    const HIDDEN: u32 = 2;
    entry.metadata().is_ok_and(|found| found.file_attributes() & HIDDEN != 0)
}

#[cfg(not(windows))]
fn is_hidden(_: &fs::DirEntry) -> bool {
    false
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::paths;
    use crate::walk::list;

    fn listed(make: impl FnOnce(&Path)) -> (Vec<String>, Vec<(String, String)>) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("sub")).unwrap();
        make(&root);
        let name = root.to_str().unwrap();
        let short = |path: &str| path.strip_prefix(name).unwrap().trim_start_matches('/').to_owned();
        let found = list(&mut NativeDisk, name, &|path| path.ends_with(".yaml"));
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

    /// Names and patterns that disagree about as much as they can.
    const NAMES: [&str; 14] = [
        "a",
        "b",
        "keep",
        "build",
        "a.yaml",
        "b.yaml",
        "x.tmp.yaml",
        ".hidden.yaml",
        ".github",
        "é.yaml",
        "!b.yaml",
        "#c.yaml",
        "s p.yaml ",
        "[a].yaml",
    ];
    const PATTERNS: [&str; 32] = [
        "build/",
        "/a",
        "a/",
        "!a",
        "*.yaml",
        "!b.yaml",
        "/b.yaml",
        "**/b.yaml",
        "a/**",
        "a/**/b.yaml",
        "a/*",
        "!keep/",
        "keep/*.yaml",
        ".*",
        "!.github",
        "!.hidden.yaml",
        "*",
        "!*/",
        "\\!b.yaml",
        "\\#c.yaml",
        "#c.yaml",
        "",
        "  ",
        "s p.yaml\\ ",
        "b.yaml  ",
        "[ab].yaml",
        "[unclosed",
        "{a,b}.yaml",
        "é.yaml",
        "?.yaml",
        "a.yaml\r",
        "\u{feff}a",
    ];

    /// Numbers that look random and are the same on every run.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % bound
        }

        fn patterns(&mut self) -> String {
            (0..=self.below(5)).map(|_| format!("{}\n", PATTERNS[self.below(PATTERNS.len())])).collect()
        }
    }

    fn grow(dice: &mut Dice, folder: &Path, depth: usize) {
        fs::create_dir_all(folder).unwrap();
        if dice.below(2) == 0 {
            fs::write(folder.join(".gitignore"), dice.patterns()).unwrap();
        }
        match dice.below(6) {
            0 => {
                fs::create_dir_all(folder.join(".git/info")).unwrap();
                fs::write(folder.join(".git/info/exclude"), dice.patterns()).unwrap();
            }
            // A work tree, whose repository is beside it.
            1 => {
                let git = folder.join(".real-git/worktrees/w");
                fs::create_dir_all(&git).unwrap();
                fs::create_dir_all(folder.join(".real-git/info")).unwrap();
                fs::write(git.join("commondir"), "../..\n").unwrap();
                fs::write(folder.join(".real-git/info/exclude"), dice.patterns()).unwrap();
                fs::write(folder.join(".git"), format!("gitdir: {}\n", git.display())).unwrap();
            }
            _ => {}
        }
        for name in NAMES {
            let path = folder.join(name);
            match dice.below(4) {
                0 if depth > 0 => grow(dice, &path, depth - 1),
                0 | 1 => fs::write(path, "").unwrap(),
                _ => {}
            }
        }
    }

    #[test]
    fn the_walk_lists_what_the_walk_of_ripgrep_lists() {
        for seed in 0..24 {
            let place = tempfile::tempdir().unwrap();
            let mut dice = Dice(seed);
            grow(&mut dice, place.path(), 2);
            for root in [".", "a", "keep/a", "build/b"].map(|root| place.path().join(root)) {
                if !root.is_dir() {
                    continue;
                }
                let root = paths::clean(root.to_str().unwrap());
                let walk = ignore::WalkBuilder::new(&root)
                    .ignore(false)
                    .require_git(false)
                    .follow_links(false)
                    .build();
                let files = walk.filter_map(Result::ok).filter(|entry| entry.file_type().unwrap().is_file());
                let mut expected: Vec<_> =
                    files.map(|entry| entry.path().to_str().unwrap().to_owned()).collect();
                expected.sort();
                assert_eq!(list(&mut NativeDisk, &root, &|_| true).files, expected, "seed {seed}");
            }
        }
    }
}
