//! One root of files, as the engine sees it, for tests that ask the engine itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use ringfence::cluster::{Cluster, Entry, Layout, Origin, Repository, Resolver};
use ringfence::engine::Engine;
use ringfence::model::{ReadOptions, read_file};

/// Runs `ask` on the engine over files given as (path, text).
pub fn with_engine<T>(files: &[(&str, &str)], ask: impl FnOnce(&Engine<'_>) -> T) -> T {
    let options = ReadOptions::default();
    let entry = |(path, text): &(&str, &str)| Entry {
        file: Arc::new(read_file(path, text.as_bytes(), &options)),
        origin: Origin::Written,
    };
    let repository = Repository::new(files.iter().map(entry).collect());
    let root = Layout::new(&repository).roots(&repository, &BTreeMap::new()).remove(0);
    let resolver = Resolver::new(&repository, Vec::new(), None, "default");
    let cluster = Cluster::new(&repository, &root, &resolver);
    ask(&Engine::new(&cluster))
}
