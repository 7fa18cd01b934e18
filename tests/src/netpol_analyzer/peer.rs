//! The ends of a connection.

use std::fmt;
use std::net::Ipv4Addr;

use anyhow::{Context, Result};
use ringfence::sets::ConnectionSet;

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// IPv4 addresses outside the cluster, both ends included.
    Outside(u32, u32),
    /// A workload, as `namespace/name[Kind]`.
    Workload(String),
    /// Any client outside, through an Ingress or a Route.
    Clients,
}

/// Connections of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The client.
    pub from: Peer,
    /// The server.
    pub to: Peer,
    /// What is proven allowed.
    pub allow: ConnectionSet,
    /// What is not known; always empty on the recorded side.
    pub unknown: ConnectionSet,
}

impl Peer {
    /// Reads a peer of the recorded side: `ns/name[Kind]`, `a-b[External]`, `{ingress-controller}`.
    ///
    /// # Errors
    /// Where it is none of them.
    pub fn recorded(text: &str) -> Result<Self> {
        let text = text.trim();
        if text == "{ingress-controller}" {
            return Ok(Self::Clients);
        }
        if let Some(range) = text.strip_suffix("[External]") {
            let (low, high) = range.split_once('-').unwrap_or((range, range));
            return Ok(Self::Outside(number(low)?, number(high)?));
        }
        workload(text)
    }

    /// Reads a peer of the command: `ns/name[Kind]`, a CIDR, `{ingress}`; none for IPv6.
    ///
    /// # Errors
    /// Where it is none of them.
    pub fn ours(text: &str) -> Result<Option<Self>> {
        if text == "{ingress}" {
            return Ok(Some(Self::Clients));
        }
        if text.ends_with(']') {
            return workload(text).map(Some);
        }
        let (address, length) = text.split_once('/').unwrap_or((text, "32"));
        if address.contains(':') {
            return Ok(None);
        }
        let length: u32 = length.parse().with_context(|| format!("no peer: {text}"))?;
        let hosts = u32::MAX.checked_shr(length).unwrap_or(0);
        let low = number(address)? & !hosts;
        Ok(Some(Self::Outside(low, low | hosts)))
    }

    /// Namespace and name of a workload.
    pub fn namespace_and_name(&self) -> Option<(&str, &str)> {
        let Self::Workload(text) = self else { return None };
        text.split_once('[')?.0.split_once('/')
    }

    /// Namespace, name and kind of a workload.
    pub fn parts(&self) -> Option<(&str, &str, &str)> {
        let Self::Workload(text) = self else { return None };
        let (namespace, name) = self.namespace_and_name()?;
        Some((namespace, name, text.split_once('[')?.1.trim_end_matches(']')))
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside(low, high) => {
                write!(f, "{}-{}", Ipv4Addr::from_bits(*low), Ipv4Addr::from_bits(*high))
            }
            Self::Workload(text) => f.write_str(text),
            Self::Clients => f.write_str("{ingress}"),
        }
    }
}

fn workload(text: &str) -> Result<Peer> {
    let peer = Peer::Workload(text.to_owned());
    peer.parts().with_context(|| format!("no peer: {text}"))?;
    Ok(peer)
}

fn number(address: &str) -> Result<u32> {
    let address: Ipv4Addr = address.parse().with_context(|| format!("no IPv4 address: {address}"))?;
    Ok(address.to_bits())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn both_sides_say_the_same() {
        for (theirs, ours) in [
            ("{ingress-controller}", "{ingress}"),
            ("a/b-1[ReplicaSet]", "a/b-1[ReplicaSet]"),
            ("0.0.0.0-255.255.255.255[External]", "0.0.0.0/0"),
            ("10.0.0.0-10.255.255.255[External]", "10.0.0.0/8"),
            ("1.2.3.4-1.2.3.4[External]", "1.2.3.4/32"),
            ("1.2.3.4[External]", "1.2.3.4"),
        ] {
            assert_eq!(Some(Peer::recorded(theirs).unwrap()), Peer::ours(ours).unwrap(), "{theirs}");
        }
        assert_eq!(Peer::ours("2001:db8::/32").unwrap(), None);
    }

    #[test]
    fn what_is_no_peer_is_refused() {
        for text in ["", "x", "a[Pod]", "1.2.3[External]"] {
            assert!(Peer::recorded(text).is_err(), "{text}");
        }
        for text in ["", "x", "10.0.0.0/x", "a[Pod]"] {
            assert!(Peer::ours(text).is_err(), "{text}");
        }
    }
}
