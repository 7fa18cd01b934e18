//! What JavaScript hands over: the functions of `machine.d.ts`, where they are described.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("machine.d.ts");

#[wasm_bindgen]
extern "C" {
    /// Node, as far as the command needs it.
    #[wasm_bindgen(typescript_type = "Machine")]
    pub type Machine;

    #[wasm_bindgen(method, structural, getter, js_name = isWindows)]
    pub(crate) fn is_windows(this: &Machine) -> bool;
    #[wasm_bindgen(method, structural, getter, js_name = stdoutIsTerminal)]
    pub(crate) fn stdout_is_terminal(this: &Machine) -> bool;
    #[wasm_bindgen(method, structural, getter, js_name = stderrIsTerminal)]
    pub(crate) fn stderr_is_terminal(this: &Machine) -> bool;
    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn width(this: &Machine) -> Option<u16>;
    #[wasm_bindgen(method, structural, getter, js_name = currentFolder)]
    pub(crate) fn current_folder(this: &Machine) -> String;
    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn home(this: &Machine) -> String;
    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn today(this: &Machine) -> u32;
    #[wasm_bindgen(method, structural)]
    pub(crate) fn variable(this: &Machine, name: &str) -> Option<String>;

    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn kind(this: &Machine, path: &[u8], follow: bool) -> Result<char, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn real(this: &Machine, path: &[u8]) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn entries(this: &Machine, folder: &[u8]) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn read(this: &Machine, path: &[u8], limit: u32) -> Result<Option<Vec<u8>>, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn stdin(this: &Machine, limit: u32) -> Result<Option<Vec<u8>>, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn replace(this: &Machine, path: &str, bytes: &[u8]) -> Result<String, JsValue>;

    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn print(this: &Machine, text: &[u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural)]
    pub(crate) fn eprint(this: &Machine, text: &[u8]);
    #[wasm_bindgen(method, structural)]
    pub(crate) fn progress(this: &Machine, message: Option<&str>);

    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn run(
        this: &Machine,
        program: &str,
        args: Vec<String>,
        folder: Option<&str>,
        variables: Vec<String>,
        seconds: Option<u32>,
        limit: Option<u32>,
    ) -> Result<Ran, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = runThrough)]
    pub(crate) fn run_through(
        this: &Machine,
        program: &str,
        args: Vec<String>,
        variables: Vec<String>,
        input: &str,
    ) -> Result<Printed, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = temporaryFolder)]
    pub(crate) fn temporary_folder(this: &Machine) -> Result<String, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn create(this: &Machine, path: &str, bytes: &[u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn link(this: &Machine, path: &str, target: &str) -> Result<(), JsValue>;

    /// What a program did.
    pub(crate) type Ran;
    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn success(this: &Ran) -> bool;
    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn stdout(this: &Ran) -> Vec<u8>;
    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn stderr(this: &Ran) -> Vec<u8>;

    /// What a program printed.
    pub(crate) type Printed;
    #[wasm_bindgen(method, structural, catch, js_name = read)]
    pub(crate) fn read_on(this: &Printed, limit: u32) -> Result<Vec<u8>, JsValue>;

    #[wasm_bindgen(js_namespace = console, js_name = error)]
    pub(crate) fn complain(text: &str);
}
