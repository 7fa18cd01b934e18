//! Ringfence: exact analysis of Kubernetes network isolation.
//!
//! The crate takes bytes and gives plain data. It does no input or output, reads no clock and no environment, and
//! starts no thread, so that it behaves the same natively and as WebAssembly.

pub mod sets;
pub mod text;
