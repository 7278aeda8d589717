// The larger build, which also holds values of type object against JSON Schemas: `await init()` first.
import * as glue from "./contracts_glue.js";
import { engine, Instance, type WasmSource } from "./engine.js";
import type { ContractOptions } from "./types.js";

const instance = new Instance(glue);

/** Starts the engine; may be called again. */
export async function init(source: WasmSource = new URL("contracts_glue_bg.wasm", import.meta.url)): Promise<void> {
  if (!instance.isReady) await instance.start(source);
}

export const { check, explain, rules, version, applyFixes } = engine<ContractOptions>(instance);
export { EngineError, NotReadyError } from "./engine.js";
export type * from "./types.js";
