/** Packs `ringfence`, installs the tarball, and copies the examples to beside it. It runs before the tests. */

import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { EMBEDDING } from "./examples.js";
import { BUILD, EXAMPLES, ROOT } from "./places.js";
import { run } from "./run.js";

rmSync(BUILD, { recursive: true, force: true });
mkdirSync(BUILD);
const packed = await run(
  "npm",
  ["pack", "--silent", "--pack-destination", BUILD],
  `${ROOT}js/packages/ringfence`,
);
const tarball = packed.trim().split("\n").at(-1) ?? "";
writeFileSync(`${BUILD}package.json`, '{ "private": true }\n');
await run("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${tarball}`], BUILD);

for (const name of EMBEDDING) {
  cpSync(EXAMPLES + name, BUILD + name, { recursive: true });
  symlinkSync("../node_modules", `${BUILD}${name}/node_modules`, "junction");
}
