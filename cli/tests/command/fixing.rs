//! `--fix` and `--diff`.

use crate::fake::{FakeHost, POLICY, SLOPPY, WORKLOAD, prints};

#[test]
fn safe_fixes_are_written_and_said() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD), ("deny.yaml", SLOPPY)]);
    host.run(&["check", "--fix"]);
    assert_eq!(host.text("deny.yaml"), POLICY);
    assert_eq!(host.text("web.yaml"), WORKLOAD);
    assert!(
        host.stderr.contains("note: fixed: ") && host.stderr.contains("note: changed deny.yaml"),
        "{}",
        host.stderr
    );
    assert!(!host.stdout.contains("suppression-unused"), "{}", host.stdout);
    host.run(&["check", "--fix"]);
    assert_eq!(host.stderr, "");
}

#[test]
fn a_patch_writes_nothing_and_keeps_the_status() {
    let mut host = FakeHost::new(&[("net/deny.yaml", SLOPPY)]);
    assert_eq!(host.run(&["check", "--diff", "--fail-on", "warning"]), 1);
    assert_eq!(host.text("net/deny.yaml"), SLOPPY);
    let expected = "\
--- a/net/deny.yaml
+++ b/net/deny.yaml
@@ -3,5 +3,4 @@
 metadata: {name: default-deny, namespace: shop}
 spec:
   podSelector: {}
-  # ringfence: ignore[namespace-wide-peer] the exporters carry no labels yet
   policyTypes: [Ingress]
";
    assert_eq!(host.stdout, expected);
}

#[test]
fn standard_input_can_be_patched() {
    let mut host = FakeHost { stdin: SLOPPY, ..FakeHost::default() };
    host.run(&["check", "-", "--fix", "--diff"]);
    assert!(host.stdout.contains("-  # ringfence: ignore"), "{}", host.stdout);
}

#[test]
fn files_that_cannot_be_written_stay_and_are_said() {
    let mut host = FakeHost::new(&[("deny.yaml", SLOPPY)]);
    // The file is read twice: to check it, and to see that nobody changed it.
    host.changes_after_reading = Some(("/repo/deny.yaml", "changed: true\n"));
    assert_eq!(host.run(&["check", "--fix"]), 2);
    assert!(host.stderr.contains("deny.yaml was changed by somebody else"), "{}", host.stderr);
    assert_eq!(host.text("deny.yaml"), "changed: true\n");
}

#[test]
fn what_a_tool_makes_is_rendered_again_after_a_fix() {
    let files = [("kustomization.yaml", "resources: [deny.yaml]\n"), ("deny.yaml", SLOPPY)];
    let kustomize =
        |files: &crate::fake::Files, _: &_| prints(std::str::from_utf8(&files["/repo/deny.yaml"]).unwrap());
    let mut host = FakeHost::new(&files).program("kustomize", kustomize);
    assert_eq!(host.run(&["check", "--fix"]), 0);
    assert_eq!(host.text("deny.yaml"), POLICY);
    assert_eq!(host.runs.len(), 2);
    assert!(!host.stdout.contains("suppression-unused"), "{}", host.stdout);

    let mut host = FakeHost::new(&files).program("kustomize", kustomize);
    host.run(&["check", "--diff"]);
    assert_eq!(host.text("deny.yaml"), SLOPPY);
    assert_eq!(host.stdout.matches("\n-  # ringfence").count(), 1, "{}", host.stdout);
    assert_eq!(host.runs.len(), 1);
}
