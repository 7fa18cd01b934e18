//! Scenes over small manifests, for the tests of this room.

use super::{ReachOptions, Scene};
use crate::config::Config;
use crate::sets::ConnectionSet;
use crate::workspace::{FlowTable, Workspace};

/// Asks the one scene of one file.
pub(super) fn with_scene<T>(text: &str, mut ask: impl FnMut(&Scene<'_>) -> T) -> T {
    let mut workspace = Workspace::new(Config::default());
    workspace.set("a.yaml", text.as_bytes());
    let mut answer = None;
    workspace.scenes(&ReachOptions::default(), &mut |scene| answer = Some(ask(scene)));
    answer.expect("a scene")
}

/// A Pod with the label `app`; `name` is `namespace/name`.
pub(super) fn pod(name: &str) -> String {
    let (namespace, name) = name.split_once('/').expect("a namespace");
    format!(
        "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {namespace}, \
         labels: {{app: {name}}}}}, spec: {{}}}}\n"
    )
}

/// A Deployment with the label `app`; `name` is `namespace/name`.
pub(super) fn deployment(name: &str) -> String {
    let (namespace, name) = name.split_once('/').expect("a namespace");
    format!(
        "---\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: {name}, namespace: {namespace}}}, \
         spec: {{template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{}}}}}}}}\n"
    )
}

/// A NetworkPolicy with a spec in block style; `name` is `namespace/name`.
pub(super) fn policy(name: &str, spec: &str) -> String {
    let (namespace, name) = name.split_once('/').expect("a namespace");
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n\
         metadata: {{name: {name}, namespace: {namespace}}}\nspec:\n{spec}"
    )
}

/// Each row as `from > to: ports`, with `?ports` for what is unknown.
pub(super) fn lines(table: &FlowTable) -> Vec<String> {
    let names = |places: &[u32]| {
        table.groups_at(places).map(|group| group.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let said = |mark: &str, set: &ConnectionSet| match set.is_empty() {
        true => String::new(),
        false => format!(" {mark}{set}"),
    };
    let row = |row: &crate::workspace::FlowRow| {
        let replicas = if row.replicas { " (replicas)" } else { "" };
        let ports = said("", &row.allow) + &said("?", &row.unknown);
        format!("{} > {}{replicas}:{ports}", names(&row.from), names(&row.to))
    };
    table.rows.iter().map(row).collect()
}
