//! Outlines: the objects of a file with the rules of policies, and the objects of all files by name.

use super::Snapshot;
use crate::cluster::{ObjectId, Origin};
use crate::diagnostics::Location;
use crate::model::{Body, Direction, Object};
use crate::text::Span;
use crate::yaml::Node;

/// So many symbols of all files are given at most.
const MOST: usize = 500;

/// An object or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// What it is called.
    pub name: String,
    /// What is to be said of it.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of its bytes.
    pub span: Span,
    /// Its name, or what else stands for it; inside of [`Symbol::span`].
    pub head: Span,
    /// Its parts.
    pub children: Vec<Self>,
}

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolKind {
    /// A policy of any API.
    Policy,
    /// Something that makes Pods.
    Workload,
    /// A namespace.
    Namespace,
    /// A Service, an Ingress, a Gateway or a route.
    Service,
    /// Another object.
    Object,
    /// Whom a policy applies to.
    Selector,
    /// A rule of a policy.
    Rule,
}

impl SymbolKind {
    /// Every kind.
    #[cfg(feature = "schema")]
    pub const ALL: [Self; 7] = [
        Self::Policy,
        Self::Workload,
        Self::Namespace,
        Self::Service,
        Self::Object,
        Self::Selector,
        Self::Rule,
    ];

    /// The name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Workload => "workload",
            Self::Namespace => "namespace",
            Self::Service => "service",
            Self::Object => "object",
            Self::Selector => "selector",
            Self::Rule => "rule",
        }
    }

    fn of(body: &Body) -> Self {
        match body {
            Body::NetworkPolicy(_) | Body::AdminPolicy(_) | Body::OtherPolicy(_) => Self::Policy,
            Body::Workloads(_) => Self::Workload,
            Body::Namespace => Self::Namespace,
            Body::Service(_) | Body::Exposure(_) | Body::Gateway(_) => Self::Service,
            _ => Self::Object,
        }
    }
}

/// An object of any file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSymbol {
    /// `metadata.name`.
    pub name: String,
    /// Kind and namespace, as far as they are written.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Where its name is.
    pub location: Location,
}

/// The objects of a written file, in the order of the text.
pub fn document_symbols(snapshot: &Snapshot<'_, '_>, path: &str) -> Vec<Symbol> {
    let Some(file) = snapshot.file(path) else { return Vec::new() };
    let objects = snapshot.repository().objects_of(file);
    objects.filter_map(|(id, object)| symbol(object, snapshot.repository().node(id)?)).collect()
}

fn symbol(object: &Object, node: Node<'_>) -> Option<Symbol> {
    let span = node.span();
    let head = node.at("metadata.name").or_else(|| node.get("kind")).map_or(span, |head| head.span());
    let name = if object.name.is_empty() { object.kind.to_string() } else { object.name.to_string() };
    let children = match &object.body {
        Body::NetworkPolicy(_) => parts(node, "podSelector"),
        Body::AdminPolicy(_) => parts(node, "subject"),
        _ => Vec::new(),
    };
    let kind = SymbolKind::of(&object.body);
    Some(Symbol { name, detail: detail(object), kind, span, head, children })
}

/// `Deployment`, `Deployment in shop`.
fn detail(object: &Object) -> String {
    match &object.namespace {
        Some(namespace) => format!("{} in {namespace}", object.kind),
        None => object.kind.to_string(),
    }
}

/// The subject and the rules of a policy.
fn parts(node: Node<'_>, subject: &str) -> Vec<Symbol> {
    let Some(spec) = node.get("spec") else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(entry) = spec.entry(subject) {
        found.push(Symbol {
            name: subject.to_owned(),
            detail: String::new(),
            kind: SymbolKind::Selector,
            span: entry.key.span().cover(entry.value.span()),
            head: entry.key.span(),
            children: Vec::new(),
        });
    }
    for direction in Direction::BOTH {
        let rules = spec.get(direction.name()).into_iter().flat_map(Node::items);
        let rule = |(index, rule): (usize, Node<'_>)| {
            let name = rule.get("name").and_then(Node::as_str);
            let title = format!("{} rule {}", direction.name(), index + 1);
            Symbol {
                detail: name.map_or_else(|| outline(rule, direction), str::to_owned),
                name: title,
                kind: SymbolKind::Rule,
                span: rule.span(),
                head: rule.written_entries().next().map_or(rule.span(), |entry| entry.key.span()),
                children: Vec::new(),
            }
        };
        found.extend(rules.enumerate().map(rule));
    }
    found.sort_by_key(|symbol| symbol.span);
    found
}

/// `2 peers, 1 port`.
fn outline(rule: Node<'_>, direction: Direction) -> String {
    let count = |field: &str| rule.get(field).map_or(0, |list| list.items().count());
    let say = |count: usize, none: &str, one: &str, many: &str| match count {
        0 => none.to_owned(),
        _ => crate::rules::wording::count(count, one, many),
    };
    let peers = say(count(direction.peers_field()), "everybody", "peer", "peers");
    let ports = say(count("ports") + count("protocols"), "every port", "port", "ports");
    format!("{peers}, {ports}")
}

/// The objects of all written files whose name, kind or namespace holds each word of a query, in any case.
pub fn workspace_symbols(snapshot: &Snapshot<'_, '_>, query: &str) -> Vec<FoundSymbol> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let repository = snapshot.repository();
    let written = repository.entries().filter(|(_, entry)| entry.origin == Origin::Written);
    let objects = written.flat_map(|(file, _)| repository.objects_of(file));
    let fits = |(_, object): &(ObjectId, &Object)| {
        let text = format!("{} {}", object.name, detail(object)).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let found = |(id, object): (ObjectId, &Object)| FoundSymbol {
        name: object.name.to_string(),
        detail: detail(object),
        kind: SymbolKind::of(&object.body),
        location: repository.locate(id, ""),
    };
    objects.filter(fits).take(MOST).map(found).collect()
}
