//! `ringfence explain`: why one end can or can't reach another.

use ringfence::report::{explain_json, explain_text};
use ringfence::workspace::{Explanation, NoSuchWorkload};

use crate::args::{ExplainArgs, TextFormat};
use crate::console::Console;
use crate::flows::reach_options;
use crate::load::load;
use crate::{ExitCode, Failure, output};

/// So many explanations are made into text at a time: enough to outweigh handing them to a thread.
const PART: usize = 256;

/// Explains every pair that the two ends stand for.
pub(crate) fn explain(console: &mut Console<'_>, arguments: &ExplainArgs) -> Result<ExitCode, Failure> {
    let loaded = load(console, &arguments.path, &arguments.inputs)?;
    let workspace = &loaded.workspace;
    let options = reach_options(&arguments.reach, &arguments.inputs, workspace)?;
    let inputs = loaded.verdict(console, &arguments.inputs, &workspace.inputs());
    let mut explanations: Vec<Explanation> = Vec::new();
    let mut unknown: Vec<NoSuchWorkload> = Vec::new();
    workspace.scenes(&options, &mut |scene| {
        let mut keep = |one| explanations.push(one);
        if let Err(names) = scene.explain(&arguments.from, &arguments.to, arguments.port, &mut keep) {
            unknown.extend(names);
        }
    });
    // A name that one overlay has is known, even if another hasn't.
    if explanations.is_empty() {
        let mut messages: Vec<String> = unknown.iter().map(ToString::to_string).collect();
        messages.dedup();
        if messages.is_empty() {
            messages.push(
                "there is nothing to explain: a Pod always reaches itself, and no policy is about two addresses"
                    .to_owned(),
            );
        }
        return Err(Failure { code: inputs.max(ExitCode::Usage), messages });
    }
    let texts = workspace.texts();
    let text = match arguments.format {
        TextFormat::Json => explain_json(&explanations, &texts),
        TextFormat::Text => {
            let style = output::style(console, false, true, false);
            let frames = explanations.len() == 1;
            let parts: Vec<&[Explanation]> = explanations.chunks(PART).collect();
            let part = |at: usize| {
                let of_part = parts.get(at).copied().unwrap_or_default().iter();
                of_part.map(|one| explain_text(one, &texts, &style, frames)).collect::<Vec<_>>().join("\n")
            };
            console.host.make_all(parts.len(), &part).join("\n")
        }
    };
    output::deliver(console, None, &text)?;
    Ok(inputs)
}
