import { Workspace } from "ringfence";

const workspace = await Workspace.create();
for (const path of Bun.argv.slice(2)) workspace.set(path, await Bun.file(path).text());

const { coverage, findings } = workspace.check();
const { workloads, ingress, egress } = coverage;
for (const { location, message, rule } of findings) {
  console.log(`${location.path}:${location.start?.line}: ${message} [${rule}]`);
}
console.log(
  `Isolated: ingress ${ingress.isolated} of ${workloads}, egress ${egress.isolated} of ${workloads}`,
);
