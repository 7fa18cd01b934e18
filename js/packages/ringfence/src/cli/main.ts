/** The `ringfence` command on Node: the native command's library as WebAssembly, over this machine. */

import { readFileSync } from "node:fs";

import { initSync, run } from "../../wasm-cli/ringfence_cli_wasm.js";
import { NodeMachine } from "./machine.js";
import { explain } from "./trap.js";

const MODULE = new URL("../../wasm-cli/ringfence_cli_wasm_bg.wasm", import.meta.url);

const { memory } = initSync({ module: new WebAssembly.Module(readFileSync(MODULE)) });
const machine = new NodeMachine();
try {
  process.exitCode = run(process.argv.slice(2), machine);
} catch (error) {
  const { message, status } = explain(error, memory.buffer.byteLength);
  machine.progress(undefined);
  machine.eprint(Buffer.from(`error: ${message}\n`));
  process.exitCode = status;
} finally {
  machine.close();
}
