//! The rules as data.

use serde::Serialize;

use crate::rules::{self, OptionValue, Rule, RuleOption};

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleInfo {
    /// The stable name.
    pub name: String,
    /// The group that it is selected with.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::rule_groups"))]
    pub group: String,
    /// How bad a finding is, unless the rule says otherwise for one case.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::severities"))]
    pub severity: String,
    /// Who gets it without asking.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::rule_sets"))]
    pub set: String,
    /// The best fix that it ever offers.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::fix_kinds"))]
    pub fix: String,
    /// The version that brought it.
    pub since: String,
    /// What it finds, in one line without a final stop.
    pub summary: String,
    /// What can be configured.
    pub options: Vec<RuleOptionInfo>,
    /// Its page, in Markdown; absent in short lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

/// Something about a rule that configuration can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleOptionInfo {
    /// The key.
    pub name: String,
    /// What it does, in one line.
    pub summary: String,
    /// The value where nothing is configured.
    pub default: RuleOptionDefault,
}

/// The value of an option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum RuleOptionDefault {
    /// A list of strings.
    Strings(Vec<String>),
    /// A whole number.
    Integer(u32),
}

impl From<&Rule> for RuleInfo {
    /// The rule without its page.
    fn from(rule: &Rule) -> Self {
        let option = |option: &RuleOption| RuleOptionInfo {
            name: option.name.to_owned(),
            summary: option.summary.to_owned(),
            default: match option.default {
                OptionValue::Strings(list) => {
                    RuleOptionDefault::Strings(list.iter().map(ToString::to_string).collect())
                }
                OptionValue::Integer(number) => RuleOptionDefault::Integer(number),
            },
        };
        Self {
            name: rule.name.to_owned(),
            group: rule.group.name().to_owned(),
            severity: rule.severity.name().to_owned(),
            set: rule.set.name().to_owned(),
            fix: rule.fix.name().to_owned(),
            since: rule.since.to_owned(),
            summary: rule.summary.to_owned(),
            options: rule.options.iter().map(option).collect(),
            page: None,
        }
    }
}

impl RuleInfo {
    /// The same with the rule's page.
    #[must_use]
    pub fn with_page(self) -> Self {
        let page = rules::page(&self.name).map(str::to_owned);
        Self { page, ..self }
    }
}
