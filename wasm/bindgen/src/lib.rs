//! The core for JavaScript: glue over [`Embedded`].
//!
//! Options come as JSON and answers go as JSON, because a parser of the host reads one string faster than this module
//! could make objects one by one. A refusal is thrown as JSON, too; `js/packages/ringfence` makes objects, types and
//! errors of all that, and is the one caller.

use ringfence::embed::{self, Embedded};
use ringfence::wire::{Refusal, RefusalCode};
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

/// The schemas of answers by name, as they are committed.
const SCHEMAS: [(&str, &str); 8] = [
    ("check-report", include_str!("../../../docs/schema/check-report.schema.json")),
    ("diff-report", include_str!("../../../docs/schema/diff-report.schema.json")),
    ("explain-report", include_str!("../../../docs/schema/explain-report.schema.json")),
    ("exposure-report", include_str!("../../../docs/schema/exposure-report.schema.json")),
    ("fix-report", include_str!("../../../docs/schema/fix-report.schema.json")),
    ("flow-report", include_str!("../../../docs/schema/flow-report.schema.json")),
    ("graph-report", include_str!("../../../docs/schema/graph-report.schema.json")),
    ("ide-answers", include_str!("../../../docs/schema/ide-answers.schema.json")),
];

/// The files of a repository, and what is known of them.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Workspace {
    core: Embedded,
}

/// A refusal, or options that are none, as it is thrown.
type Thrown = JsValue;

#[wasm_bindgen]
impl Workspace {
    /// An empty workspace; `options` are `WorkspaceOptions`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str) -> Result<Workspace, Thrown> {
        let core = Embedded::new(&read(options)?).map_err(thrown)?;
        Ok(Self { core })
    }

    /// Puts a file in.
    pub fn set(&mut self, path: &str, bytes: &[u8]) {
        self.core.set(path, bytes);
    }

    /// Puts a file in whose text is known.
    #[wasm_bindgen(js_name = setText)]
    pub fn set_text(&mut self, path: &str, text: &str) {
        self.core.set(path, text.as_bytes());
    }

    /// Takes a file out.
    pub fn remove(&mut self, path: &str) -> Result<(), Thrown> {
        self.core.remove(path).map_err(thrown)
    }

    /// Says that a file can't be read, and why.
    #[wasm_bindgen(js_name = setUnread)]
    pub fn set_unread(&mut self, path: &str, reason: &str) {
        self.core.set_unread(path, reason);
    }

    /// The folders that tools should render: a list of `RenderJob`.
    pub fn jobs(&self) -> String {
        self.core.jobs()
    }

    /// Hands over what a tool made of a folder.
    #[wasm_bindgen(js_name = setRendered)]
    pub fn set_rendered(&mut self, folder: &str, text: &str) {
        self.core.set_rendered(folder, text.as_bytes());
    }

    /// Says that a folder can't be rendered, and why.
    #[wasm_bindgen(js_name = setUnrendered)]
    pub fn set_unrendered(&mut self, folder: &str, reason: &str) {
        self.core.set_unrendered(folder, reason);
    }

    /// The names of the overlays that exclude each other.
    pub fn overlays(&self) -> String {
        self.core.overlays()
    }

    /// Runs the rules: a `CheckReport`.
    pub fn check(&mut self, options: &str) -> Result<String, Thrown> {
        self.core.check(&read(options)?).map_err(thrown)
    }

    /// Who can reach whom: a `FlowReport`.
    pub fn flows(&self, options: &str) -> Result<String, Thrown> {
        self.core.flows(&read(options)?).map_err(thrown)
    }

    /// The same to draw: a `GraphReport`.
    pub fn graph(&self, options: &str) -> Result<String, Thrown> {
        self.core.graph(&read(options)?).map_err(thrown)
    }

    /// Why one end can or can't reach another: an `ExplainReport`.
    pub fn explain(&self, from: &str, to: &str, options: &str) -> Result<String, Thrown> {
        self.core.explain(from, to, &read(options)?).map_err(thrown)
    }

    /// Who else could come: an `ExposureReport`.
    pub fn exposure(&self, options: &str) -> Result<String, Thrown> {
        self.core.exposure(&read(options)?).map_err(thrown)
    }

    /// What is not as it is here in a newer workspace: a `DiffReport`.
    pub fn diff(&self, newer: &Workspace, options: &str) -> Result<String, Thrown> {
        self.core.diff(&newer.core, &read(options)?).map_err(thrown)
    }

    /// Mends findings: a `FixReport`.
    pub fn fix(&mut self, options: &str) -> Result<String, Thrown> {
        self.core.fix(&read(options)?).map_err(thrown)
    }

    /// The findings as text in a format.
    pub fn report(&mut self, format: &str, options: &str) -> Result<String, Thrown> {
        self.core.report(format, &read(options)?).map_err(thrown)
    }
}

/// Every rule with its page: a list of `RuleInfo`.
#[wasm_bindgen]
pub fn rules() -> String {
    embed::rules()
}

/// One rule with its page: a `RuleInfo`.
#[wasm_bindgen]
pub fn rule(name: &str) -> Result<String, Thrown> {
    embed::rule(name).map_err(thrown)
}

/// The JSON Schema of the configuration or of an answer.
#[wasm_bindgen]
pub fn schema(name: &str) -> Result<String, Thrown> {
    if name == "config" {
        return Ok(embed::config_schema());
    }
    let found = SCHEMAS.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| {
        let names: Vec<&str> = SCHEMAS.iter().map(|(name, _)| *name).collect();
        let message = format!("there is no schema `{name}`; there are config, {}", names.join(", "));
        thrown(Refusal::new(RefusalCode::UnknownSchema, message))
    })
}

/// The version.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Says after a trap that memory is in disorder: the next call makes a new instance of the module first.
#[wasm_bindgen]
pub fn renew() {
    wasm_bindgen::handler::schedule_reinit();
}

fn read<T: DeserializeOwned>(options: &str) -> Result<T, Thrown> {
    serde_json::from_str(options)
        .map_err(|error| thrown(Refusal::new(RefusalCode::InvalidOption, error.to_string())))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn thrown(refusal: Refusal) -> Thrown {
    // It has string keys only, so writing it can't fail.
    JsValue::from_str(&serde_json::to_string(&refusal).unwrap_or_default())
}
