import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as node from "../src/node.js";
import { Workspace } from "../src/node.js";
import * as web from "../src/web.js";
import * as glue from "../wasm/ringfence_wasm.js";

const WASM = new URL("../wasm/", import.meta.url);

/** Whether a name is none that the glue needs for itself: those are not the same in every profile of the build. */
const own = (name: string): boolean => !name.startsWith("__");

test("the module exports what its types declare", async () => {
  const declared = readFileSync(new URL("ringfence_wasm_bg.wasm.d.ts", WASM), "utf8");
  const names = [...declared.matchAll(/^export const (\w+):/gm)].map((match) => match[1] ?? "");
  const module = await WebAssembly.compile(readFileSync(new URL("ringfence_wasm_bg.wasm", WASM)));
  const exported = WebAssembly.Module.exports(module).map((one) => one.name);
  assert.deepEqual(exported.filter(own).sort(), names.filter(own).sort());
  const sources = new Set(WebAssembly.Module.imports(module).map((one) => one.module));
  assert.deepEqual([...sources], ["./ringfence_wasm_bg.js"], "it needs nothing but its glue");
});

test("everything that the module offers has its place in the package, and nothing else is offered", () => {
  const methods = (prototype: object): string[] =>
    Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor" && own(name));
  const offered = methods(glue.Workspace.prototype).map(
    (name) => ({ free: "dispose", setText: "set" })[name] ?? name,
  );
  assert.deepEqual(methods(Workspace.prototype).sort(), [...new Set(offered)].sort());

  const ofEveryClass = ["length", "name", "prototype"];
  const statics = Object.getOwnPropertyNames(Workspace).filter((name) => !ofEveryClass.includes(name));
  assert.deepEqual(statics.sort(), ["create", "createSync", "rule", "rules", "schema", "version"]);
  const inner = ["Workspace", "default", "initSync", "renew"];
  const functions = Object.keys(glue).filter((name) => own(name) && !inner.includes(name));
  assert.deepEqual(functions.sort(), ["rule", "rules", "schema", "version"]);
});

test("every host has the same exports", () => {
  assert.deepEqual(Object.keys(web).sort(), Object.keys(node).sort());
  assert.deepEqual(Object.keys(node).sort(), [
    "MAX_FILE_BYTES",
    "RingfenceError",
    "Workspace",
    "init",
    "initSync",
  ]);
});
