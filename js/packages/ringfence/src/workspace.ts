/// <reference lib="esnext.disposable" preserve="true" />
/** The workspace: files in, answers out. */

import { Workspace as Core, rule, rules, schema, version } from "../wasm/ringfence_wasm.js";
import { file, options as optionsJson, string, wrong } from "./arguments.js";
import { RingfenceError } from "./errors.js";
import type {
  CheckOptions,
  CheckReport,
  DiffOptions,
  DiffReport,
  ExplainOptions,
  ExplainReport,
  ExposureOptions,
  ExposureReport,
  FixOptions,
  FixReport,
  FlowOptions,
  FlowReport,
  GraphReport,
  RenderJob,
  ReportFormat,
  ReportOptions,
  RuleInfo,
  WorkspaceOptions,
} from "./generated/wire.js";
import { call, currentGeneration, init, initSync } from "./module.js";

/** What there is a JSON Schema of. */
export type SchemaName =
  | "config"
  | "check-report"
  | "diff-report"
  | "explain-report"
  | "exposure-report"
  | "fix-report"
  | "flow-report"
  | "graph-report";

/**
 * The files of a repository, and what is known of them.
 *
 * Paths are the host's, with `/` between segments. Answers are plain data, and lines and columns in them count from 1.
 * A workspace takes WebAssembly memory: {@link Workspace.dispose} frees it, and else the garbage collector does some
 * time.
 */
export class Workspace {
  /** The end of a `using` block, where the runtime knows that: the same as {@link Workspace.dispose}. */
  declare [Symbol.dispose]: () => void;

  #core: Core | undefined;
  readonly #generation: number;
  /** Whether suppressions expire against the day of each check. */
  readonly #followsClock: boolean;

  private constructor(options: WorkspaceOptions | undefined) {
    const json = optionsJson("WorkspaceOptions", "options", options);
    this.#core = call(() => new Core(json));
    this.#generation = currentGeneration();
    this.#followsClock = options?.today === undefined;
  }

  /**
   * Makes an empty workspace. The first call loads the WebAssembly module.
   *
   * Suppressions expire against the day of each check, unless `today` is given.
   */
  static async create(options?: WorkspaceOptions): Promise<Workspace> {
    await init();
    return new Workspace(options);
  }

  /** The same at once: in Node, Deno and Bun, and elsewhere after {@link init} or {@link initSync}. */
  static createSync(options?: WorkspaceOptions): Workspace {
    initSync();
    return new Workspace(options);
  }

  /** Every rule with its page. Like all that is static, it needs the module as {@link Workspace.createSync} does. */
  static rules(): RuleInfo[] {
    initSync();
    return JSON.parse(call(rules)) as RuleInfo[];
  }

  /** One rule with its page. */
  static rule(name: string): RuleInfo {
    string("name", name);
    initSync();
    return JSON.parse(call(() => rule(name))) as RuleInfo;
  }

  /** The JSON Schema of the configuration, or of an answer. */
  static schema(name: SchemaName): Record<string, unknown> {
    string("name", name);
    initSync();
    return JSON.parse(call(() => schema(name))) as Record<string, unknown>;
  }

  /** The version of Ringfence. */
  static get version(): string {
    initSync();
    return call(version);
  }

  /** Puts a file in, or another text in its place: a string, or bytes of UTF-8. */
  set(path: string, text: string | Uint8Array): void {
    string("path", path);
    const found = file("text", path, text);
    this.#use((core) => (typeof found === "string" ? core.setText(path, found) : core.set(path, found)));
  }

  /** Takes a file out. */
  remove(path: string): void {
    string("path", path);
    this.#use((core) => core.remove(path));
  }

  /** Says that a file can't be read, and why: it is named among the skipped inputs. */
  setUnread(path: string, reason: string): void {
    string("path", path);
    string("reason", reason);
    this.#use((core) => core.setUnread(path, reason));
  }

  /** The kustomizations and charts that tools should render, given the files so far. */
  jobs(): RenderJob[] {
    return this.#answer((core) => core.jobs());
  }

  /** Hands over what a tool made of a folder: YAML. */
  setRendered(folder: string, text: string): void {
    string("folder", folder);
    string("text", text);
    file("text", folder, text);
    this.#use((core) => core.setRendered(folder, text));
  }

  /** Says that a folder can't be rendered, and why. */
  setUnrendered(folder: string, reason: string): void {
    string("folder", folder);
    string("reason", reason);
    this.#use((core) => core.setUnrendered(folder, reason));
  }

  /** The overlays that exclude each other; none where there are no alternatives. */
  overlays(): string[] {
    return this.#answer((core) => core.overlays());
  }

  /** Runs the rules. */
  check(options?: CheckOptions): CheckReport {
    const json = optionsJson("CheckOptions", "options", this.#dated(options));
    return this.#answer((core) => core.check(json));
  }

  /** Who can reach whom, in as few rows as possible. */
  flows(options?: FlowOptions): FlowReport {
    const json = optionsJson("FlowOptions", "options", options);
    return this.#answer((core) => core.flows(json));
  }

  /** The same as a graph to draw, with places for everything. */
  graph(options?: FlowOptions): GraphReport {
    const json = optionsJson("FlowOptions", "options", options);
    return this.#answer((core) => core.graph(json));
  }

  /**
   * Why one end can or can't reach another, for each pair that they stand for.
   *
   * An end is `namespace/name`, `namespace/kind/name`, `namespace/{key=value}` for a Pod that need not exist, an
   * address, a CIDR, `internet`, or `ingress` for what comes through Ingresses, Gateways and Routes. `*` stands for
   * anything in a name.
   */
  explain(from: string, to: string, options?: ExplainOptions): ExplainReport {
    string("from", from);
    string("to", to);
    const json = optionsJson("ExplainOptions", "options", options);
    return this.#answer((core) => core.explain(from, to, json));
  }

  /** Who else could come: what Pods that no file has could reach. */
  exposure(options?: ExposureOptions): ExposureReport {
    const json = optionsJson("ExposureOptions", "options", options);
    return this.#answer((core) => core.exposure(json));
  }

  /** Which connections a newer workspace opens and closes, and why. */
  diff(newer: Workspace, options?: DiffOptions): DiffReport {
    if (!(newer instanceof Workspace)) throw wrong("newer", "a Workspace", newer);
    const json = optionsJson("DiffOptions", "options", options);
    const other = newer.#alive();
    return this.#answer((core) => core.diff(other, json));
  }

  /**
   * Mends one finding, or all whose fixes may be trusted: gives new texts, and leaves the workspace as it is. A fix of
   * one finding is applied whatever its safety.
   */
  fix(options?: FixOptions): FixReport {
    const json = this.#checking("FixOptions", options);
    return this.#answer((core) => core.fix(json));
  }

  /** The findings as text: the same bytes as `ringfence check --format` gives. */
  report(format: ReportFormat, options?: ReportOptions): string {
    string("format", format);
    const json = this.#checking("ReportOptions", options);
    return this.#use((core) => core.report(format, json));
  }

  /** Frees the memory. Nothing can be asked any more. */
  dispose(): void {
    const core = this.#core;
    this.#core = undefined;
    // After a trap its memory is gone already.
    if (core !== undefined && this.#generation === currentGeneration()) call(() => core.free());
  }

  /** Options of a check with the day of today, where nobody says another. */
  #dated(options: CheckOptions | undefined): CheckOptions | undefined {
    const isDated = !this.#followsClock || options?.today !== undefined;
    return isDated || !isAbsentOrObject(options) ? options : { ...options, today: today() };
  }

  /** Options that have those of a check among them, as JSON. */
  #checking(type: "FixOptions" | "ReportOptions", options: FixOptions | ReportOptions | undefined): string {
    const isSound = isAbsentOrObject(options);
    return optionsJson(
      type,
      "options",
      isSound ? { ...options, check: this.#dated(options?.check) } : options,
    );
  }

  #alive(): Core {
    if (this.#core === undefined) {
      throw new RingfenceError("disposed", "the workspace was disposed of");
    }
    if (this.#generation !== currentGeneration()) {
      throw new RingfenceError("trap", "the workspace was lost when the analysis broke down: make a new one");
    }
    return this.#core;
  }

  #use<T>(use: (core: Core) => T): T {
    const core = this.#alive();
    return call(() => use(core));
  }

  #answer<T>(ask: (core: Core) => string): T {
    return JSON.parse(this.#use(ask)) as T;
  }
}

const dispose = (Symbol as { dispose?: symbol }).dispose;
if (dispose !== undefined) {
  const method = { value: Workspace.prototype.dispose, configurable: true, writable: true };
  Object.defineProperty(Workspace.prototype, dispose, method);
}

/** Whether options are left out or of the right sort; what they are instead is said by their check. */
function isAbsentOrObject(value: unknown): boolean {
  return value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value));
}

/** The date here and now, `2030-12-31`. */
function today(): string {
  const now = new Date();
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
