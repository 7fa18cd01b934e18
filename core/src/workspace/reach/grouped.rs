//! All flows in few rows: workloads that nothing tells apart go together, then sources with equal rows and
//! destinations with equal columns, until a row of the table is "these, to those, on these ports".

use std::collections::{BTreeMap, HashMap};

use super::matrix::Row;
use super::units::Unit;
use super::{Ends, Focus, Inflow, Scene, naming};
use crate::engine::{Endpoint, FlowId};
use crate::sets::AddressSet;
use crate::workspace::{FlowRow, FlowTable};

/// The most kinds of workloads whose pairs are put together; beyond it nobody could read the table.
const MOST: usize = 6000;

/// A table that would have too many rows to be of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{kinds} workloads that policies treat differently are too many for one table: name some by --workload, \
     or list every pair by --expand"
)]
pub struct TooLarge {
    /// How many workloads no policy treats alike.
    pub kinds: usize,
}

/// Somebody in a table: units that nothing tells apart, an atom, or clients that come in through a controller.
#[derive(Clone, Debug)]
pub(super) enum Party {
    Units(Vec<usize>),
    Addresses(AddressSet),
    Ingress,
}

/// A row before it has names: sources, destinations, flow.
type Block = (Vec<Party>, Vec<Party>, FlowId);

/// What flows out to, or in from, these units and these atoms.
type Partners = (bool, Vec<usize>, Vec<usize>, FlowId);

/// Positions of parties in a matrix, and the flow between them.
type Cells = (Vec<usize>, Vec<usize>, FlowId);

/// The flows between all parties.
struct Matrix {
    parties: Vec<Party>,
    cells: Vec<Vec<FlowId>>,
}

impl Scene<'_> {
    /// The flows that a focus asks for, in few rows.
    ///
    /// # Errors
    /// Where policies treat too many workloads differently.
    pub fn table(&self, focus: &Focus) -> Result<FlowTable, TooLarge> {
        let blocks = if focus.workloads.is_empty() { self.all_blocks(focus)? } else { self.blocks_of(focus) };
        let mut table = FlowTable::default();
        let mut names = naming::Groups::new(self);
        let mut alone: BTreeMap<FlowId, Vec<usize>> = BTreeMap::new();
        for (from, to, flow) in blocks {
            if let Some(unit) = itself(&from, &to) {
                if self.has_replicas(unit) {
                    alone.entry(flow).or_default().push(unit);
                }
                continue;
            }
            if let Some(row) = self.flow_row(focus, &mut names, &from, &to, flow, false) {
                table.rows.push(row);
            }
        }
        for (flow, units) in alone {
            let parties: Vec<_> = units.into_iter().map(|unit| Party::Units(vec![unit])).collect();
            if let Some(row) = self.flow_row(focus, &mut names, &parties, &parties, flow, true) {
                table.rows.push(row);
            }
        }
        self.add_inflows(focus, &mut names, &mut table.rows);
        table.groups = names.finish();
        let key = |row: &FlowRow| {
            let name = |ids: &[u32]| {
                ids.first().and_then(|id| table.groups.get(*id as usize)).map(|g| (g.kind, g.name.clone()))
            };
            (row.replicas, name(&row.to), name(&row.from))
        };
        table.rows.sort_by_cached_key(key);
        table.notes = self.notes();
        Ok(table)
    }

    /// Adds what comes in through controllers, for all workloads with the same flow at once.
    pub(super) fn add_inflows(&self, focus: &Focus, names: &mut naming::Groups<'_>, rows: &mut Vec<FlowRow>) {
        let ends = Ends::new(self, focus);
        let mut alike: Vec<(Inflow, Vec<Party>)> = Vec::new();
        let inflows = self.through_controllers().into_iter().enumerate();
        for (unit, inflow) in
            inflows.filter(|(unit, inflow)| !inflow.flow.is_none() && ends.wants(None, Some(*unit)))
        {
            let party = Party::Units(vec![unit]);
            match alike.iter_mut().find(|(known, _)| *known == inflow) {
                Some((_, parties)) => parties.push(party),
                None => alike.push((inflow, vec![party])),
            }
        }
        for (inflow, to) in alike {
            let (allow, unknown) =
                (focus.connections(&inflow.flow.certain), focus.connections(&inflow.flow.unknown()));
            if !allow.is_empty() || !unknown.is_empty() {
                let reasons = inflow.reason.into_iter().filter(|_| !unknown.is_empty()).collect();
                let (from, to) = (names.of(&[Party::Ingress]), names.of(&to));
                rows.push(FlowRow { from, to, allow, unknown, reasons, replicas: false });
            }
        }
    }

    /// The flows between all parties.
    fn all_blocks(&self, focus: &Focus) -> Result<Vec<Block>, TooLarge> {
        let matrix = self.matrix(focus)?;
        let by_source = matrix.blocks(false);
        let by_destination = matrix.blocks(true);
        let cells = if by_destination.len() < by_source.len() { by_destination } else { by_source };
        let parties = |ids: Vec<usize>| -> Vec<Party> {
            ids.into_iter().filter_map(|id| matrix.parties.get(id).cloned()).collect()
        };
        Ok(cells.into_iter().map(|(from, to, flow)| (parties(from), parties(to), flow)).collect())
    }

    /// The flows from and to the workloads of a focus; those with the same partners go together.
    fn blocks_of(&self, focus: &Focus) -> Vec<Block> {
        let ends = Ends::new(self, focus);
        let units = || self.units.all.iter().enumerate().filter(|(id, _)| ends.roles(*id).0);
        let mut together: BTreeMap<Partners, Vec<usize>> = BTreeMap::new();
        let mut add = |out: bool, unit: usize, row: &Row| {
            let mut by_flow: BTreeMap<FlowId, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
            for (other, flow) in row.units.iter().enumerate() {
                let pair = if out { (unit, other) } else { (other, unit) };
                // What goes from one workload of the focus to another is told once, on the way out if that is asked for.
                let told_here = ends.outward(pair.0, pair.1) == out;
                if *flow != FlowId::NONE && told_here && ends.wants(Some(pair.0), Some(pair.1)) {
                    by_flow.entry(*flow).or_default().0.push(other);
                }
            }
            let with_addresses =
                if out { ends.wants(Some(unit), None) } else { ends.wants(None, Some(unit)) };
            for (atom, flow) in row.atoms.iter().enumerate() {
                if *flow != FlowId::NONE && with_addresses {
                    by_flow.entry(*flow).or_default().1.push(atom);
                }
            }
            for (flow, (others, atoms)) in by_flow {
                together.entry((out, others, atoms, flow)).or_default().push(unit);
            }
        };
        let sources: Vec<usize> = units().map(|(id, _)| id).collect();
        self.unit_rows(&sources, &mut |unit, row| add(true, unit, row));
        for (id, unit) in units() {
            add(false, id, &self.unit_column(unit));
        }
        let atoms: Vec<&AddressSet> = self.engine.reach().atoms().map(|(_, set)| set).collect();
        let block = |((out, others, addresses, flow), units): (Partners, Vec<usize>)| {
            let one = |id: usize| Party::Units(vec![id]);
            let addresses = addresses
                .into_iter()
                .filter_map(|at| atoms.get(at))
                .map(|set| Party::Addresses((*set).clone()));
            let others: Vec<Party> = others.into_iter().map(one).chain(addresses).collect();
            let units: Vec<Party> = units.into_iter().map(one).collect();
            if out { (units, others, flow) } else { (others, units, flow) }
        };
        together.into_iter().map(block).collect()
    }

    pub(super) fn flow_row(
        &self,
        focus: &Focus,
        names: &mut naming::Groups<'_>,
        from: &[Party],
        to: &[Party],
        flow: FlowId,
        replicas: bool,
    ) -> Option<FlowRow> {
        let found = self.flow(flow);
        let (allow, unknown) = (focus.connections(&found.certain), focus.connections(&found.unknown()));
        if allow.is_empty() && unknown.is_empty() {
            return None;
        }
        let ends = self.end(from.first()?).zip(self.end(to.first()?)).filter(|_| !unknown.is_empty());
        let reasons = ends.map(|(from, to)| self.reasons(from, to)).unwrap_or_default();
        Some(FlowRow { from: names.of(from), to: names.of(to), allow, unknown, reasons, replicas })
    }

    fn end(&self, party: &Party) -> Option<Endpoint<'static>> {
        match party {
            Party::Units(units) => self.class_of(*units.first()?).map(Endpoint::Class),
            Party::Addresses(set) => set.ranges().next().map(|(low, _)| Endpoint::Address(low)),
            Party::Ingress => None,
        }
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes =
            vec!["NetworkPolicies speak of TCP, UDP and SCTP; ICMP and other protocols are up to the network plugin".to_owned()];
        if self.units.all.iter().any(|unit| unit.host_network) {
            notes.push("Pods with hostNetwork stand for their node: no policy selects them".to_owned());
        }
        notes
    }

    fn matrix(&self, focus: &Focus) -> Result<Matrix, TooLarge> {
        let ends = Ends::new(self, focus);
        let parties = self.alike(&ends);
        let units = parties.len();
        if units > MOST {
            return Err(TooLarge { kinds: units });
        }
        let first: Vec<usize> = parties.iter().filter_map(|units| units.first().copied()).collect();
        let reach = self.engine.reach();
        let atoms: Vec<AddressSet> = reach.atoms().map(|(_, set)| set.clone()).collect();
        let mut cells = Vec::with_capacity(units + atoms.len());
        self.unit_rows(&first, &mut |from, row: &Row| {
            let wanted =
                |to: Option<usize>, flow| if ends.wants(Some(from), to) { flow } else { FlowId::NONE };
            let at = |to: &usize| wanted(Some(*to), row.units.get(*to).copied().unwrap_or(FlowId::NONE));
            let outside = row.atoms.iter().map(|flow| wanted(None, *flow));
            cells.push(first.iter().map(at).chain(outside).collect::<Vec<_>>());
        });
        let mut inward: Vec<Vec<FlowId>> = Vec::new();
        self.inward_rows(&first, &mut |row| inward.push(row.to_vec()));
        for mut row in inward {
            for (flow, to) in row.iter_mut().zip(&first) {
                if !ends.wants(None, Some(*to)) {
                    *flow = FlowId::NONE;
                }
            }
            row.resize(units + atoms.len(), FlowId::NONE);
            cells.push(row);
        }
        let parties = parties.into_iter().map(Party::Units).chain(atoms.into_iter().map(Party::Addresses));
        Ok(Matrix { parties: parties.collect(), cells })
    }

    /// The units, those together that nothing tells apart: neither their policies, nor the peers of others' policies,
    /// nor the focus.
    fn alike(&self, ends: &Ends) -> Vec<Vec<usize>> {
        let [sources, destinations] = self.engine.reach().kinds();
        let kind = |unit: &Unit| match unit.classes.as_slice() {
            [only] => {
                let of = |kinds: &[u32]| kinds.get(only.index()).copied();
                of(&sources).zip(of(&destinations))
            }
            _ => None,
        };
        let mut parties: Vec<Vec<usize>> = Vec::new();
        let mut known: HashMap<_, usize> = HashMap::new();
        for (id, unit) in self.units.all.iter().enumerate() {
            match kind(unit) {
                Some(kind) => {
                    let key = (kind, unit.replicas, ends.roles(id));
                    let at = *known.entry(key).or_insert(parties.len());
                    match parties.get_mut(at) {
                        Some(party) => party.push(id),
                        None => parties.push(vec![id]),
                    }
                }
                None => parties.push(vec![id]),
            }
        }
        parties
    }
}

impl Matrix {
    /// Rows of the table: equal rows of the matrix go together, then equal columns; turned round, columns first.
    fn blocks(&self, turned: bool) -> Vec<Cells> {
        let n = self.parties.len();
        let cell = |a: usize, b: usize| {
            let (from, to) = if turned { (b, a) } else { (a, b) };
            self.cells.get(from).and_then(|row| row.get(to)).copied().unwrap_or(FlowId::NONE)
        };
        let lines = gather((0..n).map(|a| (0..n).map(|b| cell(a, b)).collect::<Vec<_>>()));
        let first: Vec<usize> = lines.iter().filter_map(|line| line.first().copied()).collect();
        let across = gather((0..n).map(|b| first.iter().map(|a| cell(*a, b)).collect::<Vec<_>>()));
        // (lines, flow) → what lies across.
        let mut blocks: BTreeMap<(Vec<usize>, FlowId), Vec<usize>> = BTreeMap::new();
        for members in &across {
            let Some(b) = members.first() else { continue };
            let mut by_flow: BTreeMap<FlowId, Vec<usize>> = BTreeMap::new();
            for (line, a) in lines.iter().zip(&first) {
                let flow = cell(*a, *b);
                if flow != FlowId::NONE {
                    by_flow.entry(flow).or_default().extend(line);
                }
            }
            for (flow, mut all) in by_flow {
                all.sort_unstable();
                blocks.entry((all, flow)).or_default().extend(members);
            }
        }
        let block = |((all, flow), mut members): ((Vec<usize>, FlowId), Vec<usize>)| {
            members.sort_unstable();
            if turned { (members, all, flow) } else { (all, members, flow) }
        };
        blocks.into_iter().map(block).collect()
    }
}

/// The unit, where source and destination are the one unit.
fn itself(from: &[Party], to: &[Party]) -> Option<usize> {
    match (from, to) {
        ([Party::Units(from)], [Party::Units(to)]) => match (from.as_slice(), to.as_slice()) {
            ([a], [b]) if a == b => Some(*a),
            _ => None,
        },
        _ => None,
    }
}

/// Positions of equal lines, in the order of the first.
fn gather(lines: impl Iterator<Item = Vec<FlowId>>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<Vec<FlowId>, usize> = HashMap::new();
    for (at, line) in lines.enumerate() {
        let group = *known.entry(line).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(members) => members.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;
    use super::super::testing::{deployment, lines, pod, policy, with_scene};
    use super::*;
    use crate::model::Direction;

    fn table(text: &str, focus: &Focus) -> Vec<String> {
        with_scene(text, |scene| lines(&scene.table(focus).unwrap()))
    }

    #[test]
    fn whoever_is_alike_shares_a_row() {
        let open = ["x/a", "x/b", "z/a", "z/b"].map(deployment).concat();
        assert_eq!(
            table(&open, &Focus::default()),
            ["every Pod, 0.0.0.0/0, ::/0 > every Pod: all", "every Pod > 0.0.0.0/0, ::/0: all"]
        );
        let spec = "  podSelector: {}
  ingress:
  - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: z}}}]
    ports: [{port: 80}]
";
        assert_eq!(
            table(&(open + &policy("x/only-z", spec)), &Focus::default()),
            [
                "every Pod of z > every Pod of x: TCP 80",
                "every Pod, 0.0.0.0/0, ::/0 > every Pod of z: all",
                "every Pod > 0.0.0.0/0, ::/0: all",
            ]
        );
    }

    #[test]
    fn replicas_alone_have_a_row_of_their_own_and_a_pod_none() {
        let spec = "  podSelector: {}
  policyTypes: [Ingress, Egress]
";
        let own = |name: &str| {
            let peers = format!("[{{podSelector: {{matchLabels: {{app: {name}}}}}}}]");
            let spec = format!(
                "  podSelector: {{matchLabels: {{app: {name}}}}}
  ingress: [{{from: {peers}, ports: [{{port: 80}}]}}]
  egress: [{{to: {peers}, ports: [{{port: 80}}]}}]
"
            );
            policy(&format!("x/{name}"), &spec)
        };
        let text = [
            deployment("x/a"),
            deployment("x/b"),
            pod("x/c"),
            own("a"),
            own("b"),
            own("c"),
            policy("x/deny", spec),
        ];
        let found = table(&text.concat(), &Focus::default());
        assert_eq!(
            found,
            ["x/a[Deployment], x/b[Deployment] > x/a[Deployment], x/b[Deployment] (replicas): TCP 80"]
        );
    }

    #[test]
    fn what_a_focus_asks_for_is_told_once() {
        let text = ["x/a", "x/b", "x/c"].map(pod).concat();
        let focus = |workloads: &[&str], direction| Focus {
            workloads: workloads.iter().map(|name| Pattern::new(name)).collect(),
            direction,
            ..Focus::default()
        };
        for (focus, expected) in [
            (
                focus(&["a"], None),
                &[
                    "x/b[Pod], x/c[Pod], 0.0.0.0/0, ::/0 > x/a[Pod]: all",
                    "x/a[Pod] > every Pod of x, 0.0.0.0/0, ::/0: all",
                ][..],
            ),
            (focus(&["a"], Some(Direction::Egress)), &["x/a[Pod] > every Pod of x, 0.0.0.0/0, ::/0: all"]),
            (
                focus(&["a", "b"], Some(Direction::Ingress)),
                &["every Pod of x, 0.0.0.0/0, ::/0 > x/a[Pod], x/b[Pod]: all"],
            ),
        ] {
            assert_eq!(table(&text, &focus), expected, "{focus:?}");
        }
    }

    #[test]
    fn what_is_unknown_has_a_reason() {
        let spec = "  podSelector: {}
  ingress:
  - from: [{podSelector: {}}]
    ports: [{port: 80}]
";
        let node = pod("x/agent").replace("spec: {}", "spec: {hostNetwork: true}");
        with_scene(&[pod("x/a"), node, policy("x/inside", spec)].concat(), |scene| {
            let table = scene.table(&Focus::default()).unwrap();
            let unknown: Vec<_> = table.rows.iter().filter(|row| !row.unknown.is_empty()).collect();
            assert!(!unknown.is_empty());
            for row in unknown {
                assert!(row.reasons.iter().any(|reason| reason.contains("from their own node")), "{row:?}");
            }
            assert!(table.notes.iter().any(|note| note.starts_with("Pods with hostNetwork stand for")));
        });
    }

    #[test]
    fn too_many_rows_are_refused_with_a_way_out() {
        let message = TooLarge { kinds: 7000 }.to_string();
        assert!(message.starts_with("7000 workloads") && message.contains("--expand"), "{message}");
    }
}
