// Entry point for pages, with or without a bundler, and for workers: `await init()` first.

import { engine } from "./engine.js";
import type { Engine } from "./functions.js";
import { load } from "./load.js";
import { checking } from "./parts.js";
import { standardSchemas } from "./standard_schema.js";
import type { CheckOptions, WasmSource } from "./types.js";
import { withParts } from "./with_parts.js";

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

/** Makes a Standard Schema, for libraries such as react-hook-form and TanStack Form. */
export const standardSchema = /* @__PURE__ */ standardSchemas(/* @__PURE__ */ withParts({ init, load, check }));
export * from "./audit.js";
export * from "./errors.js";
export * from "./fixes.js";
export * from "./plan.js";
export type { SchemaIssue, SchemaOptions, SchemaResult, StandardSchema } from "./standard_schema.js";
export type * from "./types.js";
export { load };
