//! Outcomes made by hand, so that the reports are tested on what they say and not on what the rules find today.
//!
//! The rules' names are invented: no page of a real rule is part of an expected report.

#![allow(clippy::expect_used, reason = "these are tests: a place that is not there is a mistake in them")]

use ringfence::config::Config;
use ringfence::diagnostics::{Diagnostic, Edit, Fix, Location, ObjectRef, Safety, Severity, fingerprint};
use ringfence::engine::{Grant, Openness};
use ringfence::text::{FileId, Span, offset};
use ringfence::workspace::{
    CheckOptions, DirectionCounts, InputSummary, NamespaceCoverage, Outcome, SkippedInput, Workspace,
};

/// Every outcome with its name.
pub fn all() -> Vec<(&'static str, Outcome)> {
    vec![("clean", clean()), ("shop", shop()), ("hostile", hostile())]
}

/// The files, read, without findings.
pub fn outcome(files: &[(&str, &str)]) -> Outcome {
    let mut workspace = Workspace::new(Config::default());
    for (path, text) in files {
        workspace.set(path, text.as_bytes());
    }
    let mut outcome = workspace.check(&CheckOptions::default());
    outcome.findings.clear();
    outcome.coverage.clear();
    outcome.inputs = InputSummary { files: offset(files.len()), objects: 1, ..InputSummary::default() };
    outcome
}

/// A finding of an invented rule about an invented policy.
pub fn finding(rule: &'static str, severity: Severity, at: Location, message: &str) -> Diagnostic {
    let identity = fingerprint([rule, &at.field]);
    let mut finding = Diagnostic::new((rule, "precision"), severity, at, message);
    finding.object = Some(ObjectRef {
        api_version: "networking.k8s.io/v1".into(),
        kind: "NetworkPolicy".into(),
        namespace: Some("shop".into()),
        name: "frontend".into(),
    });
    finding.fingerprint = identity;
    finding
}

/// The first occurrence of `text` in a file.
pub fn at(outcome: &Outcome, path: &str, text: &str, field: &str) -> Location {
    let ids = (0..).map(FileId);
    let files = ids.map_while(|id| Some((id, outcome.source(id)?)));
    let (file, source) =
        files.into_iter().find(|(_, source)| &*source.path == path).expect("the file is there");
    let start = source.text.find(text).expect("the text is there");
    Location {
        file,
        span: Some(Span::new(offset(start), offset(start + text.len()))),
        field: field.to_owned(),
    }
}

/// A replacement of the bytes at a location.
pub fn edit(at: &Location, text: &str) -> Edit {
    Edit { file: at.file, span: at.span.expect("an edit has a place"), text: text.to_owned() }
}

/// Coverage of a namespace.
pub fn coverage(overlay: &str, name: &str, ingress: [u32; 3], egress: [u32; 3]) -> NamespaceCoverage {
    let counts = |[isolated, open, unknown]: [u32; 3]| DirectionCounts { isolated, open, unknown };
    NamespaceCoverage {
        overlay: overlay.to_owned(),
        name: name.to_owned(),
        workloads: ingress.iter().sum(),
        ingress: counts(ingress),
        egress: counts(egress),
        default_deny: ("proven", "refuted"),
        openness: Some(Openness::NamespaceWide),
        grant: Grant { granted: 200, used: 176 },
    }
}

const POLICY: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: frontend
  namespace: shop
spec:
  podSelector:
    matchLabels: {app: frontend}
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: {}
        - podSelector: {}
      ports:
        - port: 8080
";

const WORKLOADS: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: frontend
  namespace: shop
spec:
  selector: {matchLabels: {app: frontend}}
  template:
    metadata: {labels: {app: frontend}}
    spec:
      containers:
        - name: web
          image: web:1
          ports: [{containerPort: 8080}]
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
";

/// Nothing found.
pub fn clean() -> Outcome {
    let mut outcome = outcome(&[("shop/policy.yaml", POLICY)]);
    outcome.coverage = vec![NamespaceCoverage {
        default_deny: ("proven", "proven"),
        openness: None,
        grant: Grant::default(),
        ..coverage("", "shop", [1, 0, 0], [1, 0, 0])
    }];
    outcome
}

/// Findings of every severity, over two files, with every kind of fix, and an input that was skipped.
pub fn shop() -> Outcome {
    let (policy, workloads) = ("shop/policy.yaml", "shop/workloads.yaml");
    let mut outcome = outcome(&[(policy, POLICY), (workloads, WORKLOADS)]);
    let peer = at(&outcome, policy, "namespaceSelector: {}", "spec.ingress[0].from[0]");
    let pods = at(&outcome, policy, "podSelector: {}", "spec.ingress[0].from[1]");
    let spec = at(&outcome, policy, POLICY.split_once("spec:\n  ").expect("a spec").1, "spec");
    let deployment = at(&outcome, workloads, "frontend", "metadata.name");
    let namespace = at(&outcome, workloads, "shop\n", "metadata.namespace");
    let end = Location { span: Some(Span::at(offset(POLICY.len()))), ..peer.clone() };
    let nowhere = Location { span: None, ..peer.clone() };

    let wide = finding("peer-too-wide", Severity::Error, peer.clone(), "a peer takes in every namespace")
        .label("every Pod of the cluster")
        .related("beside a peer that names Pods", pods.clone())
        .related("the Pods that are opened", deployment.clone())
        .note("3 workloads in `other` are let in")
        .help("name the namespace by `kubernetes.io/metadata.name`")
        .fix(Fix {
            title: "join the two peers".to_owned(),
            safety: Safety::ChangesTraffic,
            edits: vec![edit(&pods, "podSelector:\n            matchLabels: {app: cart}")],
        });
    let long = finding("egress-not-isolated", Severity::Warning, spec, "egress is not isolated")
        .label("selects the Pods, for ingress alone")
        .fix(Fix {
            title: "isolate egress too".to_owned(),
            safety: Safety::Safe,
            edits: vec![
                edit(&at(&outcome, policy, "[Ingress]", ""), "[Ingress, Egress]"),
                edit(&end, "  egress: []\n"),
            ],
        })
        .fix(Fix {
            title: "take the policy out".to_owned(),
            safety: Safety::Suggestion,
            edits: vec![edit(&pods, "")],
        });
    let mut placeless = finding("object-without-text", Severity::Info, nowhere, "the object has no text");
    let mut far =
        finding("namespace-without-policy", Severity::Error, namespace, "`shop` has no default deny");
    for (place, what) in [(&peer, "first"), (&pods, "second"), (&peer, "third"), (&deployment, "fourth")] {
        far = far.related(format!("the {what} place"), place.clone());
    }
    far.object = None;
    placeless.overlay = "overlays/prod".to_owned();
    outcome.findings = vec![wide, long, placeless, far];
    outcome.suppressed = 1;
    outcome.baselined = 2;
    outcome.coverage = vec![
        coverage("", "checkout", [10, 1, 0], [9, 1, 1]),
        NamespaceCoverage {
            openness: None,
            grant: Grant::default(),
            ..coverage("", "shop", [1, 0, 0], [0, 1, 0])
        },
    ];
    outcome.inputs.objects = 20;
    outcome.inputs.skipped = vec![
        SkippedInput {
            path: "chart/templates/np.yaml".to_owned(),
            line: Some(4),
            reason: "a template that was not rendered".to_owned(),
            lost: true,
        },
        SkippedInput { path: "logo.yaml".to_owned(), line: None, reason: "not text".to_owned(), lost: false },
    ];
    outcome
}

/// What a file may do to a report: escape sequences, markup, commands, wide characters, other line ends, long lines.
pub fn hostile() -> Outcome {
    let yaml = "\u{feff}kind: NetworkPolicy\r\n# 🦀 🇩🇪 naïve\r\nspec:\r\n\tpodSelector: {a: \"\u{1b}[31mé\u{9b}2J\u{202e}\"} # 🦀\r\n";
    let padding = format!("\"pad\":\"{}\",", "é".repeat(500));
    let json = format!("{{{padding}\"kind\":\"NetworkPolicy\",{padding}\"x\":1}}");
    let (dir, min) = ("a b/100% \u{1b}[1m`|<b>,:.yaml", "min.json");
    let mut outcome = outcome(&[(dir, yaml), (min, &json)]);
    outcome.coverage = vec![
        coverage("overlays/dev", "a|b", [0, 1, 0], [0, 0, 1]),
        coverage("overlays/<prod>", "größe", [1, 0, 0], [1, 0, 0]),
    ];
    let value = at(&outcome, dir, "{a: \"\u{1b}[31mé\u{9b}2J\u{202e}\"}", "spec.podSelector");
    let crab = at(&outcome, dir, "naïve", "");
    let deep = at(&outcome, min, "NetworkPolicy", "kind");
    let end = Location { span: Some(Span::at(offset(yaml.len()))), ..value.clone() };
    let marked = "`\u{1b}]0;title\u{7}` | <img src=x> ::error::no\n@somebody ``` *bold* 100%\u{0}";
    outcome.findings = vec![
        finding("hostile-value", Severity::Warning, value.clone(), marked)
            .label("label\u{1b}[0m\nwith a line")
            .related("after the crab", crab)
            .note(marked)
            .help(marked)
            .fix(Fix {
                title: marked.to_owned(),
                safety: Safety::Suggestion,
                edits: vec![edit(&value, "{b: \"\u{1b}[32m\"}")],
            }),
        finding("end-of-file", Severity::Info, end, "something is missing here").label("here"),
        finding("long-line", Severity::Error, deep, "far to the right").label("here"),
    ];
    outcome
}
