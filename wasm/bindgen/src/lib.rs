//! The core for JavaScript.
use ringfence::text::PositionEncoding;
use ringfence::wire::CheckReport;
use ringfence::workspace::CheckOptions;
use wasm_bindgen::prelude::*;

/// The files of a repository.
#[wasm_bindgen]
pub struct Workspace {
    core: ringfence::Workspace,
}

#[wasm_bindgen]
impl Workspace {
    /// new
    #[wasm_bindgen(constructor)]
    #[expect(clippy::new_without_default, reason = "JavaScript has no `Default`")]
    pub fn new() -> Self {
        Self { core: ringfence::Workspace::default() }
    }
    /// set
    pub fn set(&mut self, path: &str, bytes: &[u8]) {
        self.core.set(path, bytes);
    }
    /// check
    pub fn check(&self) -> Result<JsValue, JsValue> {
        let outcome = self.core.check(&CheckOptions::default());
        let json =
            serde_json::to_string(&CheckReport::new(&outcome, PositionEncoding::Utf16)).unwrap_or_default();
        js_sys::JSON::parse(&json)
    }
}

/// renew
#[wasm_bindgen]
pub fn renew() {
    wasm_bindgen::handler::schedule_reinit();
}

/// version
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
