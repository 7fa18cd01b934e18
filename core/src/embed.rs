//! The core as one object for hosts that embed it: options come in as the plain data of [`crate::wire`], and answers go
//! out as its JSON.
//!
//! Every WebAssembly host is glue over [`Embedded`]. Names in options get their meaning here, once for all of them; what
//! has none is refused.

mod asked;

use serde::Serialize;

use crate::config::{self, Base, Config};
use crate::model::nearest;
use crate::report::{self, Format, Style};
use crate::rules::{self, Date};
use crate::text::PositionEncoding;
use crate::wire::{
    self, CheckReport, DiffOptions, ExplainOptions, ExplainReport, ExposureOptions, ExposureReport,
    FixOptions, FixReport, FlowOptions, FlowReport, Refusal, RefusalCode, RenderJob, ReportOptions, RuleInfo,
    WorkspaceOptions,
};
use crate::workspace::{
    CheckOptions, EndSpec, Explanation, FlowTable, InMemory, NOTHING_TO_EXPLAIN, NoSuchWorkload, Outcome,
    Workspace, diff, diff_texts,
};

/// How many columns a line of text has where nobody says.
const WIDTH: u32 = 120;

/// A workspace with what its host said once and for all.
#[derive(Debug)]
pub struct Embedded {
    workspace: Workspace,
    encoding: PositionEncoding,
    namespace: Option<String>,
    today: Option<Date>,
    /// The last check, until a file changes: reports and fixes mostly follow one.
    checked: Option<(CheckOptions, Outcome)>,
}

impl Embedded {
    /// An empty workspace.
    ///
    /// # Errors
    /// Where an option or the configuration means nothing.
    pub fn new(options: &WorkspaceOptions) -> Result<Self, Refusal> {
        let encoding = asked::word("encoding", &options.encoding, PositionEncoding::ALL, |one| one.name())?;
        let config = options.config.as_ref().map_or_else(|| Ok(Config::default()), configuration)?;
        Ok(Self {
            workspace: Workspace::new(config),
            encoding: encoding.unwrap_or(PositionEncoding::Utf16),
            namespace: options.namespace.clone(),
            today: asked::date(options.today.as_deref())?,
            checked: None,
        })
    }

    /// Puts a file in, or another text in its place.
    pub fn set(&mut self, path: &str, bytes: &[u8]) {
        self.changed().set(path, bytes);
    }

    /// Takes a file out.
    ///
    /// # Errors
    /// Where there is none.
    pub fn remove(&mut self, path: &str) -> Result<(), Refusal> {
        match self.changed().remove(path) {
            true => Ok(()),
            false => Err(Refusal::new(RefusalCode::UnknownPath, format!("there is no file `{path}`"))),
        }
    }

    /// Says that a file can't be read, and why.
    pub fn set_unread(&mut self, path: &str, reason: &str) {
        self.changed().set_unread(path, reason);
    }

    /// Hands over what a tool made of a folder.
    pub fn set_rendered(&mut self, folder: &str, bytes: &[u8]) {
        self.changed().set_rendered(folder, bytes);
    }

    /// Says that a folder can't be rendered, and why.
    pub fn set_unrendered(&mut self, folder: &str, reason: &str) {
        self.changed().set_unrendered(folder, reason);
    }

    /// The workspace, for a change: what is known of the files before it is forgotten.
    fn changed(&mut self) -> &mut Workspace {
        self.checked = None;
        &mut self.workspace
    }

    /// The folders that tools should render, as [`RenderJob`]s.
    pub fn jobs(&self) -> String {
        let jobs = self.workspace.jobs();
        let mut hopeless = self.workspace.hopeless(&jobs);
        let jobs = jobs.into_iter().map(|job| {
            let reason = hopeless.remove(&job.folder);
            RenderJob::new(job, reason)
        });
        json(&jobs.collect::<Vec<_>>())
    }

    /// The names of the overlays that exclude each other, as a list.
    pub fn overlays(&self) -> String {
        json(&self.workspace.overlays())
    }

    /// Runs the rules: a [`CheckReport`].
    ///
    /// # Errors
    /// Where an option means nothing.
    pub fn check(&mut self, options: &wire::CheckOptions) -> Result<String, Refusal> {
        let encoding = self.encoding;
        let (_, outcome) = self.checked(options)?;
        Ok(json(&CheckReport::new(outcome, encoding)))
    }

    fn checked(&mut self, options: &wire::CheckOptions) -> Result<&(CheckOptions, Outcome), Refusal> {
        let options = asked::check(options, self.namespace.as_deref(), self.today)?;
        let known = self.checked.take().filter(|(known, _)| *known == options);
        let known = known.unwrap_or_else(|| {
            let outcome = self.workspace.check(&options);
            (options, outcome)
        });
        Ok(self.checked.insert(known))
    }

    /// Who can reach whom: a [`FlowReport`].
    ///
    /// # Errors
    /// Where an option means nothing, or a part has to be asked for.
    pub fn flows(&self, options: &FlowOptions) -> Result<String, Refusal> {
        Ok(json(&FlowReport::from(&self.table(options)?)))
    }

    /// The same as a graph with places: a [`wire::GraphReport`].
    ///
    /// # Errors
    /// Where an option means nothing, or a part has to be asked for.
    pub fn graph(&self, options: &FlowOptions) -> Result<String, Refusal> {
        Ok(json(&report::flow_graph(&self.table(options)?)))
    }

    fn table(&self, options: &FlowOptions) -> Result<FlowTable, Refusal> {
        let reach = asked::reach(options, self.namespace.as_deref())?;
        let focus = asked::focus(options)?;
        let overlays = self.workspace.overlays();
        asked::one_of(&reach, &overlays)?;
        asked::known(&[&self.workspace], &reach, &focus)?;
        let mut answer = Ok(FlowTable::default());
        self.workspace.scenes(&reach, &mut |scene| {
            answer = if options.expand { Ok(scene.pairs(&focus)) } else { scene.table(&focus) };
        });
        answer.map_err(|error| Refusal::new(RefusalCode::TooManyFlows, error.to_string()))
    }

    /// Why one end can or can't reach another: an [`ExplainReport`]. Ends are written as for `ringfence explain`.
    ///
    /// # Errors
    /// Where an end or an option means nothing, or there is nothing to explain.
    pub fn explain(&self, from: &str, to: &str, options: &ExplainOptions) -> Result<String, Refusal> {
        let end = |text: &str| {
            text.parse::<EndSpec>().map_err(|error| Refusal::new(RefusalCode::InvalidEnd, error.to_string()))
        };
        let (from, to) = (end(from)?, end(to)?);
        let port = asked::port(options.port.as_deref())?;
        let reach = asked::reach(options, self.namespace.as_deref())?;
        asked::overlay(&reach, &self.workspace.overlays())?;
        let mut explanations: Vec<Explanation> = Vec::new();
        let mut unknown: Vec<NoSuchWorkload> = Vec::new();
        self.workspace.scenes(&reach, &mut |scene| {
            if let Err(names) = scene.explain(&from, &to, port, &mut |one| explanations.push(one)) {
                unknown.extend(names);
            }
        });
        if explanations.is_empty() {
            // A name that one overlay has is known, even if another hasn't.
            asked::all_known(&unknown)?;
            return Err(Refusal::new(RefusalCode::NothingToExplain, NOTHING_TO_EXPLAIN));
        }
        Ok(json(&ExplainReport::new(&explanations, &self.workspace.texts(), self.encoding)))
    }

    /// Who else could come: an [`ExposureReport`].
    ///
    /// # Errors
    /// Where an option means nothing.
    pub fn exposure(&self, options: &ExposureOptions) -> Result<String, Refusal> {
        let reach = asked::reach(options, self.namespace.as_deref())?;
        let focus = asked::focus(options)?;
        asked::overlay(&reach, &self.workspace.overlays())?;
        asked::known(&[&self.workspace], &reach, &focus)?;
        let mut exposures = Vec::new();
        self.workspace.scenes(&reach, &mut |scene| exposures.extend(scene.exposures(&focus)));
        Ok(json(&ExposureReport::from(exposures.as_slice())))
    }

    /// Which connections are not as in an older workspace: a [`wire::DiffReport`]. The options are the older one's where
    /// the two differ.
    ///
    /// # Errors
    /// Where an option means nothing.
    pub fn diff(&self, newer: &Self, options: &DiffOptions) -> Result<String, Refusal> {
        let sides = [&self.workspace, &newer.workspace];
        let reach = asked::reach(options, self.namespace.as_deref())?;
        let focus = asked::focus(options)?;
        let overlays: Vec<String> = sides.iter().flat_map(|side| side.overlays()).collect();
        asked::overlay(&reach, &overlays)?;
        asked::known(&sides, &reach, &focus)?;
        let mut diffs = Vec::new();
        let alone = diff(sides, &reach, &focus, &mut |diff| diffs.push(diff));
        Ok(report::diff_json(&diffs, &alone, &diff_texts(sides), self.encoding))
    }

    /// New texts of files in which findings are mended: a [`FixReport`]. The workspace stays as it is.
    ///
    /// # Errors
    /// Where an option means nothing.
    pub fn fix(&mut self, options: &FixOptions) -> Result<String, Refusal> {
        let upto = asked::safety(options)?;
        let (check, outcome) = self.checked(&options.check)?.clone();
        let Some(fingerprint) = &options.fingerprint else {
            let mut copy = self.workspace.clone();
            let Ok(fixed) = copy.fix_all(outcome, &check, upto, &mut InMemory);
            let files = fixed.originals.into_keys().filter_map(|path| {
                let text = copy.text(&path)?.to_owned();
                Some((path, text))
            });
            return Ok(json(&FixReport::new(files, &fixed.applied, fixed.skipped)));
        };
        let Some(pass) = self.workspace.fix_one(&outcome, fingerprint, options.fix) else {
            let message = format!("no finding `{fingerprint}` has a fix {}", options.fix);
            return Err(Refusal::new(RefusalCode::UnknownFix, message));
        };
        Ok(json(&FixReport::new(pass.changed, &pass.applied, pass.skipped)))
    }

    /// The findings as text in a format: the same bytes as from `ringfence check --format`.
    ///
    /// # Errors
    /// Where the format or an option means nothing.
    pub fn report(&mut self, format: &str, options: &ReportOptions) -> Result<String, Refusal> {
        let format: Format = format.parse().map_err(|error: report::UnknownFormat| {
            Refusal::new(RefusalCode::UnknownFormat, error.to_string())
        })?;
        let fail_on = asked::fail_on(options)?;
        let style = Style {
            color: options.color,
            unicode: options.unicode,
            width: usize::try_from(options.width.unwrap_or(WIDTH)).unwrap_or(usize::MAX),
            verbose: options.verbose,
        };
        let (_, outcome) = self.checked(&options.check)?;
        Ok(report::render(outcome, format, &style, fail_on))
    }
}

/// Every rule with its page, as [`RuleInfo`]s.
pub fn rules() -> String {
    let rules: Vec<RuleInfo> = rules::all().iter().map(|rule| RuleInfo::from(*rule).with_page()).collect();
    json(&rules)
}

/// One rule with its page: a [`RuleInfo`].
///
/// # Errors
/// Where there is no such rule.
pub fn rule(name: &str) -> Result<String, Refusal> {
    let rule = rules::find(name).ok_or_else(|| {
        let meant = nearest(name, rules::all().iter().map(|rule| rule.name));
        let hint = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        Refusal::new(RefusalCode::UnknownRule, format!("there is no rule `{name}`{hint}"))
    })?;
    Ok(json(&RuleInfo::from(rule).with_page()))
}

/// The JSON Schema of the configuration.
pub fn config_schema() -> String {
    json(&Config::json_schema())
}

fn configuration(given: &wire::ConfigText) -> Result<Config, Refusal> {
    let mut missing = Vec::new();
    let mut read = |path: &str| {
        let text = if path == given.path { Some(&given.text) } else { given.extended.get(path) };
        text.cloned().ok_or_else(|| {
            missing.push(path.to_owned());
            "its text was not handed over".to_owned()
        })
    };
    let mut config = config::load(&given.path, &mut read)
        .map_err(|errors| Refusal { missing, ..Refusal::from(errors) })?;
    let folder = given.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    config.base = Base { folder: folder.to_owned(), below: String::new() };
    Ok(config)
}

/// The types written here have string keys only, so writing them can't fail.
fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
