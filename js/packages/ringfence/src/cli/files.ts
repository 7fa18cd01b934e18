/** Files and folders. Most paths are bytes, because a name need not be UTF-8. */

import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { dirname, join } from "node:path";

import { codeOf, readAll, writeAll } from "./streams.js";

/** How much is read at first from what doesn't say its size, in bytes. */
const CHUNK = 64 * 1024;

/** The bits of a mode that say who may write. */
const WRITABLE = 0o222;
/** The bits of a mode that can be set. */
const PERMISSIONS = 0o7777;

/** What is at a path, as a letter of `Machine.kind`. */
export function kind(path: Uint8Array, follow: boolean): string {
  return letter(follow ? fs.statSync(named(path)) : fs.lstatSync(named(path)));
}

/** A path as Node takes it, without a copy. */
function named(path: Uint8Array): Buffer {
  return Buffer.from(path.buffer, path.byteOffset, path.byteLength);
}

function letter(found: fs.StatsBase<number> | fs.Dirent<Buffer>): string {
  if (found.isSymbolicLink()) return "l";
  if (found.isDirectory()) return "d";
  return found.isFile() ? "f" : "o";
}

/** The entries of a folder, packed as `Machine.entries` says. */
export function entries(folder: Uint8Array): Uint8Array {
  const found = fs.readdirSync(named(folder), { withFileTypes: true, encoding: "buffer" });
  return Buffer.concat(found.flatMap((entry) => [Buffer.from(letter(entry)), entry.name, Buffer.of(0)]));
}

/** The path without symbolic links. */
export function real(path: Uint8Array): Uint8Array {
  return fs.realpathSync.native(named(path), "buffer");
}

/** The bytes of a file; undefined where there are more than `limit`. */
export function read(path: Uint8Array, limit: number): Uint8Array | undefined {
  const file = fs.openSync(named(path), "r");
  try {
    const found = fs.fstatSync(file);
    if (found.size > limit) return undefined;
    return readAll(file, limit, found.isFile() && found.size > 0 ? found.size : CHUNK);
  } finally {
    fs.closeSync(file);
  }
}

/** Puts a file in place as a whole, with the permissions of the old one. */
export function replace(path: string, bytes: Uint8Array): "done" | "folder" | "read-only" {
  // A link stays; what it leads to is replaced.
  const place = unlessMissing(() => fs.realpathSync.native(path)) ?? path;
  const old = unlessMissing(() => fs.statSync(place));
  if (old?.isDirectory()) return "folder";
  if (old && (old.mode & WRITABLE) === 0) return "read-only";
  if (old && !old.isFile()) {
    // Pipes and devices have no half-written state, and must not be replaced.
    const device = fs.openSync(place, fs.constants.O_WRONLY);
    try {
      writeAll(device, bytes);
    } finally {
      fs.closeSync(device);
    }
    return "done";
  }
  const temporary = join(dirname(place), `.ringfence-${randomBytes(6).toString("hex")}`);
  const file = fs.openSync(temporary, "wx");
  try {
    try {
      writeAll(file, bytes);
      if (old) keep(file, old);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(temporary, place);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  return "done";
}

/** Gives a new file the permissions of the old one, and its owner, where the system lets us. */
function keep(file: number, old: fs.Stats): void {
  try {
    fs.fchownSync(file, old.uid, old.gid);
  } catch {
    // It belongs to us then, as every new file does.
  }
  fs.fchmodSync(file, old.mode & PERMISSIONS);
}

function unlessMissing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
