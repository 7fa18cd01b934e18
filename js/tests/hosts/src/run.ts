/** Other programs. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Room for what a program prints, in bytes. */
const MOST = 256 * 1024 * 1024;

/** Runs a program in a folder; what it printed. An error has what it complained about. */
export async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const env = { ...process.env, ...variables, NO_COLOR: "1", FORCE_COLOR: undefined };
  const { stdout } = await promisify(execFile)(program, args, { cwd, env, maxBuffer: MOST });
  return stdout;
}
