// One instance of the engine: starts it, and replaces it after a trap.

import { addressOf, bytesFromDisk, compiled, compiledSync } from "./compile.js";
import { EngineError, LoadError, NotReadyError } from "./errors.js";
import type { WasmSource } from "./types.js";

/** The module that wasm-bindgen writes. It has one instance, so there is one `Instance` for each. */
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
  #starting: Promise<void> | undefined;

  constructor(glue: G) {
    this.#glue = glue;
  }

  /**
   * Starts the instance from the source, or from its own file; does nothing if it runs already. If that fails, the next
   * call tries again.
   */
  async start(file: () => URL, source?: WasmSource): Promise<void> {
    // A source of the caller's own has its turn if the attempt under way fails.
    if (source === undefined && this.#starting !== undefined) return this.#starting;
    while (this.#starting !== undefined) await this.#starting.catch(() => {});
    if (this.isStarted) return;
    this.#starting = this.#start(file, source);
    try {
      await this.#starting;
    } finally {
      this.#starting = undefined;
    }
  }

  async #start(file: () => URL, source: WasmSource | undefined): Promise<void> {
    const module = await compiled(source ?? addressOf(file));
    if (this.isStarted) return;
    try {
      await this.#glue.default({ module_or_path: module });
    } catch (cause) {
      throw anotherVersion(cause);
    }
    this.#started(module);
  }

  /** Starts the instance at once, from what is there already; does nothing if it runs already. */
  startSync(source: WebAssembly.Module | Uint8Array<ArrayBuffer>): void {
    if (this.isStarted) return;
    const module = compiledSync(source);
    try {
      this.#glue.initSync({ module });
    } catch (cause) {
      throw anotherVersion(cause);
    }
    this.#started(module);
  }

  /** Starts the instance at once if its file is on disk, as in Node. */
  startFromDisk(file: () => URL): this {
    if (this.isStarted) return this;
    const bytes = bytesFromDisk(file);
    if (bytes !== undefined) this.startSync(bytes);
    return this;
  }

  #started(module: WebAssembly.Module): void {
    this.#module = module;
    this.#memory = this.#glue.instance_memory();
  }

  /** Calls into the instance. A trap may leave its memory in any state, so the instance is replaced. */
  call<T>(run: (glue: G, memory: WebAssembly.Memory) => T): T {
    if (this.#memory === undefined) throw new NotReadyError(NOT_STARTED);
    try {
      return run(this.#glue, this.#memory);
    } catch (error) {
      if (!isTrap(error)) throw error;
      this.#glue.__wbg_reset_state();
      this.#memory = this.#glue.instance_memory();
      throw new EngineError("the engine stopped and was replaced; nothing has been checked", { cause: error });
    }
  }

  get isStarted(): boolean {
    return this.#memory !== undefined;
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

function anotherVersion(cause: unknown): LoadError {
  const message = "the engine's file is not the one of this version; deploy the files of one version together";
  return new LoadError(message, { cause });
}

/** A stack overflow is a RangeError in Chromium and an InternalError in Firefox; every other trap is a RuntimeError. */
function isTrap(error: unknown): boolean {
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return true;
  return error instanceof Error && error.name === "InternalError";
}
