/** The examples that embed the package. */

import { readdirSync, readFileSync } from "node:fs";
import { BUILD, EXAMPLES } from "./places.js";
import { run } from "./run.js";

/** Every example of embedding. */
export const EMBEDDING: readonly string[] = readdirSync(EXAMPLES)
  .filter((name) => name.startsWith("embed-"))
  .sort();

/** An example that is a page. */
export interface Page {
  /** The folder that is served, in that of the example. */
  readonly site: string;
  /** Whether the page fetches the WebAssembly file; otherwise its bundle holds the module. */
  readonly fetches: boolean;
  /** Whether a worker loads the module. */
  readonly inWorker?: boolean;
}

/** The examples that are pages. */
export const PAGES: Readonly<Record<string, Page>> = {
  "embed-esbuild": { site: ".", fetches: false },
  "embed-rollup": { site: ".", fetches: false },
  "embed-script": { site: ".", fetches: true },
  "embed-vite": { site: "dist", fetches: true },
  "embed-webpack": { site: ".", fetches: true },
  "embed-worker": { site: "dist", fetches: true, inWorker: true },
};

/** The examples that are programs, with what runs them. */
export const PROGRAMS = { "embed-bun": "bun", "embed-deno": "deno", "embed-node": "node" } as const;

/** What the tests read of a manifest. */
export interface Manifest {
  readonly scripts?: { readonly build?: string; readonly start?: string };
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The `package.json` in a folder. */
export function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Manifest;
}

/** Builds an example, if there is something to build, by the script that its reader would run. */
export async function build(name: string): Promise<void> {
  if (manifest(BUILD + name).scripts?.build !== undefined) await run("npm", ["run", "build"], BUILD + name);
}
