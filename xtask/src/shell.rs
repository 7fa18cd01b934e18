//! Other programs: every call names itself, and the ones that may hang have a time limit.

use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How a bounded call ended.
pub(crate) enum Ended {
    /// By itself.
    Exited(ExitStatus),
    /// It was still running at the limit and was killed.
    TimedOut,
}

/// Runs `command` without input for at most `limit`, then kills it.
pub(crate) fn bounded(command: &mut Command, limit: Duration) -> Result<Ended> {
    let mut child =
        command.stdin(Stdio::null()).spawn().with_context(|| format!("start {}", name(command)))?;
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended::Exited(status));
        }
        if Instant::now() >= deadline {
            // It may have ended since: then there is nothing to kill, and that is fine.
            let _ = child.kill();
            child.wait()?;
            return Ok(Ended::TimedOut);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Like [`bounded`], but only success is a success.
pub(crate) fn must(command: &mut Command, limit: Duration) -> Result<()> {
    let status = status(command, limit)?;
    ensure!(status.success(), "{}: {status}", line(command));
    Ok(())
}

/// Like [`bounded`], but only an end by itself is a success.
pub(crate) fn status(command: &mut Command, limit: Duration) -> Result<ExitStatus> {
    match bounded(command, limit)? {
        Ended::Exited(status) => Ok(status),
        Ended::TimedOut => bail!("{}: still running after {} s, killed", line(command), limit.as_secs()),
    }
}

/// The cargo that started this program, in `root`, free of the settings that the call to us needed.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    for (key, _) in std::env::vars_os() {
        let own =
            key.to_str().is_some_and(|key| key.starts_with("CARGO_PKG_") || key == "CARGO_MANIFEST_DIR");
        if own {
            command.env_remove(&key);
        }
    }
    command
}

/// The text that a program prints, without the white space around it; `None` where it fails or isn't there.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Whether a program of this name is on PATH.
pub(crate) fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The command as a person would type it, without quoting.
pub(crate) fn line(command: &Command) -> String {
    let mut line = name(command);
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&arg.to_string_lossy());
    }
    line
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_hangs_is_killed() {
        let ended = bounded(Command::new("sleep").arg("600"), Duration::from_millis(50)).unwrap();
        assert!(matches!(ended, Ended::TimedOut));
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = must(Command::new("false").arg("x"), Duration::from_secs(60)).unwrap_err();
        assert!(error.to_string().starts_with("false x: "), "{error}");
    }
}
