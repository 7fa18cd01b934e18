//! `ringfence exposure`: who else could come.

use ringfence::report::{exposure_json, exposure_text};
use ringfence::workspace::{Exposure, Focus, Pattern};

use crate::args::{ExposureArgs, TextFormat};
use crate::console::Console;
use crate::flows::{known, reach_options};
use crate::load::load;
use crate::{ExitCode, Failure, output};

/// Shows the exposure of workloads.
pub(crate) fn exposure(console: &mut Console<'_>, arguments: &ExposureArgs) -> Result<ExitCode, Failure> {
    let loaded = load(console, &arguments.paths, &arguments.inputs)?;
    let workspace = &loaded.workspace;
    let options = reach_options(&arguments.reach, &arguments.inputs, workspace)?;
    let workloads = arguments.workload.iter().map(|text| Pattern::new(text)).collect();
    let focus = Focus { workloads, ..Focus::default() };
    known(&[workspace], &options, &focus)?;
    let inputs = loaded.answerable(console, &arguments.inputs);
    let mut exposures: Vec<Exposure> = Vec::new();
    workspace.scenes(&options, &mut |scene| exposures.extend(scene.exposures(&focus)));
    let text = match arguments.format {
        TextFormat::Json => exposure_json(&exposures),
        TextFormat::Text => exposure_text(&exposures, &output::style(console, false, true, false)),
    };
    output::deliver(console, None, &text)?;
    Ok(inputs)
}
