//! NetworkPolicy v1: the typed object becomes rules with parsed selectors, blocks and ports, validated as the API
//! server validates it.
//!
//! Source: the types and the validation of `networking.k8s.io/v1`. A policy with a fault is never dropped: it stays
//! in the model as refused, and whatever depends on it is unknown.

use std::net::IpAddr;

use ipnet::IpNet;
use k8s_openapi::api::networking::v1 as api;
use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::fault::{Fault, FaultKind};
use super::selector;
use crate::sets::{AddressSet, ConnectionSet, LabelSelector, Protocol, parse_cidr};

/// The two directions that a policy can isolate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Connections to the selected Pods.
    Ingress,
    /// Connections from the selected Pods.
    Egress,
}

impl Direction {
    /// Both, in the API's order.
    pub const BOTH: [Self; 2] = [Self::Ingress, Self::Egress];

    /// The value in `policyTypes`: `Ingress` or `Egress`.
    pub fn policy_type(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    /// The field of the spec, and the word in messages: `ingress` or `egress`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    /// The field of a rule that lists its peers: `from` or `to`.
    pub fn peers_field(self) -> &'static str {
        match self {
            Self::Ingress => "from",
            Self::Egress => "to",
        }
    }

    /// The other one.
    pub fn opposite(self) -> Self {
        match self {
            Self::Ingress => Self::Egress,
            Self::Egress => Self::Ingress,
        }
    }
}

/// A NetworkPolicy.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkPolicy {
    /// Which Pods of the policy's namespace it applies to; none where the selector is invalid.
    pub pod_selector: Option<LabelSelector>,
    /// The ingress half.
    pub ingress: Half,
    /// The egress half.
    pub egress: Half,
    /// Whether `policyTypes` is written at all.
    pub types_written: bool,
    /// Whether the API server refuses it: its effect is unknown.
    pub refused: bool,
}

impl NetworkPolicy {
    /// A policy that can't be read: it may select every Pod of its namespace, in both directions.
    pub(super) fn unreadable() -> Self {
        let nothing = Half { effective: false, rules: Vec::new() };
        Self {
            pod_selector: None,
            ingress: nothing.clone(),
            egress: nothing,
            types_written: false,
            refused: true,
        }
    }

    /// The half for one direction.
    pub fn half(&self, direction: Direction) -> &Half {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }

    /// Whether it isolates the Pods that it selects in this direction.
    pub fn affects(&self, direction: Direction) -> bool {
        self.half(direction).effective
    }
}

/// What a policy says of one direction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Half {
    /// Whether the policy isolates in this direction, after defaulting of `policyTypes`.
    pub effective: bool,
    /// The rules as written, also where they have no effect.
    pub rules: Vec<Rule>,
}

/// One rule: any of the peers on any of the ports.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Who; none means everybody, as an empty or missing list does.
    pub peers: Option<Vec<Peer>>,
    /// Where; none means every port of every protocol, as an empty or missing list does.
    pub ports: Option<Vec<Port>>,
}

impl Rule {
    /// Whether every peer and port of it is one that the API server takes.
    pub fn is_sound(&self) -> bool {
        self.peers.iter().flatten().all(|peer| *peer != Peer::Invalid)
            && self.ports.iter().flatten().all(|port| *port != Port::Invalid)
    }

    /// The port numbers that it names; every port where it names none. Named ports differ from Pod to Pod, so they are
    /// left out.
    pub fn numbers(&self) -> ConnectionSet {
        let Some(ports) = &self.ports else { return ConnectionSet::all() };
        let mut numbers = ConnectionSet::none();
        for port in ports {
            if let Port::Range { protocol, first, last } = port {
                numbers.insert(*protocol, *first, *last);
            }
        }
        numbers
    }

    /// Whether it lets everybody in (or out) on every port.
    pub fn allows_everything(&self) -> bool {
        self.peers.is_none() && self.ports.is_none()
    }
}

/// One peer of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Peer {
    /// Pods by label, here or in other namespaces.
    Pods {
        /// Which namespaces; none means the policy's own.
        namespaces: Option<LabelSelector>,
        /// Which Pods there; none means all.
        pods: Option<LabelSelector>,
    },
    /// Addresses.
    Block(IpBlock),
    /// A peer that the API server refuses.
    Invalid,
}

/// A range of addresses with holes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IpBlock {
    /// The range.
    pub cidr: IpNet,
    /// The holes, each inside the range.
    pub except: Vec<IpNet>,
    /// Whether the written address has bits beyond its prefix.
    pub host_bits: bool,
}

impl IpBlock {
    /// Whether an address is in the range and in none of the holes.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.cidr.contains(&address) && !self.except.iter().any(|hole| hole.contains(&address))
    }

    /// The range without the holes.
    pub fn addresses(&self) -> AddressSet {
        let holes =
            self.except.iter().fold(AddressSet::empty(), |sum, hole| sum.union(&AddressSet::from(*hole)));
        AddressSet::from(self.cidr).subtract(&holes)
    }
}

/// One port of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// Numbers, both ends included; 1–65535 where no port is written.
    Range {
        /// The protocol, TCP by default.
        protocol: Protocol,
        /// The first port.
        first: u16,
        /// The last port.
        last: u16,
    },
    /// A container port's name, resolved at each destination Pod.
    Named {
        /// The protocol, TCP by default.
        protocol: Protocol,
        /// The name.
        name: String,
    },
    /// A port that the API server refuses.
    Invalid,
}

/// Reads and validates the spec of a NetworkPolicy; `api_version` decides whether it is served at all.
pub(super) fn compile(spec: &api::NetworkPolicySpec, removed: bool) -> (NetworkPolicy, Vec<Fault>) {
    let mut faults = Vec::new();
    let pod_selector = match &spec.pod_selector {
        Some(selector) => selector::compile(selector, "spec.podSelector", &mut faults),
        None => Some(LabelSelector::everything()),
    };
    let types = spec.policy_types.as_deref().unwrap_or_default();
    policy_types(types, &mut faults);
    let ingress_rules = spec.ingress.as_deref().unwrap_or_default();
    let egress_rules = spec.egress.as_deref().unwrap_or_default();
    let names = |direction: Direction| types.iter().any(|t| t == direction.policy_type());
    let ingress = Half {
        effective: types.is_empty() || names(Direction::Ingress),
        rules: rules(Direction::Ingress, ingress_rules.iter().map(|r| (&r.from, &r.ports)), &mut faults),
    };
    let egress = Half {
        effective: if types.is_empty() { !egress_rules.is_empty() } else { names(Direction::Egress) },
        rules: rules(Direction::Egress, egress_rules.iter().map(|r| (&r.to, &r.ports)), &mut faults),
    };
    let refused = removed || faults.iter().any(|fault| fault.refused);
    (NetworkPolicy { pod_selector, ingress, egress, types_written: !types.is_empty(), refused }, faults)
}

fn policy_types(types: &[String], faults: &mut Vec<Fault>) {
    for (i, written) in types.iter().enumerate() {
        let field = format!("spec.policyTypes[{i}]");
        if Direction::BOTH.iter().any(|d| d.policy_type() == written) {
            if types.iter().take(i).any(|earlier| earlier == written) {
                let message = format!("`{written}` stands twice in `policyTypes`");
                faults.push(
                    Fault::tolerated(FaultKind::PolicyType, field, message).help("remove the second one"),
                );
            }
            continue;
        }
        let near = Direction::BOTH.iter().map(|d| d.policy_type()).find(|known| near(known, written));
        let message = format!("`{written}` is no policy type: it can be `Ingress` or `Egress`");
        faults.push(
            Fault::refused(FaultKind::PolicyType, field, message)
                .help(near.map_or_else(
                    || "the API server refuses the policy: write `Ingress`, `Egress` or both".to_owned(),
                    |near| format!("the API server refuses the policy: write `{near}`"),
                ))
                .replacement(near),
        );
    }
}

/// Whether a person who wrote `written` plausibly meant `known`.
fn near(known: &str, written: &str) -> bool {
    let (known, written) = (known.to_lowercase(), written.to_lowercase());
    written.len() >= 2 && (known.starts_with(&written) || written.starts_with(&known))
}

type WrittenRule<'a> = (&'a Option<Vec<api::NetworkPolicyPeer>>, &'a Option<Vec<api::NetworkPolicyPort>>);

fn rules<'a>(
    direction: Direction,
    written: impl Iterator<Item = WrittenRule<'a>>,
    faults: &mut Vec<Fault>,
) -> Vec<Rule> {
    let compile = |(i, (peers, ports)): (usize, WrittenRule<'a>)| {
        let field = format!("spec.{}[{i}]", direction.name());
        let peers = peers.as_ref().filter(|list| !list.is_empty()).map(|list| {
            let path = |j| format!("{field}.{}[{j}]", direction.peers_field());
            list.iter().enumerate().map(|(j, written)| peer(written, &path(j), faults)).collect()
        });
        let ports = ports.as_ref().filter(|list| !list.is_empty()).map(|list| {
            let path = |j| format!("{field}.ports[{j}]");
            list.iter().enumerate().map(|(j, written)| port(written, &path(j), faults)).collect()
        });
        Rule { peers, ports }
    };
    written.enumerate().map(compile).collect()
}

fn peer(written: &api::NetworkPolicyPeer, field: &str, faults: &mut Vec<Fault>) -> Peer {
    let mut select = |selector: &Option<meta::LabelSelector>, name: &str| match selector {
        Some(selector) => selector::compile(selector, &format!("{field}.{name}"), faults).map(Some),
        None => Some(None),
    };
    let namespaces = select(&written.namespace_selector, "namespaceSelector");
    let pods = select(&written.pod_selector, "podSelector");
    let selects = written.namespace_selector.is_some() || written.pod_selector.is_some();
    match &written.ip_block {
        Some(_) if selects => {
            let message = "a peer is either an `ipBlock` or selectors, not both";
            let help = "the API server refuses the policy: make two peers of it";
            faults.push(Fault::refused(FaultKind::Peer, field, message).help(help));
            Peer::Invalid
        }
        Some(block) => {
            ip_block(block, &format!("{field}.ipBlock"), faults).map_or(Peer::Invalid, Peer::Block)
        }
        None if !selects => {
            let message = "the peer is empty: it names no Pods, no namespaces and no addresses";
            let help = "the API server refuses the policy: write `podSelector: {}` for every Pod of this namespace, \
                        or remove the whole list for everybody";
            faults.push(Fault::refused(FaultKind::Peer, field, message).help(help));
            Peer::Invalid
        }
        None => match (namespaces, pods) {
            (Some(namespaces), Some(pods)) => Peer::Pods { namespaces, pods },
            _ => Peer::Invalid,
        },
    }
}

fn ip_block(written: &api::IPBlock, field: &str, faults: &mut Vec<Fault>) -> Option<IpBlock> {
    let mut parse = |text: &str, field: String| match parse_cidr(text) {
        Ok(cidr) => Some(cidr),
        Err(error) => {
            let message = format!("`{text}` is no CIDR: {error}");
            let help = "the API server refuses the policy";
            faults.push(Fault::refused(FaultKind::Cidr, field, message).help(help));
            None
        }
    };
    let cidr = parse(&written.cidr, format!("{field}.cidr"));
    let holes = written.except.as_deref().unwrap_or_default();
    let parsed: Vec<_> =
        holes.iter().enumerate().map(|(i, hole)| parse(hole, format!("{field}.except[{i}]"))).collect();
    let cidr = cidr?;
    let mut complete = true;
    let mut except = Vec::with_capacity(holes.len());
    for (i, (hole, written_hole)) in parsed.into_iter().zip(holes).enumerate() {
        match hole {
            Some(hole) if is_strictly_inside(&hole.net, &cidr.net) => except.push(hole.net),
            Some(_) => {
                let message = format!("`except` `{written_hole}` does not lie inside `{}`", written.cidr);
                let help =
                    "the API server refuses the policy: an exception must be a smaller range inside `cidr`";
                faults.push(
                    Fault::refused(FaultKind::Cidr, format!("{field}.except[{i}]"), message).help(help),
                );
                complete = false;
            }
            None => complete = false,
        }
    }
    complete.then_some(IpBlock { cidr: cidr.net, except, host_bits: cidr.host_bits })
}

fn is_strictly_inside(hole: &IpNet, cidr: &IpNet) -> bool {
    cidr.contains(hole) && hole.prefix_len() > cidr.prefix_len()
}

fn port(written: &api::NetworkPolicyPort, field: &str, faults: &mut Vec<Fault>) -> Port {
    let protocol = match written.protocol.as_deref() {
        None => Some(Protocol::Tcp),
        Some(text) => text.parse().ok().or_else(|| {
            let upper = text.to_uppercase();
            let known = upper.parse::<Protocol>().is_ok();
            let message =
                format!("`{text}` is no protocol of a NetworkPolicy: it can be `TCP`, `UDP` or `SCTP`");
            let help = if known {
                format!("the API server refuses the policy: write `{upper}`, in capitals")
            } else {
                "the API server refuses the policy; other protocols, such as ICMP, can't be named".to_owned()
            };
            faults.push(
                Fault::refused(FaultKind::Port, format!("{field}.protocol"), message)
                    .help(help)
                    .replacement(known.then_some(upper)),
            );
            None
        }),
    };
    let first = match &written.port {
        None => Ok((1, u16::MAX)),
        Some(IntOrString::Int(number)) => number_port(*number).map(|n| (n, n)).ok_or(None),
        Some(IntOrString::String(name)) => Err(Some(name)),
    };
    if let Some(Err(fault)) = written.port.as_ref().map(|port| check_port(port, field)) {
        faults.push(fault);
        return Port::Invalid;
    }
    if let Some(end) = written.end_port
        && let Err(fault) = check_end_port(written, end, field)
    {
        faults.push(fault);
        return Port::Invalid;
    }
    match (protocol, first) {
        (Some(protocol), Ok((first, last))) => {
            let last = written.end_port.and_then(number_port).unwrap_or(last);
            Port::Range { protocol, first, last }
        }
        (Some(protocol), Err(Some(name))) => Port::Named { protocol, name: name.clone() },
        _ => Port::Invalid,
    }
}

fn number_port(number: i32) -> Option<u16> {
    u16::try_from(number).ok().filter(|port| *port > 0)
}

fn check_port(port: &IntOrString, field: &str) -> Result<(), Fault> {
    let path = format!("{field}.port");
    match port {
        IntOrString::Int(number) if number_port(*number).is_none() => {
            let message = format!("port `{number}` is out of range: ports go from 1 to 65535");
            Err(Fault::refused(FaultKind::Port, path, message).help("the API server refuses the policy"))
        }
        IntOrString::String(name) if name.parse::<i64>().is_ok() => {
            let message = format!("port `\"{name}\"` is a string of digits, which is no port name");
            let number = name.parse::<i32>().ok().and_then(number_port).map(|n| n.to_string());
            Err(Fault::refused(FaultKind::Port, path, message)
                .help("the API server refuses the policy: write the number without quotes")
                .replacement(number))
        }
        IntOrString::String(name) => port_name_error(name).map_or(Ok(()), |why| {
            let message = format!("`{name}` is no port name: {why}");
            Err(Fault::refused(FaultKind::Port, path, message).help(
                "the API server refuses the policy: use a container port's `name` or a number from 1 to 65535",
            ))
        }),
        IntOrString::Int(_) => Ok(()),
    }
}

/// Why a name can't be a port name (RFC 6335, section 5.1, as the API server applies it).
fn port_name_error(name: &str) -> Option<&'static str> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if name.is_empty() {
        Some("it is empty")
    } else if name.len() > 15 {
        Some("it has more than 15 characters")
    } else if !name.bytes().all(allowed) {
        Some("only lowercase letters, digits and `-` are allowed")
    } else if !name.bytes().any(|b| b.is_ascii_lowercase()) {
        Some("it needs at least one letter")
    } else if name.starts_with('-') || name.ends_with('-') || name.contains("--") {
        Some("`-` can stand only single and between other characters")
    } else {
        None
    }
}

fn check_end_port(written: &api::NetworkPolicyPort, end: i32, field: &str) -> Result<(), Fault> {
    let refuse = |message: String, help: &str| {
        Err(Fault::refused(FaultKind::EndPort, format!("{field}.endPort"), message)
            .help(format!("the API server refuses the policy: {help}")))
    };
    match &written.port {
        None => refuse("`endPort` without `port`".to_owned(), "write the first port of the range as `port`"),
        Some(IntOrString::String(name)) => refuse(
            format!("`endPort` with the named port `{name}`"),
            "a range needs numbers at both ends, or remove `endPort`",
        ),
        Some(IntOrString::Int(first)) if end < *first => refuse(
            format!("`endPort` {end} is smaller than `port` {first}"),
            "the range must go upwards: swap the two numbers or correct one",
        ),
        Some(IntOrString::Int(_)) if number_port(end).is_none() => {
            refuse(format!("`endPort` {end} is out of range"), "ports go from 1 to 65535")
        }
        Some(IntOrString::Int(_)) => Ok(()),
    }
}
