//! Ringfence: exact analysis of Kubernetes network isolation.
//!
//! The crate takes bytes and gives plain data. It does no input or output, reads no clock and no environment, and
//! starts no thread, so that it behaves the same natively and as WebAssembly.
//!
//! Start at [`Workspace`].

pub mod cluster;
pub mod config;
pub mod diagnostics;
pub mod embed;
pub mod engine;
pub mod ide;
pub mod model;
pub mod report;
pub mod rules;
pub mod sets;
pub mod text;
pub mod wire;
pub mod workspace;
pub mod yaml;

pub use workspace::Workspace;
