//! Engines over small manifests, for the tests of this room.

use std::sync::Arc;

use super::Engine;
use crate::cluster::{ClassId, Cluster, Entry, Origin, Repository, Resolver, Root};
use crate::model::{ReadOptions, read_file};
use crate::text::FileId;

/// Asks the engine over one file.
pub(super) fn with_engine<T>(text: &str, ask: impl FnOnce(&Engine<'_>) -> T) -> T {
    let file = Arc::new(read_file("a.yaml", text.as_bytes(), &ReadOptions::default()));
    let repository = Repository::new(vec![Entry { file, origin: Origin::Written }]);
    let root = Root { name: String::new(), files: [FileId(0)].into() };
    let resolver = Resolver::new(&repository, Vec::new(), None, "default");
    let cluster = Cluster::new(&repository, &root, &resolver);
    ask(&Engine::new(&cluster))
}

/// A Pod of the namespace `x`; `spec` and `status` are flow mappings.
pub(super) fn pod(name: &str, spec: &str, status: &str) -> String {
    format!(
        "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: x, labels: {{app: {name}}}}}, \
         spec: {spec}, status: {status}}}\n"
    )
}

/// The class of the workload with this name.
pub(super) fn class_of(engine: &Engine<'_>, name: &str) -> ClassId {
    let cluster = engine.cluster();
    let found = cluster.workload_ids().find(|(id, _)| cluster.workload_name(*id) == name);
    found.expect("a workload of that name").1.class
}
