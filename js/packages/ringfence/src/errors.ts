/** What is thrown. */

import type { ConfigProblem, Refusal, RefusalCode } from "./generated/wire.js";

/** What a {@link RingfenceError} is about. */
export type ErrorCode =
  | RefusalCode
  /** A file is larger than the limit; what is to be known of it has to be said otherwise, as by `setUnread`. */
  | "file-too-large"
  /** The WebAssembly module can't be had, or it isn't one. */
  | "load-failed"
  /** Something was asked for at once that needs the module, and the module isn't loaded yet. */
  | "not-loaded"
  /** The workspace was disposed of. */
  | "disposed"
  /** The analysis broke down. Every workspace of that time is lost; new ones can be made. */
  | "trap";

/** A misuse, or a breakdown. Findings are never errors, and arguments of a wrong type are a `TypeError`. */
export class RingfenceError extends Error {
  override readonly name = "RingfenceError";
  /** What it is about. */
  readonly code: ErrorCode;
  /** What is wrong with a configuration, place by place. */
  readonly problems: readonly ConfigProblem[];
  /** Files that a configuration extends and whose texts were not handed over: with them it can be tried again. */
  readonly missing: readonly string[];

  constructor(code: ErrorCode, message: string, more: ErrorOptions & Partial<Refusal> = {}) {
    super(message, "cause" in more ? { cause: more.cause } : {});
    this.code = code;
    this.problems = more.problems ?? [];
    this.missing = more.missing ?? [];
  }
}
