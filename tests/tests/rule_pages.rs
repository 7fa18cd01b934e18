//! Documentation that is always true: the example of every rule's page fires, what it says to write instead doesn't.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use ringfence::rules;
use ringfence_tests::cases;

/// The YAML block under a heading of a page.
fn block(page: &str, heading: &str) -> Option<String> {
    let after = page.split(&format!("# {heading}\n")).nth(1)?;
    let section = after.split("\n# ").next()?;
    let block = section.split("```yaml\n").nth(1)?.split("```").next()?;
    Some(block.to_owned())
}

/// The rules that are run on an example: its own, and for the rules about suppressions those that they suppress.
fn selected(rule: &str, text: &str) -> Vec<String> {
    let listed = text.split("ignore[").skip(1).filter_map(|rest| rest.split(']').next());
    let listed = listed.flat_map(|names| names.split(',')).map(|name| name.trim().to_owned());
    let annotated = text.lines().filter(|line| line.contains("ringfence.dev/ignore")).flat_map(|line| {
        rules::all().iter().filter(|rule| line.contains(rule.name)).map(|rule| rule.name.to_owned())
    });
    listed.chain(annotated).filter(|name| rules::find(name).is_some()).chain([rule.to_owned()]).collect()
}

fn fires(rule: &str, text: &str) -> usize {
    let files = vec![("example.yaml".to_owned(), text.as_bytes().to_vec())];
    let select = selected(rule, text);
    let outcome = cases::check(&files, &select.iter().map(String::as_str).collect::<Vec<_>>());
    outcome.findings.iter().filter(|finding| finding.rule == rule).count()
}

#[test]
fn every_example_fires_and_every_alternative_is_silent() {
    assert!(rules::all().len() >= 40);
    for rule in rules::all() {
        let page = rules::page(rule.name).unwrap_or_else(|| panic!("{} has no page", rule.name));
        let bad = block(page, "Example").unwrap_or_else(|| panic!("{} has no example", rule.name));
        let good = block(page, "Instead").unwrap_or_else(|| panic!("{} has no alternative", rule.name));
        assert!(fires(rule.name, &bad) > 0, "{}: the example doesn't fire:\n{bad}", rule.name);
        assert_eq!(fires(rule.name, &good), 0, "{}: the alternative fires:\n{good}", rule.name);
    }
}

#[test]
fn every_rule_of_the_default_set_is_there() {
    const DEFAULT: &str = "unparsable-document template-not-rendered nothing-checked unknown-field removed-api-version \
        duplicate-object pod-not-covered-ingress pod-not-covered-egress covered-but-open \
        host-network-pod-bypasses-policy namespace-without-policy cni-does-not-enforce no-default-deny-ingress \
        no-default-deny-egress default-deny-nullified deny-all-without-dns all-namespaces-peer \
        spoofable-cross-namespace-peer and-or-confusion namespace-by-mutable-label namespace-wide-peer \
        world-open-ingress world-open-egress metadata-ip-reachable all-ports-allowed dns-egress-missing \
        invalid-policytype invalid-selector invalid-peer invalid-cidr invalid-port invalid-endport \
        rules-without-policytype named-port-unresolved dangling-policy dangling-peer suppression-expired \
        suppression-unused admin-priority-tie anp-overrides-np admin-port-exposed \
        control-plane-reachable-from-pods";
    for name in DEFAULT.split_whitespace() {
        let rule = rules::find(name).unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(rule.set, rules::RuleSet::Default, "{name}");
    }
}

#[test]
fn messages_follow_the_style() {
    for rule in rules::all() {
        assert!(!rule.summary.ends_with('.'), "{}: a summary has no final stop", rule.name);
        let first = rule.summary.chars().next().unwrap();
        assert!(!first.is_uppercase(), "{}: a summary starts in lower case", rule.name);
    }
}
