/** Chromium, and what happens in its pages. */

import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

/** Why there is no browser here; undefined where there is one. */
export const MISSING = existsSync(CHROMIUM) ? undefined : `${CHROMIUM} is not installed`;

/** Starts the browser. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
}

/** Notes by which of its functions a page made WebAssembly modules. It is text because it runs in the page. */
const NOTES_LOADS = `
  globalThis.loads = [];
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const made = await original.apply(WebAssembly, args);
      loads.push(name);
      return made;
    };
  }
`;

/** A page, and what is known of it. */
export interface Visit {
  readonly page: Page;
  /** Errors of scripts, of the console, and of the policy of the server. */
  readonly errors: readonly string[];
  /** Warnings of the console. */
  readonly warnings: readonly string[];
  /** The WebAssembly files that were fetched. */
  readonly fetched: readonly string[];
}

/** Opens an address in a page of its own. */
export async function visit(browser: Browser, address: string): Promise<Visit> {
  const page = await browser.newPage();
  const errors: string[] = [];
  const warnings: string[] = [];
  const fetched: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    // Browsers ask for an icon by themselves.
    if (message.location().url.endsWith("/favicon.ico")) return;
    if (message.type() === "error") errors.push(message.text());
    if (message.type() === "warning") warnings.push(message.text());
  });
  page.context().on("request", (request) => {
    if (new URL(request.url()).pathname.endsWith(".wasm")) fetched.push(request.url());
  });
  await page.addInitScript(NOTES_LOADS);
  await page.goto(address);
  return { page, errors, warnings, fetched };
}

/** By which functions the page made WebAssembly modules. */
export function loads(page: Page): Promise<string[]> {
  return page.evaluate<string[]>("loads");
}
