// Runs a policy. Each call has an instance of its own.

import { Broken, Copier } from "./abi.js";
import { Unusable } from "./binary.js";
import { type Lifted, type Policy, printable, readPolicy } from "./component.js";
import { Exceeded, limited } from "./core_module.js";

/** A setting, as `policy.wit` has it. */
export interface WitSetting {
  key: string;
  value: { tag: string; val: unknown };
}

/** A call of a policy. Its values are those of `policy.wit`, with keys in snake case. */
export type Call =
  | { what: "describe" }
  | { what: "configure"; settings: readonly WitSetting[] }
  | { what: "check"; settings: readonly WitSetting[]; target: unknown; document: unknown };

/** What a call came to: its result, or why there is none, as the end of a sentence that begins with the policy. */
export type Outcome = { result: unknown } | { failure: string };

type CoreFunction = (...parameters: number[]) => number;

/** A policy that is compiled. */
export class Program {
  readonly #policy: Policy;
  readonly #module: WebAssembly.Module | Exceeded;

  /** @throws Unusable if the file is not a policy that can be run. */
  constructor(file: Uint8Array, memoryMib: number) {
    this.#policy = readPolicy(file);
    this.#module = compiled(this.#policy, memoryMib);
  }

  get hasSetup(): boolean {
    return this.#policy.hasSetup;
  }

  run(call: Call): Outcome {
    try {
      return { result: this.#run(call) };
    } catch (error) {
      return { failure: reason(error) };
    }
  }

  #run(call: Call): unknown {
    if (this.#module instanceof Exceeded) throw this.#module;
    const { exports } = new WebAssembly.Instance(this.#module, {});
    const invoke = (name: string, ...value: unknown[]) => this.#invoke(exports, name, value);
    if (call.what === "describe") return invoke("describe");
    if (call.what === "configure") return invoke("configure", call.settings);
    if (this.hasSetup) {
      const answer = invoke("configure", call.settings) as { tag: string; val: string };
      if (answer.tag === "error") {
        throw new Broken(`it refuses settings that it accepted before: ${printable(answer.val)}`);
      }
      invoke("set-target", call.target);
    }
    return invoke("check", call.document);
  }

  #invoke(exports: WebAssembly.Exports, name: string, parameters: unknown[]): unknown {
    const lifted = this.#policy.functions.get(name)!;
    const copier = new Copier({
      encoding: lifted.encoding,
      memory: exportedAs(exports, lifted.memory) as WebAssembly.Memory | undefined,
      realloc: exportedAs(exports, lifted.realloc) as CoreFunction | undefined,
    });
    const given = lifted.type.parameters.flatMap(([, type], at) => copier.flat(type, parameters[at]));
    const core = exportedAs(exports, lifted.core) as CoreFunction;
    // JavaScript would leave out what is too much, and add zeros for what is missing.
    if (core.length !== given.length) throw new Broken("it broke off: a function has other parameters than its type");
    const returned = core(...given);
    const result = lifted.type.result === null ? null : copier.load(lifted.type.result, returned >>> 0);
    const after = exportedAs(exports, lifted.after) as CoreFunction | undefined;
    if (lifted.type.result !== null) after?.(returned);
    else after?.();
    return result;
  }
}

function exportedAs(exports: WebAssembly.Exports, name: string | undefined): WebAssembly.ExportValue | undefined {
  return name === undefined ? undefined : exports[name];
}

/** Compiles the module, and looks at its exports, so that a call finds what it needs. */
function compiled(policy: Policy, memoryMib: number): WebAssembly.Module | Exceeded {
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(limited(policy.module, memoryMib));
  } catch (error) {
    if (error instanceof Unusable) throw error;
    if (error instanceof Exceeded) return error;
    throw new Unusable(`is malformed: ${firstLine(error)}`);
  }
  const kinds = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  const is = (name: string | undefined, kind: string) => name === undefined || kinds.get(name) === kind;
  const isThere = ({ core, realloc, after, memory }: Lifted) =>
    is(core, "function") && is(realloc, "function") && is(after, "function") && is(memory, "memory");
  if (![...policy.functions.values()].every(isThere)) throw new Unusable("is malformed: its module lacks an export");
  return module;
}

/** Why a call ended without a result. */
function reason(error: unknown): string {
  if (error instanceof Broken || error instanceof Exceeded) return error.message;
  // A stack overflow is a RangeError in Chromium and Node, and an InternalError in Firefox.
  const isDeep = error instanceof RangeError || (error instanceof Error && error.name === "InternalError");
  if (isDeep && /stack|recursion/i.test(error.message)) return "its calls went too deep";
  return `it broke off: ${firstLine(error)}`;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return printable(message.split("\n")[0]!).slice(0, 200);
}
