//! The ways to ask for many pairs against each other.

use super::*;
use crate::engine::testing::{class_of, pod, with_engine};
use crate::sets::Protocol;

/// Pods with and without addresses and nodes, two on their nodes' networks, and policies of every tier.
fn cluster() -> String {
    let ports = "containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]";
    let pods = [
        pod("web", &format!("{{{ports}}}"), "{podIPs: [{ip: 10.1.0.1}]}"),
        pod("api", &format!("{{nodeName: a, {ports}}}"), "{podIPs: [{ip: 10.1.0.2}, {ip: 'fd00::2'}]}"),
        pod("db", "{nodeName: b}", "{}"),
        pod("agent-a", "{nodeName: a, hostNetwork: true}", "{hostIP: 192.0.2.1}"),
        pod("agent", "{hostNetwork: true}", "{}"),
    ];
    let policies = "---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: x}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: api}}}]
    ports: [{port: 5432}]
  - from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.8/32]}}]
  egress:
  - to: [{podSelector: {}}]
    ports: [{port: http}, {port: 53, protocol: UDP}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: x}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [web, api]}]}
  ingress:
  - from: [{ipBlock: {cidr: '2001:db8::/32'}}, {namespaceSelector: {}}]
    ports: [{port: http}, {port: 5000, endPort: 6000}]
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: first}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  ingress:
  - action: Deny
    from: [{pods: {podSelector: {matchLabels: {app: web}}}}]
    protocols: [{tcp: {destinationPort: {number: 5500}}}]
  egress:
  - action: Pass
    to: [{networks: [192.0.2.0/28]}]
  - action: Deny
    to: [{networks: [192.0.2.0/24]}, {nodes: {matchLabels: {pool: x}}}]
";
    pods.concat() + policies
}

#[test]
fn rows_columns_and_pairs_are_the_same_flows() {
    with_engine(&cluster(), |engine| {
        let reach = engine.reach();
        let everybody: Vec<PeerId> = (0..reach.peers()).map(PeerId).collect();
        let mut rows = Vec::new();
        reach.rows(&everybody, &mut |from, row| {
            assert_eq!(from, everybody[rows.len()]);
            rows.push(row.to_vec());
        });
        assert_eq!(rows.len(), everybody.len());
        let mut kinds = BTreeSet::new();
        for to in 0..engine.cluster().classes.len() {
            let column = reach.column(ClassId(u32::try_from(to).unwrap()));
            let across: Vec<FlowId> = rows.iter().map(|row| row[to]).collect();
            assert_eq!(column, across, "to {to}");
            kinds.extend(column);
        }
        for (from, row) in everybody.iter().zip(&rows) {
            for (to, flow) in everybody.iter().zip(row) {
                assert_eq!(reach.between(*from, *to), *flow);
            }
        }
        assert!(kinds.len() > 5, "the flows differ: {}", kinds.len());
        let outside = |id: PeerId| reach.class_of(id).is_none();
        let between_outside = everybody.iter().zip(&rows).filter(|(from, _)| outside(**from));
        for (_, row) in between_outside {
            assert!(everybody.iter().zip(row).all(|(to, flow)| !outside(*to) || *flow == FlowId::NONE));
        }
    });
}

#[test]
fn pods_that_differ_have_what_each_has_and_perhaps_what_any_has() {
    with_engine(&cluster(), |engine| {
        let reach = engine.reach();
        let flow = |from: &str, to: &str| {
            let [from, to] = [from, to].map(|name| PeerId::from(class_of(engine, name)));
            reach.between(from, to)
        };
        let all = flow("db", "agent");
        let some = flow("api", "web");
        assert_eq!(reach.merge(&[]), FlowId::NONE);
        assert_eq!(reach.merge(&[some, some]), some);
        let merged = reach.flow(reach.merge(&[all, some, FlowId::NONE]));
        assert_eq!(merged.certain, ConnectionSet::none());
        assert_eq!(merged.possible, reach.flow(all).possible.union(&reach.flow(some).possible));
        let certain = reach.flow(some).certain;
        assert!(certain.contains(Protocol::Tcp, 8080) && certain.contains(Protocol::Tcp, 5500));
        let merged = reach.flow(reach.merge(&[some, flow("web", "api")]));
        assert!(
            merged.certain.contains(Protocol::Tcp, 8080) && !merged.certain.contains(Protocol::Tcp, 5500)
        );
        assert!(merged.possible.contains(Protocol::Tcp, 5500));

        let mut rows = Vec::new();
        let sources = ["web", "db"].map(|name| PeerId::from(class_of(engine, name)));
        reach.rows(&sources, &mut |_, row| rows.push(row.to_vec()));
        let merged = reach.merge_rows(&rows);
        assert_eq!(merged.len(), rows[0].len());
        for (to, flow) in merged.iter().enumerate() {
            assert_eq!(*flow, reach.merge(&[rows[0][to], rows[1][to]]));
        }
    });
}

#[test]
fn classes_of_a_kind_have_equal_rows_and_columns() {
    let twins = [
        pod("one", "{nodeName: b}", "{}").replace("app: one", "app: twin"),
        pod("two", "{nodeName: b}", "{}").replace("app: two", "app: twin, more: x"),
        pod("elsewhere", "{nodeName: a}", "{}").replace("app: elsewhere", "app: twin"),
    ];
    with_engine(&(cluster() + &twins.concat()), |engine| {
        let reach = engine.reach();
        let [sources, destinations] = reach.kinds();
        let kind = |name: &str| {
            let at = class_of(engine, name).index();
            (sources[at], destinations[at])
        };
        assert_eq!(kind("one"), kind("two"), "no policy asks for `more`");
        assert_ne!(kind("one").1, kind("elsewhere").1, "an agent is on that node");
        let classes = 0..u32::try_from(sources.len()).unwrap();
        let mut rows = Vec::new();
        reach.rows(&classes.clone().map(PeerId).collect::<Vec<_>>(), &mut |_, row| rows.push(row.to_vec()));
        for a in classes.clone() {
            for b in classes.clone() {
                let (i, j) = (a as usize, b as usize);
                assert!(sources[i] != sources[j] || rows[i] == rows[j], "rows {a} and {b}");
                let columns = || [a, b].map(|class| reach.column(ClassId(class)));
                let equal = || columns()[0] == columns()[1];
                assert!(destinations[i] != destinations[j] || equal(), "columns {a} and {b}");
            }
        }
    });
}
