import assert from "node:assert/strict";
import { test } from "node:test";
import { EMBEDDING, manifest, PAGES, PROGRAMS } from "../src/examples.js";
import { BUILD, EXAMPLES, ROOT } from "../src/places.js";

test("every example of embedding is run", () => {
  assert.deepEqual([...Object.keys(PAGES), ...Object.keys(PROGRAMS)].sort(), EMBEDDING);
});

test("the examples name the versions that they are run with", () => {
  const tools = manifest(`${ROOT}js/tests/hosts`).devDependencies ?? {};
  const { version } = manifest(`${BUILD}node_modules/ringfence`);
  for (const name of EMBEDDING) {
    const { dependencies, devDependencies = {} } = manifest(EXAMPLES + name);
    assert.deepEqual(dependencies, { ringfence: `^${version}` }, name);
    for (const [tool, range] of Object.entries(devDependencies))
      assert.equal(range, tools[tool], `${name}: ${tool}`);
  }
});
