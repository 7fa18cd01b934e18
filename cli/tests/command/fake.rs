//! A machine in memory.

use std::collections::BTreeMap;

use ringfence::workspace::Date;
use ringfence_cli::{
    ExitCode, Host, Listing, PathKind, Snapshot, SnapshotTrouble, Terminal, ToolOutput, ToolRun, Trouble,
};

/// A workload that nothing protects, unless a policy in another file does.
pub(crate) const WORKLOAD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
";

/// Default deny for ingress in the workload's namespace: no error is left then.
pub(crate) const POLICY: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
";

/// The same policy with something to mend that changes no traffic: a suppression that is left over.
pub(crate) const SLOPPY: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: shop}
spec:
  podSelector: {}
  # ringfence: ignore[namespace-wide-peer] the exporters carry no labels yet
  policyTypes: [Ingress]
";

/// Two workloads of a shop, of which one may be asked by the other and by addresses outside, and a Pod elsewhere.
pub(crate) const SHOP: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: shop}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: db}]}
---
apiVersion: v1
kind: Pod
metadata: {name: probe, namespace: ops, labels: {app: probe}}
spec: {containers: [{name: probe, image: probe}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 5432}]
  - from: [{ipBlock: {cidr: 192.0.2.0/24}}]
    ports: [{port: 9187}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{namespaceSelector: {}}]
    ports: [{port: http}]
";

pub(crate) type Files = BTreeMap<String, Vec<u8>>;
type Program = Box<dyn Fn(&Files, &ToolRun) -> Result<ToolOutput, Trouble>>;

/// The machine; all files are below `/`, the current folder is `/repo`, and what is below `/revisions/X` is the
/// repository at revision X.
#[derive(Default)]
pub(crate) struct FakeHost {
    pub(crate) files: Files,
    /// Paths that are there and can't be read.
    pub(crate) unreadable: BTreeMap<String, &'static str>,
    /// A file that gets another text once it was read.
    pub(crate) changes_after_reading: Option<(&'static str, &'static str)>,
    pub(crate) stdin: &'static str,
    pub(crate) programs: BTreeMap<&'static str, Program>,
    pub(crate) terminal: Terminal,
    /// Why standard output can't be written.
    pub(crate) full: Option<Trouble>,
    pub(crate) runs: Vec<ToolRun>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl FakeHost {
    /// A machine with these files, named from `/repo`.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| (absolute(path), text.as_bytes().to_vec());
        Self { files: files.iter().map(file).collect(), ..Self::default() }
    }

    /// Adds a program.
    pub(crate) fn program(
        mut self,
        name: &'static str,
        does: impl Fn(&Files, &ToolRun) -> Result<ToolOutput, Trouble> + 'static,
    ) -> Self {
        self.programs.insert(name, Box::new(does));
        self
    }

    /// Runs the command and gives the status of its process.
    pub(crate) fn run(&mut self, arguments: &[&str]) -> u8 {
        self.stdout.clear();
        self.stderr.clear();
        let all = ["ringfence"].iter().chain(arguments).map(Into::into);
        ExitCode::code(ringfence_cli::run(all, self))
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> &str {
        std::str::from_utf8(&self.files[&absolute(path)]).unwrap()
    }
}

/// What a program prints where all is well.
pub(crate) fn prints(text: &str) -> Result<ToolOutput, Trouble> {
    Ok(ToolOutput { success: true, stdout: text.as_bytes().to_vec(), stderr: String::new() })
}

/// What a program says where it fails.
pub(crate) fn fails(stderr: &str) -> Result<ToolOutput, Trouble> {
    Ok(ToolOutput { success: false, stdout: Vec::new(), stderr: stderr.to_owned() })
}

fn absolute(path: &str) -> String {
    let mut parts: Vec<&str> = if path.starts_with('/') { Vec::new() } else { vec!["repo"] };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

impl Host for FakeHost {
    fn current_folder(&mut self) -> String {
        "/repo".to_owned()
    }

    fn kind(&mut self, path: &str) -> Result<PathKind, Trouble> {
        let path = absolute(path);
        let below = format!("{}/", path.trim_end_matches('/'));
        if self.files.contains_key(&path) || self.unreadable.contains_key(&path) {
            Ok(PathKind::File)
        } else if path == "/repo" || self.files.keys().any(|file| file.starts_with(&below)) {
            Ok(PathKind::Folder)
        } else {
            Err(Trouble::NotFound)
        }
    }

    fn list(&mut self, folder: &str, wanted: &dyn Fn(&str) -> bool) -> Listing {
        let below = format!("{}/", absolute(folder).trim_end_matches('/'));
        let all = self.files.keys().chain(self.unreadable.keys());
        let inner = all.filter_map(|file| file.strip_prefix(&below)).filter(|file| !file.contains("/."));
        let visible = inner.filter(|file| !file.starts_with('.'));
        let named =
            visible.map(|file| if folder == "." { file.to_owned() } else { format!("{folder}/{file}") });
        Listing { files: named.filter(|file| wanted(file)).collect(), troubles: Vec::new() }
    }

    fn read(&mut self, path: &str) -> Result<Vec<u8>, Trouble> {
        let path = absolute(path);
        if let Some(reason) = self.unreadable.get(&path) {
            return Err(Trouble::Other((*reason).to_owned()));
        }
        let bytes = self.files.get(&path).cloned().ok_or(Trouble::NotFound);
        if let Some((_, text)) = self.changes_after_reading.take_if(|(changing, _)| *changing == path) {
            self.files.insert(path, text.as_bytes().to_vec());
        }
        bytes
    }

    fn stdin(&mut self) -> Result<Vec<u8>, Trouble> {
        Ok(self.stdin.as_bytes().to_vec())
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Trouble> {
        if self.unreadable.contains_key(&absolute(path)) {
            return Err(Trouble::Other("it is read-only".to_owned()));
        }
        self.files.insert(absolute(path), bytes.to_vec());
        Ok(())
    }

    fn run(&mut self, tool: &ToolRun) -> Result<ToolOutput, Trouble> {
        self.runs.push(tool.clone());
        match self.programs.get(tool.program) {
            Some(does) => does(&self.files, tool),
            None => Err(Trouble::NotFound),
        }
    }

    fn snapshot(&mut self, _: &str, revision: &str) -> Result<Snapshot, SnapshotTrouble> {
        let folder = format!("/revisions/{revision}");
        let has = |folder: &str| self.files.keys().any(|path| path.starts_with(&format!("{folder}/")));
        match (has("/revisions"), has(&folder)) {
            (false, _) => Err(SnapshotTrouble::NoGit),
            (true, false) => Err(SnapshotTrouble::UnknownRevision),
            (true, true) => Ok(Snapshot { folder, repository: "/repo".to_owned() }),
        }
    }

    fn today(&mut self) -> Option<Date> {
        None
    }

    fn terminal(&mut self) -> Terminal {
        self.terminal
    }

    fn print(&mut self, text: &str) -> Result<(), Trouble> {
        if let Some(trouble) = &self.full {
            return Err(trouble.clone());
        }
        self.stdout.push_str(text);
        Ok(())
    }

    fn eprint(&mut self, text: &str) {
        self.stderr.push_str(text);
    }

    fn progress(&mut self, _: Option<&str>) {}

    fn set_threads(&mut self, _: usize) {}
}
