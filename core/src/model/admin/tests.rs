//! Reading cluster-wide policies: every shape, every fault, and versions that nobody knows yet.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at a surprise")]

use super::{Action, AdminPeer, AdminPolicy, AdminPort, PodScope, Tier};
use crate::model::{Body, Direction, Fault, FaultKind, Object, ReadOptions, read_file};
use crate::sets::{LabelSelector, Protocol};

const V1: &str = "policy.networking.k8s.io/v1alpha1";
const V2: &str = "policy.networking.k8s.io/v1alpha2";

fn object(version: &str, kind: &str, name: &str, spec: &str) -> Object {
    let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n");
    let mut file = read_file("policy.yaml", text.as_bytes(), &ReadOptions::default());
    assert_eq!(file.objects.len(), 1, "{text}");
    file.objects.remove(0)
}

fn policy(object: &Object) -> &AdminPolicy {
    let Body::AdminPolicy(policy) = &object.body else { panic!("{object:?}") };
    policy
}

fn admin(spec: &str) -> Object {
    object(V1, "AdminNetworkPolicy", "a", spec)
}

fn baseline(spec: &str) -> Object {
    object(V1, "BaselineAdminNetworkPolicy", "default", spec)
}

fn cluster(spec: &str) -> Object {
    object(V2, "ClusterNetworkPolicy", "c", spec)
}

/// An AdminNetworkPolicy with one egress rule that goes on as `rest` says.
fn egress(rest: &str) -> Object {
    admin(&format!("{{priority: 1, subject: {{namespaces: {{}}}}, egress: [{{{rest}}}]}}"))
}

/// A ClusterNetworkPolicy with these ports in its rule.
fn protocols(list: &str) -> Object {
    cluster(&format!(
        "{{tier: Admin, priority: 1, subject: {{namespaces: {{}}}}, \
         ingress: [{{action: Deny, from: [{{namespaces: {{}}}}], protocols: {list}}}]}}"
    ))
}

/// An AdminNetworkPolicy with these ports in its rule.
fn ports(list: &str) -> Object {
    egress(&format!("action: Deny, to: [{{namespaces: {{}}}}], ports: {list}"))
}

fn everybody() -> PodScope {
    PodScope { namespaces: LabelSelector::everything(), pods: None }
}

#[test]
fn an_admin_policy_is_read_whole() {
    let object = admin(
        "
  priority: 30
  subject: {pods: {namespaceSelector: {matchLabels: {team: a}}, podSelector: {}}}
  ingress:
  - {name: dns, action: Pass, from: [{namespaces: {}}], ports: [{namedPort: dns}, {portNumber: {port: 53}}]}
  egress:
  - action: Allow
    to: [{domainNames: ['*.k8s.io', a_b.example.com.]}]
  - action: Deny
    to: [{networks: [0.0.0.0/0, 10.1.2.3/8]}, {nodes: {matchLabels: {zone: x}}}]
    ports: [{portRange: {protocol: UDP, start: 1, end: 9}}]",
    );
    assert_eq!(object.faults, []);
    assert!(!object.is_namespaced());
    let policy = policy(&object);
    assert_eq!((policy.tier, policy.priority, policy.refused), (Tier::Admin, 30, false));
    let subject = policy.subject.as_ref().unwrap();
    assert!(!subject.namespaces.is_everything());
    assert_eq!(subject.pods, Some(LabelSelector::everything()));

    let [dns] = policy.rules(Direction::Ingress) else { panic!("{policy:?}") };
    assert_eq!((dns.name.as_deref(), dns.action), (Some("dns"), Action::Pass));
    assert_eq!(dns.peers, [AdminPeer::Pods(everybody())]);
    let tcp = AdminPort::Range { protocol: Protocol::Tcp, first: 53, last: 53 };
    assert_eq!(dns.ports, Some(vec![AdminPort::Named("dns".to_owned()), tcp]));

    let [names, outside] = policy.rules(Direction::Egress) else { panic!("{policy:?}") };
    assert_eq!((names.action, &names.ports), (Action::Accept, &None));
    let domains = vec!["*.k8s.io".to_owned(), "a_b.example.com.".to_owned()];
    assert_eq!(names.peers, [AdminPeer::DomainNames(domains)]);
    let networks = vec!["0.0.0.0/0".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
    assert_eq!(outside.peers[0], AdminPeer::Networks(networks));
    assert!(matches!(&outside.peers[1], AdminPeer::Nodes(selector) if !selector.is_everything()));
    assert_eq!(outside.ports, Some(vec![AdminPort::Range { protocol: Protocol::Udp, first: 1, last: 9 }]));
}

#[test]
fn a_baseline_policy_comes_after_all_priorities() {
    let object = baseline("{subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}");
    assert_eq!(object.faults, []);
    let policy = policy(&object);
    assert_eq!((policy.tier, policy.priority), (Tier::Baseline, u32::MAX));
    assert_eq!(policy.subject, Some(everybody()));
    assert_eq!(policy.rules(Direction::Ingress)[0].action, Action::Deny);
}

#[test]
fn a_cluster_policy_names_its_tier() {
    let object = cluster(
        "
  tier: Baseline
  priority: 1000
  subject: {namespaces: {}}
  egress:
  - action: Accept
    to: [{pods: {podSelector: {matchLabels: {app: db}}}}]
    protocols:
    - {tcp: {destinationPort: {number: 80}}}
    - {sctp: {destinationPort: {range: {start: 5, end: 7}}}}
    - {destinationNamedPort: web}
  - {action: Pass, to: [{namespaces: {}}]}",
    );
    assert_eq!(object.faults, []);
    let policy = policy(&object);
    assert_eq!((policy.tier, policy.priority, policy.refused), (Tier::Baseline, 1000, false));
    let [accept, pass] = policy.rules(Direction::Egress) else { panic!("{policy:?}") };
    assert_eq!((accept.action, pass.action), (Action::Accept, Action::Pass));
    let AdminPeer::Pods(scope) = &accept.peers[0] else { panic!("{accept:?}") };
    assert!(scope.namespaces.is_everything() && scope.pods.is_some());
    assert_eq!(
        accept.ports,
        Some(vec![
            AdminPort::Range { protocol: Protocol::Tcp, first: 80, last: 80 },
            AdminPort::Range { protocol: Protocol::Sctp, first: 5, last: 7 },
            AdminPort::Named("web".to_owned()),
        ])
    );
}

#[test]
fn what_the_api_server_refuses_is_a_fault_and_makes_the_effect_unknown() {
    let all = "namespaces: {}";
    let many = |item: &str, count: usize| vec![item; count].join(", ");
    let rules = |count| many("{action: Deny, from: [{namespaces: {}}]}", count);
    let ingress = |rules: &str| admin(&format!("{{priority: 1, subject: {{{all}}}, ingress: [{rules}]}}"));
    let v2 = |rest: &str| cluster(&format!("{{subject: {{{all}}}, {rest}}}"));
    let deny = |peer: &str| egress(&format!("action: Deny, to: [{peer}]"));
    let allow = |peer: &str| egress(&format!("action: Allow, to: [{peer}]"));
    let priority = |text: &str| admin(&format!("{{priority: {text}, subject: {{{all}}}}}"));
    let subject = |text: &str| admin(&format!("{{priority: 1, subject: {text}}}"));
    let banp = |name: &str, rest: &str| {
        object(V1, "BaselineAdminNetworkPolicy", name, &format!("{{subject: {{{all}}}{rest}}}"))
    };
    let long = "n".repeat(101);
    let cases = [
        (admin("null"), FaultKind::WrongType, "spec"),
        (admin(&format!("{{subject: {{{all}}}}}")), FaultKind::WrongType, "spec.priority"),
        (priority("'1'"), FaultKind::WrongType, "spec.priority"),
        (priority("-1"), FaultKind::AdminPolicy, "spec.priority"),
        (priority("1001"), FaultKind::AdminPolicy, "spec.priority"),
        (admin("{priority: 1}"), FaultKind::WrongType, "spec.subject"),
        (subject("{}"), FaultKind::AdminPolicy, "spec.subject"),
        (subject("{namespaces: null}"), FaultKind::AdminPolicy, "spec.subject"),
        (
            subject("{namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}"),
            FaultKind::AdminPolicy,
            "spec.subject",
        ),
        (
            subject("{namespaces: {matchExpressions: [{key: a, operator: In}]}}"),
            FaultKind::Selector,
            "spec.subject.namespaces.matchExpressions[0]",
        ),
        (v2("priority: 1"), FaultKind::WrongType, "spec.tier"),
        (v2("priority: 1, tier: admin"), FaultKind::AdminPolicy, "spec.tier"),
        (banp("other", ""), FaultKind::AdminPolicy, "metadata.name"),
        (
            banp("default", ", ingress: [{action: Pass, from: [{namespaces: {}}]}]"),
            FaultKind::AdminPolicy,
            "spec.ingress[0].action",
        ),
        (
            banp("default", ", egress: [{action: Allow, to: [{domainNames: [a.example]}]}]"),
            FaultKind::Peer,
            "spec.egress[0].to[0].domainNames",
        ),
        (ingress(&rules(101)), FaultKind::AdminPolicy, "spec.ingress"),
        (
            v2(&format!("tier: Admin, priority: 1, ingress: [{}]", rules(26))),
            FaultKind::AdminPolicy,
            "spec.ingress",
        ),
        (
            ingress(&format!("{{name: {long}, action: Deny, from: [{{namespaces: {{}}}}]}}")),
            FaultKind::AdminPolicy,
            "spec.ingress[0].name",
        ),
        (ingress("{from: [{namespaces: {}}]}"), FaultKind::WrongType, "spec.ingress[0].action"),
        (
            ingress("{action: Accept, from: [{namespaces: {}}]}"),
            FaultKind::AdminPolicy,
            "spec.ingress[0].action",
        ),
        (
            v2("tier: Admin, priority: 1, ingress: [{action: Allow, from: [{namespaces: {}}]}]"),
            FaultKind::AdminPolicy,
            "spec.ingress[0].action",
        ),
        (ingress("{action: Deny}"), FaultKind::WrongType, "spec.ingress[0].from"),
        (ingress("{action: Deny, from: []}"), FaultKind::Peer, "spec.ingress[0].from"),
        (deny(&many("{namespaces: {}}", 101)), FaultKind::Peer, "spec.egress[0].to"),
        (deny("{}"), FaultKind::Peer, "spec.egress[0].to[0]"),
        (deny("{namespaces: {}, networks: [10.0.0.0/8]}"), FaultKind::Peer, "spec.egress[0].to[0]"),
        (deny("{networks: []}"), FaultKind::Cidr, "spec.egress[0].to[0].networks"),
        (deny("{networks: [10.0.0.1]}"), FaultKind::Cidr, "spec.egress[0].to[0].networks[0]"),
        (deny("{networks: [10.0.0.0/8, 10.0.0.0/8]}"), FaultKind::Cidr, "spec.egress[0].to[0].networks[1]"),
        (deny("{domainNames: [a.example]}"), FaultKind::Peer, "spec.egress[0].to[0].domainNames"),
        (allow("{domainNames: []}"), FaultKind::AdminPolicy, "spec.egress[0].to[0].domainNames"),
        (ports("[]"), FaultKind::Port, "spec.egress[0].ports"),
        (ports("[{}]"), FaultKind::Port, "spec.egress[0].ports[0]"),
        (ports("[{namedPort: a, portNumber: {port: 1}}]"), FaultKind::Port, "spec.egress[0].ports[0]"),
        (ports("[{portNumber: {}}]"), FaultKind::WrongType, "spec.egress[0].ports[0].portNumber.port"),
        (ports("[{portNumber: {port: 65536}}]"), FaultKind::Port, "spec.egress[0].ports[0].portNumber.port"),
        (
            ports("[{portNumber: {protocol: tcp, port: 1}}]"),
            FaultKind::Port,
            "spec.egress[0].ports[0].portNumber.protocol",
        ),
        (ports("[{portRange: {start: 5, end: 5}}]"), FaultKind::Port, "spec.egress[0].ports[0].portRange"),
        (ports("[{portRange: {start: 5}}]"), FaultKind::WrongType, "spec.egress[0].ports[0].portRange.end"),
        (protocols("[]"), FaultKind::Port, "spec.ingress[0].protocols"),
        (protocols("[{tcp: {}}]"), FaultKind::Port, "spec.ingress[0].protocols[0].tcp"),
        (
            protocols("[{udp: {destinationPort: {}}}]"),
            FaultKind::Port,
            "spec.ingress[0].protocols[0].udp.destinationPort",
        ),
        (
            protocols("[{tcp: {destinationPort: {number: 0}}}]"),
            FaultKind::Port,
            "spec.ingress[0].protocols[0].tcp.destinationPort.number",
        ),
        (
            protocols("[{tcp: {destinationPort: {range: {start: 9, end: 2}}}}]"),
            FaultKind::Port,
            "spec.ingress[0].protocols[0].tcp.destinationPort.range",
        ),
        (
            protocols("[{tcp: {destinationPort: {number: 1, range: {start: 1, end: 2}}}}]"),
            FaultKind::Port,
            "spec.ingress[0].protocols[0].tcp.destinationPort",
        ),
    ];
    for (object, kind, field) in &cases {
        let found: Vec<_> = object.faults.iter().map(|f| (f.kind, &*f.field, f.refused)).collect();
        assert_eq!(found, [(*kind, *field, true)], "{:?}", object.faults);
        assert!(policy(object).refused, "{field}");
    }
}

#[test]
fn a_refusal_with_one_plain_meaning_leaves_the_effect_known() {
    let subject = |text: &str| admin(&format!("{{priority: 1, subject: {text}}}"));
    let cases = [
        (subject("{pods: {podSelector: {}}}"), FaultKind::WrongType, "spec.subject.pods.namespaceSelector"),
        (subject("{pods: {namespaceSelector: {}}}"), FaultKind::WrongType, "spec.subject.pods.podSelector"),
        (
            egress("action: Deny, to: [{networks: [10.0.0.0/8]}], ports: [{namedPort: a}]"),
            FaultKind::Port,
            "spec.egress[0].ports",
        ),
    ];
    for (object, kind, field) in &cases {
        let found: Vec<_> = object.faults.iter().map(|f| (f.kind, &*f.field, f.refused)).collect();
        assert_eq!(found, [(*kind, *field, false)], "{:?}", object.faults);
        assert!(!policy(object).refused, "{field}");
    }
}

#[test]
fn the_limits_themselves_are_allowed() {
    let list = |item: &str, count: usize| vec![item; count].join(", ");
    let peers = |count| list("{namespaces: {}}", count);
    let rule = |peers: &str| format!("{{action: Deny, from: [{peers}]}}");
    let v1 =
        |rules: &str| admin(&format!("{{priority: 0, subject: {{namespaces: {{}}}}, ingress: [{rules}]}}"));
    let v2 = |rules: &str| {
        cluster(&format!("{{tier: Admin, priority: 0, subject: {{namespaces: {{}}}}, ingress: [{rules}]}}"))
    };
    let one = rule("{namespaces: {}}");
    for object in [v1(&list(&one, 100)), v1(&rule(&peers(100))), v2(&list(&one, 25)), v2(&rule(&peers(25)))] {
        assert_eq!(object.faults, []);
    }
    assert!(policy(&v2(&rule(&peers(26)))).refused);
}

#[test]
fn domain_names_have_the_syntax_of_the_api() {
    let fault_of = |name: &str| egress(&format!("action: Allow, to: [{{domainNames: ['{name}']}}]")).faults;
    for good in ["kubernetes.io", "*.kubernetes.io", "a.b.c-d.E_f.org.", "1.2"] {
        assert_eq!(fault_of(good), [], "{good}");
    }
    for bad in [
        "",
        "localhost",
        "*",
        "*.io",
        "a.*.io",
        "*a.io",
        ".a.io",
        "a..io",
        "-a.io",
        "a.io-",
        "a b.io",
        "a.io..",
    ] {
        let faults = fault_of(bad);
        let kinds: Vec<_> = faults.iter().map(|fault| (fault.kind, &*fault.field)).collect();
        assert_eq!(kinds, [(FaultKind::AdminPolicy, "spec.egress[0].to[0].domainNames[0]")], "{bad}");
    }
}

#[test]
fn the_word_that_was_meant_is_offered() {
    let replacement = |object: Object| {
        let [Fault { replacement, .. }] = &object.faults[..] else { panic!("{:?}", object.faults) };
        replacement.clone()
    };
    let peer = "to: [{namespaces: {}}]";
    assert_eq!(replacement(egress(&format!("action: Accept, {peer}"))).as_deref(), Some("Allow"));
    assert_eq!(replacement(egress(&format!("action: deny, {peer}"))).as_deref(), Some("Deny"));
    assert_eq!(replacement(egress(&format!("action: Log, {peer}"))), None);
    let name = object(V1, "BaselineAdminNetworkPolicy", "x", "{subject: {namespaces: {}}}");
    assert_eq!(replacement(name).as_deref(), Some("default"));
    assert_eq!(replacement(ports("[{portNumber: {protocol: sctp, port: 1}}]")).as_deref(), Some("SCTP"));
}

#[test]
fn unknown_fields_are_tolerated_and_name_what_was_meant() {
    let object = egress("action: Deny, to: [{namespaces: {}}], port: [], priority: 3");
    let found: Vec<_> =
        object.faults.iter().map(|f| (f.kind, &*f.field, f.replacement.as_deref(), f.refused)).collect();
    assert_eq!(
        found,
        [
            (FaultKind::UnknownField, "spec.egress[0].port", Some("ports"), false),
            (FaultKind::UnknownField, "spec.egress[0].priority", None, false),
        ]
    );
    assert!(!policy(&object).refused);
}

#[test]
fn a_peer_or_port_with_unknown_fields_only_is_unknown_and_not_refused() {
    let object = egress("action: Allow, to: [{services: {}}], ports: [{icmp: {}}]");
    assert!(object.faults.iter().all(|fault| fault.kind == FaultKind::UnknownField && !fault.refused));
    let policy_of_known = policy(&object);
    assert!(!policy_of_known.refused);
    let [rule] = policy_of_known.rules(Direction::Egress) else { panic!("{policy_of_known:?}") };
    assert_eq!((&rule.peers[..], &rule.ports), (&[AdminPeer::Unknown][..], &Some(vec![AdminPort::Unknown])));
}

#[test]
fn an_unknown_version_is_read_as_the_newest_known_one() {
    for (version, kind, head, action) in [
        ("policy.networking.k8s.io/v1", "ClusterNetworkPolicy", "tier: Baseline, priority: 7", "Accept"),
        ("policy.networking.k8s.io/v1beta9", "AdminNetworkPolicy", "priority: 7", "Allow"),
    ] {
        let rule =
            format!("{{action: {action}, to: [{{services: {{}}}}, {{namespaces: {{}}}}], since: now}}");
        let spec = format!("{{{head}, subject: {{namespaces: {{}}}}, egress: [{rule}]}}");
        let object = object(version, kind, "x", &spec);
        assert_eq!(object.faults, [], "fields of a version that nobody knows are no faults");
        let policy = policy(&object);
        assert_eq!((policy.priority, policy.refused), (7, false));
        let peers = &policy.rules(Direction::Egress)[0].peers;
        assert_eq!(peers[..], [AdminPeer::Unknown, AdminPeer::Pods(everybody())]);
    }
}

#[test]
fn a_policy_that_cannot_be_read_keeps_its_tier() {
    let object = cluster("{tier: Baseline, priority: 1, subject: [], ingress: 5}");
    let policy = policy(&object);
    assert_eq!((policy.tier, &policy.subject, policy.refused), (Tier::Baseline, &None, true));
    assert_eq!(object.faults.len(), 1);
    assert_eq!(object.faults[0].kind, FaultKind::WrongType);
}
