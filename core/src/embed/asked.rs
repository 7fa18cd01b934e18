//! What options mean to the core.

use crate::diagnostics::{Safety, Severity};
use crate::engine::{EngineOptions, IpBlocks};
use crate::model::Direction;
use crate::rules::Date;
use crate::sets::Protocol;
use crate::wire::{
    self, DiffOptions, ExplainOptions, ExposureOptions, FixOptions, FlowOptions, Refusal, RefusalCode,
    ReportOptions,
};
use crate::workspace::{
    CheckOptions, Focus, NoSuchWorkload, Pattern, ReachOptions, Workspace, read_port, unmatched,
};

/// The value that a word names; none where nobody says one.
pub(super) fn word<T: Copy, const N: usize>(
    option: &str,
    given: &Option<String>,
    all: [T; N],
    name: impl Fn(T) -> &'static str,
) -> Result<Option<T>, Refusal> {
    let Some(given) = given else { return Ok(None) };
    let found = all.into_iter().find(|one| name(*one) == given);
    found.map(Some).ok_or_else(|| {
        let words: Vec<String> = all.into_iter().map(|one| format!("`{}`", name(one))).collect();
        let message = format!("`{option}` is one of {}, not `{given}`", words.join(", "));
        Refusal::new(RefusalCode::InvalidOption, message)
    })
}

pub(super) fn date(given: Option<&str>) -> Result<Option<Date>, Refusal> {
    let read = |text: &str| {
        let wrong = |_| {
            let message = format!("`today` is a date such as `2030-12-31`, not `{text}`");
            Refusal::new(RefusalCode::InvalidOption, message)
        };
        text.parse().map_err(wrong)
    };
    given.map(read).transpose()
}

pub(super) fn port(given: Option<&str>) -> Result<Option<(Protocol, u16)>, Refusal> {
    let read = |text: &str| {
        read_port(text).map_err(|error| {
            Refusal::new(RefusalCode::InvalidOption, format!("`port` can't be `{text}`: {error}"))
        })
    };
    given.map(read).transpose()
}

pub(super) fn safety(options: &FixOptions) -> Result<Safety, Refusal> {
    Ok(word("safety", &options.safety, Safety::ALL, Safety::name)?.unwrap_or(Safety::Safe))
}

pub(super) fn fail_on(options: &ReportOptions) -> Result<Severity, Refusal> {
    Ok(word("failOn", &options.fail_on, Severity::ALL, Severity::name)?.unwrap_or(Severity::Error))
}

/// What a check is asked for, in a workspace with this namespace and this date.
pub(super) fn check(
    options: &wire::CheckOptions,
    namespace: Option<&str>,
    today: Option<Date>,
) -> Result<CheckOptions, Refusal> {
    let options = CheckOptions {
        select: options.select.clone(),
        ignore: options.ignore.clone(),
        namespace: namespace.map(str::to_owned),
        today: date(options.today.as_deref())?.or(today),
        baseline: options.baseline.iter().cloned().collect(),
    };
    let unknown = options.unknown_names();
    if unknown.is_empty() {
        return Ok(options);
    }
    let messages = unknown.into_iter().map(|(name, meant)| match meant {
        Some(meant) => format!("there is no rule or group `{name}`; did you mean `{meant}`?"),
        None => format!("there is no rule or group `{name}`"),
    });
    Err(Refusal::new(RefusalCode::UnknownRule, messages.collect::<Vec<_>>().join("\n")))
}

/// Options that say what decides on flows besides the manifests.
pub(super) trait Reaching {
    /// The overlay and the mode of `ipBlocks`.
    fn reaching(&self) -> (&Option<String>, &Option<String>);
}

/// Options that ask for a part of the flows.
pub(super) trait Focused {
    /// The workloads, the peers, the direction and the port.
    fn focused(&self) -> (&[String], &[String], &Option<String>, Option<&str>);
}

macro_rules! reaching {
    ($($options:ty),*) => {
        $(impl Reaching for $options {
            fn reaching(&self) -> (&Option<String>, &Option<String>) {
                (&self.overlay, &self.ip_blocks)
            }
        })*
    };
}

reaching!(DiffOptions, ExplainOptions, ExposureOptions, FlowOptions);

macro_rules! focused {
    ($($options:ty),*) => {
        $(impl Focused for $options {
            fn focused(&self) -> (&[String], &[String], &Option<String>, Option<&str>) {
                (&self.workloads, &self.peers, &self.direction, self.port.as_deref())
            }
        })*
    };
}

focused!(DiffOptions, FlowOptions);

impl Focused for ExposureOptions {
    fn focused(&self) -> (&[String], &[String], &Option<String>, Option<&str>) {
        (&self.workloads, &[], &None, None)
    }
}

pub(super) fn reach(options: &impl Reaching, namespace: Option<&str>) -> Result<ReachOptions, Refusal> {
    let (overlay, ip_blocks) = options.reaching();
    let ip_blocks = word("ipBlocks", ip_blocks, IpBlocks::ALL, IpBlocks::name)?.unwrap_or_default();
    Ok(ReachOptions {
        engine: EngineOptions { ip_blocks },
        namespace: namespace.map(str::to_owned),
        overlay: overlay.clone(),
    })
}

pub(super) fn focus(options: &impl Focused) -> Result<Focus, Refusal> {
    let (workloads, peers, direction, given_port) = options.focused();
    let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
    Ok(Focus {
        workloads: patterns(workloads),
        peers: patterns(peers),
        direction: word("direction", direction, Direction::BOTH, Direction::name)?,
        port: port(given_port)?,
    })
}

/// Refuses an overlay that there isn't.
pub(super) fn overlay(reach: &ReachOptions, overlays: &[String]) -> Result<(), Refusal> {
    reach.among(overlays).map_err(|error| Refusal::new(RefusalCode::UnknownOverlay, error.to_string()))
}

/// The same, and refuses to answer about several overlays at once.
pub(super) fn one_of(reach: &ReachOptions, overlays: &[String]) -> Result<(), Refusal> {
    overlay(reach, overlays)?;
    if reach.overlay.is_some() || overlays.is_empty() {
        return Ok(());
    }
    let message = format!(
        "{} overlays exclude each other here, and one answer can't hold them: `overlay` has to be one of {}",
        overlays.len(),
        overlays.join(", ")
    );
    Err(Refusal::new(RefusalCode::SeveralOverlays, message))
}

/// Refuses patterns that stand for no workload.
pub(super) fn known(workspaces: &[&Workspace], reach: &ReachOptions, focus: &Focus) -> Result<(), Refusal> {
    all_known(&unmatched(workspaces, reach, focus))
}

/// Refuses names that no workload has.
pub(super) fn all_known(unknown: &[NoSuchWorkload]) -> Result<(), Refusal> {
    let mut messages: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    messages.dedup();
    match messages.is_empty() {
        true => Ok(()),
        false => Err(Refusal::new(RefusalCode::UnknownWorkload, messages.join("\n"))),
    }
}
