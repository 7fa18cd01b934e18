//! Typed objects out of trees.

use super::super::{Skip, TypeError, UnknownField, from_node};
use super::read;
use k8s_openapi::api::core::v1::{Container, Service};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde::Deserialize;
use std::collections::BTreeMap;

fn typed<T: for<'de> Deserialize<'de>>(text: &str) -> (Result<T, TypeError>, Vec<UnknownField>) {
    let document = read(text);
    from_node(document.node(text).expect("a root"))
}

/// The message, the path and the text of the error.
fn error<T: for<'de> Deserialize<'de> + std::fmt::Debug>(text: &str) -> (String, String, &str) {
    let error = typed::<T>(text).0.expect_err(text);
    (error.message, error.path, error.span.of(text))
}

const POLICY: &str = "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: a
  creationTimestamp: 2026-01-02T03:04:05Z
spec:
  podSelector:
  ingress:
  - from:
    - podSelector: {matchLabels: {app: x}}
      nameSpaceSelector: {}
    ports:
    - port: 80
    - {port: http, protocol: null}
  polices: [Ingress]
";

#[test]
fn generated_types_are_read() {
    let (policy, unknown) = typed::<NetworkPolicy>(POLICY);
    let policy = policy.expect("a policy");
    let spec = policy.spec.expect("a spec");
    assert_eq!(spec.pod_selector, None);
    let ports = spec.ingress.expect("rules").remove(0).ports.expect("ports");
    let ports: Vec<_> = ports.into_iter().filter_map(|port| port.port).collect();
    assert_eq!(ports, [IntOrString::Int(80), IntOrString::String("http".to_owned())]);
    let unknown: Vec<_> = unknown
        .iter()
        .map(|field| {
            (
                field.path.as_str(),
                field.name.as_str(),
                field.key_span.of(POLICY),
                field.known.contains(&"podSelector"),
            )
        })
        .collect();
    assert_eq!(
        unknown,
        [
            ("spec.ingress[0].from[0]", "nameSpaceSelector", "nameSpaceSelector", true),
            ("spec", "polices", "polices", true)
        ]
    );
    let (container, _) = typed::<Container>("name: x\nresources: {limits: {cpu: \"1\"}}\n");
    assert_eq!(container.expect("a container").name, "x");
}

#[test]
fn wrong_types_are_told_with_their_place() {
    let service = |spec: &str| format!("apiVersion: v1\nkind: Service\nspec:\n  {spec}\n");
    for (spec, message, path, place) in [
        ("clusterIP: 80", "expected a string, found the number 80: put it in quotes", "spec.clusterIP", "80"),
        (
            "selector: {a/b: yes}",
            "expected a string, found the boolean `yes`: put it in quotes",
            "spec.selector[\"a/b\"]",
            "yes",
        ),
        (
            "ports: [{port: \"80\"}]",
            "expected a whole number, found the string \"80\": remove the quotes",
            "spec.ports[0].port",
            "\"80\"",
        ),
        ("ports: {a: 1}", "expected a list, found a mapping", "spec.ports", "{a: 1}"),
        ("selector: [a]", "expected a mapping, found a list", "spec.selector", "[a]"),
        (
            "publishNotReadyAddresses: x",
            "expected `true` or `false`, found the string \"x\"",
            "spec.publishNotReadyAddresses",
            "x",
        ),
        (
            "ports: [{port: 80, targetPort: true}]",
            "expected a number or a string, found `true`",
            "spec.ports[0].targetPort",
            "true",
        ),
        (
            "ports: [{port: 99999999999}]",
            "the number 99999999999 doesn't fit: expected a whole number in range",
            "spec.ports[0].port",
            "99999999999",
        ),
        ("ports: [x]", "expected a mapping, found the string \"x\"", "spec.ports[0]", "x"),
    ] {
        let text = service(spec);
        assert_eq!(error::<Service>(&text), (message.to_owned(), path.to_owned(), place));
    }
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Thin {
    name: String,
    #[serde(default)]
    items: Vec<i32>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    status: Option<Skip>,
    mode: Option<Mode>,
}

#[derive(Debug, Deserialize, PartialEq)]
enum Mode {
    Fast,
    Slow,
}

#[test]
fn derived_structs_are_read() {
    let (thin, unknown) = typed::<Thin>(
        "name: a\nitems:\nlabels: {1: x}\nstatus: {anything: [1]}\nmode: Slow\nother: {a: 1}\n",
    );
    let expected = Thin {
        name: "a".to_owned(),
        items: Vec::new(),
        labels: BTreeMap::from([("1".to_owned(), "x".to_owned())]),
        status: Some(Skip),
        mode: Some(Mode::Slow),
    };
    assert_eq!(thin, Ok(expected));
    assert_eq!(unknown.len(), 1);
    assert_eq!((unknown[0].path.as_str(), unknown[0].name.as_str()), ("", "other"));
    assert_eq!(unknown[0].known, ["name", "items", "labels", "status", "mode"]);
    let (thin, _) = typed::<Thin>("name: ~\nitems: [80.0, ~]\n");
    assert_eq!(thin.map(|thin| (thin.name, thin.items)), Ok((String::new(), vec![80, 0])));
    assert_eq!(error::<Thin>("items: []\n").0, "the field `name` is missing");
    assert_eq!(error::<Thin>("name: a\nmode: Fat\n").0, "`Fat` is none of the known values `Fast`, `Slow`");
    assert_eq!(error::<Thin>("name: a\nname: [1]\n").1, "name");
}

#[test]
fn skip_works_with_other_formats() {
    let thin: Thin = serde_json::from_str("{\"name\": \"a\", \"status\": {\"x\": [1]}}").expect("JSON");
    assert_eq!(thin.status, Some(Skip));
}
