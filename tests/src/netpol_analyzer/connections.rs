//! The three ways in which connections are written.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use ringfence::sets::{ConnectionSet, Protocol};
use serde_json::Value;

/// Connections, with the named ports that nothing resolves because the Pods aren't there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// The numbers.
    pub set: ConnectionSet,
    /// The names.
    pub names: BTreeSet<String>,
}

/// Reads the list form: `All Connections`, `No Connections`, `SCTP 1-65535,TCP 80,443-450`, `TCP http`.
///
/// # Errors
/// Where it is something else.
pub fn listed(text: &str) -> Result<Connections> {
    let mut found = Connections::default();
    match text.trim() {
        "All Connections" => found.set = ConnectionSet::all(),
        "No Connections" => {}
        text => {
            let mut protocol = None;
            for piece in text.split(',') {
                let ports = match piece.split_once(' ') {
                    Some((name, ports)) => {
                        protocol = Some(name.parse::<Protocol>()?);
                        ports
                    }
                    None => piece,
                };
                match (range(ports), protocol) {
                    (Some((low, high)), Some(protocol)) => found.set.insert(protocol, low, high),
                    (Some(_), None) => bail!("ports of no protocol: {text}"),
                    (None, _) if ports.is_empty() => bail!("no connections: {text}"),
                    (None, _) => {
                        found.names.insert(ports.to_owned());
                    }
                }
            }
        }
    }
    Ok(found)
}

/// Reads the form of explanations: `TCP:[80,90-100], UDP, SCTP`.
///
/// # Errors
/// Where it is something else.
pub fn explained(text: &str) -> Result<ConnectionSet> {
    let mut set = ConnectionSet::none();
    for piece in text.split(", ") {
        let Some((name, ports)) = piece.split_once(':') else {
            set.insert(piece.parse()?, 1, u16::MAX);
            continue;
        };
        let protocol: Protocol = name.parse()?;
        for ports in ports.trim_start_matches('[').trim_end_matches(']').split(',') {
            let (low, high) = range(ports).with_context(|| format!("no ports: {text}"))?;
            set.insert(protocol, low, high);
        }
    }
    Ok(set)
}

/// Reads the command's form: `"all"`, or `{"TCP": [[80, 80]]}`; nothing where it is missing.
///
/// # Errors
/// Where it is something else.
pub fn ours(value: Option<&Value>) -> Result<ConnectionSet> {
    let protocols = match value {
        None | Some(Value::Null) => return Ok(ConnectionSet::none()),
        Some(Value::String(all)) if all == "all" => return Ok(ConnectionSet::all()),
        Some(Value::Object(protocols)) => protocols,
        Some(other) => bail!("no connections: {other}"),
    };
    let mut set = ConnectionSet::none();
    for (name, ranges) in protocols {
        let protocol: Protocol = name.parse()?;
        for range in ranges.as_array().with_context(|| format!("no ranges: {ranges}"))? {
            let bound = |i: usize| u16::try_from(range.get(i)?.as_u64()?).ok();
            let (Some(low), Some(high)) = (bound(0), bound(1)) else { bail!("no range: {range}") };
            set.insert(protocol, low, high);
        }
    }
    Ok(set)
}

fn range(text: &str) -> Option<(u16, u16)> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    Some((low.parse().ok()?, high.parse().ok()?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    fn some() -> ConnectionSet {
        let mut set = ConnectionSet::of(Protocol::Tcp, 80, 80);
        set.insert(Protocol::Tcp, 90, 100);
        set.insert(Protocol::Udp, 1, u16::MAX);
        set
    }

    #[test]
    fn every_form_is_read() {
        assert_eq!(listed("TCP 80,90-100,UDP 1-65535").unwrap().set, some());
        assert_eq!(explained("TCP:[80,90-100], UDP").unwrap(), some());
        let json = serde_json::json!({"TCP": [[80, 80], [90, 100]], "UDP": [[1, 65535]]});
        assert_eq!(ours(Some(&json)).unwrap(), some());
        assert!(listed("All Connections").unwrap().set.is_all());
        assert!(explained("TCP, UDP, SCTP").unwrap().is_all());
        assert!(ours(Some(&serde_json::json!("all"))).unwrap().is_all());
        assert!(listed("No Connections").unwrap().set.is_empty());
        assert!(ours(None).unwrap().is_empty());
    }

    #[test]
    fn names_are_kept_apart() {
        for (text, name) in [("TCP http", "http"), (" local-port", "local-port")] {
            let found = listed(text).unwrap();
            assert!(found.set.is_empty(), "{text}");
            assert_eq!(found.names, BTreeSet::from([name.to_owned()]));
        }
    }

    #[test]
    fn what_is_no_connection_is_refused() {
        for text in ["", "80", "ICMP 1", "TCP 80,"] {
            assert!(listed(text).is_err(), "{text}");
        }
        assert!(explained("TCP:[x]").is_err());
        assert!(ours(Some(&serde_json::json!({"TCP": [[1]]}))).is_err());
    }
}
