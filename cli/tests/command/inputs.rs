//! What is read, and what happens where it can't be.

use crate::fake::{FakeHost, POLICY, WORKLOAD};

#[test]
fn a_missing_path_is_said_and_the_rest_is_checked() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD), ("deny.yaml", POLICY)]);
    assert_eq!(host.run(&["check", "nowhere/", "web.yaml", "deny.yaml"]), 3);
    assert_eq!(host.stderr, "error: nowhere: no such file or folder\n");
    assert!(host.stdout.contains("checked 2 objects"), "{}", host.stdout);
}

#[test]
fn an_unreadable_file_is_said_and_fails_only_where_all_inputs_are_asked_for() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD), ("deny.yaml", POLICY)]);
    host.unreadable.insert("/repo/x.yaml".to_owned(), "permission denied");
    assert_eq!(host.run(&["check", "-v"]), 0);
    assert_eq!(host.stderr, "warning: x.yaml is not read: permission denied\n");
    assert!(host.stdout.contains("x.yaml") && host.stdout.contains("1 skipped"), "{}", host.stdout);
    assert_eq!(host.run(&["check", "--strict-inputs"]), 3);
    assert!(host.stderr.contains("--strict-inputs"), "{}", host.stderr);
}

#[test]
fn nothing_understood_is_no_success() {
    let mut host = FakeHost::new(&[("package.json", "{\"name\": \"x\"}"), ("README.md", "# x")]);
    assert_eq!(host.run(&["check"]), 3);
    assert!(host.stderr.contains("no Kubernetes object was found in ."), "{}", host.stderr);
    assert_eq!(FakeHost::default().run(&["check"]), 3);
}

#[test]
fn standard_input_is_read_with_other_files() {
    let mut host = FakeHost::new(&[("deny.yaml", POLICY)]);
    host.stdin = WORKLOAD;
    assert_eq!(host.run(&["check", "-"]), 1);
    assert!(host.stdout.contains("<stdin>"), "{}", host.stdout);
    assert_eq!(host.run(&["check", "-", "deny.yaml"]), 0);
}

#[test]
fn named_files_are_read_whatever_they_are_called() {
    let mut host = FakeHost::new(&[("web.yaml.tpl", WORKLOAD), ("deny.yaml", POLICY)]);
    assert_eq!(host.run(&["check", "web.yaml.tpl"]), 1);
    assert_eq!(host.run(&["check"]), 0);
}

#[test]
fn overlapping_paths_are_read_once() {
    let mut host = FakeHost::new(&[("app/web.yaml", WORKLOAD), ("app/deny.yaml", POLICY)]);
    assert_eq!(host.run(&["check", ".", "./app/", "app/web.yaml"]), 0);
    assert!(host.stdout.contains("checked 2 objects in 2 files"), "{}", host.stdout);
}

#[test]
fn paths_are_shown_as_they_were_given() {
    let mut host = FakeHost::new(&[("app/web.yaml", WORKLOAD), ("../other/web.yaml", WORKLOAD)]);
    for (given, shown) in
        [("./app", " app/web.yaml"), ("../other", "../other/web.yaml"), ("/repo/app", "/repo/app/web.yaml")]
    {
        host.run(&["check", given]);
        assert!(format!(" {}", host.stdout).contains(shown), "{given}: {}", host.stdout);
    }
}

#[test]
fn many_unreadable_files_do_not_flood_the_terminal() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD)]);
    for number in 0..30 {
        host.unreadable.insert(format!("/repo/x{number}.yaml"), "permission denied");
    }
    host.run(&["check"]);
    assert_eq!(host.stderr.lines().count(), 11);
    assert!(host.stderr.contains("20 more can't be read"), "{}", host.stderr);
}
