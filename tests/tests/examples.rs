//! The examples do what their texts say.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;

use ringfence::Workspace;
use ringfence::diagnostics::Safety;
use ringfence::report::{
    FlowFormat, PairWriter, Style, explain_json, explain_text, exposure_json, exposure_text, render_flows,
};
use ringfence::workspace::{Conclusion, Explanation, Exposure, Focus, ReachOptions, Scene};
use ringfence_tests::golden::expect;
use ringfence_tests::{cases, root};

fn files(folders: &[&str]) -> Vec<(String, Vec<u8>)> {
    let of_folder = |folder: &&str| {
        let files = cases::files(&root().join("examples").join(folder)).unwrap();
        let manifests = files.into_iter().filter(|(path, _)| path.ends_with(".yaml"));
        manifests.map(|(path, bytes)| (format!("{folder}/{path}"), bytes)).collect::<Vec<_>>()
    };
    folders.iter().flat_map(of_folder).collect()
}

#[test]
fn the_hardened_shop_is_silent_and_covered() {
    let outcome = cases::check(&files(&["online-shop/apps", "online-shop-hardened"]), &[]);
    assert_eq!(cases::found(&outcome), []);
    assert_eq!(outcome.suppressed, 1);
    for row in &outcome.coverage {
        assert_eq!(
            (row.ingress.isolated, row.egress.isolated),
            (row.workloads, row.workloads),
            "{}",
            row.name
        );
        assert_eq!(row.default_deny, ("proven", "proven"), "{}", row.name);
        assert_eq!(row.grant.surplus(), Some(0.0), "{}", row.name);
    }
}

#[test]
fn the_hardened_shop_has_nothing_needless() {
    let select = ["redundant-policy", "shadowed-rule", "except-without-effect", "one-sided-allow"];
    let outcome = cases::check(&files(&["online-shop/apps", "online-shop-hardened"]), &select);
    assert_eq!(cases::found(&outcome), []);
}

#[test]
fn the_shop_shows_its_slips() {
    let outcome = cases::check(&files(&["online-shop"]), &[]);
    let rules: BTreeSet<&str> = outcome.findings.iter().map(|finding| finding.rule).collect();
    let expected = [
        "all-ports-allowed",
        "and-or-confusion",
        "dns-egress-missing",
        "host-network-pod-bypasses-policy",
        "metadata-ip-reachable",
        "named-port-unresolved",
        "namespace-by-mutable-label",
        "namespace-wide-peer",
        "namespace-without-policy",
        "no-default-deny-egress",
        "no-default-deny-ingress",
        "pod-not-covered-egress",
        "pod-not-covered-ingress",
        "spoofable-cross-namespace-peer",
        "world-open-egress",
        "world-open-ingress",
    ];
    for rule in expected {
        assert!(rules.contains(rule), "{rule} is missing among {rules:?}");
    }
    for row in &outcome.coverage {
        let sum = row.ingress.isolated + row.ingress.open + row.ingress.unknown;
        assert_eq!(sum, row.workloads, "{}", row.name);
    }
}

/// The fixes that change traffic lead to a state without findings that they could mend, and keep every comment.
#[test]
fn fixes_of_the_shop_come_to_an_end_and_keep_comments() {
    let before = files(&["online-shop"]);
    let mut now = before.clone();
    for pass in 0.. {
        let outcome = cases::check(&now, &[]);
        let pass_of = cases::workspace(&now).fix(&outcome, Safety::ChangesTraffic);
        if pass_of.changed.is_empty() {
            let left = outcome
                .findings
                .iter()
                .filter(|finding| finding.fixes.iter().any(|fix| fix.safety <= Safety::ChangesTraffic));
            assert_eq!(left.count(), 0);
            break;
        }
        assert!(pass < 10, "the fixes come to no end");
        for (path, text) in pass_of.changed {
            now.iter_mut().find(|(name, _)| *name == path).unwrap().1 = text.into_bytes();
        }
    }
    for ((path, old), (_, new)) in before.iter().zip(&now) {
        let new = String::from_utf8_lossy(new);
        for comment in String::from_utf8_lossy(old).lines().filter(|line| line.trim_start().starts_with('#'))
        {
            assert!(new.contains(comment), "{path} lost: {comment}");
        }
    }
    let rules: BTreeSet<&str> = cases::check(&now, &[]).findings.iter().map(|finding| finding.rule).collect();
    for mended in
        ["no-default-deny-ingress", "no-default-deny-egress", "dns-egress-missing", "metadata-ip-reachable"]
    {
        assert!(!rules.contains(mended), "{mended}");
    }
    assert!(!rules.contains("duplicate-object"));
}

const SHOP: &[&str] = &["online-shop"];
const HARDENED: &[&str] = &["online-shop/apps", "online-shop-hardened"];
const PLAIN: Style = Style { color: false, unicode: false, width: 100, verbose: false };

/// Questions about the shop, with both verdicts, and last one that its manifests can't answer.
const QUESTIONS: [(&str, &str, Option<&str>); 6] = [
    ("shop/cart", "data/redis", Some("6379")),
    ("shop/checkout", "payments/payments", Some("8443")),
    ("shop/{app.kubernetes.io/name=wishlist}", "data/redis", Some("6379")),
    ("198.51.100.7", "edge/gateway", None),
    ("payments/payments", "198.51.100.7", Some("443")),
    ("monitoring/node-agent", "shop/cart", None),
];

fn scene<T>(workspace: &Workspace, mut ask: impl FnMut(&Scene<'_>) -> T) -> T {
    let mut answers = Vec::new();
    workspace.scenes(&ReachOptions::default(), &mut |scene| answers.push(ask(scene)));
    assert_eq!(answers.len(), 1);
    answers.remove(0)
}

fn explained(scene: &Scene<'_>) -> Vec<Explanation> {
    let mut all = Vec::new();
    // The hardened shop has no agents.
    let agents = scene.names().any(|name| name.starts_with("monitoring/node-agent"));
    for (from, to, port) in QUESTIONS.into_iter().filter(|(from, ..)| agents || !from.ends_with("agent")) {
        let [from, to] = [from, to].map(|end| end.parse().unwrap());
        let port = port.map(|port| (ringfence::sets::Protocol::Tcp, port.parse().unwrap()));
        scene.explain(&from, &to, port, &mut |one| all.push(one)).unwrap();
    }
    all
}

#[test]
fn the_answers_about_the_shop_are_as_expected() {
    let workspace = cases::workspace(&files(SHOP));
    let (flows, explanations, exposures) = scene(&workspace, |scene| {
        let table = scene.table(&Focus::default()).unwrap();
        (
            render_flows(&table, FlowFormat::Table, &PLAIN),
            explained(scene),
            scene.exposures(&Focus::default()),
        )
    });
    let texts = workspace.texts();
    let explained: Vec<_> = explanations.iter().map(|one| explain_text(one, &texts, &PLAIN, true)).collect();
    let reports = [
        ("example-flows.txt", flows),
        ("example-explain.txt", explained.join("\n")),
        ("example-exposure.txt", exposure_text(&exposures, &PLAIN)),
    ];
    let wrong: Vec<_> = reports.iter().filter_map(|(name, report)| expect(name, report).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_answers_are_valid_json() {
    let schemas = ringfence::wire::schemas();
    let valid = |name: &str, text: &str| {
        let (_, schema) = schemas.iter().find(|(known, _)| *known == name).unwrap();
        let report: serde_json::Value = serde_json::from_str(text).unwrap();
        jsonschema::validate(schema, &report).unwrap_or_else(|error| panic!("{name}: {error}"));
    };
    for folders in [SHOP, HARDENED] {
        let workspace = cases::workspace(&files(folders));
        let texts = workspace.texts();
        scene(&workspace, |scene| {
            let focus = Focus::default();
            for table in [scene.table(&focus).unwrap(), scene.pairs(&focus)] {
                valid("flow-report.schema.json", &render_flows(&table, FlowFormat::Json, &PLAIN));
            }
            valid("explain-report.schema.json", &explain_json(&explained(scene), &texts));
            valid("exposure-report.schema.json", &exposure_json(&scene.exposures(&focus)));
            let mut pairs = String::new();
            let mut sink = |text: &str| {
                pairs.push_str(text);
                true
            };
            let mut writer = PairWriter::new(&mut sink);
            writer.write(scene, &focus);
            let count = writer.finish();
            let report: serde_json::Value = serde_json::from_str(&pairs).unwrap();
            assert_eq!(report["flows"].as_array().map(Vec::len), usize::try_from(count).ok());
        });
    }
}

#[test]
fn nothing_of_the_hardened_shop_is_unprotected() {
    let workspace = cases::workspace(&files(HARDENED));
    scene(&workspace, |scene| {
        let exposures = scene.exposures(&Focus::default());
        let open = |one: &&Exposure| !one.ingress.protected || !one.egress.protected;
        assert_eq!(exposures.iter().filter(open).map(|one| &one.workload).collect::<Vec<_>>(), [""; 0]);
        let table = scene.pairs(&Focus::default());
        let wide = table.rows.iter().find(|row| row.allow.is_all());
        assert_eq!(wide, None, "nothing is allowed on every port");
        let conclusions: Vec<_> = explained(scene).iter().map(Explanation::conclusion).collect();
        let [allowed, denied] = [Conclusion::Allowed, Conclusion::Denied];
        assert_eq!(conclusions[..3], [allowed, denied, denied]);
    });
}
