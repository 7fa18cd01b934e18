//! What one analysis leaves to the next.
//!
//! Most edits change what a policy says, and then the ground that policies stand on is the same as before, and so are
//! the names of workloads. They are kept until something else changes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::reach::Units;
use crate::cluster::{Cluster, Ground, Repository, Resolver, Root};

/// The grounds of the roots of one repository, as they were asked for.
#[derive(Debug)]
pub(super) struct Standing {
    repository: Repository,
    namespace: Option<String>,
    grounds: RefCell<BTreeMap<String, Rc<Ground>>>,
    units: RefCell<BTreeMap<String, Rc<Units>>>,
}

impl Standing {
    /// Nothing asked for yet; `namespace` is that of objects without one, before the configured default.
    pub(super) fn new(repository: Repository, namespace: Option<&str>) -> Self {
        Self {
            repository,
            namespace: namespace.map(str::to_owned),
            grounds: RefCell::default(),
            units: RefCell::default(),
        }
    }

    /// Whether all of it is right for another state of the repository too.
    pub(super) fn holds_for(&self, repository: &Repository, namespace: Option<&str>) -> bool {
        self.namespace.as_deref() == namespace && Ground::still_holds(&self.repository, repository)
    }

    /// The inventory of a root of a repository that this [`Standing::holds_for`].
    pub(super) fn cluster<'r>(&self, repository: &'r Repository, root: &Root, by: &Resolver) -> Cluster<'r> {
        let mut grounds = self.grounds.borrow_mut();
        let ground =
            grounds.entry(root.name.clone()).or_insert_with(|| Rc::new(Ground::new(repository, root, by)));
        Cluster::on(repository, Rc::clone(ground))
    }

    /// The workloads of a root under their names; `cluster` is its inventory.
    pub(super) fn units(&self, root: &Root, cluster: &Cluster<'_>) -> Rc<Units> {
        let mut units = self.units.borrow_mut();
        let known = units.entry(root.name.clone()).or_insert_with(|| Rc::new(Units::new(cluster)));
        Rc::clone(known)
    }
}
