/** Writes `dist/bytes.js`: the WebAssembly module as a script, for bundles that can't refer to a file. */

import { readFileSync, writeFileSync } from "node:fs";
import { constants, deflateRawSync } from "node:zlib";

const module = readFileSync(new URL("../wasm/ringfence_wasm_bg.wasm", import.meta.url));
const packed = deflateRawSync(module, { level: constants.Z_BEST_COMPRESSION }).toString("base64");
writeFileSync(new URL("../dist/bytes.js", import.meta.url), `export const bytes = "${packed}";\n`);
