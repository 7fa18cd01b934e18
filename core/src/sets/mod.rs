//! The algebra under the analysis: ports, addresses, label selectors and sets of ids.
//!
//! Everything here is exact and pure. A value has one form only, so that equal sets compare and hash equal and can be
//! interned; no operation depends on hash order.

mod addresses;
mod cidr;
mod intervals;
mod ports;

pub use addresses::{AddressSet, split_atoms};
pub use cidr::{Cidr, CidrError, parse_cidr};
pub use intervals::{Intervals, Point};
pub use ports::{ConnectionSet, PortSet, Protocol, UnknownProtocol};
