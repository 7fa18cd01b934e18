import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { before, type TestContext, test } from "node:test";
import { build } from "esbuild";
import { launch, MISSING, visit } from "../src/browser.js";
import { BUILD, ROOT } from "../src/places.js";
import { type Case, expected } from "../src/questions.js";
import { run } from "../src/run.js";
import { runtime } from "../src/runtimes.js";
import { serve } from "../src/server.js";

const SUITE = `${BUILD}suite/`;
const CASES = `${SUITE}cases.json`;
/** How many differences are told. */
const MOST = 5;

let cases: Case[] = [];

before(async () => {
  mkdirSync(SUITE, { recursive: true });
  // With all packages, so that what their own tests have built is not built anew.
  const asked = ["test", "--quiet", "--workspace", "--test", "host_answers"];
  await run("cargo", asked, ROOT, { HOST_ANSWERS: CASES });
  cases = JSON.parse(readFileSync(CASES, "utf8")) as Case[];
  // The packed package is beside the output, and is not bundled.
  const sources = ["program", "page"].map((name) => `src/suite-${name}.ts`);
  const settings = { bundle: true, format: "esm", packages: "external", outdir: SUITE } as const;
  await build({ ...settings, entryPoints: sources, platform: "neutral", external: ["node:*"] });
  writeFileSync(`${SUITE}index.html`, '<!doctype html><script type="module" src="suite-page.js"></script>');
});

/** Compares what a host says about every case with what the core says natively. */
function compare(t: TestContext, given: readonly (readonly string[])[]): void {
  const wrong: object[] = [];
  let compared = 0;
  for (const [i, { name, questions }] of cases.entries()) {
    for (const [j, question] of questions.entries()) {
      const [actual, native] = [given[i]?.[j], expected(question)];
      if (actual !== native)
        wrong.push({ name, method: question.method, arguments: question.arguments, actual, native });
      compared += 1;
    }
  }
  assert.deepEqual(wrong.slice(0, MOST), [], `${wrong.length} of ${compared} answers differ`);
  assert.notEqual(compared, 0);
  t.diagnostic(`compared ${compared} answers about ${cases.length} cases`);
}

for (const [command, flags] of Object.entries({ node: [], deno: ["run", "--allow-read"], bun: [] })) {
  test(`the answers in ${command} are those of the native core`, async (t) => {
    const found = runtime(command as "node");
    if ("missing" in found) return t.skip(found.missing);
    const printed = await run(found.program, [...flags, `${SUITE}suite-program.js`, CASES, ROOT], SUITE);
    compare(t, JSON.parse(printed) as string[][]);
  });
}

test("the answers in Chromium are those of the native core", async (t) => {
  if (MISSING !== undefined) return t.skip(MISSING);
  const [server, browser] = [await serve(ROOT), await launch()];
  t.after(async () => {
    await browser.close();
    server.close();
  });
  const here = SUITE.slice(ROOT.length);
  const { page, errors } = await visit(browser, `${server.address}${here}index.html`);
  const ringfence = `/${BUILD.slice(ROOT.length)}node_modules/ringfence/dist/web.js`;
  const given = await page.evaluate(
    ([address, file]) => answerAll(address ?? "", file ?? ""),
    [ringfence, `/${here}cases.json`],
  );
  assert.deepEqual(errors, []);
  compare(t, given);
});
