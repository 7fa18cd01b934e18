//! The compiled policies in JSON: blocks of workloads, and for each direction the lists that decide on them.

use serde::Serialize;

use super::{Connections, VERSION};
use crate::engine::{CompiledList, CompiledPart, CompiledRank, Reach};
use crate::model::{Action, Direction};
use crate::sets::IdSet;

/// What `ringfence flows --format blocks` prints: as large as the policies, however many pairs they come to.
///
/// Classes are workloads that no policy tells apart, and atoms are addresses outside that no CIDR tells apart. Both
/// have ids: the classes from 0, the atoms after them. What flows from one to another is what the source's egress list
/// and the destination's ingress list both let through.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BlockReport {
    /// The version of this format.
    pub version: u32,
    /// The overlay, where there are alternatives.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub overlay: String,
    /// For each class its workloads, `namespace/name[Kind]`.
    pub classes: Vec<Vec<String>>,
    /// For each atom its CIDRs.
    pub atoms: Vec<Vec<String>>,
    /// Sets of ids, as inclusive ranges; lists refer to them by position.
    pub sets: Vec<Vec<[u32; 2]>>,
    /// Classes with equal lists.
    pub blocks: Vec<Block>,
    /// The lists of ingress.
    pub ingress: Vec<BlockList>,
    /// The lists of egress.
    pub egress: Vec<BlockList>,
}

/// Classes with equal lists in both directions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Block {
    /// The classes, as inclusive ranges of ids.
    pub classes: Vec<[u32; 2]>,
    /// Their list in `ingress`.
    pub ingress: u32,
    /// Their list in `egress`.
    pub egress: u32,
}

/// What decides on the classes of a block in one direction.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BlockList {
    /// The Pods are on their node's network: everything is allowed, and nothing else is said.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub node: bool,
    /// Admin policies by priority, those of one priority together, each with its rules in order: the first match wins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub admin: Vec<Vec<Vec<BlockRule>>>,
    /// Whether a NetworkPolicy certainly isolates the Pods.
    pub isolated: bool,
    /// What the NetworkPolicies that certainly select the Pods allow, together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<BlockPart>,
    /// What each of those allows that possibly select the Pods.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubtful: Vec<Vec<BlockPart>>,
    /// Something that can't be read may allow more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Something that can't be read may deny what is allowed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub less: bool,
    /// Baseline policies, asked where no NetworkPolicy isolates; what nothing decides is allowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub baseline: Vec<Vec<Vec<BlockRule>>>,
}

/// A rule of an admin policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BlockRule {
    /// `accept`, `deny` or `pass`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::actions"))]
    pub action: String,
    /// What it matches.
    pub parts: Vec<BlockPart>,
}

/// Peers on connections.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BlockPart {
    /// The set of peers that certainly match.
    pub peers: u32,
    /// The set of peers that possibly match; absent where it is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub possible: Option<u32>,
    /// The connections.
    pub connections: Connections,
}

impl BlockReport {
    /// The compiled policies of a cluster; `classes` are the workloads of each class.
    pub fn new(overlay: &str, reach: &Reach<'_>, classes: Vec<Vec<String>>) -> Self {
        let lists = |direction| {
            let lists = reach.compiled(direction);
            lists.iter().map(|compiled| list(reach, compiled)).collect()
        };
        Self {
            version: VERSION,
            overlay: overlay.to_owned(),
            classes,
            atoms: reach
                .atoms()
                .map(|(_, set)| set.to_cidrs().iter().map(ToString::to_string).collect())
                .collect(),
            sets: reach.sets().map(ranges).collect(),
            blocks: blocks(reach, reach.classes()),
            ingress: lists(Direction::Ingress),
            egress: lists(Direction::Egress),
        }
    }
}

fn blocks(reach: &Reach<'_>, classes: u32) -> Vec<Block> {
    let mut by_lists: std::collections::BTreeMap<[u32; 2], Vec<u32>> = std::collections::BTreeMap::new();
    for class in 0..classes {
        let lists = Direction::BOTH.map(|direction| reach.list_of(direction, crate::cluster::ClassId(class)));
        by_lists.entry(lists).or_default().push(class);
    }
    let mut blocks: Vec<Block> = by_lists
        .into_iter()
        .map(|([ingress, egress], ids)| Block { classes: ranges(&IdSet::from_sorted(ids)), ingress, egress })
        .collect();
    blocks.sort_by_key(|block| block.classes.first().copied());
    blocks
}

fn list(reach: &Reach<'_>, list: &CompiledList) -> BlockList {
    let parts = |parts: &[CompiledPart]| parts.iter().map(|one| part(reach, one)).collect::<Vec<_>>();
    let ranks = |ranks: &[CompiledRank]| {
        let rule = |(action, of): &(Action, &[CompiledPart])| BlockRule {
            action: action.name().to_owned(),
            parts: parts(of),
        };
        let policy = |rules: Vec<(Action, &[CompiledPart])>| rules.iter().map(rule).collect();
        ranks.iter().map(|rank| rank.policies().map(policy).collect()).collect()
    };
    BlockList {
        node: list.node(),
        admin: ranks(list.admin()),
        isolated: list.isolated(),
        allow: parts(list.allowed()),
        doubtful: list.doubtful().iter().map(|one| parts(one)).collect(),
        more: list.more(),
        less: list.less(),
        baseline: ranks(list.baseline()),
    }
}

fn part(reach: &Reach<'_>, part: &CompiledPart) -> BlockPart {
    let [peers, possible] = part.sets();
    BlockPart {
        peers,
        possible: (possible != peers).then_some(possible),
        connections: Connections::from(&reach.connections(part)),
    }
}

/// The ids of a set as inclusive ranges.
fn ranges(set: &IdSet) -> Vec<[u32; 2]> {
    let mut ranges: Vec<[u32; 2]> = Vec::new();
    for id in set.iter() {
        match ranges.last_mut() {
            Some([_, last]) if *last + 1 == id => *last = id,
            _ => ranges.push([id, id]),
        }
    }
    ranges
}
