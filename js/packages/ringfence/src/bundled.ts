/**
 * Ringfence behind a bundler.
 *
 * Not every bundler copies the WebAssembly file to beside the bundle: esbuild and Rollup leave its address as it is. So
 * the bundle holds the module, packed. Vite does copy it, and says at build time that it is Vite: there the branch falls
 * away with the bytes, and the module is fetched and compiled while it comes. webpack is led to `web.js` by its condition.
 */

import { bytes } from "./bytes.js";
import { setLoader } from "./module.js";

/** What Vite puts in place of `import.meta.env` when it builds. Its development server copies no files of packages. */
interface ViteMeta {
  readonly env?: { readonly PROD?: boolean };
}

setLoader({
  load: () => Promise.resolve((import.meta as ViteMeta).env?.PROD ? undefined : unpacked()),
  loadSync: () => undefined,
});

/** The module, compiled while it is unpacked. */
function unpacked(): Response {
  const packed = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream, { headers: { "content-type": "application/wasm" } });
}

export * from "./api.js";
