import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { createServer } from "vite";
import { launch, loads, MISSING, type Visit, visit } from "../src/browser.js";
import { build, PAGES } from "../src/examples.js";
import { BUILD, EXAMPLES } from "../src/places.js";
import { type Manners, serve } from "../src/server.js";

/** The manifest that the examples show, as a file. */
const SHOP = readFileSync(`${EXAMPLES}embed-node/shop.yaml`, "utf8");
/** The same with its slips mended, and another one behind them. */
const MENDED = SHOP.replace("wbe", "web").replace("[Ingress]", "[Ingress, Egress]");

/** After that many milliseconds nothing will come any more. */
const PATIENCE = 60_000;

const built = new Map(Object.keys(PAGES).map((name) => [name, build(name)]));
// Each is awaited by the test of its example.
for (const building of built.values()) building.catch(() => undefined);

let browser: Browser | undefined;
before(async () => {
  if (MISSING === undefined) browser = await launch();
});
after(() => browser?.close());

/** The rules of the findings that a page shows, line by line. */
async function shown(page: Page): Promise<string[]> {
  const items = await page.locator("li").allTextContents();
  return items.map((item) => item.replace(/^shop\.yaml:(\d+): .* \[(.+)\]$/s, "$1 $2"));
}

/** Looks at an example while somebody mends its manifest. */
async function look({ page }: Visit): Promise<void> {
  const isolated = page.locator("output");
  await isolated.filter({ hasText: "egress 0 of 2" }).waitFor();
  assert.equal(await isolated.textContent(), "ingress 2 of 2, egress 0 of 2");
  assert.deepEqual(await shown(page), [
    "3 pod-not-covered-egress",
    "8 pod-not-covered-egress",
    "13 no-default-deny-egress",
    "25 dangling-peer",
  ]);
  await page.locator("textarea").fill(MENDED);
  await isolated.filter({ hasText: "egress 2 of 2" }).waitFor();
  assert.deepEqual(await shown(page), ["25 one-sided-allow"]);
}

for (const [name, { site, fetches, inWorker }] of Object.entries(PAGES)) {
  /** Opens the built example. */
  const open = async (
    browser: Browser,
    manners: Manners,
    cleanup: (close: () => void) => void,
  ): Promise<Visit> => {
    const server = await serve(`${BUILD}${name}/${site}`, manners);
    cleanup(server.close);
    return visit(browser, server.address);
  };

  test(`${name} shows findings and coverage under a strict policy`, async (t) => {
    await built.get(name);
    if (browser === undefined) return t.skip(MISSING);
    const found = await open(browser, {}, (close) => t.after(close));
    await look(found);
    assert.deepEqual([found.errors, found.warnings], [[], []]);
    assert.equal(found.fetched.length, fetches ? 1 : 0);
    // In a worker a fallback would have warned.
    assert.deepEqual(await loads(found.page), inWorker ? [] : ["instantiateStreaming"]);
  });

  if (fetches) {
    test(`${name} works where the server doesn't know WebAssembly`, async (t) => {
      await built.get(name);
      if (browser === undefined) return t.skip(MISSING);
      const found = await open(browser, { wasmType: "application/octet-stream" }, (close) => t.after(close));
      await look(found);
      assert.deepEqual(found.errors, []);
      assert.match(found.warnings.join("\n"), /application\/wasm/);
      assert.deepEqual(await loads(found.page), inWorker ? [] : ["instantiate"]);
    });
  }

  if (!inWorker) {
    test(`${name} says what is wrong where WebAssembly isn't allowed`, { timeout: PATIENCE }, async (t) => {
      await built.get(name);
      if (browser === undefined) return t.skip(MISSING);
      const found = await open(browser, { letsWasmIn: false }, (close) => t.after(close));
      while (!found.errors.some((error) => error.startsWith("RingfenceError")))
        await found.page.waitForTimeout(20);
      assert.match(found.errors.join("\n"), /RingfenceError: the WebAssembly module can't be loaded/);
    });
  }
}

for (const name of ["embed-vite", "embed-worker"]) {
  test(`${name} needs no configuration while it is developed`, async (t) => {
    if (browser === undefined) return t.skip(MISSING);
    const server = await createServer({
      root: BUILD + name,
      logLevel: "error",
      server: { host: "127.0.0.1" },
    });
    t.after(() => server.close());
    await server.listen();
    const found = await visit(browser, server.resolvedUrls?.local[0] ?? "");
    await look(found);
    assert.deepEqual(found.errors, []);
  });
}
