/** Where things lie. */

import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
/** The examples, as they are written. */
export const EXAMPLES = `${ROOT}examples/`;
/** Copies of the examples beside the packed package, as at somebody who has installed it. */
export const BUILD = fileURLToPath(new URL("../build/", import.meta.url));
