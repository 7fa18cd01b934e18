import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { PACKAGE, ROOT, SHOP } from "./support.js";

const run = promisify(execFile);
const tool = (name: string): string => join(ROOT, "js/node_modules/.bin", name);

let folder = "";
let tarball = "";

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "ringfence-package-"));
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: PACKAGE });
  // What a script prints comes before.
  const packed = JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as Record<string, { filename: string }>;
  tarball = join(folder, Object.values(packed)[0]?.filename ?? "");
  writeFileSync(join(folder, "package.json"), '{"name": "consumer", "private": true, "type": "module"}');
  await run("npm", ["install", "--no-audit", "--no-fund", "--offline", tarball], { cwd: folder });
});

after(() => rmSync(folder, { recursive: true, force: true }));

test("the example of the README works where the package is installed", async () => {
  const readme = readFileSync(join(PACKAGE, "README.md"), "utf8");
  const code = /```js\n(.*?)```/s.exec(readme)?.[1] ?? "";
  assert.ok(code.includes("Workspace.create"));
  writeFileSync(join(folder, "shop.yaml"), SHOP.replaceAll("web", "frontend"));
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "-e", code], {
    cwd: folder,
  });
  assert.match(stdout, /^shop\.yaml:\d+: (error|warning|info): .+ \[[a-z-]+\]$/m);
  assert.match(stdout, /^allowed \[$/m);
  assert.equal(stderr, "");
});

test("the package has no dependencies and nothing that isn't needed", async () => {
  const { stdout } = await run("tar", ["-tzf", tarball]);
  const files = stdout
    .trim()
    .split("\n")
    .map((path) => path.replace(/^package\//, ""));
  const expected = [
    /^dist\/[\w/-]+\.(js|d\.ts)$/,
    /^wasm\/ringfence_wasm(\.js|\.d\.ts|_bg\.wasm)$/,
    // The command, which is none of the library's.
    /^(bin\/ringfence\.js|wasm-cli\/ringfence_cli_wasm(\.js|\.d\.ts|_bg\.wasm))$/,
    /^(package\.json|README\.md|LICENSE-(APACHE|MIT))$/,
  ];
  assert.deepEqual(
    files.filter((path) => !expected.some((form) => form.test(path))),
    [],
  );
  for (const needed of ["README.md", "LICENSE-APACHE", "LICENSE-MIT"])
    assert.ok(files.includes(needed), needed);
  assert.equal(files.filter((path) => path.startsWith("wasm/") && path.endsWith(".wasm")).length, 1);
  const manifest = JSON.parse(
    readFileSync(join(folder, "node_modules/ringfence/package.json"), "utf8"),
  ) as object;
  assert.ok(!("dependencies" in manifest));
});

test("its types are those of a strict project, with and without a bundler", async () => {
  writeFileSync(
    join(folder, "consumer.ts"),
    `import { RingfenceError, Workspace, type CheckReport, type Finding } from "ringfence";
export async function errors(text: string): Promise<Finding[]> {
  using workspace = await Workspace.create({ encoding: "utf-8" });
  workspace.set("a.yaml", text);
  const report: CheckReport = workspace.check({ select: ["coverage"] });
  // @ts-expect-error There is no such option.
  workspace.check({ sellect: [] });
  return report.findings.filter((finding) => finding.severity === "error");
}
export function isTrap(error: unknown): boolean {
  return error instanceof RingfenceError && error.code === "trap";
}
`,
  );
  for (const [module, resolution] of [
    ["NodeNext", "NodeNext"],
    ["ESNext", "Bundler"],
  ] as const) {
    const flags = ["--noEmit", "--strict", "--target", "ES2022", "--lib", "ES2022,DOM", "--types", ""];
    const settings = ["--exactOptionalPropertyTypes", "--module", module, "--moduleResolution", resolution];
    await run(tool("tsc"), [...flags, ...settings, "consumer.ts"], { cwd: folder });
  }
});

test("publint finds nothing", async () => {
  const { stdout } = await run(tool("publint"), ["--strict", tarball]);
  assert.match(stdout, /All good!/);
});

test("the types resolve for everybody who imports modules", async () => {
  // The WebAssembly file is there for its address, and has no types.
  const flags = ["--profile", "esm-only", "--no-emoji", "--exclude-entrypoints", "./ringfence.wasm"];
  const { stdout } = await run(tool("attw"), [tarball, ...flags]);
  assert.match(stdout, /OK \(ESM\)/);
});
