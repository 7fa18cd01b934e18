//! Prints, as JSON, the files that are made from the compiled core: `[{"path": …, "text": …}]`.
//!
//! `cargo xtask codegen` runs this after it wrote the registry, compares the files with the checkout and writes them.
//! It is a crate of its own so that the developer commands build while the core does not.

mod render;
mod typescript;

use ringfence::config::Config;
use ringfence::report::Format;
use ringfence::{rules, wire};
use std::io::Write;
use std::process::ExitCode;

/// One file, with its path from the root.
#[derive(serde::Serialize)]
struct Generated {
    path: String,
    text: String,
}

fn main() -> ExitCode {
    let mut files = vec![render::catalogue(rules::all())];
    files.extend(
        rules::all().iter().map(|rule| render::page(rule, rules::page(rule.name).unwrap_or_default())),
    );
    files.extend(schemas().iter().map(|(name, schema)| render::schema(name, schema)));
    let formats = ("ReportFormat", "A format of reports.", Format::ALL.map(Format::name).to_vec());
    match typescript::files(&wire::definitions(), &[formats]) {
        Ok(found) => files.extend(found),
        Err(error) => return failed(&error),
    }
    let printed = serde_json::to_vec(&files)
        .map_err(std::io::Error::from)
        .and_then(|json| std::io::stdout().lock().write_all(&json));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

/// Every JSON Schema of the core with the name of its file.
fn schemas() -> Vec<(&'static str, serde_json::Value)> {
    let mut schemas = wire::schemas();
    schemas.push(("config.schema.json", Config::json_schema()));
    schemas
}
