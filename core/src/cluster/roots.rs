//! Which files are deployed together.
//!
//! Loose files, and every kustomization and chart that stands alone, belong to every root: a policy in one folder
//! covers a workload in another. Overlays that share a base are alternatives; each gets a root of its own, so that
//! `dev` and `prod` are never judged as one cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::repository::{Entry, ObjectId, Origin, Repository};
use crate::model::{Body, Kustomization};
use crate::text::FileId;

/// A tool that turns a folder into manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// `kustomize build`, or `kubectl kustomize`.
    Kustomize,
    /// `helm template`.
    Helm,
}

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 2] = [Self::Kustomize, Self::Helm];

    /// The name of the tool.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kustomize => "kustomize",
            Self::Helm => "helm",
        }
    }
}

/// One folder to render.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Job {
    /// The folder.
    pub folder: String,
    /// The tool.
    pub tool: Tool,
}

/// Files that are deployed together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root {
    /// The overlay's name; empty where there are no alternatives.
    pub name: String,
    /// The files, in the repository's order.
    pub files: Vec<FileId>,
}

struct Folder {
    object: ObjectId,
    config: Kustomization,
    /// Files that it takes in directly.
    files: BTreeSet<FileId>,
    /// Folders with a kustomization of their own that it takes in.
    folders: BTreeSet<String>,
}

/// Sources, and the rendered folders that share some of them.
type Group<'r> = (BTreeSet<FileId>, Vec<(&'r str, FileId)>);

/// The kustomizations and charts of a repository.
pub struct Layout {
    folders: BTreeMap<String, Folder>,
    charts: BTreeMap<String, FileId>,
    /// Charts that only lend templates to others and can't be rendered.
    libraries: BTreeSet<String>,
    /// Files of patches.
    patches: BTreeSet<FileId>,
    /// Files that a kustomization's folder holds without taking them in.
    beside: BTreeSet<FileId>,
}

impl Layout {
    /// Finds the kustomizations and the charts among the written files.
    pub fn new(repository: &Repository) -> Self {
        let mut layout = Self {
            folders: BTreeMap::new(),
            charts: BTreeMap::new(),
            libraries: BTreeSet::new(),
            patches: BTreeSet::new(),
            beside: BTreeSet::new(),
        };
        let mut paths = BTreeMap::new();
        let is_rendered = |entry: &Entry| matches!(entry.origin, Origin::Rendered { .. });
        for (id, entry) in repository.entries().filter(|(_, entry)| !is_rendered(entry)) {
            let path = &*entry.file.source.path;
            let (folder, name) = split(path);
            let is_written = entry.origin == Origin::Written;
            if is_written {
                paths.insert(path.to_owned(), id);
            }
            if name == "Chart.yaml" && is_written {
                layout.charts.insert(folder.to_owned(), id);
                if entry.file.source.text.lines().any(|line| line.trim_end() == "type: library") {
                    layout.libraries.insert(folder.to_owned());
                }
            }
            for (object, found) in repository.objects_of(id) {
                let (Body::Kustomization(config), true) = (&found.body, is_kustomization(name)) else {
                    continue;
                };
                let empty = Folder {
                    object,
                    config: config.clone(),
                    files: BTreeSet::new(),
                    folders: BTreeSet::new(),
                };
                layout.folders.insert(folder.to_owned(), empty);
            }
        }
        layout.drop_nested_charts();
        layout.link(&paths);
        let taken_in: BTreeSet<FileId> =
            layout.folders.values().flat_map(|folder| &folder.files).copied().collect();
        for (path, id) in &paths {
            let (folder, name) = split(path);
            let taken = taken_in.contains(id);
            if layout.folders.contains_key(folder) && !taken && !is_kustomization(name) {
                layout.beside.insert(*id);
            }
        }
        layout
    }

    /// A chart inside a chart is rendered with the outer one.
    fn drop_nested_charts(&mut self) {
        let folders: Vec<String> = self.charts.keys().cloned().collect();
        self.charts.retain(|folder, _| !folders.iter().any(|outer| outer != folder && holds(outer, folder)));
    }

    fn link(&mut self, paths: &BTreeMap<String, FileId>) {
        let known: BTreeSet<String> = self.folders.keys().cloned().collect();
        for (folder, found) in &mut self.folders {
            for reference in found.config.references() {
                let target = join(folder, reference);
                if let Some(file) = paths.get(&target) {
                    found.files.insert(*file);
                } else if known.contains(&target) {
                    found.folders.insert(target);
                }
            }
            let patches = found.config.patches().filter_map(|patch| paths.get(&join(folder, patch)));
            self.patches.extend(patches);
        }
    }

    /// The folders that stand at the top: kustomizations that no other takes in, and charts.
    pub fn jobs(&self) -> Vec<Job> {
        let inner: BTreeSet<&String> = self.folders.values().flat_map(|folder| &folder.folders).collect();
        let in_cycle = |folder: &String| self.reachable(folder).contains(folder.as_str());
        let overlays = self
            .folders
            .keys()
            .filter(|folder| !inner.contains(folder) || in_cycle(folder))
            .filter(|folder| !self.charts.keys().any(|chart| holds(chart, folder)))
            .map(|folder| Job { folder: folder.clone(), tool: Tool::Kustomize });
        let charts = self.charts.keys().filter(|folder| !self.libraries.contains(*folder));
        let charts = charts.map(|folder| Job { folder: folder.clone(), tool: Tool::Helm });
        overlays.chain(charts).collect()
    }

    /// A kustomization that takes itself in again: the folders of the cycle, if `folder` is in one.
    pub fn cycle(&self, folder: &str) -> Option<Vec<&str>> {
        let reachable = self.reachable(folder);
        let in_cycle = reachable.contains(folder);
        in_cycle
            .then(|| reachable.into_iter().filter(|other| self.reachable(other).contains(folder)).collect())
    }

    /// Every folder below `folder`, itself only where it is in a cycle.
    fn reachable<'l>(&'l self, folder: &str) -> BTreeSet<&'l str> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&Folder> = self.folders.get(folder).into_iter().collect();
        while let Some(next) = open.pop() {
            let new = next.folders.iter().filter(|inner| seen.insert(inner.as_str()));
            open.extend(new.filter_map(|inner| self.folders.get(inner)));
        }
        seen
    }

    /// The written files that a folder takes in, also through other folders: where rendered objects come from.
    pub fn sources(&self, folder: &str) -> BTreeSet<FileId> {
        let below = self.reachable(folder);
        let folders = below.into_iter().chain([folder]).filter_map(|folder| self.folders.get(folder));
        folders.flat_map(|found| &found.files).copied().collect()
    }

    /// The object that configures a folder's rendering, to point at.
    pub fn kustomization(&self, folder: &str) -> Option<ObjectId> {
        self.folders.get(folder).map(|found| found.object)
    }

    /// The `Chart.yaml` of a chart's folder.
    pub fn chart(&self, folder: &str) -> Option<FileId> {
        self.charts.get(folder).copied()
    }

    /// What kustomizations below `folder` put around names.
    pub fn affixes(&self, folder: &str) -> Vec<(&str, &str)> {
        let below = self.reachable(folder);
        let folders = below.into_iter().chain([folder]).filter_map(|folder| self.folders.get(folder));
        folders
            .map(|found| (text(&found.config.name_prefix), text(&found.config.name_suffix)))
            .filter(|(prefix, suffix)| !prefix.is_empty() || !suffix.is_empty())
            .collect()
    }

    /// The namespaces that kustomizations set, for folders that couldn't be rendered.
    pub fn namespaces(&self) -> Vec<(String, Arc<str>)> {
        let with_namespace = self.folders.iter().filter_map(|(folder, found)| {
            found.config.namespace.as_deref().map(|namespace| (folder.clone(), Arc::from(namespace)))
        });
        with_namespace.collect()
    }

    /// What becomes of a written file.
    pub fn placement(&self, id: FileId, path: &str) -> Placement<'_> {
        if let Some(chart) = self.charts.keys().find(|chart| holds(chart, path)) {
            return Placement::InChart(chart);
        }
        if let Some((folder, _)) = self.folders.iter().find(|(_, found)| found.files.contains(&id)) {
            return Placement::InKustomization(folder);
        }
        if self.patches.contains(&id) {
            return Placement::Patch;
        }
        if self.beside.contains(&id) {
            return Placement::Beside(split(path).0.to_owned());
        }
        Placement::Loose
    }

    /// The roots, given what was rendered. Written files that a successful rendering stands for are left out;
    /// `rendered` says which job a rendered file is the outcome of.
    pub fn roots(&self, repository: &Repository, rendered: &BTreeMap<&str, FileId>) -> Vec<Root> {
        let covered: BTreeSet<FileId> = rendered.keys().flat_map(|folder| self.sources(folder)).collect();
        let mut shared: BTreeSet<FileId> = BTreeSet::new();
        for (id, entry) in repository.entries().filter(|(_, entry)| entry.origin == Origin::Written) {
            match self.placement(id, &entry.file.source.path) {
                Placement::InChart(_) | Placement::Patch | Placement::Beside(_) => {}
                Placement::InKustomization(_) if covered.contains(&id) => {}
                Placement::InKustomization(_) | Placement::Loose => {
                    shared.insert(id);
                }
            }
        }
        for (id, entry) in repository.entries() {
            if matches!(entry.origin, Origin::Kept { of, .. } if shared.contains(&of)) {
                shared.insert(id);
            }
        }
        let mut variants: BTreeMap<String, BTreeSet<FileId>> = BTreeMap::new();
        for group in self.alternatives(rendered) {
            match group.as_slice() {
                [(_, only)] => {
                    shared.insert(*only);
                }
                several => {
                    for (folder, file) in several {
                        let name = folder.rsplit('/').next().unwrap_or(folder);
                        variants.entry(name.to_owned()).or_default().insert(*file);
                    }
                }
            }
        }
        if variants.is_empty() {
            variants.insert(String::new(), BTreeSet::new());
        }
        let root = |(name, own): (String, BTreeSet<FileId>)| Root {
            name,
            files: shared.union(&own).copied().collect(),
        };
        variants.into_iter().map(root).collect()
    }

    /// The rendered folders, grouped: those in one group share a source and exclude each other.
    fn alternatives<'r>(&self, rendered: &BTreeMap<&'r str, FileId>) -> Vec<Vec<(&'r str, FileId)>> {
        let mut groups: Vec<Group<'r>> = Vec::new();
        for (folder, file) in rendered {
            let mut sources = self.sources(folder);
            let mut members = vec![(*folder, *file)];
            for (other, group) in std::mem::take(&mut groups) {
                if other.is_disjoint(&sources) {
                    groups.push((other, group));
                } else {
                    sources.extend(other);
                    members.extend(group);
                }
            }
            groups.push((sources, members));
        }
        groups.into_iter().map(|(_, members)| members).collect()
    }
}

/// Where a written file belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement<'l> {
    /// It is deployed as it is.
    Loose,
    /// A kustomization takes it in.
    InKustomization(&'l str),
    /// It is a patch of a kustomization: a part of an object.
    Patch,
    /// It lies in a kustomization's folder, but is no resource of it.
    Beside(String),
    /// It belongs to a chart.
    InChart(&'l str),
}

fn is_kustomization(name: &str) -> bool {
    matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("")
}

/// Folder and name of a path; the folder of a bare name is `.`.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or((".", path))
}

/// Whether `path` lies below `folder`.
fn holds(folder: &str, path: &str) -> bool {
    folder == "." || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// `reference` as seen from `folder`, without `.` and `..` where they can be resolved.
fn join(folder: &str, reference: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if folder.starts_with('/') { "/" } else { "" };
    match parts.join("/") {
        joined if joined.is_empty() && root.is_empty() => ".".to_owned(),
        joined => format!("{root}{joined}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::cluster::Entry;
    use crate::model::{ReadOptions, read_file};

    /// A repository of these files; those without an extension are rendered.
    fn repository(files: &[(&str, &str)]) -> Repository {
        let options = ReadOptions::default();
        let entry = |(path, text): &(&str, &str)| Entry {
            file: Arc::new(read_file(path, text.as_bytes(), &options)),
            origin: match path.contains('.') {
                true => Origin::Written,
                false => Origin::Rendered { folder: Arc::from(*path) },
            },
        };
        Repository::new(files.iter().map(entry).collect())
    }

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: []}\n";

    #[test]
    fn overlays_of_one_base_exclude_each_other_and_loose_files_belong_to_both() {
        let repository = repository(&[
            ("base/kustomization.yaml", "resources: [web.yaml]\n"),
            ("base/web.yaml", POD),
            ("loose.yaml", POD),
            ("overlays/dev/kustomization.yaml", "resources: [../../base]\n"),
            ("overlays/prod/kustomization.yaml", "resources: [../../base]\n"),
            ("dev", POD),
            ("prod", POD),
        ]);
        let layout = Layout::new(&repository);
        let folders: Vec<_> = layout.jobs().into_iter().map(|job| job.folder).collect();
        assert_eq!(folders, ["overlays/dev", "overlays/prod"]);
        let rendered = BTreeMap::from([("overlays/dev", FileId(5)), ("overlays/prod", FileId(6))]);
        let roots = layout.roots(&repository, &rendered);
        let names: Vec<_> = roots.iter().map(|root| root.name.as_str()).collect();
        assert_eq!(names, ["dev", "prod"]);
        for (root, own, other) in [(&roots[0], 5, 6), (&roots[1], 6, 5)] {
            assert!(root.files.contains(&FileId(2)) && root.files.contains(&FileId(own)));
            assert!(!root.files.contains(&FileId(other)));
            assert!(!root.files.contains(&FileId(1)), "the rendering stands for the base");
        }
    }

    #[test]
    fn without_rendering_the_files_of_a_kustomization_stand_for_themselves() {
        let repository = repository(&[
            ("app/kustomization.yaml", "resources: [web.yaml]\npatches: [{path: patches/size.yaml}]\n"),
            ("app/patches/size.yaml", POD),
            ("app/web.yaml", POD),
        ]);
        let layout = Layout::new(&repository);
        let roots = layout.roots(&repository, &BTreeMap::new());
        assert_eq!(roots.len(), 1);
        assert!(roots[0].files.contains(&FileId(2)));
        assert!(!roots[0].files.contains(&FileId(1)), "a patch is no object");
    }

    #[test]
    fn circles_and_library_charts_are_seen() {
        let repository = repository(&[
            ("a/kustomization.yaml", "resources: [../b]\n"),
            ("b/kustomization.yaml", "resources: [../a]\n"),
            ("charts/lib/Chart.yaml", "name: lib\ntype: library\n"),
            ("charts/web/Chart.yaml", "name: web\n"),
            ("charts/web/charts/db/Chart.yaml", "name: db\n"),
        ]);
        let layout = Layout::new(&repository);
        assert_eq!(layout.cycle("a"), Some(vec!["a", "b"]));
        let charts: Vec<_> =
            layout.jobs().into_iter().filter(|job| job.tool == Tool::Helm).map(|job| job.folder).collect();
        assert_eq!(charts, ["charts/web"]);
    }

    #[test]
    fn references_are_resolved_from_their_folder() {
        assert_eq!(join("overlays/prod", "../../base"), "base");
        assert_eq!(join(".", "./web.yaml"), "web.yaml");
        assert_eq!(join("/srv/app", "../lib/x.yaml"), "/srv/lib/x.yaml");
        assert_eq!(join("a", ".."), ".");
        assert_eq!(join("../a", "../b"), "../b");
    }
}
