//! Finding and reading the configuration.

use ringfence::config::{self, Base, Config};

use crate::console::Console;
use crate::host::{Host, PathKind, Trouble};
use crate::{ExitCode, Failure, paths};

/// The name of the file that is looked for.
pub(crate) const FILE_NAME: &str = ".ringfence.yaml";

/// Where the configuration comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source<'a> {
    /// The nearest file upwards from the first path.
    Nearest,
    /// This file.
    File(&'a str),
    /// None: defaults only.
    Nothing,
}

/// Reads the configuration for a check of `checked`, cleaned paths.
pub(crate) fn load(
    console: &mut Console<'_>,
    source: Source<'_>,
    checked: &[String],
) -> Result<Config, Failure> {
    let current = console.host.current_folder();
    let first = checked.iter().find(|path| *path != "-").map_or(".", String::as_str);
    let path = match source {
        Source::Nothing => return Ok(Config::default()),
        Source::File(path) => paths::clean(path),
        Source::Nearest => match nearest(console.host, &paths::absolute(&current, first)) {
            Some(path) => paths::shown(&current, &path).to_owned(),
            None => return Ok(Config::default()),
        },
    };
    let mut read = |path: &str| {
        let bytes = console.host.read(path).map_err(|trouble| trouble.to_string())?;
        String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
    };
    let mut config = config::load(&path, &mut read).map_err(|errors| Failure {
        code: ExitCode::Usage,
        messages: errors.iter().map(ToString::to_string).collect(),
    })?;
    let file = paths::absolute(&current, &path);
    let folder = paths::parent(&file).unwrap_or("/");
    config.base = base(&current, folder, paths::is_absolute(first));
    Ok(config)
}

/// The nearest configuration, from `start` (absolute) upwards.
fn nearest(host: &mut dyn Host, start: &str) -> Option<String> {
    let mut folder = match host.kind(start) {
        Ok(PathKind::Folder) => start,
        _ => paths::parent(start)?,
    };
    loop {
        let path = paths::join(folder, FILE_NAME);
        // A file that is there but can't be looked at is taken, so that reading it says why.
        if !matches!(host.kind(&path), Err(Trouble::NotFound) | Ok(PathKind::Folder)) {
            return Some(path);
        }
        folder = paths::parent(folder)?;
    }
}

/// How checked paths read from the configuration's `folder`, absolute.
fn base(current: &str, folder: &str, absolute: bool) -> Base {
    if absolute {
        return Base { folder: folder.to_owned(), below: String::new() };
    }
    match paths::below(folder, current) {
        Some(below) => Base { folder: String::new(), below: below.to_owned() },
        None => Base { folder: paths::relative(current, folder), below: String::new() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_start_at_the_configuration() {
        let seen = |current, folder, path: &str| base(current, folder, path.starts_with('/')).seen(path);
        assert_eq!(seen("/srv", "/srv", "a/x.yaml"), "a/x.yaml");
        assert_eq!(seen("/srv/a", "/srv", "x.yaml"), "a/x.yaml");
        assert_eq!(seen("/srv", "/srv/a", "a/x.yaml"), "x.yaml");
        assert_eq!(seen("/srv/b", "/srv/a", "../a/x.yaml"), "x.yaml");
        assert_eq!(seen("/srv/b", "/srv/a", "/srv/a/x.yaml"), "x.yaml");
    }
}
