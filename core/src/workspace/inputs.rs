//! What was read and what was not: nothing is ever skipped silently.

use super::Workspace;
use super::outcome::{InputSummary, SkippedInput};
use crate::cluster::{Layout, Origin, Placement, Repository, Tool};
use crate::model::File;
use crate::text::{FileId, offset};

/// Counts what was read, and names what was not.
pub(super) fn summary(workspace: &Workspace, repository: &Repository, layout: &Layout) -> InputSummary {
    let mut summary = InputSummary::default();
    for (id, entry) in repository.entries() {
        let file = &*entry.file;
        match &entry.origin {
            Origin::Written => {
                summary.files += 1;
                written(&mut summary, repository, layout, id, file);
            }
            Origin::Kept { .. } => {}
            Origin::Rendered { folder } => {
                // What a kustomization makes is counted where it is written; what a chart makes is written nowhere.
                if layout.chart(folder).is_some() {
                    count(&mut summary, file);
                }
                summary.skipped.extend(documents(file).filter(|skipped| skipped.lost));
            }
        }
    }
    let lost = |(path, reason): (&String, &String)| SkippedInput {
        path: path.clone(),
        line: None,
        reason: reason.clone(),
        lost: true,
    };
    summary.skipped.extend(workspace.unread.iter().chain(&workspace.unrendered).map(lost));
    let tried = |folder: &String| {
        workspace.rendered.contains_key(folder) || workspace.unrendered.contains_key(folder)
    };
    let untried = layout.jobs().into_iter().filter(|job| job.tool == Tool::Helm && !tried(&job.folder));
    summary.skipped.extend(untried.map(|job| SkippedInput {
        path: job.folder,
        line: None,
        reason: "the chart was not rendered".to_owned(),
        lost: true,
    }));
    summary.skipped.sort();
    summary
}

/// A file that somebody wrote. What a chart holds is represented by what is rendered from it, or by the one entry that
/// says why nothing is; what lies beside a kustomization takes no part unless that names it, as a patch say.
fn written(summary: &mut InputSummary, repository: &Repository, layout: &Layout, id: FileId, file: &File) {
    let path = &*file.source.path;
    match layout.placement(id, path) {
        Placement::InChart(_) | Placement::Patch => {}
        Placement::Beside(folder) if !file.objects.is_empty() || file.unread > 0 => {
            let kustomization = layout.kustomization(&folder).map_or("", |id| repository.text(id.file));
            if !mentions(kustomization, path.rsplit('/').next().unwrap_or(path)) {
                summary.skipped.push(SkippedInput {
                    path: path.to_owned(),
                    line: None,
                    reason: format!("it is not a resource of the kustomization in `{folder}`"),
                    lost: false,
                });
            }
        }
        _ => {
            count(summary, file);
            summary.skipped.extend(documents(file));
        }
    }
}

fn count(summary: &mut InputSummary, file: &File) {
    summary.objects += offset(file.objects.len()) + file.unread;
    summary.unread += file.unread;
}

fn documents(file: &File) -> impl Iterator<Item = SkippedInput> {
    file.skipped.iter().map(|skipped| SkippedInput {
        path: file.source.path.to_string(),
        line: Some(offset(file.source.lines().line_of(skipped.span.start)) + 1),
        reason: skipped.reason.to_owned(),
        lost: skipped.lost,
    })
}

/// Whether a text holds the name of a file, not only as the end of a longer name.
fn mentions(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|before| !is_part(before))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::CheckOptions;

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";

    fn inputs(files: &[(&str, &str)], change: impl FnOnce(&mut Workspace)) -> InputSummary {
        let mut workspace = Workspace::default();
        for (path, text) in files {
            workspace.set(path, text.as_bytes());
        }
        change(&mut workspace);
        workspace.check(&CheckOptions::default()).inputs
    }

    fn skipped(inputs: &InputSummary) -> Vec<String> {
        let line = |line: Option<u32>| line.map(|line| format!(":{line}")).unwrap_or_default();
        let show = |skipped: &SkippedInput| {
            let lost = if skipped.lost { " (lost)" } else { "" };
            format!("{}{}: {}{lost}", skipped.path, line(skipped.line), skipped.reason)
        };
        inputs.skipped.iter().map(show).collect()
    }

    #[test]
    fn what_is_no_object_is_named_with_its_line() {
        let text = format!("{POD}---\na: 1\n---\nkind: [\n---\napiVersion: v1\nkind: Secret\n");
        let inputs = inputs(&[("a.yaml", &text)], |workspace| workspace.set_unread("b.yaml", "denied"));
        assert_eq!((inputs.files, inputs.objects, inputs.unread), (1, 2, 1));
        assert_eq!(
            skipped(&inputs),
            [
                "a.yaml:4: it has no `apiVersion` and no `kind`",
                "a.yaml:6: it can't be parsed (lost)",
                "b.yaml: denied (lost)",
            ]
        );
    }

    #[test]
    fn a_chart_counts_as_what_is_rendered_from_it() {
        let files = [
            ("c/Chart.yaml", "apiVersion: v2\nname: c\n"),
            ("c/values.yaml", "a: 1\n"),
            ("c/templates/a.yaml", "{{ if x }}\n{{ end }}\n"),
        ];
        let rendered = inputs(&files, |workspace| workspace.set_rendered("c", POD.as_bytes()));
        assert_eq!((rendered.files, rendered.objects, skipped(&rendered)), (3, 1, Vec::new()));
        let failed = inputs(&files, |workspace| workspace.set_unrendered("c", "no helm"));
        assert_eq!((failed.objects, skipped(&failed)), (0, vec!["c: no helm (lost)".to_owned()]));
        let untried = inputs(&files, |_| ());
        assert_eq!(skipped(&untried), ["c: the chart was not rendered (lost)"]);
    }

    #[test]
    fn files_beside_a_kustomization_take_no_part() {
        let files = [
            ("k/kustomization.yaml", "resources: [a.yaml]\npatches: [{path: patch.yaml}]\n"),
            ("k/a.yaml", POD),
            ("k/patch.yaml", POD),
            ("k/tch.yaml", POD),
            ("k/values.yaml", "a: 1\n"),
        ];
        let inputs = inputs(&files, |workspace| workspace.set_rendered("k", POD.as_bytes()));
        assert_eq!((inputs.files, inputs.objects), (5, 2));
        assert_eq!(
            skipped(&inputs),
            [
                "k/tch.yaml: it is not a resource of the kustomization in `k`",
                "k/values.yaml:1: it has no `apiVersion` and no `kind`",
            ]
        );
    }
}
