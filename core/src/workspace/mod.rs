//! The façade: bytes in, findings and coverage out.
//!
//! A [`Workspace`] keeps one read file for each path, so that a change reads one file again. [`Workspace::check`]
//! takes stock of each root, runs the rules, applies configuration, suppressions and the baseline, and sorts.

mod coverage;
mod findings;
mod fixing;
mod flow_table;
mod inputs;
mod kept;
mod levels;
mod outcome;
mod overlays;
mod reach;
mod sources;
mod standing;
mod suppress;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

pub use fixing::{AppliedFix, FixHost, FixPass, Fixed, InMemory};
pub use flow_table::{FlowGroup, FlowRow, FlowTable, GroupKind};
pub use outcome::{DirectionCounts, InputSummary, NamespaceCoverage, Outcome, SkippedInput};
use reach::Stage;
pub use reach::{
    BadEnd, BadPort, Cause, ChangeKind, ChangedEnd, ChangedFlow, ChangedPair, ChangedRow, Conclusion, Delta,
    Diff, EndSpec, Explanation, ExposedSide, Exposure, Focus, NOTHING_TO_EXPLAIN, NoSuchOverlay,
    NoSuchWorkload, Pattern, PolicyLine, PotentialPeer, ReachOptions, RuleLine, Scene, Side, TooLarge, diff,
    diff_texts, read_port, unmatched,
};
pub(crate) use reach::{Ends, Inflow, addresses_name};

pub use crate::rules::Date;

use findings::{Settled, Settling};
use levels::Levels;
use standing::Standing;

use crate::cluster::{Entry, Job, Layout, Origin, Repository, Resolver, Root, Tool};
use crate::config::Config;
use crate::diagnostics::Diagnostic;
use crate::engine::{Engine, EngineOptions};
use crate::model::{File, Kept, ReadOptions, read_file};
use crate::rules::{Check, Context, Inputs, Needless, Origins, Reporter, SourceMap, Unrendered};
use crate::text::FileId;

/// What one check is asked for, beyond the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckOptions {
    /// Rules and groups to run; empty for those that the configuration names.
    pub select: Vec<String>,
    /// Rules and groups to leave out.
    pub ignore: Vec<String>,
    /// The namespace of objects that have none, before the configured default.
    pub namespace: Option<String>,
    /// The date that suppressions expire against; none where the host has no clock.
    pub today: Option<Date>,
    /// Fingerprints of findings that are known and not reported.
    pub baseline: BTreeSet<String>,
}

/// The files of a repository, and what is known of them.
///
/// A copy shares the files with its original.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    config: Config,
    read_options: ReadOptions,
    files: BTreeMap<String, Arc<File>>,
    rendered: BTreeMap<String, Arc<File>>,
    unrendered: BTreeMap<String, String>,
    unread: BTreeMap<String, String>,
    /// Whether documents that can't be read any more are kept as they were.
    lenient: bool,
    kept: BTreeMap<String, Vec<Kept>>,
    standing: RefCell<Option<Rc<Standing>>>,
}

impl Workspace {
    /// An empty workspace.
    pub fn new(config: Config) -> Self {
        let read_options = ReadOptions::new(&config.workload_kinds);
        Self { config, read_options, ..Self::default() }
    }

    /// What [`read_file`] needs, for hosts that read files on many threads.
    pub fn read_options(&self) -> &ReadOptions {
        &self.read_options
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Puts a file in, or another text in its place. Paths are the host's, with `/` between segments.
    pub fn set(&mut self, path: &str, bytes: &[u8]) {
        let file = read_file(path, bytes, &self.read_options);
        self.set_file(file);
    }

    /// Puts a file in that was read elsewhere, with this workspace's [`Workspace::read_options`].
    pub fn set_file(&mut self, file: File) {
        self.unread.remove(&*file.source.path);
        self.keep_what_breaks(&file);
        self.files.insert(file.source.path.to_string(), Arc::new(file));
    }

    /// Takes a file out; false where there is none.
    pub fn remove(&mut self, path: &str) -> bool {
        self.kept.remove(path);
        let was_read = self.files.remove(path).is_some();
        self.unread.remove(path).is_some() || was_read
    }

    /// Says that a file can't be read, and why: it is counted and named among the skipped ones.
    pub fn set_unread(&mut self, path: &str, reason: impl Into<String>) {
        self.files.remove(path);
        self.kept.remove(path);
        self.unread.insert(path.to_owned(), reason.into());
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(|file| &*file.source.text)
    }

    /// The folders that a tool should render, given the files so far.
    pub fn jobs(&self) -> Vec<Job> {
        Layout::new(&self.written()).jobs()
    }

    /// Which of these jobs can't succeed, with the reason, where the files alone tell: kustomizations that take
    /// themselves in. By folder.
    pub fn hopeless(&self, jobs: &[Job]) -> BTreeMap<String, String> {
        let layout = Layout::new(&self.written());
        let reason = |job: &Job| {
            let cycle = (job.tool == Tool::Kustomize).then(|| layout.cycle(&job.folder)).flatten()?;
            let reason = format!("kustomizations take each other in: {}", cycle.join(" → "));
            Some((job.folder.clone(), reason))
        };
        jobs.iter().filter_map(reason).collect()
    }

    /// Hands over what a tool made of a folder.
    pub fn set_rendered(&mut self, folder: &str, bytes: &[u8]) {
        self.unrendered.remove(folder);
        let file = read_file(&format!("{folder} (rendered)"), bytes, &self.read_options);
        self.rendered.insert(folder.to_owned(), Arc::new(file));
    }

    /// Says that a folder can't be rendered, and why.
    pub fn set_unrendered(&mut self, folder: &str, reason: impl Into<String>) {
        self.rendered.remove(folder);
        self.unrendered.insert(folder.to_owned(), reason.into());
    }

    fn written(&self) -> Repository {
        Repository::new(self.written_entries().chain(self.kept_entries()).collect())
    }

    fn repository(&self) -> Repository {
        let rendered = self.rendered.iter().map(|(folder, file)| Entry {
            file: Arc::clone(file),
            origin: Origin::Rendered { folder: Arc::from(&**folder) },
        });
        Repository::new(self.written_entries().chain(rendered).chain(self.kept_entries()).collect())
    }

    fn written_entries(&self) -> impl Iterator<Item = Entry> {
        self.files.values().map(|file| Entry { file: Arc::clone(file), origin: Origin::Written })
    }

    /// What was read, and what was not.
    pub fn inputs(&self) -> InputSummary {
        let repository = self.repository();
        inputs::summary(self, &repository, &Layout::new(&repository))
    }

    /// An outcome without findings: the texts alone, for reports that point into them.
    pub fn texts(&self) -> Outcome {
        Outcome::without_findings(outcome::sources(&self.repository()))
    }

    /// Runs the rules.
    pub fn check(&self, options: &CheckOptions) -> Outcome {
        self.check_and(options, None)
    }

    /// Runs the rules, and hands over the scene of each root, with which the rules share what they computed: what an
    /// editor asks for after an edit. The engine has its default options.
    pub fn check_and(&self, options: &CheckOptions, mut each: Option<&mut dyn FnMut(&Scene<'_>)>) -> Outcome {
        let stage =
            self.stage(&ReachOptions { namespace: options.namespace.clone(), ..ReachOptions::default() });
        let Stage { repository, layout, sources, .. } = &stage;
        let levels = Levels::new(&self.config, options);
        let run = Run { workspace: self, repository, layout, levels: &levels, sources };
        let mut found = run.input_rules();
        let mut coverage = Vec::new();
        for root in &stage.roots {
            let cluster = stage.cluster(root);
            let engine = self.engine(&cluster, EngineOptions::default());
            let needless = OnceCell::new();
            found.extend(run.cluster_rules(&engine, root, &needless));
            coverage.extend(coverage::rows(&engine, root));
            if let Some(each) = &mut each {
                each(&stage.scene(root, &engine, &stage.units(root, &cluster)));
            }
        }
        let inputs = inputs::summary(self, repository, layout);
        let settling = Settling {
            levels: &levels,
            repository,
            layout,
            sources,
            today: options.today,
            baseline: &options.baseline,
            is_complete: !inputs.skipped.iter().any(|skipped| skipped.lost),
        };
        let Settled { findings, suppressed, baselined } = settling.settle(found);
        Outcome { findings, suppressed, baselined, coverage, inputs, sources: outcome::sources(repository) }
    }

    fn resolver(&self, repository: &Repository, layout: &Layout, namespace: Option<&str>) -> Resolver {
        let mut kustomized = layout.namespaces();
        kustomized.retain(|(folder, _)| !self.rendered.contains_key(folder));
        Resolver::new(repository, kustomized, namespace, &self.config.default_namespace)
    }
}

/// What the rules of one check read.
struct Run<'a> {
    workspace: &'a Workspace,
    repository: &'a Repository,
    layout: &'a Layout,
    levels: &'a Levels<'a>,
    sources: &'a SourceMap,
}

impl<'a> Run<'a> {
    fn origins(&self) -> Origins<'a> {
        Origins { repository: self.repository, layout: self.layout, sources: self.sources }
    }

    fn input_rules(&self) -> Vec<Diagnostic> {
        let unrendered = self.workspace.unrendered.iter();
        let unrendered: Vec<_> = unrendered
            .map(|(folder, reason)| Unrendered { folder: folder.clone(), reason: reason.clone() })
            .collect();
        let inputs = Inputs { repository: self.repository, layout: self.layout, unrendered: &unrendered };
        let mut found = Vec::new();
        for rule in self.levels.rules() {
            if let Check::Inputs(check) = rule.check {
                let mut reporter = Reporter::new(rule, self.origins(), None);
                check(&inputs, &mut reporter);
                found.extend(reporter.into_findings());
            }
        }
        found
    }

    fn cluster_rules<'c>(
        &'c self,
        engine: &'c Engine<'c>,
        root: &'c Root,
        needless: &'c OnceCell<Needless>,
    ) -> Vec<Diagnostic> {
        let cluster = engine.cluster();
        let options = &self.workspace.config.options;
        let mut found = Vec::new();
        for rule in self.levels.rules() {
            if let Check::Cluster(check) = rule.check {
                let context = Context { engine, cluster, root, options, rule, needless };
                let mut reporter = Reporter::new(rule, self.origins(), Some(cluster));
                check(&context, &mut reporter);
                let of_overlay = |finding| Diagnostic { overlay: root.name.clone(), ..finding };
                found.extend(reporter.into_findings().into_iter().map(of_overlay));
            }
        }
        found
    }
}

fn rendered_files(repository: &Repository) -> BTreeMap<&str, FileId> {
    let rendered = repository.entries().filter_map(|(id, entry)| match &entry.origin {
        Origin::Rendered { folder } => Some((&**folder, id)),
        Origin::Written | Origin::Kept { .. } => None,
    });
    rendered.collect()
}
