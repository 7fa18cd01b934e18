//! From what the rules found to what is reported: levels, overlays, suppressions, identities, the baseline, order.

use std::collections::{BTreeMap, BTreeSet};

use super::levels::Levels;
use super::overlays;
use super::suppress::Suppressions;
use crate::cluster::{Layout, Repository};
use crate::diagnostics::{Diagnostic, Location, fingerprint};
use crate::rules::{Check, Date, Origins, Reporter, SourceMap, Suppression};

/// What decides on findings.
pub(super) struct Settling<'a> {
    pub(super) levels: &'a Levels<'a>,
    pub(super) repository: &'a Repository,
    pub(super) layout: &'a Layout,
    pub(super) sources: &'a SourceMap,
    /// The date that suppressions expire against.
    pub(super) today: Option<Date>,
    /// Fingerprints of findings that are known.
    pub(super) baseline: &'a BTreeSet<String>,
    /// Whether every input could be read, so that what was not found isn't there.
    pub(super) is_complete: bool,
}

/// The findings to report, and how many there are beside them.
pub(super) struct Settled {
    pub(super) findings: Vec<Diagnostic>,
    pub(super) suppressed: u32,
    pub(super) baselined: u32,
}

impl<'a> Settling<'a> {
    fn origins(&self) -> Origins<'a> {
        Origins { repository: self.repository, layout: self.layout, sources: self.sources }
    }

    /// Settles what becomes of everything that the rules found.
    pub(super) fn settle(&self, found: Vec<Diagnostic>) -> Settled {
        let mut findings = overlays::merge(self.judged(self.placed(found)));
        // Identities count equal findings, so they come before anything is taken out.
        self.identify(&mut findings);
        let mut suppressions = Suppressions::new(self.repository, self.today);
        let suppressed = suppressions.apply(&mut findings);
        let mut about = self.judged(self.review(&suppressions.judged(self.levels, self.is_complete)));
        self.identify(&mut about);
        findings.append(&mut about);
        let before = findings.len();
        findings.retain(|finding| !self.baseline.contains(&finding.fingerprint));
        let baselined = crate::text::offset(before - findings.len());
        self.sort(&mut findings);
        Settled { findings, suppressed, baselined }
    }

    /// The findings about what somebody can see: documents that were kept while they can't be read have no places. Where
    /// findings about others point there, they point to the document as it is now.
    fn placed(&self, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let kept = |place: &Location| self.repository.kept_place(place.file, &place.field);
        found.retain(|finding| kept(&finding.location).is_none());
        for related in found.iter_mut().flat_map(|finding| &mut finding.related) {
            if let Some(place) = kept(&related.location) {
                related.location = place;
            }
        }
        found
    }

    /// The findings that are not turned off, with their severity.
    fn judged(&self, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let judge = |finding: Diagnostic| {
            let severity = self.levels.judge(&finding, self.repository.path(finding.location.file))?;
            Some(finding.severity(severity))
        };
        found.into_iter().filter_map(judge).collect()
    }

    /// What the rules find about suppressions.
    fn review(&self, suppressions: &[Suppression]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for rule in self.levels.rules() {
            if let Check::Suppressions(check) = rule.check {
                let mut reporter = Reporter::new(rule, self.origins(), None);
                check(suppressions, &mut reporter);
                found.extend(reporter.into_findings());
            }
        }
        found
    }

    fn sort(&self, findings: &mut [Diagnostic]) {
        let start = |finding: &Diagnostic| finding.location.span.map(|span| span.start);
        findings.sort_by(|a, b| {
            let path = |finding: &Diagnostic| self.repository.path(finding.location.file);
            (path(a), start(a), a.rule, &a.message).cmp(&(path(b), start(b), b.rule, &b.message))
        });
    }

    /// Sorts, and gives each finding its fingerprint: over the rule, the object or else the path, the field, and the
    /// number among equals.
    fn identify(&self, findings: &mut [Diagnostic]) {
        self.sort(findings);
        let mut seen: BTreeMap<(&'static str, String, String), u32> = BTreeMap::new();
        for finding in findings {
            let subject = match &finding.object {
                Some(object) => format!("{} {object}", crate::model::group(&object.api_version)),
                None => self.repository.path(finding.location.file).to_owned(),
            };
            let key = (finding.rule, subject, finding.location.field.clone());
            let ordinal = seen.entry(key.clone()).and_modify(|count| *count += 1).or_default();
            finding.fingerprint = fingerprint([key.0, &key.1, &key.2, &ordinal.to_string()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::workspace::{CheckOptions, Outcome, Workspace};

    fn pod(name: &str) -> String {
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop}}\n---\n")
    }

    fn options() -> CheckOptions {
        CheckOptions { select: vec!["pod-not-covered-ingress".to_owned()], ..CheckOptions::default() }
    }

    fn check(files: &[(&str, String)], options: &CheckOptions) -> Outcome {
        let mut workspace = Workspace::new(Config::default());
        for (path, text) in files {
            workspace.set(path, text.as_bytes());
        }
        workspace.check(options)
    }

    fn fingerprints(outcome: &Outcome) -> Vec<&str> {
        outcome.findings.iter().map(|finding| finding.fingerprint.as_str()).collect()
    }

    #[test]
    fn identities_survive_edits_elsewhere_and_other_findings() {
        let before = check(&[("b.yaml", pod("web"))], &options());
        let edited = format!("# a comment\n\n{}", pod("api") + &pod("web"));
        let after = check(&[("a.yaml", edited)], &options());
        assert_eq!(after.findings.len(), 2);
        assert!(fingerprints(&after).contains(&fingerprints(&before)[0]));
    }

    #[test]
    fn equal_findings_have_identities_of_their_own() {
        let twice = check(&[("a.yaml", pod("web")), ("b.yaml", pod("web"))], &options());
        let found = fingerprints(&twice);
        assert!(found.len() == 2 && found[0] != found[1]);
    }

    #[test]
    fn what_the_baseline_knows_is_counted_only() {
        let files = [("a.yaml", pod("web") + &pod("api"))];
        let all = check(&files, &options());
        let baseline = [all.findings[0].fingerprint.clone()].into();
        let rest = check(&files, &CheckOptions { baseline, ..options() });
        assert_eq!((rest.findings, rest.baselined), (vec![all.findings[1].clone()], 1));
    }

    #[test]
    fn findings_come_by_path_and_place() {
        let files = [("b.yaml", pod("a")), ("a.yaml", pod("z") + &pod("c"))];
        let outcome = check(&files, &options());
        let names: Vec<_> = outcome.findings.iter().filter_map(|finding| finding.object.as_ref()).collect();
        let names: Vec<_> = names.iter().map(|object| &*object.name).collect();
        assert_eq!(names, ["z", "c", "a"]);
    }

    #[test]
    fn overlays_share_what_is_found_in_their_base() {
        let base = ("base/web.yaml", pod("web"));
        let kustomization = |resource: &str| format!("resources: [{resource}]\n");
        let mut workspace = Workspace::new(Config::default());
        for (path, text) in [
            base,
            ("base/kustomization.yaml", kustomization("web.yaml")),
            ("dev/kustomization.yaml", kustomization("../base")),
            ("prod/kustomization.yaml", kustomization("../base")),
        ] {
            workspace.set(path, text.as_bytes());
        }
        workspace.set_rendered("dev", pod("web").as_bytes());
        workspace.set_rendered("prod", (pod("web") + &pod("generated")).as_bytes());
        let outcome = workspace.check(&options());
        let shown: Vec<_> = outcome
            .findings
            .iter()
            .map(|found| {
                (&**outcome.source(found.location.file).map(|file| &file.path).unwrap(), &*found.overlay)
            })
            .collect();
        assert_eq!(shown, [("base/web.yaml", "dev"), ("prod/kustomization.yaml", "prod")]);
        assert!(outcome.findings[0].notes.contains(&"also in overlay `prod`".to_owned()));
    }
}
