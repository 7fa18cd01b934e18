/** The WebAssembly module: loaded once, and instantiated anew after a trap. */

import start, { initSync as instantiate, renew, version } from "../wasm/ringfence_wasm.js";
import { type ErrorCode, RingfenceError } from "./errors.js";

/** Where the module can come from. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module;

/** How a host finds the module that lies beside this package. */
export interface Loader {
  /** Gives the module, or what it can be fetched from. */
  load(): Promise<WasmSource | undefined>;
  /** Gives the module at once, where the host can. */
  loadSync?(): BufferSource;
}

let loader: Loader | undefined;
let loading: Promise<void> | undefined;
let isLoaded = false;
let generation = 0;

/** Says how the module is found unless somebody hands it over. */
export function setLoader(found: Loader): void {
  loader = found;
}

/**
 * Loads the module, once: later calls wait for the first. It is called by `Workspace.create` too, so it is needed only
 * to hand the module over, or to have it early.
 */
export function init(source?: WasmSource | Promise<WasmSource>): Promise<void> {
  loading ??= load(source).catch((cause: unknown) => {
    loading = undefined;
    throw new RingfenceError("load-failed", `the WebAssembly module can't be loaded: ${text(cause)}`, { cause });
  });
  return loading;
}

async function load(source?: WasmSource | Promise<WasmSource>): Promise<void> {
  if (isLoaded) return;
  const found = source ?? (await loader?.load());
  await (found === undefined ? start() : start({ module_or_path: found }));
  isLoaded = true;
}

/** Loads the module at once, from its bytes or compiled already. */
export function initSync(source?: BufferSource | WebAssembly.Module): void {
  if (isLoaded) return;
  const found = source ?? loader?.loadSync?.();
  if (found === undefined) {
    throw new RingfenceError("not-loaded", "the WebAssembly module isn't loaded: await `init()`, or hand its bytes to `initSync`");
  }
  try {
    instantiate({ module: found });
  } catch (cause) {
    throw new RingfenceError("load-failed", `the WebAssembly module can't be loaded: ${text(cause)}`, { cause });
  }
  isLoaded = true;
}

/** How often the module was instantiated anew: workspaces belong to one generation. */
export function currentGeneration(): number {
  return generation;
}

/** Calls the module; what it refuses becomes a {@link RingfenceError}, and after a trap it is made anew. */
export function call<T>(use: () => T): T {
  try {
    return use();
  } catch (thrown) {
    if (isRefusal(thrown)) throw new RingfenceError(thrown.code, thrown.message);
    if (thrown instanceof TypeError) throw thrown;
    generation += 1;
    // The first call after it, which must have no arguments, makes the new instance.
    renew();
    version();
    throw new RingfenceError("trap", `the analysis broke down, and its workspaces are lost: ${text(thrown)}`, { cause: thrown });
  }
}

interface Refusal {
  code: ErrorCode;
  message: string;
}

function isRefusal(thrown: unknown): thrown is Refusal {
  return typeof thrown === "object" && thrown !== null && !(thrown instanceof Error) && "code" in thrown && "message" in thrown;
}

function text(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
