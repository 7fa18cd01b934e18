export { type ErrorCode, RingfenceError } from "./errors.js";
export { init, initSync, type WasmSource } from "./module.js";
export { Workspace } from "./workspace.js";
