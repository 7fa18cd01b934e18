//! The schemas of fields that hold one word of few. The words are the names of the domain's own values.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::cluster::Tool;
use crate::diagnostics::{Safety, Severity};
use crate::engine::{IpBlocks, Openness};
use crate::ide::{ActionKind, CompletionKind, InlayKind, LensKind, ReferenceKind, SectionKind, SymbolKind};
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
    action_kinds: ActionKind::ALL.map(ActionKind::name);
    actions: Action::ALL.map(Action::name);
    certainties: super::graph::CERTAINTIES;
    completion_kinds: CompletionKind::ALL.map(CompletionKind::name);
    changes: ChangeKind::ALL.map(ChangeKind::name);
    conclusions: Conclusion::ALL.map(Conclusion::name);
    directions: Direction::BOTH.map(Direction::name);
    encodings: PositionEncoding::ALL.map(PositionEncoding::name);
    fix_kinds: FixKind::ALL.map(FixKind::name);
    group_kinds: GroupKind::ALL.map(GroupKind::name);
    inlay_kinds: InlayKind::ALL.map(InlayKind::name);
    ip_blocks: IpBlocks::ALL.map(IpBlocks::name);
    lens_kinds: LensKind::ALL.map(LensKind::name);
    node_kinds: GroupKind::ALL.map(GroupKind::name).into_iter().chain([super::graph::KNOT]);
    openness: Openness::ALL.map(Openness::name);
    operators: Operator::ALL.map(Operator::name);
    proofs: ["proven", "refuted", "unknown"];
    reference_kinds: ReferenceKind::ALL.map(ReferenceKind::name);
    rule_groups: Group::ALL.map(Group::name);
    rule_sets: RuleSet::ALL.map(RuleSet::name);
    safeties: Safety::ALL.map(Safety::name);
    section_kinds: SectionKind::ALL.map(SectionKind::name);
    severities: Severity::ALL.map(Severity::name);
    symbol_kinds: SymbolKind::ALL.map(SymbolKind::name);
    tiers: super::explain::TIERS;
    tools: Tool::ALL.map(Tool::name);
}
