// Entry point of the larger build, which also checks values of type object against JSON Schemas: `await init()` first.

import * as glue from "./contracts_glue.js";
import { engine } from "./engine.js";
import { Instance, type WasmSource } from "./instance.js";
import type { ContractOptions } from "./types.js";

const instance = new Instance(glue);

/** Starts the engine; may be called again. */
export function init(source: WasmSource = new URL("contracts_glue_bg.wasm", import.meta.url)): Promise<void> {
  return instance.start(source);
}

export const { check, isForeign, fixAll, explain, rules, version } = engine<ContractOptions>(instance);
export * from "./errors.js";
export * from "./fixes.js";
export type * from "./types.js";
