// From whatever a caller has of the engine's file to a compiled module.

import { bytesOnDisk, readsFiles } from "./disk.js";
import { LoadError } from "./errors.js";
import type { WasmSource } from "./types.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** Vite's dev server bundles a package's modules into this folder, and leaves its other files where they are. */
const PREBUNDLED = /\/node_modules\/\.vite\/deps[^/]*\/([^/]+\.wasm)$/;

const WHAT_TO_DO =
  "pass the file's address, bytes or module to init() or load(), " +
  "or import @cxvars/validator/inline, which needs no file";
const ON_A_SERVER = "leave the package out of the server's bundle (in Next: serverExternalPackages), or ";

/** The address that a function of `files.ts` returns. */
export function addressOf(file: () => URL): URL {
  try {
    const url = file();
    const moved = PREBUNDLED.exec(url.pathname);
    return moved === null ? url : new URL(`/node_modules/@cxvars/validator/${moved[1]}`, url.origin);
  } catch (cause) {
    throw failure("the bundler has removed the address of this module, so its file cannot be found", cause);
  }
}

/** The bytes of the engine's file on disk; undefined where nothing is read from disk. */
export function bytesFromDisk(file: () => URL): Bytes | undefined {
  if (!readsFiles()) return undefined;
  const bytes = bytesAt(addressOf(file));
  if (bytes === undefined) throw failure("a bundler has moved the engine's file to an address of a page");
  return bytes;
}

function bytesAt(url: URL): Bytes | undefined {
  try {
    return bytesOnDisk(url);
  } catch (cause) {
    throw failure(`the engine's file cannot be read: ${text(cause)}`, cause);
  }
}

/** Compiles the engine. */
export async function compiled(source: WasmSource): Promise<WebAssembly.Module> {
  const given: unknown = await source;
  if (isModule(given)) return given;
  const bytes = await bytesOf(given);
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw notCompiled(cause);
  }
}

/** Compiles the engine at once. */
export function compiledSync(source: WebAssembly.Module | Bytes): WebAssembly.Module {
  if (isModule(source)) return source;
  try {
    return new WebAssembly.Module(source);
  } catch (cause) {
    throw notCompiled(cause);
  }
}

async function bytesOf(given: unknown): Promise<ArrayBuffer | ArrayBufferView<ArrayBuffer>> {
  if (ArrayBuffer.isView(given)) return given as ArrayBufferView<ArrayBuffer>;
  if (Object.prototype.toString.call(given) === "[object ArrayBuffer]") return given as ArrayBuffer;
  if (typeof given === "string") return bytesFrom(given);
  if (typeof given === "object" && given !== null) {
    if ("href" in given) return bytesFrom(String(given.href));
    if ("arrayBuffer" in given) return bytesOfResponse(given as Response);
  }
  throw new TypeError("init: the source must be an address, a response, bytes or a compiled module");
}

async function bytesFrom(address: string): Promise<Bytes> {
  // A bundler may have put the file into the code as a data URL. Decoding it here needs no fetch, which a strict
  // Content-Security-Policy would refuse.
  const [start, base64] = address.split(";base64,", 2);
  if (base64 !== undefined && start?.startsWith("data:")) return decoded(base64);
  const onDisk = address.startsWith("file:") ? bytesAt(new URL(address)) : undefined;
  if (onDisk !== undefined) return onDisk;
  let response: Response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw failure(`the engine's file could not be loaded from ${address}: ${text(cause)}`, cause);
  }
  return bytesOfResponse(response, address);
}

async function bytesOfResponse(response: Response, address = response.url): Promise<Bytes> {
  const start = `the engine's file could not be loaded from ${address}`;
  if (!response.ok) throw failure(`${start}: ${response.status} ${response.statusText}`);
  let bytes: Bytes;
  try {
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw failure(`${start}: ${text(cause)}`, cause);
  }
  // A server for single-page applications answers with its page where there is no file.
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== "\0asm") throw failure(`${start}: the answer is another file`);
  return bytes;
}

/** The bytes of a text in base64. */
export function decoded(base64: string): Bytes {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function isModule(value: unknown): value is WebAssembly.Module {
  return Object.prototype.toString.call(value) === "[object WebAssembly.Module]";
}

function failure(message: string, cause?: unknown): LoadError {
  return new LoadError(`${message}; ${readsFiles() ? ON_A_SERVER : ""}${WHAT_TO_DO}`, { cause });
}

function notCompiled(cause: unknown): LoadError {
  const advice =
    "a Content-Security-Policy has to allow script-src 'wasm-unsafe-eval'; " +
    "an edge runtime has to import the file as a module and pass that to init() or load()";
  return new LoadError(`the engine's file could not be compiled: ${text(cause)}; ${advice}`, { cause });
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
