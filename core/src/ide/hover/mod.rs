//! What stands under the cursor, in words: whom a selector selects now and in future, what a port resolves to, who is
//! isolated and by which policies, what a rule checks.

mod admin;
mod objects;
mod page;
mod peer;
mod policy;
mod ports;
mod workload;

pub use page::hover_text;
pub(super) use policy::Granted;

use super::{Snapshot, place, spot};
use crate::cluster::Selection;
use crate::diagnostics::Location;
use crate::model::Body;
use crate::rules::wording;
use crate::text::Span;

/// So many members of a section are shown; the others are counted.
const SHOWN: usize = 10;

/// What is to be said of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The key or value that it is about.
    pub span: Span,
    /// What is said, in the order in which it is shown.
    pub sections: Vec<Section>,
}

/// One part of a hover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it is about.
    pub kind: SectionKind,
    /// The sentence, in Markdown.
    pub text: String,
    /// Whom or what the sentence counts: the first of them.
    pub members: Vec<Member>,
    /// How many there are.
    pub total: usize,
}

/// What a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SectionKind {
    /// What is written, in other words.
    Meaning,
    /// What that comes to today.
    Now,
    /// What it would come to with Pods that nobody has deployed yet.
    Future,
    /// The namespaces that are selected today.
    Namespaces,
    /// Ports.
    Ports,
    /// Addresses.
    Addresses,
    /// Connections to Pods.
    Ingress,
    /// Connections from Pods.
    Egress,
    /// What the reader must know besides.
    Note,
    /// The page of a rule.
    Page,
}

impl SectionKind {
    /// Every kind.
    #[cfg(feature = "schema")]
    pub const ALL: [Self; 10] = [
        Self::Meaning,
        Self::Now,
        Self::Future,
        Self::Namespaces,
        Self::Ports,
        Self::Addresses,
        Self::Ingress,
        Self::Egress,
        Self::Note,
        Self::Page,
    ];

    /// The name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meaning => "meaning",
            Self::Now => "now",
            Self::Future => "future",
            Self::Namespaces => "namespaces",
            Self::Ports => "ports",
            Self::Addresses => "addresses",
            Self::Ingress => "ingress",
            Self::Egress => "egress",
            Self::Note => "note",
            Self::Page => "page",
        }
    }

    /// What stands before the sentence.
    const fn title(self) -> &'static str {
        match self {
            Self::Meaning | Self::Page => "",
            Self::Now => "**Now:** ",
            Self::Future => "**In future:** ",
            Self::Namespaces => "**Namespaces:** ",
            Self::Ports => "**Ports:** ",
            Self::Addresses => "**Addresses:** ",
            Self::Ingress => "**Ingress:** ",
            Self::Egress => "**Egress:** ",
            Self::Note => "**Note:** ",
        }
    }
}

/// Something that a section counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What it is called: `namespace/name[Kind]` for a workload.
    pub name: String,
    /// What is to be said of it; empty for nothing.
    pub note: String,
    /// Where it is written.
    pub location: Option<Location>,
}

impl Hover {
    /// All of it in Markdown.
    pub fn markdown(&self) -> String {
        let parts: Vec<String> = self.sections.iter().map(Section::markdown).collect();
        parts.join("\n\n")
    }
}

impl Section {
    fn new(kind: SectionKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), members: Vec::new(), total: 0 }
    }

    /// Counts these members, and keeps the first of them.
    fn with(mut self, members: impl IntoIterator<Item = Member>) -> Self {
        let mut members = members.into_iter();
        self.members = members.by_ref().take(SHOWN).collect();
        self.total = self.members.len() + members.count();
        self
    }

    fn markdown(&self) -> String {
        let mut text = format!("{}{}", self.kind.title(), self.text);
        for member in &self.members {
            text.push_str(&format!("\n- `{}`", member.name));
            if !member.note.is_empty() {
                text.push_str(&format!(": {}", member.note));
            }
        }
        if let Some(more) = self.total.checked_sub(self.members.len()).filter(|more| *more > 0) {
            text.push_str(&format!("\n- and {more} more"));
        }
        text
    }
}

/// What is to be said of the key or value at an offset of a written file; none where there is nothing.
pub fn hover(snapshot: &Snapshot<'_, '_>, path: &str, offset: u32) -> Option<Hover> {
    let file = snapshot.file(path)?;
    let text = &snapshot.source(file)?.text;
    if let Some(found) = hover_text(path, text, offset) {
        return Some(found);
    }
    let spot = spot::find(snapshot, file, offset)?;
    let object = *snapshot.deployed(spot.object).first()?;
    let sections = match &snapshot.repository().object(object)?.body {
        Body::NetworkPolicy(_) => policy::sections(snapshot, object, &spot.steps)?,
        Body::AdminPolicy(_) => admin::sections(snapshot, object, &spot.steps)?,
        Body::Workloads(_) => workload::sections(snapshot, object, &spot.steps)?,
        Body::Namespace => objects::namespace(snapshot, object, &spot.steps)?,
        Body::Service(_) => objects::service(snapshot, object, &spot.steps)?,
        Body::Exposure(_) => objects::entrance(snapshot, object, &spot.steps)?,
        _ => return None,
    };
    Some(Hover { span: spot.span, sections })
}

/// Whether a place stands for an object as a whole: its kind, its name.
fn is_head(steps: &[spot::Step<'_>]) -> bool {
    place::of_policy(steps) == place::Place::Object
}

/// Whom a selection holds today.
fn selected_now(snapshot: &Snapshot<'_, '_>, selection: &Selection, verb: &str) -> Section {
    let certain = snapshot.units_of(&selection.certain);
    let maybe = snapshot.units_of(&selection.possible.subtract(&selection.certain));
    let mut text = format!("{verb} {}", workloads(certain.len()));
    if !maybe.is_empty() {
        text.push_str(&format!(
            ", and perhaps {} by labels that no manifest shows",
            wording::count(maybe.len(), "other", "others")
        ));
    }
    let perhaps = |unit| Member { note: "perhaps".to_owned(), ..snapshot.member(unit) };
    let members: Vec<_> = certain.into_iter().map(|unit| snapshot.member(unit)).collect();
    Section::new(SectionKind::Now, text).with(members.into_iter().chain(maybe.into_iter().map(perhaps)))
}

/// `no workload`, `1 workload`, `3 workloads`.
fn workloads(count: usize) -> String {
    if count == 0 { "no workload".to_owned() } else { wording::count(count, "workload", "workloads") }
}
