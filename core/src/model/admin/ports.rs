//! Ports of cluster-wide policies: `ports` of `v1alpha1` and `protocols` of `v1alpha2`.

use super::AdminPort;
use super::read::{Check, refused};
use super::written::{NumberRange, Port, PortMatch, ProtocolMatch, TransportMatch, WrittenPort};
use crate::model::fault::FaultKind;
use crate::sets::Protocol;

/// Reads one entry; [`AdminPort::Unknown`] where it has no known field or the API server refuses it.
pub(super) fn compile(check: &mut Check<'_>, written: &WrittenPort, field: &str) -> AdminPort {
    let port = match written {
        WrittenPort::Port(port) => check.port(port, field),
        WrittenPort::Protocol(protocol) => check.protocol_match(protocol, field),
    };
    port.unwrap_or(AdminPort::Unknown)
}

impl Check<'_> {
    fn port(&mut self, written: &Port, field: &str) -> Option<AdminPort> {
        match (&written.port_number, &written.named_port, &written.port_range) {
            (Some(port), None, None) => {
                let field = format!("{field}.portNumber");
                let protocol = self.protocol(port.protocol.as_deref(), &field);
                let number = self.number(port.port, &format!("{field}.port"));
                let number = number?;
                Some(AdminPort::Range { protocol: protocol?, first: number, last: number })
            }
            (None, Some(name), None) => Some(AdminPort::Named(name.clone())),
            (None, None, Some(range)) => {
                let field = format!("{field}.portRange");
                let protocol = self.protocol(range.protocol.as_deref(), &field);
                let (first, last) = self.range(range.start, range.end, &field)?;
                Some(AdminPort::Range { protocol: protocol?, first, last })
            }
            (None, None, None) => self.without_field(field, "`portNumber`, `portRange` or `namedPort`"),
            _ => self.with_fields(field),
        }
    }

    fn protocol_match(&mut self, written: &ProtocolMatch, field: &str) -> Option<AdminPort> {
        let ProtocolMatch { tcp, udp, sctp, destination_named_port } = written;
        match (tcp, udp, sctp, destination_named_port) {
            (Some(tcp), None, None, None) => self.transport(Protocol::Tcp, tcp, &format!("{field}.tcp")),
            (None, Some(udp), None, None) => self.transport(Protocol::Udp, udp, &format!("{field}.udp")),
            (None, None, Some(sctp), None) => self.transport(Protocol::Sctp, sctp, &format!("{field}.sctp")),
            (None, None, None, Some(name)) => Some(AdminPort::Named(name.clone())),
            (None, None, None, None) => {
                self.without_field(field, "`tcp`, `udp`, `sctp` or `destinationNamedPort`")
            }
            _ => self.with_fields(field),
        }
    }

    fn transport(&mut self, protocol: Protocol, written: &TransportMatch, field: &str) -> Option<AdminPort> {
        let Some(port) = &written.destination_port else {
            return self.without_field(field, "`destinationPort`");
        };
        let field = format!("{field}.destinationPort");
        let (first, last) = match port {
            PortMatch { number: Some(number), range: None } => {
                let number = self.number(Some(*number), &format!("{field}.number"))?;
                (number, number)
            }
            PortMatch { number: None, range: Some(NumberRange { start, end }) } => {
                self.range(*start, *end, &format!("{field}.range"))?
            }
            PortMatch { number: None, range: None } => {
                return self.without_field(&field, "`number` or `range`");
            }
            PortMatch { .. } => return self.with_fields(&field),
        };
        Some(AdminPort::Range { protocol, first, last })
    }

    /// An entry that has no known field: a fault unless it has an unknown one, which a newer API may know.
    fn without_field(&mut self, field: &str, known: &str) -> Option<AdminPort> {
        if !self.holds_something(field) {
            let help = format!("write {known}");
            self.faults.push(refused(FaultKind::Port, field, "the port is empty", &help));
        }
        None
    }

    fn with_fields(&mut self, field: &str) -> Option<AdminPort> {
        let message = "a port has one field only";
        self.faults.push(refused(FaultKind::Port, field, message, "make an entry of each"));
        None
    }

    fn protocol(&mut self, written: Option<&str>, parent: &str) -> Option<Protocol> {
        let Some(text) = written else { return Some(Protocol::Tcp) };
        if let Ok(protocol) = text.parse() {
            return Some(protocol);
        }
        let upper = text.to_uppercase();
        let known = upper.parse::<Protocol>().is_ok();
        let message = format!("`{text}` is no protocol: it can be `TCP`, `UDP` or `SCTP`");
        let help =
            if known { format!("write `{upper}`, in capitals") } else { "write one of them".to_owned() };
        let fault = refused(FaultKind::Port, format!("{parent}.protocol"), message, &help);
        self.faults.push(fault.replacement(known.then_some(upper)));
        None
    }

    fn number(&mut self, written: Option<i64>, field: &str) -> Option<u16> {
        let help = "write a number from 1 to 65535";
        let Some(written) = written else {
            let name = field.rsplit('.').next().unwrap_or(field);
            self.faults.push(refused(FaultKind::WrongType, field, format!("`{name}` is missing"), help));
            return None;
        };
        let number = u16::try_from(written).ok().filter(|number| *number > 0);
        if number.is_none() {
            let message = format!("port `{written}` is out of range");
            self.faults.push(refused(FaultKind::Port, field, message, help));
        }
        number
    }

    fn range(&mut self, start: Option<i64>, end: Option<i64>, field: &str) -> Option<(u16, u16)> {
        let first = self.number(start, &format!("{field}.start"));
        let last = self.number(end, &format!("{field}.end"));
        let (first, last) = (first?, last?);
        if first < last {
            return Some((first, last));
        }
        let message = format!("the range from {first} to {last} does not go upwards");
        let help = "`start` must be less than `end`: for one port, write its number instead of a range";
        self.faults.push(refused(FaultKind::Port, field, message, help));
        None
    }
}
