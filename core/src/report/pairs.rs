//! Every pair, as JSON, streamed: a cluster of a thousand workloads has a million pairs, and nobody needs them all in
//! memory.

use std::collections::HashMap;

use crate::engine::{Endpoint, Flow, FlowId};
use crate::model::Direction;
use crate::sets::AddressSet;
use crate::wire::Connections;
use crate::workspace::{Ends, Focus, Inflow, Scene};

/// So many bytes are handed over at a time.
const CHUNK: usize = 1 << 20;

/// Takes pieces of the text; says whether to go on.
pub type Sink<'s> = &'s mut dyn FnMut(&str) -> bool;

/// Writes pairs as the items of one JSON array.
pub struct PairWriter<'w> {
    sink: Sink<'w>,
    text: String,
    /// Whether the reader still listens.
    open: bool,
    pairs: u64,
}

impl<'w> PairWriter<'w> {
    /// Starts the document.
    pub fn new(sink: Sink<'w>) -> Self {
        let mut text = String::with_capacity(CHUNK + CHUNK / 4);
        text.push_str("{\"version\":1,\"flows\":[");
        Self { sink, text, open: true, pairs: 0 }
    }

    /// Writes the pairs of one scene between which something is allowed, or unknown: by source, then by destination,
    /// addresses after workloads, and last what clients reach through the controllers of Ingresses, Gateways and
    /// Routes.
    pub fn write(&mut self, scene: &Scene<'_>, focus: &Focus) {
        let ends = Ends::new(scene, focus);
        let mut pairs = Pairs::new(scene, focus);
        let names: Vec<String> = scene.names().map(quoted).collect();
        let name = |unit: usize| names.get(unit).map_or("\"\"", String::as_str);
        let sources: Vec<usize> = (0..scene.workloads()).collect();
        scene.unit_rows(&sources, &mut |from, row| {
            if !self.open {
                return;
            }
            let head = head(name(from));
            let replicas = scene.has_replicas(from);
            for (to, flow) in row.units.iter().enumerate() {
                let itself = from == to;
                if *flow != FlowId::NONE && (!itself || replicas) && ends.wants(Some(from), Some(to)) {
                    pairs.item(&head, name(to), *flow, (At::Unit(from), At::Unit(to)), itself, self);
                }
            }
            if ends.wants(Some(from), None) {
                for (flow, addresses) in &scene.by_flow(&row.atoms) {
                    for cidr in addresses.to_cidrs() {
                        let at = (At::Unit(from), At::Addresses(addresses));
                        pairs.item(&head, &format!("\"{cidr}\""), *flow, at, false, self);
                    }
                }
            }
        });
        if focus.direction == Some(Direction::Egress) && focus.workloads.is_empty() {
            return;
        }
        for (to, inward) in scene.inward().iter().enumerate().filter(|(to, _)| ends.wants(None, Some(*to))) {
            for (flow, addresses) in inward {
                for cidr in addresses.to_cidrs() {
                    let head = head(&format!("\"{cidr}\""));
                    let at = (At::Addresses(addresses), At::Unit(to));
                    pairs.item(&head, name(to), *flow, at, false, self);
                }
            }
        }
        let controllers = scene.through_controllers();
        for (to, inflow) in controllers.iter().enumerate().filter(|(to, _)| ends.wants(None, Some(*to))) {
            pairs.inflow(name(to), inflow, self);
        }
    }

    /// Ends the document; how many pairs there are.
    pub fn finish(mut self) -> u64 {
        self.text.push_str("]}\n");
        self.spill();
        self.pairs
    }

    /// One item: its text up to the reason, which is JSON.
    fn item(&mut self, pieces: &[&str], reason: Option<&str>, replicas: bool) {
        self.text.push_str(if self.pairs == 0 { "\n" } else { ",\n" });
        self.pairs += 1;
        for piece in pieces {
            self.text.push_str(piece);
        }
        if let Some(reason) = reason {
            self.text.push_str(",\"reason\":");
            self.text.push_str(reason);
        }
        self.text.push_str(if replicas { ",\"replicas\":true}" } else { "}" });
        if self.text.len() > CHUNK {
            self.spill();
        }
    }

    fn spill(&mut self) {
        self.open = self.open && (self.sink)(&self.text);
        self.text.clear();
    }
}

/// One end of a pair.
#[derive(Clone, Copy)]
enum At<'a> {
    Unit(usize),
    Addresses(&'a AddressSet),
}

/// What the items of one scene have in common.
struct Pairs<'s, 'c> {
    scene: &'s Scene<'c>,
    focus: &'s Focus,
    /// `,"overlay":…`, where there are alternatives.
    overlay: String,
    tails: Vec<Option<Tail>>,
    reasons: HashMap<([u32; 2], FlowId), String>,
}

/// What stands after the names of a pair.
#[derive(Clone, Default)]
struct Tail {
    text: String,
    empty: bool,
    unknown: bool,
}

impl<'s, 'c> Pairs<'s, 'c> {
    fn new(scene: &'s Scene<'c>, focus: &'s Focus) -> Self {
        let overlay = match scene.overlay {
            "" => String::new(),
            name => format!(",\"overlay\":{}", quoted(name)),
        };
        Self { scene, focus, overlay, tails: Vec::new(), reasons: HashMap::new() }
    }

    /// Writes one pair, if the focus asks for anything of it.
    fn item(
        &mut self,
        head: &str,
        to: &str,
        flow: FlowId,
        at: (At<'_>, At<'_>),
        replicas: bool,
        writer: &mut PairWriter<'_>,
    ) {
        self.prepare(flow);
        let is_unknown = match self.tails.get(flow.index()) {
            Some(Some(tail)) if !tail.empty => tail.unknown,
            _ => return,
        };
        let reason = is_unknown.then(|| self.reason(flow, at));
        let Some(Some(tail)) = self.tails.get(flow.index()) else { return };
        writer.item(&[head, to, &tail.text, &self.overlay], reason.as_deref(), replicas);
    }

    /// Writes what comes in at a workload through controllers, if the focus asks for anything of it.
    fn inflow(&self, to: &str, inflow: &Inflow, writer: &mut PairWriter<'_>) {
        let tail = self.tail(&inflow.flow);
        if tail.empty {
            return;
        }
        let reason = inflow.reason.as_ref().filter(|_| tail.unknown).map(|reason| quoted(reason));
        writer.item(&[&head("\"{ingress}\""), to, &tail.text, &self.overlay], reason.as_deref(), false);
    }

    fn prepare(&mut self, flow: FlowId) {
        if self.tails.len() <= flow.index() {
            self.tails.resize(flow.index() + 1, None);
        }
        let known = self.tails.get(flow.index()).is_some_and(Option::is_some);
        let computed = (!known).then(|| self.tail(&self.scene.flow(flow)));
        if let (Some(tail), Some(computed)) = (self.tails.get_mut(flow.index()), computed) {
            *tail = Some(computed);
        }
    }

    fn tail(&self, flow: &Flow) -> Tail {
        let (allow, unknown) =
            (self.focus.connections(&flow.certain), self.focus.connections(&flow.unknown()));
        let mut text = format!(",\"allow\":{}", json(&Connections::from(&allow)));
        if !unknown.is_empty() {
            text.push_str(&format!(",\"unknown\":{}", json(&Connections::from(&unknown))));
        }
        let empty = allow.is_empty() && unknown.is_empty();
        Tail { text, empty, unknown: !unknown.is_empty() }
    }

    /// Why something is unknown between two ends. Pairs whose lists of policies and whose answer are equal have one
    /// reason.
    fn reason(&mut self, flow: FlowId, (from, to): (At<'_>, At<'_>)) -> String {
        let list = |at: At<'_>, direction| match at {
            At::Unit(unit) => self.scene.list_of(unit, direction),
            At::Addresses(_) => u32::MAX,
        };
        let key = ([list(from, Direction::Egress), list(to, Direction::Ingress)], flow);
        if let Some(known) = self.reasons.get(&key) {
            return known.clone();
        }
        let end = |at: At<'_>| match at {
            At::Unit(unit) => self.scene.class_of(unit).map(Endpoint::Class),
            At::Addresses(set) => set.ranges().next().map(|(low, _)| Endpoint::Address(low)),
        };
        let reasons = end(from).zip(end(to)).map(|(from, to)| self.scene.reasons(from, to));
        let reason = quoted(&reasons.and_then(|all| all.into_iter().next()).unwrap_or_default());
        self.reasons.insert(key, reason.clone());
        reason
    }
}

/// An item up to the destination's name; `name` is a JSON string.
fn head(name: &str) -> String {
    format!("{{\"from\":{name},\"to\":")
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn json(connections: &Connections) -> String {
    serde_json::to_string(connections).unwrap_or_default()
}
