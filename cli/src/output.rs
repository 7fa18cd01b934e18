//! Where results go, and how they look there.

use ringfence::report::Style;

use crate::Failure;
use crate::console::Console;

/// The width of a report that no terminal shows.
const WIDTH: u16 = 120;

/// How a text looks best: on the terminal, or in a file.
pub(crate) fn style(console: &Console<'_>, to_file: bool, colored: bool, verbose: bool) -> Style {
    let shown = console.terminal.stdout && !to_file;
    Style {
        color: colored && console.colors(to_file),
        unicode: shown && console.terminal.unicode,
        width: console.terminal.width.filter(|_| shown).unwrap_or(WIDTH).into(),
        verbose,
    }
}

/// Puts a result where the user wants it: into a file, or on standard output.
pub(crate) fn deliver(console: &mut Console<'_>, file: Option<&str>, text: &str) -> Result<(), Failure> {
    match file {
        Some(path) => put(console, path, text),
        None => console.print(text).map_err(|trouble| Failure::output(&trouble)),
    }
}

/// Writes a file.
pub(crate) fn put(console: &mut Console<'_>, path: &str, text: &str) -> Result<(), Failure> {
    let place = console.host.slashes(path);
    let written = console.host.write(&place, text.as_bytes());
    written.map_err(|trouble| Failure::usage(format!("{path} can't be written: {trouble}")))
}
