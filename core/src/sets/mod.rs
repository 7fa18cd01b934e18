//! The algebra under the analysis: ports, addresses, label selectors and sets of ids.
//!
//! Everything here is exact and pure. A value has one form only, so that equal sets compare and hash equal and can be
//! interned; no operation depends on hash order.

mod addresses;
mod cidr;
mod cover;
mod ids;
mod intervals;
mod label_syntax;
mod labels;
mod pool;
mod ports;
mod values;

/// A hash map for keys of our own making or of the user's own manifests, with a hasher that is fast and not meant to
/// withstand keys that somebody chose to collide.
pub type FastMap<K, V> = std::collections::HashMap<K, V, rustc_hash::FxBuildHasher>;

pub use addresses::{AddressSet, split_atoms};
pub use cidr::{Cidr, CidrError, parse_cidr};
pub use cover::{Cover, cover, cover_within, disjoint, implies, satisfiable, witness};
pub use ids::IdSet;
pub use intervals::{Intervals, Point};
pub use label_syntax::{
    KeyError, NameFault, RequirementError, ValueError, validate_key, validate_requirement, validate_value,
};
pub use labels::{LabelSelector, Labels, Operator, Requirement, UnknownOperator};
pub use pool::Pool;
pub use ports::{ConnectionSet, PortSet, Protocol, UnknownProtocol};
pub use values::ValueSet;
