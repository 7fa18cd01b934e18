//! Usage, help, and the commands around `check`.

use ringfence_cli::{Terminal, Trouble};

use crate::fake::{FakeHost, POLICY, WORKLOAD};

#[test]
fn help_and_version_are_results() {
    let mut host = FakeHost::default();
    assert_eq!(host.run(&["check", "--help"]), 0);
    assert!(host.stdout.contains("Examples:") && host.stdout.contains("--fail-on"), "{}", host.stdout);
    assert_eq!(host.run(&["--version"]), 0);
    assert!(host.stdout.starts_with("ringfence "), "{}", host.stdout);
    assert_eq!(host.stderr, "");
}

#[test]
fn wrong_usage_is_status_2_with_advice() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD)]);
    for (arguments, advice) in [
        (&["chekc"][..], "check"),
        (&["check", "--formatt", "json"], "--format"),
        (&["check", "--format", "sarfi"], "sarif"),
        (&["check", "--select", "pod-not-coverd-ingress"], "did you mean `pod-not-covered-ingress`?"),
        (&["check", "--ignore", "coverag"], "did you mean `coverage`?"),
        (&["check", "--config", "x.yaml", "--no-config"], "--no-config"),
        (&["check", "-", "--fix"], "--diff"),
        (&["rules", "namespace-wide-pear"], "did you mean `namespace-wide-peer`?"),
        (&["rules", "quite-another-thing"], "`ringfence rules` lists them"),
    ] {
        assert_eq!(host.run(arguments), 2, "{arguments:?}");
        assert!(host.stderr.contains(advice), "{arguments:?}: {}", host.stderr);
        assert_eq!(host.stdout, "", "{arguments:?}");
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let mut host = FakeHost::default();
    assert_eq!(host.run(&["rules"]), 0);
    for rule in ringfence::rules::all() {
        assert!(host.stdout.contains(rule.name), "{}", rule.name);
    }
    assert_eq!(host.run(&["rules", "namespace-wide-peer"]), 0);
    assert!(host.stdout.contains("# Why"), "{}", host.stdout);
    assert_eq!(host.run(&["rules", "--format", "json"]), 0);
    let rules: serde_json::Value = serde_json::from_str(&host.stdout).unwrap();
    assert_eq!(rules.as_array().unwrap().len(), ringfence::rules::all().len());
    assert_eq!(host.run(&["rules", "namespace-wide-peer", "--format", "json"]), 0);
    let rule: serde_json::Value = serde_json::from_str(&host.stdout).unwrap();
    assert_eq!(rule["group"], "precision");
    assert!(rule["page"].is_string());
}

#[test]
fn init_writes_a_configuration_that_changes_nothing_and_never_replaces_one() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD)]);
    let before = (host.run(&["check"]), host.stdout.clone());
    assert_eq!(host.run(&["init"]), 0);
    assert_eq!((host.run(&["check"]), host.stdout.clone()), before);
    host.files.insert("/repo/.ringfence.yaml".to_owned(), b"set: strict\n".to_vec());
    assert_eq!(host.run(&["init", "."]), 2);
    assert!(host.stderr.contains("--force"), "{}", host.stderr);
    assert_eq!(host.text(".ringfence.yaml"), "set: strict\n");
    assert_eq!(host.run(&["init", "--force"]), 0);
    assert_ne!(host.text(".ringfence.yaml"), "set: strict\n");
    assert_eq!(host.run(&["init", "nowhere"]), 2);
}

#[test]
fn completions_schema_and_manual_are_printed() {
    let mut host = FakeHost::default();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert_eq!(host.run(&["completions", shell]), 0);
        assert!(host.stdout.contains("fail-on"), "{shell}");
    }
    assert_eq!(host.run(&["man"]), 0);
    assert!(host.stdout.contains(".TH ringfence"), "{}", host.stdout);
    assert_eq!(host.run(&["man", "check"]), 0);
    assert!(host.stdout.contains(".TH ringfence-check") && host.stdout.contains("strict"), "{}", host.stdout);
    assert_eq!(host.run(&["man", "chekc"]), 2);
    assert_eq!(host.run(&["schema"]), 0);
    let schema: serde_json::Value = serde_json::from_str(&host.stdout).unwrap();
    assert!(schema["properties"]["exclude"].is_object());
}

#[test]
fn the_threshold_decides_between_0_and_1() {
    let mut open = FakeHost::new(&[("web.yaml", WORKLOAD)]);
    assert_eq!(open.run(&["check"]), 1);
    assert_eq!(open.run(&["check", "--fail-on", "never"]), 0);
    assert!(open.stdout.contains("pod-not-covered-ingress"), "{}", open.stdout);
    let mut covered = FakeHost::new(&[("app/web.yaml", WORKLOAD), ("netpol/deny.yaml", POLICY)]);
    assert_eq!(covered.run(&["check", "app", "netpol"]), 0);
    assert_eq!(covered.run(&["check", "app"]), 1);
}

#[test]
fn rules_are_selected_and_left_out() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD)]);
    assert_eq!(host.run(&["check", "--select", "precision"]), 0);
    assert_eq!(host.run(&["check", "--select", "pod-not-covered-ingress"]), 1);
    assert_eq!(host.run(&["check", "--select", "coverage", "--ignore", "coverage"]), 0);
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let terminal = Terminal { stdout: true, stderr: true, width: Some(100), ..Terminal::default() };
    let colored = |terminal: Terminal, arguments: &[&str]| {
        let mut host = FakeHost { terminal, ..FakeHost::new(&[("web.yaml", WORKLOAD)]) };
        host.run(arguments);
        (host.stdout + &host.stderr).contains('\u{1b}')
    };
    assert!(colored(terminal, &["check"]));
    assert!(colored(terminal, &["check", "nowhere"]));
    assert!(!colored(Terminal { no_color: true, ..terminal }, &["check", ".", "nowhere"]));
    assert!(!colored(Terminal::default(), &["check", ".", "nowhere"]));
    assert!(colored(Terminal { force_color: true, ..Terminal::default() }, &["check"]));
    assert!(colored(Terminal::default(), &["check", "--color", "always"]));
    assert!(!colored(terminal, &["check", "--color=never", ".", "nowhere"]));
    assert!(!colored(terminal, &["check", "--format", "json"]));
}

#[test]
fn reports_go_to_a_file() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD)]);
    host.terminal = Terminal { stdout: true, ..Terminal::default() };
    assert_eq!(host.run(&["check", "-f", "json", "-o", "out.txt"]), 1);
    assert_eq!(host.stdout, "");
    assert!(host.text("out.txt").starts_with('{'));
    assert_eq!(host.run(&["check", "--output", "out.txt"]), 1);
    assert!(!host.text("out.txt").contains('\u{1b}'));
    host.unreadable.insert("/repo/out.txt".to_owned(), "it is read-only");
    assert_eq!(host.run(&["check", "-o", "out.txt"]), 2);
    assert!(host.stderr.contains("out.txt can't be written: it is read-only"), "{}", host.stderr);
}

#[test]
fn a_full_disk_is_no_success() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD), ("deny.yaml", POLICY)]);
    host.full = Some(Trouble::Other("no space left on device".to_owned()));
    assert_eq!(host.run(&["check"]), 2);
    assert!(host.stderr.contains("no space left on device"), "{}", host.stderr);
}

#[test]
fn quiet_keeps_errors_only() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD)]);
    host.unreadable.insert("/repo/x.yaml".to_owned(), "permission denied");
    assert_eq!(host.run(&["check", "--quiet"]), 1);
    assert_eq!(host.stderr, "");
    assert_eq!(host.run(&["check", "-q", ".", "nowhere"]), 3);
    assert_eq!(host.stderr, "error: nowhere: no such file or folder\n");
}
