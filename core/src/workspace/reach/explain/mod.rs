//! Why one end can or can't reach another: the policies on both sides, rule by rule.

mod mismatch;
mod nearest;

use mismatch::Mismatches;

use super::question::{EndSpec, NamedEnd, What};
use super::units::Unit;
use super::{NoSuchWorkload, Scene};
use crate::cluster::{ClassId, Entrance, ObjectId};
use crate::diagnostics::{Location, ObjectRef};
use crate::engine::{Endpoint, Flow, Match, PolicyRef, RuleStep, Sender, Step, Walk};
use crate::model::{Action, Direction, Tier};
use crate::sets::{ConnectionSet, Protocol};

/// The answer to "can FROM reach TO, and why?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The overlay; empty where there are no alternatives.
    pub overlay: String,
    /// The source.
    pub from: String,
    /// The destination.
    pub to: String,
    /// The port that was asked about; none for all.
    pub port: Option<(Protocol, u16)>,
    /// What was asked about.
    pub asked: ConnectionSet,
    /// What can flow, of what was asked about.
    pub flow: Flow,
    /// The source's side.
    pub egress: Side,
    /// The destination's side.
    pub ingress: Side,
    /// What the reader must know besides.
    pub notes: Vec<String>,
    /// What one change would allow what is denied.
    pub help: Option<String>,
}

/// What an explanation comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// All that was asked about is allowed.
    Allowed,
    /// Nothing of it is.
    Denied,
    /// Some of it is allowed, and the rest is denied.
    Partly,
    /// Some of it at least can't be told.
    Unknown,
}

impl Conclusion {
    /// Every conclusion.
    pub const ALL: [Self; 4] = [Self::Allowed, Self::Denied, Self::Partly, Self::Unknown];

    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Partly => "partly",
            Self::Unknown => "unknown",
        }
    }

    fn of(flow: &Flow, asked: &ConnectionSet) -> Self {
        if !flow.unknown().is_empty() {
            Self::Unknown
        } else if flow.is_none() {
            Self::Denied
        } else if asked.is_subset(&flow.certain) {
            Self::Allowed
        } else {
            Self::Partly
        }
    }
}

/// One side: the policies on one end, and what they say of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Egress of the source, or ingress of the destination.
    pub direction: Direction,
    /// What the side lets through, of what was asked about.
    pub flow: Flow,
    /// What it comes to.
    pub conclusion: Conclusion,
    /// Why, in one sentence, where no policy decides.
    pub default: Option<&'static str>,
    /// The policies that are asked, in order.
    pub policies: Vec<PolicyLine>,
}

/// One policy that selects the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLine {
    /// The object.
    pub object: Option<ObjectRef>,
    /// Its kind and name, as messages call it.
    pub title: String,
    /// Its tier; none for a NetworkPolicy.
    pub tier: Option<Tier>,
    /// Where it selects the end.
    pub location: Location,
    /// How many workloads it selects.
    pub workloads: usize,
    /// What is to be said of it as a whole, where there is something.
    pub note: Option<String>,
    /// Its rules.
    pub rules: Vec<RuleLine>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleLine {
    /// Its index.
    pub index: usize,
    /// What it does.
    pub action: Action,
    /// The rule, or the part of it that decides.
    pub location: Location,
    /// What it decides, of what was asked about and nothing before it decided.
    pub decides: ConnectionSet,
    /// What is to be said of it.
    pub text: String,
    /// How near it is to deciding something; the larger the nearer.
    pub near: u8,
}

/// It names the other end, and the port is what is missing.
const NAMES_THE_PEER: u8 = 8;
/// It decides, or would if nothing came before it.
const DECIDES: u8 = 9;

impl Explanation {
    /// What it comes to.
    pub fn conclusion(&self) -> Conclusion {
        Conclusion::of(&self.flow, &self.asked)
    }

    /// Both sides, the source's first.
    pub fn sides(&self) -> [&Side; 2] {
        [&self.egress, &self.ingress]
    }
}

/// The connections that a question is about.
fn asked(port: Option<(Protocol, u16)>) -> ConnectionSet {
    port.map_or_else(ConnectionSet::all, |(protocol, port)| ConnectionSet::of(protocol, port, port))
}

impl Scene<'_> {
    /// Explains every pair that the ends stand for.
    ///
    /// # Errors
    /// The ends that stand for nothing here.
    pub fn explain(
        &self,
        from: &EndSpec,
        to: &EndSpec,
        port: Option<(Protocol, u16)>,
        each: &mut dyn FnMut(Explanation),
    ) -> Result<(), Vec<NoSuchWorkload>> {
        if *from == EndSpec::Ingress {
            let destinations = self.resolve(to).map_err(|error| vec![error])?;
            destinations.iter().for_each(|destination| self.explain_entrances(destination, port, each));
            return Ok(());
        }
        let (sources, destinations) = match (self.resolve(from), self.resolve(to)) {
            (Ok(sources), Ok(destinations)) => (sources, destinations),
            (sources, destinations) => {
                return Err(sources.err().into_iter().chain(destinations.err()).collect());
            }
        };
        for source in &sources {
            for destination in &destinations {
                let outside = |end: &NamedEnd| matches!(end.what, What::Address(_));
                let no_pair = outside(source) && outside(destination);
                if !no_pair && !self.is_one_pod(source, destination) {
                    each(self.explain_pair(source, destination, (port, asked(port))));
                }
            }
        }
        Ok(())
    }

    /// Whether both ends are the one Pod, which always reaches itself; a glob asks for others.
    fn is_one_pod(&self, from: &NamedEnd, to: &NamedEnd) -> bool {
        match (&from.what, &to.what) {
            (What::Unit(from), What::Unit(to)) => from == to && !self.has_replicas(*from),
            _ => false,
        }
    }

    /// Explains what whoever serves an entrance can reach at a destination, of the ports to which it is sent.
    fn explain_entrances(
        &self,
        to: &NamedEnd,
        port: Option<(Protocol, u16)>,
        each: &mut dyn FnMut(Explanation),
    ) {
        let What::Unit(unit) = &to.what else { return };
        let classes = self.units.all.get(*unit).map_or(&[][..], |unit| &unit.classes);
        for entrance in &self.cluster().entrances {
            for target in entrance.targets.iter().filter(|target| classes.contains(&target.class)) {
                let asked = asked(port).intersect(&target.ports);
                if asked.is_empty() {
                    continue;
                }
                for from in self.senders_of(entrance) {
                    each(self.explain_pair(&from, to, (port, asked.clone())));
                }
            }
        }
    }

    /// Whoever serves an entrance, as ends of a question.
    fn senders_of(&self, entrance: &Entrance<'_>) -> Vec<NamedEnd> {
        let title = self.object_ref(entrance.object).map_or_else(String::new, |object| object.to_string());
        let mut ends = Vec::new();
        for senders in self.engine.senders(entrance) {
            let who = if senders.names.is_empty() {
                "its controller".to_owned()
            } else {
                senders.names.join(" or ")
            };
            for sender in senders.all {
                let (who, what) = match sender {
                    Sender::Class(class) => match self.unit_of(class) {
                        Some((id, unit)) => (unit.name.clone(), What::Unit(id)),
                        None => continue,
                    },
                    Sender::Pod(pod) => (who.clone(), What::Pod(pod)),
                    Sender::Clients(set) => match set.ranges().next() {
                        Some((first, _)) => ("its clients".to_owned(), What::Address(first)),
                        None => continue,
                    },
                    Sender::Outside => (
                        "something outside".to_owned(),
                        What::Address(std::net::Ipv4Addr::UNSPECIFIED.into()),
                    ),
                };
                ends.push(NamedEnd { name: format!("{title} ({who})"), what });
            }
        }
        ends
    }

    fn unit_of(&self, class: ClassId) -> Option<(usize, &Unit)> {
        self.units.all.iter().enumerate().find(|(_, unit)| unit.classes.contains(&class))
    }

    fn explain_pair(
        &self,
        from: &NamedEnd,
        to: &NamedEnd,
        (port, asked): (Option<(Protocol, u16)>, ConnectionSet),
    ) -> Explanation {
        let nobody = || Endpoint::Address(std::net::Ipv4Addr::UNSPECIFIED.into());
        let source = self.endpoint(from).unwrap_or_else(nobody);
        let destination = self.endpoint(to).unwrap_or_else(nobody);
        let [ingress, egress] = self.engine.walks(source, destination);
        let flow = limit(&self.engine.through(source, destination, &ingress, &egress), &asked);
        let mut notes: Vec<String> =
            if flow.unknown().is_empty() { Vec::new() } else { self.doubts(source, destination) };
        notes.extend(self.end_notes(from, to));
        let sides = [(&egress, source, destination), (&ingress, destination, source)]
            .map(|(walk, subject, peer)| self.side(walk, subject, peer, &asked));
        let help = self.nearest_change(&sides, (source, to), &asked);
        let [egress, ingress] = sides;
        Explanation {
            overlay: self.overlay.to_owned(),
            from: from.name.clone(),
            to: to.name.clone(),
            port,
            asked,
            flow,
            egress,
            ingress,
            notes,
            help,
        }
    }

    fn end_notes(&self, from: &NamedEnd, to: &NamedEnd) -> Vec<String> {
        let mut notes = Vec::new();
        if let (What::Unit(a), What::Unit(b)) = (&from.what, &to.what)
            && a == b
        {
            notes.push("this is between two Pods of the workload; a Pod always reaches itself".to_owned());
        }
        for end in [from, to] {
            let differs = |id: usize| self.units.all.get(id).is_some_and(|unit| unit.classes.len() > 1);
            if matches!(end.what, What::Unit(id) if differs(id)) {
                notes.push(format!("the Pods of {} differ; this is about one of them", end.name));
            }
        }
        if let What::Pod(_) = &to.what {
            notes.push(format!("no manifest shows {}: named ports can't be resolved there", to.name));
        }
        notes
    }

    fn side(&self, walk: &Walk, subject: Endpoint<'_>, peer: Endpoint<'_>, asked: &ConnectionSet) -> Side {
        let flow = limit(&walk.flow, asked);
        let mismatches = Mismatches { scene: self, peer };
        let mut left = Left { open: asked.clone(), passed: ConnectionSet::none() };
        let network = walk.steps.iter().any(|step| step.tier.is_none() && step.selects == Match::Yes);
        let policies = walk.steps.iter().map(|step| {
            let ignored = step.tier == Some(Tier::Baseline) && network;
            if step.tier.is_none() {
                left.open = left.open.union(&left.passed);
            }
            self.policy_line(walk.direction, step, &mismatches, asked, &mut left, ignored)
        });
        let policies: Vec<PolicyLine> = policies.collect();
        let default = match subject {
            Endpoint::Address(_) => Some("it is an address: no policy is about it"),
            _ if walk.unselectable => Some("its Pods share their node's network, so no policy selects them"),
            _ if walk.steps.is_empty() => Some("no policy selects it, so everything is allowed"),
            _ if !network && walk.steps.iter().all(|step| step.tier.is_some()) => {
                Some("no NetworkPolicy selects it: what no other policy decides is allowed")
            }
            _ => None,
        };
        Side { direction: walk.direction, conclusion: Conclusion::of(&flow, asked), flow, default, policies }
    }

    fn policy_line(
        &self,
        direction: Direction,
        step: &Step,
        mismatches: &Mismatches<'_, '_>,
        asked: &ConnectionSet,
        left: &mut Left,
        ignored: bool,
    ) -> PolicyLine {
        let (object, field) = self.policy_object(step.policy);
        let location = self.place(object, field);
        let note = if step.refused {
            Some("the API server refuses it, so its effect is unknown".to_owned())
        } else if ignored {
            Some(
                "it is not asked: a NetworkPolicy selects the Pods, and Baseline is for the others"
                    .to_owned(),
            )
        } else if step.selects == Match::Maybe {
            Some("whether it selects the Pods hangs on labels that only their controller knows".to_owned())
        } else if step.rules.is_empty() {
            Some(format!("it has no {} rule, so it allows nothing", direction.name()))
        } else {
            None
        };
        let rules = if step.refused || ignored { &[][..] } else { &step.rules };
        let lines = rules.iter().map(|rule| {
            let matched = rule.ports.intersect(asked);
            let certain = rule.peer == Match::Yes;
            let decides = if certain { matched.intersect(&left.open) } else { ConnectionSet::none() };
            if step.tier.is_some() {
                left.decided(rule.action, &decides);
            }
            let (near, text, field) = self.rule_text(direction, step, rule, mismatches, &matched, &decides);
            RuleLine {
                index: rule.index,
                action: rule.action,
                location: self.place(object, &field),
                decides,
                text,
                near,
            }
        });
        let rules = lines.collect();
        PolicyLine {
            object: self.object_ref(object),
            title: self.policy_title(step.policy),
            tier: step.tier,
            location,
            workloads: self.selected_by(step.policy),
            note,
            rules,
        }
    }

    fn selected_by(&self, policy: PolicyRef) -> usize {
        let subject = match policy {
            PolicyRef::Network(id) => self.cluster().policy(id).map(|info| &info.subject),
            PolicyRef::Admin(id) => self.cluster().admin_policy(id).map(|info| &info.subject),
        };
        subject.map_or(0, |subject| self.cluster().count_workloads(&subject.possible))
    }

    /// What is to be said of a rule, and the field to point at.
    fn rule_text(
        &self,
        direction: Direction,
        step: &Step,
        rule: &RuleStep,
        mismatches: &Mismatches<'_, '_>,
        matched: &ConnectionSet,
        decides: &ConnectionSet,
    ) -> (u8, String, String) {
        let field = format!("spec.{}[{}]", direction.name(), rule.index);
        let verb = match (step.tier, rule.action) {
            (_, Action::Accept) => "allows",
            (_, Action::Deny) => "denies",
            (_, Action::Pass) => "leaves to the next tier",
        };
        match rule.peer {
            Match::Yes if !decides.is_empty() => (DECIDES, format!("{verb} {}", said(decides)), field),
            Match::Yes if !matched.is_empty() => {
                (DECIDES, "comes too late: an earlier rule decides".to_owned(), field)
            }
            Match::Yes if rule.ports.is_empty() => (
                NAMES_THE_PEER,
                "names the other end, but a port that its containers don't declare".to_owned(),
                format!("{field}.ports"),
            ),
            Match::Yes => (
                NAMES_THE_PEER,
                format!("names the other end, but only on {}", said(&rule.ports)),
                self.ports_field(step, &field),
            ),
            Match::Maybe => (DECIDES, format!("may match: it {verb} {}", said(matched)), field),
            Match::No => {
                let (near, reason, peer) = mismatches.of(direction, step.policy, rule.index);
                (
                    near,
                    format!("doesn't match: {reason}"),
                    peer.map_or(field.clone(), |peer| format!("{field}.{peer}")),
                )
            }
        }
    }

    fn ports_field(&self, step: &Step, rule: &str) -> String {
        let ports = ["ports", "protocols"].map(|name| format!("{rule}.{name}"));
        let (object, _) = self.policy_object(step.policy);
        let node = self.cluster().repository.node(object);
        let written = ports.into_iter().find(|field| node.is_some_and(|node| node.at(field).is_some()));
        written.unwrap_or_else(|| rule.to_owned())
    }

    /// The object of a policy, and the field that says whom it selects.
    pub(crate) fn policy_object(&self, policy: PolicyRef) -> (ObjectId, &'static str) {
        let nothing = ObjectId { file: crate::text::FileId(0), index: u32::MAX };
        match policy {
            PolicyRef::Network(id) => {
                (self.cluster().policy(id).map_or(nothing, |info| info.object), "spec.podSelector")
            }
            PolicyRef::Admin(id) => {
                (self.cluster().admin_policy(id).map_or(nothing, |info| info.object), "spec.subject")
            }
        }
    }
}

/// What the rules of admin policies have left open; NetworkPolicies add up, and decide nothing for each other.
struct Left {
    open: ConnectionSet,
    /// What a rule of the Admin tier passed on to the NetworkPolicies.
    passed: ConnectionSet,
}

impl Left {
    fn decided(&mut self, action: Action, connections: &ConnectionSet) {
        self.open = self.open.subtract(connections);
        if action == Action::Pass {
            self.passed = self.passed.union(connections);
        }
    }
}

fn limit(flow: &Flow, asked: &ConnectionSet) -> Flow {
    Flow { certain: flow.certain.intersect(asked), possible: flow.possible.intersect(asked) }
}

/// Connections in a sentence.
pub(crate) fn said(connections: &ConnectionSet) -> String {
    if connections.is_all() { "everything".to_owned() } else { connections.to_string() }
}

#[cfg(test)]
mod tests;
