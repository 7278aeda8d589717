// Entry point for pages, with or without a bundler, and for workers: `await init()` first.

import { engine } from "./engine.js";
import type { Engine } from "./functions.js";
import { checking } from "./parts.js";
import type { CheckOptions, WasmSource } from "./types.js";

const file = (): URL => new URL("json_glue_bg.wasm", import.meta.url);

/**
 * Starts the engine; may be called again. If it fails, the next call tries again.
 *
 * @param source a URL, a response, bytes or a compiled module, if the engine's file is not beside this one.
 */
export function init(source?: WasmSource): Promise<void> {
  return checking().start(file, source);
}

const functions: Engine<CheckOptions> = engine(checking);
export const { check, isForeign, fixAll, explain, rules, version } = functions;
export * from "./audit.js";
export * from "./errors.js";
export * from "./fixes.js";
export { load } from "./load.js";
export * from "./plan.js";
export type * from "./types.js";
