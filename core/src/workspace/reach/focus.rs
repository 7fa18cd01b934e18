//! Which part of the flows somebody asks for.

use super::units::{Unit, Units};
use super::{ReachOptions, Workspace};
use crate::config::matches_name;
use crate::model::{Direction, nearest};
use crate::sets::{ConnectionSet, Protocol};

/// A part of the flows. The default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Focus {
    /// Workloads of which one must be at one end; empty for any.
    pub workloads: Vec<Pattern>,
    /// Workloads of which one must be at the other end; empty for anybody.
    pub peers: Vec<Pattern>,
    /// Connections to the workloads, or from them; none for both.
    pub direction: Option<Direction>,
    /// Connections to this port only.
    pub port: Option<(Protocol, u16)>,
}

/// A name of workloads: `name`, `namespace/name`, `namespace/kind/name` or `namespace/name[Kind]`, where `*` stands
/// for anything. Kinds are written in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    namespace: Option<String>,
    kind: Option<String>,
    name: String,
}

impl Pattern {
    /// Reads a pattern; every text is one.
    pub fn new(text: &str) -> Self {
        let (rest, kind) = match text.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
            Some((rest, kind)) => (rest, Some(kind)),
            None => (text, None),
        };
        let mut parts: Vec<&str> = rest.splitn(3, '/').collect();
        let name = parts.pop().unwrap_or_default().to_owned();
        let mut parts = parts.into_iter();
        let namespace = parts.next().map(str::to_owned);
        let kind = parts.next().or(kind).map(str::to_lowercase);
        Self { text: text.to_owned(), namespace, kind, name }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it stands for a unit in a namespace.
    pub(crate) fn matches(&self, namespace: &str, unit: &Unit) -> bool {
        self.namespace.as_ref().is_none_or(|pattern| matches_name(pattern, namespace))
            && self.kind.as_ref().is_none_or(|kind| *kind == unit.kind.to_lowercase())
            && matches_name(&self.name, &unit.short)
    }
}

/// A pattern that stands for nothing, with the nearest name that there is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no workload `{pattern}`; {}", hint(.meant.as_deref()))]
pub struct NoSuchWorkload {
    /// The pattern as written.
    pub pattern: String,
    /// A name that was perhaps meant.
    pub meant: Option<String>,
}

fn hint(meant: Option<&str>) -> String {
    meant
        .map_or_else(|| "`ringfence flows` lists them".to_owned(), |meant| format!("did you mean `{meant}`?"))
}

/// The patterns of a focus that stand for no workload of any overlay of any of the workspaces.
pub fn unmatched(workspaces: &[&Workspace], options: &ReachOptions, focus: &Focus) -> Vec<NoSuchWorkload> {
    let mut unmatched: Option<Vec<NoSuchWorkload>> = None;
    if focus.workloads.is_empty() && focus.peers.is_empty() {
        return Vec::new();
    }
    for workspace in workspaces {
        workspace.scenes(options, &mut |scene| {
            let here = scene.unmatched(focus);
            let is_lost = |lost: &NoSuchWorkload| here.iter().any(|other| other.pattern == lost.pattern);
            match &mut unmatched {
                Some(all) => all.retain(is_lost),
                None => unmatched = Some(here),
            }
        });
    }
    unmatched.unwrap_or_default()
}

impl Focus {
    /// The patterns that stand for no workload.
    pub(crate) fn unmatched(
        &self,
        units: &Units,
        namespace: &dyn Fn(&Unit) -> String,
    ) -> Vec<NoSuchWorkload> {
        let all = self.workloads.iter().chain(&self.peers);
        let lost =
            all.filter(|pattern| !units.all.iter().any(|unit| pattern.matches(&namespace(unit), unit)));
        lost.map(|pattern| pattern.not_found(units, namespace)).collect()
    }

    /// What of a connection set it asks for.
    pub(crate) fn connections(&self, connections: &ConnectionSet) -> ConnectionSet {
        match self.port {
            Some((protocol, port)) => connections.intersect(&ConnectionSet::of(protocol, port, port)),
            None => connections.clone(),
        }
    }
}

impl Pattern {
    /// That nothing is called so, and what is nearly called so.
    pub(crate) fn not_found(&self, units: &Units, namespace: &dyn Fn(&Unit) -> String) -> NoSuchWorkload {
        let names: Vec<String> = units
            .all
            .iter()
            .map(|unit| match &self.namespace {
                Some(_) => format!("{}/{}", namespace(unit), unit.short),
                None => unit.short.to_string(),
            })
            .collect();
        let meant = nearest(&self.text, names.iter().map(String::as_str)).map(str::to_owned);
        NoSuchWorkload { pattern: self.text.clone(), meant }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{NamespaceId, WorkloadId};

    #[test]
    fn names_are_read_in_every_form() {
        let unit = Unit {
            name: "shop/web[Deployment]".to_owned(),
            short: "web".into(),
            kind: "Deployment".into(),
            namespace: NamespaceId(0),
            classes: Vec::new(),
            workload: WorkloadId(0),
            replicas: true,
            host_network: false,
        };
        for pattern in ["web", "shop/web", "shop/deployment/web", "shop/web[Deployment]", "*", "shop/*", "w*"]
        {
            assert!(Pattern::new(pattern).matches("shop", &unit), "{pattern}");
        }
        for pattern in ["we", "pay/web", "shop/statefulset/web", "shop/web[Pod]", "pay/*"] {
            assert!(!Pattern::new(pattern).matches("shop", &unit), "{pattern}");
        }
    }
}
