//! How the command speaks: results to standard output, words about the run itself to standard error.

use crate::args::ColorChoice;
use crate::host::{Host, Terminal, Trouble};

/// The voice of one run.
pub(crate) struct Console<'h> {
    pub(crate) host: &'h mut dyn Host,
    pub(crate) terminal: Terminal,
    color: ColorChoice,
    quiet: bool,
}

/// How a run speaks, whatever it runs on.
#[derive(Clone, Copy)]
pub(crate) struct Voice {
    terminal: Terminal,
    color: ColorChoice,
    quiet: bool,
}

impl Voice {
    /// The same voice through `host`.
    pub(crate) fn through(self, host: &mut dyn Host) -> Console<'_> {
        Console { host, terminal: self.terminal, color: self.color, quiet: self.quiet }
    }
}

impl<'h> Console<'h> {
    /// Speaks through `host`.
    pub(crate) fn new(host: &'h mut dyn Host, color: ColorChoice, quiet: bool) -> Self {
        let terminal = host.terminal();
        Self { host, terminal, color, quiet }
    }

    /// How this one speaks, to speak so through another host.
    pub(crate) fn voice(&self) -> Voice {
        Voice { terminal: self.terminal, color: self.color, quiet: self.quiet }
    }

    /// Whether results are coloured: `to_file` where they don't go to standard output.
    pub(crate) fn colors(&self, to_file: bool) -> bool {
        colors(self.color, &self.terminal, self.terminal.stdout && !to_file)
    }

    /// Prints a result.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Trouble> {
        self.host.progress(None);
        self.host.print(text)
    }

    /// Something went wrong.
    pub(crate) fn error(&mut self, message: &str) {
        self.say("error", "\u{1b}[1;31m", message);
    }

    /// Something is probably not as the user expects.
    pub(crate) fn warning(&mut self, message: &str) {
        if !self.quiet {
            self.say("warning", "\u{1b}[1;33m", message);
        }
    }

    /// Something worth knowing about the run.
    pub(crate) fn note(&mut self, message: &str) {
        if !self.quiet {
            self.say("note", "\u{1b}[1;36m", message);
        }
    }

    /// Shows what takes so long.
    pub(crate) fn progress(&mut self, message: &str) {
        if !self.quiet {
            self.host.progress(Some(message));
        }
    }

    /// The work that [`Console::progress`] spoke of is done.
    pub(crate) fn done(&mut self) {
        self.host.progress(None);
    }

    fn say(&mut self, word: &str, style: &str, message: &str) {
        let message = printable(message);
        let line = if colors(self.color, &self.terminal, self.terminal.stderr) {
            format!("{style}{word}\u{1b}[0m: {message}\n")
        } else {
            format!("{word}: {message}\n")
        };
        self.host.progress(None);
        self.host.eprint(&line);
    }
}

/// Whether to use colours for an output that is, or is not, shown on a terminal.
pub(crate) fn colors(choice: ColorChoice, terminal: &Terminal, shown: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if terminal.no_color => false,
        ColorChoice::Auto => shown || terminal.force_color,
    }
}

/// `text` without control characters: names of files and the words of tools must not steer the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explicit_choice_wins_then_no_color_then_force() {
        let plain = Terminal::default();
        let none = Terminal { no_color: true, force_color: true, ..plain };
        let forced = Terminal { force_color: true, ..plain };
        assert!(colors(ColorChoice::Auto, &plain, true));
        assert!(!colors(ColorChoice::Auto, &plain, false));
        assert!(!colors(ColorChoice::Auto, &none, true));
        assert!(colors(ColorChoice::Auto, &forced, false));
        assert!(colors(ColorChoice::Always, &none, false));
        assert!(!colors(ColorChoice::Never, &forced, true));
    }

    #[test]
    fn names_of_files_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\nc");
    }
}
