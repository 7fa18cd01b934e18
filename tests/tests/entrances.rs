//! What comes in from outside the cluster, and what policies let through of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use ringfence::cluster::Via;
use ringfence::config::Config;
use ringfence::engine::{Engine, Flow, Sender};
use ringfence::report::PairWriter;
use ringfence::workspace::{Focus, ReachOptions, Workspace};
use ringfence_tests::snapshot::with_engine;

const WEB: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http}, {name: admin, port: 81, targetPort: 9000}]
";

const INGRESS: &str = "
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {defaultBackend: {service: {name: web, port: {name: http}}}}
";

fn policy(peers: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: shop}}\nspec:\n  \
         podSelector: {{}}\n  policyTypes: [Ingress]\n  ingress: [{peers}]\n"
    )
}

/// What comes through the one entrance: `certain | possible`.
fn through(files: &[&str]) -> String {
    let named: Vec<(String, &str)> =
        files.iter().enumerate().map(|(i, text)| (format!("{i}.yaml"), *text)).collect();
    let files: Vec<(&str, &str)> = named.iter().map(|(path, text)| (&**path, *text)).collect();
    let mut shown = String::new();
    with_engine(&files, |engine| shown = show(&only(engine)));
    shown
}

fn only(engine: &Engine<'_>) -> Flow {
    let [entrance] = engine.cluster().entrances.as_slice() else { panic!("one entrance") };
    let [target] = entrance.targets.as_slice() else { panic!("one target") };
    engine.entrance_flow(entrance, target)
}

fn show(flow: &Flow) -> String {
    format!("{} | {}", flow.certain, flow.possible)
}

#[test]
fn without_policies_the_named_port_is_open() {
    with_engine(&[("web.yaml", WEB), ("ingress.yaml", INGRESS)], |engine| {
        let [entrance] = engine.cluster().entrances.as_slice() else { panic!("one entrance") };
        assert_eq!((entrance.via, &*entrance.field), (Via::Ingress, "spec.defaultBackend"));
        assert_eq!(show(&only(engine)), "TCP 8080 | TCP 8080");
        assert!(engine.cluster().services.iter().all(|service| service.external));
    });
}

#[test]
fn of_an_unknown_controller_only_the_extremes_are_proven() {
    for (peers, expected) in [
        ("{}", "TCP 8080 | TCP 8080"),
        ("{from: [{namespaceSelector: {}}]}", "TCP 8080 | TCP 8080"),
        ("{from: [{namespaceSelector: {}}], ports: [{port: http}]}", "TCP 8080 | TCP 8080"),
        ("{from: [{namespaceSelector: {}}], ports: [{port: 80}]}", "none | none"),
        ("{from: [{namespaceSelector: {}, podSelector: {matchLabels: {a: b}}}]}", "none | TCP 8080"),
        (
            "{from: [{namespaceSelector: {matchExpressions: [{key: x, operator: DoesNotExist}]}}]}",
            "none | TCP 8080",
        ),
        ("{from: [{podSelector: {}}]}", "none | none"),
        ("{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}", "none | none"),
        ("", "none | none"),
    ] {
        assert_eq!(through(&[WEB, INGRESS, &policy(peers)]), expected, "{peers}");
    }
}

#[test]
fn a_class_tells_the_controller() {
    let class = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: door, annotations: \
                 {ingressclass.kubernetes.io/is-default-class: 'true'}}\nspec: {controller: k8s.io/ingress-nginx}\n";
    let from = |namespace: &str, pods: &str| {
        policy(&format!(
            "{{from: [{{namespaceSelector: {{matchLabels: {namespace}}}, podSelector: {{matchLabels: {pods}}}}}]}}"
        ))
    };
    let right = "{kubernetes.io/metadata.name: ingress-nginx}";
    for (namespace, pods, expected) in [
        (right, "{app.kubernetes.io/name: ingress-nginx}", "TCP 8080 | TCP 8080"),
        (right, "{app.kubernetes.io/name: other}", "none | none"),
        // The chart may set more labels, and somebody may label the namespace.
        (right, "{release: x}", "none | TCP 8080"),
        ("{team: edge}", "{}", "none | TCP 8080"),
        ("{kubernetes.io/metadata.name: other}", "{}", "none | none"),
    ] {
        assert_eq!(through(&[WEB, INGRESS, class, &from(namespace, pods)]), expected, "{namespace} {pods}");
    }
    // A Namespace object tells all labels.
    let namespace =
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: ingress-nginx, labels: {team: core}}\n";
    assert_eq!(through(&[WEB, INGRESS, class, namespace, &from("{team: edge}", "{}")]), "none | none");
    assert_eq!(
        through(&[WEB, INGRESS, class, namespace, &from("{team: core}", "{}")]),
        "TCP 8080 | TCP 8080"
    );
}

#[test]
fn one_name_of_a_class_may_stand_for_two_controllers() {
    let ingress = INGRESS.replace("spec: {", "spec: {ingressClassName: nginx, ");
    let from =
        policy("{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}]}");
    assert_eq!(through(&[WEB, &ingress, &from]), "none | TCP 8080");
}

#[test]
fn a_controller_of_the_repository_is_judged_itself() {
    let controller = "apiVersion: v1\nkind: Pod\nmetadata: {name: proxy, namespace: doors, labels: \
                      {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}}\n";
    let ingress = INGRESS.replace("spec: {", "spec: {ingressClassName: nginx, ");
    let to_doors =
        policy("{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: doors}}}]}");
    assert_eq!(through(&[WEB, &ingress, controller, &to_doors]), "TCP 8080 | TCP 8080");
    // Its own egress counts too.
    let egress = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: q, namespace: doors}\nspec: \
                  {podSelector: {}, policyTypes: [Egress]}\n";
    assert_eq!(through(&[WEB, &ingress, controller, &to_doors, egress]), "none | none");
}

#[test]
fn the_router_of_openshift_may_be_on_the_host_network() {
    let route = "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: web, namespace: shop}\nspec: {to: \
                 {kind: Service, name: web}, port: {targetPort: 9000}}\n";
    for (label, expected) in [
        ("policy-group.network.openshift.io/ingress: ''", "TCP 9000 | TCP 9000"),
        ("network.openshift.io/policy-group: ingress", "none | TCP 9000"),
        ("kubernetes.io/metadata.name: other", "none | none"),
    ] {
        let policy = policy(&format!("{{from: [{{namespaceSelector: {{matchLabels: {{{label}}}}}}}]}}"));
        assert_eq!(through(&[WEB, route, &policy]), expected, "{label}");
    }
}

#[test]
fn load_balancers_and_proxies_on_nodes_are_no_pods() {
    for (class, peers, expected) in [
        ("alb", "{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}", "TCP 8080 | TCP 8080"),
        ("alb", "{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}", "none | TCP 8080"),
        ("alb", "{from: [{namespaceSelector: {}}]}", "none | none"),
        ("cilium", "{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}", "none | TCP 8080"),
        ("cilium", "{}", "TCP 8080 | TCP 8080"),
    ] {
        let ingress = INGRESS.replace("spec: {", &format!("spec: {{ingressClassName: {class}, "));
        assert_eq!(through(&[WEB, &ingress, &policy(peers)]), expected, "{class} {peers}");
    }
}

#[test]
fn another_namespace_needs_a_grant() {
    let route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web, namespace: edge}\nspec: \
                 {rules: [{backendRefs: [{name: web, namespace: shop, port: 80}]}]}\n";
    let grant = |from: &str| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {{name: g, namespace: \
             shop}}\nspec: {{from: [{{kind: HTTPRoute, namespace: {from}}}], to: [{{kind: Service}}]}}\n"
        )
    };
    assert_eq!(through(&[WEB, route]), "none | TCP 8080");
    assert_eq!(through(&[WEB, route, &grant("other")]), "none | TCP 8080");
    assert_eq!(through(&[WEB, route, &grant("edge")]), "TCP 8080 | TCP 8080");
}

#[test]
fn a_number_that_a_port_sends_to_is_taken_from_an_ingress_and_from_no_route() {
    let by_number = INGRESS.replace("{name: http}", "{number: 9000}");
    assert_eq!(through(&[WEB, &by_number]), "TCP 9000 | TCP 9000");
    // What is a port of the Service itself means that one.
    let twice = WEB.replace("targetPort: 9000", "targetPort: 80");
    assert_eq!(through(&[&twice, &INGRESS.replace("{name: http}", "{number: 80}")]), "TCP 8080 | TCP 8080");
    let route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web, namespace: shop}\nspec: \
                 {rules: [{backendRefs: [{name: web, port: 9000}]}]}\n";
    with_engine(&[("web.yaml", WEB), ("route.yaml", route)], |engine| {
        assert!(engine.cluster().entrances.iter().all(|entrance| entrance.targets.is_empty()));
    });
}

#[test]
fn an_open_service_has_clients_or_nodes_at_the_other_end() {
    let both = "TCP 8080,9000 | TCP 8080,9000";
    for (spec, peers, expected) in [
        ("type: NodePort", "{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}", both),
        ("type: NodePort", "{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}", "none | TCP 8080,9000"),
        ("type: NodePort", "{from: [{namespaceSelector: {}}]}", "none | none"),
        ("externalIPs: [192.0.2.1]", "{}", both),
        (
            "type: LoadBalancer\n  externalTrafficPolicy: Local",
            "{from: [{ipBlock: {cidr: 198.51.100.0/24}}]}",
            both,
        ),
        (
            "type: LoadBalancer\n  externalTrafficPolicy: Local\n  loadBalancerSourceRanges: [203.0.113.0/24]",
            "{from: [{ipBlock: {cidr: 198.51.100.0/24}}]}",
            "none | none",
        ),
        (
            "type: LoadBalancer",
            "{from: [{ipBlock: {cidr: 198.51.100.0/24}}], ports: [{port: http}]}",
            "none | TCP 8080",
        ),
    ] {
        let web = WEB.replace("spec:\n  selector", &format!("spec:\n  {spec}\n  selector"));
        assert_eq!(through(&[&web, &policy(peers)]), expected, "{spec} {peers}");
    }
}

#[test]
fn configured_controllers_come_first() {
    let config = |text: &str| Config::from(Config::parse(text, "c.yaml").unwrap());
    let ours = config(
        "ingressControllers: [{name: ours, namespace: edge, pods: {app: proxy}, controller: example.com/p}]\n",
    );
    let policy = policy("{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}]}");
    with_engine(&[("w.yaml", WEB), ("i.yaml", INGRESS), ("p.yaml", &policy)], |engine| {
        let engine = Engine::new(engine.cluster()).with_controllers(&ours.ingress_controllers);
        let entrance = engine.cluster().entrances.first().unwrap();
        let senders = engine.senders(entrance);
        assert_eq!(senders.first().unwrap().names, ["ours"]);
        assert!(
            matches!(senders.first().unwrap().all.as_slice(), [Sender::Pod(pod)] if pod.namespace == "edge")
        );
        assert_eq!(show(&only(&engine)), "TCP 8080 | TCP 8080");
    });
}

#[test]
fn the_list_of_pairs_ends_with_what_comes_in() {
    let mut workspace = Workspace::new(Config::default());
    let from = policy("{from: [{namespaceSelector: {matchLabels: {door: 'yes'}}}]}");
    for (path, text) in [("web.yaml", WEB), ("ingress.yaml", INGRESS), ("policy.yaml", &from)] {
        workspace.set(path, text.as_bytes());
    }
    let listed = |focus: &Focus| {
        let mut text = String::new();
        let mut sink = |piece: &str| {
            text.push_str(piece);
            true
        };
        let mut writer = PairWriter::new(&mut sink);
        workspace.scenes(&ReachOptions::default(), &mut |scene| writer.write(scene, focus));
        writer.finish();
        let line = text.lines().find(|line| line.contains("{ingress}")).unwrap_or_default();
        line.trim_end_matches("]}").to_owned()
    };
    assert_eq!(
        listed(&Focus::default()),
        "{\"from\":\"{ingress}\",\"to\":\"shop/web[Pod]\",\"allow\":{},\"unknown\":{\"TCP\":[[8080,8080]]},\
         \"reason\":\"no manifest tells which controller serves Ingress `shop/web`: name it under \
         `ingressControllers`\"}"
    );
    let peers = vec![ringfence::workspace::Pattern::new("web")];
    assert_eq!(listed(&Focus { peers, ..Focus::default() }), "");
}
