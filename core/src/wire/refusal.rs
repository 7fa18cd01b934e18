//! Why a question gets no answer.

use serde::Serialize;

use crate::config::ConfigError;

/// A misuse: what was asked has no meaning here. Findings are never refusals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refusal {
    /// What it is about.
    pub code: RefusalCode,
    /// What is wrong, for a person.
    pub message: String,
    /// What is wrong with a configuration, place by place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ConfigProblem>,
    /// Files that a configuration extends and whose texts were not handed over, by path: with them it can be tried again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RefusalCode {
    /// A configuration has errors; `problems` lists them.
    InvalidConfig,
    /// An option has a value that means nothing.
    InvalidOption,
    /// Neither a rule nor a group has the name.
    UnknownRule,
    /// No report has the format.
    UnknownFormat,
    /// No schema has the name.
    UnknownSchema,
    /// No file has the path.
    UnknownPath,
    /// No workload has the name.
    UnknownWorkload,
    /// No overlay has the name.
    UnknownOverlay,
    /// No finding has the fingerprint, or it has no such fix.
    UnknownFix,
    /// Overlays exclude each other, and the answer is about one: it has to be named.
    SeveralOverlays,
    /// A text is no end of a connection.
    InvalidEnd,
    /// The two ends come to no pair that a policy is about.
    NothingToExplain,
    /// The answer would be too large to be read: a part has to be asked for.
    TooManyFlows,
}

/// One error of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConfigProblem {
    /// The file: the configuration, or one that it extends.
    pub path: String,
    /// The line, from 1, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column, from 1, in code points, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl Refusal {
    /// A refusal without a list of problems.
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), problems: Vec::new(), missing: Vec::new() }
    }
}

impl From<Vec<ConfigError>> for Refusal {
    fn from(errors: Vec<ConfigError>) -> Self {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let problem = |error: ConfigError| ConfigProblem {
            path: error.source_name,
            line: error.line,
            column: error.column,
            message: error.message,
        };
        Self {
            code: RefusalCode::InvalidConfig,
            message: lines.join("\n"),
            problems: errors.into_iter().map(problem).collect(),
            missing: Vec::new(),
        }
    }
}
