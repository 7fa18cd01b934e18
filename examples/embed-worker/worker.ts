import { Workspace } from "ringfence";

const created = Workspace.create();

addEventListener("message", async ({ data }: MessageEvent<string>) => {
  const workspace = await created;
  workspace.set("shop.yaml", data);
  postMessage(workspace.check());
});
