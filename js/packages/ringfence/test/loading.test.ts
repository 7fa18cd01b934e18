import assert from "node:assert/strict";
import { test } from "node:test";
import { inNewProcess } from "./support.js";

/** Serves the module with a type of content, and loads it from there as a browser does. */
function served(contentType: string): Promise<{ stdout: string; stderr: string }> {
  return inNewProcess(`
    import { createServer } from "node:http";
    import { readFileSync } from "node:fs";
    import { init, Workspace } from "../src/web.ts";
    const server = createServer((_, response) => {
      response.setHeader("content-type", ${JSON.stringify(contentType)});
      response.end(readFileSync("../wasm/ringfence_wasm_bg.wasm"));
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    await init(new URL("http://127.0.0.1:" + server.address().port));
    console.log((await Workspace.create()).check().version);
    server.close();
  `);
}

test("the module is compiled while it comes", async () => {
  assert.deepEqual(await served("application/wasm"), { stdout: "1\n", stderr: "" });
});

test("a server that doesn't know WebAssembly is no obstacle", async () => {
  assert.equal((await served("application/octet-stream")).stdout, "1\n");
});

test("the module is loaded once, however many ask", async () => {
  const { stdout } = await inNewProcess(`
    import { init, initSync, Workspace } from "../src/node.ts";
    const late = "http://127.0.0.1:1/none.wasm";
    const all = await Promise.all([Workspace.create(), Workspace.create(), init(), init(late)]);
    initSync(new Uint8Array([1]));
    console.log(all.length, Workspace.createSync().check().version);
  `);
  assert.equal(stdout, "4 1\n");
});

test("a host can hand over a compiled module", async () => {
  const { stdout } = await inNewProcess(`
    import { initSync, Workspace } from "../src/web.ts";
    import { readFileSync } from "node:fs";
    initSync(await WebAssembly.compile(readFileSync("../wasm/ringfence_wasm_bg.wasm")));
    console.log((await Workspace.create()).check().version);
  `);
  assert.equal(stdout, "1\n");
});
