//! Small pairs of manifests, and what must be said of them.

use super::*;
use crate::config::Config;
use crate::text::PositionEncoding;

const PODS: &str = "\
{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: x, labels: {app: a}}, spec: {}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: x, labels: {app: b}}, spec: {}}
";

fn policy(name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: x}}\nspec:\n{spec}"
    )
}

/// Each changed pair as `from → to +opened -closed: causes with lines`.
fn changes(old: &str, new: &str) -> Vec<String> {
    let workspace = |path: &str, text: &str| {
        let mut workspace = Workspace::new(Config::default());
        workspace.set(path, text.as_bytes());
        workspace
    };
    let sides = [workspace("old.yaml", old), workspace("new.yaml", new)];
    let sides = [&sides[0], &sides[1]];
    let texts = diff_texts(sides);
    let mut lines = Vec::new();
    let alone = diff(sides, &ReachOptions::default(), &Focus::default(), &mut |diff| {
        let name = |end: u32| match &diff.ends[end as usize] {
            ChangedEnd::Workload(name) => name.clone(),
            ChangedEnd::Addresses(set) => {
                set.to_cidrs().iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
            }
        };
        for pair in &diff.pairs {
            let delta = diff.flows[pair.flow as usize].delta();
            let causes = diff.causes_of(pair.causes).map(|cause| {
                let source = texts.source(cause.location.file).unwrap();
                let line = source.position(cause.location.span.unwrap().start, PositionEncoding::Utf8).line;
                format!("{} ({}:{line})", cause.message, source.path)
            });
            let causes: Vec<_> = causes.collect();
            let parts = [("+", &delta.opened), ("-", &delta.closed), ("?", &delta.doubted)];
            let parts =
                parts.iter().filter(|(_, set)| !set.is_empty()).map(|(mark, set)| format!(" {mark}{set}"));
            let (from, to) = (name(pair.from), name(pair.to));
            lines.push(format!("{from} → {to}{}: {}", parts.collect::<String>(), causes.join("; ")));
        }
    });
    assert_eq!(alone, Vec::<String>::new());
    lines
}

const ALLOW_A: &str = "  podSelector: {matchLabels: {app: b}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: a}}}]
    ports: [{port: 80}]
";

#[test]
fn a_changed_rule_is_pointed_at() {
    let new = ALLOW_A.replace("port: 80}", "port: 80}, {port: 443}");
    assert_eq!(
        changes(&(PODS.to_owned() + &policy("p", ALLOW_A)), &(PODS.to_owned() + &policy("p", &new))),
        [
            "x/a[Pod] → x/b[Pod] +TCP 443: ingress rule 1 of NetworkPolicy `x/p` is not what it was (new.yaml:11)"
        ]
    );
}

#[test]
fn what_means_the_same_is_no_change() {
    let old = PODS.to_owned() + &policy("p", ALLOW_A);
    let new = policy("p", &ALLOW_A.replace("[{port: 80}]", "\n    - {protocol: TCP, port: 80} # web"))
        + "---\n"
        + PODS;
    assert_eq!(changes(&old, &new), Vec::<String>::new());
}

#[test]
fn only_the_guilty_policy_is_blamed() {
    let deny = "  podSelector: {}\n  policyTypes: [Ingress]\n";
    let other = "  podSelector: {matchLabels: {app: a}}\n  ingress: [{from: [{podSelector: {matchLabels: {app: c}}}]}]\n";
    let old = PODS.to_owned() + &policy("deny", deny) + &policy("other", deny);
    let new = PODS.to_owned() + &policy("deny", deny) + &policy("other", other) + &policy("p", ALLOW_A);
    assert_eq!(
        changes(&old, &new),
        ["x/a[Pod] → x/b[Pod] +TCP 80: NetworkPolicy `x/p` is new (new.yaml:25)"]
    );
}

#[test]
fn policies_that_deny_only_together_are_all_named() {
    let deny = "  podSelector: {}\n  policyTypes: [Ingress]\n";
    let old = PODS.to_owned() + &policy("one", deny) + &policy("two", deny);
    let found = changes(&old, PODS);
    let expected = "x/a[Pod] → x/b[Pod] +all: NetworkPolicy `x/one` is gone (old.yaml:7); NetworkPolicy `x/two` is gone (old.yaml:14)";
    assert_eq!(found.first().map(String::as_str), Some(expected), "{found:#?}");
}

#[test]
fn labels_are_blamed_where_no_policy_changed() {
    let old = PODS.to_owned() + &policy("p", ALLOW_A);
    let found = changes(&old, &old.replace("labels: {app: a}", "labels: {app: aa}"));
    assert_eq!(found, ["x/a[Pod] → x/b[Pod] -TCP 80: `x/a[Pod]` has other labels than before (new.yaml:1)"]);
}

#[test]
fn workloads_come_and_go() {
    let one = PODS.split("---").next().unwrap();
    let found = changes(one, PODS);
    assert!(found.iter().all(|line| line.ends_with("+all: `x/b[Pod]` is new (new.yaml:3)")), "{found:#?}");
    assert_eq!(found.len(), 4, "{found:#?}");
    let found = changes(PODS, one);
    assert!(found.iter().all(|line| line.ends_with("-all: `x/b[Pod]` is gone (old.yaml:3)")), "{found:#?}");
}

#[test]
fn addresses_are_cut_at_the_bounds_of_both_sides() {
    let block = |cidr: &str| {
        let spec = format!(
            "  podSelector: {{matchLabels: {{app: a}}}}\n  ingress: [{{from: [{{ipBlock: {{cidr: {cidr}}}}}]}}]\n"
        );
        PODS.to_owned() + &policy("p", &spec)
    };
    let found = changes(&block("10.0.0.0/8"), &block("10.64.0.0/9"));
    let rule = "ingress rule 1 of NetworkPolicy `x/p` is not what it was (new.yaml:10)";
    assert_eq!(found, [format!("10.128.0.0/9 → x/a[Pod] -all: {rule}")]);
}

#[test]
fn rows_hold_what_changed_alike() {
    let pods: String = ["a", "b", "c"]
        .map(|name| format!("---\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: {name}, namespace: x}}, spec: {{template: {{metadata: {{labels: {{app: {name}}}}}}}}}}}\n"))
        .concat();
    let workspace = |text: &str| {
        let mut workspace = Workspace::new(Config::default());
        workspace.set("x.yaml", text.as_bytes());
        workspace
    };
    let deny = policy("deny", "  podSelector: {}\n  policyTypes: [Ingress]\n");
    let sides = [workspace(&pods), workspace(&(pods.clone() + &deny))];
    let mut rows = Vec::new();
    diff([&sides[0], &sides[1]], &ReachOptions::default(), &Focus::default(), &mut |diff| {
        assert_eq!(diff.counts(), [0, 12, 0]);
        let names = |places: &[u32]| {
            places.iter().map(|at| diff.groups[*at as usize].name.clone()).collect::<Vec<_>>()
        };
        rows.extend(
            diff.rows
                .iter()
                .map(|row| (names(&row.from).join(", "), names(&row.to).join(", "), row.replicas)),
        );
    });
    assert_eq!(rows, [("every Pod of x, 0.0.0.0/0, ::/0".to_owned(), "every Pod of x".to_owned(), false)]);
}
