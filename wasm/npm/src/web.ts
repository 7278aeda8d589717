// For pages that load the files as they are, without a bundler: `await init()` first.

import { engine, Instance, type WasmSource } from "./engine.js";
import type { CheckOptions } from "./types.js";
import * as glue from "./validator_glue.js";

const instance = new Instance(glue);

/**
 * Starts the engine; may be called again.
 *
 * @param source where the engine's file is, if not beside this one: a URL, a response, bytes or a compiled module.
 */
export async function init(source: WasmSource = new URL("validator_glue_bg.wasm", import.meta.url)): Promise<void> {
  if (!instance.isReady) await instance.start(source);
}

export const { check, explain, rules, version, applyFixes } = engine<CheckOptions>(instance);
export { summarize, verifyAudit } from "./audit.js";
export { EngineError, NotReadyError } from "./engine.js";
export { plan } from "./plan.js";
export type * from "./types.js";
