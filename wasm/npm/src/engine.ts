// The functions that check and fix a text, bound to an instance of the engine.

import { isBytes } from "./bytes.js";
import { EngineError } from "./errors.js";
import type { Engine } from "./functions.js";
import type { Glue, Instance } from "./instance.js";
import { asMisuse, needed } from "./misuse.js";
import { Reply } from "./reply.js";
import type { CheckOptions, FileReport, Fixed, FixOptions, Input, Rule } from "./types.js";
import { VERSION } from "./version.js";

/** What every build that checks can do, and what some of them can. */
export interface CheckGlue extends Glue {
  input(length: number): number;
  /** Returns the address of a reply: a report. */
  check_input(length: number, options: unknown): number;
  is_foreign_input?(length: number, options: unknown): boolean;
  /** Returns the address of a reply: a fixed text. */
  fix_input?(length: number, options: unknown, isUnsafe: boolean): number;
  explain?(code: string): string | undefined;
  list_rules?(): Rule[];
}

/** The default of `max_bytes`. */
const DEFAULT_MAX_BYTES = 1 << 20;
/** The largest `max_bytes` that a configuration can ask for. */
const MAX_CONFIGURED_BYTES = 64 << 20;
/** The memory of an instance, and so the longest text that it could take. */
const MEMORY_BYTES = 2 ** 28;

/** Returns what writes an input into the memory of the instance, and runs a function of the engine on it. */
export function runner<G extends CheckGlue>(ready: () => Instance<G>) {
  const encoder = new TextEncoder();
  let memory: Uint8Array<ArrayBufferLike> = new Uint8Array();

  function room(instance: Instance<G>, glue: G, length: number): Uint8Array {
    const start = glue.input(length);
    // The buffer is another one after the memory has grown, after a trap, and after a larger part has been loaded.
    const buffer = instance.memory?.buffer;
    if (buffer !== undefined && memory.buffer !== buffer) memory = new Uint8Array(buffer);
    return memory.subarray(start, start + length);
  }

  /** Writes the input into memory and returns its length in bytes. */
  function write(instance: Instance<G>, glue: G, input: Input): number {
    if (typeof input !== "string") {
      room(instance, glue, input.length).set(input);
      return input.length;
    }
    // Most texts take one byte a code unit; three are the most it can take.
    for (const bytes of [input.length, 3 * input.length]) {
      const { read, written } = encoder.encodeInto(input, room(instance, glue, bytes));
      if (read === input.length) return written;
    }
    throw new EngineError("the text could not be written into memory");
  }

  return function run<P extends CheckOptions, T>(
    what: string,
    input: Input,
    options: P | undefined,
    work: (glue: G, length: number, options: P | undefined, memory: WebAssembly.Memory) => T,
  ): T {
    if (typeof input !== "string" && !isBytes(input)) {
      throw new TypeError(`${what}: the input must be a string or a Uint8Array`);
    }
    const dated = withDate(options);
    // One byte beyond the limit is enough for the engine to refuse the text. Writing all of it would only take memory,
    // and an instance never gives memory back.
    const limit = dated?.max_bytes ?? (dated?.config === undefined ? DEFAULT_MAX_BYTES : MAX_CONFIGURED_BYTES);
    const most = Math.min(Number(limit), MEMORY_BYTES) + 1;
    const text = input.length > most ? input.slice(0, most) : input;
    const instance = ready();
    try {
      return instance.call((glue, memory) => work(glue, write(instance, glue, text), dated, memory));
    } catch (error) {
      throw asMisuse(what, error);
    }
  };
}

/** Binds the functions to the instance that `ready` returns, which starts it if it can. */
export function engine<O extends CheckOptions>(ready: () => Instance<CheckGlue>): Engine<O> {
  const run = runner(ready);

  function check(input: Input, options?: O): FileReport {
    const path = options?.filename ?? "";
    return run("check", input, options, (glue, length, dated, memory) => {
      const address = glue.check_input(length, dated);
      return new Reply(memory, address).report(path);
    });
  }

  function isForeign(input: Input, options?: O): boolean {
    return run("isForeign", input, options, (glue, length, dated) =>
      needed(glue.is_foreign_input, "foreign")(length, dated),
    );
  }

  function fixAll<I extends Input>(input: I, options?: O & FixOptions) {
    const { unsafe, ...others } = options ?? {};
    if (unsafe !== undefined && typeof unsafe !== "boolean") {
      throw new TypeError("fixAll: unsafe must be true or false");
    }
    // The engine takes the options of a check. It refuses options that are not an object, so they are passed on as they
    // are.
    const chosen: CheckOptions | undefined = unsafe === undefined ? options : others;
    const path = options?.filename ?? "";
    const fixed = run("fixAll", input, chosen, (glue, length, dated, memory): Fixed<string | null> => {
      const fix = needed(glue.fix_input, "fixes");
      if (!hasLoneSurrogates(input)) {
        const address = fix(length, dated, unsafe === true);
        return new Reply(memory, address).fixed(path);
      }
      const address = glue.check_input(length, dated);
      const report = new Reply(memory, address).report(path);
      return { text: null, applied: [], left_out: [], report };
    });
    const text = (fixed.text ?? decoded(input)) as I extends string ? string : string | null;
    return { ...fixed, text };
  }

  /** Asks for documentation. */
  function ask<T>(what: string, work: (glue: CheckGlue) => T): T {
    const instance = ready();
    try {
      return instance.call(work);
    } catch (error) {
      throw asMisuse(what, error);
    }
  }

  return {
    check,
    isForeign,
    fixAll,
    explain: (code) => ask("explain", (glue) => needed(glue.explain, "docs")(String(code)) ?? null),
    rules: () => ask("rules", (glue) => needed(glue.list_rules, "docs")()),
    version: () => VERSION,
  };
}

/** Encoding would replace lone surrogates, so a value would change without a word. */
function hasLoneSurrogates(input: Input): boolean {
  return typeof input === "string" && /\p{Surrogate}/u.test(input);
}

/** The input as a string; null if its bytes are not UTF-8. */
function decoded(input: Input): string | null {
  if (typeof input === "string") return input;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(input);
  } catch {
    return null;
  }
}

/** An ignore can expire, so options that have one get today's date, unless the caller chose a day. */
function withDate<O extends CheckOptions>(options: O | undefined): O | undefined {
  const mayExpire = options?.ignore !== undefined || options?.config !== undefined;
  if (options === undefined || options === null || !mayExpire || options.today !== undefined) {
    return options ?? undefined;
  }
  return { ...options, today: new Date().toISOString().slice(0, 10) };
}
