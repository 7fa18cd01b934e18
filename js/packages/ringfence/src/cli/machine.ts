/** Node as the command needs it. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isatty, WriteStream } from "node:tty";

import type { Machine, Printed, Ran } from "../../wasm-cli/ringfence_cli_wasm.js";
import * as files from "./files.js";
import * as programs from "./programs.js";
import { Progress } from "./progress.js";
import { readAll, writeAll } from "./streams.js";

const [STDIN, STDOUT, STDERR] = [0, 1, 2];

/** How much is read at first from standard input, in bytes. */
const CHUNK = 64 * 1024;

/** The machine that Node runs on. */
export class NodeMachine implements Machine {
  readonly isWindows = process.platform === "win32";
  readonly stdoutIsTerminal = isatty(STDOUT);
  readonly stderrIsTerminal = isatty(STDERR);
  readonly kind = files.kind;
  readonly real = files.real;
  readonly entries = files.entries;
  readonly read = files.read;
  readonly replace = files.replace;

  readonly #progress = new Progress();
  readonly #temporary: string[] = [];

  get width(): number | undefined {
    for (const descriptor of [STDOUT, STDERR, STDIN]) {
      if (!isatty(descriptor)) continue;
      const [columns, rows] = terminal(descriptor).getWindowSize();
      if (columns > 0 && rows > 0) return columns;
    }
    return undefined;
  }

  get currentFolder(): string {
    try {
      return process.cwd();
    } catch {
      return "";
    }
  }

  get home(): string {
    try {
      return homedir();
    } catch {
      return "";
    }
  }

  get today(): number {
    const now = new Date();
    return (now.getFullYear() * 100 + now.getMonth() + 1) * 100 + now.getDate();
  }

  variable(name: string): string | undefined {
    return process.env[name];
  }

  stdin(limit: number): Uint8Array | undefined {
    return readAll(STDIN, limit, CHUNK);
  }

  print(text: Uint8Array): void {
    writeAll(STDOUT, text);
  }

  eprint(text: Uint8Array): void {
    try {
      writeAll(STDERR, text);
    } catch {
      // There is nowhere left to complain.
    }
  }

  progress(message: string | undefined): void {
    this.#progress.show(message);
  }

  run(
    program: string,
    args: string[],
    folder: string | undefined,
    variables: string[],
    seconds: number | undefined,
    limit: number | undefined,
  ): Ran {
    return programs.run({ program, args, folder, variables }, seconds, limit);
  }

  runThrough(program: string, args: string[], variables: string[], input: string): Printed {
    const file = join(this.temporaryFolder(), "printed");
    return programs.runThrough({ program, args, folder: undefined, variables }, input, file);
  }

  temporaryFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "ringfence-"));
    this.#temporary.push(folder);
    return folder;
  }

  create(path: string, bytes: Uint8Array): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  }

  /** Removes what was there for the time of the run. */
  close(): void {
    for (const folder of this.#temporary) {
      try {
        rmSync(folder, { recursive: true, force: true });
      } catch {
        // The system clears its own temporary folder in the end.
      }
    }
  }
}

function terminal(descriptor: number): WriteStream {
  if (descriptor === STDOUT && process.stdout instanceof WriteStream) return process.stdout;
  if (descriptor === STDERR && process.stderr instanceof WriteStream) return process.stderr;
  return new WriteStream(descriptor);
}
