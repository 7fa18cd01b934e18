//! The native binary.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use ringfence_cli::NativeHost;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let mut host = NativeHost::new();
    ExitCode::from(ringfence_cli::run(std::env::args_os(), &mut host).code())
}
