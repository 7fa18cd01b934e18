//! What the rules about inputs say of rendered text: nobody wrote it, so that findings about it stand at the file that
//! configures the rendering.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use ringfence::Workspace;
use ringfence::workspace::CheckOptions;
use ringfence_tests::cases::{self, Expected};

const CHART: (&str, &str) = ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
const KUSTOMIZATION: (&str, &str) = ("app/kustomization.yaml", "resources: [web.yaml]\n");
const SOURCE: (&str, &str) = ("app/web.yaml", OLD);
const OLD: &str = "apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\n";

/// What one rule finds, as `path:line: severity: [rule] message`.
fn found(rule: &str, files: &[(&str, &str)], render: impl FnOnce(&mut Workspace)) -> Vec<String> {
    let mut workspace = Workspace::default();
    for (path, text) in files {
        workspace.set(path, text.as_bytes());
    }
    render(&mut workspace);
    let options = CheckOptions { select: vec![rule.to_owned()], ..CheckOptions::default() };
    cases::found(&workspace.check(&options)).iter().map(Expected::to_string).collect()
}

#[test]
fn output_that_cannot_be_read_is_told_of_once_where_it_is_configured() {
    let broken = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  name: shop\n---\nkind: [\n";
    let rule = "unparsable-document";
    let of_chart = found(rule, &[CHART], |workspace| workspace.set_rendered("chart", broken.as_bytes()));
    assert_eq!(of_chart.len(), 1, "{of_chart:#?}");
    assert!(of_chart[0].starts_with("chart/Chart.yaml:1: error:"), "{of_chart:#?}");
    assert!(of_chart[0].contains("`chart` renders to can't be read at line 5"), "{of_chart:#?}");
    let files = [KUSTOMIZATION, ("app/web.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")];
    let of_app = found(rule, &files, |workspace| workspace.set_rendered("app", broken.as_bytes()));
    assert_eq!(of_app.len(), 1, "{of_app:#?}");
    assert!(of_app[0].starts_with("app/kustomization.yaml:1: error:"), "{of_app:#?}");
}

#[test]
fn removed_versions_are_found_in_charts_and_once_in_what_a_kustomization_takes_in() {
    let rule = "removed-api-version";
    let of_chart = found(rule, &[CHART], |workspace| workspace.set_rendered("chart", OLD.as_bytes()));
    assert_eq!(of_chart.len(), 1, "{of_chart:#?}");
    assert!(of_chart[0].starts_with("chart/Chart.yaml:1: error:"), "{of_chart:#?}");
    let of_app = found(rule, &[KUSTOMIZATION, SOURCE], |workspace| {
        workspace.set_rendered("app", OLD.as_bytes());
    });
    assert_eq!(of_app.len(), 1, "{of_app:#?}");
    assert!(of_app[0].starts_with("app/web.yaml:1: error:"), "{of_app:#?}");
}

#[test]
fn what_was_not_rendered_is_told_of_with_the_reason() {
    let rule = "template-not-rendered";
    let files = [CHART, KUSTOMIZATION, SOURCE];
    let failed = found(rule, &files, |workspace| {
        workspace.set_unrendered("chart", "helm is not on PATH");
        workspace.set_unrendered("app", "the base is missing");
    });
    assert_eq!(failed.len(), 2, "{failed:#?}");
    assert!(failed[0].starts_with("app/kustomization.yaml:1: warning:"), "{failed:#?}");
    assert!(failed[0].ends_with("the kustomization `app` was not rendered: the base is missing"));
    assert!(failed[1].starts_with("chart/Chart.yaml:1: warning:"), "{failed:#?}");
    assert!(failed[1].ends_with("the chart `chart` was not rendered: helm is not on PATH"));
    let rendered = found(rule, &files, |workspace| {
        workspace.set_rendered("chart", OLD.as_bytes());
        workspace.set_rendered("app", OLD.as_bytes());
    });
    assert_eq!(rendered, Vec::<String>::new());
}

#[test]
fn a_kustomization_that_cannot_be_read_is_shown_at_a_file_below_it() {
    let files = [("a.yaml", "colour: blue\n"), ("app/kustomization.yaml", "resources: [\n"), SOURCE];
    let failed = found("template-not-rendered", &files, |workspace| {
        workspace.set_unrendered("app", "it can't be read");
        workspace.set_unrendered("elsewhere", "no such folder");
    });
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert!(failed[0].starts_with("app/kustomization.yaml:1: warning:"), "{failed:#?}");
}

#[test]
fn only_what_a_chart_renders_to_counts_as_checked() {
    let rule = "nothing-checked";
    let rendered = found(rule, &[CHART], |workspace| workspace.set_rendered("chart", OLD.as_bytes()));
    assert_eq!(rendered, Vec::<String>::new());
    let failed = found(rule, &[CHART], |workspace| workspace.set_unrendered("chart", "no helm"));
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert!(failed[0].contains("was found in 1 file: nothing was checked"), "{failed:#?}");
}
