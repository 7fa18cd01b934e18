//! `ringfence flows` on a machine in memory.

use ringfence_cli::{Terminal, Trouble};

use crate::fake::{FakeHost, POLICY, SHOP, WORKLOAD, prints};

fn shop() -> FakeHost {
    FakeHost::new(&[("shop.yaml", SHOP)])
}

/// What a command prints as JSON.
fn json(host: &mut FakeHost, arguments: &[&str]) -> serde_json::Value {
    let all = [&["flows", "-f", "json"][..], arguments].concat();
    assert_eq!(host.run(&all), 0, "{arguments:?}: {}", host.stderr);
    serde_json::from_str(&host.stdout).unwrap()
}

/// Every pair as `from > to ports`.
fn pairs(host: &mut FakeHost, arguments: &[&str]) -> Vec<String> {
    let report = json(host, &[&["--expand"], arguments].concat());
    let text = |value: &serde_json::Value| value.to_string().replace('"', "");
    let pair = |flow: &serde_json::Value| {
        format!("{} > {} {}", text(&flow["from"]), text(&flow["to"]), text(&flow["allow"]))
    };
    report["flows"].as_array().unwrap().iter().map(pair).collect()
}

#[test]
fn the_table_groups_what_is_alike() {
    let mut host = shop();
    assert_eq!(host.run(&["flows"]), 0);
    let expected = "\
FROM                                                   TO                    PORTS
ops/probe[Pod], shop/web[Deployment], 0.0.0.0/0, ::/0  ops/probe[Pod]        all ports
shop/web[Deployment]                                   shop/db[StatefulSet]  TCP 5432
192.0.2.0/24                                           shop/db[StatefulSet]  TCP 9187
ops/probe[Pod], shop/web[Deployment]                   shop/web[Deployment]  TCP 8080
ops/probe[Pod], shop/web[Deployment]                   0.0.0.0/0, ::/0       all ports

note: NetworkPolicies speak of TCP, UDP and SCTP; ICMP and other protocols are up to the network plugin
";
    assert_eq!(host.stdout, expected);
}

#[test]
fn expanded_json_has_every_pair_once() {
    let expected = [
        "ops/probe[Pod] > shop/web[Deployment] {TCP:[[8080,8080]]}",
        "ops/probe[Pod] > 0.0.0.0/0 all",
        "ops/probe[Pod] > ::/0 all",
        "shop/web[Deployment] > ops/probe[Pod] all",
        "shop/web[Deployment] > shop/db[StatefulSet] {TCP:[[5432,5432]]}",
        "shop/web[Deployment] > shop/web[Deployment] {TCP:[[8080,8080]]}",
        "shop/web[Deployment] > 0.0.0.0/0 all",
        "shop/web[Deployment] > ::/0 all",
        "0.0.0.0/0 > ops/probe[Pod] all",
        "::/0 > ops/probe[Pod] all",
        "192.0.2.0/24 > shop/db[StatefulSet] {TCP:[[9187,9187]]}",
    ];
    let mut host = shop();
    assert_eq!(pairs(&mut host, &[]), expected);
    assert!(host.stdout.starts_with("{\"version\":1,\"flows\":[\n{\"from\":"), "one pair to a line");
    assert_eq!(host.stdout.lines().filter(|line| line.contains("\"replicas\":true")).count(), 1);
}

#[test]
fn every_format_is_written_expanded_or_not() {
    let mut host = shop();
    for (format, start) in [
        ("table", "FROM "),
        ("json", "{"),
        ("csv", "from,"),
        ("markdown", "| From "),
        ("dot", "digraph "),
        ("mermaid", "flowchart "),
        ("svg", "<svg "),
        ("html", "<!doctype html>"),
    ] {
        for more in [&[][..], &["--expand"]] {
            assert_eq!(host.run(&[&["flows", "-f", format][..], more].concat()), 0, "{format}");
            assert!(
                host.stdout.to_lowercase().starts_with(&start.to_lowercase()),
                "{format}: {}",
                host.stdout
            );
            assert!(host.stdout.contains("5432"), "{format}: {}", host.stdout);
        }
    }
    assert_eq!(host.run(&["flows", "-f", "dog"]), 2);
    assert!(host.stderr.contains("a similar value exists: 'dot'"), "{}", host.stderr);
}

#[test]
fn a_focus_leaves_the_rest_out() {
    let to_db = "shop/web[Deployment] > shop/db[StatefulSet] {TCP:[[5432,5432]]}";
    let from_outside = "192.0.2.0/24 > shop/db[StatefulSet] {TCP:[[9187,9187]]}";
    let to_web = "ops/probe[Pod] > shop/web[Deployment] {TCP:[[8080,8080]]}";
    let to_probe = "shop/web[Deployment] > ops/probe[Pod] all";
    let mut host = shop();
    for (arguments, expected) in [
        (&["-w", "db"][..], &[to_db, from_outside][..]),
        (&["-w", "shop/statefulset/db"], &[to_db, from_outside]),
        (&["-w", "shop/db[StatefulSet]", "--direction", "ingress"], &[to_db, from_outside]),
        (&["-w", "db", "--direction", "egress"], &[]),
        (&["-w", "web", "-p", "d*,probe"], &[to_web, to_probe, to_db]),
        (&["-w", "web", "-p", "db,probe", "--direction", "egress"], &[to_probe, to_db]),
        (&["-w", "web", "-p", "db,probe", "--direction", "ingress"], &[to_web]),
        (&["-w", "db", "--port", "9187"], &[from_outside]),
        (&["-w", "db", "--port", "9187/UDP"], &[]),
        (
            &["-w", "web", "-p", "probe", "--port", "UDP/53"],
            &["shop/web[Deployment] > ops/probe[Pod] {UDP:[[53,53]]}"],
        ),
    ] {
        assert_eq!(pairs(&mut host, arguments), expected, "{arguments:?}");
    }
    assert_eq!(host.run(&["flows", "-w", "db", "--direction", "ingress", "--port", "5432"]), 0);
    assert!(
        host.stdout.contains("shop/web[Deployment]  shop/db[StatefulSet]  TCP 5432\n"),
        "{}",
        host.stdout
    );
    assert!(!host.stdout.contains("9187"), "{}", host.stdout);
}

#[test]
fn unknown_names_are_all_named_with_what_was_meant() {
    let mut host = shop();
    assert_eq!(host.run(&["flows", "-w", "shop/dp,web", "-p", "prode,zzzzzzzz"]), 2);
    let expected = "\
error: there is no workload `shop/dp`; did you mean `shop/db`?
error: there is no workload `prode`; did you mean `probe`?
error: there is no workload `zzzzzzzz`; `ringfence flows` lists them
";
    assert_eq!((host.stdout.as_str(), host.stderr.as_str()), ("", expected));
    for port in ["0x", "70000", "53/ICMP"] {
        assert_eq!(host.run(&["flows", "--port", port]), 2, "{port}");
    }
}

/// A rule for the addresses of a Pod that shows its own.
const BY_ADDRESS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: shop}
spec: {containers: [{name: client, image: client}]}
status: {podIPs: [{ip: 10.1.0.7}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{ipBlock: {cidr: 10.1.0.0/16}}]
";

#[test]
fn blocks_match_pods_where_the_plugin_says_so() {
    let mut host = FakeHost::new(&[("web.yaml", WORKLOAD), ("client.yaml", BY_ADDRESS)]);
    let asked = ["-w", "client", "-p", "web", "--direction", "egress"];
    assert_eq!(pairs(&mut host, &[&asked[..], &["--ip-blocks", "external-only"]].concat()), [""; 0]);
    assert_eq!(pairs(&mut host, &asked), [""; 0]);
    let found = pairs(&mut host, &[&asked[..], &["--ip-blocks", "match-pod-ips"]].concat());
    assert_eq!(found, ["shop/client[Pod] > shop/web[Deployment] all"]);
}

/// Two overlays of one base; only production isolates.
fn overlays() -> FakeHost {
    FakeHost::new(&[
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", WORKLOAD),
        ("dev/kustomization.yaml", "resources: [../base]\n"),
        ("prod/kustomization.yaml", "resources: [../base, deny.yaml]\n"),
        ("prod/deny.yaml", POLICY),
    ])
    .program("kustomize", |_, run| match run.args.last().map(String::as_str) {
        Some("prod") => prints(&format!("{WORKLOAD}---\n{POLICY}")),
        _ => prints(WORKLOAD),
    })
}

#[test]
fn each_overlay_is_a_cluster_of_its_own() {
    let mut host = overlays();
    assert_eq!(host.run(&["flows"]), 0, "{}", host.stderr);
    let (dev, prod) = host.stdout.split_once("\nprod:\n\n").expect("a title for each");
    assert!(dev.starts_with("dev:\n\nFROM "), "{dev}");
    let inward = "0.0.0.0/0, ::/0  shop/web[Deployment]";
    assert!(dev.contains(inward) && !prod.contains(inward), "{}", host.stdout);

    assert_eq!(host.run(&["flows", "--overlay", "prod"]), 0);
    assert!(host.stdout.starts_with("FROM "), "{}", host.stdout);
    assert!(!host.stdout.contains(inward), "{}", host.stdout);

    let report = json(&mut host, &["--expand", "--direction", "ingress"]);
    let of = |name: &str| {
        let flows = report["flows"].as_array().unwrap().iter();
        flows.filter(|flow| flow["overlay"] == name).count()
    };
    assert_eq!((of("dev"), of("prod")), (3, 0), "{report}");
    assert_eq!(json(&mut host, &["--expand", "--overlay", "dev"])["flows"][0]["overlay"], "dev");
}

#[test]
fn one_report_is_about_one_overlay() {
    let mut host = overlays();
    assert_eq!(host.run(&["flows", "-f", "dot"]), 2);
    assert!(host.stderr.contains("name one of dev, prod by --overlay"), "{}", host.stderr);
    assert_eq!(host.run(&["flows", "-f", "dot", "--overlay", "dev"]), 0);
    assert_eq!(host.run(&["flows", "--overlay", "pord"]), 2);
    assert!(host.stderr.contains("there is no overlay `pord`: there are dev, prod"), "{}", host.stderr);
    let mut host = shop();
    assert_eq!(host.run(&["flows", "--overlay", "prod"]), 2);
    assert!(host.stderr.contains("there are no overlays that exclude each other here"), "{}", host.stderr);
}

#[test]
fn flows_go_to_a_file() {
    let mut host = shop();
    host.terminal = Terminal { stdout: true, unicode: true, ..Terminal::default() };
    for (format, more) in [("table", &[][..]), ("json", &["--expand"]), ("html", &[])] {
        host.terminal.stdout = false;
        assert_eq!(host.run(&[&["flows", "-f", format][..], more].concat()), 0);
        let printed = host.stdout.clone();
        host.terminal.stdout = true;
        assert_eq!(host.run(&[&["flows", "-f", format, "-o", "out/flows.txt"][..], more].concat()), 0);
        assert_eq!((host.stdout.as_str(), host.text("out/flows.txt")), ("", &*printed), "{format}");
    }
    host.unreadable.insert("/repo/out.txt".to_owned(), "it is read-only");
    for more in [&["-f", "json", "--expand"][..], &[]] {
        assert_eq!(host.run(&[&["flows", "-o", "out.txt"][..], more].concat()), 2);
        assert!(host.stderr.contains("out.txt can't be written: it is read-only"), "{}", host.stderr);
    }
}

#[test]
fn a_full_disk_is_no_success() {
    for arguments in [&["flows"][..], &["flows", "-f", "json", "--expand"]] {
        let mut host = shop();
        host.full = Some(Trouble::Other("no space left on device".to_owned()));
        assert_eq!(host.run(arguments), 2, "{arguments:?}");
        assert!(host.stderr.contains("no space left on device"), "{}", host.stderr);
    }
}

#[test]
fn what_was_not_read_shows_in_the_status() {
    let mut host = FakeHost::new(&[("shop.yaml", SHOP), ("broken.yaml", "{")]);
    assert_eq!(host.run(&["flows"]), 0);
    assert_eq!(host.run(&["flows", "--strict-inputs"]), 3);
    assert!(host.stdout.contains("shop/db[StatefulSet]"), "{}", host.stdout);
    assert_eq!(host.run(&["flows", "nowhere"]), 3);
}

#[test]
fn what_takes_no_part_is_named() {
    let files = [("shop.yaml", SHOP), ("broken.yaml", "{"), ("new/shop.yaml", SHOP)];
    for arguments in [
        &["flows", "shop.yaml", "broken.yaml"][..],
        &["exposure", "shop.yaml", "broken.yaml"],
        &["explain", "shop/db", "internet", "--path", "shop.yaml", "--path", "broken.yaml"],
        &["diff", "new", "broken.yaml"],
    ] {
        let mut host = FakeHost::new(&files);
        host.run(arguments);
        assert!(host.stderr.contains("broken.yaml:1 takes no part"), "{arguments:?}: {}", host.stderr);
    }
}
