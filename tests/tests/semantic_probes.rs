//! The semantic probes of NetworkPolicy v1: one trap each, with the verdicts that the API's documentation gives.
//!
//! A line of the table reads `probe: direction subject peer protocol/port verdict`. A peer is a Pod or an address.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use ringfence::engine::{Endpoint, Engine, Isolation, Verdict};
use ringfence::model::Direction;
use ringfence_tests::conformance::{self, Row};
use ringfence_tests::snapshot::with_engine;
use ringfence_tests::{cases, corpus};

const VERDICTS: &str = "
egress_empty_notypes: ingress a/p1 a/p2 TCP/80 denied
egress_empty_notypes: egress a/p1 a/p2 TCP/80 allowed
types_order: ingress a/p1 a/p2 TCP/80 denied
types_order: egress a/p1 a/p2 TCP/80 denied
bad_policytype: ingress a/p1 a/p2 TCP/80 unknown
bad_policytype: egress a/p1 a/p2 TCP/80 unknown
bad_policytype: ingress a/p2 a/p1 TCP/80 allowed
ingress_without_type: ingress a/p1 a/p2 TCP/80 allowed
ingress_without_type: egress a/p1 a/p2 TCP/80 denied
emptypeer_shadowed: ingress a/p1 a/p2 TCP/80 unknown
except_outside: ingress a/p1 10.1.1.1 TCP/80 unknown
ipall: ingress a/p1 a/p2 TCP/80 denied
ipall: ingress a/p1 192.0.2.1 TCP/80 allowed
ipall: ingress a/p1 2001:db8::1 TCP/80 denied
ipv6: ingress a/p1 2001:db8::1 TCP/80 allowed
ipv6: ingress a/p1 192.0.2.1 TCP/80 denied
ipv6: ingress a/p1 a/p2 TCP/80 denied
lowerproto: ingress a/p1 a/p2 TCP/80 unknown
proto_noport: ingress a/p1 a/p2 UDP/1 allowed
proto_noport: ingress a/p1 a/p2 UDP/65535 allowed
proto_noport: ingress a/p1 a/p2 TCP/80 denied
evalproto: ingress a/p1 a/p2 UDP/80 allowed
evalproto: ingress a/p1 a/p2 TCP/80 denied
evalproto: ingress a/p1 a/p2 SCTP/80 denied
stringport: ingress a/p1 a/p2 TCP/80 unknown
named: ingress a/p1 a/p2 UDP/53 allowed
named: ingress a/p1 a/p2 TCP/53 allowed
named: ingress a/p1 a/p2 TCP/80 denied
egress_named_anypeer: egress a/p1 192.0.2.1 TCP/80 denied
egress_named_anypeer: egress a/p2 a/p1 TCP/80 allowed
samename_named: ingress a/p1 a/p2 UDP/53 allowed
samename_named: ingress a/p1 a/p2 TCP/5353 allowed
samename_named: ingress a/p1 a/p2 TCP/53 denied
samename_named: ingress a/p1 a/p2 UDP/5353 denied
samename_named: ingress a/p1 a/p2 TCP/9090 allowed
fullrange: ingress a/p1 a/p2 TCP/1 allowed
fullrange: ingress a/p1 a/p2 UDP/65535 allowed
fullrange: ingress a/p1 a/p2 SCTP/4000 allowed
notin: ingress a/p1 a/p2 TCP/80 allowed
notin: ingress a/p1 b/p3 TCP/80 denied
emptyval: ingress a/p1 a/p2 TCP/80 allowed
emptyval: ingress a/p2 a/p1 TCP/80 allowed
nslabel: ingress a/p1 a/p2 TCP/80 allowed
hostnet: ingress b/p3 a/p1 TCP/80 allowed
hostnet: egress b/p3 a/p1 TCP/80 allowed
dupkey: ingress a/p1 192.0.2.1 TCP/80 allowed
invalid_unselected: ingress a/p1 a/p2 TCP/80 allowed
invalid_second_rule: ingress a/p1 a/p2 TCP/80 unknown
";

/// Probe, and the rules that must have a finding there.
const FINDINGS: &[(&str, &[&str])] = &[
    ("bad_policytype", &["invalid-policytype"]),
    ("ingress_without_type", &["rules-without-policytype"]),
    ("emptypeer_shadowed", &["invalid-peer"]),
    ("except_outside", &["invalid-cidr"]),
    ("lowerproto", &["invalid-port"]),
    ("stringport", &["invalid-port"]),
    ("hostnet", &["host-network-pod-bypasses-policy"]),
    ("dupkey", &["unknown-field"]),
    ("invalid_unselected", &["invalid-peer", "invalid-port"]),
    ("invalid_second_rule", &["invalid-peer"]),
    ("nil_template", &["wrong-type"]),
    ("anp_emptyports", &["invalid-port"]),
];

fn class(engine: &Engine<'_>, name: &str) -> Option<ringfence::cluster::ClassId> {
    let (namespace, pod) = name.split_once('/')?;
    let cluster = engine.cluster();
    let mut found = cluster.workload_ids().filter(|(id, info)| {
        cluster.namespace_name(info.namespace) == namespace && cluster.workload_name(*id) == pod
    });
    found.next().map(|(_, info)| info.class)
}

#[test]
fn verdicts_are_those_of_the_documentation() {
    let Some(folder) = corpus("semantic-probes") else { return };
    let mut compared = 0;
    for line in VERDICTS.lines().filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split([' ', ':']).filter(|word| !word.is_empty()).collect();
        // An IPv6 address is cut at its colons, so it is taken from the line itself.
        let peer = line.split(' ').nth(3).unwrap();
        let (probe, direction, subject) = (words[0], words[1], words[2]);
        let (port, expected) = (line.split(' ').nth(4).unwrap(), *words.last().unwrap());
        let text = std::fs::read_to_string(folder.join(probe).join("all.yaml")).unwrap();
        let (protocol, number) = port.split_once('/').unwrap();
        let direction = if direction == "ingress" { Direction::Ingress } else { Direction::Egress };
        let found = with_engine(&[("all.yaml", &text)], |engine| {
            let subject = class(engine, subject).unwrap_or_else(|| panic!("no subject: {line}"));
            let endpoint = match peer.parse() {
                Ok(address) => Endpoint::Address(address),
                Err(_) => Endpoint::Class(class(engine, peer).unwrap_or_else(|| panic!("no peer: {line}"))),
            };
            engine.verdict(direction, subject, endpoint, protocol.parse().unwrap(), number.parse().unwrap())
        });
        let expected = match expected {
            "allowed" => Verdict::Allowed,
            "denied" => Verdict::Denied,
            _ => Verdict::Unknown,
        };
        assert_eq!(found, expected, "{line}");
        compared += 1;
    }
    assert_eq!(compared, VERDICTS.lines().count() - 1);
    let corpus = "semantic-probes".to_owned();
    conformance::conclude(&Row { corpus, cases: compared, deviate: 0, failing: 0 }).unwrap();
}

#[test]
fn what_is_wrong_is_reported_and_the_rest_is_analysed() {
    let Some(folder) = corpus("semantic-probes") else { return };
    for (probe, rules) in FINDINGS {
        let files = cases::files(&folder.join(probe)).unwrap();
        let found = cases::found(&cases::check(&files, &[]));
        for rule in *rules {
            assert!(
                found.iter().any(|finding| finding.rule == *rule),
                "{probe}: {rule} is missing: {found:#?}"
            );
        }
    }
}

#[test]
fn identity_is_kind_namespace_and_name() {
    let Some(folder) = corpus("semantic-probes") else { return };
    let workloads = |probe: &str| {
        let text = std::fs::read_to_string(folder.join(probe).join("all.yaml")).unwrap();
        with_engine(&[("all.yaml", &text)], |engine| {
            let cluster = engine.cluster();
            let isolated = |id| engine.isolation(Direction::Ingress, id) == Isolation::Isolated;
            (cluster.workloads.len(), cluster.workloads.iter().filter(|w| isolated(w.class)).count())
        })
    };
    assert_eq!(workloads("collide"), (3, 0));
    assert_eq!(workloads("replicas0"), (2, 0));
    assert_eq!(workloads("nil_template").0, 0);
    assert_eq!(workloads("nilhttp").0, 1);
    assert_eq!(workloads("ing_undeclared").0, 1);
}

#[test]
fn cluster_wide_policies_are_read() {
    let Some(folder) = corpus("semantic-probes") else { return };
    for (probe, refused) in [
        ("anp_domain", &[false][..]),
        ("anp_emptyports", &[true]),
        ("anp_networks_internal", &[false]),
        ("anp_sameprio", &[false, false]),
        ("cnp", &[false]),
    ] {
        let text = std::fs::read_to_string(folder.join(probe).join("all.yaml")).unwrap();
        with_engine(&[("all.yaml", &text)], |engine| {
            let cluster = engine.cluster();
            let found: Vec<_> = cluster.admin_ids().map(|(_, info)| info.policy.refused).collect();
            assert_eq!(found, refused, "{probe}");
            assert!(cluster.foreign.is_empty(), "{probe}");
            for (_, info) in cluster.admin_ids() {
                assert_eq!(cluster.count_workloads(&info.subject.certain), 2, "{probe}");
            }
        });
    }
}

/// No probe makes the analysis stop: each gives a report with every object counted.
#[test]
fn every_probe_is_analysed() {
    let Some(folder) = corpus("semantic-probes") else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let outcome = cases::check(&cases::files(&path).unwrap(), &[]);
        assert!(outcome.inputs.objects > 0, "{}", path.display());
        assert!(outcome.inputs.skipped.is_empty(), "{}", path.display());
    }
}
