//! `ringfence explain`: why one end can or can't reach another.

use ringfence::report::{explain_json, explain_text};
use ringfence::workspace::{Explanation, NOTHING_TO_EXPLAIN, NoSuchWorkload, Outcome};

use crate::args::{ExplainArgs, TextFormat};
use crate::console::Console;
use crate::flows::reach_options;
use crate::host::Trouble;
use crate::load::load;
use crate::{ExitCode, Failure, output};

/// So many explanations are made into text at a time: enough to outweigh handing them to a thread.
const PART: usize = 32;
/// So many explanations are held before they are printed: few, as memory that is used again costs less than fresh one.
const HELD: usize = 8 * PART;

/// Explains every pair that the two ends stand for.
pub(crate) fn explain(console: &mut Console<'_>, arguments: &ExplainArgs) -> Result<ExitCode, Failure> {
    let loaded = load(console, &arguments.path, &arguments.inputs)?;
    let workspace = &loaded.workspace;
    let options = reach_options(&arguments.reach, &arguments.inputs, workspace)?;
    let inputs = loaded.answerable(console, &arguments.inputs);
    let mut out = Explained { texts: workspace.texts(), held: Vec::new(), printed: 0, trouble: None };
    let mut unknown: Vec<NoSuchWorkload> = Vec::new();
    workspace.scenes(&options, &mut |scene| {
        let mut keep = |one| {
            out.held.push(one);
            if arguments.format == TextFormat::Text && out.held.len() >= HELD {
                out.print(console);
            }
        };
        if let Err(names) = scene.explain(&arguments.from, &arguments.to, arguments.port, &mut keep) {
            unknown.extend(names);
        }
    });
    // A name that one overlay has is known, even if another hasn't.
    if out.held.is_empty() && out.printed == 0 {
        return Err(nothing(&unknown, inputs));
    }
    match arguments.format {
        TextFormat::Json => output::deliver(console, None, &explain_json(&out.held, &out.texts))?,
        TextFormat::Text => out.print(console),
    }
    out.trouble.map_or(Ok(inputs), |trouble| Err(Failure::output(&trouble)))
}

/// Explanations on their way out.
struct Explained {
    texts: Outcome,
    held: Vec<Explanation>,
    printed: usize,
    /// Why they don't arrive any more.
    trouble: Option<Trouble>,
}

impl Explained {
    /// Prints what is held; a single explanation with the lines that decide.
    fn print(&mut self, console: &mut Console<'_>) {
        if self.held.is_empty() {
            return;
        }
        let style = output::style(console, false, true, false);
        let frames = self.printed == 0 && self.held.len() == 1;
        let parts: Vec<&[Explanation]> = self.held.chunks(PART).collect();
        let part = |at: usize| {
            let of_part = parts.get(at).copied().unwrap_or_default().iter();
            of_part.map(|one| explain_text(one, &self.texts, &style, frames)).collect::<Vec<_>>().join("\n")
        };
        let between = if self.printed > 0 { "\n" } else { "" };
        let text = format!("{between}{}", console.host.make_all(parts.len(), &part).join("\n"));
        if self.trouble.is_none() {
            self.trouble = console.print(&text).err();
        }
        self.printed += self.held.len();
        self.held.clear();
    }
}

/// Why there is nothing to print.
fn nothing(unknown: &[NoSuchWorkload], inputs: ExitCode) -> Failure {
    let mut messages: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    messages.dedup();
    if messages.is_empty() {
        messages.push(NOTHING_TO_EXPLAIN.to_owned());
    }
    Failure { code: inputs.max(ExitCode::Usage), messages }
}
