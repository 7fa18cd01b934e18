/** The check of arguments. It is done once, here: the module relies on their types, and gives words their meaning. */

import { RingfenceError } from "./errors.js";
import { OPTIONS } from "./generated/options.js";

/** The name of a type of options. */
export type OptionsName = keyof typeof OPTIONS;

/** The most bytes of a file. Manifests are smaller by far, and memory is taken many times over. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

interface Field {
  readonly kind: "string" | "strings" | "boolean" | "integer" | "texts" | "options";
  readonly of?: string;
  readonly required?: boolean;
}

/** Checks an argument that is text. */
export function string(name: string, value: unknown): string {
  if (typeof value !== "string") throw wrong(name, "a string", value);
  return value;
}

/** Checks an argument that is the text or the bytes of the file at `path`. */
export function file(name: string, path: string, value: unknown): string | Uint8Array {
  if (typeof value !== "string" && !(value instanceof Uint8Array))
    throw wrong(name, "a string or a Uint8Array", value);
  const bytes = typeof value === "string" ? bytesOf(value) : value.byteLength;
  if (bytes > MAX_FILE_BYTES) {
    const limit = MAX_FILE_BYTES / 1024 / 1024;
    throw new RingfenceError("file-too-large", `\`${path}\` is larger than ${limit} MiB`);
  }
  return value;
}

/** A text's length in UTF-8, or a little less where it fits in any case. */
function bytesOf(text: string): number {
  const most = text.length * 3;
  if (most <= MAX_FILE_BYTES || text.length > MAX_FILE_BYTES) return text.length;
  return new TextEncoder().encode(text).byteLength;
}

/** Checks options, which may be left out, and gives them as JSON. */
export function options(type: OptionsName, name: string, value: unknown): string {
  if (value === undefined) return "{}";
  checkOptions(OPTIONS[type], name, value);
  return JSON.stringify(value);
}

function checkOptions(fields: Readonly<Record<string, Field>>, name: string, value: unknown): void {
  if (!isRecord(value)) throw wrong(name, "an object", value);
  for (const [key, given] of Object.entries(value)) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) {
      throw new TypeError(`${name}.${key} is no option; there are ${Object.keys(fields).join(", ")}`);
    }
    if (given !== undefined) checkField(field, `${name}.${key}`, given);
  }
  for (const [key, field] of Object.entries(fields)) {
    if (field.required === true && value[key] === undefined) throw new TypeError(`${name}.${key} is missing`);
  }
}

function checkField(field: Field, name: string, value: unknown): void {
  switch (field.kind) {
    case "string":
      string(name, value);
      return;
    case "boolean":
      if (typeof value !== "boolean") throw wrong(name, "a boolean", value);
      return;
    case "integer":
      if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 0xffff_ffff) {
        throw wrong(name, "a whole number from 0", value);
      }
      return;
    case "strings":
      if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
        throw wrong(name, "an array of strings", value);
      }
      return;
    case "texts":
      if (!isRecord(value) || !Object.values(value).every((item) => typeof item === "string")) {
        throw wrong(name, "an object of strings", value);
      }
      return;
    case "options":
      checkOptions(OPTIONS[field.of as OptionsName], name, value);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The error for an argument of a wrong type. */
export function wrong(name: string, expected: string, value: unknown): TypeError {
  const given = value === null ? "null" : Array.isArray(value) ? "an array" : `of type ${typeof value}`;
  return new TypeError(`${name} must be ${expected}, and is ${given}`);
}
