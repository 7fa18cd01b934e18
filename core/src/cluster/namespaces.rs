//! Which namespace an object ends up in, and who says so.

use std::sync::Arc;

use super::repository::{ObjectId, Origin, Repository};
use crate::model::{Body, Object};

/// Who decided on a namespace; remembered so that messages can say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamespaceSource {
    /// The object's own `metadata.namespace`.
    Explicit,
    /// The `namespace:` of a kustomization that couldn't be rendered.
    Kustomization,
    /// The `destination.namespace` of an Argo CD Application that deploys the folder.
    ArgoApplication,
    /// The `targetNamespace` of a Flux Kustomization that deploys the folder.
    FluxKustomization,
    /// The namespace that the caller gave (`--namespace`).
    Flag,
    /// The configured default.
    Default,
}

/// Resolves namespaces in the order: explicit, kustomization, Argo CD or Flux, the caller's flag, the default. A
/// kustomization's `namespace` and a Flux `targetNamespace` replace what the object itself says, as those tools do.
#[derive(Debug)]
pub struct Resolver {
    /// Folder → namespace, the longest folders first.
    folders: Vec<(String, Arc<str>, NamespaceSource, bool)>,
    flag: Option<Arc<str>>,
    default: Arc<str>,
}

impl Resolver {
    /// A resolver over the deployments that the repository declares; `kustomized` are the folders whose kustomization
    /// couldn't be rendered, with their namespace.
    pub fn new(
        repository: &Repository,
        kustomized: Vec<(String, Arc<str>)>,
        flag: Option<&str>,
        default: &str,
    ) -> Self {
        let mut folders: Vec<_> = kustomized
            .into_iter()
            .map(|(folder, namespace)| (folder, namespace, NamespaceSource::Kustomization, true))
            .collect();
        for (id, entry) in repository.entries() {
            if matches!(entry.origin, Origin::Rendered { .. }) {
                continue;
            }
            for (_, object) in repository.objects_of(id) {
                let Body::Deployed(deployed) = &object.body else { continue };
                let source = if deployed.overrides {
                    NamespaceSource::FluxKustomization
                } else {
                    NamespaceSource::ArgoApplication
                };
                let namespace = Arc::from(&*deployed.namespace);
                folders.push((deployed.path.clone(), namespace, source, deployed.overrides));
            }
        }
        folders.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        Self { folders, flag: flag.map(Arc::from), default: Arc::from(default) }
    }

    /// The namespace of an object, with who decided; none for objects that live in no namespace.
    pub fn resolve(
        &self,
        repository: &Repository,
        id: ObjectId,
        object: &Object,
    ) -> Option<(Arc<str>, NamespaceSource)> {
        if !object.is_namespaced() {
            return None;
        }
        let path = match repository.entry(id.file).map(|entry| &entry.origin) {
            Some(Origin::Rendered { folder }) => folder,
            _ => repository.path(id.file),
        };
        let folder = self.folders.iter().find(|(folder, ..)| is_below(path, folder));
        let explicit = object.namespace.clone().map(|namespace| (namespace, NamespaceSource::Explicit));
        match folder {
            Some((_, namespace, source, true)) => Some((Arc::clone(namespace), *source)),
            Some((_, namespace, source, false)) => {
                explicit.or_else(|| Some((Arc::clone(namespace), *source)))
            }
            None => explicit
                .or_else(|| self.flag.clone().map(|namespace| (namespace, NamespaceSource::Flag)))
                .or_else(|| Some((Arc::clone(&self.default), NamespaceSource::Default))),
        }
    }
}

/// Whether a file or folder is `folder` or lies below it; the paths of a repository may have a prefix that the
/// GitOps tool doesn't know, so a match at any segment counts.
fn is_below(path: &str, folder: &str) -> bool {
    if folder.is_empty() || folder == "." {
        return true;
    }
    let starts_at_segment = |at: usize| at == 0 || path.as_bytes().get(at - 1) == Some(&b'/');
    let ends_at_segment = |at: usize| matches!(path.as_bytes().get(at), None | Some(b'/'));
    path.match_indices(folder).any(|(at, found)| starts_at_segment(at) && ends_at_segment(at + found.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_match_whole_segments() {
        assert!(is_below("apps/shop/web.yaml", "apps/shop"));
        assert!(is_below("checkout/apps/shop/web.yaml", "apps/shop"));
        assert!(is_below("apps/shop", "apps/shop"));
        assert!(!is_below("apps/shopping/web.yaml", "apps/shop"));
        assert!(!is_below("myapps/shop/web.yaml", "apps/shop"));
    }
}
