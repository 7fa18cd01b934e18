//! Who can reach whom: the engine's answers under the names of workloads.

mod diff;
mod doubts;
mod entrances;
mod explain;
mod exposure;
mod focus;
mod grouped;
mod listed;
mod matrix;
mod naming;
mod question;
#[cfg(test)]
mod testing;
mod units;
mod view;
mod wanted;

pub use diff::{
    Cause, ChangeKind, ChangedEnd, ChangedFlow, ChangedPair, ChangedRow, Delta, Diff, diff, diff_texts,
};
pub(crate) use entrances::Inflow;
pub use explain::{Conclusion, Explanation, PolicyLine, RuleLine, Side};
pub use exposure::{ExposedSide, Exposure, PotentialPeer};
pub use focus::{Focus, NoSuchWorkload, Pattern, unmatched};
pub use grouped::TooLarge;
pub(crate) use naming::addresses_name;
pub use question::{BadEnd, BadPort, EndSpec, NOTHING_TO_EXPLAIN, read_port};
pub(crate) use wanted::Ends;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use units::Unit;
pub(super) use units::Units;

use super::standing::Standing;
use super::{Workspace, rendered_files};
use crate::cluster::ClassId;
use crate::cluster::{Cluster, Layout, ObjectId, Repository, Resolver, Root};
use crate::diagnostics::{Location, ObjectRef};
use crate::engine::{Engine, EngineOptions, Flow, FlowId, Reach};
use crate::model::Direction;
use crate::rules::{Origins, SourceMap};

/// What an analysis of flows is asked for, beyond the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReachOptions {
    /// What the network plugin decides.
    pub engine: EngineOptions,
    /// The namespace of objects that have none, before the configured default.
    pub namespace: Option<String>,
    /// The overlay to analyse, where overlays exclude each other; none for all.
    pub overlay: Option<String>,
}

/// An overlay that there isn't.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no overlay `{wanted}`: {}", overlay_hint(.known))]
pub struct NoSuchOverlay {
    /// What was asked for.
    pub wanted: String,
    /// The overlays that there are.
    pub known: Vec<String>,
}

fn overlay_hint(known: &[String]) -> String {
    match known {
        [] => "there are no overlays that exclude each other here".to_owned(),
        known => format!("there are {}", known.join(", ")),
    }
}

impl ReachOptions {
    /// Whether there is the overlay that is asked for, where these are all that there are.
    ///
    /// # Errors
    /// Where there isn't.
    pub fn among(&self, overlays: &[String]) -> Result<(), NoSuchOverlay> {
        match &self.overlay {
            Some(wanted) if !overlays.contains(wanted) => {
                Err(NoSuchOverlay { wanted: wanted.clone(), known: overlays.to_vec() })
            }
            _ => Ok(()),
        }
    }
}

/// One root, ready to be asked.
pub struct Scene<'c> {
    /// The overlay; empty where there are no alternatives.
    pub overlay: &'c str,
    engine: &'c Engine<'c>,
    units: &'c Units,
    origins: Origins<'c>,
}

impl Workspace {
    /// The names of the overlays that exclude each other; none where there are no alternatives.
    pub fn overlays(&self) -> Vec<String> {
        let repository = self.repository();
        let layout = Layout::new(&repository);
        let roots = layout.roots(&repository, &rendered_files(&repository));
        roots.into_iter().map(|root| root.name).filter(|name| !name.is_empty()).collect()
    }

    /// Sets up each root that is asked for, one after the other.
    pub fn scenes(&self, options: &ReachOptions, each: &mut dyn FnMut(&Scene<'_>)) {
        let stage = self.stage(options);
        for root in &stage.roots {
            let cluster = stage.cluster(root);
            let engine = self.engine(&cluster, options.engine);
            let units = stage.units(root, &cluster);
            each(&stage.scene(root, &engine, &units));
        }
    }

    /// The engine over a cluster of this workspace.
    pub(super) fn engine<'c>(&'c self, cluster: &'c Cluster<'c>, options: EngineOptions) -> Engine<'c> {
        Engine::with_options(cluster, options).with_controllers(&self.config.ingress_controllers)
    }

    /// What all scenes have in common, and the roots that are asked for.
    pub(super) fn stage(&self, options: &ReachOptions) -> Stage {
        let repository = self.repository();
        let layout = Layout::new(&repository);
        let sources = super::sources::map(&repository, &layout);
        let resolver = self.resolver(&repository, &layout, options.namespace.as_deref());
        let mut roots = layout.roots(&repository, &rendered_files(&repository));
        roots.retain(|root| options.overlay.as_ref().is_none_or(|wanted| *wanted == root.name));
        let standing = self.standing(&repository, options.namespace.as_deref());
        Stage { repository, layout, sources, resolver, roots, standing }
    }

    /// What the last analysis left, if it holds for this one.
    fn standing(&self, repository: &Repository, namespace: Option<&str>) -> Rc<Standing> {
        let mut last = self.standing.borrow_mut();
        match &*last {
            Some(standing) if standing.holds_for(repository, namespace) => Rc::clone(standing),
            _ => Rc::clone(last.insert(Rc::new(Standing::new(repository.clone(), namespace)))),
        }
    }
}

/// What the scenes of one workspace stand on.
pub(super) struct Stage {
    pub(super) repository: Repository,
    pub(super) layout: Layout,
    pub(super) sources: SourceMap,
    resolver: Resolver,
    pub(super) roots: Vec<Root>,
    standing: Rc<Standing>,
}

impl Stage {
    pub(super) fn cluster(&self, root: &Root) -> Cluster<'_> {
        self.standing.cluster(&self.repository, root, &self.resolver)
    }

    pub(super) fn units(&self, root: &Root, cluster: &Cluster<'_>) -> Rc<Units> {
        self.standing.units(root, cluster)
    }

    pub(super) fn scene<'c>(&'c self, root: &'c Root, engine: &'c Engine<'c>, units: &'c Units) -> Scene<'c> {
        let origins = Origins { repository: &self.repository, layout: &self.layout, sources: &self.sources };
        Scene { overlay: &root.name, engine, units, origins }
    }
}

impl<'c> Scene<'c> {
    fn cluster(&self) -> &'c Cluster<'c> {
        self.engine.cluster()
    }

    fn namespace_of(&self, unit: &Unit) -> &'c str {
        self.cluster().namespace_name(unit.namespace)
    }

    /// The place of a field of an object, in the file that a person wrote.
    pub(crate) fn place(&self, object: ObjectId, field: &str) -> Location {
        let place = self.origins.place(object, field);
        self.origins.repository.kept_place(place.file, field).unwrap_or(place)
    }

    /// The identity of an object, with its resolved namespace.
    pub(crate) fn object_ref(&self, id: ObjectId) -> Option<ObjectRef> {
        let object = self.cluster().repository.object(id)?;
        let namespace =
            self.cluster().namespace_of(id).map(|id| Arc::from(self.cluster().namespace_name(id)));
        Some(object.reference(namespace))
    }

    /// The names of the workloads, `namespace/name[Kind]`, ascending.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.units.all.iter().map(|unit| &*unit.name)
    }

    /// The compiled policies.
    pub(crate) fn reach(&self) -> &'c Reach<'c> {
        self.engine.reach()
    }

    /// For each class the names of its workloads.
    pub(crate) fn class_names(&self) -> Vec<Vec<String>> {
        let mut names = vec![Vec::new(); self.cluster().classes.len()];
        for unit in &self.units.all {
            for class in &unit.classes {
                if let Some(names) = names.get_mut(class.index()) {
                    names.push(unit.name.clone());
                }
            }
        }
        names
    }

    /// A flow by its id.
    pub(crate) fn flow(&self, id: FlowId) -> Flow {
        self.engine.reach().flow(id)
    }

    /// Whether there can be two Pods of a workload.
    pub(crate) fn has_replicas(&self, unit: usize) -> bool {
        self.units.all.get(unit).is_some_and(|unit| unit.replicas)
    }

    /// A class of a workload.
    pub(crate) fn class_of(&self, unit: usize) -> Option<ClassId> {
        self.units.all.get(unit)?.classes.first().copied()
    }

    /// The list of policies that decides on a workload.
    pub(crate) fn list_of(&self, unit: usize, direction: Direction) -> u32 {
        self.class_of(unit).map_or(u32::MAX, |class| self.engine.reach().list_of(direction, class))
    }

    /// How many blocks there are: workloads with equal lists of policies for both directions are one.
    pub fn blocks(&self) -> usize {
        let lists = |unit: usize| Direction::BOTH.map(|direction| self.list_of(unit, direction));
        (0..self.workloads()).map(lists).collect::<BTreeSet<_>>().len()
    }

    /// How many workloads there are.
    pub fn workloads(&self) -> usize {
        self.units.all.len()
    }

    /// The patterns of a focus that stand for no workload.
    pub fn unmatched(&self, focus: &Focus) -> Vec<NoSuchWorkload> {
        focus.unmatched(self.units, &|unit| self.namespace_of(unit).to_owned())
    }
}
