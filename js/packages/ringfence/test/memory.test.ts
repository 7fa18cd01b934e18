import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Workspace } from "../src/node.js";
import { initSync as instance } from "../wasm/ringfence_wasm.js";
import { putExample, SHOP } from "./support.js";

/** The bytes of the module's memory, which never gets smaller. */
function memory(): number {
  // The module is there already, so that this gives what it exports.
  return instance({ module: new Uint8Array() }).memory.buffer.byteLength;
}

async function use(): Promise<Workspace> {
  const workspace = await Workspace.create();
  workspace.set("shop.yaml", SHOP);
  workspace.check();
  workspace.flows();
  return workspace;
}

test("a thousand workspaces that are disposed of take the memory of one", async () => {
  for (let i = 0; i < 20; i += 1) (await use()).dispose();
  const before = memory();
  for (let i = 0; i < 1_000; i += 1) (await use()).dispose();
  assert.equal(memory(), before);
});

test("edits don't add up", async () => {
  const workspace = await Workspace.create();
  putExample(workspace, "online-shop");
  const edit = (i: number): void => {
    workspace.set("shop.yaml", `# ${"x".repeat(i % 7)}\n${SHOP}`);
    workspace.check();
    workspace.graph();
  };
  for (let i = 0; i < 20; i += 1) edit(i);
  const before = memory();
  for (let i = 0; i < 200; i += 1) edit(i);
  assert.equal(memory(), before);
});

test("workspaces that nobody holds are collected", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const many = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      await use();
      if (i % 50 === 0) {
        collect();
        // What is collected is freed in a task of its own.
        await setTimeout(1);
      }
    }
  };
  await many(200);
  const before = memory();
  await many(1_000);
  assert.equal(memory(), before);
});

test("a block that uses a workspace frees it", async (context) => {
  const key = (Symbol as { dispose?: symbol }).dispose;
  if (key === undefined) {
    context.skip("this runtime knows no Symbol.dispose");
    return;
  }
  let kept: Workspace;
  {
    using workspace = await use();
    kept = workspace;
    assert.ok(kept.check().findings.length > 0);
  }
  assert.throws(() => kept.check(), { code: "disposed" });
});
