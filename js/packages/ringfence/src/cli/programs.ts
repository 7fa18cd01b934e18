/** Running programs, with limits. */

import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";

import type { Printed, Ran } from "../../wasm-cli/ringfence_cli_wasm.js";

/** How a program is run, apart from its input and output. */
export interface Call {
  /** Its name, looked for on PATH. */
  readonly program: string;
  readonly args: string[];
  /** Its current folder; ours where it is undefined. */
  readonly folder: string | undefined;
  /** What is added to the environment: `NAME=VALUE`. */
  readonly variables: string[];
}

function options(call: Call): SpawnSyncOptions {
  const variables = call.variables.map((variable) => {
    const at = variable.indexOf("=");
    return [variable.slice(0, at), variable.slice(at + 1)] as const;
  });
  const env = { ...process.env, ...Object.fromEntries(variables) };
  const cwd = call.folder === undefined ? {} : { cwd: call.folder };
  return { ...cwd, env, windowsHide: true };
}

/** Runs a program without input, for at most so many seconds and bytes of output. */
export function run(call: Call, seconds: number | undefined, limit: number | undefined): Ran {
  const ran = spawnSync(call.program, call.args, {
    ...options(call),
    encoding: "buffer",
    stdio: ["ignore", "pipe", "pipe"],
    killSignal: "SIGKILL",
    maxBuffer: limit ?? Infinity,
    ...(seconds === undefined ? {} : { timeout: seconds * 1000 }),
  });
  if (ran.error) throw ran.error;
  return { success: ran.status === 0, stdout: ran.stdout, stderr: ran.stderr };
}

/** Runs a program with an input; what it prints goes through a file, because it may be more than fits into memory. */
export function runThrough(call: Call, input: string, file: string): Printed {
  const output = openSync(file, "w");
  try {
    const ran = spawnSync(call.program, call.args, {
      ...options(call),
      input,
      stdio: ["pipe", output, "ignore"],
    });
    // git says itself why it stopped listening.
    if (ran.error && !("code" in ran.error && ran.error.code === "EPIPE")) throw ran.error;
  } finally {
    closeSync(output);
  }
  const printed = openSync(file, "r");
  return {
    read(limit) {
      const bytes = new Uint8Array(limit);
      return bytes.subarray(0, readSync(printed, bytes));
    },
  };
}
