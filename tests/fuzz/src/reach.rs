//! Who reaches whom in any bytes.

use ringfence::Workspace;
use ringfence::config::Config;
use ringfence::report::{
    DiffFormat, FlowFormat, PairWriter, Style, explain_json, explain_text, exposure_json, exposure_text,
    render_diff, render_flows,
};
use ringfence::sets::Protocol;
use ringfence::workspace::{
    Diff, EndSpec, Explanation, Focus, Outcome, Pattern, ReachOptions, Scene, diff, diff_texts,
};

use crate::files;

/// Workloads are named by so many; every pair of what they name is explained.
const NAMED: usize = 4;

/// Clusters with more workloads than this are left to `workspace`: their pairs take too long for a fuzzer.
const MOST: usize = 60;

/// Reads any bytes as a repository, asks for its flows in every form, and renders every answer.
///
/// # Panics
///
/// If the JSON is no JSON, a table of pairs and their JSON have different pairs, or files differ from themselves.
pub fn reach(bytes: &[u8]) {
    let workspace = of(bytes);
    let options = ReachOptions::default();
    let texts = workspace.texts();
    workspace.overlays();
    let mut names = Vec::new();
    workspace.scenes(&options, &mut |scene| {
        if scene.workloads() > MOST {
            return;
        }
        names = scene.names().take(NAMED).map(str::to_owned).collect();
        let first = names.iter().take(1).map(|name| Pattern::new(name)).collect();
        flows(scene, &Focus::default(), &FlowFormat::ALL);
        let part = Focus { workloads: first, port: Some((Protocol::Tcp, 80)), ..Focus::default() };
        flows(scene, &part, &[FlowFormat::Table]);
        let exposures = scene.exposures(&Focus::default());
        exposure_text(&exposures, &Style::default());
        json(&exposure_json(&exposures));
        explain(scene, &names, &texts);
    });
    if !names.is_empty() {
        differences(&workspace);
    }
}

fn of(bytes: &[u8]) -> Workspace {
    let mut workspace = Workspace::new(Config::default());
    for (path, bytes) in files(bytes) {
        workspace.set(&path, bytes);
    }
    workspace
}

fn flows(scene: &Scene<'_>, focus: &Focus, formats: &[FlowFormat]) {
    if let Ok(table) = scene.table(focus) {
        for format in formats {
            render_flows(&table, *format, &Style::default());
        }
    }
    let pairs = scene.pairs(focus);
    json(&render_flows(&pairs, FlowFormat::Json, &Style::default()));
    let mut text = String::new();
    let mut sink = |piece: &str| {
        text.push_str(piece);
        true
    };
    let mut writer = PairWriter::new(&mut sink);
    writer.write(scene, focus);
    let count = writer.finish();
    let written = json(&text);
    let written = written["flows"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(written.len() as u64, count);
    let of_workloads = |name: &serde_json::Value| scene.names().any(|known| name == known);
    let written = written.iter().filter(|pair| of_workloads(&pair["from"]) && of_workloads(&pair["to"]));
    let listed = pairs.rows.iter().filter(|row| {
        let mut ends = pairs.groups_at(&row.from).chain(pairs.groups_at(&row.to));
        ends.all(|group| scene.names().any(|known| group.members.iter().any(|member| member == known)))
    });
    assert_eq!(written.count(), listed.count(), "the table and the JSON have different pairs");
}

fn explain(scene: &Scene<'_>, names: &[String], texts: &Outcome) {
    let others = ["internet", "10.0.0.1", "2001:db8::/32", "shop/{app=web}"];
    let ends: Vec<EndSpec> =
        names.iter().map(String::as_str).chain(others).filter_map(|end| end.parse().ok()).collect();
    let mut all: Vec<Explanation> = Vec::new();
    for (i, from) in ends.iter().enumerate() {
        for (j, to) in ends.iter().enumerate() {
            let port = ((i + j) % 2 == 1).then_some((Protocol::Udp, 53));
            // A name that can't be read as one stands for nothing; that is an answer too.
            let _ = scene.explain(from, to, port, &mut |one| all.push(one));
        }
    }
    for (i, one) in all.iter().enumerate() {
        explain_text(one, texts, &Style::default(), i % 4 == 0);
    }
    json(&explain_json(&all, texts));
}

/// The differences from nothing, and from itself, of which there are none.
fn differences(workspace: &Workspace) {
    let empty = of(b"");
    let compare = |sides: [&Workspace; 2]| {
        let mut found: Vec<Diff> = Vec::new();
        diff(sides, &ReachOptions::default(), &Focus::default(), &mut |one| found.push(one));
        found
    };
    let texts = diff_texts([&empty, workspace]);
    let diffs = compare([&empty, workspace]);
    for format in DiffFormat::ALL {
        render_diff(&diffs, &texts, format, &Style::default());
    }
    let diffs = compare([workspace, workspace]);
    assert!(diffs.iter().all(|diff| diff.pairs.is_empty()), "files differ from themselves");
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("the JSON report is no JSON: {error}"))
}
