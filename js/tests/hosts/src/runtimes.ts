/** What runs JavaScript without a browser. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Manifest } from "./examples.js";

const require = createRequire(import.meta.url);

/** A runtime by its file, or why it can't be had. */
export type Runtime = { readonly program: string } | { readonly missing: string };

/** A runtime by its command. */
export function runtime(command: "bun" | "deno" | "node"): Runtime {
  switch (command) {
    case "node":
      return { program: process.execPath };
    case "deno":
      return binary("deno", "deno");
    case "bun":
      return binary("bun", "bin/bun");
  }
}

/** A file of that dependency of a package that npm has chosen for this machine. */
function binary(name: string, file: string): Runtime {
  const known = Object.keys(read(name)?.optionalDependencies ?? {});
  const folders = known
    .filter((one) => read(one) !== undefined)
    .map((one) => dirname(require.resolve(`${one}/package.json`)));
  const program = folders.map((folder) => join(folder, file)).find((path) => existsSync(path));
  return program === undefined ? { missing: `npm brought no ${name} for this machine` } : { program };
}

function read(name: string): Manifest | undefined {
  try {
    return require(`${name}/package.json`) as Manifest;
  } catch {
    return undefined;
  }
}
