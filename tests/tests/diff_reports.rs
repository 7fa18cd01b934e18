//! The reports of changes, byte for byte, and what holds for each format.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use ringfence::config::Config;
use ringfence::report::{DiffFormat, Style, render_diff};
use ringfence::workspace::{Diff, Focus, Outcome, ReachOptions, Workspace, diff, diff_texts};
use ringfence_tests::golden::expect;

const PLAIN: Style = Style { color: false, unicode: false, width: 100, verbose: false };

const APPS: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: web}}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec: {template: {metadata: {labels: {app: db}}}}
---
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: shop, labels: {app: job}}
spec: {}
";

const POLICIES: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - from:
        - podSelector: {matchLabels: {app: web}}
      ports:
        - port: 5432
    - from:
        - ipBlock: {cidr: 10.0.0.0/8}
      ports:
        - port: 9187
";

/// A rule for more Pods, another port, and a workload that is new.
fn shop() -> (Vec<Diff>, Outcome) {
    let apps = format!("{APPS}---\n{}", APPS.split("---\n").next().unwrap().replace("web", "api"));
    let policies = POLICIES.replace("{matchLabels: {app: web}}", "{}").replace("9187", "9188");
    compare([[APPS, POLICIES], [&apps, &policies]])
}

/// The same with a name that no cluster accepts.
fn hostile() -> (Vec<Diff>, Outcome) {
    let nasty = r#""<img> | `x` @all\u001b[31m""#;
    let sides = [APPS.to_owned(), APPS.replace("app: web", "app: job")]
        .map(|apps| apps.replace("name: web", &format!("name: {nasty}")));
    compare([[&sides[0], POLICIES], [&sides[1], POLICIES]])
}

/// A Service that an Ingress lets clients reach now.
fn opened() -> (Vec<Diff>, Outcome) {
    let service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}, \
                   ports: [{port: 80, targetPort: 8080}]}\n";
    let ingress = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec:\n  \
                   defaultBackend:\n    service: {name: web, port: {number: 80}}\n";
    let old = format!("{APPS}{service}");
    let new = format!("{old}{ingress}");
    compare([[&old, ""], [&new, ""]])
}

fn compare(sides: [[&str; 2]; 2]) -> (Vec<Diff>, Outcome) {
    let [old, new] = sides.map(|[apps, policies]| {
        let mut workspace = Workspace::new(Config::default());
        workspace.set("apps.yaml", apps.as_bytes());
        workspace.set("policies.yaml", policies.as_bytes());
        workspace
    });
    let mut diffs = Vec::new();
    diff([&old, &new], &ReachOptions::default(), &Focus::default(), &mut |found| diffs.push(found));
    (diffs, diff_texts([&old, &new]))
}

#[test]
fn every_format_is_as_expected() {
    let mut wrong = Vec::new();
    for (name, (diffs, texts)) in
        [("diff-shop", shop()), ("diff-hostile", hostile()), ("diff-ingress", opened())]
    {
        for (format, extension) in
            [(DiffFormat::Text, "txt"), (DiffFormat::Markdown, "md"), (DiffFormat::Dot, "dot")]
        {
            let report = render_diff(&diffs, &texts, format, &PLAIN);
            wrong.extend(expect(&format!("{name}.{extension}"), &report).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn json_is_valid() {
    let schemas = ringfence::wire::schemas();
    let (_, schema) = schemas.iter().find(|(name, _)| *name == "diff-report.schema.json").unwrap();
    for (diffs, texts) in [shop(), hostile(), opened(), (Vec::new(), shop().1)] {
        let report = render_diff(&diffs, &texts, DiffFormat::Json, &PLAIN);
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        jsonschema::validate(schema, &report).unwrap_or_else(|error| panic!("{error}"));
        let changes = report["changes"].as_array().unwrap();
        assert!(diffs.is_empty() || changes.iter().all(|change| !change["causes"][0]["message"].is_null()));
    }
}

#[test]
fn clients_of_controllers_have_a_word_in_json() {
    let (diffs, texts) = opened();
    let report = render_diff(&diffs, &texts, DiffFormat::Json, &PLAIN);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let [change] = report["changes"].as_array().unwrap().as_slice() else { panic!("one change: {report}") };
    assert_eq!((&change["from"], &change["to"]), (&"{ingress}".into(), &"shop/web[Deployment]".into()));
    assert_eq!(change["opened"], serde_json::json!({"TCP": [[8080, 8080]]}));
    let sarif = render_diff(&diffs, &texts, DiffFormat::Sarif, &PLAIN);
    assert!(sarif.contains("clients of Ingresses, Gateways and Routes"), "{sarif}");
}

#[test]
fn nothing_of_the_users_is_markup_or_obeyed() {
    let (diffs, texts) = hostile();
    for format in DiffFormat::ALL {
        let report = render_diff(&diffs, &texts, format, &PLAIN);
        assert!(!report.contains(|c: char| c.is_control() && c != '\n'), "{}", format.name());
    }
}
