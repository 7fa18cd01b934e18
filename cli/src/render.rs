//! Rendering: kustomizations and charts become manifests through the user's own tools.
//!
//! The tools run with the user's rights and see only what the user's own call of them would see. A folder that can't
//! be rendered is reported with the reason, never left out.

use ringfence::cluster::{Job, Tool};
use ringfence::workspace::Workspace;

use crate::console::Console;
use crate::host::{ToolRun, Trouble};
use crate::paths;

/// The most lines of a tool's complaint that are passed on.
const LINES: usize = 3;
/// The most characters of a tool's complaint that are passed on.
const CHARACTERS: usize = 600;

/// How to render.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Whether tools may run at all.
    pub(crate) enabled: bool,
    /// Values files for charts.
    pub(crate) values: Vec<String>,
    /// The namespace of releases.
    pub(crate) namespace: Option<String>,
}

/// Renders the jobs and hands the outcome to the workspace.
pub(crate) fn render(
    console: &mut Console<'_>,
    workspace: &mut Workspace,
    jobs: Vec<Job>,
    options: &Options,
) {
    let mut open = Vec::new();
    let mut hopeless = workspace.hopeless(&jobs);
    for job in jobs {
        if let Some(reason) = hopeless.remove(&job.folder) {
            workspace.set_unrendered(&job.folder, reason);
        } else if options.enabled {
            open.push(job);
        } else {
            workspace.set_unrendered(&job.folder, "rendering is switched off by --no-render");
        }
    }
    if open.is_empty() {
        return;
    }
    console.progress(&format!("rendering {}", crate::count(open.len(), "folder")));
    for step in 0.. {
        let (runs, jobs): (Vec<ToolRun>, Vec<Job>) =
            open.into_iter().filter_map(|job| Some((command(&job, options, step)?, job))).unzip();
        if runs.is_empty() {
            break;
        }
        open = Vec::new();
        for ((job, run), outcome) in jobs.into_iter().zip(&runs).zip(console.host.run_all(&runs)) {
            match outcome {
                Ok(output) if output.success => workspace.set_rendered(&job.folder, &output.stdout),
                Ok(output) => workspace.set_unrendered(&job.folder, complaint(run.program, &output.stderr)),
                Err(Trouble::NotFound) => {
                    workspace.set_unrendered(&job.folder, advice(job.tool));
                    open.push(job);
                }
                Err(Trouble::Other(reason)) => workspace.set_unrendered(&job.folder, reason),
            }
        }
    }
    console.done();
}

/// The `step`th way to render a folder; none after the last.
fn command(job: &Job, options: &Options, step: usize) -> Option<ToolRun> {
    // A folder whose name starts with a dash is not an option.
    let folder = if job.folder.starts_with('-') { format!("./{}", job.folder) } else { job.folder.clone() };
    match (job.tool, step) {
        (Tool::Kustomize, 0) => {
            Some(ToolRun { program: "kustomize", args: vec!["build".to_owned(), folder], folder: None })
        }
        (Tool::Kustomize, 1) => {
            Some(ToolRun { program: "kubectl", args: vec!["kustomize".to_owned(), folder], folder: None })
        }
        (Tool::Helm, 0) => {
            let mut args =
                vec!["template".to_owned(), release(&job.folder), folder, "--skip-tests".to_owned()];
            for file in &options.values {
                args.extend(["--values".to_owned(), file.clone()]);
            }
            if let Some(namespace) = &options.namespace {
                args.extend(["--namespace".to_owned(), namespace.clone()]);
            }
            Some(ToolRun { program: "helm", args, folder: None })
        }
        _ => None,
    }
}

/// The name of a chart's release: the folder's, as far as a release may be called so.
fn release(folder: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = paths::name(folder).chars().map(allowed).take(53).collect();
    match name.trim_matches('-') {
        "" => "release".to_owned(),
        name => name.to_owned(),
    }
}

fn advice(tool: Tool) -> &'static str {
    match tool {
        Tool::Kustomize => {
            "neither `kustomize` nor `kubectl` is on PATH; install one of them to check what it makes"
        }
        Tool::Helm => "`helm` is not on PATH; install it to check what the chart makes",
    }
}

/// Why a tool failed, from its own last words.
fn complaint(program: &str, stderr: &str) -> String {
    let is_hint = |line: &&str| line.starts_with("Use --debug flag");
    let lines: Vec<&str> = stderr
        .lines()
        .map(|line| bare(line.trim()))
        .filter(|line| !line.is_empty() && !is_hint(line))
        .collect();
    let is_error = |line: &&str| line.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("error"));
    let start = lines.iter().rposition(is_error).unwrap_or(lines.len().saturating_sub(1));
    let words = lines.iter().skip(start).take(LINES).copied().collect::<Vec<_>>().join(" ");
    let words = ["Error: ", "error: "].iter().find_map(|word| words.strip_prefix(word)).unwrap_or(&words);
    let words: String = words.chars().filter(|c| !c.is_control()).take(CHARACTERS).collect();
    if words.is_empty() {
        format!("`{program}` failed without a word")
    } else {
        format!("`{program}` failed: {words}")
    }
}

/// A line without what logging puts around it: `E0131 10:02:03.000 1 run.go:72] "command failed" err="the reason"`.
fn bare(line: &str) -> &str {
    let inner = line.split_once(" err=\"").and_then(|(_, rest)| rest.strip_suffix('"'));
    inner.unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(tool: Tool, folder: &str) -> Job {
        Job { folder: folder.to_owned(), tool }
    }

    #[test]
    fn releases_are_named_after_their_folder() {
        for (folder, name) in [("charts/Shop_2", "shop-2"), (".", "release"), ("-x-", "x"), ("é", "release")]
        {
            assert_eq!(release(folder), name, "{folder}");
        }
    }

    #[test]
    fn folders_are_never_taken_for_options() {
        let run = command(&job(Tool::Kustomize, "-x"), &Options::default(), 0).unwrap();
        assert_eq!(run.args, ["build", "./-x"]);
    }

    #[test]
    fn values_and_namespace_reach_helm() {
        let options =
            Options { enabled: true, values: vec!["v.yaml".into()], namespace: Some("shop".into()) };
        let run = command(&job(Tool::Helm, "charts/web"), &options, 0).unwrap();
        let expected =
            ["template", "web", "charts/web", "--skip-tests", "--values", "v.yaml", "--namespace", "shop"];
        assert_eq!(run.args, expected);
    }

    #[test]
    fn the_tools_own_words_are_passed_on_without_decoration() {
        for (stderr, words) in [
            (
                "WARNING: old\nError: bad (web/x.yaml:3)\n\nUse --debug flag to see\n",
                "x` failed: bad (web/x.yaml:3)",
            ),
            ("E0131 10:02:03.0 1 run.go:72] \"command failed\" err=\"no 'a': b\"\n", "x` failed: no 'a': b"),
            ("a\n\u{1b}b\n", "x` failed: b"),
            ("", "x` failed without a word"),
        ] {
            assert_eq!(complaint("x", stderr), format!("`{words}"));
        }
    }
}
