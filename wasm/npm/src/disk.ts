// Reads the engine's files from disk, where there is one. Node's modules are not imported, because bundlers for pages
// would refuse the import.

interface Builtins {
  process?: {
    getBuiltinModule?(name: "node:fs"): typeof import("node:fs");
    getBuiltinModule?(name: "node:url"): typeof import("node:url");
  };
}

/** Whether this environment reads files. */
export const readsFiles = (): boolean => (globalThis as Builtins).process?.getBuiltinModule !== undefined;

/** The bytes of a file; undefined if the address is not that of a file, or this environment reads none. */
export function bytesOnDisk(url: URL): Uint8Array<ArrayBuffer> | undefined {
  const { process } = globalThis as Builtins;
  const files = process?.getBuiltinModule?.("node:fs");
  const addresses = process?.getBuiltinModule?.("node:url");
  // A bundler may have put an object of its own in the place of the URL.
  if (files === undefined || addresses === undefined || !url.href.startsWith("file:")) return undefined;
  // The class URL of an emulated browser is not Node's.
  return files.readFileSync(addresses.fileURLToPath(url.href)) as Uint8Array<ArrayBuffer>;
}
