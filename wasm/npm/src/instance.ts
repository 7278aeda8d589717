// One instance of the engine: starts it, and replaces it after a trap.

import { EngineError, NotReadyError } from "./errors.js";

/** What an instance is made from: a compiled module, bytes, a response, or the URL of the file. */
export type WasmSource = WebAssembly.Module | BufferSource | Response | Promise<Response> | URL | string;

/** The module that wasm-bindgen writes. */
export interface Glue {
  default(options: { module_or_path: unknown }): Promise<unknown>;
  initSync(options: { module: unknown }): unknown;
  __wbg_reset_state(): void;
  instance_memory(): WebAssembly.Memory;
}

const NOT_STARTED = "the engine has not been started; call init() and wait for it";

/** Holds an instance. After a trap it makes a new one from the same module. */
export class Instance<G extends Glue> {
  readonly #glue: G;
  #memory: WebAssembly.Memory | undefined;
  #module: WebAssembly.Module | undefined;

  constructor(glue: G) {
    this.#glue = glue;
  }

  /** Starts the instance; does nothing if it runs already. */
  async start(source: WasmSource): Promise<void> {
    if (this.#memory !== undefined) return;
    this.#module = await compiled(source);
    await this.#glue.default({ module_or_path: this.#module });
    this.#memory = this.#glue.instance_memory();
  }

  /** Starts the instance from bytes that are there already. */
  startSync(module: WebAssembly.Module | BufferSource): void {
    this.#glue.initSync({ module });
    this.#memory = this.#glue.instance_memory();
  }

  /** Calls into the instance. A trap may leave its memory in any state, so the instance is replaced. */
  call<T>(run: (glue: G) => T): T {
    if (this.#memory === undefined) throw new NotReadyError(NOT_STARTED);
    try {
      return run(this.#glue);
    } catch (error) {
      if (!isTrap(error)) throw error;
      this.#glue.__wbg_reset_state();
      this.#memory = this.#glue.instance_memory();
      throw new EngineError("the engine stopped and was replaced; nothing has been checked", { cause: error });
    }
  }

  /** The compiled module, from which another thread can make an instance of its own. */
  get module(): WebAssembly.Module {
    if (this.#module === undefined) throw new NotReadyError(NOT_STARTED);
    return this.#module;
  }

  /** The memory of the running instance. */
  get memory(): WebAssembly.Memory | undefined {
    return this.#memory;
  }
}

async function compiled(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  const given = await source;
  if (typeof given !== "string" && !(given instanceof URL)) {
    return WebAssembly.compile(given instanceof Response ? await bytesOf(given) : (given as BufferSource));
  }
  // A bundler may have put the file into the code as a data URL. Decoding it here needs no fetch, which a strict
  // Content-Security-Policy would refuse.
  const [start, base64] = String(given).split(";base64,", 2);
  const isInline = base64 !== undefined && start?.startsWith("data:");
  if (!isInline) return WebAssembly.compile(await bytesOf(await fetch(given)));
  return WebAssembly.compile(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
}

async function bytesOf(response: Response): Promise<ArrayBuffer> {
  if (!response.ok) throw new Error(`the engine's file could not be loaded: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

/** A stack overflow is a RangeError in Chromium and an InternalError in Firefox; every other trap is a RuntimeError. */
function isTrap(error: unknown): boolean {
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return true;
  return error instanceof Error && error.name === "InternalError";
}
