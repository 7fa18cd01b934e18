/** Manifests and hosts for the tests. */

import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Workspace } from "../src/node.js";

/** The folder of this package. */
export const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

/** Two Pods, and a policy that lets one reach the other on one port. */
export const SHOP = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]
`;

/** A policy with a finding whose fix changes no traffic. */
export const SLOPPY = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec:
  podSelector: {}
  # ringfence: ignore[namespace-wide-peer] nothing is found here
  policyTypes: [Ingress, Egress]
`;

/** Puts the manifests of an example of the repository in. */
export function putExample(workspace: Workspace, name: string): void {
  const folder = `${ROOT}examples/${name}`;
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (/\.ya?ml$/.test(path)) workspace.set(path, readFileSync(`${folder}/${path}`));
  }
}

/** What a program prints. */
export interface Printed {
  stdout: string;
  stderr: string;
}

/** Runs TypeScript as a module of its own in a new process, from the folder of the tests. */
export function inNewProcess(code: string): Promise<Printed> {
  const options = ["--import", "tsx", "--input-type=module", "-e", code];
  return promisify(execFile)(process.execPath, options, { cwd: `${PACKAGE}test` });
}
