//! The files of a git revision, written into a temporary folder.

use std::io::{self, BufReader, Read};

use ringfence_cli::SnapshotTrouble;
use ringfence_cli::git::{self, Git, TreeFile};
use wasm_bindgen::JsValue;

use crate::machine::{Machine, Printed};
use crate::trouble::{code, trouble};

/// How much is asked for at once, in bytes.
const CHUNK: usize = 1024 * 1024;

/// Writes the revision of the repository that holds `folder`, seen from `current`; the folder with the files, and the
/// repository's own.
pub(crate) fn take(
    machine: &Machine,
    current: &str,
    folder: &str,
    revision: &str,
) -> Result<(String, String), SnapshotTrouble> {
    let (repository, files) =
        git::files(&mut NodeGit { machine }, (current, folder), revision, machine.is_windows())?;
    let place = machine.temporary_folder().map_err(|error| failed(&error))?;
    let args = command(&repository, &git::PRINT_OBJECTS);
    let printed =
        machine.run_through("git", args, variables(), &git::names(&files)).map_err(|error| no_git(&error))?;
    let mut from = BufReader::with_capacity(CHUNK, Objects(printed));
    let mut put = |file: &TreeFile, bytes: &[u8]| {
        let path = format!("{place}/{}", file.path);
        let done = match (file.is_link, machine.is_windows()) {
            (true, false) => machine.link(&path, &String::from_utf8_lossy(bytes)),
            // There git itself writes a link as a file with its target, unless told otherwise.
            _ => machine.create(&path, bytes),
        };
        done.map_err(|error| io::Error::other(trouble(&error).to_string()))
    };
    git::contents(&files, &mut from, &mut put).map_err(|error| SnapshotTrouble::Other(error.to_string()))?;
    Ok((place, repository))
}

struct NodeGit<'m> {
    machine: &'m Machine,
}

impl Git for NodeGit<'_> {
    fn ask(&mut self, folder: &str, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, SnapshotTrouble> {
        let args = command(folder, arguments);
        let ran =
            self.machine.run("git", args, None, variables(), None, None).map_err(|error| no_git(&error))?;
        Ok(if ran.success() {
            Ok(ran.stdout())
        } else {
            Err(String::from_utf8_lossy(&ran.stderr()).into_owned())
        })
    }
}

/// The output of git, which Node keeps.
struct Objects(Printed);

impl Read for Objects {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let limit = u32::try_from(into.len()).unwrap_or(u32::MAX);
        let bytes = self.0.read_on(limit).map_err(|error| io::Error::other(trouble(&error).to_string()))?;
        bytes.as_slice().read(into)
    }
}

fn command(folder: &str, arguments: &[&str]) -> Vec<String> {
    ["-C", folder].iter().chain(arguments).map(|argument| (*argument).to_owned()).collect()
}

fn variables() -> Vec<String> {
    git::ENVIRONMENT.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

fn no_git(error: &JsValue) -> SnapshotTrouble {
    if code(error) == "ENOENT" { SnapshotTrouble::NoGit } else { failed(error) }
}

fn failed(error: &JsValue) -> SnapshotTrouble {
    SnapshotTrouble::Other(trouble(error).to_string())
}
