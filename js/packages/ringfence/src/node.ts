/** Ringfence in Node, Deno and Bun: the module is read from the file beside this package. */

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setLoader } from "./module.js";

const file = new URL("../wasm/ringfence_wasm_bg.wasm", import.meta.url);

setLoader({ load: () => readFile(file), loadSync: () => readFileSync(file) });

export * from "./api.js";
