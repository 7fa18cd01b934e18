/** The WebAssembly module, deflated, in base64. `build/bytes.ts` writes the script. */
export const bytes: string;
