//! Explanations of small manifests, in words.

use super::super::testing::{deployment, pod, policy, with_scene};
use super::*;

/// The one explanation of a question.
fn explained(text: &str, from: &str, to: &str, port: Option<u16>) -> Explanation {
    with_scene(text, |scene| {
        let mut all = Vec::new();
        let port = port.map(|port| (Protocol::Tcp, port));
        let [from, to] = [from, to].map(|end| end.parse().unwrap());
        scene.explain(&from, &to, port, &mut |one| all.push(one)).unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    })
}

/// What a side says: its conclusion, then each policy with its note, then its rules.
fn said(side: &Side) -> Vec<String> {
    let mut lines = vec![side.conclusion.name().to_owned()];
    for policy in &side.policies {
        lines.push(match &policy.note {
            Some(note) => format!("{}: {note}", policy.title),
            None => policy.title.clone(),
        });
        lines.extend(policy.rules.iter().map(|rule| format!("{} {}", rule.index, rule.text)));
    }
    lines.extend(side.default.map(str::to_owned));
    lines
}

fn cluster_policy(name: &str, tier: &str, rules: &str) -> String {
    format!(
        "---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {{name: {name}}}
spec:
  tier: {tier}
  priority: 1
  subject: {{namespaces: {{}}}}
  ingress:
{rules}"
    )
}

const PODS: [&str; 3] = ["x/web", "x/db", "z/web"];

fn pods() -> String {
    PODS.map(pod).concat()
}

#[test]
fn tiers_are_walked_until_one_decides() {
    let rules = "  - action: Deny
    from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: z}}}]
  - action: Pass
    from: [{namespaces: {}}]
    protocols: [{tcp: {destinationPort: {number: 80}}}]
  - action: Accept
    from: [{namespaces: {}}]
    protocols: [{tcp: {destinationPort: {range: {start: 80, end: 81}}}}]
";
    let np = policy("x/db", "  podSelector: {matchLabels: {app: db}}\n  ingress: [{ports: [{port: 80}]}]\n");
    let baseline = cluster_policy("last", "Baseline", "  - action: Deny\n    from: [{namespaces: {}}]\n");
    let text = [pods(), cluster_policy("first", "Admin", rules), np, baseline].concat();

    let one = explained(&text, "z/web", "x/db", Some(80));
    assert_eq!(
        said(&one.ingress)[..3],
        ["denied", "ClusterNetworkPolicy `first`", "0 denies TCP 80"].map(str::to_owned)
    );
    let help = one.help.unwrap_or_default();
    assert!(
        help.contains("change ingress rule 1 of ClusterNetworkPolicy `first`: it comes before"),
        "{help}"
    );

    let one = explained(&text, "x/web", "x/db", Some(80));
    let expected = [
        "allowed",
        "ClusterNetworkPolicy `first`",
        "0 doesn't match: `namespaceSelector` asks for `kubernetes.io/metadata.name=z`, the namespace `x` has \
         `kubernetes.io/metadata.name=x`",
        "1 leaves to the next tier TCP 80",
        "2 comes too late: an earlier rule decides",
        "NetworkPolicy `x/db`",
        "0 allows TCP 80",
        "ClusterNetworkPolicy `last`: it is not asked: a NetworkPolicy selects the Pods, and Baseline is for the others",
    ];
    assert_eq!(said(&one.ingress), expected);
    assert_eq!(one.help, None);

    let one = explained(&text, "x/db", "x/web", Some(443));
    let last = said(&one.ingress);
    assert_eq!(
        (one.conclusion(), last.last().map(String::as_str)),
        (Conclusion::Denied, Some("no NetworkPolicy selects it: what no other policy decides is allowed"))
    );
    assert!(last.contains(&"0 denies TCP 443".to_owned()), "{last:?}");
    let help = one.help.unwrap_or_default();
    assert!(help.ends_with("a NetworkPolicy that selects the Pods would decide in its place"), "{help}");
}

#[test]
fn a_refused_policy_leaves_everything_open() {
    let bad = cluster_policy("bad", "Admin", "  - action: Perhaps\n    from: [{namespaces: {}}]\n");
    let one = explained(&(pods() + &bad), "x/web", "x/db", None);
    assert_eq!(one.conclusion(), Conclusion::Unknown);
    assert_eq!(
        said(&one.ingress)[1],
        "ClusterNetworkPolicy `bad`: the API server refuses it, so its effect is unknown"
    );
    assert!(
        one.notes.iter().any(|note| note.starts_with("the API server refuses ClusterNetworkPolicy `bad`"))
    );
}

#[test]
fn the_nearest_peer_of_a_rule_is_the_reason() {
    let from = |peers: &str| {
        let spec = format!("  podSelector: {{matchLabels: {{app: db}}}}\n  ingress:\n  - from: {peers}\n");
        let one = explained(&(pods() + &policy("x/db", &spec)), "z/web", "x/db", Some(80));
        one.ingress.policies[0].rules[0].text.replace("doesn't match: ", "")
    };
    let web = "podSelector: {matchLabels: {app: web}}";
    for (peers, expected) in [
        (format!("[{{{web}}}]"), "without `namespaceSelector` it is for Pods of `x`, and these are in `z`"),
        (
            format!("[{{ipBlock: {{cidr: 10.0.0.0/8}}}}, {{{web}}}]"),
            "without `namespaceSelector` it is for Pods of `x`, and these are in `z` (the nearest of 2 peers)",
        ),
        (
            format!("[{{namespaceSelector: {{matchLabels: {{team: a}}}}, {web}}}]"),
            "`namespaceSelector` asks for `team=a`, the namespace `z` has no `team`",
        ),
        (
            "[{namespaceSelector: {}, podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}]".to_owned(),
            "`podSelector` asks for `!app`, the Pods have `app`",
        ),
    ] {
        assert_eq!(from(&peers), expected, "{peers}");
    }
    let spec =
        "  podSelector: {}\n  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]\n";
    let text = pods() + &policy("x/all", spec);
    for (address, expected) in [
        ("10.1.2.3", "0 doesn't match: 10.1.0.0/16 is excepted from 10.0.0.0/8"),
        ("192.0.2.1", "0 doesn't match: 10.0.0.0/8 doesn't hold it"),
        ("10.2.0.1", "0 allows everything"),
    ] {
        assert_eq!(said(&explained(&text, address, "x/db", None).ingress)[2], expected);
    }
}

#[test]
fn a_change_opens_as_little_as_it_can_besides() {
    let shared = "  podSelector: {}\n  ingress: [{from: [{podSelector: {}}], ports: [{port: 53}]}]\n";
    let own =
        "  podSelector: {matchLabels: {app: db}}\n  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]\n";
    let text =
        [pods(), policy("x/a-shared", shared), policy("x/own", own), policy("x/shared", shared)].concat();
    let help = |from: &str, port| explained(&text, from, "x/db", Some(port)).help.unwrap_or_default();
    let new = help("z/web", 80);
    assert!(new.starts_with("to allow it, add a rule to `spec.ingress` of NetworkPolicy `x/own`"), "{new}");
    let port = help("x/web", 80);
    assert!(port.contains("add TCP 80 to `ports` of ingress rule 1 of NetworkPolicy"), "{port}");
}

#[test]
fn a_port_name_that_nobody_declares_is_the_reason() {
    let spec = "  podSelector: {}\n  ingress: [{ports: [{port: http}]}]\n";
    let one = explained(&(pods() + &policy("x/all", spec)), "x/web", "x/db", Some(80));
    let rule = &one.ingress.policies[0].rules[0];
    assert_eq!(rule.text, "names the other end, but a port that its containers don't declare");
    assert_eq!(rule.location.field, "spec.ingress[0].ports");
}

#[test]
fn what_no_policy_is_about_is_said() {
    let deny = policy("x/deny", "  podSelector: {}\n  policyTypes: [Ingress, Egress]\n");
    let node = pod("x/agent").replace("spec: {}", "spec: {hostNetwork: true}");
    let text = [pods(), deployment("x/many"), node, deny].concat();
    let sides = |from: &str, to: &str| {
        let one = explained(&text, from, to, None);
        one.sides().map(|side| said(side).last().cloned().unwrap_or_default())
    };
    let denied = |of: &str| format!("NetworkPolicy `x/deny`: it has no {of} rule, so it allows nothing");
    assert_eq!(
        sides("x/web", "z/web"),
        [denied("egress"), "no policy selects it, so everything is allowed".to_owned()]
    );
    assert_eq!(
        sides("192.0.2.1", "x/db"),
        ["it is an address: no policy is about it".to_owned(), denied("ingress")]
    );
    assert_eq!(
        sides("x/agent", "x/db"),
        ["its Pods share their node's network, so no policy selects them".to_owned(), denied("ingress")]
    );
    let one = explained(&text, "x/many", "x/many", None);
    assert_eq!(one.notes, ["this is between two Pods of the workload; a Pod always reaches itself"]);
    let help = one.help.unwrap_or_default();
    assert!(help.starts_with("to allow it, both sides must change: add a rule to `spec.egress`"), "{help}");
    let one = explained(&text, "x/web", "new/{app=a}", None);
    assert_eq!(one.notes, ["no manifest shows new/{app=a}: named ports can't be resolved there"]);
    assert_eq!(explained(&text, "new/{app=a}", "x/web", None).notes, [""; 0]);
}
