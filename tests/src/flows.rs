//! Tables of flows made by hand, so that their reports are tested on what they say and not on what the engine finds.

use ringfence::sets::{ConnectionSet, Protocol};
use ringfence::workspace::{FlowGroup, FlowRow, FlowTable, GroupKind};

/// Every table with its name.
pub fn all() -> Vec<(&'static str, FlowTable)> {
    vec![("flows-none", FlowTable::default()), ("flows-shop", shop()), ("flows-hostile", hostile())]
}

/// A group; a workload is its own member.
pub fn group(kind: GroupKind, name: &str, namespace: Option<&str>) -> FlowGroup {
    let alone = matches!(kind, GroupKind::Workload | GroupKind::Node);
    let members = if alone { vec![name.to_owned()] } else { Vec::new() };
    FlowGroup { kind, name: name.to_owned(), namespace: namespace.map(str::to_owned), members }
}

/// A row without anything unknown.
pub fn row(from: &[u32], to: &[u32], allow: ConnectionSet) -> FlowRow {
    FlowRow {
        from: from.to_vec(),
        to: to.to_vec(),
        allow,
        unknown: ConnectionSet::none(),
        reasons: Vec::new(),
        replicas: false,
    }
}

/// One port of TCP.
pub fn tcp(port: u16) -> ConnectionSet {
    ConnectionSet::of(Protocol::Tcp, port, port)
}

/// Twenty groups in five namespaces, with every kind of group and of row.
pub fn shop() -> FlowTable {
    let mut groups = Vec::new();
    for workload in [
        "shop/frontend[Deployment]",
        "shop/cart[Deployment]",
        "shop/catalogue[Deployment]",
        "shop/checkout[Deployment]",
        "shop/recommendation-service-with-a-long-name[Deployment]",
        "shop/currency[Deployment]",
        "payments/api[Deployment]",
        "payments/db[StatefulSet]",
        "payments/settle[CronJob]",
        "data/redis[StatefulSet]",
        "data/search[StatefulSet]",
        "data/backup[CronJob]",
        "monitoring/prometheus[StatefulSet]",
        "kube-system/coredns[Deployment]",
    ] {
        let namespace = workload.split_once('/').map(|(namespace, _)| namespace);
        groups.push(group(GroupKind::Workload, workload, namespace));
    }
    let mut everyone = group(GroupKind::Namespace, "every Pod of shop", Some("shop"));
    everyone.members = groups.iter().take(6).map(|group| group.name.clone()).collect();
    let mut all = group(GroupKind::Cluster, "every Pod", None);
    all.members = groups.iter().map(|group| group.name.clone()).collect();
    groups.extend([
        everyone,
        all,
        group(GroupKind::Addresses, "0.0.0.0/0", None),
        group(GroupKind::Addresses, "203.0.113.0/24", None),
        group(GroupKind::Node, "monitoring/node-exporter[DaemonSet]", Some("monitoring")),
        group(GroupKind::Ingress, "clients through Ingress shop/web", None),
    ]);
    let dns = tcp(53).union(&ConnectionSet::of(Protocol::Udp, 53, 53));
    let mut maybe = row(&[8], &[6], tcp(8443));
    maybe.unknown = tcp(9090);
    maybe.reasons = vec!["the named port `metrics` is on some Pods only".to_owned()];
    let mut replicas = row(&[9], &[9], tcp(6379).union(&tcp(16379)));
    replicas.replicas = true;
    let mut node = row(&[12], &[18], ConnectionSet::none());
    node.unknown = ConnectionSet::all();
    node.reasons = vec!["the CNI decides whether policies hold for traffic of nodes".to_owned()];
    FlowTable {
        groups,
        rows: vec![
            row(&[19], &[0], tcp(8080)),
            row(&[0], &[1, 2, 3, 4], tcp(7070)),
            row(&[3], &[1], tcp(7070)),
            row(&[3], &[5], ConnectionSet::of(Protocol::Tcp, 7000, 7099)),
            row(&[3], &[6], tcp(8443)),
            row(&[6], &[7], tcp(5432)),
            row(&[6], &[17], tcp(443)),
            maybe,
            row(&[1], &[9], tcp(6379)),
            row(&[2, 4], &[10], tcp(9200)),
            replicas,
            row(&[11], &[9, 10], tcp(6379).union(&tcp(9200))),
            row(&[11], &[16], tcp(443)),
            row(&[12], &[0, 1, 2, 6, 9], tcp(9102)),
            node,
            row(&[15], &[13], dns),
            row(&[14], &[14], ConnectionSet::of(Protocol::Tcp, 4317, 4318)),
        ],
        notes: vec![
            "ICMP and other protocols are outside what NetworkPolicy speaks about".to_owned(),
            "what a Pod sends to its own addresses is never denied".to_owned(),
        ],
    }
}

/// What a manifest may try in a name.
pub const NASTY: &str = "=x\"y'<img src=x>|`z`\\n\n</script>--> ]]> & {d} #35; %% \u{1b}[31m\u{202e}naïve 🦀";

/// Names that no cluster accepts.
pub fn hostile() -> FlowTable {
    let mut reason = row(&[0, 1], &[2, 3], ConnectionSet::all());
    reason.unknown = tcp(1);
    reason.reasons = vec![NASTY.to_owned(), "another".to_owned()];
    let long = "a".repeat(253);
    let mut astray = row(&[0, 77], &[4], tcp(2));
    astray.to.push(u32::MAX);
    FlowTable {
        groups: vec![
            FlowGroup {
                members: vec![NASTY.to_owned(), format!("{NASTY}/2")],
                ..group(GroupKind::Workload, NASTY, Some(NASTY))
            },
            group(GroupKind::Ingress, NASTY, None),
            group(GroupKind::Workload, &format!("{NASTY}/[Deployment]"), Some(NASTY)),
            group(GroupKind::Workload, &format!("{long}/{long}[Deployment]"), Some(&long)),
            group(GroupKind::Addresses, "", None),
        ],
        rows: vec![reason, astray, row(&[], &[1], tcp(3)), row(&[4], &[0], many_ports())],
        notes: vec![NASTY.to_owned()],
    }
}

/// So many ranges that no line has room for them.
fn many_ports() -> ConnectionSet {
    let mut set = ConnectionSet::none();
    for port in (1000..3000).step_by(20) {
        set.insert(Protocol::Tcp, port, port + 7);
    }
    set
}
