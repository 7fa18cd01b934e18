//! Sets of connections in JSON.

use serde::Serialize;

use crate::sets::{ConnectionSet, PortSet, Protocol};

/// `"all"`, or the ports of each protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Connections {
    /// Every port of every protocol.
    Every(Every),
    /// The ports of each protocol.
    Ports(Ports),
}

/// The word for everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Every {
    /// `"all"`.
    #[serde(rename = "all")]
    All,
}

/// Ranges of ports, first and last, merged and ascending. A protocol that is absent has no port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
#[serde(rename_all = "UPPERCASE")]
pub struct Ports {
    /// Ports of TCP.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tcp: Vec<(u16, u16)>,
    /// Ports of UDP.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub udp: Vec<(u16, u16)>,
    /// Ports of SCTP.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sctp: Vec<(u16, u16)>,
}

impl From<&ConnectionSet> for Connections {
    fn from(set: &ConnectionSet) -> Self {
        if set.is_all() {
            return Self::Every(Every::All);
        }
        let ranges = |protocol| PortSet::ranges(set.ports(protocol)).collect();
        Self::Ports(Ports {
            tcp: ranges(Protocol::Tcp),
            udp: ranges(Protocol::Udp),
            sctp: ranges(Protocol::Sctp),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(set: &ConnectionSet) -> String {
        serde_json::to_string(&Connections::from(set)).unwrap()
    }

    #[test]
    fn connections_are_short() {
        assert_eq!(json(&ConnectionSet::all()), r#""all""#);
        assert_eq!(json(&ConnectionSet::none()), "{}");
        let mut set = ConnectionSet::of(Protocol::Udp, 53, 53);
        set.insert(Protocol::Tcp, 8000, 8099);
        set.insert(Protocol::Tcp, 80, 80);
        assert_eq!(json(&set), r#"{"TCP":[[80,80],[8000,8099]],"UDP":[[53,53]]}"#);
    }
}
