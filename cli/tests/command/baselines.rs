//! Findings that are known.

use crate::fake::{FakeHost, WORKLOAD};

#[test]
fn what_a_baseline_knows_is_not_reported_again() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD)]);
    assert_eq!(host.run(&["check", "--write-baseline", "known.txt"]), 0);
    assert!(host.stderr.contains("known.txt now knows"), "{}", host.stderr);
    assert_eq!(host.run(&["check", "--baseline", "known.txt", "--fail-on", "info"]), 0);
    let second = WORKLOAD.replace("web", "mail");
    host.files.insert("/repo/mail.yaml".to_owned(), second.into_bytes());
    assert_eq!(host.run(&["check", "--baseline", "known.txt"]), 1);
    assert!(host.stdout.contains("mail.yaml") && !host.stdout.contains(" web.yaml"), "{}", host.stdout);
}

#[test]
fn an_earlier_report_is_a_baseline() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD)]);
    assert_eq!(host.run(&["check", "--format=json", "--output=report.txt"]), 1);
    assert_eq!(host.run(&["check", "--baseline=report.txt"]), 0);
}

#[test]
fn other_files_are_no_baselines() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD), ("x.txt", "{}")]);
    for path in ["x.txt", "web.yaml", "nowhere.txt"] {
        assert_eq!(host.run(&["check", "--baseline", path]), 2, "{path}");
        assert!(host.stderr.starts_with(&format!("error: {path}: ")), "{}", host.stderr);
    }
}
