//! `ringfence explain` on a machine in memory.

use crate::fake::{FakeHost, POLICY, SHOP, WORKLOAD, prints};

fn shop() -> FakeHost {
    FakeHost::new(&[("shop.yaml", SHOP)])
}

/// What `explain` says in its first line, or its error.
fn verdict(host: &mut FakeHost, arguments: &[&str]) -> String {
    let status = host.run(&[&["explain"][..], arguments].concat());
    let said = if status == 0 { &host.stdout } else { &host.stderr };
    said.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn ends_are_named_in_every_form() {
    let mut host = shop();
    let allowed = "shop/web[Deployment] -> shop/db[StatefulSet] on TCP 5432: allowed";
    for from in
        ["web", "shop/web", "shop/deployment/web", "shop/Deployment/web", "shop/web[Deployment]", "*/web"]
    {
        for to in ["db", "shop/db", "shop/statefulset/db", "shop/d*"] {
            assert_eq!(verdict(&mut host, &[from, to, "5432"]), allowed, "{from} {to}");
        }
    }
    for port in ["5432/TCP", "TCP/5432", "tcp/5432"] {
        assert_eq!(verdict(&mut host, &["web", "db", port]), allowed, "{port}");
    }
}

#[test]
fn each_verdict_has_its_words() {
    let mut host = shop();
    for (arguments, expected) in [
        (
            &["web", "db"][..],
            "shop/web[Deployment] -> shop/db[StatefulSet]: allowed in part: TCP 5432, and nothing else",
        ),
        (&["web", "db", "80"], "shop/web[Deployment] -> shop/db[StatefulSet] on TCP 80: denied"),
        (&["web", "probe"], "shop/web[Deployment] -> ops/probe[Pod]: allowed"),
        (&["shop/{app=web}", "db", "5432"], "shop/{app=web} -> shop/db[StatefulSet] on TCP 5432: allowed"),
        (&["ops/{app=web}", "db", "5432"], "ops/{app=web} -> shop/db[StatefulSet] on TCP 5432: denied"),
        (&["new/{a=b, c=d}", "web", "8080"], "new/{a=b,c=d} -> shop/web[Deployment] on TCP 8080: allowed"),
        (&["192.0.2.7", "db", "9187"], "192.0.2.7 -> shop/db[StatefulSet] on TCP 9187: allowed"),
        (&["192.0.2.128/25", "db", "9187"], "192.0.2.128/25 -> shop/db[StatefulSet] on TCP 9187: allowed"),
        (&["198.51.100.1", "db", "9187"], "198.51.100.1 -> shop/db[StatefulSet] on TCP 9187: denied"),
        (&["2001:db8::1", "db", "9187"], "2001:db8::1 -> shop/db[StatefulSet] on TCP 9187: denied"),
        (&["db", "internet", "443"], "shop/db[StatefulSet] -> internet (IPv6) on TCP 443: denied"),
    ] {
        let found = verdict(&mut host, arguments);
        if arguments[1] == "internet" {
            assert!(host.stdout.contains(expected), "{arguments:?}: {}", host.stdout);
        } else {
            assert_eq!(found, expected, "{arguments:?}");
        }
    }
}

#[test]
fn both_sides_are_told_with_the_lines_that_decide() {
    let mut host = shop();
    assert_eq!(host.run(&["explain", "web", "db", "5432"]), 0);
    let expected = "\
shop/web[Deployment] -> shop/db[StatefulSet] on TCP 5432: allowed

egress of shop/web[Deployment]: allowed
  no policy selects it, so everything is allowed

ingress of shop/db[StatefulSet]: allowed
  NetworkPolicy `shop/db` selects it, shop.yaml:32:16
    rule 1 allows TCP 5432, shop.yaml:35:5
    rule 2 doesn't match: 192.0.2.0/24 stands for addresses outside the cluster, shop.yaml:37:12
  --> shop.yaml:35:5
";
    assert!(host.stdout.starts_with(expected), "{}", host.stdout);
    assert!(host.stdout.contains("^ allows TCP 5432\n"), "{}", host.stdout);
}

#[test]
fn a_near_miss_says_what_one_change_would_allow_it() {
    let mut host = shop();
    let peer = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}, podSelector: {matchLabels: {app: probe}}}";
    let new_peer =
        format!("add a rule to `spec.ingress` of NetworkPolicy `shop/db`: from `{peer}` on TCP 5432");
    for (arguments, help) in [
        (["web", "db", "80"], "add TCP 80 to `ports` of ingress rule 1 of NetworkPolicy `shop/db`"),
        (["192.0.2.1", "db", "80"], "add TCP 80 to `ports` of ingress rule 2 of NetworkPolicy `shop/db`"),
        (["probe", "db", "5432"], &*new_peer),
        (
            ["198.51.100.1", "db", "9187"],
            "add a rule to `spec.ingress` of NetworkPolicy `shop/db`: from its address as an `ipBlock` on TCP 9187",
        ),
        (
            ["db", "192.0.2.1", "443"],
            "add a rule to `spec.egress` of NetworkPolicy `shop/db`: to its address as an `ipBlock` on TCP 443",
        ),
    ] {
        assert_eq!(host.run(&[&["explain"][..], &arguments].concat()), 0);
        assert!(
            host.stdout.ends_with(&format!("help: to allow it, {help}\n")),
            "{arguments:?}: {}",
            host.stdout
        );
    }
    assert_eq!(host.run(&["explain", "db", "web", "80"]), 0);
    assert!(host.stdout.contains("help: to allow it, both sides must change: add a rule"), "{}", host.stdout);
    assert_eq!(host.run(&["explain", "web", "db", "5432"]), 0);
    assert!(!host.stdout.contains("help:"), "{}", host.stdout);
}

#[test]
fn a_reason_names_what_the_peer_lacks() {
    let mut host = shop();
    for (from, reason) in [
        ("probe", "without `namespaceSelector` it is for Pods of `shop`, and these are in `ops`"),
        ("shop/{app=wob}", "`podSelector` asks for `app=web`, the Pods have `app=wob`"),
        ("shop/{tier=x}", "`podSelector` asks for `app=web`, the Pods have no `app`"),
        ("192.0.2.1", "it selects Pods, and this is an address"),
    ] {
        assert_eq!(host.run(&["explain", from, "db"]), 0);
        assert!(
            host.stdout.contains(&format!("rule 1 doesn't match: {reason}, shop.yaml:35:12")),
            "{}",
            host.stdout
        );
    }
}

#[test]
fn several_pairs_are_explained_one_after_the_other() {
    let mut host = shop();
    assert_eq!(host.run(&["explain", "*", "shop/*", "8080"]), 0);
    let heads: Vec<&str> = host.stdout.lines().filter(|line| line.contains(" -> ")).collect();
    let expected = [
        "ops/probe[Pod] -> shop/db[StatefulSet] on TCP 8080: denied",
        "ops/probe[Pod] -> shop/web[Deployment] on TCP 8080: allowed",
        "shop/db[StatefulSet] -> shop/db[StatefulSet] on TCP 8080: denied",
        "shop/db[StatefulSet] -> shop/web[Deployment] on TCP 8080: denied",
        "shop/web[Deployment] -> shop/db[StatefulSet] on TCP 8080: denied",
        "shop/web[Deployment] -> shop/web[Deployment] on TCP 8080: allowed",
    ];
    assert_eq!(heads, expected);
    assert!(host.stdout.contains("note: this is between two Pods of the workload"), "{}", host.stdout);
    assert!(!host.stdout.contains("-->"), "frames are for one pair: {}", host.stdout);
    // The internet is as many peers as policies tell apart.
    assert_eq!(host.run(&["explain", "internet", "db"]), 0);
    let part = "internet (192.0.2.0/24) -> shop/db[StatefulSet]: allowed in part: TCP 9187, and nothing else";
    assert!(host.stdout.lines().any(|line| line == part), "{}", host.stdout);
}

#[test]
fn json_has_both_sides() {
    let mut host = shop();
    assert_eq!(host.run(&["explain", "web", "db", "80", "-f", "json"]), 0);
    let report: serde_json::Value = serde_json::from_str(&host.stdout).unwrap();
    let one = &report["explanations"][0];
    assert_eq!((&one["verdict"], &one["port"]), (&"denied".into(), &"TCP/80".into()));
    assert_eq!(one["allow"], serde_json::json!({}));
    assert_eq!(one["egress"]["allow"], serde_json::json!({"TCP": [[80, 80]]}));
    let policy = &one["ingress"]["policies"][0];
    assert_eq!((&policy["object"]["name"], &policy["tier"]), (&"db".into(), &"network".into()));
    assert_eq!(policy["rules"][0]["location"]["field"], "spec.ingress[0].ports");
    assert_eq!(policy["rules"][0]["location"]["start"], serde_json::json!({"line": 36, "column": 12}));
    assert_eq!(report["explanations"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_nothing_to_explain_is_wrong_usage() {
    let mut host = shop();
    for (arguments, said) in [
        (
            &["shop/wen", "shop/dbs"][..],
            "error: there is no workload `shop/wen`; did you mean `shop/web`?\nerror: there is no workload `shop/dbs`; did you mean `shop/db`?\n",
        ),
        (
            &["internet", "8.8.8.8"],
            "error: there is nothing to explain: a Pod always reaches itself, and no policy is about two addresses\n",
        ),
        (
            &["probe", "probe"],
            "error: there is nothing to explain: a Pod always reaches itself, and no policy is about two addresses\n",
        ),
    ] {
        assert_eq!(host.run(&[&["explain"][..], arguments].concat()), 2);
        assert_eq!((host.stdout.as_str(), host.stderr.as_str()), ("", said), "{arguments:?}");
    }
    for arguments in [&["web"][..], &["shop/{app}", "web"], &["a b", "web"], &["web", "db", "70000"]] {
        assert_eq!(host.run(&[&["explain"][..], arguments].concat()), 2, "{arguments:?}");
    }
    assert!(host.stderr.contains("70000"), "{}", host.stderr);
}

#[test]
fn a_name_that_one_overlay_has_is_known() {
    let mut host = FakeHost::new(&[
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", WORKLOAD),
        ("dev/kustomization.yaml", "resources: [../base]\n"),
        ("prod/kustomization.yaml", "resources: [../base, deny.yaml]\nnamePrefix: x-\n"),
        ("prod/deny.yaml", POLICY),
    ])
    .program("kustomize", |_, run| match run.args.last().map(String::as_str) {
        Some("prod") => prints(&format!("{WORKLOAD}---\n{POLICY}").replace("name: web, n", "name: x-web, n")),
        _ => prints(WORKLOAD),
    });
    let mut heads = |arguments: &[&str]| {
        assert_eq!(host.run(&[&["explain"][..], arguments].concat()), 0, "{}", host.stderr);
        let lines = host.stdout.lines().filter(|line| line.contains(" -> ")).map(str::to_owned);
        lines.collect::<Vec<_>>()
    };
    let dev = "dev: 192.0.2.1 -> shop/web[Deployment]: allowed";
    let prod = "prod: 192.0.2.1 -> shop/x-web[Deployment]: denied";
    assert_eq!(heads(&["192.0.2.1", "*"]), [dev, prod]);
    assert_eq!(heads(&["192.0.2.1", "web"]), [dev]);
    assert_eq!(heads(&["192.0.2.1", "*", "--overlay", "prod"]), [prod]);
}
