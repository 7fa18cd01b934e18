import assert from "node:assert/strict";
import { test } from "node:test";
import { RingfenceError, Workspace } from "../src/node.js";
import { initSync as instance } from "../wasm/ringfence_wasm.js";
import { SHOP } from "./support.js";

/** Breaks whatever runs next: nothing that the module holds is as it was. */
function breakMemory(): void {
  new Uint8Array(instance({ module: new Uint8Array() }).memory.buffer).fill(0xff);
}

test("a trap is an error of its own, and new workspaces can be made", async () => {
  for (let round = 0; round < 3; round += 1) {
    const [broken, bystander] = [await Workspace.create(), await Workspace.create()];
    broken.set("shop.yaml", SHOP);
    bystander.set("shop.yaml", SHOP);
    const expected = bystander.check();
    breakMemory();
    assert.throws(
      () => broken.check(),
      (error: unknown) => {
        assert.ok(error instanceof RingfenceError && error.cause instanceof Error);
        return error.code === "trap" && error.message.includes("make a new workspace");
      },
    );
    // Both were in that memory.
    assert.throws(() => broken.check(), { code: "trap" });
    assert.throws(() => bystander.flows(), { code: "trap" });
    broken.dispose();
    assert.throws(() => broken.check(), { code: "disposed" });

    const fresh = Workspace.createSync();
    fresh.set("shop.yaml", SHOP);
    assert.deepEqual(fresh.check(), expected);
    assert.throws(() => fresh.diff(bystander), { code: "trap" });
    bystander.dispose();
    assert.deepEqual(fresh.check(), expected);
    fresh.dispose();
  }
});
