//! Node as the host of the command.

use ringfence::workspace::Date;
use ringfence_cli::walk;
use ringfence_cli::{
    Host, Listing, MAX_BYTES, PathKind, Snapshot, SnapshotTrouble, TOOL_STDERR_BYTES, TOOL_TIME, Terminal,
    ToolOutput, ToolRun, Trouble,
};
use wasm_bindgen::JsValue;

use crate::disk::{NodeDisk, slashes};
use crate::machine::Machine;
use crate::snapshot;
use crate::trouble::{code, trouble};

/// [`MAX_BYTES`] as JavaScript takes it.
const LIMIT: u32 = MAX_BYTES as u32;

/// The machine that Node runs on.
pub(crate) struct NodeHost<'m> {
    pub(crate) machine: &'m Machine,
}

/// What a path leads to, through symbolic links.
pub(crate) fn kind(machine: &Machine, path: &[u8]) -> Result<PathKind, Trouble> {
    let letter = machine.kind(path, true).map_err(|error| trouble(&error))?;
    Ok(if letter == 'd' { PathKind::Folder } else { PathKind::File })
}

/// The bytes of a file.
pub(crate) fn read(machine: &Machine, path: &[u8]) -> Result<Vec<u8>, Trouble> {
    whole(machine.read(path, LIMIT))
}

/// What was read, if it was not too much.
fn whole(read: Result<Option<Vec<u8>>, JsValue>) -> Result<Vec<u8>, Trouble> {
    read.map_err(|error| trouble(&error))?.ok_or_else(Trouble::too_large)
}

impl Host for NodeHost<'_> {
    fn current_folder(&mut self) -> String {
        slashes(self.machine, &self.machine.current_folder())
    }

    fn slashes(&self, path: &str) -> String {
        slashes(self.machine, path)
    }

    fn kind(&mut self, path: &str) -> Result<PathKind, Trouble> {
        kind(self.machine, path.as_bytes())
    }

    fn list(&mut self, folder: &str, wanted: &dyn Fn(&str) -> bool) -> Listing {
        walk::list(&mut NodeDisk { machine: self.machine }, folder, wanted)
    }

    fn read(&mut self, path: &str) -> Result<Vec<u8>, Trouble> {
        read(self.machine, path.as_bytes())
    }

    fn stdin(&mut self) -> Result<Vec<u8>, Trouble> {
        whole(self.machine.stdin(LIMIT))
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Trouble> {
        match self.machine.replace(path, bytes).map_err(|error| trouble(&error))?.as_str() {
            "folder" => Err(Trouble::is_folder()),
            "read-only" => Err(Trouble::is_read_only()),
            _ => Ok(()),
        }
    }

    fn run(&mut self, tool: &ToolRun) -> Result<ToolOutput, Trouble> {
        // Nobody is there to answer for a base that lies in a private repository.
        let variables = vec!["GIT_TERMINAL_PROMPT=0".to_owned()];
        let (args, folder) = (tool.args.clone(), tool.folder.as_deref());
        let seconds = u32::try_from(TOOL_TIME.as_secs()).ok();
        let ran = self.machine.run(tool.program, args, folder, variables, seconds, Some(LIMIT));
        let ran = ran.map_err(|error| match code(&error).as_str() {
            "ETIMEDOUT" => Trouble::too_slow(tool.program, TOOL_TIME),
            "ENOBUFS" => Trouble::too_wordy(tool.program),
            _ => trouble(&error),
        })?;
        let mut stderr = ran.stderr();
        stderr.truncate(usize::try_from(TOOL_STDERR_BYTES).unwrap_or(usize::MAX));
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        Ok(ToolOutput { success: ran.success(), stdout: ran.stdout(), stderr })
    }

    fn snapshot(&mut self, folder: &str, revision: &str) -> Result<Snapshot, SnapshotTrouble> {
        let current = self.current_folder();
        let (place, repository) = snapshot::take(self.machine, &current, folder, revision)?;
        Ok(Snapshot { folder: slashes(self.machine, &place), repository })
    }

    fn today(&mut self) -> Option<Date> {
        let today = self.machine.today();
        let (year, month, day) = (today / 10_000, today / 100 % 100, today % 100);
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    }

    fn terminal(&mut self) -> Terminal {
        Terminal {
            stdout: self.machine.stdout_is_terminal(),
            stderr: self.machine.stderr_is_terminal(),
            width: self.machine.width(),
            ..Terminal::of_environment(self.machine.is_windows(), &|name| self.machine.variable(name))
        }
    }

    fn print(&mut self, text: &str) -> Result<(), Trouble> {
        match self.machine.print(text.as_bytes()) {
            Err(error) if code(&error) != "EPIPE" => Err(trouble(&error)),
            _ => Ok(()),
        }
    }

    fn eprint(&mut self, text: &str) {
        self.machine.eprint(text.as_bytes());
    }

    fn progress(&mut self, message: Option<&str>) {
        self.machine.progress(message);
    }

    fn set_threads(&mut self, _: usize) {}
}
