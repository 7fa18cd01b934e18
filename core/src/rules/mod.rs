//! The rules: one file a rule, with its text, its logic and its fix.
//!
//! A rule reads answers of the engine and emits diagnostics. It knows nothing of configuration or output, and only the
//! rules about suppressions know of those. The registry and the pages are generated from the rules' files by `cargo xtask codegen`.

mod containment;
mod context;
mod coverage;
mod default_deny;
mod dns;
mod edits;
mod faults;
mod hygiene;
mod input;
mod missing_deny;
mod near;
mod neighbours;
mod other_end;
mod other_half;
mod pages;
pub(crate) mod peers;
mod platform;
mod precision;
pub(crate) mod proposals;
mod reachability;
mod redundancy;
mod registry;
mod review;
mod suppression;
mod tiers;
mod uncovered;
pub(crate) mod wording;
mod world;

pub use context::{Context, Inputs, Options, Origins, Reporter, SourceMap, Unrendered};
pub use redundancy::Needless;
pub use suppression::{Annotation, Date, Suppression, Target, Use, known_names};

use crate::diagnostics::Severity;

/// A rule: metadata for every reader (configuration, SARIF, `ringfence rules`, the documentation) and the check.
#[derive(Debug)]
pub struct Rule {
    /// The stable id: names the problem, in kebab-case.
    pub name: &'static str,
    /// The group that it is selected with.
    pub group: Group,
    /// How bad a finding is, unless the rule says otherwise for one case.
    pub severity: Severity,
    /// Who gets it without asking.
    pub set: RuleSet,
    /// The version that brought it.
    pub since: &'static str,
    /// The best fix that it ever offers.
    pub fix: FixKind,
    /// What it finds, in one line without a final stop.
    pub summary: &'static str,
    /// What can be configured.
    pub options: &'static [RuleOption],
    /// The check.
    pub check: Check,
}

/// What a rule is run on.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// All inputs, once: syntax, fields, what couldn't be read.
    Inputs(fn(&Inputs<'_>, &mut Reporter<'_>)),
    /// Each root: what the objects mean together.
    Cluster(fn(&Context<'_>, &mut Reporter<'_>)),
    /// The suppressions of all files, once, after they were held against the findings of the other rules. What is found
    /// about a suppression can't be suppressed itself.
    Suppressions(fn(&[Suppression], &mut Reporter<'_>)),
}

/// A group of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// What can't be read, or is not what it seems.
    Input,
    /// Every Pod under a policy.
    Coverage,
    /// First deny, then allow.
    DefaultDeny,
    /// Selectors no wider than needed.
    Precision,
    /// What policies let through.
    Reachability,
    /// Policies that are refused, without effect or hard to read.
    Hygiene,
    /// Policies that are reviewed, and exceptions that expire.
    Review,
}

impl Group {
    /// Every group, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Input,
        Self::Coverage,
        Self::DefaultDeny,
        Self::Precision,
        Self::Reachability,
        Self::Hygiene,
        Self::Review,
    ];

    /// The name in configuration and output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Coverage => "coverage",
            Self::DefaultDeny => "default-deny",
            Self::Precision => "precision",
            Self::Reachability => "reachability",
            Self::Hygiene => "hygiene",
            Self::Review => "review",
        }
    }

    /// What the group is about, in one line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Input => "what can't be read, or is not what it seems",
            Self::Coverage => "every Pod under a policy",
            Self::DefaultDeny => "first deny, then allow",
            Self::Precision => "selectors no wider than needed",
            Self::Reachability => "what policies let through",
            Self::Hygiene => "policies that are refused, have no effect, or mislead",
            Self::Review => "exceptions that say why and until when",
        }
    }
}

/// Who gets a rule without asking; each set holds the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleSet {
    /// Everybody: silent on good repositories.
    Default,
    /// Who wants more advice.
    Recommended,
    /// Who wants every improvement.
    Strict,
    /// Nobody; it has to be named.
    OptIn,
}

impl RuleSet {
    /// Every set.
    pub const ALL: [Self; 4] = [Self::Default, Self::Recommended, Self::Strict, Self::OptIn];

    /// The name in configuration and output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Recommended => "recommended",
            Self::Strict => "strict",
            Self::OptIn => "opt-in",
        }
    }
}

/// The best fix that a rule offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FixKind {
    /// By hand.
    None,
    /// A proposal to confirm.
    Suggestion,
    /// Applied by `check --fix=changes-traffic`.
    ChangesTraffic,
    /// Applied by `check --fix`.
    Safe,
}

impl FixKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::None, Self::Suggestion, Self::ChangesTraffic, Self::Safe];

    /// What the documentation says.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "by hand",
            Self::Suggestion => "suggestion",
            Self::ChangesTraffic => "changes traffic",
            Self::Safe => "safe",
        }
    }
}

/// Something about a rule that configuration can set.
#[derive(Debug)]
pub struct RuleOption {
    /// The key, in camelCase.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// The type and the value where nothing is configured.
    pub default: OptionValue,
}

/// The type and the default of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionValue {
    /// A list of strings.
    Strings(&'static [&'static str]),
    /// A whole number.
    Integer(u32),
}

/// Every rule, by group and name.
pub fn all() -> &'static [&'static Rule] {
    registry::RULES
}

/// The rule of a name.
pub fn find(name: &str) -> Option<&'static Rule> {
    all().iter().copied().find(|rule| rule.name == name)
}

/// The page of a rule, in Markdown.
pub fn page(name: &str) -> Option<&'static str> {
    pages::page(name)
}
