import assert from "node:assert/strict";
import { test } from "node:test";
import { manifest, PROGRAMS } from "../src/examples.js";
import { BUILD } from "../src/places.js";
import { run } from "../src/run.js";
import { runtime } from "../src/runtimes.js";

/** What each prints, without the messages. */
const PRINTED = [
  "shop.yaml:3: [pod-not-covered-egress]",
  "shop.yaml:8: [pod-not-covered-egress]",
  "shop.yaml:13: [no-default-deny-egress]",
  "shop.yaml:25: [dangling-peer]",
  "Isolated: ingress 2 of 2, egress 0 of 2",
];

for (const [name, command] of Object.entries(PROGRAMS)) {
  test(`${name} prints findings and coverage`, async (t) => {
    const found = runtime(command);
    if ("missing" in found) return t.skip(found.missing);
    const [called, ...args] = manifest(BUILD + name).scripts?.start?.split(" ") ?? [];
    assert.equal(called, command);
    const lines = (await run(found.program, args, BUILD + name)).trim().split("\n");
    assert.deepEqual(
      lines.map((line) => line.replace(/^(\S+:\d+: ).*(\[.+\])$/, "$1$2")),
      PRINTED,
    );
  });
}
