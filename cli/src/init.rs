//! `ringfence init`: a configuration to start from.

use ringfence::config::Config;

use crate::args::InitArgs;
use crate::config::FILE_NAME;
use crate::console::Console;
use crate::host::{PathKind, Trouble};
use crate::{ExitCode, Failure, paths};

/// Writes the template, unless a configuration is there.
pub(crate) fn init(console: &mut Console<'_>, arguments: &InitArgs) -> Result<ExitCode, Failure> {
    let folder = paths::clean(&arguments.folder);
    match console.host.kind(&folder) {
        Ok(PathKind::Folder) => {}
        Ok(PathKind::File) => return Err(Failure::usage(format!("{folder} is not a folder"))),
        Err(trouble) => return Err(Failure::usage(format!("{folder}: {trouble}"))),
    }
    let path = paths::join(&folder, FILE_NAME);
    if !arguments.force && console.host.kind(&path) != Err(Trouble::NotFound) {
        return Err(Failure::usage(format!("{path} is there already; --force replaces it")));
    }
    if let Err(trouble) = console.host.write(&path, Config::template().as_bytes()) {
        return Err(Failure::usage(format!("{path} can't be written: {trouble}")));
    }
    console.note(&format!("wrote {path}"));
    Ok(ExitCode::Clean)
}
