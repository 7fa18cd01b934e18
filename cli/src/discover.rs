//! Which files are read.
//!
//! All given paths together are one repository. A file that is named is read whatever it is called; below a folder,
//! YAML and JSON files are, as far as the configuration takes them.

use std::collections::{BTreeMap, BTreeSet};

use ringfence::config::Config;

use crate::host::{Host, PathKind, Trouble};
use crate::paths;

/// The name of standard input in findings.
pub(crate) const STDIN: &str = "<stdin>";

/// What the given paths lead to.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    /// The files to read, each once.
    pub(crate) files: BTreeSet<String>,
    /// Whether standard input is read too.
    pub(crate) stdin: bool,
    /// What was found and can't be read, with the reason.
    pub(crate) unread: BTreeMap<String, Trouble>,
    /// The given paths where nothing is.
    pub(crate) missing: Vec<String>,
}

/// Follows the given paths, cleaned.
pub(crate) fn discover(host: &mut dyn Host, given: &[String], config: &Config) -> Discovery {
    let mut found = Discovery::default();
    for path in given {
        if path == "-" {
            found.stdin = true;
            continue;
        }
        match host.kind(path) {
            Ok(PathKind::File) => {
                found.files.insert(path.clone());
            }
            Ok(PathKind::Folder) => {
                let listing = host.list(path, &|path| is_manifest(path) && config.takes(path));
                found.files.extend(listing.files);
                found.unread.extend(listing.troubles);
            }
            Err(Trouble::NotFound) => found.missing.push(path.clone()),
            Err(trouble) => {
                found.unread.insert(path.clone(), trouble);
            }
        }
    }
    found
}

/// Whether a name is one of a file that can hold manifests.
fn is_manifest(path: &str) -> bool {
    let name = paths::name(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let known = ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known));
    known || name == "Kustomization"
}

#[cfg(test)]
mod tests {
    use super::is_manifest;

    #[test]
    fn manifests_are_known_by_their_names() {
        for name in ["a.yaml", "a/b.yml", "c.json", "x/Kustomization", "D.YAML", "Chart.yaml"] {
            assert!(is_manifest(name), "{name}");
        }
        for name in ["yaml", "a.yaml.gotmpl", "README.md", "a.json/x"] {
            assert!(!is_manifest(name), "{name}");
        }
    }
}
