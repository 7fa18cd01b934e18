import { Workspace } from "ringfence";

const manifest = document.querySelector("textarea") as HTMLTextAreaElement;
const isolated = document.querySelector("output") as HTMLOutputElement;
const list = document.querySelector("ul") as HTMLUListElement;

const workspace = await Workspace.create();

function show(): void {
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
