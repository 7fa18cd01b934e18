/** What a {@link RingfenceError} is about. */
export type ErrorCode =
  /** A configuration can't be read; `problems` has what is wrong with it. */
  | "invalid-config"
  /** An option has a value that means nothing. */
  | "invalid-option"
  /** A file is larger than {@link MAX_FILE_BYTES}. */
  | "file-too-large"
  /** The WebAssembly module can't be had or isn't one. */
  | "load-failed"
  /** Something was asked for before the module was loaded. */
  | "not-loaded"
  /** A workspace was disposed of. */
  | "disposed"
  /** The module broke down; every workspace of it is lost, and new ones can be made. */
  | "trap";

/** A misuse, or a breakdown. Findings are never errors. */
export class RingfenceError extends Error {
  /** What it is about. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RingfenceError";
    this.code = code;
  }
}
