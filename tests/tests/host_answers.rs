//! Questions that every host has to answer alike, and the native answers.
//!
//! `js/tests/hosts` runs this test with the path of a file in `HOST_ANSWERS`, which gets questions and answers; then it
//! asks the same in other hosts, and compares.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::path::Path;

use ringfence::embed::Embedded;
use ringfence::wire::{Refusal, RefusalCode};
use ringfence_tests::oracle::compare::Expectation;
use ringfence_tests::{cases, reach, root};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The files of one workspace, and what is asked about them.
#[derive(Serialize)]
struct Case {
    /// Where it is, from the root.
    name: String,
    /// How the workspace is made.
    options: Value,
    /// The paths of its files in the workspace, and from the root.
    files: Vec<(String, String)>,
    /// The questions, in their order.
    questions: Vec<Question>,
}

/// A call of a method.
#[derive(Serialize)]
struct Question {
    /// The method, as JavaScript names it.
    method: &'static str,
    /// Its arguments.
    arguments: Vec<Value>,
    /// What it gives.
    answer: Answer,
}

/// What a method gives.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Answer {
    /// The text of a report, or JSON as the core writes it.
    Text(String),
    /// Nothing, and why.
    Refused(Refusal),
}

#[test]
fn every_question_of_the_suites_has_an_answer() {
    let [suite, inputs] =
        ["tests/suite", "tests/suite/inputs"].map(|folder| cases::collect(&root().join(folder)));
    let mut cases: Vec<Case> = suite.iter().map(|path| suite_case(path, &json!({}))).collect();
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        cases.extend(inputs.iter().map(|path| suite_case(path, &json!({"encoding": encoding}))));
    }
    let reach = std::fs::read_dir(root().join("tests/reach")).unwrap();
    let mut reach: Vec<_> = reach.map(|entry| entry.unwrap().path()).collect();
    reach.sort();
    cases.extend(reach.iter().map(|path| reach_case(path)));
    cases.push(example("examples/online-shop"));
    if let Some(path) = std::env::var_os("HOST_ANSWERS") {
        std::fs::write(path, serde_json::to_vec(&cases).unwrap()).unwrap();
    }
    let questions = cases.iter().flat_map(|case| &case.questions);
    let refused = questions.filter_map(|question| match &question.answer {
        Answer::Text(_) => None,
        Answer::Refused(refusal) => Some(refusal.code),
    });
    assert_eq!(refused.collect::<Vec<_>>(), [RefusalCode::UnknownWorkload]);
}

fn suite_case(path: &Path, options: &Value) -> Case {
    let files = cases::files(path).unwrap();
    let check = json!({"select": cases::selection(path, &files), "today": cases::TODAY});
    let mut asked = Asked::new(path, &files, options);
    asked.ask("check", vec![check.clone()]);
    asked.ask("fix", vec![json!({"check": check, "safety": "suggestion"})]);
    asked.case
}

fn reach_case(path: &Path) -> Case {
    let files = cases::files(path).unwrap();
    let texts: Vec<_> = files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
    let expected = reach::Expected::parse(&texts.concat()).unwrap();
    let ip_blocks = if expected.match_pod_ips { "match-pod-ips" } else { "external-only" };
    let mut asked = Asked::new(path, &files, &json!({}));
    for expand in [false, true] {
        asked.ask("flows", vec![json!({"expand": expand, "ipBlocks": ip_blocks})]);
    }
    asked.ask("exposure", vec![json!({"ipBlocks": ip_blocks})]);
    for Expectation { pair: (from, to), port: (protocol, number), .. } in &expected.answers {
        let options = json!({"port": format!("{number}/{protocol}"), "ipBlocks": ip_blocks});
        asked.ask("explain", vec![json!(from.to_string()), json!(to.to_string()), options]);
    }
    asked.case
}

/// All findings, flows and pictures of an example.
fn example(folder: &str) -> Case {
    let path = root().join(folder);
    let mut asked = Asked::new(&path, &cases::files(&path).unwrap(), &json!({}));
    let check = json!({"today": cases::TODAY});
    asked.ask("check", vec![check.clone()]);
    for format in ["text", "sarif", "markdown"] {
        asked.ask("report", vec![json!(format), json!({"check": check})]);
    }
    asked.ask("fix", vec![json!({"check": check, "safety": "changes-traffic"})]);
    asked.ask("flows", vec![json!({})]);
    asked.ask("graph", vec![json!({})]);
    asked.ask("exposure", vec![json!({})]);
    // What is refused is refused alike.
    asked.ask("explain", vec![json!("shop/cart"), json!("shop/nobody"), json!({})]);
    asked.case
}

/// A case while it is asked.
struct Asked {
    case: Case,
    workspace: Embedded,
}

impl Asked {
    fn new(path: &Path, files: &[(String, Vec<u8>)], options: &Value) -> Self {
        let from_root = |path: &Path| {
            let path = path.strip_prefix(root()).unwrap_or(path);
            path.to_string_lossy().replace('\\', "/")
        };
        let base = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        let mut workspace = Embedded::new(&serde_json::from_value(options.clone()).unwrap()).unwrap();
        for (name, bytes) in files {
            workspace.set(name, bytes);
        }
        let files = files.iter().map(|(name, _)| (name.clone(), from_root(&base.join(name)))).collect();
        let case = Case { name: from_root(path), options: options.clone(), files, questions: Vec::new() };
        Self { case, workspace }
    }

    fn ask(&mut self, method: &'static str, arguments: Vec<Value>) {
        let asked = &mut self.workspace;
        let answer = match method {
            "check" => asked.check(&argument(&arguments, 0)),
            "explain" => {
                let (from, to): (String, String) = (argument(&arguments, 0), argument(&arguments, 1));
                asked.explain(&from, &to, &argument(&arguments, 2))
            }
            "exposure" => asked.exposure(&argument(&arguments, 0)),
            "fix" => asked.fix(&argument(&arguments, 0)),
            "flows" => asked.flows(&argument(&arguments, 0)),
            "graph" => asked.graph(&argument(&arguments, 0)),
            "report" => asked.report(&argument::<String>(&arguments, 0), &argument(&arguments, 1)),
            _ => panic!("there is no method {method}"),
        };
        let answer = answer.map_or_else(Answer::Refused, Answer::Text);
        self.case.questions.push(Question { method, arguments, answer });
    }
}

fn argument<T: DeserializeOwned>(arguments: &[Value], at: usize) -> T {
    serde_json::from_value(arguments[at].clone()).unwrap()
}
