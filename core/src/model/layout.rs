//! What deploys what: the objects that give other files a namespace.

use serde::Deserialize;

use crate::yaml::Node;

/// The parts of a Kustomize configuration that decide which files it deploys, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Kustomization {
    /// The namespace that it sets on everything below it.
    pub namespace: Option<String>,
    /// Put before each name.
    pub name_prefix: Option<String>,
    /// Put after each name.
    pub name_suffix: Option<String>,
    resources: Option<Vec<String>>,
    bases: Option<Vec<String>>,
    components: Option<Vec<String>>,
    patches: Option<Vec<Patch>>,
    patches_strategic_merge: Option<Vec<String>>,
    #[serde(rename = "patchesJson6902")]
    patches_json6902: Option<Vec<Patch>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Patch {
    path: Option<String>,
}

impl Kustomization {
    /// The files and folders that it takes in, as written.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        [&self.resources, &self.bases, &self.components].into_iter().flatten().flatten().map(String::as_str)
    }

    /// The files of its patches, as written: parts of objects, not objects.
    pub fn patches(&self) -> impl Iterator<Item = &str> {
        let with_path = [&self.patches, &self.patches_json6902].into_iter().flatten().flatten();
        let paths = with_path.filter_map(|patch| patch.path.as_deref());
        paths.chain(self.patches_strategic_merge.iter().flatten().map(String::as_str))
    }
}

/// A folder of the repository that a GitOps controller deploys to a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployedPath {
    /// The folder, relative to the repository's root.
    pub path: String,
    /// The namespace that objects without one get.
    pub namespace: String,
    /// Whether the controller moves every object there, whatever it says itself (Flux `targetNamespace`).
    pub overrides: bool,
}

/// `spec.source.path` (or the first of `spec.sources`) and `spec.destination.namespace` of an Argo CD Application.
pub(super) fn argo_application(node: Node<'_>) -> Option<DeployedPath> {
    let path = node.at("spec.source.path").or_else(|| node.at("spec.sources[0].path"))?;
    let namespace = node.at("spec.destination.namespace")?;
    deployed(path, namespace, false)
}

/// `spec.path` and `spec.targetNamespace` of a Flux Kustomization.
pub(super) fn flux_kustomization(node: Node<'_>) -> Option<DeployedPath> {
    deployed(node.at("spec.path")?, node.at("spec.targetNamespace")?, true)
}

fn deployed(path: Node<'_>, namespace: Node<'_>, overrides: bool) -> Option<DeployedPath> {
    let path = path.as_str()?.trim_start_matches("./").trim_matches('/').to_owned();
    Some(DeployedPath { path, namespace: namespace.as_str()?.to_owned(), overrides })
}
