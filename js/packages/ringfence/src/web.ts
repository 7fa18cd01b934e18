/**
 * Ringfence in browsers and workers: the module is fetched from beside its JavaScript and compiled while it comes, or
 * after it came where the server doesn't say that it is WebAssembly.
 */

import { setLoader } from "./module.js";

setLoader({ load: () => Promise.resolve(undefined), loadSync: () => undefined });

export * from "./api.js";
