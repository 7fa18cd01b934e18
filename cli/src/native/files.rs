//! Reading and writing files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use crate::host::{MAX_BYTES, Trouble};

/// The reason of an error, in our words.
pub(super) fn trouble(error: &io::Error) -> Trouble {
    match error.kind() {
        ErrorKind::NotFound => Trouble::NotFound,
        ErrorKind::PermissionDenied => Trouble::Other("permission denied".to_owned()),
        _ => {
            let text = error.to_string();
            Trouble::in_words(text.split_once(" (os error").map_or(text.as_str(), |(text, _)| text))
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        trouble(&error)
    }
}

/// The bytes of a file.
pub(super) fn read(path: impl AsRef<Path>) -> Result<Vec<u8>, Trouble> {
    let file = File::open(path)?;
    let size = file.metadata().map_or(0, |found| found.len());
    if size > MAX_BYTES {
        return Err(Trouble::too_large());
    }
    read_all(file)
}

/// All that comes, up to the limit: a pipe or a device doesn't say how much that will be.
pub(super) fn read_all(from: impl Read) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES { Err(Trouble::too_large()) } else { Ok(bytes) }
}

/// Puts a new file in the place of the old one, with its permissions.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    // A link stays; what it leads to is replaced.
    let path = match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
        found => found?,
    };
    let old = match fs::metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        found => Some(found?),
    };
    if let Some(old) = &old {
        if old.is_dir() {
            return Err(Trouble::is_folder());
        }
        if old.permissions().readonly() {
            return Err(Trouble::is_read_only());
        }
        if !old.is_file() {
            // Pipes and devices have no half-written state, and must not be replaced.
            return Ok(OpenOptions::new().write(true).open(&path)?.write_all(bytes)?);
        }
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ringfence-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut new = builder.tempfile_in(folder)?;
    new.write_all(bytes)?;
    if let Some(old) = old {
        keep_owner(new.as_file(), &old);
        new.as_file().set_permissions(old.permissions())?;
    }
    new.as_file().sync_all()?;
    new.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// Gives the new file the owner of the old one, where the system lets us.
#[cfg(unix)]
fn keep_owner(new: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(new, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn permissions_and_links_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.yaml"), folder.path().join("link.yaml"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real.yaml", &link).unwrap();
        write(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_must_not_be_replaced_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.yaml");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(write(&file, b"new").unwrap_err().to_string(), "it is read-only");
        assert_eq!(write(folder.path(), b"new").unwrap_err().to_string(), "it is a folder");
        assert_eq!(fs::read(&file).unwrap(), b"old");
        write(Path::new("/dev/null"), b"new").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn reasons_are_in_our_words() {
        assert_eq!(read("/nowhere"), Err(Trouble::NotFound));
        assert_eq!(read("/"), Err(Trouble::Other("is a directory".to_owned())));
    }
}
