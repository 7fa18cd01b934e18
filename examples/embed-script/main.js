import { Workspace } from "./node_modules/ringfence/dist/web.js";

const manifest = document.querySelector("textarea");
const isolated = document.querySelector("output");
const list = document.querySelector("ul");

const workspace = await Workspace.create();

function show() {
  workspace.set("shop.yaml", manifest.value);
  const { coverage, findings } = workspace.check();
  const { workloads, ingress, egress } = coverage;
  isolated.value = `ingress ${ingress.isolated} of ${workloads}, egress ${egress.isolated} of ${workloads}`;
  list.replaceChildren(
    ...findings.map(({ location, message, rule }) => {
      const item = document.createElement("li");
      item.textContent = `${location.path}:${location.start?.line}: ${message} [${rule}]`;
      return item;
    }),
  );
}

manifest.addEventListener("input", show);
show();
