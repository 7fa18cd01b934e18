/** What the package exports, on every host. */

export { MAX_FILE_BYTES } from "./arguments.js";
export { type ErrorCode, RingfenceError } from "./errors.js";
export type * from "./generated/wire.js";
export { init, initSync, type WasmSource } from "./module.js";
export { type SchemaName, Workspace } from "./workspace.js";
