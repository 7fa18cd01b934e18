//! Tables for the tests of the formats.

use crate::sets::{ConnectionSet, Protocol};
use crate::workspace::{FlowGroup, FlowRow, FlowTable, GroupKind};

/// What a file may try in a name.
pub(super) const NASTY: &str = "=a\"b'<i>|`c`\\n\n</script>]]> & {d} #e; %f\u{1b}[31m\u{202e}";

pub(super) fn group(kind: GroupKind, name: &str, namespace: Option<&str>) -> FlowGroup {
    let members = if kind == GroupKind::Workload { vec![name.to_owned()] } else { Vec::new() };
    FlowGroup { kind, name: name.to_owned(), namespace: namespace.map(str::to_owned), members }
}

pub(super) fn row(from: &[u32], to: &[u32], allow: ConnectionSet) -> FlowRow {
    FlowRow {
        from: from.to_vec(),
        to: to.to_vec(),
        allow,
        unknown: ConnectionSet::none(),
        reasons: Vec::new(),
        replicas: false,
    }
}

/// A row of every sort.
pub(super) fn shop() -> FlowTable {
    let tcp = |port| ConnectionSet::of(Protocol::Tcp, port, port);
    let dns = tcp(53).union(&ConnectionSet::of(Protocol::Udp, 53, 53));
    let workload =
        |name: &str, namespace| group(GroupKind::Workload, &format!("{namespace}/{name}"), Some(namespace));
    let mut everyone = group(GroupKind::Namespace, "every Pod of shop", Some("shop"));
    everyone.members = vec!["shop/frontend[Deployment]".into(), "shop/cart[Deployment]".into()];
    let mut maybe = row(&[1], &[2], tcp(5432));
    maybe.unknown = tcp(9090);
    maybe.reasons = vec!["the CNI decides on node traffic".into()];
    let mut replicas = row(&[1], &[1], ConnectionSet::of(Protocol::Tcp, 8000, 8099));
    replicas.replicas = true;
    FlowTable {
        groups: vec![
            workload("frontend[Deployment]", "shop"),
            workload("cart[Deployment]", "shop"),
            workload("db[StatefulSet]", "payments"),
            everyone,
            group(GroupKind::Addresses, "0.0.0.0/0", None),
            group(GroupKind::Ingress, "clients through Ingress shop/web", None),
            group(GroupKind::Node, "kube-system/agent[DaemonSet]", Some("kube-system")),
        ],
        rows: vec![
            row(&[0], &[1], tcp(7070)),
            maybe,
            replicas,
            row(&[3, 6], &[4, 2], dns),
            row(&[5], &[0], ConnectionSet::all()),
        ],
        notes: vec!["ICMP is outside the API".into()],
    }
}

/// Names that no cluster accepts.
pub(super) fn hostile() -> FlowTable {
    let mut table = shop();
    for group in &mut table.groups {
        group.name = NASTY.to_owned();
        group.members = vec![NASTY.to_owned()];
        group.namespace = group.namespace.as_ref().map(|_| NASTY.to_owned());
    }
    for row in &mut table.rows {
        row.unknown = row.allow.clone();
        row.reasons = vec![NASTY.to_owned()];
    }
    table.notes = vec![NASTY.to_owned()];
    table
}
