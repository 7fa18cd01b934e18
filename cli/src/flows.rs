//! `ringfence flows`: who can reach whom.

use ringfence::engine::{EngineOptions, IpBlocks};
use ringfence::model::Direction;
use ringfence::report::PairWriter;
use ringfence::workspace::{Focus, NoSuchWorkload, Pattern, ReachOptions, Workspace};

use crate::args::{DirectionArg, FlowsArgs, FocusArgs, InputArgs, IpBlocksArg, ReachArgs};
use crate::console::Console;
use crate::load::load;
use crate::{ExitCode, Failure};

/// Shows the flows.
pub(crate) fn flows(console: &mut Console<'_>, arguments: &FlowsArgs) -> Result<ExitCode, Failure> {
    let loaded = load(console, &arguments.paths, &arguments.inputs)?;
    let options = reach_options(&arguments.reach, &arguments.inputs, &loaded.workspace)?;
    let focus = focus(&arguments.focus);
    known(&loaded.workspace, &options, &focus)?;
    console.progress("computing flows");
    let inputs = loaded.verdict(console, &arguments.inputs, &loaded.workspace.inputs());
    console.done();
    pairs(console, &loaded.workspace, &options, &focus)?;
    Ok(inputs)
}

/// Writes every pair, piece by piece.
fn pairs(
    console: &mut Console<'_>,
    workspace: &Workspace,
    options: &ReachOptions,
    focus: &Focus,
) -> Result<(), Failure> {
    let mut trouble = None;
    let mut sink = |text: &str| match console.print(text) {
        Ok(()) => true,
        Err(found) => {
            trouble = Some(found);
            false
        }
    };
    let mut writer = PairWriter::new(&mut sink);
    workspace.scenes(options, &mut |scene| writer.write(scene, focus));
    writer.finish();
    trouble.map_or(Ok(()), |trouble| Err(Failure::output(&trouble)))
}

/// The options of an analysis of flows, checked against what overlays there are.
pub(crate) fn reach_options(
    arguments: &ReachArgs,
    inputs: &InputArgs,
    workspace: &Workspace,
) -> Result<ReachOptions, Failure> {
    if let Some(wanted) = &arguments.overlay {
        let known = workspace.overlays();
        if !known.contains(wanted) {
            let hint = match known.as_slice() {
                [] => "there are no overlays that exclude each other here".to_owned(),
                known => format!("there are {}", known.join(", ")),
            };
            return Err(Failure::usage(format!("there is no overlay `{wanted}`: {hint}")));
        }
    }
    let ip_blocks = match arguments.ip_blocks {
        IpBlocksArg::ExternalOnly => IpBlocks::ExternalOnly,
        IpBlocksArg::MatchPodIps => IpBlocks::MatchPodIps,
    };
    Ok(ReachOptions {
        engine: EngineOptions { ip_blocks },
        namespace: inputs.namespace.clone(),
        overlay: arguments.overlay.clone(),
    })
}

fn focus(arguments: &FocusArgs) -> Focus {
    let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
    Focus {
        workloads: patterns(&arguments.workload),
        peers: patterns(&arguments.peer),
        direction: arguments.direction.map(|direction| match direction {
            DirectionArg::Ingress => Direction::Ingress,
            DirectionArg::Egress => Direction::Egress,
        }),
        port: arguments.port,
    }
}

/// Fails where a pattern stands for no workload of any overlay.
fn known(workspace: &Workspace, options: &ReachOptions, focus: &Focus) -> Result<(), Failure> {
    if focus.workloads.is_empty() && focus.peers.is_empty() {
        return Ok(());
    }
    let mut unmatched: Option<Vec<NoSuchWorkload>> = None;
    workspace.scenes(options, &mut |scene| {
        let here = scene.unmatched(focus);
        unmatched = Some(match unmatched.take() {
            None => here,
            Some(before) => {
                before.into_iter().filter(|lost| here.iter().any(|h| h.pattern == lost.pattern)).collect()
            }
        });
    });
    match unmatched {
        Some(lost) if !lost.is_empty() => {
            Err(Failure { code: ExitCode::Usage, messages: lost.iter().map(ToString::to_string).collect() })
        }
        _ => Ok(()),
    }
}
