//! What the suites share: where data lies, how a case becomes a workspace, and the oracle.

pub mod ask;
pub mod cases;
pub mod conformance;
pub mod editor;
pub mod flows;
pub mod golden;
pub mod netpol_analyzer;
pub mod oracle;
pub mod reach;
pub mod reports;
pub mod snapshot;
pub mod synthetic;

use std::path::{Path, PathBuf};

/// The root of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// A folder of the conformance corpora, which lie beside the checkout; none where they don't, and then it says so.
pub fn corpus(name: &str) -> Option<PathBuf> {
    let folder = root().join("../shared/corpora").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: the corpus `{name}` is not at {}", folder.display());
    None
}
