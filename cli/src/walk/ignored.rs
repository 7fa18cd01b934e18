//! What git leaves out: the rules of `.gitignore`, `.git/info/exclude` and the user's own file.
//!
//! A deeper folder wins over those above it; any `.gitignore` wins over any `info/exclude`, and that over the user's
//! own file. Rules that can't be read leave nothing out.

use std::rc::Rc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Disk, Entry, EntryKind};
use crate::host::PathKind;
use crate::paths;

/// The rules that hold in a folder.
#[derive(Clone)]
pub(super) struct Rules {
    walk: Rc<OfWalk>,
    nearest: Option<Rc<OfFolder>>,
}

/// What is the same in every folder of a walk.
struct OfWalk {
    /// The absolute path of the root, without a slash at its end.
    root: String,
    user: Gitignore,
}

/// What a folder adds.
struct OfFolder {
    ignored: Gitignore,
    excluded: Gitignore,
    above: Option<Rc<OfFolder>>,
}

impl Rules {
    /// The rules that come from above a root.
    pub(super) fn above<D: Disk>(disk: &mut D, root: &str) -> Self {
        let user = of_user(disk).unwrap_or_else(Gitignore::empty);
        let walk = OfWalk { root: root.trim_end_matches('/').to_owned(), user };
        let mut rules = Self { walk: Rc::new(walk), nearest: None };
        let above: Vec<&str> =
            std::iter::successors(paths::parent(root), |folder| paths::parent(folder)).collect();
        for folder in above.into_iter().rev() {
            let git = disk.place(&paths::join(folder, ".git"));
            let git = disk.kind(&git).ok();
            let ignored = gather(disk, folder, &paths::join(folder, ".gitignore"));
            rules = rules.with(ignored, git.and_then(|kind| excluded(disk, folder, kind)));
        }
        rules
    }

    /// These rules and those of the folder that lies `from_root` and has these entries.
    pub(super) fn inside<D: Disk>(&self, disk: &mut D, from_root: &str, entries: &[Entry<D::Place>]) -> Self {
        let folder = format!("{}{from_root}", self.walk.root);
        let named = |name: &str| entries.iter().find(|entry| entry.name == name);
        let is_file = |entry: &&Entry<D::Place>| matches!(entry.kind, EntryKind::File | EntryKind::Link);
        let list = named(".gitignore").filter(is_file);
        let ignored = list.and_then(|list| disk.bytes(&list.place).ok()).map(|bytes| parse(&folder, &bytes));
        let git = named(".git").and_then(|git| disk.kind(&git.place).ok());
        let excluded = git.and_then(|kind| excluded(disk, &folder, kind));
        self.clone().with(ignored, excluded)
    }

    fn with(self, ignored: Option<Gitignore>, excluded: Option<Gitignore>) -> Self {
        let [ignored, excluded] = [ignored, excluded].map(|rules| rules.unwrap_or_else(Gitignore::empty));
        if ignored.is_empty() && excluded.is_empty() {
            return self;
        }
        Self { walk: self.walk, nearest: Some(Rc::new(OfFolder { ignored, excluded, above: self.nearest })) }
    }

    /// Whether something is left out; none where no rule speaks of it.
    pub(super) fn leave_out(&self, from_root: &str, is_folder: bool) -> Option<bool> {
        let path = format!("{}{from_root}", self.walk.root);
        let says = |rules: &Gitignore| match rules.matched(&path, is_folder) {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        };
        let folders = || std::iter::successors(self.nearest.as_deref(), |folder| folder.above.as_deref());
        folders()
            .find_map(|folder| says(&folder.ignored))
            .or_else(|| folders().find_map(|folder| says(&folder.excluded)))
            .or_else(|| says(&self.walk.user))
    }
}

/// The rules for `folder` in a file.
fn gather<D: Disk>(disk: &mut D, folder: &str, file: &str) -> Option<Gitignore> {
    let place = disk.place(file);
    if disk.kind(&place) != Ok(PathKind::File) {
        return None;
    }
    disk.bytes(&place).ok().map(|bytes| parse(folder, &bytes))
}

/// The rules for `folder` in the text of a file, up to the first line that is not UTF-8.
fn parse(folder: &str, bytes: &[u8]) -> Gitignore {
    let mut builder = GitignoreBuilder::new(if folder.is_empty() { "/" } else { folder });
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n').map_while(|line| std::str::from_utf8(line).ok());
    for line in lines {
        // A pattern that git wouldn't understand either says nothing about a file.
        let _ = builder.add_line(None, line.strip_suffix('\r').unwrap_or(line));
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// The rules of the repository whose `.git` is in `folder`.
fn excluded<D: Disk>(disk: &mut D, folder: &str, git: PathKind) -> Option<Gitignore> {
    let git_path = paths::join(folder, ".git");
    let repository = match git {
        PathKind::Folder => git_path,
        // A work tree beside its repository, or a submodule.
        PathKind::File => {
            let own = first_line(disk, &git_path)?;
            let own = paths::join(folder, own.strip_prefix("gitdir: ")?);
            match first_line(disk, &paths::join(&own, "commondir")) {
                Some(common) => paths::join(&own, &common),
                None => own,
            }
        }
    };
    gather(disk, folder, &paths::join(&repository, "info/exclude"))
}

fn first_line<D: Disk>(disk: &mut D, file: &str) -> Option<String> {
    text(disk, file)?.lines().next().map(str::to_owned)
}

fn text<D: Disk>(disk: &mut D, file: &str) -> Option<String> {
    let place = disk.place(file);
    String::from_utf8(disk.bytes(&place).ok()?).ok()
}

/// The rules of the user's own file, which count from the current folder.
fn of_user<D: Disk>(disk: &mut D) -> Option<Gitignore> {
    let current = disk.current_folder()?;
    let file = user_file(disk)?;
    gather(disk, &current, &paths::join(&current, &file))
}

/// Where the user's own file is: what git's configuration says, the user's before the machine's, or the usual place.
fn user_file<D: Disk>(disk: &mut D) -> Option<String> {
    let mut set = |name: &str| disk.variable(name).filter(|value| !value.is_empty());
    let (global, system, settings) =
        (set("GIT_CONFIG_GLOBAL"), set("GIT_CONFIG_SYSTEM"), set("XDG_CONFIG_HOME"));
    let home = disk.home();
    let at_home = |name: &str| home.as_ref().map(|home| paths::join(home, name));
    let settings = settings.or_else(|| at_home(".config")).map(|folder| paths::join(&folder, "git"));
    let in_settings = |name: &str| settings.as_ref().map(|folder| paths::join(folder, name));
    let system = system.unwrap_or_else(|| "/etc/gitconfig".to_owned());
    let configurations = [global, at_home(".gitconfig"), in_settings("config"), Some(system)];
    let named = configurations.into_iter().flatten().find_map(|file| setting(&text(disk, &file)?));
    match named {
        Some(file) => Some(file.strip_prefix("~/").and_then(at_home).unwrap_or(file)),
        None => in_settings("ignore"),
    }
}

/// The value of `core.excludesFile` in a configuration of git.
fn setting(configuration: &str) -> Option<String> {
    configuration.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        let value = value.trim();
        let value = value.strip_prefix('"').unwrap_or(value).trim_start();
        let value = value.strip_suffix('"').unwrap_or(value).trim_end();
        let is_path = !value.is_empty() && !value.contains(char::is_whitespace);
        (is_path && key.trim().eq_ignore_ascii_case("excludesfile")).then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::setting;

    #[test]
    fn the_setting_is_found_in_its_forms() {
        let of = |line: &str| setting(&format!("[user]\n\tname = A B\n[core]\n{line}\n"));
        for line in
            ["\texcludesFile = ~/.ignored", "EXCLUDESFILE=\"~/.ignored\"", "excludesfile = ~/.ignored \r"]
        {
            assert_eq!(of(line).as_deref(), Some("~/.ignored"), "{line}");
        }
        for line in ["", "excludesfile =", "#excludesfile = x", "otherfile = x"] {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
