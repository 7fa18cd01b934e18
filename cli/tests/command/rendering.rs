//! Kustomizations and charts.

use crate::fake::{FakeHost, POLICY, WORKLOAD, fails, prints};

const KUSTOMIZED: [(&str, &str); 2] =
    [("app/kustomization.yaml", "resources: [web.yaml]\n"), ("app/web.yaml", WORKLOAD)];
const CHART: [(&str, &str); 3] = [
    ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ("charts/web/templates/web.yaml", "{{ if .Values.on }}\nkind: {{ .Values.kind }}\n{{ end }}\n"),
    ("other.yaml", POLICY),
];

#[test]
fn kustomizations_are_judged_as_rendered() {
    let rendered = format!("{WORKLOAD}---\n{POLICY}");
    let mut host = FakeHost::new(&KUSTOMIZED).program("kustomize", move |_, _| prints(&rendered));
    assert_eq!(host.run(&["check", "--strict-inputs"]), 0, "{}{}", host.stdout, host.stderr);
    assert_eq!(host.runs[0].args, ["build", "app"]);
}

#[test]
fn kubectl_stands_in_for_kustomize() {
    let mut host = FakeHost::new(&KUSTOMIZED).program("kubectl", |_, _| prints(WORKLOAD));
    assert_eq!(host.run(&["check", "--strict-inputs"]), 1);
    assert_eq!(host.runs[1].args, ["kustomize", "app"]);
}

#[test]
fn a_missing_tool_is_said_and_what_is_written_is_checked() {
    let mut host = FakeHost::new(&KUSTOMIZED);
    assert_eq!(host.run(&["check", "-v"]), 1);
    assert!(host.stdout.contains("neither `kustomize` nor `kubectl` is on PATH"), "{}", host.stdout);
    assert!(host.stdout.contains("pod-not-covered-ingress"), "{}", host.stdout);
    assert_eq!(host.run(&["check", "--strict-inputs"]), 3);
}

#[test]
fn a_failing_tool_is_quoted() {
    let mut host = FakeHost::new(&KUSTOMIZED);
    host = host.program("kustomize", |_, _| fails("Error: accumulating resources: no such file 'x.yaml'\n"));
    host.run(&["check", "-v"]);
    let reason = "`kustomize` failed: accumulating resources: no such file 'x.yaml'";
    assert!(host.stdout.contains(reason), "{}", host.stdout);
    assert_eq!(host.runs.len(), 1);
}

#[test]
fn kustomizations_in_a_circle_are_not_run() {
    let mut host = FakeHost::new(&[
        ("a/kustomization.yaml", "resources: [../b]\n"),
        ("b/kustomization.yaml", "resources: [../a]\n"),
        ("web.yaml", WORKLOAD),
    ])
    .program("kustomize", |_, _| prints(""));
    assert_eq!(host.run(&["check", "-v", "--strict-inputs"]), 3);
    assert!(host.stdout.contains("take each other in: a → b"), "{}", host.stdout);
    assert!(host.runs.is_empty());
}

#[test]
fn charts_are_rendered_with_values_and_namespace() {
    let mut host = FakeHost::new(&CHART).program("helm", |_, _| prints(WORKLOAD));
    assert_eq!(host.run(&["check", "--values", "prod.yaml", "-n", "shop", "--strict-inputs"]), 0);
    let expected =
        ["template", "web", "charts/web", "--skip-tests", "--values", "prod.yaml", "--namespace", "shop"];
    assert_eq!(host.runs[0].args, expected);
}

#[test]
fn no_tool_runs_where_none_should() {
    let mut host = FakeHost::new(&CHART).program("helm", |_, _| prints(WORKLOAD));
    assert_eq!(host.run(&["check", "-v", "--no-render"]), 0);
    assert!(host.runs.is_empty());
    assert!(host.stdout.contains("rendering is switched off by --no-render"), "{}", host.stdout);
}
