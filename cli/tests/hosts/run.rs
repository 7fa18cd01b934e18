//! Running a case on both hosts, and telling where they differ.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::case::{Call, Case};
use crate::scenes::{self, Place};

/// How the command is started.
#[derive(Clone)]
pub(crate) struct Hosts {
    pub(crate) native: PathBuf,
    pub(crate) node: PathBuf,
    pub(crate) script: PathBuf,
}

/// What is left of a run, by what it is.
type Traces = BTreeMap<String, String>;

/// Fails where the hosts leave different traces.
pub(crate) fn compare(hosts: &Hosts, case: &Case) -> Result<(), String> {
    let place = Place::new(&case.scene);
    let on = |words: &[&Path]| {
        place.clear();
        scenes::make(&case.scene, &place)?;
        traces(words, case, &place)
    };
    let (native, node) = match (on(&[&hosts.native]), on(&[&hosts.node, &hosts.script])) {
        (Ok(native), Ok(node)) => (native, node),
        (Err(reason), _) | (_, Err(reason)) => {
            eprintln!("skipped `{}`: {reason}", case.line);
            return Ok(());
        }
    };
    let keys: std::collections::BTreeSet<_> = native.keys().chain(node.keys()).collect();
    let differing = keys.into_iter().filter(|key| native.get(*key) != node.get(*key));
    let told: Vec<String> = differing.map(|key| tell(key, native.get(key), node.get(key))).collect();
    if told.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}\nAfter a change of Rust code, `cargo xtask build-wasm` builds it for Node.",
        told.join("\n")
    ))
}

/// Where two traces begin to differ.
fn tell(key: &str, native: Option<&String>, node: Option<&String>) -> String {
    let (Some(native), Some(node)) = (native, node) else {
        let host = if native.is_some() { "native host" } else { "Node" };
        return format!("{key}: on the {host} only");
    };
    let same = native.lines().zip(node.lines()).take_while(|(a, b)| a == b).count();
    let rest = |text: &str| text.lines().skip(same).take(8).collect::<Vec<_>>().join("\n  ");
    format!("{key}, from line {}:\n native\n  {}\n Node\n  {}", same + 1, rest(native), rest(node))
}

fn traces(words: &[&Path], case: &Case, place: &Place) -> Result<Traces, String> {
    let mut traces = Traces::new();
    for (number, call) in case.calls.iter().enumerate() {
        let mut command = command(words, call, place)?;
        command.current_dir(place.work().join(&case.folder));
        let mut child = command.spawn().unwrap();
        let reads = |pipe: Option<Box<dyn Read + Send>>| {
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
                escaped(&bytes)
            })
        };
        let stdout = child.stdout.take().filter(|_| !call.is_unread);
        let stdout = reads(stdout.map(|pipe| Box::new(pipe) as _));
        let stderr = reads(child.stderr.take().map(|pipe| Box::new(pipe) as _));
        let status = child.wait().unwrap();
        let number = number + 1;
        traces.insert(format!("status {number}"), status.to_string());
        traces.insert(format!("stdout {number}"), stdout.join().unwrap());
        traces.insert(format!("stderr {number}"), stderr.join().unwrap());
    }
    files(place.root(), place.root(), &mut traces);
    Ok(traces)
}

fn command(words: &[&Path], call: &Call, place: &Place) -> Result<Command, String> {
    let words = words.iter().map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.chain(call.arguments.iter().cloned()).collect();
    let mut command = if call.has_terminal {
        let line = shlex::try_join(words.iter().map(String::as_str)).unwrap();
        let mut command = Command::new(scenes::found("script")?);
        command.args([
            "--quiet",
            "--return",
            "--command",
            &format!("{} cols 72 rows 20; exec {line}", scenes::found("stty")?.display()),
            "/dev/null",
        ]);
        command
    } else {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        command
    };
    command.env_clear().envs(place.variables()).envs(call.variables.iter().cloned());
    let open = |path: &String| File::open(place.work().join(path)).unwrap();
    command.stdin(call.stdin.as_ref().map_or_else(Stdio::null, |path| open(path).into()));
    let write = |path: &String| File::options().write(true).open(place.work().join(path)).unwrap();
    command.stdout(call.stdout.as_ref().map_or_else(Stdio::piped, |path| write(path).into()));
    command.stderr(Stdio::piped());
    #[cfg(unix)]
    if call.is_nobody && scenes::is_root() {
        use std::os::unix::process::CommandExt;
        command.uid(scenes::NOBODY).gid(scenes::NOBODY);
    }
    Ok(command)
}

/// Adds what lies in a folder, apart from what git keeps for itself.
fn files(root: &Path, folder: &Path, traces: &mut Traces) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let found = fs::symlink_metadata(&path).unwrap();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        let what = if found.is_symlink() {
            format!("link to {}", fs::read_link(&path).unwrap().display())
        } else if found.is_file() && found.len() < 1 << 20 {
            escaped(&fs::read(&path).unwrap())
        } else {
            String::new()
        };
        if found.is_dir() && !name.ends_with(".git") {
            files(root, &path, traces);
        }
        traces.insert(format!("file {name}"), format!("{:?} {what}", found.permissions()));
    }
}

/// Bytes as text that shows every one of them.
fn escaped(bytes: &[u8]) -> String {
    let lines = bytes.split(|byte| *byte == b'\n').map(|line| match std::str::from_utf8(line) {
        Ok(text) => text.escape_debug().to_string(),
        Err(_) => line.escape_ascii().to_string(),
    });
    lines.collect::<Vec<_>>().join("\n")
}
