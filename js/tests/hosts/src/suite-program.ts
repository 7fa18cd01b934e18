/** Answers the cases in a file, and prints the answers: `suite-program CASES ROOT`. */

import { readFile } from "node:fs/promises";
import * as ringfence from "ringfence";
import { answers, type Case } from "./questions.js";

const [file = "", root = ""] = process.argv.slice(2);
const cases = JSON.parse(await readFile(file, "utf8")) as Case[];
const given = await answers(ringfence, cases, (place) => readFile(root + place));
process.stdout.write(JSON.stringify(given));
