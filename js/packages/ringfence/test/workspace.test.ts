import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Workspace } from "../src/node.js";
import { putExample, ROOT, SHOP, SLOPPY } from "./support.js";

async function shop(): Promise<Workspace> {
  const workspace = await Workspace.create();
  workspace.set("shop.yaml", SHOP);
  return workspace;
}

test("a check gives findings with places, coverage and inputs", async () => {
  const workspace = await Workspace.create();
  putExample(workspace, "online-shop");
  const report = workspace.check();
  assert.equal(report.version, 1);
  assert.ok(report.findings.length > 0);
  for (const { location } of report.findings) {
    assert.ok(location.path.endsWith(".yaml") && (location.start?.line ?? 1) > 0);
  }
  assert.equal(report.coverage.workloads, 12);
  assert.ok(report.inputs.objects >= 20);
});

test("strings and bytes are the same file", async () => {
  const workspace = await shop();
  const before = workspace.check();
  workspace.set("shop.yaml", new TextEncoder().encode(SHOP));
  assert.deepEqual(workspace.check(), before);
});

test("a change is in the next answer, and only that", async () => {
  const workspace = await shop();
  const before = workspace.check().findings.length;
  workspace.set("broken.yaml", "kind: [");
  assert.ok(workspace.check().findings.length > before);
  workspace.remove("broken.yaml");
  assert.equal(workspace.check().findings.length, before);
  workspace.setUnread("denied.yaml", "permission denied");
  assert.deepEqual(workspace.check().inputs.skipped, [{ path: "denied.yaml", reason: "permission denied" }]);
});

test("columns are counted in UTF-16 unless told otherwise", async () => {
  const text = 'apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {x: "𝄞é"}, nonsense: 1}\n';
  const line = text.split("\n")[2] ?? "";
  const column = async (encoding?: "utf-8" | "utf-16" | "utf-32"): Promise<number | undefined> => {
    const workspace = await Workspace.create({ encoding });
    workspace.set("a.yaml", text);
    const found = workspace.check().findings.find((finding) => finding.rule === "unknown-field");
    return found?.location.start?.column;
  };
  const before = line.slice(0, line.indexOf("nonsense"));
  assert.equal(await column(), before.length + 1);
  assert.equal(await column("utf-8"), Buffer.byteLength(before) + 1);
  assert.equal(await column("utf-32"), [...before].length + 1);
});

test("configuration is read with its place, and its errors are data", async () => {
  const off = { path: ".ringfence.yaml", text: "rules: {coverage: off}\n" };
  const workspace = await Workspace.create({ config: off });
  workspace.set("shop.yaml", SHOP);
  assert.ok(workspace.check().findings.every((finding) => finding.group !== "coverage"));

  const wrong = { path: ".ringfence.yaml", text: "rules: {covrage: off}\n" };
  await assert.rejects(Workspace.create({ config: wrong }), (error: unknown) => {
    assert.ok(error instanceof Error && error.name === "RingfenceError");
    const { code, problems } = error as unknown as {
      code: string;
      problems: { path: string; line: number }[];
    };
    assert.equal(code, "invalid-config");
    assert.deepEqual(
      problems.map(({ path, line }) => [path, line]),
      [[".ringfence.yaml", 1]],
    );
    return true;
  });

  const extending = { path: "infra/.ringfence.yaml", text: "extends: [base.yaml]\n" };
  const refusal = { code: "invalid-config", missing: ["infra/base.yaml"] };
  await assert.rejects(Workspace.create({ config: extending }), refusal);
  await Workspace.create({ config: { ...extending, extended: { "infra/base.yaml": off.text } } });
});

test("suppressions expire against the given day, or today", async () => {
  const text = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: metrics, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
  - from:
    # ringfence: ignore[namespace-wide-peer] the agents carry no labels yet (until 2020-02-02)
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}
    ports: [{port: 9090}]
`;
  const expired = async (today?: string): Promise<boolean> => {
    const workspace = await Workspace.create({ today });
    workspace.set("a.yaml", text);
    return workspace.check().findings.some((finding) => finding.rule === "suppression-expired");
  };
  assert.equal(await expired("2020-01-01"), false);
  assert.equal(await expired("2020-03-03"), true);
  assert.equal(await expired(), true);
});

test("flows and the graph of the same options agree", async () => {
  const workspace = await shop();
  const options = { workloads: ["shop/db"], direction: "ingress", expand: true } as const;
  const flows = workspace.flows(options);
  const row = flows.flows.find((flow) => flow.from[0] === "shop/web[Pod]");
  assert.deepEqual(row, { from: ["shop/web[Pod]"], to: ["shop/db[Pod]"], allow: { TCP: [[5432, 5432]] } });

  const graph = workspace.graph(options);
  assert.ok(graph.size !== undefined && graph.boxes[0]?.area !== undefined);
  const edge = graph.edges.find((one) => one.from === "shop/web[Pod]" && one.to === "shop/db[Pod]");
  assert.ok(edge !== undefined && edge.certainty === "allowed" && edge.points.length > 1);
  assert.deepEqual(flows.flows[edge.row], row);
  const member = graph.nodes.find((node) => node.id === edge.from)?.members[0];
  assert.equal(workspace.explain(member ?? "", "shop/db").explanations[0]?.verdict, "partly");
});

test("an explanation has the lines that decide", async () => {
  const workspace = await shop();
  const [allowed] = workspace.explain("shop/web", "shop/db", { port: "5432" }).explanations;
  assert.equal(allowed?.verdict, "allowed");
  const rule = allowed.ingress.policies[0]?.rules[0];
  assert.deepEqual([rule?.location.path, rule?.location.start?.line], ["shop.yaml", 14]);
  const [denied] = workspace.explain("192.0.2.1", "shop/db").explanations;
  assert.equal(denied?.verdict, "denied");
  const [foreign] = workspace.explain("other/{app=web}", "shop/db").explanations;
  assert.equal(foreign?.verdict, "denied");
});

test("exposure tells who else could come", async () => {
  const workspace = await shop();
  const [db] = workspace.exposure({ workloads: ["db"] }).workloads;
  assert.equal(db?.workload, "shop/db[Pod]");
  assert.deepEqual([db.ingress.protected, db.ingress.peers], [true, []]);
  const everybody = { namespaces: "all", pods: "all", allow: "all", workloads: 2 };
  assert.deepEqual([db.egress.protected, db.egress.peers], [false, [everybody]]);
});

test("changes go from the older workspace to the newer", async () => {
  const [older, newer] = [await shop(), await shop()];
  newer.set("shop.yaml", SHOP.replace("5432", "9999"));
  const [change] = older.diff(newer).changes;
  assert.deepEqual([change?.from, change?.to, change?.change], ["shop/web[Pod]", "shop/db[Pod]", "changed"]);
  assert.deepEqual([change?.opened, change?.closed], [{ TCP: [[9999, 9999]] }, { TCP: [[5432, 5432]] }]);
  assert.deepEqual(older.diff(older).changes, []);
});

test("fixes are new texts, of all findings or of one", async () => {
  const workspace = await shop();
  workspace.set("deny.yaml", SLOPPY);
  const fixed = workspace.fix();
  assert.deepEqual(
    fixed.files.map((one) => one.path),
    ["deny.yaml"],
  );
  assert.doesNotMatch(fixed.files[0]?.text ?? "", /ringfence: ignore/);
  assert.deepEqual(
    fixed.applied.map((one) => one.rule),
    ["suppression-unused"],
  );
  const fingerprint = fixed.applied[0]?.fingerprint;
  assert.deepEqual(workspace.fix({ fingerprint }).files, fixed.files);
  for (const { path, text } of fixed.files) workspace.set(path, text);
  assert.deepEqual(workspace.fix().files, []);
});

test("the edits of a finding, in UTF-16, make the text of its fix", async () => {
  const workspace = await Workspace.create();
  const text = SLOPPY.replace("nothing is found", "𝄞 nothing is found");
  workspace.set("deny.yaml", text);
  const finding = workspace.check().findings.find((one) => one.rule === "suppression-unused");
  const edit = finding?.fixes[0]?.edits[0];
  assert.ok(finding !== undefined && edit !== undefined);
  const starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const at = ({ line, column }: { line: number; column: number }): number =>
    (starts[line - 1] ?? 0) + column - 1;
  const mended = text.slice(0, at(edit.start)) + edit.text + text.slice(at(edit.end));
  assert.equal(mended, workspace.fix({ fingerprint: finding.fingerprint }).files[0]?.text);
});

test("every format has a report", async () => {
  const workspace = await shop();
  for (const format of ["text", "json", "sarif", "github", "gitlab", "junit", "markdown"] as const) {
    assert.ok(workspace.report(format).length > 0, format);
  }
  assert.equal((JSON.parse(workspace.report("json")) as { version: number }).version, 1);
  assert.ok(workspace.report("text", { color: true }).includes("\u001b["));
  assert.ok(!workspace.report("text").includes("\u001b["));
  assert.equal(workspace.report("sarif", { check: { select: ["input"] } }).includes('"ruleId"'), false);
});

test("tools are told what to render", async () => {
  const workspace = await Workspace.create();
  workspace.set("k/kustomization.yaml", "resources: [a.yaml]\n");
  workspace.set("k/a.yaml", SHOP);
  assert.deepEqual(workspace.jobs(), [{ folder: "k", tool: "kustomize" }]);
  workspace.setRendered("k", SHOP.replaceAll("namespace: shop", "namespace: rendered"));
  assert.ok(workspace.flows().groups.some((group) => group.namespace === "rendered"));
  workspace.setUnrendered("k", "no kustomize");
  assert.ok(workspace.check().inputs.skipped.some((skipped) => skipped.reason === "no kustomize"));
  assert.deepEqual(workspace.overlays(), []);
});

test("rules have pages, and schemas are those that are published", () => {
  const rules = Workspace.rules();
  assert.ok(rules.length > 40 && rules.every((rule) => rule.page !== undefined && rule.page.length > 100));
  const [first] = rules;
  assert.ok(first !== undefined);
  assert.deepEqual(Workspace.rule(first.name), first);
  for (const file of readdirSync(`${ROOT}docs/schema`)) {
    const name = file.replace(".schema.json", "");
    if (name === "block-report") continue;
    const published = JSON.parse(readFileSync(`${ROOT}docs/schema/${file}`, "utf8")) as Record<
      string,
      unknown
    >;
    const given = Workspace.schema(name as "config");
    if (name === "config") delete published["$comment"];
    assert.deepEqual(given, published, name);
  }
});

test("the version is that of the package", () => {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  assert.equal(Workspace.version, version);
});

test("a synchronous workspace is like any other", async () => {
  const workspace = Workspace.createSync({ namespace: "fallback" });
  workspace.set("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n");
  assert.equal(workspace.check().coverage.namespaces[0]?.name, "fallback");
});
