// Entry point of the larger build, which also checks values of type object against JSON Schemas. Import it lazily, and
// `await init()` first; in Node, and wherever the file is on disk, that is not needed.

import * as glue from "./contracts_glue.js";
import { engine } from "./engine.js";
import type { Engine } from "./functions.js";
import { Instance } from "./instance.js";
import type { ContractOptions, WasmSource } from "./types.js";

const instance = new Instance(glue);
const file = (): URL => new URL("contracts_glue_bg.wasm", import.meta.url);

/**
 * Starts the engine; may be called again.
 *
 * @param source a URL, a response, bytes or a compiled module, if the engine's file is not beside this one.
 */
export function init(source?: WasmSource): Promise<void> {
  return instance.start(file, source);
}

const functions: Engine<ContractOptions> = engine(() => instance.startFromDisk(file));
export const { check, isForeign, fixAll, explain, rules, version } = functions;
export * from "./errors.js";
export * from "./fixes.js";
export type * from "./types.js";
