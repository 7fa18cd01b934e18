//! Listing folders as git sees them: one walk for every host.
//!
//! The walk asks a [`Disk`] and decides by itself what is left out, so that hosts with different file systems below
//! them list the same files. Paths are text with `/` between segments; where a name is not UTF-8, the text is a lossy
//! picture of it, and the disk's own [`Disk::Place`] leads to it.

mod ignored;

use crate::host::{Listing, PathKind, Trouble};
use crate::paths;
use ignored::Rules;

/// What an entry of a folder is by itself: a link is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A symbolic link.
    Link,
    /// A pipe, a socket or a device.
    Other,
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<P> {
    /// Where it is.
    pub place: P,
    /// Its name; lossy where it is not UTF-8.
    pub name: String,
    /// Whether the name is UTF-8.
    pub is_text: bool,
    /// Whether the system says that it is hidden, whatever it is called.
    pub is_hidden: bool,
    /// What it is.
    pub kind: EntryKind,
}

/// What the walk needs of a file system.
pub trait Disk {
    /// Where something is, in the system's own terms.
    type Place;

    /// The place of a path.
    fn place(&mut self, path: &str) -> Self::Place;

    /// What is at a place itself.
    ///
    /// # Errors
    /// Where nothing is there, or it can't be looked at.
    fn entry_kind(&mut self, place: &Self::Place) -> Result<EntryKind, Trouble>;

    /// What is at a place, through symbolic links.
    ///
    /// # Errors
    /// Where nothing is there, or it can't be looked at.
    fn kind(&mut self, place: &Self::Place) -> Result<PathKind, Trouble>;

    /// The entries of a folder, in any order.
    ///
    /// # Errors
    /// Where it can't be read.
    fn entries(&mut self, folder: &Self::Place) -> Result<Vec<Entry<Self::Place>>, Trouble>;

    /// The absolute path of a place without any symbolic link.
    ///
    /// # Errors
    /// Where nothing is there, or it can't be followed.
    fn real(&mut self, place: &Self::Place) -> Result<String, Trouble>;

    /// The bytes of a file.
    ///
    /// # Errors
    /// Where it can't be read.
    fn bytes(&mut self, place: &Self::Place) -> Result<Vec<u8>, Trouble>;

    /// The absolute path of the current folder; none where there is none.
    fn current_folder(&mut self) -> Option<String>;

    /// The value of an environment variable.
    fn variable(&mut self, name: &str) -> Option<String>;

    /// The user's own folder.
    fn home(&mut self) -> Option<String>;
}

/// The files below `folder` for which `wanted` holds, as [`crate::Host::list`] promises them.
///
/// `.gitignore` counts also in a plain copy of a repository, so that a copy gives the same answers.
pub fn list<D: Disk>(disk: &mut D, folder: &str, wanted: &dyn Fn(&str) -> bool) -> Listing {
    let place = disk.place(folder);
    let real = disk.real(&place);
    let rules = Rules::above(disk, real.as_deref().unwrap_or(folder));
    let mut walk = Walk { disk, wanted, root: real.ok(), listing: Listing::default(), open: Vec::new() };
    if walk.disk.entry_kind(&place) == Ok(EntryKind::Link) {
        let holder = paths::parent(folder).map(|holder| walk.disk.place(holder));
        let trouble = walk.link(&place, holder.as_ref(), folder);
        walk.listing.troubles.extend(trouble.map(|trouble| (folder.to_owned(), trouble)));
    }
    walk.open.push(Folder { place, shown: folder.to_owned(), from_root: String::new(), rules });
    while let Some(folder) = walk.open.pop() {
        walk.enter(folder);
    }
    let mut listing = walk.listing;
    listing.files.sort();
    listing.troubles.sort_by(|(a, _), (b, _)| a.cmp(b));
    listing
}

/// A folder that is still to be read.
struct Folder<P> {
    place: P,
    /// Its path as the user knows it.
    shown: String,
    /// Its path from below the root, with a slash before each segment.
    from_root: String,
    /// The rules of all folders above it.
    rules: Rules,
}

struct Walk<'a, D: Disk> {
    disk: &'a mut D,
    wanted: &'a dyn Fn(&str) -> bool,
    /// The root without any symbolic link, where that is known.
    root: Option<String>,
    listing: Listing,
    open: Vec<Folder<D::Place>>,
}

impl<D: Disk> Walk<'_, D> {
    fn enter(&mut self, folder: Folder<D::Place>) {
        let entries = match self.disk.entries(&folder.place) {
            Ok(entries) => entries,
            Err(trouble) => return self.listing.troubles.push((folder.shown, trouble)),
        };
        let rules = folder.rules.inside(self.disk, &folder.from_root, &entries);
        for entry in entries {
            let from_root = format!("{}/{}", folder.from_root, entry.name);
            let is_folder = entry.kind == EntryKind::Folder;
            let is_hidden = entry.is_hidden || entry.name.starts_with('.');
            if rules.leave_out(&from_root, is_folder).unwrap_or(is_hidden) {
                continue;
            }
            let shown = paths::join(&folder.shown, &entry.name);
            let trouble = match entry.kind {
                EntryKind::Folder => {
                    let rules = rules.clone();
                    self.open.push(Folder { place: entry.place, shown, from_root, rules });
                    continue;
                }
                EntryKind::Link => self.link(&entry.place, Some(&folder.place), &shown),
                _ if !(self.wanted)(&shown) => None,
                _ if !entry.is_text => Some(Trouble::Other("its name is not UTF-8".to_owned())),
                EntryKind::File => {
                    self.listing.files.push(shown);
                    continue;
                }
                EntryKind::Other => Some(Trouble::Other("neither a file nor a folder".to_owned())),
            };
            self.listing.troubles.extend(trouble.map(|trouble| (shown, trouble)));
        }
    }

    /// Why a symbolic link in the folder `holder` means that something is not read; none where its target is read
    /// anyway, or is not wanted.
    fn link(&mut self, place: &D::Place, holder: Option<&D::Place>, shown: &str) -> Option<Trouble> {
        let say = |reason: &str| Some(Trouble::Other(reason.to_owned()));
        let wanted = (self.wanted)(shown);
        let is_folder = match self.disk.kind(place) {
            Ok(kind) => kind == PathKind::Folder,
            Err(Trouble::NotFound) if wanted => return say("a symbolic link that leads nowhere"),
            Err(Trouble::NotFound) => return None,
            Err(Trouble::Other(reason)) => {
                return say(&format!("a symbolic link that can't be followed: {reason}"));
            }
        };
        if !is_folder && !wanted {
            return None;
        }
        let Ok(target) = self.disk.real(place) else {
            return say("a symbolic link that can't be followed");
        };
        let holder = holder.and_then(|holder| self.disk.real(holder).ok());
        if is_folder && holder.is_some_and(|holder| paths::below(&target, &holder).is_some()) {
            return say("a symbolic link to a folder that holds it; it is not followed");
        }
        let is_inside = self.root.as_ref().is_some_and(|root| paths::below(root, &target).is_some());
        let is_read_there = is_inside && (is_folder || (self.wanted)(&target));
        if is_read_there {
            None
        } else {
            say("a symbolic link to something that is not checked; it is not followed")
        }
    }
}
