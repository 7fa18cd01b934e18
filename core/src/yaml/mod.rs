//! The YAML and JSON front end: text in, trees with byte ranges out.
//!
//! A file is first cut into documents ([`documents`]), so that a broken one never affects its neighbours. A cheap look
//! ([`peek`]) tells the kind of most documents without parsing them; what is worth reading is parsed into a
//! [`Document`]: a [`Tree`] plus [`Problem`]s. Parsing never fails. Values mean what Kubernetes takes them to mean, see
//! [`Scalar`]. One tree serves the typed objects ([`from_node`]), field paths ([`Node::at`]) and byte edits ([`edit`]).

mod block;
mod build;
mod comments;
mod de;
mod document;
pub mod edit;
mod events;
mod flow;
mod input;
mod offsets;
mod path;
mod peek;
mod problem;
mod scalar;
mod split;
mod tree;

pub use comments::{Comment, comments};
pub use de::{Skip, TypeError, UnknownField, from_node};
pub use document::{Document, Limits, invalid_utf8, parse};
pub use edit::TextEdit;
pub use path::{push_index, push_key};
pub use peek::{Peek, peek};
pub use problem::{Problem, ProblemKind};
pub use scalar::Scalar;
pub use split::documents;
pub use tree::{Entries, Entry, Items, Node, NodeId, NodeKind, Style, Tree};

#[cfg(test)]
mod tests;
