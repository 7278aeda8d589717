// Entry point for pages that load the files as they are, without a bundler: `await init()` first.

import { engine } from "./engine.js";
import { Instance, type WasmSource } from "./instance.js";
import type { CheckOptions } from "./types.js";
import * as glue from "./validator_glue.js";

const instance = new Instance(glue);

/**
 * Starts the engine; may be called again.
 *
 * @param source a URL, a response, bytes or a compiled module, if the engine's file is not beside this one.
 */
export function init(source: WasmSource = new URL("validator_glue_bg.wasm", import.meta.url)): Promise<void> {
  return instance.start(source);
}

export const { check, isForeign, fixAll, explain, rules, version } = engine<CheckOptions>(instance);
export * from "./shared_exports.js";
