//! Options in, JSON out: what every embedding host relies on.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::wire::ConfigText;

const MANIFESTS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]
";

/// A policy with a fix that changes no traffic.
const SLOPPY: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec:
  podSelector: {}
  # ringfence: ignore[namespace-wide-peer] nothing is found here
  policyTypes: [Ingress, Egress]
";

fn embedded(files: &[(&str, &str)]) -> Embedded {
    let mut embedded = Embedded::new(&WorkspaceOptions::default()).unwrap();
    for (path, text) in files {
        embedded.set(path, text.as_bytes());
    }
    embedded
}

fn parsed(json: Result<String, Refusal>) -> Value {
    serde_json::from_str(&json.unwrap()).unwrap()
}

fn code(answer: Result<String, Refusal>) -> RefusalCode {
    answer.unwrap_err().code
}

#[test]
fn answers_are_json_of_the_wire() {
    let mut shop = embedded(&[("a.yaml", MANIFESTS)]);
    let check = parsed(shop.check(&wire::CheckOptions::default()));
    assert_eq!(check["coverage"]["workloads"], 2);
    let flows = parsed(shop.flows(&FlowOptions { port: Some("5432".to_owned()), ..FlowOptions::default() }));
    assert!(flows["flows"].as_array().is_some_and(|rows| !rows.is_empty()));
    let graph = parsed(shop.graph(&FlowOptions::default()));
    assert_eq!(graph["boxes"][0]["id"], "shop");
    let explained = parsed(shop.explain("shop/web", "shop/db", &ExplainOptions::default()));
    assert_eq!(explained["explanations"][0]["verdict"], "partly");
    let exposure = parsed(shop.exposure(&ExposureOptions::default()));
    assert_eq!(exposure["workloads"].as_array().map(Vec::len), Some(2));
    let rules: Value = serde_json::from_str(&rules()).unwrap();
    assert!(rules.as_array().is_some_and(|all| all.iter().all(|rule| rule["page"].is_string())));
    assert!(config_schema().contains("\"$schema\""));
}

#[test]
fn every_pair_is_a_row_where_that_is_asked() {
    let shop = embedded(&[("a.yaml", MANIFESTS)]);
    let rows = |expand| {
        let flows = parsed(shop.flows(&FlowOptions { expand, ..FlowOptions::default() }));
        flows["flows"].as_array().unwrap().len()
    };
    assert!(rows(true) > rows(false));
}

#[test]
fn columns_are_counted_as_was_asked() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {x: \"𝄞é\"}, nonsense: 1}\n";
    let column = |encoding: &str| {
        let options = WorkspaceOptions { encoding: Some(encoding.to_owned()), ..WorkspaceOptions::default() };
        let mut embedded = Embedded::new(&options).unwrap();
        embedded.set("a.yaml", text.as_bytes());
        let report = parsed(embedded.check(&wire::CheckOptions::default()));
        let found = report["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "unknown-field");
        found.unwrap()["location"]["start"]["column"].as_u64().unwrap()
    };
    let [bytes, units, points] = ["utf-8", "utf-16", "utf-32"].map(column);
    assert_eq!((bytes - points, units - points), (4, 1));
}

#[test]
fn a_change_is_seen_by_the_next_answer() {
    let mut shop = embedded(&[("a.yaml", MANIFESTS)]);
    let findings = |shop: &mut Embedded| {
        let report = parsed(shop.check(&wire::CheckOptions::default()));
        report["findings"].as_array().unwrap().len()
    };
    let before = findings(&mut shop);
    assert_eq!(findings(&mut shop), before);
    shop.set("b.yaml", b"kind: [");
    assert!(findings(&mut shop) > before);
    shop.remove("b.yaml").unwrap();
    assert_eq!(findings(&mut shop), before);
    let select = wire::CheckOptions { ignore: vec!["coverage".to_owned()], ..wire::CheckOptions::default() };
    assert!(parsed(shop.check(&select))["findings"].as_array().unwrap().len() < before);
    shop.set_unread("c.yaml", "denied");
    let report = parsed(shop.check(&wire::CheckOptions::default()));
    assert_eq!(report["inputs"]["skipped"][0]["reason"], "denied");
}

#[test]
fn tools_are_told_what_to_render() {
    let mut shop = embedded(&[("k/kustomization.yaml", "resources: [a.yaml]\n"), ("k/a.yaml", MANIFESTS)]);
    let jobs: Value = serde_json::from_str(&shop.jobs()).unwrap();
    assert_eq!(jobs, serde_json::json!([{"folder": "k", "tool": "kustomize"}]));
    shop.set_rendered("k", MANIFESTS.replace("namespace: shop", "namespace: rendered").as_bytes());
    let flows = shop.flows(&FlowOptions::default()).unwrap();
    assert!(flows.contains("rendered/") && !flows.contains("shop/"), "{flows}");
    shop.set_unrendered("k", "no kustomize");
    assert!(shop.check(&wire::CheckOptions::default()).unwrap().contains("no kustomize"));
    let circle = embedded(&[("k/kustomization.yaml", "resources: [../k]\n")]);
    assert!(circle.jobs().contains("\"hopeless\""), "{}", circle.jobs());
}

#[test]
fn overlays_have_to_be_chosen_where_one_answer_is_about_one() {
    let mut shop = embedded(&[
        ("base/kustomization.yaml", "resources: [a.yaml]\n"),
        ("base/a.yaml", MANIFESTS),
        ("dev/kustomization.yaml", "resources: [../base]\n"),
        ("prod/kustomization.yaml", "resources: [../base]\n"),
    ]);
    shop.set_rendered("dev", MANIFESTS.as_bytes());
    shop.set_rendered("prod", MANIFESTS.as_bytes());
    assert_eq!(shop.overlays(), r#"["dev","prod"]"#);
    assert_eq!(code(shop.flows(&FlowOptions::default())), RefusalCode::SeveralOverlays);
    let of = |overlay: &str| FlowOptions { overlay: Some(overlay.to_owned()), ..FlowOptions::default() };
    assert!(shop.flows(&of("dev")).is_ok());
    assert_eq!(code(shop.flows(&of("stage"))), RefusalCode::UnknownOverlay);
    let explained = parsed(shop.explain("shop/web", "shop/db", &ExplainOptions::default()));
    assert_eq!(explained["explanations"].as_array().map(Vec::len), Some(2));
    let mut other = embedded(&[]);
    for folder in ["dev", "test"] {
        other.set(&format!("{folder}/kustomization.yaml"), b"resources: [../base]\n");
        other.set_rendered(folder, MANIFESTS.as_bytes());
    }
    other.set("base/kustomization.yaml", b"resources: [a.yaml]\n");
    other.set("base/a.yaml", MANIFESTS.as_bytes());
    let diff = parsed(shop.diff(&other, &DiffOptions::default()));
    assert_eq!(diff["alone"], serde_json::json!(["prod", "test"]));
}

#[test]
fn changes_are_those_from_the_older_to_the_newer() {
    let old = embedded(&[("a.yaml", MANIFESTS)]);
    let new = embedded(&[("a.yaml", &MANIFESTS.replace("5432", "9999"))]);
    let diff = parsed(old.diff(&new, &DiffOptions::default()));
    let change = &diff["changes"][0];
    assert_eq!((&change["from"], &change["to"]), (&"shop/web[Pod]".into(), &"shop/db[Pod]".into()));
    assert_eq!(change["opened"], serde_json::json!({"TCP": [[9999, 9999]]}));
    assert_eq!(parsed(old.diff(&old, &DiffOptions::default()))["changes"], serde_json::json!([]));
}

#[test]
fn findings_are_mended_in_texts_alone() {
    let mut shop = embedded(&[("a.yaml", MANIFESTS), ("b.yaml", SLOPPY)]);
    let fixed = parsed(shop.fix(&FixOptions::default()));
    assert_eq!(fixed["files"][0]["path"], "b.yaml");
    assert!(!fixed["files"][0]["text"].as_str().unwrap().contains("ringfence: ignore"));
    assert_eq!(fixed["applied"][0]["rule"], "suppression-unused");
    // The workspace has the old text still.
    assert_eq!(parsed(shop.fix(&FixOptions::default())), fixed);
    let fingerprint = fixed["applied"][0]["fingerprint"].as_str().map(str::to_owned);
    let one = FixOptions { fingerprint, ..FixOptions::default() };
    assert_eq!(parsed(shop.fix(&one))["files"], fixed["files"]);
    assert_eq!(code(shop.fix(&FixOptions { fix: 9, ..one })), RefusalCode::UnknownFix);
}

#[test]
fn reports_are_those_of_the_command() {
    let mut shop = embedded(&[("a.yaml", MANIFESTS)]);
    let text = shop.report("text", &ReportOptions::default()).unwrap();
    assert!(text.contains("a.yaml:") && text.is_ascii(), "{text}");
    let coloured = ReportOptions { color: true, ..ReportOptions::default() };
    assert!(shop.report("text", &coloured).unwrap().contains('\u{1b}'));
    let failing = |fail_on: &str| {
        let options = ReportOptions { fail_on: Some(fail_on.to_owned()), ..ReportOptions::default() };
        shop.report("junit", &options).unwrap()
    };
    let [info, error] = ["info", "error"].map(failing);
    assert!(info.matches("<failure").count() > error.matches("<failure").count());
}

#[test]
fn configuration_counts_from_its_own_folder() {
    let config = |text: &str, extended: &[(&str, &str)]| {
        let extended = extended.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        ConfigText { path: "infra/.ringfence.yaml".to_owned(), text: text.to_owned(), extended }
    };
    let made = |config: ConfigText| {
        Embedded::new(&WorkspaceOptions { config: Some(config), ..WorkspaceOptions::default() })
    };
    let overrides = "overrides:\n- paths: [net/a.yaml]\n  rules: {coverage: off}\n";
    let found = |path: &str| {
        let mut shop = made(config(overrides, &[])).unwrap();
        shop.set(path, MANIFESTS.as_bytes());
        shop.check(&wire::CheckOptions::default()).unwrap().contains("\"group\":\"coverage\"")
    };
    assert!(found("infra/apps/net/a.yaml") && !found("infra/net/a.yaml"));

    let wrong = made(config("rules: {nonsense: off}\n", &[])).unwrap_err();
    assert_eq!(wrong.code, RefusalCode::InvalidConfig);
    assert_eq!((wrong.problems[0].path.as_str(), wrong.problems[0].line), ("infra/.ringfence.yaml", Some(1)));

    let text = "extends: [base.yaml]\n";
    let missing = made(config(text, &[])).unwrap_err();
    assert_eq!(missing.missing, ["infra/base.yaml"]);
    assert!(made(config(text, &[("infra/base.yaml", "{}")])).is_ok());
}

#[test]
fn what_means_nothing_is_refused() {
    let mut shop = embedded(&[("a.yaml", MANIFESTS)]);
    let some = |text: &str| Some(text.to_owned());
    let made = |options: WorkspaceOptions| Embedded::new(&options).unwrap_err();
    let refusal = made(WorkspaceOptions { encoding: some("latin1"), ..WorkspaceOptions::default() });
    assert_eq!(refusal.message, "`encoding` is one of `utf-8`, `utf-16`, `utf-32`, not `latin1`");
    let refusal = made(WorkspaceOptions { today: some("31.12.2030"), ..WorkspaceOptions::default() });
    assert_eq!(refusal.code, RefusalCode::InvalidOption);
    assert_eq!(shop.remove("b.yaml").unwrap_err().code, RefusalCode::UnknownPath);
    let select = wire::CheckOptions { select: vec!["covrage".to_owned()], ..wire::CheckOptions::default() };
    let refusal = shop.check(&select).unwrap_err();
    assert_eq!(refusal.message, "there is no rule or group `covrage`; did you mean `coverage`?");
    let flows = FlowOptions::default;
    for (options, expected) in [
        (FlowOptions { port: some("http"), ..flows() }, RefusalCode::InvalidOption),
        (FlowOptions { direction: some("up"), ..flows() }, RefusalCode::InvalidOption),
        (FlowOptions { ip_blocks: some("both"), ..flows() }, RefusalCode::InvalidOption),
        (FlowOptions { workloads: vec!["shop/wbe".to_owned()], ..flows() }, RefusalCode::UnknownWorkload),
        (FlowOptions { overlay: some("dev"), ..flows() }, RefusalCode::UnknownOverlay),
    ] {
        assert_eq!(code(shop.flows(&options)), expected, "{options:?}");
    }
    let explain = |from: &str, to: &str| code(shop.explain(from, to, &ExplainOptions::default()));
    assert_eq!(explain("shop/{app", "shop/db"), RefusalCode::InvalidEnd);
    assert_eq!(explain("shop/cart", "shop/db"), RefusalCode::UnknownWorkload);
    assert_eq!(explain("shop/db", "shop/db"), RefusalCode::NothingToExplain);
    let refusal = rule("covered-but-opne").unwrap_err();
    assert_eq!(refusal.message, "there is no rule `covered-but-opne`; did you mean `covered-but-open`?");
    assert!(rule("covered-but-open").is_ok());
    assert_eq!(code(shop.report("sarfi", &ReportOptions::default())), RefusalCode::UnknownFormat);
}

#[test]
fn options_that_there_are_not_are_refused_by_every_host() {
    let read = |json: &str| serde_json::from_str::<FlowOptions>(json);
    assert_eq!(read("{}").unwrap(), FlowOptions::default());
    assert!(read(r#"{"ipBlocks": "match-pod-ips", "expand": true}"#).is_ok());
    assert!(read(r#"{"expnd": true}"#).is_err());
    let config: Result<ConfigText, _> = serde_json::from_str(r#"{"path": "a", "text": "b"}"#);
    assert_eq!(config.unwrap().extended, BTreeMap::new());
}
