//! One connection: does a direction's half of the policies let it through?

use super::walk::Endpoint;
use super::{Engine, Flow};
use crate::cluster::ClassId;
use crate::model::Direction;
use crate::sets::Protocol;

/// The answer for one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Proven allowed.
    Allowed,
    /// Proven denied.
    Denied,
    /// It hangs on something that the manifests don't show.
    Unknown,
}

impl Flow {
    /// The answer for one of its connections.
    pub fn verdict(&self, protocol: Protocol, port: u16) -> Verdict {
        if self.certain.contains(protocol, port) {
            Verdict::Allowed
        } else if self.possible.contains(protocol, port) {
            Verdict::Unknown
        } else {
            Verdict::Denied
        }
    }
}

impl Engine<'_> {
    /// Whether the policies on `subject` let a connection with `peer` through in `direction`, on a port of the
    /// connection's destination.
    pub fn verdict(
        &self,
        direction: Direction,
        subject: ClassId,
        peer: Endpoint<'_>,
        protocol: Protocol,
        port: u16,
    ) -> Verdict {
        self.walk(direction, Endpoint::Class(subject), peer).flow.verdict(protocol, port)
    }
}
