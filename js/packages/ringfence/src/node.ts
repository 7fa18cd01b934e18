/** Ringfence in Node, Deno and Bun: the module is read from the file beside this package. */

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setLoader } from "./module.js";

// A bundle that hands the module over has no address of its own, so nothing is computed before it is needed.
const path = (): URL => new URL("../wasm/ringfence_wasm_bg.wasm", import.meta.url);

setLoader({ load: () => readFile(path()), loadSync: () => readFileSync(path()) });

export * from "./api.js";
