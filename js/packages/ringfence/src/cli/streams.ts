/** Reading and writing without returning to Node in between. */

import { readSync, writeSync } from "node:fs";

/** How long to wait for a stream that is not ready, in milliseconds. */
const PAUSE = 2;

const nothing = new Int32Array(new SharedArrayBuffer(4));

/** The code of an error of the system. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Does what may be refused for now, until it is done: somebody may have made the stream a non-blocking one. */
function patiently(act: () => number): number {
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") {
        throw error;
      }
      Atomics.wait(nothing, 0, 0, PAUSE);
    }
  }
}

/** Writes all bytes. */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    const rest = bytes.subarray(written);
    written += patiently(() => writeSync(descriptor, rest));
  }
}

/** Reads to the end; undefined where there are more than `limit` bytes. About `expected` are likely. */
export function readAll(descriptor: number, limit: number, expected: number): Uint8Array | undefined {
  // With one byte to spare, the end shows without growing.
  let buffer = new Uint8Array(expected + 1);
  let length = 0;
  for (;;) {
    if (length === buffer.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(buffer);
      buffer = larger;
    }
    const count = readSome(descriptor, buffer.subarray(length));
    if (count === 0) {
      return buffer.subarray(0, length);
    }
    length += count;
    if (length > limit) {
      return undefined;
    }
  }
}

function readSome(descriptor: number, into: Uint8Array): number {
  try {
    return patiently(() => readSync(descriptor, into));
  } catch (error) {
    // How Windows tells the end of a pipe.
    if (codeOf(error) === "EOF") {
      return 0;
    }
    throw error;
  }
}
