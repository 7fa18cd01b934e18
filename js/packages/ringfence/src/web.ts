/** Ringfence in browsers and workers: the module is fetched from beside its JavaScript, and compiled as it comes. */

import { setLoader } from "./module.js";

setLoader({ load: () => Promise.resolve(undefined) });

export * from "./api.js";
