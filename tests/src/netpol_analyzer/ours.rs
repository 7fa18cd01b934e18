//! What the command answers, asked through its own front door: arguments in, JSON out.
//!
//! This is the only file of the runner that knows the command's arguments and its JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ringfence::model::Direction;
use ringfence::sets::ConnectionSet;
use ringfence::workspace::Date;
use ringfence_cli::{ExitCode, Host, Listing, PathKind, Terminal, ToolOutput, ToolRun, Trouble};
use serde_json::Value;

use super::connections;
use super::expected::allowed;
use super::exposure::Line;
use super::peer::{Flow, Peer};
use super::potential::Potential;

/// The command, with the corpus as its current folder.
#[derive(Clone, Debug)]
pub struct Command {
    folder: PathBuf,
}

/// One direction of a workload's exposure.
#[derive(Clone, Debug)]
pub struct Side {
    /// Whether a policy selects the workload in this direction.
    pub protected: bool,
    /// The Pods that could appear.
    pub peers: Vec<Line>,
}

/// What is wrong with manifests.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The rules that have findings.
    pub rules: BTreeSet<String>,
    /// Whether an input is named as skipped.
    pub skipped: bool,
}

/// A pair before and after.
#[derive(Clone, Debug)]
pub struct Changed {
    from: Peer,
    to: Peer,
    old: ConnectionSet,
    new: ConnectionSet,
}

impl Command {
    /// The command in a folder.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf() }
    }

    /// The connections of every pair.
    ///
    /// # Errors
    /// Where the command fails.
    pub fn flows(&self, dir: &str) -> Result<Vec<Flow>> {
        let answer = self.json(&["flows", dir, "--format", "json", "--expand"])?;
        let mut flows = Vec::new();
        for entry in list(&answer, "flows")? {
            let (Some(from), Some(to)) = (peer(entry, "from")?, peer(entry, "to")?) else { continue };
            let allow = connections::ours(entry.get("allow"))?;
            flows.push(Flow { from, to, allow, unknown: connections::ours(entry.get("unknown"))? });
        }
        Ok(flows)
    }

    /// The policies that an explanation names, as direction, kind, and `namespace/name` or `name`: every object with
    /// a kind and a name below `egress` and `ingress`.
    ///
    /// # Errors
    /// Where the command fails.
    pub fn policies(
        &self,
        dir: &str,
        from: &Peer,
        to: &Peer,
    ) -> Result<BTreeSet<(Direction, String, String)>> {
        let (from, to) = (argument(from), argument(to));
        let answer = self.json(&["explain", &from, &to, "--path", dir, "--format", "json"])?;
        let mut named = BTreeSet::new();
        for direction in Direction::BOTH {
            let explained = list(&answer, "explanations")?.first().context("no explanation")?;
            let side = explained.get(direction.name()).with_context(|| format!("no {}", direction.name()))?;
            collect(side, &mut |kind, name| {
                named.insert((direction, kind, name));
            });
        }
        Ok(named)
    }

    /// The exposure of every workload.
    ///
    /// # Errors
    /// Where the command fails.
    pub fn exposure(&self, dir: &str) -> Result<BTreeMap<Peer, BTreeMap<Direction, Side>>> {
        let answer = self.json(&["exposure", dir, "--format", "json"])?;
        let mut workloads = BTreeMap::new();
        for entry in list(&answer, "workloads")? {
            let workload = peer(entry, "workload")?.context("no workload")?;
            let mut sides = BTreeMap::new();
            for direction in Direction::BOTH {
                let side = entry.get(direction.name()).with_context(|| format!("no {}", direction.name()))?;
                sides.insert(direction, self::side(side)?);
            }
            workloads.insert(workload, sides);
        }
        Ok(workloads)
    }

    /// The pairs whose connections changed.
    ///
    /// # Errors
    /// Where the command fails.
    pub fn diff(&self, old: &str, new: &str) -> Result<Vec<Changed>> {
        let answer = self.json(&["diff", old, new, "--format", "json"])?;
        let mut changes = Vec::new();
        for entry in list(&answer, "changes")? {
            let (Some(from), Some(to)) = (peer(entry, "from")?, peer(entry, "to")?) else { continue };
            let of = |key| connections::ours(entry.get(key));
            changes.push(Changed { from, to, old: of("old")?, new: of("new")? });
        }
        Ok(changes)
    }

    /// What is wrong with the manifests.
    ///
    /// # Errors
    /// Where the command fails.
    pub fn check(&self, dir: &str) -> Result<Checked> {
        let answer = self.json(&["check", dir, "--format", "json"])?;
        let rules = list(&answer, "findings")?.iter().filter_map(|finding| finding.get("rule"));
        let rules = rules.filter_map(Value::as_str).map(str::to_owned).collect();
        let skipped = list(answer.get("inputs").context("no inputs")?, "skipped")?;
        Ok(Checked { rules, skipped: !skipped.is_empty() })
    }

    /// Whether the command knows what is asked, and refuses it as wrong usage.
    pub fn refuses(&self, arguments: &[String]) -> bool {
        let knows = || self.run(arguments.iter().take(1).map(String::as_str).chain(["--help"])).0;
        let words = arguments.iter().map(String::as_str);
        self.run(words).0 == ExitCode::Usage && knows() == ExitCode::Clean
    }

    fn json(&self, arguments: &[&str]) -> Result<Value> {
        let (status, host) = self.run(arguments.iter().copied());
        let told = || format!("`ringfence {}`: {status:?}: {}", arguments.join(" "), host.stderr.trim());
        if status == ExitCode::Usage || host.stdout.is_empty() {
            bail!(told());
        }
        serde_json::from_str(&host.stdout).with_context(told)
    }

    fn run<'a>(&self, arguments: impl Iterator<Item = &'a str>) -> (ExitCode, Reader) {
        let mut host = Reader { folder: self.folder.clone(), stdout: String::new(), stderr: String::new() };
        let all = ["ringfence"].into_iter().chain(arguments).map(Into::into);
        (ringfence_cli::run(all, &mut host), host)
    }
}

/// The changed pairs as they were.
pub fn before(changes: &[Changed]) -> Vec<Flow> {
    changes.iter().map(|change| allowed(&change.from, &change.to, change.old.clone())).collect()
}

/// The changed pairs as they are.
pub fn after(changes: &[Changed]) -> Vec<Flow> {
    changes.iter().map(|change| allowed(&change.from, &change.to, change.new.clone())).collect()
}

fn list<'v>(value: &'v Value, key: &str) -> Result<&'v [Value]> {
    let items = value.get(key).and_then(Value::as_array).with_context(|| format!("no list of {key}"))?;
    Ok(items.as_slice())
}

fn peer(entry: &Value, key: &str) -> Result<Option<Peer>> {
    Peer::ours(entry.get(key).and_then(Value::as_str).with_context(|| format!("no {key}: {entry}"))?)
}

/// A peer as an argument of `explain`.
fn argument(peer: &Peer) -> String {
    match (peer, peer.parts()) {
        (Peer::Outside(low, _), _) => std::net::Ipv4Addr::from_bits(*low).to_string(),
        (_, Some((namespace, name, kind))) => format!("{namespace}/{kind}/{name}"),
        _ => "ingress".to_owned(),
    }
}

fn side(value: &Value) -> Result<Side> {
    let protected = value.get("protected").and_then(Value::as_bool).context("protected or not")?;
    let line = |peer: &Value| {
        Ok(Line {
            potential: Potential::ours(peer)?,
            allow: connections::ours(peer.get("allow"))?,
            unknown: connections::ours(peer.get("unknown"))?,
        })
    };
    Ok(Side { protected, peers: list(value, "peers")?.iter().map(line).collect::<Result<_>>()? })
}

/// Calls `found` with the kind and the name of every object in the value.
fn collect(value: &Value, found: &mut dyn FnMut(String, String)) {
    match value {
        Value::Object(fields) => {
            let text = |key: &str| fields.get(key).and_then(Value::as_str);
            if let (Some(kind), Some(name)) = (text("kind"), text("name")) {
                let name = match text("namespace") {
                    Some(namespace) => format!("{namespace}/{name}"),
                    None => name.to_owned(),
                };
                found(kind.to_owned(), name);
            }
            fields.values().for_each(|value| collect(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

/// A machine on which the corpus can be read, and nothing else done.
struct Reader {
    folder: PathBuf,
    stdout: String,
    stderr: String,
}

impl Reader {
    fn walk(&self, folder: &str, found: &mut Vec<String>) {
        let Ok(entries) = fs::read_dir(self.folder.join(folder)) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder == "." { name } else { format!("{folder}/{name}") };
            if self.folder.join(&path).is_dir() {
                self.walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
}

impl Host for Reader {
    fn current_folder(&mut self) -> String {
        self.folder.to_string_lossy().replace('\\', "/")
    }

    fn kind(&mut self, path: &str) -> Result<PathKind, Trouble> {
        match fs::metadata(self.folder.join(path)) {
            Ok(data) if data.is_dir() => Ok(PathKind::Folder),
            Ok(_) => Ok(PathKind::File),
            Err(_) => Err(Trouble::NotFound),
        }
    }

    fn list(&mut self, folder: &str, wanted: &dyn Fn(&str) -> bool) -> Listing {
        let mut files = Vec::new();
        self.walk(folder, &mut files);
        files.retain(|file| wanted(file));
        files.sort();
        Listing { files, troubles: Vec::new() }
    }

    fn read(&mut self, path: &str) -> Result<Vec<u8>, Trouble> {
        fs::read(self.folder.join(path)).map_err(|_| Trouble::NotFound)
    }

    fn stdin(&mut self) -> Result<Vec<u8>, Trouble> {
        Ok(Vec::new())
    }

    fn write(&mut self, _: &str, _: &[u8]) -> Result<(), Trouble> {
        Err(Trouble::Other("the corpus is read only".to_owned()))
    }

    fn run(&mut self, _: &ToolRun) -> Result<ToolOutput, Trouble> {
        Err(Trouble::NotFound)
    }

    fn today(&mut self) -> Option<Date> {
        None
    }

    fn terminal(&mut self) -> Terminal {
        Terminal::default()
    }

    fn print(&mut self, text: &str) -> Result<(), Trouble> {
        self.stdout.push_str(text);
        Ok(())
    }

    fn eprint(&mut self, text: &str) {
        self.stderr.push_str(text);
    }

    fn progress(&mut self, _: Option<&str>) {}

    fn set_threads(&mut self, _: usize) {}
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn objects_are_found_at_any_depth() {
        let value = json!({"steps": [{"policy": {"kind": "NetworkPolicy", "namespace": "a", "name": "b"}},
                                     {"kind": "AdminNetworkPolicy", "name": "c"}, {"name": "d"}]});
        let mut found = BTreeSet::new();
        collect(&value, &mut |kind, name| {
            found.insert(format!("{kind} {name}"));
        });
        let expected = ["AdminNetworkPolicy c", "NetworkPolicy a/b"];
        assert_eq!(found, expected.into_iter().map(str::to_owned).collect());
    }

    #[test]
    fn a_peer_becomes_an_argument() {
        for (peer, expected) in [
            ("a/b[Pod]", "a/Pod/b"),
            ("{ingress-controller}", "ingress"),
            ("1.0.0.0-2.0.0.0[External]", "1.0.0.0"),
        ] {
            assert_eq!(argument(&Peer::recorded(peer).unwrap()), expected);
        }
    }

    #[test]
    fn a_side_has_peers_with_connections() {
        let side = side(&json!({"protected": true, "peers": [
            {"namespaces": "all", "pods": "all", "allow": {"TCP": [[80, 80]]}, "unknown": "all"}]}));
        let side = side.unwrap();
        assert!(side.protected);
        let line = side.peers.first().unwrap();
        assert_eq!((line.allow.to_string(), line.unknown.to_string()), ("TCP 80".into(), "all".into()));
        assert!(super::side(&json!({"peers": []})).is_err());
    }
}
