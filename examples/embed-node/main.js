import { readFileSync } from "node:fs";
import { Workspace } from "ringfence";

const workspace = Workspace.createSync();
for (const path of process.argv.slice(2)) workspace.set(path, readFileSync(path));

const { coverage, findings } = workspace.check();
const { workloads, ingress, egress } = coverage;
for (const { location, message, rule } of findings) {
  console.log(`${location.path}:${location.start?.line}: ${message} [${rule}]`);
}
console.log(
  `Isolated: ingress ${ingress.isolated} of ${workloads}, egress ${egress.isolated} of ${workloads}`,
);
