//! The command line: what can be said, and its help.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use ringfence::diagnostics::{Safety, Severity};
use ringfence::report::{DiffFormat, FlowFormat, Format};
use ringfence::sets::Protocol;
use ringfence::workspace::{EndSpec, read_port};

/// Exact analysis of Kubernetes network isolation.
///
/// Tells from the manifests in a repository which Pods no NetworkPolicy isolates, which namespaces don't start from
/// default deny, which policies open more than they need to, and who can reach whom on which port, and why.
#[derive(Debug, Parser)]
#[command(name = "ringfence", version, max_term_width = 110, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colours; `auto` is on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: ColorChoice,

    /// Say nothing about the run itself but errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  ringfence check                      check the current folder
  ringfence check --fix deploy/        mend what can be mended without changing traffic
  ringfence flows                      who can reach whom
  ringfence explain shop/web data/postgres 5432
                                       why, or why not, and which lines decide
  ringfence exposure                   what Pods that are not here yet could reach
  ringfence diff --base origin/main    what the work tree opens and closes
  ringfence rules no-default-deny-ingress
                                       what a rule checks, and why
  ringfence init                       write a configuration to start from

Exit status:
  0  nothing that --fail-on names; without --fail-on, the answer was given
  1  findings, or changes, that --fail-on names
  2  wrong usage or configuration
  3  inputs could not be read: a path, everything, or with --strict-inputs anything";

const CHECK_EXAMPLES: &str = "\
Examples:
  ringfence check                      everything below the current folder is one repository
  ringfence check app/ netpol/         policies in one folder cover workloads in the other
  kubectl get pod,ns,netpol -A -o yaml | ringfence check -
  ringfence check --select default-deny,precision --fail-on warning
  ringfence check --fix --diff         show what --fix would change
  ringfence check -f sarif -o ringfence.sarif
  ringfence check --write-baseline known.json && ringfence check --baseline known.json

Folders with a kustomization are rendered with `kustomize` or `kubectl`, charts with `helm`,
if they are on PATH. This runs your own tools on the files that are checked, and a kustomization
can make its tool fetch what it refers to; --no-render keeps from it.

Exit status: 0 no finding at or above --fail-on, 1 findings, 2 wrong usage or configuration,
3 inputs could not be read (see --strict-inputs).";

const FLOWS_EXAMPLES: &str = "\
Examples:
  ringfence flows                      who can reach whom, in few rows
  ringfence flows --workload data/postgres --direction ingress
                                       who can reach the database
  ringfence flows -w 'shop/*' -p 'data/*' --port 5432
                                       what passes between two namespaces
  ringfence flows --expand -f json     every pair of workloads
  ringfence flows -f html -o flows.html

`?` marks what the manifests can't prove, with the reason below the table. Who has no row is proven
to have no connection.

Exit status: 0 whatever flows, 2 wrong usage or configuration, 3 inputs could not be read
(see --strict-inputs).";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  ringfence explain shop/storefront data/postgres 5432
  ringfence explain internet edge/gateway 443
  ringfence explain shop/web 10.20.0.0/16 53/UDP --path deploy/
  ringfence explain 'shop/{app=new}' data/postgres
                                       a Pod that doesn't exist yet
  ringfence explain 'shop/*' data/postgres
                                       every workload of a namespace

Exit status: 0 whatever the verdict, 2 wrong usage or configuration, or no such workload,
3 inputs could not be read (see --strict-inputs).";

const EXPOSURE_EXAMPLES: &str = "\
Examples:
  ringfence exposure                   every workload
  ringfence exposure -w data/postgres  who else could reach the database
  ringfence exposure -f json deploy/

`nobody else` means: no Pods but those in the manifests, and more with the same labels. Whom those
reach, `ringfence flows` shows.

Exit status: 0 whatever is exposed, 2 wrong usage or configuration, 3 inputs could not be read
(see --strict-inputs).";

const DIFF_EXAMPLES: &str = "\
Examples:
  ringfence diff old/ new/             what the new manifests open and close
  ringfence diff --base origin/main    what the work tree changes
  ringfence diff --base v1.2 --head v1.3 deploy/
  ringfence diff --base origin/main --fail-on opened -f markdown
                                       for a comment on a pull request

Each change stands under the edit that caused it: `+` opened, `-` closed, `!` what is or was
unknown. Revisions are read through git; neither the work tree nor the index is touched. The
configuration is the work tree's on both sides.

Exit status: 0 nothing that --fail-on names, 1 something, 2 wrong usage or configuration,
3 inputs could not be read (see --strict-inputs).";

const FOCUS: &str = "Focus";
const REPORT: &str = "Report";
const RULES: &str = "Rules";
const FIXES: &str = "Fixes";
const INPUTS: &str = "Inputs";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find gaps in network isolation
    Check(Box<CheckArgs>),
    /// Show who can reach whom
    Flows(Box<FlowsArgs>),
    /// Explain why one workload can or can't reach another
    Explain(Box<ExplainArgs>),
    /// Show what Pods that are not in the repository could reach, or be reached by
    Exposure(Box<ExposureArgs>),
    /// Show which connections a change opens and closes, and why
    Diff(Box<DiffArgs>),
    /// List the rules, or explain one
    Rules(RulesArgs),
    /// Write a configuration to start from
    Init(InitArgs),
    /// Print the JSON Schema of the configuration
    Schema,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print a manual page
    #[command(hide = true)]
    Man {
        /// The command that it is about; none for all of them
        command: Option<String>,
    },
}

#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct CheckArgs {
    /// Files and folders; `-` reads standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<String>,

    /// How to print the findings
    #[arg(help_heading = REPORT, short, long, value_name = "FORMAT", default_value = "text", value_parser = format_parser())]
    pub(crate) format: Format,

    /// Write the report to a file instead of standard output
    #[arg(help_heading = REPORT, short, long, value_name = "FILE")]
    pub(crate) output: Option<String>,

    /// The least severity that makes the exit status 1
    #[arg(help_heading = REPORT, long, value_enum, value_name = "LEVEL", default_value_t)]
    pub(crate) fail_on: FailOn,

    /// Name what was skipped
    #[arg(help_heading = REPORT, short, long)]
    pub(crate) verbose: bool,

    /// Run these rules and groups only
    #[arg(help_heading = RULES, long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) select: Vec<String>,

    /// Leave out these rules and groups
    #[arg(help_heading = RULES, long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,

    /// Leave out the findings of an earlier --write-baseline or -f json
    #[arg(help_heading = RULES, long, value_name = "FILE")]
    pub(crate) baseline: Option<String>,

    /// Write the fingerprints of all findings to a file, for --baseline
    #[arg(help_heading = RULES, long, value_name = "FILE", conflicts_with_all = ["fix", "diff", "baseline"])]
    pub(crate) write_baseline: Option<String>,

    /// Mend findings in place: those that change no traffic, or with `changes-traffic` also the others
    #[arg(help_heading = FIXES, long, value_enum, value_name = "SAFETY", num_args = 0..=1, require_equals = true, default_missing_value = "safe")]
    pub(crate) fix: Option<FixSafety>,

    /// Print what --fix would change as a patch, and write nothing
    #[arg(help_heading = FIXES, long)]
    pub(crate) diff: bool,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,
}

#[derive(Debug, Args)]
#[command(after_help = FLOWS_EXAMPLES)]
pub(crate) struct FlowsArgs {
    /// Files and folders; `-` reads standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<String>,

    /// How to print the flows
    #[arg(help_heading = REPORT, short, long, value_name = "FORMAT", default_value = "table", value_parser = flow_format_parser())]
    pub(crate) format: FlowsFormat,

    /// Write the flows to a file instead of standard output
    #[arg(help_heading = REPORT, short, long, value_name = "FILE")]
    pub(crate) output: Option<String>,

    /// List every pair of workloads, instead of as few rows as possible
    #[arg(help_heading = REPORT, long)]
    pub(crate) expand: bool,

    /// Print long lists in full
    #[arg(help_heading = REPORT, short, long)]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) focus: FocusArgs,

    #[command(flatten)]
    pub(crate) reach: ReachArgs,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,
}

#[derive(Debug, Args)]
#[command(after_help = DIFF_EXAMPLES)]
pub(crate) struct DiffArgs {
    /// The old and the new manifests, a file or folder each; with --base what to compare, `.` unless given
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<String>,

    /// The git revision that has the old manifests
    #[arg(help_heading = INPUTS, long, value_name = "REVISION")]
    pub(crate) base: Option<String>,

    /// The git revision that has the new manifests; the work tree unless given
    #[arg(help_heading = INPUTS, long, value_name = "REVISION", requires = "base")]
    pub(crate) head: Option<String>,

    /// How to print the changes
    #[arg(help_heading = REPORT, short, long, value_name = "FORMAT", default_value = "text", value_parser = diff_format_parser())]
    pub(crate) format: DiffFormat,

    /// Write the changes to a file instead of standard output
    #[arg(help_heading = REPORT, short, long, value_name = "FILE")]
    pub(crate) output: Option<String>,

    /// Which changes make the exit status 1
    #[arg(help_heading = REPORT, long, value_enum, value_name = "CHANGE", default_value_t)]
    pub(crate) fail_on: FailOnChange,

    /// Print long lists in full
    #[arg(help_heading = REPORT, short, long)]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) focus: FocusArgs,

    #[command(flatten)]
    pub(crate) reach: ReachArgs,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOnChange {
    /// A connection that was not allowed before
    Opened,
    /// A connection that is not allowed any more
    Closed,
    /// Any change, also of what can't be told
    Any,
    /// None
    #[default]
    Never,
}

#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(crate) struct ExplainArgs {
    /// Who connects: NAMESPACE/NAME, NAMESPACE/KIND/NAME, NAMESPACE/{key=value}, an address, a CIDR, `internet` or `ingress`;
    /// `*` stands for anything in a name
    #[arg(value_name = "FROM")]
    pub(crate) from: EndSpec,

    /// To whom, in the same forms
    #[arg(value_name = "TO")]
    pub(crate) to: EndSpec,

    /// To which port: 443, 53/UDP; every port unless given
    #[arg(value_name = "PORT[/PROTOCOL]", value_parser = read_port)]
    pub(crate) port: Option<(Protocol, u16)>,

    /// A file or folder; several may be given
    #[arg(help_heading = INPUTS, long, value_name = "PATH", default_value = ".")]
    pub(crate) path: Vec<String>,

    /// How to print the explanation
    #[arg(help_heading = REPORT, short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) format: TextFormat,

    #[command(flatten)]
    pub(crate) reach: ReachArgs,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,
}

#[derive(Debug, Args)]
#[command(after_help = EXPOSURE_EXAMPLES)]
pub(crate) struct ExposureArgs {
    /// Files and folders; `-` reads standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<String>,

    /// How to print the exposure
    #[arg(help_heading = REPORT, short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) format: TextFormat,

    /// These workloads only: NAME, NAMESPACE/NAME or NAMESPACE/KIND/NAME, with `*` for anything
    #[arg(help_heading = FOCUS, short, long, value_name = "WORKLOAD", value_delimiter = ',')]
    pub(crate) workload: Vec<String>,

    #[command(flatten)]
    pub(crate) reach: ReachArgs,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,
}

/// What of the flows is asked for.
#[derive(Debug, Args)]
pub(crate) struct FocusArgs {
    /// Flows from and to these workloads: NAME, NAMESPACE/NAME or NAMESPACE/KIND/NAME, with `*` for anything
    #[arg(help_heading = FOCUS, short, long, value_name = "WORKLOAD", value_delimiter = ',')]
    pub(crate) workload: Vec<String>,

    /// Flows whose other end is one of these, written in the same way
    #[arg(help_heading = FOCUS, short, long, value_name = "WORKLOAD", value_delimiter = ',')]
    pub(crate) peer: Vec<String>,

    /// Flows in this direction only, as seen from the workloads
    #[arg(help_heading = FOCUS, long, value_enum)]
    pub(crate) direction: Option<DirectionArg>,

    /// Flows to this port only: 443, 53/UDP
    #[arg(help_heading = FOCUS, long, value_name = "PORT[/PROTOCOL]", value_parser = read_port)]
    pub(crate) port: Option<(Protocol, u16)>,
}

/// What decides on flows besides the manifests.
#[derive(Debug, Args)]
pub(crate) struct ReachArgs {
    /// Whether the ipBlocks of NetworkPolicies match the addresses of Pods, in which network plugins differ
    #[arg(help_heading = INPUTS, long, value_enum, value_name = "MODE", default_value_t)]
    pub(crate) ip_blocks: IpBlocksArg,

    /// The overlay to look at, where overlays of one base exclude each other; all of them unless given
    #[arg(help_heading = INPUTS, long, value_name = "NAME")]
    pub(crate) overlay: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DirectionArg {
    Ingress,
    Egress,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum IpBlocksArg {
    /// They stand for addresses outside the cluster
    #[default]
    ExternalOnly,
    /// They match Pods by their addresses
    MatchPodIps,
}

/// How inputs are read; the same for every command that analyses them.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Read this configuration instead of the nearest .ringfence.yaml
    #[arg(help_heading = INPUTS, long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<String>,

    /// Read no configuration
    #[arg(help_heading = INPUTS, long)]
    pub(crate) no_config: bool,

    /// The namespace of objects that name none
    #[arg(help_heading = INPUTS, short, long)]
    pub(crate) namespace: Option<String>,

    /// Exit with status 3 if any input could not be read or rendered
    #[arg(help_heading = INPUTS, long)]
    pub(crate) strict_inputs: bool,

    /// A values file for charts; several may be given, later ones win
    #[arg(help_heading = INPUTS, long, value_name = "FILE")]
    pub(crate) values: Vec<String>,

    /// Run no kustomize, kubectl or helm
    #[arg(help_heading = INPUTS, long)]
    pub(crate) no_render: bool,

    /// How many threads to use; as many as there are cores unless given
    #[arg(help_heading = INPUTS, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// The rule to explain
    pub(crate) name: Option<String>,

    /// How to print them
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) format: TextFormat,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder to configure
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: String,

    /// Replace a configuration that is there
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextFormat {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    #[default]
    Error,
    Warning,
    Info,
    Never,
}

impl FailOn {
    /// The least severity that fails; none where nothing does.
    pub(crate) fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FixSafety {
    Safe,
    ChangesTraffic,
}

impl From<FixSafety> for Safety {
    fn from(safety: FixSafety) -> Self {
        match safety {
            FixSafety::Safe => Self::Safe,
            FixSafety::ChangesTraffic => Self::ChangesTraffic,
        }
    }
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| name.parse::<Format>())
}

/// The name of the format that is no rendering of the flows.
const BLOCKS: &str = "blocks";

/// How flows are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowsFormat {
    /// As rows.
    Rows(FlowFormat),
    /// As the compiled policies that they follow from.
    Blocks,
}

fn flow_format_parser() -> impl TypedValueParser<Value = FlowsFormat> {
    let names = FlowFormat::ALL.map(FlowFormat::name).into_iter().chain([BLOCKS]);
    PossibleValuesParser::new(names).try_map(|name| match &*name {
        BLOCKS => Ok(FlowsFormat::Blocks),
        name => name.parse::<FlowFormat>().map(FlowsFormat::Rows),
    })
}

fn diff_format_parser() -> impl TypedValueParser<Value = DiffFormat> {
    PossibleValuesParser::new(DiffFormat::ALL.map(DiffFormat::name))
        .try_map(|name| name.parse::<DiffFormat>())
}

/// The definition of the command line, with help as wide as the terminal.
pub(crate) fn command(width: Option<u16>) -> clap::Command {
    let command = Arguments::command();
    match width {
        Some(width) => command.term_width(width.into()),
        None => command.term_width(100),
    }
}

/// Reads the arguments, the program's name among them.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
    width: Option<u16>,
) -> Result<Arguments, clap::Error> {
    let mut command = command(width);
    let matches = command.try_get_matches_from_mut(arguments)?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str]) -> CheckArgs {
        let all = ["ringfence", "check"].iter().chain(arguments).map(std::ffi::OsString::from);
        match parse(all, None).unwrap().command {
            Command::Check(check) => *check,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        command(None).debug_assert();
    }

    #[test]
    fn fix_takes_its_safety_after_an_equals_sign_only() {
        assert_eq!(check(&["--fix", "safe"]).paths, ["safe"]);
        assert_eq!(check(&["--fix"]).fix, Some(FixSafety::Safe));
        assert_eq!(check(&["--fix=changes-traffic"]).fix, Some(FixSafety::ChangesTraffic));
        assert_eq!(check(&[]).fix, None);
    }

    #[test]
    fn lists_are_split_and_joined() {
        assert_eq!(check(&["--select", "a,b", "--select=c"]).select, ["a", "b", "c"]);
    }
}
