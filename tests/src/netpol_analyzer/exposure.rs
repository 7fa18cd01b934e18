//! Exposure: what Pods that aren't there could reach, or be reached by.
//!
//! Either side describes such Pods by selectors, and the same Pods in many ways. So both are asked about example Pods:
//! every combination of the labels that either side speaks of, with each value that it names, with another value, and
//! without the label; in every namespace of the manifests, in one of each name and of each combination of labels that
//! either side speaks of, and in one of which nobody speaks. The answer of a side is the union of what it says about
//! the descriptions that the example fits; a description without connections takes its Pods out of all others.
//!
//! An example is left out where a Pod of the manifests has the same labels, as far as anybody speaks of them: this Pod
//! is in the list of connections. Ports by name, which only Pods that exist could resolve, are a difference.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};
use ringfence::model::Direction;
use ringfence::sets::{ConnectionSet, LabelSelector, Labels};

use super::case::Case;
use super::expected::Expected;
use super::ours::Command;
use super::peer::Peer;
use super::potential::{NAME, Potential};
use crate::cases::files;
use crate::snapshot::with_engine;

/// A value that nobody names.
const OTHER: &str = "another";

/// The most examples for one workload and direction.
const MOST: usize = 200_000;

/// Connections with Pods that could appear.
#[derive(Clone, Debug)]
pub struct Line {
    /// The Pods.
    pub potential: Potential,
    /// What is allowed.
    pub allow: ConnectionSet,
    /// What is not known.
    pub unknown: ConnectionSet,
}

/// What the manifests hold.
#[derive(Clone, Debug, Default)]
pub struct Existing {
    /// The labels of each namespace, its name among them.
    pub namespaces: BTreeMap<String, Labels>,
    /// Each workload's namespace and labels.
    pub pods: Vec<(String, Labels)>,
}

/// Compares the exposure of every workload, and which of them no policy protects.
///
/// # Errors
/// Where the command fails.
pub fn compare(command: &Command, folder: &Path, case: &Case, recorded: &Expected) -> Result<Vec<String>> {
    let existing = existing(&folder.join(case.dir()?))?;
    let workloads = command.exposure(case.dir()?)?;
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (workload, sides) in workloads.iter().filter(|(workload, _)| case.focus.has_workload(workload)) {
        for (direction, side) in sides.iter().filter(|(direction, _)| case.focus.has_direction(**direction)) {
            let place = format!("{workload} {}", direction.name());
            let open = recorded.unprotected.contains(&(workload.clone(), *direction));
            if side.protected == open {
                found.push(format!("{place}: protected is {}, recorded is {}", side.protected, !open));
            }
            let exposed = recorded.exposed.iter();
            let of_this = exposed.filter(|line| line.workload == *workload && line.direction == *direction);
            let mut theirs = Vec::new();
            for line in of_this {
                for name in &line.connections.names {
                    found.push(format!("{place}: recorded for {} is port `{name}`", line.potential));
                }
                let (potential, allow) = (line.potential.clone(), line.connections.set.clone());
                if line.connections.names.is_empty() {
                    theirs.push(Line { potential, allow, unknown: ConnectionSet::none() });
                }
            }
            let differences = differences(&existing, &theirs, &side.peers)?;
            found.extend(differences.into_iter().map(|line| format!("{place}: {line}")));
            seen.insert((workload.clone(), *direction));
        }
    }
    found.extend(unheard(recorded, &seen));
    Ok(found)
}

/// What is recorded about workloads that the command doesn't have.
fn unheard(recorded: &Expected, seen: &BTreeSet<(Peer, Direction)>) -> Vec<String> {
    let exposed = recorded.exposed.iter().map(|line| (line.workload.clone(), line.direction));
    let all: BTreeSet<_> = exposed.chain(recorded.unprotected.iter().cloned()).collect();
    all.difference(seen)
        .map(|(workload, direction)| format!("{workload} {} is missing", direction.name()))
        .collect()
}

/// The examples on which the two sides differ.
///
/// # Errors
/// Where there are too many examples.
pub fn differences(existing: &Existing, theirs: &[Line], ours: &[Line]) -> Result<Vec<String>> {
    let both = || theirs.iter().chain(ours);
    let namespaces = values(both().map(|line| &line.potential.namespaces));
    let pods = values(both().map(|line| &line.potential.pods));
    let pod_examples = combinations(&pods, Labels::default())?;
    let mut found = Vec::new();
    for namespace in namespace_examples(existing, namespaces)? {
        for pod in &pod_examples {
            if existing.has(&namespace, pod, &pods) {
                continue;
            }
            let (theirs, _) = answer(theirs, &namespace, pod);
            let (allow, unknown) = answer(ours, &namespace, pod);
            if !unknown.is_empty() {
                found.push(format!("Pods {pod} in {namespace}: {unknown} unknown, recorded is {theirs}"));
            } else if allow != theirs {
                found.push(format!("Pods {pod} in {namespace}: {allow}, recorded is {theirs}"));
            }
        }
    }
    Ok(found)
}

type Values = BTreeMap<String, BTreeSet<String>>;

fn values<'s>(selectors: impl Iterator<Item = &'s LabelSelector>) -> Values {
    let mut values = Values::new();
    for requirement in selectors.flat_map(LabelSelector::requirements) {
        values.entry(requirement.key.clone()).or_default().extend(requirement.values.iter().cloned());
    }
    values
}

/// Every combination of these labels on top of `base`.
fn combinations(values: &Values, base: Labels) -> Result<Vec<Labels>> {
    let mut all = vec![base];
    for (key, values) in values {
        let more = |labels: &Labels| {
            let mut more = vec![labels.clone()];
            for value in values.iter().map(String::as_str).chain([OTHER]) {
                let mut labels = labels.clone();
                labels.insert(key, value);
                more.push(labels);
            }
            more
        };
        all = all.iter().flat_map(more).collect();
        if all.len() > MOST {
            bail!("more than {MOST} examples");
        }
    }
    Ok(all)
}

fn namespace_examples(existing: &Existing, mut values: Values) -> Result<Vec<Labels>> {
    let mut names = values.remove(NAME).unwrap_or_default();
    names.insert("of-which-nobody-speaks".to_owned());
    let mut all: Vec<Labels> = existing.namespaces.values().cloned().collect();
    for name in names.iter().filter(|name| !existing.namespaces.contains_key(*name)) {
        all.extend(combinations(&values, [(NAME, name.as_str())].into_iter().collect())?);
    }
    Ok(all)
}

fn answer(lines: &[Line], namespace: &Labels, pod: &Labels) -> (ConnectionSet, ConnectionSet) {
    let fits =
        |line: &&Line| line.potential.namespaces.matches(namespace) && line.potential.pods.matches(pod);
    let (mut allow, mut unknown) = (ConnectionSet::none(), ConnectionSet::none());
    for line in lines.iter().filter(fits) {
        if line.allow.is_empty() && line.unknown.is_empty() {
            return (ConnectionSet::none(), ConnectionSet::none());
        }
        allow = allow.union(&line.allow);
        unknown = unknown.union(&line.unknown);
    }
    (allow, unknown)
}

impl Existing {
    /// Whether there is a Pod like the example.
    fn has(&self, namespace: &Labels, pod: &Labels, spoken_of: &Values) -> bool {
        let alike = |labels: &Labels| spoken_of.keys().all(|key| labels.get(key) == pod.get(key));
        let mut here = self.pods.iter().filter(|(name, _)| namespace.get(NAME) == Some(name));
        here.any(|(_, labels)| alike(labels))
    }
}

fn existing(folder: &Path) -> Result<Existing> {
    let files = files(folder)?;
    let texts: Vec<_> = files.iter().map(|(path, bytes)| (path, String::from_utf8_lossy(bytes))).collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_ref())).collect();
    Ok(with_engine(&texts, |engine| {
        let cluster = engine.cluster();
        let mut existing = Existing::default();
        for info in &cluster.namespaces {
            let mut labels = info.labels.clone();
            labels.insert(NAME, info.name.as_ref());
            existing.namespaces.insert(info.name.to_string(), labels);
        }
        for (_, class) in
            cluster.workload_ids().filter_map(|(_, info)| Some((info, cluster.class(info.class)?)))
        {
            let namespace = cluster.namespace_name(class.namespace).to_owned();
            existing.pods.push((namespace, class.labels.clone()));
        }
        existing
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use ringfence::sets::Protocol;

    fn line(potential: &str, allow: ConnectionSet) -> Line {
        let potential = Potential::recorded(potential).unwrap();
        Line { potential, allow, unknown: ConnectionSet::none() }
    }

    fn tcp(port: u16) -> ConnectionSet {
        ConnectionSet::of(Protocol::Tcp, port, port)
    }

    fn shop() -> Existing {
        let labels: Labels = [(NAME, "shop"), ("team", "x")].into_iter().collect();
        let pod: Labels = [("app", "web")].into_iter().collect();
        let namespaces = BTreeMap::from([("shop".to_owned(), labels)]);
        Existing { namespaces, pods: vec![("shop".to_owned(), pod)] }
    }

    #[test]
    fn one_meaning_in_two_forms_agrees() {
        let theirs = [
            line("shop/[pod with {{Key:role,Operator:Exists,Values:[],}}]", tcp(80)),
            line("shop/[pod with {role=a}]", tcp(90)),
        ];
        let ours = [
            line("shop/[pod with {role=a}]", tcp(80).union(&tcp(90))),
            line("shop/[pod with {{Key:role,Operator:Exists,Values:[],}}]", tcp(80)),
        ];
        assert_eq!(differences(&shop(), &theirs, &ours).unwrap(), Vec::<String>::new());
        assert!(!differences(&shop(), &theirs, ours.get(1..).unwrap()).unwrap().is_empty());
    }

    #[test]
    fn a_description_without_connections_is_an_exception() {
        let theirs = [
            line("entire-cluster", ConnectionSet::all()),
            line("[all namespaces]/[pod with {role=a}]", ConnectionSet::none()),
        ];
        let ours = [line(
            "[all namespaces]/[pod with {{Key:role,Operator:NotIn,Values:[a],}}]",
            ConnectionSet::all(),
        )];
        assert_eq!(differences(&shop(), &theirs, &ours).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn pods_that_exist_are_left_out() {
        let ours = [line("shop/[pod with {app=web}]", tcp(80))];
        assert_eq!(differences(&shop(), &[], &ours).unwrap(), Vec::<String>::new());
        let ours = [line("shop/[pod with {app=db}]", tcp(80))];
        assert_eq!(differences(&shop(), &[], &ours).unwrap().len(), 1);
    }

    #[test]
    fn a_namespace_has_the_labels_that_it_has() {
        let theirs = [line("[namespace with {team=x}]/[pod with {app=db}]", tcp(80))];
        let ours = [line("shop/[pod with {app=db}]", tcp(80))];
        let found = differences(&shop(), &theirs, &ours).unwrap();
        assert!(found.iter().all(|line| line.contains("of-which-nobody-speaks")), "{found:?}");
    }

    #[test]
    fn the_unknown_is_a_difference() {
        let all = line("entire-cluster", ConnectionSet::all());
        let unknown = Line { unknown: tcp(80), ..all.clone() };
        assert!(!differences(&shop(), &[all], &[unknown]).unwrap().is_empty());
    }
}
