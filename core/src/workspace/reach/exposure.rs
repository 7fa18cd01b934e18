//! What Pods that are not in the repository could reach, or be reached by.
//!
//! Every peer of every rule on a workload describes such Pods, and what flows to or from them follows from the rules
//! whose selectors imply theirs. Descriptions that say no more than a wider one are left out.

use std::collections::{BTreeSet, HashMap};

use super::units::Unit;
use super::{Focus, Pattern, Scene};
use crate::cluster::{ClassId, NamespaceId};
use crate::engine::{Endpoint, Flow, FlowId, Match, PolicyRef, Potential};
use crate::model::{AdminPeer, AdminPort, ContainerPort, Direction, NAME_LABEL, Peer, Port};
use crate::sets::{AddressSet, LabelSelector, Operator, Requirement, implies};

/// The exposure of one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// The overlay; empty where there are no alternatives.
    pub overlay: String,
    /// `namespace/name[Kind]`.
    pub workload: String,
    /// To whom it is exposed.
    pub ingress: ExposedSide,
    /// Whom it could reach.
    pub egress: ExposedSide,
}

/// One direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExposedSide {
    /// Whether a policy of any tier certainly selects the workload.
    pub protected: bool,
    /// The most general descriptions of Pods that could appear, each with what flows; a Pod that several fit gets what
    /// all of them give, and nothing where one of them gives nothing.
    pub peers: Vec<PotentialPeer>,
    /// The addresses outside, by flow.
    pub addresses: Vec<(AddressSet, Flow)>,
    /// Names of ports that only a Pod that exists could resolve, so that they are left out here.
    pub named_ports: Vec<String>,
}

/// Pods that could appear, with what flows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PotentialPeer {
    /// Who they are.
    pub pods: Potential,
    /// Their namespace, where they are in one that is named.
    pub namespace: Option<String>,
    /// What flows.
    pub flow: Flow,
    /// How many workloads of the repository fit the description already.
    pub workloads: u64,
}

impl Scene<'_> {
    /// The exposure of the workloads of a focus, by name.
    pub fn exposures(&self, focus: &Focus) -> Vec<Exposure> {
        let mut known: HashMap<Decides<'_>, ExposedSide> = HashMap::new();
        let mut side = |direction, unit: &Unit| {
            let Some(class) = unit.classes.first().copied() else { return ExposedSide::default() };
            let decides = self.decides(direction, class);
            known.entry(decides).or_insert_with(|| self.exposed_side(direction, class)).clone()
        };
        let exposure = |unit: &Unit| Exposure {
            overlay: self.overlay.to_owned(),
            workload: unit.name.clone(),
            ingress: side(Direction::Ingress, unit),
            egress: side(Direction::Egress, unit),
        };
        let wanted = |unit: &&Unit| {
            let matches = |pattern: &Pattern| pattern.matches(self.namespace_of(unit), unit);
            focus.workloads.is_empty() || focus.workloads.iter().any(matches)
        };
        self.units.all.iter().filter(wanted).map(exposure).collect()
    }

    /// What an exposure hangs on: classes for which it is equal are exposed alike.
    fn decides(&self, direction: Direction, class: ClassId) -> Decides<'_> {
        let nobody = Endpoint::Address(std::net::Ipv4Addr::UNSPECIFIED.into());
        let walk = self.engine.walk(direction, Endpoint::Class(class), nobody);
        let info = self.cluster().class(class);
        Decides {
            direction,
            policies: walk.steps.iter().map(|step| (step.policy, step.selects)).collect(),
            ports: info.map_or(&[], |info| info.ports),
            namespace: info.map(|info| info.namespace),
            unselectable: walk.unselectable,
        }
    }

    fn exposed_side(&self, direction: Direction, class: ClassId) -> ExposedSide {
        let anybody =
            Potential { namespaces: LabelSelector::everything(), pods: LabelSelector::everything() };
        let walk = self.engine.walk(direction, Endpoint::Class(class), Endpoint::Potential(&anybody));
        let protected = walk.steps.iter().any(|step| step.selects == Match::Yes && !step.refused);
        let (descriptions, named_ports) = self.descriptions(direction, class);
        let mut peers: Vec<(Potential, Flow)> = descriptions
            .into_iter()
            .map(|pods| {
                let flow =
                    self.engine.walk(direction, Endpoint::Class(class), Endpoint::Potential(&pods)).flow;
                (pods, flow)
            })
            .collect();
        self.drop_needless(&mut peers);
        let peers = peers.into_iter().map(|(pods, flow)| {
            let (namespace, workloads) = (name_of(&pods.namespaces), self.fitting(&pods));
            PotentialPeer { pods, namespace, flow, workloads }
        });
        // Pods with the plain labels of some that are there are more of the same: the flows show them.
        let peers = peers.filter(|peer| peer.workloads == 0 || !is_plain(&peer.pods));
        ExposedSide {
            protected,
            peers: peers.collect(),
            addresses: self.outside(direction, class),
            named_ports,
        }
    }

    /// Every description of Pods that a rule on the class gives, and the widest one: any Pod at all.
    fn descriptions(&self, direction: Direction, class: ClassId) -> (BTreeSet<Potential>, Vec<String>) {
        let cluster = self.cluster();
        let everything = LabelSelector::everything;
        let mut found = BTreeSet::from([Potential { namespaces: everything(), pods: everything() }]);
        let mut names: BTreeSet<String> = BTreeSet::new();
        let selects = |set: &crate::cluster::Selection| set.possible.contains(class.0);
        for info in cluster.policies.iter().filter(|info| info.affects(direction) && selects(&info.subject)) {
            for rule in &info.policy.half(direction).rules {
                for peer in rule.peers.iter().flatten() {
                    if let Peer::Pods { namespaces, pods } = peer {
                        let namespaces = namespaces.clone().unwrap_or_else(|| self.named(info.namespace));
                        found.insert(Potential { namespaces, pods: pods.clone().unwrap_or_default() });
                    }
                }
                names.extend(rule.ports.iter().flatten().filter_map(|port| match port {
                    Port::Named { name, .. } => Some(name.clone()),
                    _ => None,
                }));
            }
        }
        for info in cluster.admin.iter().filter(|info| selects(&info.subject)) {
            for rule in info.policy.rules(direction) {
                for peer in &rule.peers {
                    if let AdminPeer::Pods(scope) = peer {
                        let pods = scope.pods.clone().unwrap_or_default();
                        found.insert(Potential { namespaces: scope.namespaces.clone(), pods });
                    }
                }
                names.extend(rule.ports.iter().flatten().filter_map(|port| match port {
                    AdminPort::Named(name) => Some(name.clone()),
                    _ => None,
                }));
            }
        }
        let names = if direction == Direction::Egress { names.into_iter().collect() } else { Vec::new() };
        (found, names)
    }

    fn named(&self, namespace: NamespaceId) -> LabelSelector {
        let name = self.cluster().namespace_name(namespace);
        LabelSelector::new([Requirement::new(NAME_LABEL, Operator::In, [name])])
    }

    /// Leaves out the descriptions that give no more and no less than a wider one, and those without any flow that
    /// take nothing away.
    fn drop_needless(&self, peers: &mut Vec<(Potential, Flow)>) {
        let all = peers.clone();
        let wider = |a: &Potential, b: &Potential| {
            self.engine.namespaces_imply(&a.namespaces, &b.namespaces) && implies(&a.pods, &b.pods)
        };
        peers.retain(|(pods, flow)| {
            let mut others = all.iter().filter(|(other, _)| other != pods && wider(pods, other));
            let equal = |(other, other_flow): &(Potential, Flow)| {
                // Of two that imply each other the first stays.
                other_flow == flow && (!wider(other, pods) || other < pods)
            };
            if flow.is_none() { others.any(|(_, flow)| !flow.is_none()) } else { !others.any(equal) }
        });
    }

    fn fitting(&self, pods: &Potential) -> u64 {
        let found = self.cluster().select_pods(NamespaceId(0), Some(&pods.namespaces), Some(&pods.pods));
        self.cluster().count_workloads(&found.certain) as u64
    }

    fn outside(&self, direction: Direction, class: ClassId) -> Vec<(AddressSet, Flow)> {
        let flows = self.engine.reach().side(direction, class);
        let atoms: Vec<FlowId> = flows.into_iter().skip(self.cluster().classes.len()).collect();
        self.by_flow(&atoms).into_iter().map(|(flow, addresses)| (addresses, self.flow(flow))).collect()
    }
}

#[derive(PartialEq, Eq, Hash)]
struct Decides<'c> {
    direction: Direction,
    policies: Vec<(PolicyRef, Match)>,
    ports: &'c [ContainerPort],
    namespace: Option<NamespaceId>,
    unselectable: bool,
}

/// Whether a description is by plain labels alone, of the namespace and of the Pods.
fn is_plain(pods: &Potential) -> bool {
    [&pods.namespaces, &pods.pods].into_iter().all(|selector| {
        let equals =
            |requirement: &Requirement| requirement.operator == Operator::In && requirement.values.len() == 1;
        !selector.is_everything() && selector.requirements().iter().all(equals)
    })
}

/// The namespace that a selector names, if it names one and asks for nothing else.
fn name_of(selector: &LabelSelector) -> Option<String> {
    match crate::cluster::named_namespaces(selector) {
        Some([only]) => Some(only.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{pod, policy, with_scene};
    use super::*;

    /// The sides of the Pod `x/a`: each peer as `namespaces/pods: ports`.
    fn sides(text: &str) -> [(bool, Vec<String>); 2] {
        let selector = |selector: &LabelSelector| match selector.is_everything() {
            true => "*".to_owned(),
            false => selector.requirements().iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        };
        with_scene(text, |scene| {
            let focus = Focus { workloads: vec![Pattern::new("x/a")], ..Focus::default() };
            let exposures = scene.exposures(&focus);
            let [one] = &exposures[..] else { panic!("one workload") };
            [&one.ingress, &one.egress].map(|side| {
                let peers = side.peers.iter().map(|peer| {
                    let (namespaces, pods) = (selector(&peer.pods.namespaces), selector(&peer.pods.pods));
                    format!("{namespaces}/{pods}: {}", peer.flow.certain)
                });
                (side.protected, peers.collect())
            })
        })
    }

    #[test]
    fn the_most_general_descriptions_stay() {
        let rules =
            |rules: &str| pod("x/a") + &policy("x/p", &format!("  podSelector: {{}}\n  ingress:{rules}\n"));
        let prod = "{namespaceSelector: {matchLabels: {env: prod}}}";
        let web = "{namespaceSelector: {matchLabels: {env: prod}}, podSelector: {matchLabels: {app: web}}}";
        for (text, expected) in [
            (pod("x/a"), &["*/*: all"][..]),
            (rules(" []"), &["*/*: none"]),
            (rules(" [{from: [{namespaceSelector: {}}], ports: [{port: 80}]}]"), &["*/*: TCP 80"]),
            // What a wider description gives already is not said again; what is more is.
            (rules(&format!(" [{{from: [{prod}, {web}], ports: [{{port: 80}}]}}]")), &["env=prod/*: TCP 80"]),
            (
                rules(&format!(
                    " [{{from: [{prod}], ports: [{{port: 80}}]}}, {{from: [{web}], ports: [{{port: 81}}]}}]"
                )),
                &["env=prod/*: TCP 80", "env=prod/app=web: TCP 80-81"],
            ),
        ] {
            let [(protected, ingress), (_, egress)] = sides(&text);
            let ingress: Vec<_> = ingress.iter().filter(|line| !line.ends_with(": none")).collect();
            let expected: Vec<_> = expected.iter().filter(|line| !line.ends_with(": none")).collect();
            assert_eq!(ingress, expected, "{text}");
            assert_eq!(protected, text.contains("NetworkPolicy"), "{text}");
            assert_eq!(egress, ["*/*: all"], "{text}");
        }
    }

    #[test]
    fn a_denial_takes_something_away_from_a_wider_description() {
        let denial = "---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: first}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  ingress:
  - action: Deny
    from: [{namespaces: {matchLabels: {env: test}}}]
";
        let [(protected, ingress), _] = sides(&(pod("x/a") + denial));
        assert!(protected);
        assert_eq!(ingress, ["*/*: all", "env=test/*: none"]);
    }
}
