//! The native binary.

use std::process::ExitCode;

use ringfence_cli::NativeHost;

fn main() -> ExitCode {
    let mut host = NativeHost::new();
    ExitCode::from(ringfence_cli::run(std::env::args_os(), &mut host).code())
}
