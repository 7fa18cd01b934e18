#!/usr/bin/env node
// Nothing is imported before the cache of compiled code is on: Node 22.1 and later have one.
import module from "node:module";

module.enableCompileCache?.();
await import("../dist/cli/main.js");
