import type { CheckReport } from "ringfence";

const manifest = document.querySelector("textarea") as HTMLTextAreaElement;
const isolated = document.querySelector("output") as HTMLOutputElement;
const list = document.querySelector("ul") as HTMLUListElement;

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

worker.addEventListener("message", ({ data }: MessageEvent<CheckReport>) => {
  const { workloads, ingress, egress } = data.coverage;
  isolated.value = `ingress ${ingress.isolated} of ${workloads}, egress ${egress.isolated} of ${workloads}`;
  list.replaceChildren(
    ...data.findings.map(({ location, message, rule }) => {
      const item = document.createElement("li");
      item.textContent = `${location.path}:${location.start?.line}: ${message} [${rule}]`;
      return item;
    }),
  );
});

manifest.addEventListener("input", () => worker.postMessage(manifest.value));
worker.postMessage(manifest.value);
