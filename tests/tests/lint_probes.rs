//! The truths of the lint probes: what the default rules find in each manifest, rule by rule.
//!
//! The table holds every finding but those about egress that the probes say nothing of: a probe without an egress
//! policy has no egress isolation and no default deny for egress either, which the first test checks as a whole.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;

use ringfence_tests::{cases, corpus};

/// Egress is open in most probes, which are about something else.
const ASIDE: [&str; 2] = ["pod-not-covered-egress", "no-default-deny-egress"];

type Truth = (&'static str, &'static [(&'static str, usize)]);

const TRUTHS: &[Truth] = &[
    (
        "01-egress-only-allowall",
        &[
            ("covered-but-open", 1),
            ("metadata-ip-reachable", 1),
            ("no-default-deny-ingress", 1),
            ("pod-not-covered-ingress", 1),
            ("world-open-egress", 1),
        ],
    ),
    (
        "02-allow-all-ingress",
        &[("covered-but-open", 1), ("no-default-deny-ingress", 1), ("world-open-ingress", 1)],
    ),
    ("03-ns-default-vs-empty", &[]),
    ("04-other-ns", &[("namespace-without-policy", 1), ("pod-not-covered-ingress", 1)]),
    (
        "05-matchexpr-no-match",
        &[("dangling-policy", 1), ("no-default-deny-ingress", 1), ("pod-not-covered-ingress", 1)],
    ),
    ("06-matchexpr-match", &[("no-default-deny-ingress", 1)]),
    ("07-hostnetwork", &[("host-network-pod-bypasses-policy", 1)]),
    ("08-list", &[]),
    ("09-kinds-nopolicy", &[("namespace-without-policy", 1), ("pod-not-covered-ingress", 7)]),
    ("10-bad-operator", &[("invalid-selector", 1)]),
    ("11-empty-podselector-missing", &[]),
    (
        "12-policyTypes-egress-with-ingress-rules",
        &[("no-default-deny-ingress", 1), ("pod-not-covered-ingress", 1), ("rules-without-policytype", 1)],
    ),
    (
        "13-dangling-peer-and-ns",
        &[
            ("all-ports-allowed", 1),
            ("dangling-peer", 3),
            ("namespace-wide-peer", 1),
            ("no-default-deny-ingress", 1),
            ("spoofable-cross-namespace-peer", 1),
        ],
    ),
    ("14-calico", &[]),
    ("15-world-open", &[("no-default-deny-ingress", 1), ("world-open-ingress", 1)]),
    ("16-cr-pods", &[("no-default-deny-ingress", 1)]),
    ("17-invalid-spec", &[("invalid-cidr", 1), ("invalid-endport", 1), ("invalid-port", 2)]),
    ("18-typo", &[("no-default-deny-ingress", 1), ("unknown-field", 1)]),
    (
        "19-egress-no-dns",
        &[
            ("all-ports-allowed", 1),
            ("dns-egress-missing", 1),
            ("no-default-deny-ingress", 1),
            ("pod-not-covered-ingress", 1),
        ],
    ),
    ("20-extensions", &[("removed-api-version", 1)]),
    ("21-good", &[]),
    ("22-crossdir", &[]),
    ("23-json", &[("namespace-without-policy", 1), ("pod-not-covered-ingress", 1)]),
    ("24-invalid-doc", &[("template-not-rendered", 1)]),
    (
        "25-nolabels",
        &[("dangling-policy", 1), ("no-default-deny-ingress", 1), ("pod-not-covered-ingress", 1)],
    ),
    ("26-mix", &[("dangling-policy", 1), ("no-default-deny-ingress", 1), ("pod-not-covered-ingress", 1)]),
    (
        "27-inv-first",
        &[("namespace-without-policy", 1), ("pod-not-covered-ingress", 7), ("template-not-rendered", 1)],
    ),
    ("28-syntaxerr", &[("nothing-checked", 1), ("unparsable-document", 1)]),
    (
        "30-andor",
        &[
            ("and-or-confusion", 1),
            ("dns-egress-missing", 1),
            ("invalid-cidr", 1),
            ("invalid-endport", 1),
            ("named-port-unresolved", 1),
            ("namespace-by-mutable-label", 1),
            ("rules-without-policytype", 1),
        ],
    ),
];

fn found(probe: &str, folder: &std::path::Path) -> BTreeMap<String, usize> {
    let files = cases::files(&folder.join(probe)).unwrap();
    let mut counts = BTreeMap::new();
    for finding in cases::found(&cases::check(&files, &[])) {
        *counts.entry(finding.rule).or_insert(0) += 1;
    }
    counts
}

#[test]
fn every_probe_has_its_findings() {
    let Some(folder) = corpus("lint-probes") else { return };
    for (probe, truth) in TRUTHS {
        let mut found = found(probe, &folder);
        found.retain(|rule, _| !ASIDE.contains(&&**rule));
        let truth: BTreeMap<String, usize> = truth.iter().map(|(rule, n)| ((*rule).to_owned(), *n)).collect();
        assert_eq!(found, truth, "{probe}");
    }
}

#[test]
fn egress_is_judged_as_well() {
    let Some(folder) = corpus("lint-probes") else { return };
    let aside = |probe: &str| {
        let found = found(probe, &folder);
        ASIDE.map(|rule| found.get(rule).copied().unwrap_or(0))
    };
    assert_eq!(aside("21-good"), [0, 0]);
    assert_eq!(aside("14-calico"), [0, 0]);
    assert_eq!(aside("09-kinds-nopolicy"), [7, 0]);
    assert_eq!(aside("11-empty-podselector-missing"), [1, 1]);
    assert_eq!(aside("12-policyTypes-egress-with-ingress-rules"), [0, 0]);
    assert_eq!(aside("01-egress-only-allowall"), [0, 1]);
}

#[test]
fn the_good_probe_has_no_finding_at_all() {
    let Some(folder) = corpus("lint-probes") else { return };
    assert_eq!(found("21-good", &folder), BTreeMap::new());
}
