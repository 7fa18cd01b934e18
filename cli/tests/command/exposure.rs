//! `ringfence exposure` on a machine in memory.

use serde_json::json;

use crate::fake::{FakeHost, SHOP};

fn shop() -> FakeHost {
    FakeHost::new(&[("shop.yaml", SHOP)])
}

#[test]
fn the_text_tells_who_could_come_and_who_is_unprotected() {
    let mut host = shop();
    assert_eq!(host.run(&["exposure"]), 0);
    let expected = "\
ops/probe[Pod]
  ingress from any Pod of any namespace, as some are already: all
  ingress from 0.0.0.0/0: all
  ingress from ::/0: all
  egress to any Pod of any namespace, as some are already: all
  egress to 0.0.0.0/0: all
  egress to ::/0: all

shop/db[StatefulSet]
  ingress from 192.0.2.0/24: TCP 9187
  egress: nobody else

shop/web[Deployment]
  ingress from any Pod of any namespace, as some are already: TCP 8080
  egress to any Pod of any namespace, as some are already: all
  egress to 0.0.0.0/0: all
  egress to ::/0: all

unprotected: ops/probe[Pod] is selected by no policy for ingress
unprotected: ops/probe[Pod] is selected by no policy for egress
unprotected: shop/web[Deployment] is selected by no policy for egress
";
    assert_eq!(host.stdout, expected);
}

#[test]
fn a_focus_leaves_the_rest_out() {
    let mut host = shop();
    assert_eq!(host.run(&["exposure", "-w", "shop/*,probe", "-f", "json"]), 0);
    let names = |text: &str| {
        let report: serde_json::Value = serde_json::from_str(text).unwrap();
        let all = report["workloads"].as_array().unwrap().iter();
        all.map(|one| one["workload"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&host.stdout), ["ops/probe[Pod]", "shop/db[StatefulSet]", "shop/web[Deployment]"]);
    assert_eq!(host.run(&["exposure", "-w", "shop/statefulset/*", "-f", "json"]), 0);
    assert_eq!(names(&host.stdout), ["shop/db[StatefulSet]"]);
    assert_eq!(host.run(&["exposure", "-w", "bd,web"]), 2);
    assert_eq!(host.stderr, "error: there is no workload `bd`; did you mean `db`?\n");
    assert_eq!(host.stdout, "");
}

#[test]
fn json_describes_the_peers() {
    let policy = "---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: scrape, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{namespaceSelector: {matchLabels: {team: metrics}}, podSelector: {matchLabels: {app: scraper}}}]
    ports: [{port: 9187}]
";
    let mut host = FakeHost::new(&[("shop.yaml", &format!("{SHOP}{policy}"))]);
    assert_eq!(host.run(&["exposure", "-w", "db", "-f", "json"]), 0);
    let report: serde_json::Value = serde_json::from_str(&host.stdout).unwrap();
    let ingress = &report["workloads"][0]["ingress"];
    assert_eq!(ingress["protected"], true);
    let scraper = json!({
        "namespaces": {"matchLabels": {"team": "metrics"}},
        "pods": {"matchLabels": {"app": "scraper"}},
        "allow": {"TCP": [[9187, 9187]]},
        "workloads": 0,
    });
    assert_eq!(ingress["peers"], json!([scraper]));
    assert_eq!(ingress["addresses"], json!([{"cidrs": ["192.0.2.0/24"], "allow": {"TCP": [[9187, 9187]]}}]));
}
