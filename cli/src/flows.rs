//! `ringfence flows`: who can reach whom.

use ringfence::engine::{EngineOptions, IpBlocks};
use ringfence::model::Direction;
use ringfence::report::{FlowFormat, PairWriter, blocks_json, render_flows};
use ringfence::workspace::{Focus, Pattern, ReachOptions, Workspace, unmatched};

use crate::args::{DirectionArg, FlowsArgs, FlowsFormat, FocusArgs, InputArgs, IpBlocksArg, ReachArgs};
use crate::console::Console;
use crate::load::load;
use crate::{ExitCode, Failure, output};

/// Shows the flows.
pub(crate) fn flows(console: &mut Console<'_>, arguments: &FlowsArgs) -> Result<ExitCode, Failure> {
    let loaded = load(console, &arguments.paths, &arguments.inputs)?;
    let options = reach_options(&arguments.reach, &arguments.inputs, &loaded.workspace)?;
    let focus = focus(&arguments.focus);
    known(&[&loaded.workspace], &options, &focus)?;
    let inputs = loaded.answerable(console, &arguments.inputs);
    console.progress("computing flows");
    let workspace = &loaded.workspace;
    let text = match arguments.format {
        FlowsFormat::Blocks => blocks(arguments, workspace, &options)?,
        FlowsFormat::Rows(FlowFormat::Json) if arguments.expand => {
            pairs(console, arguments, workspace, &options, &focus)?;
            return Ok(inputs);
        }
        FlowsFormat::Rows(format) => tables(console, arguments, format, workspace, (&options, &focus))?,
    };
    output::deliver(console, arguments.output.as_deref(), &text)?;
    Ok(inputs)
}

/// The compiled policies: a line of JSON for each overlay.
fn blocks(arguments: &FlowsArgs, workspace: &Workspace, options: &ReachOptions) -> Result<String, Failure> {
    let focus = &arguments.focus;
    if arguments.expand || !focus.workload.is_empty() || !focus.peer.is_empty() {
        return Err(Failure::usage(
            "--format blocks is about all workloads: it takes no focus and no --expand",
        ));
    }
    let mut text = String::new();
    workspace.scenes(options, &mut |scene| text.push_str(&blocks_json(scene)));
    Ok(text)
}

/// The flows in the format that is asked for; of several overlays one after the other.
fn tables(
    console: &Console<'_>,
    arguments: &FlowsArgs,
    format: FlowFormat,
    workspace: &Workspace,
    (options, focus): (&ReachOptions, &Focus),
) -> Result<String, Failure> {
    let overlays = if options.overlay.is_none() { workspace.overlays() } else { Vec::new() };
    if !overlays.is_empty() && format != FlowFormat::Table {
        let names = overlays.join(", ");
        return Err(Failure::usage(format!(
            "{} overlays exclude each other here, and one report can't hold them: name one of {names} by --overlay",
            overlays.len()
        )));
    }
    let style =
        output::style(console, arguments.output.is_some(), format == FlowFormat::Table, arguments.verbose);
    let mut text = String::new();
    let mut refused = None;
    workspace.scenes(options, &mut |scene| {
        let table = if arguments.expand { Ok(scene.pairs(focus)) } else { scene.table(focus) };
        if !overlays.is_empty() {
            text.push_str(&format!("{}{}:\n\n", if text.is_empty() { "" } else { "\n" }, scene.overlay));
        }
        match table {
            Ok(table) => text.push_str(&render_flows(&table, format, &style)),
            Err(error) => refused = Some(error),
        }
    });
    refused.map_or(Ok(text), |error| Err(Failure::usage(error.to_string())))
}

/// Writes every pair, piece by piece.
fn pairs(
    console: &mut Console<'_>,
    arguments: &FlowsArgs,
    workspace: &Workspace,
    options: &ReachOptions,
    focus: &Focus,
) -> Result<(), Failure> {
    let mut whole = String::new();
    let mut trouble = None;
    let mut sink = |text: &str| {
        if arguments.output.is_some() {
            whole.push_str(text);
        } else if let Err(found) = console.print(text) {
            trouble = Some(found);
        }
        trouble.is_none()
    };
    let mut writer = PairWriter::new(&mut sink);
    workspace.scenes(options, &mut |scene| writer.write(scene, focus));
    writer.finish();
    if let Some(trouble) = trouble {
        return Err(Failure::output(&trouble));
    }
    match &arguments.output {
        Some(path) => output::put(console, path, &whole),
        None => Ok(()),
    }
}

/// The options of an analysis of flows, checked against what overlays there are.
pub(crate) fn reach_options(
    arguments: &ReachArgs,
    inputs: &InputArgs,
    workspace: &Workspace,
) -> Result<ReachOptions, Failure> {
    options_among(arguments, inputs, &workspace.overlays())
}

/// The options of an analysis of flows, checked against these overlays.
pub(crate) fn options_among(
    arguments: &ReachArgs,
    inputs: &InputArgs,
    overlays: &[String],
) -> Result<ReachOptions, Failure> {
    let ip_blocks = match arguments.ip_blocks {
        IpBlocksArg::ExternalOnly => IpBlocks::ExternalOnly,
        IpBlocksArg::MatchPodIps => IpBlocks::MatchPodIps,
    };
    let options = ReachOptions {
        engine: EngineOptions { ip_blocks },
        namespace: inputs.namespace.clone(),
        overlay: arguments.overlay.clone(),
    };
    options.among(overlays).map_err(|error| Failure::usage(error.to_string()))?;
    Ok(options)
}

/// The part of the flows that is asked for.
pub(crate) fn focus(arguments: &FocusArgs) -> Focus {
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

/// Fails where a pattern stands for no workload of any overlay of any workspace.
pub(crate) fn known(workspaces: &[&Workspace], options: &ReachOptions, focus: &Focus) -> Result<(), Failure> {
    let lost = unmatched(workspaces, options, focus);
    if lost.is_empty() {
        return Ok(());
    }
    Err(Failure { code: ExitCode::Usage, messages: lost.iter().map(ToString::to_string).collect() })
}
