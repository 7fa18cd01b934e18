//! One root of files, as the engine sees it, for tests that ask the engine itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use ringfence::cluster::{Cluster, Entry, Layout, Origin, Repository, Resolver};
use ringfence::engine::Engine;
use ringfence::model::{ReadOptions, read_file};

/// Runs `ask` on the inventory of files given as (path, text).
pub fn with_cluster<T>(files: &[(&str, &str)], ask: impl FnOnce(&Cluster<'_>) -> T) -> T {
    let options = ReadOptions::default();
    let entry = |(path, text): &(&str, &str)| Entry {
        file: Arc::new(read_file(path, text.as_bytes(), &options)),
        origin: Origin::Written,
    };
    let repository = Repository::new(files.iter().map(entry).collect());
    let root = Layout::new(&repository).roots(&repository, &BTreeMap::new()).remove(0);
    let resolver = Resolver::new(&repository, Vec::new(), None, "default");
    ask(&Cluster::new(&repository, &root, &resolver))
}

/// Runs `ask` on the engine over files given as (path, text).
pub fn with_engine<T>(files: &[(&str, &str)], ask: impl FnOnce(&Engine<'_>) -> T) -> T {
    with_cluster(files, |cluster| ask(&Engine::new(cluster)))
}
