//! What the command tells about itself: its rules, schema, completions and manual.

use ringfence::config::Config;
use ringfence::model::nearest;
use ringfence::rules::{self, Group, Rule};
use ringfence::wire::RuleInfo;
use serde_json::Value;

use crate::args::{self, RulesArgs, TextFormat};
use crate::console::Console;
use crate::{ExitCode, Failure, markdown};

/// Lists the rules, or explains one.
pub(crate) fn rules(console: &mut Console<'_>, arguments: &RulesArgs) -> Result<ExitCode, Failure> {
    let text = match (&arguments.name, arguments.format) {
        (None, TextFormat::Text) => table(console.colors(false)),
        (None, TextFormat::Json) => {
            json_text(&rules::all().iter().map(|rule| data(RuleInfo::from(*rule))).collect())
        }
        (Some(name), format) => {
            let rule = find(name)?;
            let page = rules::page(rule.name).unwrap_or(rule.summary);
            match format {
                TextFormat::Text => markdown::render(page, console.colors(false)),
                TextFormat::Json => json_text(&data(RuleInfo::from(rule).with_page())),
            }
        }
    };
    print(console, &text)
}

/// Prints the JSON Schema of the configuration.
pub(crate) fn schema(console: &mut Console<'_>) -> Result<ExitCode, Failure> {
    print(console, &json_text(&Config::json_schema()))
}

/// Prints completions.
pub(crate) fn completions(
    console: &mut Console<'_>,
    shell: clap_complete::Shell,
) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(None), "ringfence", &mut script);
    print(console, &String::from_utf8_lossy(&script))
}

/// Prints the manual page of the program, or of one of its commands.
pub(crate) fn manual(console: &mut Console<'_>, command: Option<&str>) -> Result<ExitCode, Failure> {
    let mut program = args::command(None);
    program.build();
    let about = match command {
        None => Some(&program),
        Some(name) => program.find_subcommand(name),
    };
    let Some(about) = about else {
        return Err(Failure::usage("there is no such command; `ringfence --help` lists them"));
    };
    let mut page = Vec::new();
    // Writing to memory doesn't fail.
    let _ = clap_mangen::Man::new(about.clone()).render(&mut page);
    print(console, &String::from_utf8_lossy(&page))
}

fn print(console: &mut Console<'_>, text: &str) -> Result<ExitCode, Failure> {
    console.print(text).map_err(|trouble| Failure::output(&trouble))?;
    Ok(ExitCode::Clean)
}

fn find(name: &str) -> Result<&'static Rule, Failure> {
    rules::find(name).ok_or_else(|| {
        Failure::usage(match nearest(name, rules::all().iter().map(|rule| rule.name)) {
            Some(meant) => format!("there is no rule `{name}`; did you mean `{meant}`?"),
            None => format!("there is no rule `{name}`; `ringfence rules` lists them"),
        })
    })
}

/// The catalogue by group.
fn table(color: bool) -> String {
    let (bold, dim, plain) = if color { ("\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m") } else { ("", "", "") };
    let width = rules::all().iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for group in Group::ALL {
        let members: Vec<_> = rules::all().iter().filter(|rule| rule.group == group).collect();
        if members.is_empty() {
            continue;
        }
        text.push_str(&format!("{bold}{}{plain}: {}\n", group.name(), group.summary()));
        for rule in members {
            let (name, severity, set) = (rule.name, rule.severity.name(), rule.set.name());
            let facts = format!("{severity:<7}  {set:<11}  {:<15}", rule.fix.name());
            text.push_str(&format!("  {name:<width$}  {dim}{facts}{plain}  {}\n", rule.summary));
        }
        text.push('\n');
    }
    text.push_str("Columns: name, severity, set, fix, what it finds. `ringfence rules NAME` explains one.\n");
    text
}

/// A rule as JSON, which can't fail: it has string keys only.
fn data(rule: RuleInfo) -> Value {
    serde_json::to_value(rule).unwrap_or_default()
}

fn json_text(value: &Value) -> String {
    format!("{value:#}\n")
}
