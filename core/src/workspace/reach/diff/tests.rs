//! Small pairs of manifests, and what must be said of them.

use super::*;
use crate::config::Config;
use crate::text::PositionEncoding;

const PODS: &str = "\
{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: x, labels: {app: a}}, spec: {}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: x, labels: {app: b}}, spec: {}}
";

fn policy(name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: x}}\nspec:\n{spec}"
    )
}

/// Each changed pair as `from → to +opened -closed: causes with lines`.
fn changes(old: &str, new: &str) -> Vec<String> {
    let workspace = |path: &str, text: &str| {
        let mut workspace = Workspace::new(Config::default());
        workspace.set(path, text.as_bytes());
        workspace
    };
    let sides = [workspace("old.yaml", old), workspace("new.yaml", new)];
    let sides = [&sides[0], &sides[1]];
    let texts = diff_texts(sides);
    let mut lines = Vec::new();
    let alone = diff(sides, &ReachOptions::default(), &Focus::default(), &mut |diff| {
        let name = |end: u32| match &diff.ends[end as usize] {
            ChangedEnd::Workload(name) => name.clone(),
            ChangedEnd::Ingress => "{ingress}".to_owned(),
            ChangedEnd::Addresses(set) => {
                set.to_cidrs().iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
            }
        };
        for pair in &diff.pairs {
            let delta = diff.flows[pair.flow as usize].delta();
            let causes = diff.causes_of(pair.causes).map(|cause| {
                let source = texts.source(cause.location.file).unwrap();
                let line = source.position(cause.location.span.unwrap().start, PositionEncoding::Utf8).line;
                format!("{} ({}:{line})", cause.message, source.path)
            });
            let causes: Vec<_> = causes.collect();
            let parts = [("+", &delta.opened), ("-", &delta.closed), ("?", &delta.doubted)];
            let parts =
                parts.iter().filter(|(_, set)| !set.is_empty()).map(|(mark, set)| format!(" {mark}{set}"));
            let (from, to) = (name(pair.from), name(pair.to));
            lines.push(format!("{from} → {to}{}: {}", parts.collect::<String>(), causes.join("; ")));
        }
    });
    assert_eq!(alone, Vec::<String>::new());
    lines
}

const ALLOW_A: &str = "  podSelector: {matchLabels: {app: b}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: a}}}]
    ports: [{port: 80}]
";

#[test]
fn a_changed_rule_is_pointed_at() {
    let new = ALLOW_A.replace("port: 80}", "port: 80}, {port: 443}");
    assert_eq!(
        changes(&(PODS.to_owned() + &policy("p", ALLOW_A)), &(PODS.to_owned() + &policy("p", &new))),
        [
            "x/a[Pod] → x/b[Pod] +TCP 443: ingress rule 1 of NetworkPolicy `x/p` is not what it was (new.yaml:11)"
        ]
    );
}

#[test]
fn what_means_the_same_is_no_change() {
    let old = PODS.to_owned() + &policy("p", ALLOW_A);
    let new = policy("p", &ALLOW_A.replace("[{port: 80}]", "\n    - {protocol: TCP, port: 80} # web"))
        + "---\n"
        + PODS;
    assert_eq!(changes(&old, &new), Vec::<String>::new());
}

#[test]
fn only_the_guilty_policy_is_blamed() {
    let deny = "  podSelector: {}\n  policyTypes: [Ingress]\n";
    let other = "  podSelector: {matchLabels: {app: a}}\n  ingress: [{from: [{podSelector: {matchLabels: {app: c}}}]}]\n";
    let old = PODS.to_owned() + &policy("deny", deny) + &policy("other", deny);
    let new = PODS.to_owned() + &policy("deny", deny) + &policy("other", other) + &policy("p", ALLOW_A);
    assert_eq!(
        changes(&old, &new),
        ["x/a[Pod] → x/b[Pod] +TCP 80: NetworkPolicy `x/p` is new (new.yaml:25)"]
    );
}

#[test]
fn policies_that_deny_only_together_are_all_named() {
    let deny = "  podSelector: {}\n  policyTypes: [Ingress]\n";
    let old = PODS.to_owned() + &policy("one", deny) + &policy("two", deny);
    let found = changes(&old, PODS);
    let expected = "x/a[Pod] → x/b[Pod] +all: NetworkPolicy `x/one` is gone (old.yaml:7); NetworkPolicy `x/two` is gone (old.yaml:14)";
    assert_eq!(found.first().map(String::as_str), Some(expected), "{found:#?}");
}

#[test]
fn labels_are_blamed_where_no_policy_changed() {
    let old = PODS.to_owned() + &policy("p", ALLOW_A);
    let found = changes(&old, &old.replace("labels: {app: a}", "labels: {app: aa}"));
    assert_eq!(found, ["x/a[Pod] → x/b[Pod] -TCP 80: `x/a[Pod]` has other labels than before (new.yaml:1)"]);
}

#[test]
fn workloads_come_and_go() {
    let one = PODS.split("---").next().unwrap();
    let found = changes(one, PODS);
    assert!(found.iter().all(|line| line.ends_with("+all: `x/b[Pod]` is new (new.yaml:3)")), "{found:#?}");
    assert_eq!(found.len(), 4, "{found:#?}");
    let found = changes(PODS, one);
    assert!(found.iter().all(|line| line.ends_with("-all: `x/b[Pod]` is gone (old.yaml:3)")), "{found:#?}");
}

#[test]
fn addresses_are_cut_at_the_bounds_of_both_sides() {
    let block = |cidr: &str| {
        let spec = format!(
            "  podSelector: {{matchLabels: {{app: a}}}}\n  ingress: [{{from: [{{ipBlock: {{cidr: {cidr}}}}}]}}]\n"
        );
        PODS.to_owned() + &policy("p", &spec)
    };
    let found = changes(&block("10.0.0.0/8"), &block("10.64.0.0/9"));
    let rule = "ingress rule 1 of NetworkPolicy `x/p` is not what it was (new.yaml:10)";
    assert_eq!(found, [format!("10.128.0.0/9 → x/a[Pod] -all: {rule}")]);
}

#[test]
fn rows_hold_what_changed_alike() {
    let pods: String = ["a", "b", "c"]
        .map(|name| format!("---\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: {name}, namespace: x}}, spec: {{template: {{metadata: {{labels: {{app: {name}}}}}}}}}}}\n"))
        .concat();
    let workspace = |text: &str| {
        let mut workspace = Workspace::new(Config::default());
        workspace.set("x.yaml", text.as_bytes());
        workspace
    };
    let deny = policy("deny", "  podSelector: {}\n  policyTypes: [Ingress]\n");
    let sides = [workspace(&pods), workspace(&(pods.clone() + &deny))];
    let mut rows = Vec::new();
    diff([&sides[0], &sides[1]], &ReachOptions::default(), &Focus::default(), &mut |diff| {
        assert_eq!(diff.counts(), [0, 12, 0]);
        let names = |places: &[u32]| {
            places.iter().map(|at| diff.groups[*at as usize].name.clone()).collect::<Vec<_>>()
        };
        rows.extend(
            diff.rows
                .iter()
                .map(|row| (names(&row.from).join(", "), names(&row.to).join(", "), row.replicas)),
        );
    });
    assert_eq!(rows, [("every Pod of x, 0.0.0.0/0, ::/0".to_owned(), "every Pod of x".to_owned(), false)]);
}

const WEB: &str = "\
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: x, labels: {app: web}}, spec: {containers: [{ports: [{name: http, containerPort: 8080}]}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: x}, spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}, {port: 81, targetPort: 9000}]}}
---
{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: door}, spec: {controller: k8s.io/ingress-nginx}}
";

const INGRESS: &str = "\
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web, namespace: x}, spec: {ingressClassName: door, defaultBackend: {service: {name: web, port: {number: 80}}}}}
";

/// The changes of what comes in through controllers.
fn inflows(old: &str, new: &str) -> Vec<String> {
    changes(old, new)
        .into_iter()
        .filter_map(|line| Some(line.strip_prefix("{ingress} → x/web[Pod] ")?.to_owned()))
        .collect()
}

#[test]
fn the_objects_on_the_way_of_clients_are_blamed() {
    let open = WEB.to_owned() + INGRESS;
    let (opened, closed) = ("Ingress `x/web` is new (new.yaml:7)", "Ingress `x/web` is gone (old.yaml:7)");
    assert_eq!(inflows(WEB, &open), [format!("+TCP 8080: {opened}")]);
    assert_eq!(inflows(&open, WEB), [format!("-TCP 8080: {closed}")]);
    for (from, to, expected) in [
        (
            "{number: 80}",
            "{number: 81}",
            "+TCP 9000 -TCP 8080: Ingress `x/web` is not what it was (new.yaml:7)",
        ),
        (
            "port: 80, targetPort: http",
            "port: 80, targetPort: 9000",
            "+TCP 9000 -TCP 8080: Service `x/web` is not what it was (new.yaml:3)",
        ),
        (
            "containerPort: 8080",
            "containerPort: 8081",
            "+TCP 8081 -TCP 8080: `x/web[Pod]` declares other ports than before (new.yaml:1)",
        ),
        (
            "labels: {app: web}",
            "labels: {app: other}",
            "-TCP 8080: `x/web[Pod]` has other labels than before (new.yaml:1)",
        ),
        ("name: web, namespace: x, labels", "name: web, namespace: x, annotations: {a: b}, labels", ""),
    ] {
        let found = inflows(&open, &open.replace(from, to));
        assert_eq!(found.concat(), expected, "{to}");
    }
}

#[test]
fn policies_and_controllers_are_blamed_for_what_clients_reach() {
    let deny = policy("deny", "  podSelector: {}\n  policyTypes: [Ingress]\n");
    let open = WEB.to_owned() + INGRESS;
    assert_eq!(
        inflows(&open, &(open.clone() + &deny)),
        ["-TCP 8080: NetworkPolicy `x/deny` is new (new.yaml:13)"]
    );
    let from = |namespace: &str| {
        let peer =
            format!("{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}}}");
        open.clone() + &policy("p", &format!("  podSelector: {{}}\n  ingress:\n  - from: [{peer}]\n"))
    };
    assert_eq!(
        inflows(&from("other"), &from("ingress-nginx")),
        ["+TCP 8080: ingress rule 1 of NetworkPolicy `x/p` is not what it was (new.yaml:15)"]
    );
    let nginx = from("ingress-nginx");
    assert_eq!(
        inflows(&nginx, &nginx.replace("k8s.io/ingress-nginx", "traefik.io/ingress-controller")).concat(),
        "-TCP 8080: IngressClass `door` is not what it was (new.yaml:5)"
    );
    let labels = "app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller";
    let controller = format!(
        "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: proxy, namespace: edge, labels: {{{labels}}}}}, spec: {{}}}}\n"
    );
    assert_eq!(
        inflows(&nginx, &(nginx.clone() + &controller)),
        ["-TCP 8080: `edge/proxy[Pod]` is new (new.yaml:17)"]
    );
}

#[test]
fn a_grant_lets_a_route_of_another_namespace_in() {
    let route = "---\n{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: web, namespace: edge}, spec: {parentRefs: [{name: g}], rules: [{backendRefs: [{name: web, namespace: x, port: 80}]}]}}\n";
    let grant = "---\n{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: edge, namespace: x}, spec: {from: [{kind: HTTPRoute, namespace: edge}], to: [{kind: Service}]}}\n";
    let old = WEB.to_owned() + route;
    assert_eq!(
        inflows(&old, &(old.clone() + grant)),
        ["+TCP 8080: ReferenceGrant `x/edge` is new (new.yaml:9)"]
    );
    let rows = |old: &str, new: &str| {
        let sides = [old, new].map(|text| {
            let mut workspace = Workspace::new(Config::default());
            workspace.set("x.yaml", text.as_bytes());
            workspace
        });
        let mut rows = Vec::new();
        diff([&sides[0], &sides[1]], &ReachOptions::default(), &Focus::default(), &mut |diff| {
            rows.extend(
                diff.rows.iter().flat_map(|row| &row.from).map(|at| diff.groups[*at as usize].name.clone()),
            );
        });
        rows
    };
    assert_eq!(rows(&old, &(old.clone() + grant)), ["clients of Ingresses, Gateways and Routes"]);
}
