//! Who tells of missing DNS: one finding a namespace where default deny is all that is there, else one a policy.

use super::Context;
use crate::cluster::ClassId;
use crate::engine::DefaultDeny;
use crate::model::Direction;
use crate::sets::LabelSelector;

/// Whether a class without DNS is left to `deny-all-without-dns`: its namespace has a proven default deny for egress,
/// and no policy but those for every Pod selects it. With a policy of its own, somebody thought of its egress and
/// forgot DNS.
pub(super) fn left_to_namespace_rule(cx: &Context<'_>, class: ClassId) -> bool {
    let Some(info) = cx.cluster.class(class) else { return false };
    let own_policies = cx.engine.policies_of(Direction::Egress, class);
    let for_every_pod = own_policies
        .iter()
        .filter_map(|id| cx.cluster.policy(*id))
        .all(|policy| policy.policy.pod_selector.as_ref().is_some_and(LabelSelector::is_everything));
    for_every_pod
        && matches!(cx.engine.default_deny(Direction::Egress, info.namespace), DefaultDeny::Proven(_))
}
