//! The file system of Node as the walk sees it.

use ringfence_cli::walk::{Disk, Entry, EntryKind};
use ringfence_cli::{PathKind, Trouble};

use crate::host;
use crate::machine::Machine;
use crate::trouble::trouble;

/// The file systems of the machine.
pub(crate) struct NodeDisk<'m> {
    pub(crate) machine: &'m Machine,
}

/// A path of the system with `/` between segments.
pub(crate) fn slashes(machine: &Machine, path: &str) -> String {
    if machine.is_windows() { path.trim_start_matches(r"\\?\").replace('\\', "/") } else { path.to_owned() }
}

impl Disk for NodeDisk<'_> {
    type Place = Vec<u8>;

    fn place(&mut self, path: &str) -> Vec<u8> {
        path.as_bytes().to_vec()
    }

    fn entry_kind(&mut self, place: &Vec<u8>) -> Result<EntryKind, Trouble> {
        self.machine.kind(place, false).map(entry_kind).map_err(|error| trouble(&error))
    }

    fn kind(&mut self, place: &Vec<u8>) -> Result<PathKind, Trouble> {
        host::kind(self.machine, place)
    }

    fn entries(&mut self, folder: &Vec<u8>) -> Result<Vec<Entry<Vec<u8>>>, Trouble> {
        let packed = self.machine.entries(folder).map_err(|error| trouble(&error))?;
        let entry = |record: &[u8]| {
            let (letter, name) = record.split_first()?;
            Some(Entry {
                place: [folder, b"/".as_slice(), name].concat(),
                name: String::from_utf8_lossy(name).into_owned(),
                is_text: std::str::from_utf8(name).is_ok(),
                is_hidden: false,
                kind: entry_kind(char::from(*letter)),
            })
        };
        Ok(packed.split(|byte| *byte == 0).filter_map(entry).collect())
    }

    fn real(&mut self, place: &Vec<u8>) -> Result<String, Trouble> {
        let real = self.machine.real(place).map_err(|error| trouble(&error))?;
        Ok(slashes(self.machine, &String::from_utf8_lossy(&real)))
    }

    fn bytes(&mut self, place: &Vec<u8>) -> Result<Vec<u8>, Trouble> {
        host::read(self.machine, place)
    }

    fn current_folder(&mut self) -> Option<String> {
        Some(slashes(self.machine, &self.machine.current_folder())).filter(|folder| !folder.is_empty())
    }

    fn variable(&mut self, name: &str) -> Option<String> {
        self.machine.variable(name)
    }

    fn home(&mut self) -> Option<String> {
        Some(slashes(self.machine, &self.machine.home())).filter(|folder| !folder.is_empty())
    }
}

fn entry_kind(letter: char) -> EntryKind {
    match letter {
        'd' => EntryKind::Folder,
        'f' => EntryKind::File,
        'l' => EntryKind::Link,
        _ => EntryKind::Other,
    }
}
