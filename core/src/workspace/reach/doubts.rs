//! Why an answer is unknown, in words.

use super::Scene;
use crate::engine::{Endpoint, Match, PolicyRef, Step, Walk};

/// Why it is unknown what Pods of one workload can do who are not alike.
const DIFFERENT: &str = "its Pods differ in labels, ports, addresses or nodes";

impl Scene<'_> {
    /// Why an unknown flow of workloads is unknown, given one Pod of each end: the doubts about these two, or that the
    /// Pods of a workload differ.
    pub(crate) fn reasons(&self, from: Endpoint<'_>, to: Endpoint<'_>) -> Vec<String> {
        let doubts = self.doubts(from, to);
        if doubts.is_empty() { vec![DIFFERENT.to_owned()] } else { doubts }
    }

    /// Why the flow between two ends is unknown: every reason, the strongest first; nothing where it isn't.
    pub(crate) fn doubts(&self, from: Endpoint<'_>, to: Endpoint<'_>) -> Vec<String> {
        let walks = self.engine.walks(from, to);
        let [ingress, egress] = &walks;
        let flow = self.engine.through(from, to, ingress, egress);
        if flow.unknown().is_empty() {
            return Vec::new();
        }
        let mut reasons: Vec<String> = walks.iter().flat_map(|walk| self.doubts_of(walk)).collect();
        if flow.possible != ingress.flow.and(&egress.flow).possible {
            reasons.push(
                "Pods are always reached from their own node, and which node that is, no manifest tells"
                    .to_owned(),
            );
        }
        reasons.dedup();
        reasons
    }

    /// Why a walk leaves something unknown.
    pub(crate) fn doubts_of(&self, walk: &Walk) -> Vec<String> {
        let mut reasons = Vec::new();
        if walk.flow.unknown().is_empty() {
            return reasons;
        }
        for step in &walk.steps {
            let policy = || self.policy_title(step.policy);
            if step.refused {
                reasons.push(format!(
                    "the API server refuses {}, so what will be in its place is open",
                    policy()
                ));
            } else if step.selects == Match::Maybe {
                reasons.push(format!("{} selects Pods by labels that only their controller knows", policy()));
            }
            for rule in step.rules.iter().filter(|rule| rule.peer == Match::Maybe) {
                let direction = walk.direction.name();
                reasons.push(format!(
                    "whether {direction} rule {} of {} matches hangs on addresses, nodes or labels that no manifest shows",
                    rule.index + 1,
                    policy()
                ));
            }
        }
        for (step, other) in walk.steps.iter().zip(walk.steps.iter().skip(1)) {
            if self.same_priority(step, other) {
                reasons.push(format!(
                    "{} and {} have the same priority, so which comes first is open",
                    self.policy_title(step.policy),
                    self.policy_title(other.policy)
                ));
            }
        }
        if let Some(foreign) = walk.foreign.and_then(|id| self.cluster().foreign.get(id as usize)) {
            let name = self.cluster().repository.object(foreign.object).map_or("", |object| &object.name);
            reasons.push(format!("the {} `{name}` acts here too, and is not read", foreign.api.title));
        }
        reasons
    }

    /// Whether two steps are admin policies of one tier and one priority.
    fn same_priority(&self, a: &Step, b: &Step) -> bool {
        let priority = |step: &Step| match step.policy {
            PolicyRef::Admin(id) => self.cluster().admin_policy(id).map(|info| info.policy.priority),
            PolicyRef::Network(_) => None,
        };
        a.tier.is_some() && a.tier == b.tier && priority(a) == priority(b)
    }

    /// A policy by kind and name, as messages call it.
    pub(crate) fn policy_title(&self, policy: PolicyRef) -> String {
        self.object_title(self.policy_object(policy).0)
    }
}
