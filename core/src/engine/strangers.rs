//! Pods that the repository doesn't hold and that a selector selects: whom a rule lets in besides those that are known.

use super::Engine;
use super::walk::ForeignPod;
use crate::cluster::NamespaceId;
use crate::model::NAME_LABEL;
use crate::sets::{LabelSelector, Labels, witness};

/// How many of the known namespaces are taken.
const NAMESPACES: usize = 3;

/// The name of a namespace that is taken for an unknown one.
const UNKNOWN: &str = "another-namespace";

impl Engine<'_> {
    /// Pods with as few labels as the selectors ask for: in a few of the namespaces that are selected, but not in
    /// `except`, and in one that the repository doesn't hold. None where no Pod could be selected.
    pub fn strangers(
        &self,
        namespaces: &LabelSelector,
        pods: Option<&LabelSelector>,
        except: Option<NamespaceId>,
    ) -> Vec<ForeignPod> {
        let Some(labels) = pods.map_or_else(|| Some(Labels::default()), witness) else { return Vec::new() };
        let known = self.cluster.select_namespaces(namespaces).into_iter().filter(|id| Some(*id) != except);
        let known = known.filter_map(|id| self.cluster.namespace(id)).take(NAMESPACES);
        let known = known.map(|info| (info.name.to_string(), info.labels.clone()));
        let unknown = witness(namespaces).and_then(|mut labels| {
            let name = labels.get(NAME_LABEL).unwrap_or(UNKNOWN).to_owned();
            labels.insert(NAME_LABEL, name.clone());
            let is_new = self.cluster.find_namespace(&name).is_none();
            (is_new && namespaces.matches(&labels)).then_some((name, labels))
        });
        let all = known.chain(unknown);
        all.map(|(namespace, namespace_labels)| ForeignPod {
            namespace,
            namespace_labels,
            labels: labels.clone(),
            ..ForeignPod::default()
        })
        .collect()
    }
}
