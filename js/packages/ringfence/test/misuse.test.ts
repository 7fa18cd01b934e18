import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_FILE_BYTES, RingfenceError, Workspace } from "../src/node.js";
import { inNewProcess, SHOP } from "./support.js";

/** A workspace as JavaScript sees it, where nobody checks types before. */
type Untyped = Record<string, (...values: unknown[]) => unknown>;

async function shop(): Promise<Workspace & Untyped> {
  const workspace = await Workspace.create();
  workspace.set("shop.yaml", SHOP);
  return workspace as Workspace & Untyped;
}

test("arguments of a wrong type are named", async () => {
  const workspace: Untyped = await shop();
  const wrong: [string, unknown[], string][] = [
    ["set", [1, ""], "path must be a string, and is of type number"],
    ["set", ["a.yaml", [1, 2]], "text must be a string or a Uint8Array, and is an array"],
    ["set", ["a.yaml"], "text must be a string or a Uint8Array, and is of type undefined"],
    ["remove", [null], "path must be a string, and is null"],
    ["setUnread", ["a.yaml", 1], "reason must be a string, and is of type number"],
    ["setRendered", ["k", new Uint8Array()], "text must be a string, and is of type object"],
    ["setUnrendered", [1, ""], "folder must be a string, and is of type number"],
    ["check", ["all"], "options must be an object, and is of type string"],
    ["check", [null], "options must be an object, and is null"],
    ["check", [{ sellect: [] }], "options.sellect is no option; there are baseline, ignore, select, today"],
    ["check", [{ select: "coverage" }], "options.select must be an array of strings, and is of type string"],
    ["check", [{ select: [1] }], "options.select must be an array of strings, and is an array"],
    ["flows", [{ expand: 1 }], "options.expand must be a boolean, and is of type number"],
    ["graph", [{ port: 443 }], "options.port must be a string, and is of type number"],
    ["explain", ["a", 1], "to must be a string, and is of type number"],
    ["exposure", [[]], "options must be an object, and is an array"],
    ["diff", [{}], "newer must be a Workspace, and is of type object"],
    ["fix", [{ fix: -1 }], "options.fix must be a whole number from 0, and is of type number"],
    ["fix", [{ check: 1 }], "options.check must be an object, and is of type number"],
    ["fix", [{ check: { today: 1 } }], "options.check.today must be a string, and is of type number"],
    ["report", [1], "format must be a string, and is of type number"],
    ["report", ["text", { check: [] }], "options.check must be an object, and is an array"],
  ];
  for (const [method, values, message] of wrong) {
    assert.throws(() => workspace[method]?.(...values), { name: "TypeError", message }, method);
  }
  const create = Workspace.create as (options: unknown) => Promise<Workspace>;
  const incomplete = { name: "TypeError", message: "options.config.path is missing" };
  await assert.rejects(create({ config: { text: "" } }), incomplete);
  await assert.rejects(create({ config: { path: "a", text: "", extended: { a: 1 } } }), {
    message: "options.config.extended must be an object of strings, and is of type object",
  });
  // Nothing of that harmed it.
  assert.equal((workspace as unknown as Workspace).check().coverage.workloads, 2);
});

test("options that are undefined are not there", async () => {
  const workspace = await shop();
  assert.ok(workspace.flows({ port: undefined, workloads: undefined }).flows.length > 0);
  assert.ok(workspace.check(undefined).findings.length > 0);
});

test("what means nothing is refused with a code", async () => {
  const workspace = await shop();
  const refused: [string, () => unknown][] = [
    ["unknown-path", () => workspace.remove("other.yaml")],
    ["unknown-rule", () => workspace.check({ select: ["nonsense"] })],
    ["unknown-rule", () => Workspace.rule("nonsense")],
    ["unknown-format", () => workspace.report("pdf" as "text")],
    ["unknown-schema", () => Workspace.schema("nonsense" as "config")],
    ["unknown-workload", () => workspace.flows({ workloads: ["shop/cart"] })],
    ["unknown-workload", () => workspace.explain("shop/cart", "shop/db")],
    ["unknown-overlay", () => workspace.graph({ overlay: "prod" })],
    ["unknown-fix", () => workspace.fix({ fingerprint: "nonsense" })],
    ["invalid-end", () => workspace.explain("shop/{app", "shop/db")],
    ["nothing-to-explain", () => workspace.explain("shop/db", "shop/db")],
    ["invalid-option", () => workspace.flows({ direction: "up" as "egress" })],
    ["invalid-option", () => workspace.flows({ port: "http" })],
    ["invalid-option", () => workspace.check({ today: "tomorrow" })],
  ];
  for (const [code, use] of refused) {
    assert.throws(
      use,
      (error: unknown) => {
        assert.ok(error instanceof RingfenceError);
        assert.equal(error.code, code);
        assert.ok(error.message.length > 10 && !error.message.startsWith("{"), error.message);
        return true;
      },
      code,
    );
  }
  await assert.rejects(Workspace.create({ encoding: "latin1" as "utf-8" }), { code: "invalid-option" });
});

test("a file that is too large is refused before it is copied", async () => {
  const workspace = await shop();
  const ascii = "a".repeat(MAX_FILE_BYTES + 1);
  const refusal = { code: "file-too-large", message: "`big.yaml` is larger than 64 MiB" };
  for (const text of [new Uint8Array(100_000_000), ascii, "é".repeat(MAX_FILE_BYTES / 2 + 1)]) {
    assert.throws(() => workspace.set("big.yaml", text), refusal);
  }
  assert.throws(() => workspace.setRendered("big", ascii), { code: "file-too-large" });
  assert.equal(workspace.check().inputs.files, 1);
});

test("a workspace that was disposed of says so", async () => {
  const workspace = await shop();
  const other = await shop();
  workspace.dispose();
  workspace.dispose();
  assert.throws(() => workspace.check(), { code: "disposed" });
  assert.throws(() => other.diff(workspace), { code: "disposed" });
  assert.ok(other.check().findings.length > 0);
});

test("a module that can't be had can be had later", async () => {
  const { stdout } = await inNewProcess(`
    import { init, initSync, Workspace } from "../src/web.ts";
    import { readFileSync } from "node:fs";
    const code = (error) => error.code;
    const sync = () => { try { Workspace.createSync(); } catch (error) { return error.code; } };
    console.log(sync());
    console.log(await init(new Uint8Array([1, 2, 3])).catch(code));
    console.log(await init("http://127.0.0.1:1/none.wasm").catch(code));
    await init(readFileSync("../wasm/ringfence_wasm_bg.wasm"));
    console.log((await Workspace.create()).check().version, Workspace.createSync().check().version);
  `);
  assert.deepEqual(stdout.trim().split("\n"), ["not-loaded", "load-failed", "load-failed", "1 1"]);
});
