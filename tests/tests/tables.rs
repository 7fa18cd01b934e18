//! The answers under the names of workloads, against each other, on generated clusters: the table in few rows, the
//! pairs, their JSON, and explanations must all say the same.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;

use ipnet::IpNet;
use proptest::prelude::*;
use proptest::sample::select;
use ringfence::Workspace;
use ringfence::config::Config;
use ringfence::engine::{EngineOptions, Flow, IpBlocks};
use ringfence::model::Direction;
use ringfence::report::PairWriter;
use ringfence::sets::{AddressSet, ConnectionSet, Protocol};
use ringfence::wire::Connections;
use ringfence::workspace::{
    Conclusion, EndSpec, Explanation, FlowGroup, FlowTable, Focus, GroupKind, Pattern, ReachOptions, Scene,
};
use ringfence_tests::oracle::compare::Case;
use ringfence_tests::oracle::generate;
use serde_json::{Value, json};

/// What a Pod of a generated cluster becomes, so that workloads with replicas and with Pods that differ are there too.
#[derive(Clone, Copy, Debug)]
enum Form {
    Pod,
    Deployment,
    OneOf(&'static str),
}

fn reshape(mut case: Case, forms: &[Form]) -> Case {
    let pods = case.objects.iter_mut().filter(|object| object["kind"] == "Pod");
    for (pod, form) in pods.zip(forms) {
        match form {
            Form::Pod => {}
            Form::Deployment => {
                *pod = json!({
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "metadata": {"name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"]},
                    "spec": {"template": {
                        "metadata": {"labels": pod["metadata"]["labels"]},
                        "spec": pod["spec"],
                    }},
                });
            }
            Form::OneOf(owner) => {
                pod["metadata"]["ownerReferences"] = json!([
                    {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner, "uid": "1", "controller": true},
                ]);
            }
        }
    }
    case
}

fn clusters() -> impl Strategy<Value = Case> {
    let form = prop_oneof![
        Just(Form::Pod),
        Just(Form::Deployment),
        select(&[Form::OneOf("rs-1"), Form::OneOf("rs-2")][..])
    ];
    (prop_oneof![generate::plain(), generate::full()], prop::collection::vec(form, 6))
        .prop_map(|(case, forms)| reshape(case, &forms))
}

fn focuses() -> impl Strategy<Value = Focus> {
    let pattern = select(&["a/*", "b/*", "*", "pod-0", "pod-1", "rs-1", "*/deployment/*", "nobody"][..]);
    let patterns = prop::collection::vec(pattern.prop_map(Pattern::new), 0..3);
    let direction = prop::option::of(select(&Direction::BOTH[..]));
    let protocol = select(&Protocol::ALL[..]);
    let port = prop::option::of((protocol, select(&generate::PORTS[..])));
    (patterns.clone(), patterns, direction, port).prop_map(|(workloads, peers, direction, port)| Focus {
        workloads,
        peers,
        direction,
        port,
    })
}

fn ask(case: &Case, each: &mut dyn FnMut(&Scene<'_>)) {
    let mut workspace = Workspace::new(Config::default());
    workspace.set("case.yaml", case.text().as_bytes());
    let ip_blocks = if case.match_pod_ips { IpBlocks::MatchPodIps } else { IpBlocks::ExternalOnly };
    let options = ReachOptions { engine: EngineOptions { ip_blocks }, ..ReachOptions::default() };
    let mut scenes = 0;
    workspace.scenes(&options, &mut |scene| {
        scenes += 1;
        each(scene);
    });
    assert_eq!(scenes, 1);
}

/// Allowed, and unknown.
type Answer = (Connections, Connections);

/// Who connects to whom: workloads by name; addresses by what flows, because only all of them together can be compared.
#[derive(Debug, Default, PartialEq)]
struct Pairs {
    workloads: BTreeMap<(String, String), Answer>,
    outward: BTreeMap<(String, String), AddressSet>,
    inward: BTreeMap<(String, String), AddressSet>,
}

impl Pairs {
    /// Of a table; a workload of several goes with itself if there can be two Pods of it.
    fn of(table: &FlowTable, replicas: &dyn Fn(&str) -> bool) -> Self {
        let mut pairs = Self::default();
        for row in &table.rows {
            let answer = (Connections::from(&row.allow), Connections::from(&row.unknown));
            assert_eq!(row.unknown.is_empty(), row.reasons.is_empty(), "{row:?}");
            for from in members(table, &row.from) {
                for to in members(table, &row.to) {
                    let itself = from == to;
                    let is_meant = if itself { replicas(&from) } else { !row.replicas };
                    if is_meant {
                        pairs.add(&from, &to, answer.clone());
                    }
                }
            }
        }
        pairs
    }

    fn of_json(text: &str) -> Self {
        let report: Value = serde_json::from_str(text).unwrap();
        let mut pairs = Self::default();
        for flow in report["flows"].as_array().unwrap() {
            let (from, to) = (flow["from"].as_str().unwrap(), flow["to"].as_str().unwrap());
            assert_eq!(flow["replicas"] == true, from == to, "{flow}");
            assert_eq!(flow["reason"].is_string(), flow["unknown"] != Value::Null, "{flow}");
            pairs.add(from, to, (connections(&flow["allow"]), connections(&flow["unknown"])));
        }
        pairs
    }

    fn add(&mut self, from: &str, to: &str, answer: Answer) {
        let text = serde_json::to_string(&answer).unwrap();
        let (by_flow, pair, net) = match (from.parse::<IpNet>(), to.parse::<IpNet>()) {
            (Ok(net), Err(_)) => (&mut self.inward, (to.to_owned(), text), net),
            (Err(_), Ok(net)) => (&mut self.outward, (from.to_owned(), text), net),
            _ => {
                let before = self.workloads.insert((from.to_owned(), to.to_owned()), answer);
                assert_eq!(before, None, "{from} to {to} is there twice");
                return;
            }
        };
        let net = AddressSet::from(net);
        for ((end, flow), known) in by_flow.iter() {
            assert!(*end != pair.0 || known.is_disjoint(&net), "{from} to {to} is there twice: {flow}");
        }
        let addresses = by_flow.entry(pair).or_insert_with(AddressSet::empty);
        *addresses = addresses.union(&net);
    }
}

fn members(table: &FlowTable, groups: &[u32]) -> Vec<String> {
    table.groups_at(groups).flat_map(|group| group.members.clone()).collect()
}

fn connections(value: &Value) -> Connections {
    let set = match value {
        Value::Null => ConnectionSet::none(),
        Value::String(all) if all == "all" => ConnectionSet::all(),
        ports => {
            let mut set = ConnectionSet::none();
            for (protocol, ranges) in ports.as_object().unwrap() {
                for range in ranges.as_array().unwrap() {
                    let at = |i: usize| u16::try_from(range[i].as_u64().unwrap()).unwrap();
                    set.insert(protocol.parse().unwrap(), at(0), at(1));
                }
            }
            set
        }
    };
    Connections::from(&set)
}

fn has_replicas(name: &str) -> bool {
    !name.ends_with("[Pod]")
}

fn same_answers(case: &Case, focus: &Focus) {
    ask(case, &mut |scene| {
        let pairs = Pairs::of(&scene.pairs(focus), &has_replicas);
        let table = scene.table(focus).unwrap();
        assert_eq!(Pairs::of(&table, &has_replicas), pairs, "the table");
        let mut text = String::new();
        let mut sink = |piece: &str| {
            text.push_str(piece);
            true
        };
        let mut writer = PairWriter::new(&mut sink);
        writer.write(scene, focus);
        writer.finish();
        assert_eq!(Pairs::of_json(&text), pairs, "the JSON");
    });
}

/// The flow between two ends; for a workload and addresses the one to the part that holds `address`.
fn flow(table: &FlowTable, from: &str, to: &str) -> Flow {
    let is = |groups: &[u32], end: &str| {
        let holds = |group: &FlowGroup| match end.parse::<std::net::IpAddr>() {
            Ok(address) => {
                let inside =
                    |member: &String| member.parse::<IpNet>().is_ok_and(|net| net.contains(&address));
                group.kind == GroupKind::Addresses && group.members.iter().any(inside)
            }
            Err(_) => group.members.iter().any(|member| member == end),
        };
        table.groups_at(groups).any(holds)
    };
    let row = table.rows.iter().find(|row| is(&row.from, from) && is(&row.to, to));
    row.map_or_else(Flow::default, |row| Flow {
        certain: row.allow.clone(),
        possible: row.allow.union(&row.unknown),
    })
}

/// Every explanation of a pair that is about one Pod only.
fn explanations(scene: &Scene<'_>, port: Option<(Protocol, u16)>) -> Vec<Explanation> {
    let named = scene.names().map(str::to_owned);
    let ends: Vec<String> = named.chain(generate::ADDRESSES.map(str::to_owned)).collect();
    let mut all = Vec::new();
    for from in &ends {
        for to in &ends {
            let [source, destination]: [EndSpec; 2] = [from, to].map(|end| end.parse().unwrap());
            scene.explain(&source, &destination, port, &mut |one| all.push(one)).unwrap();
        }
    }
    all.retain(|one| !one.notes.iter().any(|note| note.ends_with("differ; this is about one of them")));
    all
}

fn explained_as_it_flows(case: &Case, focus: &Focus) {
    ask(case, &mut |scene| {
        let focus = Focus { port: focus.port, ..Focus::default() };
        let table = scene.pairs(&focus);
        let asked =
            focus.port.map_or_else(ConnectionSet::all, |(of, port)| ConnectionSet::of(of, port, port));
        for one in explanations(scene, focus.port) {
            let flow = flow(&table, &one.from, &one.to);
            assert_eq!(one.flow, flow, "{} to {}", one.from, one.to);
            let conclusion = match (flow.certain == flow.possible, flow.is_none(), flow.certain == asked) {
                (false, _, _) => Conclusion::Unknown,
                (_, true, _) => Conclusion::Denied,
                (_, _, true) => Conclusion::Allowed,
                (_, _, false) => Conclusion::Partly,
            };
            assert_eq!(one.conclusion(), conclusion, "{} to {}", one.from, one.to);
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everything_is_told_alike(case in clusters()) {
        same_answers(&case, &Focus::default());
    }

    #[test]
    fn a_part_is_told_alike(case in clusters(), focus in focuses()) {
        same_answers(&case, &focus);
    }

    #[test]
    fn explanations_conclude_what_flows(case in clusters(), focus in focuses()) {
        explained_as_it_flows(&case, &focus);
    }
}
