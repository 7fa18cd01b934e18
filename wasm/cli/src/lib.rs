//! The `ringfence` command for Node: the library of the native command over functions that JavaScript hands over.
//!
//! Only what Node calls differently is here; what the command does, what git leaves out and what errors are called
//! comes from the native side, so that both print the same bytes.

mod disk;
mod host;
mod machine;
mod snapshot;
mod trouble;

use std::ffi::OsString;

use wasm_bindgen::prelude::*;

pub use machine::Machine;

/// What is asked of the memory at once, in bytes. It grows in steps of 64 KiB otherwise, and each makes Node collect
/// garbage; what is never used costs nothing.
const RESERVE: usize = 256 * 1024 * 1024;

/// Runs the command with these arguments and gives the status of its process.
#[wasm_bindgen]
pub fn run(arguments: Vec<String>, machine: &Machine) -> u8 {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(RESERVE)));
    std::panic::set_hook(Box::new(|panic| machine::complain(&panic.to_string())));
    let arguments = std::iter::once("ringfence".to_owned()).chain(arguments).map(OsString::from);
    ringfence_cli::run(arguments, &mut host::NodeHost { machine }).code()
}
