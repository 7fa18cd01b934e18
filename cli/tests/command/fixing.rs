//! `--fix` and `--diff`.

use crate::fake::{FakeHost, SLOPPY, WORKLOAD, prints};

fn fixed() -> String {
    SLOPPY.replace("10.1.2.3/24", "10.1.2.0/24")
}

#[test]
fn safe_fixes_are_written_and_said() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD), ("office.yaml", SLOPPY)]);
    host.run(&["check", "--fix"]);
    assert_eq!(host.text("office.yaml"), fixed());
    assert_eq!(host.text("web.yaml"), WORKLOAD);
    assert!(
        host.stderr.contains("note: fixed: ") && host.stderr.contains("note: changed office.yaml"),
        "{}",
        host.stderr
    );
    assert!(!host.stdout.contains("host-bits-set"), "{}", host.stdout);
    host.run(&["check", "--fix"]);
    assert_eq!(host.stderr, "");
}

#[test]
fn a_patch_writes_nothing_and_keeps_the_status() {
    let mut host = FakeHost::new(&[("net/office.yaml", SLOPPY)]);
    assert_eq!(host.run(&["check", "--diff", "--fail-on", "info"]), 1);
    assert_eq!(host.text("net/office.yaml"), SLOPPY);
    let expected = "\
--- a/net/office.yaml
+++ b/net/office.yaml
@@ -6,5 +6,5 @@
   policyTypes: [Ingress]
   ingress:
     # The office.
-    - from: [{ipBlock: {cidr: 10.1.2.3/24}}]
+    - from: [{ipBlock: {cidr: 10.1.2.0/24}}]
       ports: [{port: 8080}]
";
    assert_eq!(host.stdout, expected);
}

#[test]
fn standard_input_can_be_patched() {
    let mut host = FakeHost { stdin: SLOPPY, ..FakeHost::default() };
    host.run(&["check", "-", "--fix", "--diff"]);
    assert!(host.stdout.contains("+    - from: [{ipBlock: {cidr: 10.1.2.0/24}}]"), "{}", host.stdout);
}

#[test]
fn files_that_cannot_be_written_stay_and_are_said() {
    let mut host = FakeHost::new(&[("office.yaml", SLOPPY)]);
    // The file is read twice: to check it, and to see that nobody changed it.
    host.changes_after_reading = Some(("/repo/office.yaml", "changed: true\n"));
    assert_eq!(host.run(&["check", "--fix"]), 2);
    assert!(host.stderr.contains("office.yaml was changed by somebody else"), "{}", host.stderr);
    assert_eq!(host.text("office.yaml"), "changed: true\n");
}

#[test]
fn what_a_tool_makes_is_rendered_again_after_a_fix() {
    let files = [("kustomization.yaml", "resources: [office.yaml]\n"), ("office.yaml", SLOPPY)];
    let kustomize =
        |files: &crate::fake::Files, _: &_| prints(std::str::from_utf8(&files["/repo/office.yaml"]).unwrap());
    let mut host = FakeHost::new(&files).program("kustomize", kustomize);
    assert_eq!(host.run(&["check", "--fix"]), 0);
    assert_eq!(host.text("office.yaml"), fixed());
    assert_eq!(host.runs.len(), 2);
    assert!(!host.stdout.contains("host-bits-set"), "{}", host.stdout);

    let mut host = FakeHost::new(&files).program("kustomize", kustomize);
    host.run(&["check", "--diff"]);
    assert_eq!(host.text("office.yaml"), SLOPPY);
    assert_eq!(host.stdout.matches("\n+    - from:").count(), 1, "{}", host.stdout);
    assert_eq!(host.runs.len(), 1);
}
