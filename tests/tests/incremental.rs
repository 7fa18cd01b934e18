//! A workspace that lives through many edits says what a fresh one says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use ringfence::config::Config;
use ringfence::diagnostics::Severity;
use ringfence::report::{self, Format, Style};
use ringfence::workspace::{CheckOptions, ReachOptions, Workspace};

/// Texts for each path: what an editor may write there, one after the other.
const TEXTS: [(&str, &[&str]); 4] = [
    (
        "namespaces.yaml",
        &[
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: a}}\n",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: b}}\n",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: pay}\n",
        ],
    ),
    (
        "pods.yaml",
        &[
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 80}]}]}\n",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: db}}\nspec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: db, namespace: pay, labels: {app: db}}\nspec: {hostNetwork: true}\n",
        ],
    ),
    (
        "policies.yaml",
        &[
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: shop}\nspec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}], ports: [{port: http}]}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: pay}\nspec: {podSelector: {matchLabels: {app: db}}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}\n",
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: elsewhere}\nspec: {podSelector: {}}\n",
            "kind: [",
        ],
    ),
    (
        "tiers.yaml",
        &[
            "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: t}\nspec: {priority: 5, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}\n",
            "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: t}\nspec: {priority: 5, subject: {namespaces: {matchLabels: {team: a}}}, egress: [{action: Allow, to: [{namespaces: {}}]}]}\n",
        ],
    ),
];

/// Findings, coverage and blocks.
fn says(workspace: &Workspace) -> String {
    let mut blocks = String::new();
    let outcome = workspace.check_and(
        &CheckOptions::default(),
        Some(&mut |scene| {
            let names: Vec<_> = scene.names().collect();
            writeln!(blocks, "{} {names:?}", scene.blocks()).unwrap();
        }),
    );
    report::render(&outcome, Format::Json, &Style::default(), Severity::Error) + &blocks
}

fn fresh(files: &BTreeMap<&str, &str>) -> Workspace {
    let mut workspace = Workspace::new(Config::default());
    for (path, text) in files {
        workspace.set(path, text.as_bytes());
    }
    workspace
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_leave_nothing_behind(edits in proptest::collection::vec((0..4usize, 0..6usize), 1..24)) {
        let mut files = BTreeMap::new();
        let mut workspace = Workspace::new(Config::default());
        for (path, text) in edits {
            let (path, texts) = TEXTS[path];
            match texts.get(text) {
                Some(text) => {
                    files.insert(path, *text);
                    workspace.set(path, text.as_bytes());
                }
                None => {
                    files.remove(path);
                    workspace.remove(path);
                }
            }
            prop_assert_eq!(says(&workspace), says(&fresh(&files)));
        }
    }
}

#[test]
fn other_questions_in_between_change_nothing() {
    let files = TEXTS.map(|(path, texts)| (path, texts[0])).into();
    let workspace = fresh(&files);
    let expected = says(&workspace);
    let elsewhere = ReachOptions { namespace: Some("elsewhere".to_owned()), ..ReachOptions::default() };
    let mut workloads = 0;
    workspace.scenes(&elsewhere, &mut |scene| workloads += scene.workloads());
    assert_eq!(workloads, 1);
    assert_eq!(says(&workspace), expected);
}
