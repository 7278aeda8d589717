// One instance of the engine behind the functions of the package: it writes texts into the instance's memory, and replaces
// an instance that has trapped.
import { applyFixes } from "./fixes.js";
import type { CheckOptions, FileReport, Input, PlanOptions, PlanReport, Rule } from "./types.js";

/** Where the instance is made from: compiled, as bytes, or as a response that is on its way. */
export type WasmSource = WebAssembly.Module | BufferSource | Response | Promise<Response> | URL | string;

/** The module that wasm-bindgen writes. */
export interface Glue {
  default(options: { module_or_path: unknown }): Promise<unknown>;
  initSync(options: { module: unknown }): unknown;
  __wbg_reset_state(): void;
  instance_memory(): WebAssembly.Memory;
}

interface PlanGlue {
  plan(manifest: string, remote: string, options: unknown): unknown;
}

interface CheckGlue extends Glue {
  input(length: number): number;
  check_input(length: number, options: unknown): FileReport;
  explain(code: string): string | undefined;
  list_rules(): Rule[];
  version(): string;
}

/** An instance that is not there yet was used. */
export class NotReadyError extends Error {
  override name = "NotReadyError";
}

/** The engine came to a stop it was not meant to; it has been replaced, and the next call can succeed. */
export class EngineError extends Error {
  override name = "EngineError";
}

/** Keeps an instance, and a new one in its place once it has trapped. */
export class Instance<G extends Glue> {
  readonly #glue: G;
  #memory: WebAssembly.Memory | undefined;
  #module: WebAssembly.Module | undefined;

  constructor(glue: G) {
    this.#glue = glue;
  }

  get isReady(): boolean {
    return this.#memory !== undefined;
  }

  async start(source: WasmSource): Promise<void> {
    this.#module = await compiled(source);
    await this.#glue.default({ module_or_path: this.#module });
    this.#memory = this.#glue.instance_memory();
  }

  startSync(module: WebAssembly.Module | BufferSource): void {
    this.#glue.initSync({ module });
    this.#memory = this.#glue.instance_memory();
  }

  /** Calls into the instance. After a trap its memory may be in any state, so nothing of it is used again. */
  call<T>(run: (glue: G) => T): T {
    if (this.#memory === undefined) throw new NotReadyError("the engine has not been started; call init() and wait for it");
    try {
      return run(this.#glue);
    } catch (error) {
      if (!isTrap(error)) throw error;
      this.#glue.__wbg_reset_state();
      this.#memory = this.#glue.instance_memory();
      throw new EngineError("the engine stopped and was replaced; nothing has been checked", { cause: error });
    }
  }

  /** What the instance was made from, for another thread to make one of its own. */
  get module(): WebAssembly.Module {
    if (this.#module === undefined) throw new NotReadyError("the engine has not been started; call init() and wait for it");
    return this.#module;
  }

  /** The memory of the instance that is in use. */
  get memory(): WebAssembly.Memory | undefined {
    return this.#memory;
  }
}

/** Compiles what was given, or what is at its address. */
async function compiled(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  const given = await source;
  if (typeof given !== "string" && !(given instanceof URL)) {
    return WebAssembly.compile(given instanceof Response ? await bytesOf(given) : (given as BufferSource));
  }
  // What a bundler has put into the code itself needs no fetch, which a strict policy would refuse.
  const [start, base64] = String(given).split(";base64,", 2);
  if (base64 === undefined || !start?.startsWith("data:")) return WebAssembly.compile(await bytesOf(await fetch(given)));
  return WebAssembly.compile(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
}

async function bytesOf(response: Response): Promise<ArrayBuffer> {
  if (!response.ok) throw new Error(`the engine's file could not be loaded: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

/** A stack that ran out is no RuntimeError in every browser: Chromium throws a RangeError, Firefox an InternalError. */
function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError ||
    (error instanceof Error && error.name === "InternalError");
}

/** The functions of the package over one build of the engine. */
export interface Engine<O extends CheckOptions> {
  /**
   * Checks a document. A bad document is data: whatever the text holds, the answer is a report.
   *
   * @throws TypeError where an argument is not what it has to be.
   */
  check(input: Input, options?: O): FileReport;
  /** The documentation of a rule in Markdown, by its code or name; null where there is none. */
  explain(code: string): string | null;
  /** All rules, in the order of their codes. */
  rules(): Rule[];
  /** Version of the engine. */
  version(): string;
  applyFixes: typeof applyFixes;
}

const MAX_BYTES = 1 << 20;
/** The most that a configuration can ask for. */
const MAX_CONFIGURED = 64 << 20;

/** Binds the functions to an instance. */
export function engine<O extends CheckOptions>(instance: Instance<CheckGlue>): Engine<O> {
  const encoder = new TextEncoder();
  let memory: Uint8Array<ArrayBufferLike> = new Uint8Array();

  function room(glue: CheckGlue, length: number): Uint8Array {
    const start = glue.input(length);
    // Growing replaces the buffer, a trap the memory.
    const buffer = instance.memory?.buffer;
    if (buffer !== undefined && memory.buffer !== buffer) memory = new Uint8Array(buffer);
    return memory.subarray(start, start + length);
  }

  /** Writes the input into memory and gives its length. A code unit takes at most three bytes, most take one. */
  function write(glue: CheckGlue, input: Input): number {
    if (typeof input !== "string") {
      room(glue, input.length).set(input);
      return input.length;
    }
    for (const bytes of [input.length, 3 * input.length]) {
      const { read, written } = encoder.encodeInto(input, room(glue, bytes));
      if (read === input.length) return written;
    }
    throw new EngineError("the text could not be written into memory");
  }

  return {
    check(input, options) {
      if (typeof input !== "string" && !(input instanceof Uint8Array)) {
        throw new TypeError("check: the input must be a string or a Uint8Array");
      }
      const chosen = withDate(options);
      // More than is read would only take memory, which an instance never gives back.
      const most = Math.min(Number(chosen?.max_bytes ?? (chosen?.config ? MAX_CONFIGURED : MAX_BYTES)), 2 ** 28) + 1;
      const text = input.length > most ? input.slice(0, most) : input;
      try {
        return instance.call((glue) => glue.check_input(write(glue, text), chosen));
      } catch (error) {
        throw typed("check", error);
      }
    },
    explain: (code) => instance.call((glue) => glue.explain(String(code)) ?? null),
    rules: () => instance.call((glue) => glue.list_rules()),
    version: () => instance.call((glue) => glue.version()),
    applyFixes,
  };
}

/** Plans in an instance, wherever that comes from. */
export function planIn(
  call: (run: (glue: PlanGlue) => unknown) => unknown,
  manifest: string,
  remote: string,
  options: PlanOptions,
): Promise<PlanReport> {
  return misuse("plan", async () => {
    if (typeof manifest !== "string") throw new TypeError("plan: the manifest must be a string");
    if (typeof remote !== "string") throw new TypeError("plan: the answer of the service must be a string");
    return (await call((glue) => glue.plan(manifest, remote, options))) as PlanReport;
  });
}

/** Runs what may be called wrongly. */
export async function misuse<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw typed(what, error);
  }
}

/** What the engine says of options is an Error and nothing more special; that is misuse. */
function typed(what: string, error: unknown): unknown {
  const isMisuse = error instanceof Error && error.constructor === Error;
  return isMisuse ? new TypeError(`${what}: ${error.message}`) : error;
}

function withDate<O extends CheckOptions>(options: O | undefined): O | undefined {
  const mayExpire = options?.ignore !== undefined || options?.config !== undefined;
  if (options === undefined || options === null || !mayExpire || options.today !== undefined) {
    return options ?? undefined;
  }
  return { ...options, today: new Date().toISOString().slice(0, 10) };
}
