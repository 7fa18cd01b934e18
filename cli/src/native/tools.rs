//! Running tools, with limits.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use super::files;
use crate::host::{MAX_BYTES, TOOL_STDERR_BYTES, ToolOutput, ToolRun, Trouble};

/// How often a running tool is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// Runs a tool to its end.
pub(super) fn run(tool: &ToolRun, limit: Duration) -> Result<ToolOutput, Trouble> {
    let start = Instant::now();
    let mut command = Command::new(tool.program);
    if let Some(folder) = &tool.folder {
        command.current_dir(folder);
    }
    let mut child = command
        .args(&tool.args)
        // Nobody is there to answer for a base that lies in a private repository.
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| files::trouble(&error))?;
    let stdout = child.stdout.take().map(|pipe| collect(pipe, MAX_BYTES + 1));
    let stderr = child.stderr.take().map(|pipe| collect(pipe, TOOL_STDERR_BYTES));
    let late = || Trouble::too_slow(tool.program, limit);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() < limit => thread::sleep(LOOK),
            // Both fail only where the tool has ended by itself meanwhile.
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(late());
            }
            Err(error) => return Err(files::trouble(&error)),
        }
    };
    let rest = || limit.saturating_sub(start.elapsed());
    let wait = |pipe: Option<Receiver<Vec<u8>>>| match pipe {
        // A process that the tool left behind may hold the pipe open.
        Some(pipe) => pipe.recv_timeout(rest()).map_err(|_| late()),
        None => Ok(Vec::new()),
    };
    let stdout = wait(stdout)?;
    if stdout.len() as u64 > MAX_BYTES {
        return Err(Trouble::too_wordy(tool.program));
    }
    let stderr = String::from_utf8_lossy(&wait(stderr)?).into_owned();
    Ok(ToolOutput { success: status.success(), stdout, stderr })
}

/// Reads a pipe on a thread of its own, so that a tool never waits for us. What is over the limit is thrown away.
fn collect(mut pipe: impl Read + Send + 'static, limit: u64) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is still worth having; the receiver may have given up.
        let _ = pipe.by_ref().take(limit).read_to_end(&mut bytes);
        let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        let _ = sender.send(bytes);
    });
    receiver
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::host::TOOL_TIME;

    fn shell(script: &str, limit: Duration) -> Result<ToolOutput, Trouble> {
        let args = vec!["-c".to_owned(), script.to_owned()];
        run(&ToolRun { program: "sh", args, folder: None }, limit)
    }

    #[test]
    fn output_and_status_are_kept() {
        let output = shell("echo out; echo err >&2; exit 3", TOOL_TIME).unwrap();
        let expected = ToolOutput { success: false, stdout: b"out\n".to_vec(), stderr: "err\n".to_owned() };
        assert_eq!(output, expected);
    }

    #[test]
    fn floods_of_complaints_do_not_block() {
        let output = shell("head -c 1000000 /dev/zero >&2", TOOL_TIME).unwrap();
        assert!(output.success);
        assert_eq!(output.stderr.len() as u64, TOOL_STDERR_BYTES);
    }

    #[test]
    fn a_tool_that_hangs_is_stopped() {
        let stopped = shell("exec sleep 600", Duration::from_millis(50));
        assert_eq!(stopped, Err(Trouble::Other("`sh` was stopped after 0 s".to_owned())));
    }

    #[test]
    fn a_missing_tool_is_told_from_a_failing_one() {
        let tool = ToolRun { program: "ringfence-has-no-such-tool", args: Vec::new(), folder: None };
        let missing = run(&tool, TOOL_TIME);
        assert_eq!(missing, Err(Trouble::NotFound));
    }
}
