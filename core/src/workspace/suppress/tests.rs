//! Suppressions as a workspace sees them: what they silence, and what is found about them.

use crate::config::Config;
use crate::rules::Date;
use crate::workspace::{CheckOptions, Outcome, Workspace};

/// A policy with two peers that admit whole namespaces; `{…}` are places for comments and annotations.
const POLICY: &str = "\
{top}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  annotations: {annotations}
spec: {spec}
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
  - from:
    {first}
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}} {behind}
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}
";

fn policy(changes: &[(&str, &str)]) -> String {
    let mut text = POLICY.to_owned();
    for (place, change) in changes {
        text = text.replace(&format!("{{{place}}}"), change);
    }
    for place in ["{top}\n", "    {first}\n", " {behind}", " {spec}"] {
        text = text.replace(place, "");
    }
    text.replace("{annotations}", "{}")
}

fn check(text: &str, options: &CheckOptions) -> Outcome {
    let mut workspace = Workspace::new(Config::default());
    workspace.set("a.yaml", text.as_bytes());
    workspace.check(options)
}

/// The findings as `line rule`, in their order.
fn found(outcome: &Outcome) -> Vec<String> {
    let show = |finding: &crate::diagnostics::Diagnostic| {
        let source = outcome.source(finding.location.file).unwrap();
        let line = finding.location.span.map_or(0, |span| source.lines().line_of(span.start) + 1);
        format!("{line} {}", finding.rule)
    };
    outcome.findings.iter().map(show).collect()
}

fn only_peers() -> CheckOptions {
    let select = ["namespace-wide-peer", "review"].map(str::to_owned).to_vec();
    CheckOptions { select, ..CheckOptions::default() }
}

fn on(today: &str) -> CheckOptions {
    CheckOptions { today: Some(today.parse::<Date>().unwrap()), ..only_peers() }
}

#[test]
fn without_a_suppression_both_peers_are_found() {
    let outcome = check(&policy(&[]), &only_peers());
    assert_eq!(found(&outcome), ["12 namespace-wide-peer", "13 namespace-wide-peer"]);
    assert_eq!(outcome.suppressed, 0);
}

#[test]
fn a_comment_silences_what_it_stands_at() {
    let comment = "# ringfence: ignore[namespace-wide-peer] agreed";
    let first = check(&policy(&[("first", comment)]), &only_peers());
    assert_eq!((found(&first), first.suppressed), (vec!["14 namespace-wide-peer".to_owned()], 1));
    let behind = check(&policy(&[("behind", comment)]), &only_peers());
    assert_eq!((found(&behind), behind.suppressed), (vec!["13 namespace-wide-peer".to_owned()], 1));
    let top = check(&policy(&[("top", "# ringfence: ignore[precision]")]), &only_peers());
    assert_eq!((found(&top), top.suppressed), (Vec::new(), 2));
}

#[test]
fn an_annotation_silences_its_object() {
    let annotation = "{ringfence.dev/ignore.x: 'namespace-wide-peer: agreed (until 2027-01-31)'}";
    let text = policy(&[("annotations", annotation)]);
    let twice = format!("{text}---\n{}", policy(&[]).replace("name: web", "name: api"));
    let outcome = check(&twice, &on("2027-01-31"));
    assert_eq!(outcome.suppressed, 2);
    assert_eq!(found(&outcome), ["26 namespace-wide-peer", "27 namespace-wide-peer"]);
}

#[test]
fn after_its_last_day_a_suppression_is_reported_with_what_it_hid() {
    let comment = "# ringfence: ignore[namespace-wide-peer] not yet (until 2027-01-31)";
    let text = policy(&[("first", comment)]);
    let outcome = check(&text, &on("2027-02-01"));
    let expected = ["12 suppression-expired", "13 namespace-wide-peer", "14 namespace-wide-peer"];
    assert_eq!((found(&outcome), outcome.suppressed), (expected.map(str::to_owned).to_vec(), 0));
    let expired = &outcome.findings[0];
    assert_eq!(expired.message, "the suppression of `namespace-wide-peer` ended on 2027-01-31");
    assert_eq!(expired.notes, ["one finding shows again", "the reason given: not yet"]);
    assert_eq!(check(&text, &only_peers()).suppressed, 1, "without a clock nothing expires");
}

#[test]
fn an_unused_suppression_is_reported_if_its_rule_ran() {
    let text = policy(&[("spec", "# ringfence: ignore[namespace-wide-peer] (until 2020-01-31)")]);
    let outcome = check(&text, &on("2027-01-31"));
    let of_review: Vec<_> = outcome.findings.iter().filter(|finding| finding.group == "review").collect();
    let [unused] = of_review.as_slice() else { panic!("one finding") };
    assert_eq!(unused.message, "`namespace-wide-peer` suppresses nothing here");
    assert_eq!(unused.notes, ["it ended on 2020-01-31"]);
    let select = vec!["review".to_owned()];
    let not_run = check(&text, &CheckOptions { select, ..CheckOptions::default() });
    assert_eq!(found(&not_run), Vec::<String>::new());
}

#[test]
fn nothing_is_called_unused_where_inputs_are_missing() {
    let text = policy(&[("spec", "# ringfence: ignore[namespace-wide-peer]")]);
    let mut workspace = Workspace::new(Config::default());
    workspace.set("a.yaml", text.as_bytes());
    assert_eq!(workspace.check(&only_peers()).findings.len(), 3);
    workspace.set_unrendered("chart", "no helm");
    assert_eq!(workspace.check(&only_peers()).findings.len(), 2);
}

#[test]
fn names_that_do_not_exist_and_texts_that_cannot_be_read_are_reported() {
    let message = |comment: &str| {
        let outcome = check(&policy(&[("spec", comment)]), &only_peers());
        let finding = outcome.findings.into_iter().find(|finding| finding.group == "review").unwrap();
        (finding.message, finding.help.unwrap_or_default())
    };
    let unknown = message("# ringfence: ignore[namespace-wide-per] x");
    assert_eq!(unknown.0, "no rule and no group is called `namespace-wide-per`");
    assert_eq!(unknown.1, "did you mean `namespace-wide-peer`?");
    let unnamed = message("# ringfence: ignore this");
    assert_eq!(unnamed.0, "this suppresses nothing: it names no rule");
    assert_eq!(unnamed.1, "write `# ringfence: ignore[rule] reason (until 2027-01-31)`");
}

#[test]
fn what_is_unused_is_removed_and_nothing_else() {
    let unused = "# ringfence: ignore[namespace-wide-peer] x";
    let annotation = "{ringfence.dev/ignore: 'coverage', a: b}";
    let partly = "# ringfence: ignore[coverage, namespace-wide-peer, pod-not-covered-ingress] x";
    let text = policy(&[("spec", unused), ("annotations", annotation), ("first", partly)]);
    let text =
        text.replace("  policyTypes: [Ingress]", &format!("    {unused}\r\n  policyTypes: [Ingress] # kept"));
    let fixed = fixpoint(&text);
    let expected =
        policy(&[("annotations", "{a: b}"), ("first", "# ringfence: ignore[namespace-wide-peer] x")]);
    assert_eq!(fixed, expected.replace("[Ingress]", "[Ingress] # kept"));
}

/// The text after all safe fixes, in as many passes as it takes.
fn fixpoint(text: &str) -> String {
    let mut workspace = Workspace::new(Config::default());
    workspace.set("a.yaml", text.as_bytes());
    let select = ["namespace-wide-peer", "coverage", "review"].map(str::to_owned).to_vec();
    let options = CheckOptions { select, ..CheckOptions::default() };
    for _ in 0..10 {
        let outcome = workspace.check(&options);
        let pass = workspace.fix(&outcome, crate::diagnostics::Safety::Safe);
        if pass.changed.is_empty() {
            break;
        }
        for (path, text) in pass.changed {
            workspace.set(&path, text.as_bytes());
        }
    }
    workspace.text("a.yaml").unwrap().to_owned()
}
