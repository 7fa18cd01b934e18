//! A workspace in an editor: documents that somebody is changing take part as they were while they can't be read.

use std::sync::Arc;

use super::Workspace;
use crate::cluster::{Entry, Origin};
use crate::model::{File, keep};
use crate::text::FileId;

impl Workspace {
    /// Whether a document that can't be read any more, because somebody is changing it, takes part as it was until it
    /// can be read again: what an editor wants. What is found about such a document is not reported, as it has no
    /// place; that it can't be read is. By default such a document takes no part.
    pub fn set_lenient(&mut self, lenient: bool) {
        self.lenient = lenient;
        if !lenient {
            self.kept.clear();
        }
    }

    /// Keeps what of a path's file can't be read any more with its new text.
    pub(super) fn keep_what_breaks(&mut self, new: &File) {
        let path = &*new.source.path;
        let older = self.kept.remove(path).unwrap_or_default();
        let Some(old) = self.files.get(path).filter(|_| self.lenient) else { return };
        let kept = keep(new, old, &older);
        if !kept.is_empty() {
            self.kept.insert(path.to_owned(), kept);
        }
    }

    /// The documents that were kept; ids of written files count from 0 in the order of their paths.
    pub(super) fn kept_entries(&self) -> impl Iterator<Item = Entry> {
        let paths = self.files.keys().zip(0u32..).filter(|_| !self.kept.is_empty());
        paths.flat_map(|(path, id)| {
            self.kept.get(path).into_iter().flatten().map(move |kept| Entry {
                file: Arc::clone(&kept.file),
                origin: Origin::Kept { of: FileId(id), document: kept.document },
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::text::Span;
    use crate::workspace::{CheckOptions, Outcome, ReachOptions, Workspace};

    const PODS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: []}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: []}
";

    const POLICY: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {}}]
";

    fn editor(files: &[(&str, &str)]) -> Workspace {
        let mut workspace = Workspace::new(Config::default());
        workspace.set_lenient(true);
        for (path, text) in files {
            workspace.set(path, text.as_bytes());
        }
        workspace
    }

    /// The findings as `path rule`.
    fn found(workspace: &Workspace) -> Vec<String> {
        let outcome = workspace.check(&CheckOptions::default());
        let path = |outcome: &Outcome, file| {
            outcome.source(file).map_or_else(String::new, |file| file.path.to_string())
        };
        let show = |finding: &crate::diagnostics::Diagnostic| {
            format!("{} {}", path(&outcome, finding.location.file), finding.rule)
        };
        outcome.findings.iter().map(show).collect()
    }

    #[test]
    fn a_policy_that_is_being_changed_still_covers_its_pods() {
        let mut workspace = editor(&[("pods.yaml", PODS), ("policy.yaml", POLICY)]);
        let before = found(&workspace);
        assert!(before.contains(&"policy.yaml all-namespaces-peer".to_owned()));
        workspace.set("policy.yaml", format!("{POLICY}  egress: [{{to").as_bytes());
        let during = found(&workspace);
        let of_pods =
            |all: &[String]| all.iter().filter(|line| line.starts_with("pods")).cloned().collect::<Vec<_>>();
        assert_eq!(of_pods(&during), of_pods(&before));
        assert_eq!(
            during.iter().filter(|line| line.starts_with("policy")).collect::<Vec<_>>(),
            ["policy.yaml unparsable-document"]
        );
        workspace.set("policy.yaml", POLICY.as_bytes());
        assert_eq!(found(&workspace), before);
        workspace.set_lenient(false);
        workspace.set("policy.yaml", format!("{POLICY}  egress: [{{to").as_bytes());
        assert_ne!(of_pods(&found(&workspace)), of_pods(&before));
    }

    #[test]
    fn what_others_say_of_it_points_to_it_as_it_is_now() {
        let mut workspace = editor(&[("pods.yaml", PODS), ("policy.yaml", POLICY)]);
        workspace.set("policy.yaml", format!("# A comment.\n\n{POLICY}  egress: [{{to").as_bytes());
        let texts = workspace.texts();
        let mut places = Vec::new();
        workspace.scenes(&ReachOptions::default(), &mut |scene| {
            let (from, to) = ("shop/db".parse().unwrap(), "shop/web".parse().unwrap());
            scene
                .explain(&from, &to, None, &mut |one| {
                    places.extend(one.ingress.policies.iter().map(|policy| policy.location.clone()));
                })
                .unwrap();
        });
        let [place] = places.as_slice() else { panic!("one policy") };
        assert_eq!(&*texts.source(place.file).unwrap().path, "policy.yaml");
        assert_eq!(place.span, Some(Span::at(14)));
    }

    #[test]
    fn a_kustomization_that_is_being_changed_still_takes_its_files_in() {
        let kustomization = "namespace: shop\nresources: [web.yaml]\n";
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n";
        let mut workspace = editor(&[
            ("app/kustomization.yaml", kustomization),
            ("app/web.yaml", pod),
            ("app/other.yaml", pod),
        ]);
        let names = |workspace: &Workspace| {
            let mut names = Vec::new();
            workspace.scenes(&ReachOptions::default(), &mut |scene| {
                names.extend(scene.names().map(str::to_owned));
            });
            names
        };
        assert_eq!(names(&workspace), ["shop/web[Pod]"]);
        let jobs = workspace.jobs();
        workspace.set("app/kustomization.yaml", b"namespace: shop\nresources: [web.yaml\n");
        assert_eq!(names(&workspace), ["shop/web[Pod]"]);
        assert_eq!(workspace.jobs(), jobs);
        workspace.remove("app/kustomization.yaml");
        assert_eq!(names(&workspace), ["default/web[Pod]"]);
    }
}
