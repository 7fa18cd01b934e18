//! `ringfence diff` on a machine in memory.

use crate::fake::{FakeHost, POLICY, WORKLOAD, prints};

/// Two sides of which the new one lacks default deny.
fn opened() -> FakeHost {
    FakeHost::new(&[("old/web.yaml", WORKLOAD), ("old/deny.yaml", POLICY), ("new/web.yaml", WORKLOAD)])
}

#[test]
fn what_a_change_opens_is_shown_with_its_cause() {
    let mut host = opened();
    assert_eq!(host.run(&["diff", "old", "new", "--fail-on", "closed"]), 0);
    let head = "NetworkPolicy `shop/default-deny` is gone (old/deny.yaml:3:18)\n";
    assert!(host.stdout.starts_with(head), "{}", host.stdout);
    assert!(host.stdout.contains("metadata: {name: default-deny, namespace: shop}"), "{}", host.stdout);
    let change = "  + shop/web[Deployment], 0.0.0.0/0, ::/0 -> shop/web[Deployment]: all ports\n";
    assert!(host.stdout.contains(change), "{}", host.stdout);
    assert!(host.stdout.ends_with("\n2 pairs differ: 2 opened\n"), "{}", host.stdout);
}

#[test]
fn fail_on_decides_the_status() {
    let mut host = opened();
    for (fail_on, there, back) in [("never", 0, 0), ("opened", 1, 0), ("closed", 0, 1), ("any", 1, 1)] {
        assert_eq!(host.run(&["diff", "old", "new", "--fail-on", fail_on]), there, "{fail_on}");
        assert_eq!(host.run(&["diff", "new", "old", "--fail-on", fail_on]), back, "{fail_on}");
        assert_eq!(host.run(&["diff", "new", "new", "--fail-on", fail_on]), 0, "{fail_on}");
    }
    assert_eq!(host.stdout, "no connection changed\n");
}

#[test]
fn json_has_an_entry_for_each_pair() {
    let mut host = opened();
    assert_eq!(host.run(&["diff", "old", "new", "-f", "json"]), 0);
    let report: serde_json::Value = serde_json::from_str(&host.stdout).unwrap();
    let ends: Vec<_> = report["changes"].as_array().unwrap().iter().map(|change| &change["from"]).collect();
    assert_eq!(ends, ["shop/web[Deployment]", "0.0.0.0/0", "::/0"]);
    let change = &report["changes"][0];
    assert_eq!(change["replicas"], true);
    assert_eq!((&change["old"], &change["new"]), (&serde_json::json!({}), &"all".into()));
    let cause = &change["causes"][0];
    assert_eq!(cause["object"]["name"], "default-deny");
    assert_eq!(cause["location"]["path"], "old/deny.yaml");
    assert_eq!(cause["location"]["start"]["line"], 3);
}

#[test]
fn a_focus_leaves_the_rest_out() {
    let mut host = opened();
    assert_eq!(host.run(&["diff", "old", "new", "--port", "53/UDP", "-f", "json"]), 0);
    assert!(host.stdout.contains(r#""new":{"UDP":[[53,53]]}"#), "{}", host.stdout);
    assert_eq!(host.run(&["diff", "old", "new", "-w", "web", "--direction", "egress", "-f", "json"]), 0);
    assert!(!host.stdout.contains("0.0.0.0/0"), "{}", host.stdout);
    assert_eq!(host.run(&["diff", "old", "new", "-w", "wob"]), 2);
    assert!(host.stderr.contains("did you mean `web`?"), "{}", host.stderr);
}

#[test]
fn every_format_is_written() {
    let mut host = opened();
    assert_eq!(host.run(&["diff", "old", "new", "-f", "markdown"]), 0);
    assert!(host.stdout.starts_with("### ⚠️ Ringfence: 2 pairs differ: 2 opened\n"), "{}", host.stdout);
    assert!(host.stdout.contains("| shop/web&#91;Deployment&#93; | ➕ all ports | 1 |"), "{}", host.stdout);
    assert_eq!(host.run(&["diff", "old", "new", "-f", "dot"]), 0);
    assert!(host.stdout.contains("color=\"#15803d\""), "{}", host.stdout);
    assert_eq!(host.run(&["diff", "old", "new", "-f", "sarif"]), 0);
    let log: serde_json::Value = serde_json::from_str(&host.stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    assert_eq!(
        (&results[0]["ruleId"], &results[0]["level"]),
        (&"connections-opened".into(), &"warning".into())
    );
    assert_eq!(host.run(&["diff", "new", "old", "-f", "sarif"]), 0);
    assert!(host.stdout.contains("\"level\": \"note\""), "{}", host.stdout);
}

#[test]
fn a_revision_reads_as_the_work_tree_does() {
    let mut host = FakeHost::new(&[
        ("app/web.yaml", WORKLOAD),
        ("/revisions/main/app/web.yaml", WORKLOAD),
        ("/revisions/main/app/deny.yaml", POLICY),
        ("/revisions/main/other/web.yaml", "{"),
    ]);
    assert_eq!(host.run(&["diff", "--base", "main", "app", "--fail-on", "opened"]), 1);
    assert!(host.stdout.contains("is gone (app/deny.yaml:3:18)"), "{}", host.stdout);
    assert_eq!(host.run(&["diff", "--base", "main", "--head", "main", "app", "--fail-on", "any"]), 0);
    assert_eq!(host.run(&["diff", "--base", "main", "other"]), 3);
    assert_eq!(host.run(&["diff", "--base", "main", "nowhere"]), 3);
    assert!(host.stderr.contains("nowhere: no such file or folder on either side"), "{}", host.stderr);
}

#[test]
fn kustomizations_of_a_revision_are_rendered_where_they_are() {
    let mut host = FakeHost::new(&[
        ("app/kustomization.yaml", "resources: [web.yaml]\n"),
        ("app/web.yaml", WORKLOAD),
        ("/revisions/main/app/kustomization.yaml", "resources: [web.yaml]\n"),
        ("/revisions/main/app/web.yaml", WORKLOAD),
    ])
    .program("kustomize", |_, _| prints(WORKLOAD));
    assert_eq!(host.run(&["diff", "--base", "main"]), 0);
    let runs: Vec<_> = host.runs.iter().map(|run| (run.folder.as_deref(), run.args[1].as_str())).collect();
    assert_eq!(runs, [(Some("/revisions/main"), "app"), (None, "app")]);
}

#[test]
fn wrong_usage_is_said() {
    let mut host = opened();
    for (arguments, said) in [
        (&["diff"][..], "two paths are compared"),
        (&["diff", "old"], "two paths are compared"),
        (&["diff", "--head", "x", "old", "new"], "--base"),
        (&["diff", "-", "-"], "standard input can be one side only"),
        (&["diff", "old", "new", "--overlay", "x"], "there is no overlay `x`"),
    ] {
        assert_eq!(host.run(arguments), 2, "{arguments:?}");
        assert!(host.stderr.contains(said), "{arguments:?}: {}", host.stderr);
    }
    assert_eq!(host.run(&["diff", "--base", "main"]), 3);
    assert!(host.stderr.contains("`git` is not to be had here"), "{}", host.stderr);
    host.files.insert("/revisions/main/x.yaml".to_owned(), Vec::new());
    assert_eq!(host.run(&["diff", "--base", "mian"]), 2);
    assert!(host.stderr.contains("has no revision `mian`"), "{}", host.stderr);
    assert_eq!(host.run(&["diff", "old", "nowhere"]), 3);
}
