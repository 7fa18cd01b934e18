/** What it means that WebAssembly stopped in the middle. */

/** Memory of which so much is taken could not grow by what was asked for, in bytes: WebAssembly has 4 GiB. */
const NEARLY_ALL = 2 ** 31;

/** Says why the command stopped, and gives the status of the process: that of unreadable inputs, or that of a panic. */
export function explain(error: unknown, memory: number): { message: string; status: number } {
  const native = "the native ringfence has no such limit";
  if (memory > NEARLY_ALL) {
    return { message: `these inputs need more memory than WebAssembly has; ${native}`, status: 3 };
  }
  if (error instanceof RangeError) {
    return { message: `these inputs are nested more deeply than Node allows; ${native}`, status: 3 };
  }
  return { message: `ringfence stopped by its own mistake: ${String(error)}`, status: 101 };
}
