//! Which configuration counts, and what happens where it is wrong.

use crate::fake::{FakeHost, WORKLOAD};

const OFF: &str = "rules: {coverage: off, default-deny: off}\n";

#[test]
fn the_nearest_configuration_upwards_counts() {
    let mut host = FakeHost::new(&[("a/b/web.yaml", WORKLOAD), ("a/.ringfence.yaml", OFF)]);
    assert_eq!(host.run(&["check"]), 1);
    assert_eq!(host.run(&["check", "a"]), 0);
    assert_eq!(host.run(&["check", "a/b/web.yaml"]), 0);
    assert_eq!(host.run(&["check", "/repo/a/b"]), 0);
    assert_eq!(host.run(&["check", "a/b", "--no-config"]), 1);
    assert_eq!(host.run(&["check", "--config", "a/.ringfence.yaml"]), 0);
    let mut above = FakeHost::new(&[("web.yaml", WORKLOAD), ("/.ringfence.yaml", OFF)]);
    assert_eq!(above.run(&["check"]), 0);
}

#[test]
fn files_are_left_out_from_where_the_configuration_lies() {
    let files =
        [("a/web.yaml", WORKLOAD), ("b/web.yaml", "kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n")];
    let mut host = FakeHost::new(&files);
    host.files.insert("/.ringfence.yaml".to_owned(), b"exclude: [/repo/a/]\n".to_vec());
    assert_eq!(host.run(&["check"]), 0);
    host.files.insert("/.ringfence.yaml".to_owned(), b"include: [repo/a/*.yaml]\n".to_vec());
    assert_eq!(host.run(&["check"]), 1);
    assert!(host.stdout.contains("in 1 file"), "{}", host.stdout);
}

#[test]
fn configurations_build_on_others() {
    let mut host = FakeHost::new(&[
        ("web.yaml", WORKLOAD),
        (".ringfence.yaml", "extends: [../shared/base.yaml]\n"),
        ("../shared/base.yaml", OFF),
    ]);
    assert_eq!(host.run(&["check"]), 0);
}

#[test]
fn wrong_configurations_are_status_2_with_their_place() {
    for (text, message) in [
        ("rules:\n  coverag: off\n", "error: .ringfence.yaml:2:3: "),
        ("set: [\n", "error: .ringfence.yaml:"),
        ("extends: [nowhere.yaml]\n", "nowhere.yaml"),
        ("extends: [.ringfence.yaml]\n", ".ringfence.yaml → .ringfence.yaml"),
    ] {
        let mut host = FakeHost::new(&[("web.yaml", WORKLOAD), (".ringfence.yaml", text)]);
        assert_eq!(host.run(&["check"]), 2, "{text}");
        assert!(host.stderr.contains(message), "{text}: {}", host.stderr);
        assert_eq!(host.stdout, "", "{text}");
    }
}

#[test]
fn an_unreadable_configuration_is_never_passed_over() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD)]);
    assert_eq!(host.run(&["check", "--config", "nowhere.yaml"]), 2);
    host.unreadable.insert("/repo/.ringfence.yaml".to_owned(), "permission denied");
    assert_eq!(host.run(&["check"]), 2);
    assert!(host.stderr.contains("permission denied"), "{}", host.stderr);
}
