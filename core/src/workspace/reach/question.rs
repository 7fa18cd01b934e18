//! What the ends of a question stand for: workloads, Pods that don't exist yet, addresses.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{NoSuchWorkload, Pattern, Scene};
use crate::engine::{Endpoint, ForeignPod, PeerId};
use crate::model::NAME_LABEL;
use crate::sets::{AddressSet, Labels, Protocol};

/// Networks that are not on the internet: RFC 1918, RFC 6598, loopback, link-local, multicast and what is reserved.
const NOT_INTERNET: [&str; 16] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/127",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
    "::ffff:0:0/96",
];

/// What is to be said where two known ends come to no explanation at all.
pub const NOTHING_TO_EXPLAIN: &str =
    "there is nothing to explain: a Pod always reaches itself, and no policy is about two addresses";

/// Why a text is no port of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPort {
    /// The protocol isn't one.
    #[error("the protocol is TCP, UDP or SCTP")]
    Protocol,
    /// The number isn't one.
    #[error("the port is a number from 1 to 65535")]
    Number,
}

/// Reads `443`, `53/UDP` or `UDP/53`, in any case; the protocol is TCP unless given.
///
/// # Errors
/// Where the text is none of these.
pub fn read_port(text: &str) -> Result<(Protocol, u16), BadPort> {
    let (number, protocol) = match text.split_once('/') {
        Some((first, second)) if first.parse::<u16>().is_ok() => (first, second),
        Some((first, second)) => (second, first),
        None => (text, "TCP"),
    };
    let protocol = protocol.to_uppercase().parse().map_err(|_| BadPort::Protocol)?;
    match number.parse() {
        Ok(number) if number > 0 => Ok((protocol, number)),
        _ => Err(BadPort::Number),
    }
}

/// One end of a question, as somebody writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndSpec {
    /// Workloads by name.
    Workloads(Pattern),
    /// A Pod with these labels, which need not exist.
    Pod {
        /// Its namespace.
        namespace: String,
        /// Its labels.
        labels: Labels,
    },
    /// Addresses outside the cluster.
    Addresses(AddressSet, String),
    /// Whoever sends in what comes through Ingresses, Gateways, Routes and open Services.
    Ingress,
}

/// Why a text is no end of a question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadEnd(String);

impl std::str::FromStr for EndSpec {
    type Err = BadEnd;

    /// Reads `namespace/name`, `namespace/kind/name`, `namespace/{key=value,…}`, an address, a CIDR, `internet` or `ingress`.
    fn from_str(text: &str) -> Result<Self, BadEnd> {
        if text == "ingress" {
            return Ok(Self::Ingress);
        }
        if text == "internet" {
            let inside: AddressSet =
                NOT_INTERNET.iter().filter_map(|net| net.parse::<IpNet>().ok()).collect();
            return Ok(Self::Addresses(inside.complement(), text.to_owned()));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Addresses(AddressSet::from(address), text.to_owned()));
        }
        if let Ok(net) = text.parse::<IpNet>() {
            return Ok(Self::Addresses(AddressSet::from(net), text.to_owned()));
        }
        let Some((namespace, labels)) = text.strip_suffix('}').and_then(|rest| rest.split_once("/{")) else {
            return match text.contains(['{', '}', ' ']) || text.is_empty() {
                true => Err(BadEnd(format!(
                    "`{text}` is neither a workload (NAMESPACE/NAME), nor a Pod by its labels (NAMESPACE/{{app=web}}), \
                     nor an address"
                ))),
                false => Ok(Self::Workloads(Pattern::new(text))),
            };
        };
        let mut parsed = Labels::default();
        for pair in labels.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(BadEnd(format!("`{pair}` in `{text}` is no label: write `key=value`")));
            };
            parsed.insert(key.trim(), value.trim());
        }
        Ok(Self::Pod { namespace: namespace.to_owned(), labels: parsed })
    }
}

/// An end with its name, in one cluster.
#[derive(Clone, Debug)]
pub(crate) struct NamedEnd {
    /// `namespace/name[Kind]`, or the text of the question.
    pub(crate) name: String,
    /// What it is to the engine.
    pub(crate) what: What,
}

/// What an end is to the engine.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// A unit, by its position.
    Unit(usize),
    /// A Pod that no manifest shows.
    Pod(ForeignPod),
    /// Addresses that no policy tells apart: one of them stands for all.
    Address(IpAddr),
}

impl Scene<'_> {
    /// What an end stands for here.
    ///
    /// # Errors
    /// Where no workload has that name.
    pub(crate) fn resolve(&self, end: &EndSpec) -> Result<Vec<NamedEnd>, NoSuchWorkload> {
        match end {
            EndSpec::Workloads(pattern) => {
                let units = self.units.all.iter().enumerate();
                let found: Vec<_> = units
                    .filter(|(_, unit)| pattern.matches(self.namespace_of(unit), unit))
                    .map(|(id, unit)| NamedEnd { name: unit.name.clone(), what: What::Unit(id) })
                    .collect();
                if found.is_empty() {
                    return Err(pattern.not_found(self.units, &|unit| self.namespace_of(unit).to_owned()));
                }
                Ok(found)
            }
            EndSpec::Pod { namespace, labels } => Ok(vec![NamedEnd {
                name: format!("{namespace}/{{{}}}", self.label_list(labels)),
                what: What::Pod(self.pod(namespace, labels.clone())),
            }]),
            EndSpec::Addresses(set, text) => Ok(self.addresses(set, text)),
            EndSpec::Ingress => Ok(Vec::new()),
        }
    }

    fn label_list(&self, labels: &Labels) -> String {
        let pairs: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        pairs.join(",")
    }

    /// A Pod that no manifest shows, in a namespace that may not be there either.
    pub(crate) fn pod(&self, namespace: &str, labels: Labels) -> ForeignPod {
        let cluster = self.cluster();
        let found = cluster.find_namespace(namespace).and_then(|id| cluster.namespace(id));
        let namespace_labels = found.map_or_else(
            || {
                let mut labels = Labels::default();
                labels.insert(NAME_LABEL, namespace);
                labels
            },
            |info| info.labels.clone(),
        );
        ForeignPod {
            namespace: namespace.to_owned(),
            namespace_labels,
            labels,
            ports: Vec::new(),
            ..ForeignPod::default()
        }
    }

    /// The parts of a set of addresses that policies tell apart.
    fn addresses(&self, set: &AddressSet, text: &str) -> Vec<NamedEnd> {
        let reach = self.engine.reach();
        let atoms: Vec<(PeerId, AddressSet)> = reach
            .atoms()
            .map(|(id, atom)| (id, atom.intersect(set)))
            .filter(|(_, part)| !part.is_empty())
            .collect();
        let alone = atoms.len() == 1;
        let named = atoms.into_iter().filter_map(|(_, part)| {
            let (first, _) = part.ranges().next()?;
            let name = if alone { text.to_owned() } else { part_name(text, set, &part) };
            Some(NamedEnd { name, what: What::Address(first) })
        });
        named.collect()
    }

    /// An end as the engine takes it.
    pub(crate) fn endpoint<'e>(&self, end: &'e NamedEnd) -> Option<Endpoint<'e>> {
        match &end.what {
            What::Unit(id) => self.class_of(*id).map(Endpoint::Class),
            What::Pod(pod) => Some(Endpoint::Pod(pod)),
            What::Address(first) => Some(Endpoint::Address(*first)),
        }
    }
}

/// The name of a part of the addresses that a text stands for.
fn part_name(text: &str, whole: &AddressSet, part: &AddressSet) -> String {
    for (family, name) in [(AddressSet::all_ipv4(), "IPv4"), (AddressSet::all_ipv6(), "IPv6")] {
        if whole.intersect(&family) == *part {
            return format!("{text} ({name})");
        }
    }
    let cidrs: Vec<String> = part.to_cidrs().iter().map(ToString::to_string).collect();
    let (shown, more) = match cidrs.as_slice() {
        few if few.len() <= 3 => (few, ""),
        several => (several.get(..2).unwrap_or_default(), ", …"),
    };
    format!("{text} ({}{more})", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_read_in_every_form() {
        assert_eq!("shop/web".parse(), Ok(EndSpec::Workloads(Pattern::new("shop/web"))));
        let labels = Labels::from_iter([("app", "web"), ("tier", "fe")]);
        let pod = EndSpec::Pod { namespace: "shop".to_owned(), labels };
        assert_eq!("shop/{app=web, tier=fe}".parse(), Ok(pod));
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let addresses = EndSpec::Addresses(AddressSet::from(address), "192.0.2.1".to_owned());
        assert_eq!("192.0.2.1".parse(), Ok(addresses));
        let Ok(EndSpec::Addresses(internet, _)) = "internet".parse() else { panic!("internet is addresses") };
        assert!(
            internet.contains("1.1.1.1".parse().unwrap()) && !internet.contains("10.0.0.1".parse().unwrap())
        );
        for bad in ["", "shop/{app}", "a b", "shop/{app=web"] {
            assert!(bad.parse::<EndSpec>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ports_are_read_in_both_orders() {
        for text in ["53/UDP", "udp/53"] {
            assert_eq!(read_port(text), Ok((Protocol::Udp, 53)), "{text}");
        }
        assert_eq!(read_port("443"), Ok((Protocol::Tcp, 443)));
        assert_eq!(read_port("53/ICMP"), Err(BadPort::Protocol));
        for text in ["0", "65536", "http", "", "TCP/http"] {
            assert_eq!(read_port(text), Err(BadPort::Number), "{text}");
        }
    }

    #[test]
    fn ends_are_found_under_their_names() {
        use super::super::testing::{pod, policy, with_scene};
        let spec = "  podSelector: {}
  ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}, {ipBlock: {cidr: 10.0.0.0/8}}]}]
";
        let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: x, labels: {team: t}}}\n";
        let text = [namespace.to_owned(), pod("x/a"), pod("x/b"), pod("z/a"), policy("x/p", spec)].concat();
        with_scene(&text, |scene| {
            let names = |end: &str| match scene.resolve(&end.parse().unwrap()) {
                Ok(ends) => ends.into_iter().map(|end| end.name).collect::<Vec<_>>(),
                Err(lost) => vec![lost.to_string()],
            };
            for (end, expected) in [
                ("a", &["x/a[Pod]", "z/a[Pod]"][..]),
                ("x/*", &["x/a[Pod]", "x/b[Pod]"]),
                ("x/{app=q}", &["x/{app=q}"]),
                ("192.0.2.9", &["192.0.2.9"]),
                ("192.0.2.128/25", &["192.0.2.128/25"]),
                // What policies tell apart are so many ends; private networks are not on the internet.
                (
                    "internet",
                    &["internet (1.0.0.0/8, 2.0.0.0/7, …)", "internet (IPv6)", "internet (192.0.2.0/24)"],
                ),
                ("192.0.2.0/23", &["192.0.2.0/23 (192.0.3.0/24)", "192.0.2.0/23 (192.0.2.0/24)"]),
                ("x/c", &["there is no workload `x/c`; did you mean `x/a`?"]),
            ] {
                assert_eq!(names(end), expected, "{end}");
            }
            let known = scene.pod("x", Labels::default());
            assert_eq!(known.namespace_labels.get("team"), Some("t"));
            let fresh = scene.pod("new", Labels::default());
            assert_eq!(fresh.namespace_labels.get(NAME_LABEL), Some("new"));
        });
    }
}
