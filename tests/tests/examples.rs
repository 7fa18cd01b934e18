//! The examples do what their texts say.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;

use ringfence::diagnostics::Safety;
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
