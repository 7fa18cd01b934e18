//! Words that several rules use, so that they all say the same thing the same way.

use crate::cluster::{Cluster, NamespaceSource, WorkloadId};
use crate::sets::LabelSelector;

/// `1 workload`, `3 workloads`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// At most `limit` names in backticks, then how many more there are.
pub(crate) fn names<S: AsRef<str>>(all: &[S], limit: usize) -> String {
    let quoted: Vec<_> = all.iter().take(limit).map(|name| format!("`{}`", name.as_ref())).collect();
    names_of(&quoted, all.len())
}

/// The first five workloads of `count` as `namespace/name`, then how many more there are.
pub(crate) fn workloads(
    cluster: &Cluster<'_>,
    ids: impl Iterator<Item = WorkloadId>,
    count: usize,
) -> String {
    let name = |id| {
        let info = cluster.workload(id)?;
        Some(format!("`{}/{}`", cluster.namespace_name(info.namespace), cluster.workload_name(id)))
    };
    let quoted: Vec<_> = ids.take(5).filter_map(name).collect();
    names_of(&quoted, count)
}

fn names_of(quoted: &[String], count: usize) -> String {
    match (quoted, count.saturating_sub(quoted.len())) {
        ([], _) => "none".to_owned(),
        ([one], 0) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (several, more) => format!("{} and {more} more", several.join(", ")),
    }
}

/// Labels or a selector as a person would say them: `app=web`, or `no labels at all`.
pub(crate) fn labels(labels: &crate::sets::Labels) -> String {
    if labels.is_empty() {
        return "no labels at all".to_owned();
    }
    let pairs: Vec<_> = labels.iter().map(|(key, value)| format!("`{key}={value}`")).collect();
    pairs.join(", ")
}

/// A selector in backticks, or `every Pod` for the one that selects everything.
pub(crate) fn selector(selector: &LabelSelector, everything: &str) -> String {
    if selector.is_everything() { everything.to_owned() } else { format!("`{selector}`") }
}

/// Why an object is in its namespace, where it doesn't say so itself.
pub(crate) fn namespace_note(namespace: &str, source: NamespaceSource) -> Option<String> {
    let who = match source {
        NamespaceSource::Explicit => return None,
        NamespaceSource::Kustomization => "its kustomization sets it",
        NamespaceSource::ArgoApplication => "an Argo CD Application deploys the folder there",
        NamespaceSource::FluxKustomization => "a Flux Kustomization deploys the folder there",
        NamespaceSource::Flag => "`--namespace` says so",
        NamespaceSource::Default => "nothing names another, and it is the configured default",
    };
    Some(format!("the namespace is `{namespace}`: {who}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_cut_with_the_number_of_the_rest() {
        assert_eq!(names(&["a"], 3), "`a`");
        assert_eq!(names(&["a", "b", "c"], 3), "`a`, `b` and `c`");
        assert_eq!(names(&["a", "b", "c", "d"], 2), "`a`, `b` and 2 more");
        assert_eq!(count(1, "Pod", "Pods"), "1 Pod");
    }
}
