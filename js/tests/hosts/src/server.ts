/** A server of files, as strict as a careful one on the internet. */

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

/** What lets WebAssembly in, and nothing that is evaluated from text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
];

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};
/** For everything else. */
const BYTES = "application/octet-stream";

/** What a server does otherwise. */
export interface Manners {
  /** The type of WebAssembly files. */
  readonly wasmType?: string;
  /** Whether pages may compile WebAssembly. */
  readonly letsWasmIn?: boolean;
}

/** A running server. */
export interface Server {
  /** With the last `/`. */
  readonly address: string;
  /** Stops it. */
  close(): void;
}

/** Serves a folder. */
export async function serve(folder: string, { wasmType, letsWasmIn = true }: Manners = {}): Promise<Server> {
  const policy = letsWasmIn ? POLICY : POLICY.map((part) => part.replace(" 'wasm-unsafe-eval'", ""));
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://host").pathname));
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    const ending = extname(file);
    response.setHeader("content-security-policy", policy.join("; "));
    response.setHeader("content-type", (ending === ".wasm" && wasmType) || (TYPES[ending] ?? BYTES));
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) {
      createReadStream(file).pipe(response);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
