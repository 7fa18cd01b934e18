/**
 * What the command needs from Node. Everything is synchronous. Paths are bytes, because a name need not be UTF-8; bytes
 * that are handed in belong to the command and are good only during the call. What goes wrong is thrown as an `Error`
 * with the `code` of the system, such as `ENOENT`.
 */
export interface Machine {
  /** Whether the system is Windows. */
  readonly isWindows: boolean;
  /** Whether standard output is a terminal. */
  readonly stdoutIsTerminal: boolean;
  /** Whether standard error is a terminal. */
  readonly stderrIsTerminal: boolean;
  /** The columns of the terminal; undefined where there is none. */
  readonly width: number | undefined;
  /** The absolute path of the current folder; empty where it is gone. */
  readonly currentFolder: string;
  /** The absolute path of the user's own folder; empty where there is none. */
  readonly home: string;
  /** The local date as a number: 20240229. */
  readonly today: number;
  /** The value of an environment variable. */
  variable(name: string): string | undefined;
  /** What is at a path: `d` for a folder, `f` for a file, `l` for a symbolic link that is not followed, `o` otherwise. */
  kind(path: Uint8Array, follow: boolean): string;
  /** The path of what is at `path` without symbolic links. */
  real(path: Uint8Array): Uint8Array;
  /** The entries of a folder: for each the letter of {@link Machine.kind}, the bytes of its name, and a zero. */
  entries(folder: Uint8Array): Uint8Array;
  /** The bytes of a file; undefined where there are more than `limit`. */
  read(path: Uint8Array, limit: number): Uint8Array | undefined;
  /** The bytes on standard input; undefined where there are more than `limit`. */
  stdin(limit: number): Uint8Array | undefined;
  /**
   * Puts a file in place as a whole. Refuses to replace a folder, and a file that nobody may write: says so by
   * `folder` or `read-only`.
   */
  replace(path: string, bytes: Uint8Array): "done" | "folder" | "read-only";
  /** Writes to standard output. */
  print(text: Uint8Array): void;
  /** Writes to standard error, as far as possible. */
  eprint(text: Uint8Array): void;
  /** Shows what takes so long, where that can be seen; undefined takes it away. */
  progress(message: string | undefined): void;
  /**
   * Runs a program without input, with `variables` (`NAME=VALUE`) added to the environment. Throws `ETIMEDOUT` where it
   * takes longer than so many seconds, and `ENOBUFS` where it prints more bytes than the limit.
   */
  run(
    program: string,
    args: string[],
    folder: string | undefined,
    variables: string[],
    seconds: number | undefined,
    limit: number | undefined,
  ): Ran;
  /** Runs a program with an input, and keeps what it prints for {@link Printed.read}. */
  runThrough(program: string, args: string[], variables: string[], input: string): Printed;
  /** Makes a folder that nobody else writes to, and that goes with the machine. */
  temporaryFolder(): string;
  /** Writes a new file, and the folders that it lies in. */
  create(path: string, bytes: Uint8Array): void;
  /** Makes a symbolic link, and the folders that it lies in. */
  link(path: string, target: string): void;
}

/** What a program did. */
export interface Ran {
  /** Whether it reported success. */
  readonly success: boolean;
  /** What it printed. */
  readonly stdout: Uint8Array;
  /** What it complained about. */
  readonly stderr: Uint8Array;
}

/** What a program printed. */
export interface Printed {
  /** The next bytes, at most so many; none at the end. */
  read(limit: number): Uint8Array;
}
