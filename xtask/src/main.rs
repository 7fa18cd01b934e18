//! Developer commands: `cargo xtask COMMAND`. One file holds one command.
//!
//! A person and the continuous integration call the same commands. Nothing here links the product, so that the
//! commands also run while the product does not compile.

mod bench;
mod ci;
mod codegen;
mod fuzz;
mod js;
mod new_rule;
mod repo;
mod setup;
mod shell;
mod size;
mod test;
mod tidy;
mod totals;
mod wasm;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Developer commands of Ringfence.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Finds or builds what the WebAssembly and JavaScript builds need: compile target, tools, npm packages.
    Setup,
    /// Builds the WebAssembly modules and the npm packages.
    BuildWasm(wasm::Args),
    /// Writes what is generated from the rules: registry, pages, docs/rules, docs/schema.
    Codegen(codegen::Args),
    /// Scaffolds a rule with its fixtures.
    NewRule(new_rule::Args),
    /// Checks what no compiler checks: rooms, layers, headers, lengths, markers, paths, links, fixtures.
    Tidy,
    /// Runs every test and prints the totals.
    Test(test::Args),
    /// Prints what the modules and packages weigh and whose code it is; fails over budget.
    Size(size::Args),
    /// Times the release binary over generated manifests and clusters, and writes docs/benchmarks.md.
    Bench(bench::Args),
    /// Fuzzes the front end, whole workspaces, or the engine against the oracle, for a bounded time.
    Fuzz(fuzz::Args),
    /// Runs what the continuous integration runs.
    Ci,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    let root = repo::root()?;
    match command {
        Command::Setup => setup::run(&root),
        Command::BuildWasm(args) => wasm::run(&root, &args),
        Command::Codegen(args) => codegen::run(&root, &args),
        Command::NewRule(args) => new_rule::run(&root, &args),
        Command::Tidy => tidy::run(&root),
        Command::Test(args) => test::run(&root, &args),
        Command::Size(args) => size::run(&root, &args),
        Command::Bench(args) => bench::run(&root, &args),
        Command::Fuzz(args) => fuzz::run(&root, &args),
        Command::Ci => ci::run(&root),
    }
}
