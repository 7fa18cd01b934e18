//! What an editor offers to do: the fixes of findings, a suppression with a reason, a default deny, an exact selector.

use super::Snapshot;
use super::place::{self, Place};
use super::spot;
use crate::cluster::{NamespaceId, named_namespaces};
use crate::diagnostics::{Diagnostic, Edit, Safety};
use crate::engine::{DefaultDeny, Openness, peer_openness};
use crate::model::{Body, Direction, NAME_LABEL, PREFIX, Peer};
use crate::rules::{peers, proposals};
use crate::sets::{LabelSelector, Operator, Requirement};
use crate::text::{FileId, SourceFile, Span, offset};
use crate::yaml::{Node, TextEdit, edit};

/// The reason that a suppression has until somebody writes one.
const REASON: &str = "say why";

/// So many namespaces are named in an exact selector at most.
const FEW_NAMES: usize = 5;

/// Something to do about a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What sort it is.
    pub kind: ActionKind,
    /// What it does, as an instruction.
    pub title: String,
    /// How far it may be trusted.
    pub safety: Safety,
    /// The edits; they don't overlap.
    pub edits: Vec<Edit>,
    /// A file that it makes, with its text: beside the one that was asked about.
    pub creates: Option<(String, String)>,
    /// The fingerprint of the finding that it is about.
    pub finding: Option<String>,
}

/// The sorts of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActionKind {
    /// The fix of a finding.
    Fix,
    /// Silences a finding, with a reason.
    Ignore,
    /// Adds a default deny to a namespace.
    DefaultDeny,
    /// Narrows a peer to the Pods of today.
    ExactSelector,
}

impl ActionKind {
    /// Every kind.
    #[cfg(feature = "schema")]
    pub const ALL: [Self; 4] = [Self::Fix, Self::Ignore, Self::DefaultDeny, Self::ExactSelector];

    /// The name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fix => "fix",
            Self::Ignore => "ignore",
            Self::DefaultDeny => "defaultDeny",
            Self::ExactSelector => "exactSelector",
        }
    }
}

/// What can be done about some bytes of a written file: fixes first, then what changes policies, then suppressions.
pub fn actions(snapshot: &Snapshot<'_, '_>, path: &str, range: Span) -> Vec<Action> {
    let Some(file) = snapshot.file(path) else { return Vec::new() };
    let Some(source) = snapshot.source(file).filter(|source| !source.lossy) else { return Vec::new() };
    let findings: Vec<&Diagnostic> =
        snapshot.findings.iter().filter(|finding| is_at(finding, file, range)).collect();
    let mut found: Vec<Action> = findings.iter().flat_map(|finding| fixes(finding)).collect();
    let exact = exact_selector(snapshot, file, range);
    found.extend(exact.filter(|exact| found.iter().all(|fix| fix.edits != exact.edits)));
    found.extend(default_deny(snapshot, file, source, range));
    found.extend(findings.iter().filter_map(|finding| ignore(snapshot, source, finding)));
    found
}

fn is_at(finding: &Diagnostic, file: FileId, range: Span) -> bool {
    let touches = |span: Span| span.start <= range.end && range.start <= span.end;
    finding.location.file == file && finding.location.span.is_some_and(touches)
}

fn fixes(finding: &Diagnostic) -> impl Iterator<Item = Action> {
    finding.fixes.iter().map(|fix| Action {
        kind: ActionKind::Fix,
        title: fix.title.clone(),
        safety: fix.safety,
        edits: fix.edits.clone(),
        creates: None,
        finding: Some(finding.fingerprint.clone()),
    })
}

/// Silences a finding: by a comment above its line, behind the line where that would mean the whole document, and by an
/// annotation where a file has no comments.
fn ignore(snapshot: &Snapshot<'_, '_>, source: &SourceFile, finding: &Diagnostic) -> Option<Action> {
    let span = finding.location.span.filter(|_| finding.group != "review")?;
    let edit = match source.path.ends_with(".json") {
        true => annotation(snapshot, finding, span)?,
        false => comment(snapshot, source, finding, span)?,
    };
    Some(Action {
        kind: ActionKind::Ignore,
        title: format!("ignore `{}` here, with a reason", finding.rule),
        safety: Safety::Safe,
        edits: vec![Edit { file: finding.location.file, span: edit.span, text: edit.text }],
        creates: None,
        finding: Some(finding.fingerprint.clone()),
    })
}

fn comment(
    snapshot: &Snapshot<'_, '_>,
    source: &SourceFile,
    finding: &Diagnostic,
    span: Span,
) -> Option<TextEdit> {
    let text = &*source.text;
    let (_, object) = spot::object_at(snapshot, finding.location.file, span.start)?;
    let place = place_around(object, span);
    let line = source.lines().line_span(source.lines().line_of(place.start), text);
    let content = line.of(text);
    let words = format!("# ringfence: ignore[{}] {REASON}", finding.rule);
    if line.contains(object.span().start) {
        let own = source.lines().line_span(source.lines().line_of(span.start), text);
        let end = own.start + offset(own.of(text).trim_end().len());
        let is_free = !own.of(text).contains(" #") && span.end <= end;
        return is_free.then(|| TextEdit { span: Span::at(end), text: format!(" {words}") });
    }
    let eol = if content.ends_with("\r\n") { "\r\n" } else { "\n" };
    let indent = content.len() - content.trim_start_matches(' ').len();
    Some(TextEdit { span: Span::at(line.start), text: format!("{}{words}{eol}", " ".repeat(indent)) })
}

/// The innermost field or list item that holds some bytes as a whole.
fn place_around(node: Node<'_>, span: Span) -> Span {
    let holds = |outer: Span| outer.start <= span.start && span.end <= outer.end;
    let mut found = node.span();
    let mut open = Some(node);
    while let Some(node) = open.filter(|node| !node.is_alias()) {
        let entries =
            node.written_entries().map(|entry| (entry.key.span().cover(entry.value.span()), entry.value));
        let mut places = entries.chain(node.items().map(|item| (item.span(), item)));
        let inner = places.find(|(place, _)| holds(*place));
        found = inner.map_or(found, |(place, _)| place);
        open = inner.map(|(_, value)| value);
    }
    found
}

/// The annotation that silences a rule in the whole object.
fn annotation(snapshot: &Snapshot<'_, '_>, finding: &Diagnostic, span: Span) -> Option<TextEdit> {
    let (_, node) = spot::object_at(snapshot, finding.location.file, span.start)?;
    let key = format!("{PREFIX}ignore.{}", finding.rule);
    let value = serde_json::Value::from(format!("{}: {REASON}", finding.rule));
    match node.at("metadata.annotations") {
        Some(annotations) => edit::insert_entry(annotations, &key, &value, None),
        None => {
            edit::insert_entry(node.get("metadata")?, "annotations", &serde_json::json!({key: value}), None)
        }
    }
}

/// A default deny for the namespace of the object at hand, in the directions that have none.
fn default_deny(
    snapshot: &Snapshot<'_, '_>,
    file: FileId,
    source: &SourceFile,
    range: Span,
) -> Option<Action> {
    let (written, _) = spot::object_at(snapshot, file, range.start)?;
    let deployed = *snapshot.deployed(written).first()?;
    let object = snapshot.repository().object(deployed)?;
    let namespace = match &object.body {
        Body::Namespace => snapshot.cluster().find_namespace(&object.name)?,
        _ => snapshot.cluster().namespace_of(deployed)?,
    };
    let open = |direction: &Direction| {
        matches!(snapshot.engine().default_deny(*direction, namespace), DefaultDeny::Refuted(_))
    };
    let directions: Vec<Direction> = Direction::BOTH.into_iter().filter(open).collect();
    let name = match directions.as_slice() {
        [] => return None,
        [only] => format!("default-deny-{}", only.name()),
        _ => "default-deny".to_owned(),
    };
    let of_namespace = snapshot.cluster().namespace_name(namespace);
    // An object that leaves its namespace to a tool has neighbours that do.
    let explicit = object.namespace.is_some() || matches!(object.body, Body::Namespace);
    let to_write = explicit.then_some(of_namespace);
    let mut documents =
        vec![proposals::default_deny(&free_name(snapshot, namespace, &name), to_write, &directions)];
    if directions.contains(&Direction::Egress) {
        documents.push(proposals::allow_dns(&free_name(snapshot, namespace, "allow-dns"), to_write));
    }
    let text = documents.join("---\n");
    let words: Vec<&str> = directions.iter().map(|direction| direction.name()).collect();
    let dns = if documents.len() > 1 { ", with an allowance for DNS" } else { "" };
    let title = format!("add a default deny for {} to namespace `{of_namespace}`{dns}", words.join(" and "));
    let (edits, creates) = match source.path.ends_with(".json") {
        true => {
            let folder =
                source.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
            (Vec::new(), Some((format!("{folder}{name}-{of_namespace}.yaml"), text)))
        }
        false => {
            let edit = edit::append_document(&source.text, &text);
            (vec![Edit { file, span: edit.span, text: edit.text }], None)
        }
    };
    Some(Action {
        kind: ActionKind::DefaultDeny,
        title,
        safety: Safety::ChangesTraffic,
        edits,
        creates,
        finding: None,
    })
}

/// A name that no policy of a namespace has.
fn free_name(snapshot: &Snapshot<'_, '_>, namespace: NamespaceId, wanted: &str) -> String {
    let taken = |name: &str| {
        let mut policies = snapshot.cluster().policies.iter().filter(|policy| policy.namespace == namespace);
        policies.any(|policy| policy.name == name)
    };
    let numbered = (2..).map(|number: u32| format!("{wanted}-{number}"));
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_default()
}

/// The exact selector for the Pods that a wide peer selects today.
fn exact_selector(snapshot: &Snapshot<'_, '_>, file: FileId, range: Span) -> Option<Action> {
    let spot = spot::find(snapshot, file, range.start)?;
    let object = *snapshot.deployed(spot.object).first()?;
    let Place::Peer(direction, rule, index) = place::of_policy(&spot.steps) else { return None };
    let cluster = snapshot.cluster();
    let policy = cluster.policies.iter().find(|policy| policy.object == object)?;
    let peer = policy.policy.half(direction).rules.get(rule)?.peers.as_ref()?.get(index)?;
    let Peer::Pods { namespaces, pods } = peer else { return None };
    if peer_openness(peer) == Openness::Exact {
        return None;
    }
    let now = snapshot.engine().pod_peers(policy.namespace, namespaces.as_ref(), pods.as_ref());
    let names = match namespaces {
        Some(selector) => Some(names(snapshot, selector, &now.selection.certain)?),
        None => None,
    };
    let exact = match pods.as_ref().filter(|pods| !pods.is_everything()) {
        Some(_) => None,
        None => Some(snapshot.engine().exact_peers(&now)?.clone()),
    };
    let narrowed = cluster.select_pods(policy.namespace, names.as_ref(), exact.as_ref().or(pods.as_ref()));
    if narrowed != now.selection {
        return None;
    }
    let field = format!("spec.{}[{rule}].{}[{index}]", direction.name(), direction.peers_field());
    let node = snapshot.repository().node(spot.object)?.at(&field)?;
    let mut edits = Vec::new();
    if let Some(names) = names.as_ref().filter(|names| Some(*names) != namespaces.as_ref()) {
        edits.push(edit::replace_with(node.get("namespaceSelector")?, &peers::selector_value(names))?);
    }
    if let Some(exact) = &exact {
        let value = peers::selector_value(exact);
        edits.push(match node.get("podSelector") {
            Some(written) => edit::replace_with(written, &value)?,
            None => edit::insert_entry(node, "podSelector", &value, Some("namespaceSelector"))?,
        });
    }
    let words = [exact.as_ref(), names.as_ref()].into_iter().flatten().map(ToString::to_string);
    Some(Action {
        kind: ActionKind::ExactSelector,
        title: format!("select exactly today's Pods: {}", words.collect::<Vec<_>>().join(" in ")),
        safety: Safety::ChangesTraffic,
        edits: edits.into_iter().map(|edit| Edit { file, span: edit.span, text: edit.text }).collect(),
        creates: None,
        finding: None,
    })
}

/// The selector of the namespaces by name that hold these classes.
fn names(
    snapshot: &Snapshot<'_, '_>,
    written: &LabelSelector,
    classes: &crate::sets::IdSet,
) -> Option<LabelSelector> {
    let holding = snapshot.cluster().namespaces.iter().filter(|info| info.classes.intersects(classes));
    let names: Vec<&str> = holding.map(|info| &*info.name).collect();
    if names.is_empty() || names.len() > FEW_NAMES {
        return None;
    }
    if named_namespaces(written)
        .is_some_and(|known| known.iter().map(String::as_str).eq(names.iter().copied()))
    {
        return Some(written.clone());
    }
    Some(LabelSelector::new([Requirement::new(NAME_LABEL, Operator::In, names)]))
}
