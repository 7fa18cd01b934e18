//! Which written object a rendered object comes from, so that findings point at what a person wrote.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::{Layout, ObjectId, Origin, Repository};
use crate::model::{self, Object};
use crate::rules::SourceMap;

/// Rendered object → written object: the one of the same group and kind among the files that the folder takes in, with
/// the same name, or with what kustomizations put around names taken off. Objects of charts have no written form, and
/// neither do generated names.
pub(super) fn map(repository: &Repository, layout: &Layout) -> SourceMap {
    let mut map = SourceMap::new();
    for (file, entry) in repository.entries() {
        let Origin::Rendered { folder } = &entry.origin else { continue };
        let written = Written::new(repository, layout, folder);
        let affixes = layout.affixes(folder);
        for (id, object) in repository.objects_of(file) {
            let mut names = names(&object.name, &affixes);
            if let Some(source) = names.find_map(|name| written.find(repository, object, &name)) {
                map.insert(id, source);
            }
        }
    }
    map
}

/// The objects that a folder takes in, by group, kind and name.
struct Written<'r>(BTreeMap<(&'r str, &'r str, &'r str), Vec<ObjectId>>);

impl<'r> Written<'r> {
    fn new(repository: &'r Repository, layout: &Layout, folder: &str) -> Self {
        let mut objects: BTreeMap<_, Vec<ObjectId>> = BTreeMap::new();
        for (id, object) in layout.sources(folder).into_iter().flat_map(|file| repository.objects_of(file)) {
            let key = (model::group(&object.api_version), &*object.kind, &*object.name);
            objects.entry(key).or_default().push(id);
        }
        Self(objects)
    }

    /// The one object of this name; of several the one in the rendered object's namespace.
    fn find(&self, repository: &Repository, rendered: &Object, name: &str) -> Option<ObjectId> {
        let found = self.0.get(&(model::group(&rendered.api_version), &*rendered.kind, name))?;
        let same_namespace = |id: &&ObjectId| {
            repository.object(**id).is_some_and(|object| object.namespace == rendered.namespace)
        };
        match found.as_slice() {
            [only] => Some(*only),
            several => several.iter().find(same_namespace).copied(),
        }
    }
}

/// The name, then what it is without prefixes and suffixes, the longest first.
fn names(name: &str, affixes: &[(&str, &str)]) -> impl Iterator<Item = String> {
    let mut seen = BTreeSet::from([name.to_owned()]);
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        for (prefix, suffix) in affixes {
            let inner = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix));
            if let Some(inner) = inner.filter(|inner| !inner.is_empty() && !seen.contains(*inner)) {
                seen.insert(inner.to_owned());
                open.push(inner.to_owned());
            }
        }
    }
    let mut names: Vec<_> = seen.into_iter().collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.into_iter()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::cluster::Entry;
    use crate::model::{ReadOptions, read_file};

    fn repository(written: &[(&str, &str)], (folder, rendered): (&str, &str)) -> Repository {
        let read =
            |path: &str, text: &str| Arc::new(read_file(path, text.as_bytes(), &ReadOptions::default()));
        let written =
            written.iter().map(|(path, text)| Entry { file: read(path, text), origin: Origin::Written });
        let origin = Origin::Rendered { folder: folder.into() };
        let rendered = Entry { file: read("rendered", rendered), origin };
        Repository::new(written.chain([rendered]).collect())
    }

    fn object(kind: &str, name: &str, namespace: &str) -> String {
        format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: {namespace}}}\n---\n")
    }

    /// Rendered name → path and name of its source.
    fn mapped(repository: &Repository) -> Vec<(String, String)> {
        let map = map(repository, &Layout::new(repository));
        let name = |id| repository.object(id).map_or_else(String::new, |object| object.name.to_string());
        let source = |id: ObjectId| format!("{}:{}", repository.path(id.file), id.index);
        map.into_iter().map(|(rendered, written)| (name(rendered), source(written))).collect()
    }

    fn pair(rendered: &str, source: &str) -> (String, String) {
        (rendered.to_owned(), source.to_owned())
    }

    #[test]
    fn names_are_found_through_layers_of_affixes() {
        let repository = repository(
            &[
                ("base/kustomization.yaml", "resources: [web.yaml]\nnamePrefix: shop-\n"),
                ("base/web.yaml", &(object("Service", "web", "a") + &object("Pod", "web", "a"))),
                ("prod/kustomization.yaml", "resources: [../base]\nnamePrefix: eu-\nnameSuffix: -v1\n"),
                ("other/web.yaml", &object("Service", "eu-shop-web-v1", "a")),
            ],
            ("prod", &(object("Service", "eu-shop-web-v1", "b") + &object("Service", "shop-api", "b"))),
        );
        assert_eq!(mapped(&repository), [pair("eu-shop-web-v1", "base/web.yaml:0")]);
    }

    #[test]
    fn the_namespace_decides_between_equal_names() {
        let repository = repository(
            &[
                ("app/kustomization.yaml", "resources: [x.yaml]\n"),
                ("app/x.yaml", &(object("Service", "web", "a") + &object("Service", "web", "b"))),
            ],
            ("app", &(object("Service", "web", "b") + &object("Service", "web", "c"))),
        );
        assert_eq!(mapped(&repository), [pair("web", "app/x.yaml:1")]);
    }
}
