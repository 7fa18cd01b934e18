//! What a rule sees, and how it reports.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::redundancy::Needless;
use super::{OptionValue, Rule};
use crate::cluster::{Cluster, Layout, ObjectId, Origin, Repository, Root};
use crate::diagnostics::{Diagnostic, Location, ObjectRef};
use crate::engine::Engine;
use crate::text::{FileId, SourceFile, Span};
use crate::yaml::Node;

/// Rendered object → the written object that it comes from.
pub type SourceMap = BTreeMap<ObjectId, ObjectId>;

/// Options by rule and key, as configured.
pub type Options = BTreeMap<String, BTreeMap<String, Value>>;

/// A folder that no tool could render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrendered {
    /// The folder of the kustomization or of the chart.
    pub folder: String,
    /// Why, as the host or the tool says it.
    pub reason: String,
}

/// All inputs of a run, for rules about what was read.
pub struct Inputs<'a> {
    /// The files.
    pub repository: &'a Repository,
    /// Kustomizations and charts.
    pub layout: &'a Layout,
    /// What couldn't be rendered.
    pub unrendered: &'a [Unrendered],
}

/// One root, for rules about what objects mean together.
pub struct Context<'a> {
    /// The answers.
    pub engine: &'a Engine<'a>,
    /// The inventory.
    pub cluster: &'a Cluster<'a>,
    /// The root.
    pub root: &'a Root,
    /// What is configured.
    pub options: &'a Options,
    /// The rule that is run.
    pub rule: &'static Rule,
    /// What is needless in the root, once a rule has asked.
    pub needless: &'a OnceCell<Needless>,
}

impl Context<'_> {
    /// A list option of the rule; the default where nothing is configured.
    pub fn strings(&self, name: &str) -> Vec<String> {
        let configured = self.option(name).and_then(Value::as_array);
        if let Some(list) = configured {
            return list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        match self.default(name) {
            Some(OptionValue::Strings(list)) => list.iter().map(|text| (*text).to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    /// A number option of the rule; the default where nothing is configured.
    pub fn integer(&self, name: &str) -> u32 {
        let configured = self.option(name).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        configured.unwrap_or(match self.default(name) {
            Some(OptionValue::Integer(number)) => number,
            _ => 0,
        })
    }

    fn option(&self, name: &str) -> Option<&Value> {
        self.options.get(self.rule.name)?.get(name)
    }

    fn default(&self, name: &str) -> Option<OptionValue> {
        self.rule.options.iter().find(|option| option.name == name).map(|option| option.default)
    }
}

/// Where rendered objects come from, so that places are in files that a person wrote.
#[derive(Clone, Copy)]
pub struct Origins<'a> {
    /// The files.
    pub repository: &'a Repository,
    /// Kustomizations and charts.
    pub layout: &'a Layout,
    /// The sources of rendered objects.
    pub sources: &'a SourceMap,
}

impl Origins<'_> {
    /// The place of a field, in the file that a person wrote: a rendered object is shown at its source, and at its
    /// kustomization or chart where it has none. An object of a document that was kept has a place without bytes in a
    /// file of its own, see [`Repository::kept_place`].
    pub fn place(&self, object: ObjectId, field: &str) -> Location {
        if let Some(source) = self.source_of(object) {
            return self.repository.locate(source, field);
        }
        let folder = match self.repository.entry(object.file).map(|entry| &entry.origin) {
            Some(Origin::Rendered { folder }) => folder,
            Some(Origin::Kept { .. }) => {
                return Location { file: object.file, span: None, field: field.to_owned() };
            }
            _ => return self.repository.locate(object, field),
        };
        let file = self.recipe(folder).unwrap_or(object.file);
        Location { file, span: None, field: field.to_owned() }
    }

    /// The file that configures how a folder is rendered: its `Chart.yaml` or its kustomization.
    pub fn recipe(&self, folder: &str) -> Option<FileId> {
        self.layout.chart(folder).or_else(|| Some(self.layout.kustomization(folder)?.file))
    }

    /// The written object that an object is or comes from; none for a rendered one that nobody wrote.
    pub fn source_of(&self, object: ObjectId) -> Option<ObjectId> {
        match self.repository.entry(object.file)?.origin {
            Origin::Written => Some(object),
            Origin::Rendered { .. } => self.sources.get(&object).copied(),
            Origin::Kept { .. } => None,
        }
    }
}

/// Collects the findings of one rule.
pub struct Reporter<'a> {
    /// The rule that is run.
    pub rule: &'static Rule,
    origins: Origins<'a>,
    cluster: Option<&'a Cluster<'a>>,
    found: Vec<Diagnostic>,
}

impl<'a> Reporter<'a> {
    /// A reporter for one run of one rule; `cluster` resolves namespaces where the rule is run on a root.
    pub fn new(rule: &'static Rule, origins: Origins<'a>, cluster: Option<&'a Cluster<'a>>) -> Self {
        Self { rule, origins, cluster, found: Vec::new() }
    }

    /// What was reported.
    pub fn into_findings(self) -> Vec<Diagnostic> {
        self.found
    }

    /// A finding about a field of an object; `field` is empty for the object as a whole.
    pub fn finding(&self, object: ObjectId, field: &str, message: impl Into<String>) -> Diagnostic {
        let location = self.place(object, field);
        Diagnostic { object: self.object_ref(object), ..self.blank(location, message.into()) }
    }

    /// A finding about bytes of a file, where there is no object.
    pub fn file_finding(&self, file: FileId, span: Option<Span>, message: impl Into<String>) -> Diagnostic {
        self.blank(Location { file, span, field: String::new() }, message.into())
    }

    fn blank(&self, location: Location, message: String) -> Diagnostic {
        Diagnostic::new((self.rule.name, self.rule.group.name()), self.rule.severity, location, message)
    }

    /// Takes a finding in.
    pub fn push(&mut self, finding: Diagnostic) {
        self.found.push(finding);
    }

    /// Takes findings in.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        self.found.extend(findings);
    }

    /// The place of a field, see [`Origins::place`].
    pub fn place(&self, object: ObjectId, field: &str) -> Location {
        self.origins.place(object, field)
    }

    /// The file that configures how a folder is rendered, see [`Origins::recipe`].
    pub fn recipe(&self, folder: &str) -> Option<FileId> {
        self.origins.recipe(folder)
    }

    /// The place of a field's key; of the value where it has none.
    pub fn key_place(&self, object: ObjectId, field: &str) -> Location {
        let place = self.place(object, field);
        let node = self.source_of(object).and_then(|source| self.origins.repository.node(source));
        let key = node.and_then(|node| node.key_at(field)).map(|key| key.span());
        Location { span: key.or(place.span), ..place }
    }

    /// The written object that an object is or comes from, see [`Origins::source_of`].
    pub fn source_of(&self, object: ObjectId) -> Option<ObjectId> {
        self.origins.source_of(object)
    }

    /// The written file and node of an object, for edits; none where a person wrote neither, or where the file's
    /// bytes are not the text that was analysed.
    pub fn editable(&self, object: ObjectId) -> Option<(FileId, &'a SourceFile, Node<'a>)> {
        let source = self.source_of(object)?;
        let file = &self.origins.repository.file(source.file)?.source;
        let node = self.origins.repository.node(source)?;
        (!file.lossy).then_some((source.file, file, node))
    }

    /// The files.
    pub fn repository(&self) -> &'a Repository {
        self.origins.repository
    }

    /// The identity of an object, with its resolved namespace.
    pub fn object_ref(&self, id: ObjectId) -> Option<ObjectRef> {
        let object = self.origins.repository.object(id)?;
        let namespace = match self.cluster {
            Some(cluster) => {
                cluster.namespace_of(id).map(|namespace| Arc::from(cluster.namespace_name(namespace)))
            }
            None => object.namespace.clone(),
        };
        Some(object.reference(namespace))
    }
}
