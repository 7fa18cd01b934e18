//! Recorded errors and warnings: that the same fault is found, whatever its wording.
//!
//! The recorded command stops at a faulty manifest; ours has a finding about it and goes on. A flag that only the
//! recorded command has can't be compared, and is a difference.

use anyhow::Result;

use super::case::{Case, Kind};
use super::ours::Command;

/// What corresponds to a recorded message on our side.
enum Counterpart {
    /// A finding of one of these rules; an empty list stands for any rule about invalid objects.
    Finding(&'static [&'static str]),
    /// An input is named as skipped.
    Skipped,
    /// These arguments are refused as wrong usage.
    Refused(Vec<String>),
    /// Nothing does.
    Nothing,
}

/// A part of a recorded message, and the rules that say the same.
const RULES: &[(&str, &[&str])] = &[
    ("cannot convert named port for an IP destination", &["named-port-unresolved"]),
    ("port name: ", &["named-port-unresolved"]),
    ("named port is not defined for IP addresses", &["named-port-unresolved", "invalid-port"]),
    ("is already exists", &["duplicate-object"]),
    ("endPort field cannot be defined", &["invalid-endport"]),
    ("cannot restore slice from map", &["wrong-type"]),
    ("no relevant Kubernetes network policy", &["namespace-without-policy"]),
    ("Invalid Priority Value", &[]),
    ("metadata.name=default", &[]),
    ("must be defined and contain at least one item", &[]),
    ("exactly one field must be set", &[]),
    ("unrecognized action", &[]),
    ("port range", &[]),
    ("invalid CIDR address", &[]),
];

/// Parts of recorded messages about inputs that are no manifests, or not there.
const SKIPPED: [&str; 3] =
    ["recognized file extensions are", "cannot unmarshal array", "cannot start any token"];

/// Compares every recorded message of a case.
///
/// # Errors
/// Where the command fails.
pub fn compare(command: &Command, case: &Case) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for message in &case.messages {
        let met = match counterpart(case, message)? {
            Counterpart::Finding(rules) => has_finding(command, case, rules)?,
            Counterpart::Skipped => command.check(case.dir()?)?.skipped,
            Counterpart::Refused(arguments) => command.refuses(&arguments),
            Counterpart::Nothing => false,
        };
        if !met {
            found.push(format!("nothing says the same as: {}", message.trim()));
        }
    }
    Ok(found)
}

fn has_finding(command: &Command, case: &Case, rules: &[&str]) -> Result<bool> {
    for dir in &case.dirs {
        let found = command.check(dir)?.rules;
        let about_it = |rule: &String| match rules {
            [] => rule.starts_with("invalid-") || rule == "wrong-type",
            rules => rules.contains(&rule.as_str()),
        };
        if found.iter().any(about_it) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn counterpart(case: &Case, message: &str) -> Result<Counterpart> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let dir = case.dir()?;
    if let Some(format) = message.strip_suffix(" output format is not supported.") {
        let mut arguments = owned(&[if case.kind == Kind::Diff { "diff" } else { "flows" }]);
        arguments.extend(case.dirs.iter().cloned());
        arguments.extend(owned(&["--format", format]));
        return Ok(Counterpart::Refused(arguments));
    }
    let missing = message.trim().strip_prefix("Workload ");
    if let Some(name) = missing.and_then(|rest| rest.strip_suffix(" does not exist in the input resources."))
    {
        let name = if name.contains('/') { name.to_owned() } else { format!("default/{name}") };
        return Ok(Counterpart::Refused(owned(&["explain", &name, "internet", "--path", dir])));
    }
    if SKIPPED.iter().any(|part| message.contains(part)) {
        return Ok(Counterpart::Skipped);
    }
    let rules = RULES.iter().find(|(part, _)| message.contains(part));
    Ok(rules.map_or(Counterpart::Nothing, |(_, rules)| Counterpart::Finding(rules)))
}
