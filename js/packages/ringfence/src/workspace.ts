/** The workspace: files in, findings and flows out. */

import { Workspace as Core } from "../wasm/ringfence_wasm.js";
import { RingfenceError } from "./errors.js";
import { call, currentGeneration, init, initSync } from "./module.js";

/** The files of a repository, and what is known of them. */
export class Workspace {
  readonly #core: Core;
  readonly #generation: number;

  private constructor() {
    this.#core = call(() => new Core());
    this.#generation = currentGeneration();
  }

  /** An empty workspace; loads the WebAssembly module where that is still to be done. */
  static async create(): Promise<Workspace> {
    await init();
    return new Workspace();
  }

  /** An empty workspace, at once. Where the host can't load files so, the module must be loaded before. */
  static createSync(): Workspace {
    initSync();
    return new Workspace();
  }

  /** Puts a file in, or another text in its place. Segments of paths are parted by `/`. */
  set(path: string, text: string | Uint8Array): void {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    this.#call((core) => core.set(path, bytes));
  }

  /** Runs the rules. */
  check(): unknown {
    return this.#call((core) => core.check());
  }

  #call<T>(use: (core: Core) => T): T {
    if (this.#generation !== currentGeneration()) {
      throw new RingfenceError("trap", "this workspace was lost when the analysis broke down: make a new one");
    }
    return call(() => use(this.#core));
  }
}
