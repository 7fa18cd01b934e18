//! The schemas of fields that hold one word of few. The words are the names of the domain's own values.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::cluster::Tool;
use crate::diagnostics::{Safety, Severity};
use crate::engine::{IpBlocks, Openness};
use crate::model::{Action, Direction};
use crate::rules::{FixKind, Group, RuleSet};
use crate::sets::Operator;
use crate::text::PositionEncoding;
use crate::workspace::{ChangeKind, Conclusion, GroupKind};

fn one_of(words: impl IntoIterator<Item = &'static str>) -> Schema {
    let words: Vec<&str> = words.into_iter().collect();
    json_schema!({"type": "string", "enum": words})
}

macro_rules! words {
    ($($name:ident: $words:expr;)*) => {
        $(pub(super) fn $name(_: &mut SchemaGenerator) -> Schema {
            one_of($words)
        })*
    };
}

words! {
    actions: Action::ALL.map(Action::name);
    certainties: super::graph::CERTAINTIES;
    changes: ChangeKind::ALL.map(ChangeKind::name);
    conclusions: Conclusion::ALL.map(Conclusion::name);
    directions: Direction::BOTH.map(Direction::name);
    encodings: PositionEncoding::ALL.map(PositionEncoding::name);
    fix_kinds: FixKind::ALL.map(FixKind::name);
    group_kinds: GroupKind::ALL.map(GroupKind::name);
    ip_blocks: IpBlocks::ALL.map(IpBlocks::name);
    node_kinds: GroupKind::ALL.map(GroupKind::name).into_iter().chain([super::graph::KNOT]);
    openness: Openness::ALL.map(Openness::name);
    operators: Operator::ALL.map(Operator::name);
    proofs: ["proven", "refuted", "unknown"];
    rule_groups: Group::ALL.map(Group::name);
    rule_sets: RuleSet::ALL.map(RuleSet::name);
    safeties: Safety::ALL.map(Safety::name);
    severities: Severity::ALL.map(Severity::name);
    tiers: super::explain::TIERS;
    tools: Tool::ALL.map(Tool::name);
}
