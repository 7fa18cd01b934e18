/** The WebAssembly module: loaded once, and instantiated anew after a trap. */

import start, { renew, initSync as startSync, version } from "../wasm/ringfence_wasm.js";
import { RingfenceError } from "./errors.js";
import type { Refusal } from "./generated/wire.js";

/** Where the module can come from. */
export type WasmSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/** How a host finds the module where nobody hands it over. */
export interface Loader {
  /** Gives the module; undefined for what is fetched from beside the JavaScript. */
  load(): Promise<WasmSource | undefined>;
  /** Gives the module at once; undefined where the host can't. */
  loadSync(): BufferSource | undefined;
}

let loader: Loader | undefined;
let loading: Promise<void> | undefined;
let isLoaded = false;
let generation = 0;

/** Says how the module is found. */
export function setLoader(found: Loader): void {
  loader = found;
}

/**
 * Loads the module, once: later calls wait for the first. `Workspace.create` calls it, so it is needed only to have the
 * module early, or to say where it comes from: its address, its bytes, or the compiled module.
 */
export function init(source?: WasmSource | Promise<WasmSource>): Promise<void> {
  loading ??= load(source).catch((cause: unknown) => {
    loading = undefined;
    throw notLoaded(cause);
  });
  return loading;
}

async function load(source: WasmSource | Promise<WasmSource> | undefined): Promise<void> {
  const found = await (source ?? loader?.load());
  if (isLoaded) return;
  await (found === undefined ? start() : start({ module_or_path: found }));
  isLoaded = true;
}

/**
 * Loads the module at once, once, from its bytes or compiled already. In Node, Deno and Bun nothing needs to be handed
 * over.
 */
export function initSync(source?: BufferSource | WebAssembly.Module): void {
  if (isLoaded) return;
  try {
    const module = source ?? loader?.loadSync();
    if (module !== undefined) {
      startSync({ module });
      isLoaded = true;
    }
  } catch (cause) {
    throw notLoaded(cause);
  }
  if (!isLoaded) {
    const message = "the WebAssembly module isn't loaded: await `init()` before, or hand it to `initSync`";
    throw new RingfenceError("not-loaded", message);
  }
}

function notLoaded(cause: unknown): RingfenceError {
  const message = `the WebAssembly module can't be loaded: ${messageOf(cause)}`;
  return new RingfenceError("load-failed", message, { cause });
}

/** How often the module was instantiated anew: what was made before belongs to another memory. */
export function currentGeneration(): number {
  return generation;
}

/**
 * Calls the module.
 *
 * What it refuses comes as JSON and is thrown as a {@link RingfenceError}. Anything else that it throws is a trap,
 * after which its memory can't be trusted: it is instantiated anew.
 */
export function call<T>(use: () => T): T {
  try {
    return use();
  } catch (thrown) {
    if (typeof thrown === "string") {
      const refusal = JSON.parse(thrown) as Refusal;
      throw new RingfenceError(refusal.code, refusal.message, refusal);
    }
    generation += 1;
    renew();
    // The new instance is made by the next call, which must have no arguments: they would go into the old one.
    version();
    const message = `the analysis broke down: ${messageOf(thrown)}; make a new workspace`;
    throw new RingfenceError("trap", message, { cause: thrown });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
