//! The reach cases below `tests/reach`, and the reachability of the semantic probes.
//!
//! Engine and oracle must both say what is written. The oracle reads only what the API server takes, so a probe with a
//! refused object is the engine's alone.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use ringfence_tests::ask::WAYS;
use ringfence_tests::conformance::{self, Tally};
use ringfence_tests::reach::Expected;
use ringfence_tests::{corpus, root};

/// A line reads `probe: FROM -> TO PROTOCOL/PORT: answer`.
const PROBES: &str = "
egress_empty_notypes: a/p2 -> a/p1 TCP/80: denied
egress_empty_notypes: 192.0.2.1 -> a/p1 TCP/80: denied
egress_empty_notypes: a/p1 -> 192.0.2.1 TCP/80: allowed
types_order: a/p1 -> a/p2 TCP/80: denied
types_order: a/p1 -> 192.0.2.1 TCP/80: denied
types_order: b/p3 -> a/p1 TCP/80: allowed
bad_policytype: a/p2 -> a/p1 TCP/80: unknown
bad_policytype: a/p1 -> a/p2 TCP/80: unknown
bad_policytype: a/p2 -> 192.0.2.1 TCP/80: allowed
ingress_without_type: a/p2 -> a/p1 TCP/80: allowed
ingress_without_type: a/p1 -> a/p2 TCP/80: denied
emptypeer_shadowed: a/p2 -> a/p1 TCP/80: unknown
except_outside: 10.1.1.1 -> a/p1 TCP/80: unknown
ipall: a/p2 -> a/p1 TCP/80: denied
ipall: b/p3 -> a/p1 TCP/80: allowed
ipall: 192.0.2.1 -> a/p1 TCP/80: allowed
ipall: 2001:db8::1 -> a/p1 TCP/80: denied
ipv6: 2001:db8::1 -> a/p1 TCP/80: allowed
ipv6: 192.0.2.1 -> a/p1 TCP/80: denied
ipv6: a/p2 -> a/p1 TCP/80: denied
lowerproto: a/p2 -> a/p1 TCP/80: unknown
proto_noport: a/p2 -> a/p1 UDP/1: allowed
proto_noport: a/p2 -> a/p1 UDP/65535: allowed
proto_noport: a/p2 -> a/p1 TCP/80: denied
evalproto: a/p2 -> a/p1 UDP/80: allowed
evalproto: a/p2 -> a/p1 TCP/80: denied
evalproto: a/p2 -> a/p1 SCTP/80: denied
stringport: a/p2 -> a/p1 TCP/80: unknown
named: a/p2 -> a/p1 UDP/53: allowed
named: a/p2 -> a/p1 TCP/53: allowed
named: a/p2 -> a/p1 TCP/80: denied
egress_named_anypeer: a/p1 -> 192.0.2.1 TCP/80: denied
egress_named_anypeer: a/p2 -> a/p1 TCP/80: allowed
samename_named: a/p2 -> a/p1 UDP/53: allowed
samename_named: a/p2 -> a/p1 TCP/5353: allowed
samename_named: a/p2 -> a/p1 TCP/53: denied
samename_named: a/p2 -> a/p1 UDP/5353: denied
samename_named: a/p2 -> a/p1 TCP/9090: allowed
fullrange: a/p2 -> a/p1 TCP/1: allowed
fullrange: a/p2 -> a/p1 UDP/65535: allowed
fullrange: a/p2 -> a/p1 SCTP/4000: allowed
notin: a/p2 -> a/p1 TCP/80: allowed
notin: b/p3 -> a/p1 TCP/80: allowed
notin: 192.0.2.1 -> a/p1 TCP/80: denied
emptyval: a/p2 -> a/p1 TCP/80: allowed
emptyval: a/p1 -> a/p2 TCP/80: allowed
nslabel: a/p2 -> a/p1 TCP/80: allowed
hostnet: a/p1 -> b/p3 TCP/80: allowed
hostnet: b/p3 -> a/p1 TCP/80: allowed
hostnet: 192.0.2.1 -> b/p3 TCP/80: allowed
hostnet: b/p3 -> 192.0.2.1 TCP/80: allowed
dupkey: 192.0.2.1 -> a/p1 TCP/80: allowed
invalid_unselected: a/p2 -> a/p1 TCP/80: allowed
invalid_second_rule: a/p2 -> a/p1 TCP/80: unknown
replicas0: a/web -> a/other TCP/80: allowed
nilhttp: 192.0.2.1 -> a/web TCP/8080: allowed
ing_undeclared: 192.0.2.1 -> a/web TCP/8080: allowed
anp_domain: a/p1 -> 192.0.2.1 TCP/443: unknown
anp_domain: a/p1 -> 2001:db8::1 TCP/443: allowed
anp_domain: a/p1 -> a/p2 TCP/443: denied
anp_emptyports: a/p2 -> a/p1 TCP/80: unknown
anp_networks_internal: a/p1 -> a/p2 TCP/80: denied
anp_networks_internal: a/p1 -> 192.0.2.1 TCP/80: denied
anp_networks_internal: a/p1 -> 2001:db8::1 TCP/80: allowed
anp_networks_internal: 192.0.2.1 -> a/p1 TCP/80: allowed
anp_sameprio: a/p1 -> a/p2 TCP/80: allowed
anp_sameprio: a/p1 -> 192.0.2.1 TCP/80: allowed
cnp: a/p1 -> a/p2 TCP/80: denied
cnp: a/p1 -> 192.0.2.1 TCP/80: allowed
cnp: 192.0.2.1 -> a/p1 TCP/80: allowed
";

/// Further answers where the blocks of a NetworkPolicy match the addresses of Pods.
const PROBES_WITH_POD_IPS: &str = "
ipall: a/p2 -> a/p1 TCP/80: allowed
ipall: 192.0.2.1 -> a/p1 TCP/80: allowed
ipv6: a/p2 -> a/p1 TCP/80: denied
";

/// Probes with an object that the API server refuses.
const REFUSED: [&str; 8] = [
    "anp_emptyports",
    "bad_policytype",
    "emptypeer_shadowed",
    "except_outside",
    "invalid_second_rule",
    "invalid_unselected",
    "lowerproto",
    "stringport",
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut tallies = ["cluster-network-policy", "reach", "semantic-probes-pairs"].map(Tally::new);
    let [scenarios, others, pairs] = &mut tallies;
    let mut trials = cases(&root().join("tests/reach"), scenarios, others);
    if let Some(folder) = corpus("semantic-probes") {
        trials.extend(probes(&folder, PROBES, false, pairs));
        trials.extend(probes(&folder, PROBES_WITH_POD_IPS, true, pairs));
    }
    conformance::run(&arguments, trials, &tallies)
}

fn cases(folder: &Path, scenarios: &mut Tally, others: &mut Tally) -> Vec<Trial> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    let trial = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let is_scenario = text.contains("kind: ClusterNetworkPolicy");
        let tally = if is_scenario { &mut *scenarios } else { &mut *others };
        tally.trial(name, move || check(&text, &Expected::parse(&text)?, true).map(|()| false))
    };
    let mut trials: Vec<Trial> = paths.iter().map(trial).collect();
    let found = !paths.is_empty();
    trials.push(Trial::test("there are cases", move || if found { Ok(()) } else { Err("none".into()) }));
    trials
}

fn probes(folder: &Path, table: &'static str, match_pod_ips: bool, tally: &mut Tally) -> Vec<Trial> {
    let trial = |line: &'static str| {
        let folder = folder.to_path_buf();
        let mode = if match_pod_ips { " with addresses of Pods" } else { "" };
        tally.trial(format!("probe {line}{mode}"), move || {
            let (probe, line) = line.split_once(": ").ok_or("a line without a probe")?;
            let text = std::fs::read_to_string(folder.join(probe).join("all.yaml"))?;
            let expected = Expected { answers: vec![line.parse()?], match_pod_ips };
            check(&text, &expected, !REFUSED.contains(&probe)).map(|()| false)
        })
    };
    table.lines().filter(|line| !line.is_empty()).map(trial).collect()
}

fn check(text: &str, expected: &Expected, by_oracle: bool) -> Result<(), Failed> {
    let mut wrong = Vec::new();
    if by_oracle {
        wrong.extend(expected.against_oracle(text)?);
    }
    for (way, ask) in WAYS {
        let found = expected.against_engine(text, ask)?;
        wrong.extend(found.into_iter().map(|line| format!("by {way}: {line}")));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
